//! The page as HTML; escaped by the template's compiler.

use std::sync::OnceLock;

use askama::Template;

use crate::{
    api::{problem_reports::ReportReceipt, texts::Texts},
    domain::{problem_report::Problem, text::Language},
    http::html,
    policy::problem_report::AGREED,
};

/// What the page shows.
pub(super) struct Page<'a> {
    pub(super) language: Language,
    pub(super) ca: &'a str,
    pub(super) contact: &'a str,
    /// Why a report was not taken, in words.
    pub(super) fault: Option<String>,
    pub(super) receipt: Option<ReportReceipt>,
    /// Drawn for this page.
    pub(super) challenge: &'a str,
}

#[derive(Template)]
#[template(path = "report.html", config = "src/http/pages/askama.toml")]
struct Shown<'a> {
    language: Language,
    ca: &'a str,
    contact: &'a str,
    fault: Option<&'a str>,
    receipt: Option<&'a ReportReceipt>,
    challenge: &'a str,
    agreed: &'static str,
    problems: &'static [Problem],
    style: &'static str,
}

impl Page<'_> {
    /// The HTML; a template that cannot be written is a page that says nothing.
    pub(super) fn text(&self) -> String {
        let shown = Shown {
            language: self.language,
            ca: self.ca,
            contact: self.contact,
            fault: self.fault.as_deref(),
            receipt: self.receipt.as_ref(),
            challenge: self.challenge,
            agreed: AGREED,
            problems: Problem::ALL,
            style: html::STYLE,
        };
        shown.render().unwrap_or_default()
    }
}

/// What is typed to prove that a key is known; no words, so the same in both languages.
impl Shown<'_> {
    fn by_request(&self) -> String {
        let agreed = self.agreed;
        format!("openssl req -new -key leaked.key -out proof.csr \\\n  -subj '/CN={agreed}'")
    }

    fn by_challenge(&self) -> String {
        let challenge = self.challenge;
        format!(
            "printf 'chancery-key-compromise/v1\\n{challenge}\\n' > challenge.txt\n\
             openssl dgst -sha256 -sign leaked.key -out proof.sig challenge.txt\n\
             openssl base64 -A -in proof.sig"
        )
    }

    const fn by_ed25519(&self) -> &'static str {
        "openssl pkeyutl -sign -rawin -inkey leaked.key -in challenge.txt -out proof.sig\n\
         openssl base64 -A -in proof.sig"
    }
}

impl Shown<'_> {
    /// A text in the page's language; empty when there is none, which the test finds.
    fn w(&self, id: &str) -> &'static str {
        static TEXTS: OnceLock<Texts> = OnceLock::new();
        let texts = TEXTS.get_or_init(|| {
            Texts::read(
                include_str!("../../../config/locales/en/report.ftl"),
                include_str!("../../../config/locales/pl/report.ftl"),
            )
        });
        texts.get(self.language, id)
    }

    /// The language the page is not in.
    fn other(&self) -> Language {
        match self.language {
            Language::English => Language::Polish,
            Language::Polish => Language::English,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_the_page_exists_in_every_language() {
        let template = include_str!("../pages/report.html");
        let named = template
            .match_indices("w(\"")
            .filter_map(|(at, found)| template[at + found.len()..].split('"').next());
        let problems = Problem::ALL.iter().map(|problem| problem.name());
        let ids: Vec<&str> = named.chain(problems).collect();
        assert!(ids.len() > 20);
        for language in Language::ALL {
            let shown = Shown {
                language,
                ca: "",
                contact: "",
                fault: None,
                receipt: None,
                challenge: "",
                agreed: "",
                problems: &[],
                style: "",
            };
            for id in &ids {
                assert!(!shown.w(id).is_empty(), "{id} in {language:?}");
            }
        }
    }
}
