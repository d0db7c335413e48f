//! `/registers`: the registers this CA asks, which it has to publish (S/MIME BR 3.2.3.3), from
//! those that are configured.

use askama::Template;

use super::Frame;
use crate::{
    domain::register::RegisterId,
    http::html,
    policy::country,
    ports::register::{NumberKind, Register},
    services::registers::Registers,
};

#[derive(Template)]
#[template(path = "registers.html", config = "src/http/pages/askama.toml")]
struct Page<'a> {
    frame: &'a Frame,
    style: &'static str,
    registers: Vec<Shown>,
}

/// One register.
struct Shown {
    /// Id of its name.
    name: &'static str,
    numbers: Vec<Numbers>,
    url: String,
    is_online: bool,
}

/// A kind of number by which it is asked.
struct Numbers {
    kind: &'static str,
    scheme: &'static str,
    /// Codes by ISO 3166-1; empty for every country.
    countries: String,
}

pub(super) fn page(frame: &Frame, registers: &Registers) -> String {
    let page = Page {
        frame,
        style: html::STYLE,
        registers: registers.all().map(shown).collect(),
    };
    page.render().unwrap_or_default()
}

fn shown(register: &dyn Register) -> Shown {
    let schemes = register.schemes().iter();
    Shown {
        name: name(register.id()),
        numbers: schemes.map(|kind| numbers(register, kind)).collect(),
        url: register.disclosure_url().to_owned(),
        is_online: register.id() != RegisterId::Manual,
    }
}

fn numbers(register: &dyn Register, kind: &NumberKind) -> Numbers {
    let takes = |country: &_| register.takes(kind.kind, *country);
    let countries: Vec<String> = country::all()
        .filter(takes)
        .map(|country| country.to_string())
        .collect();
    let everywhere = countries.len() == country::all().count();
    Numbers {
        kind: kind.kind,
        scheme: kind.scheme.name(),
        countries: if everywhere {
            String::new()
        } else {
            countries.join(", ")
        },
    }
}

const fn name(register: RegisterId) -> &'static str {
    match register {
        RegisterId::Krs => "register-krs",
        RegisterId::WhiteList => "register-white-list",
        RegisterId::Ceidg => "register-ceidg",
        RegisterId::Regon => "register-regon",
        RegisterId::Vies => "register-vies",
        RegisterId::Gleif => "register-gleif",
        RegisterId::CompaniesHouse => "register-companies-house",
        RegisterId::Manual => "register-manual",
    }
}

/// Ids of the registers' names.
#[cfg(test)]
pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    RegisterId::ALL.iter().map(|register| name(*register))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Language;

    #[test]
    fn without_registers_the_page_says_so() {
        for language in Language::ALL {
            let frame = super::super::tests::frame(language);
            let text = page(&frame, &Registers::default());
            assert!(text.contains(frame.w("registers-none")));
        }
    }
}
