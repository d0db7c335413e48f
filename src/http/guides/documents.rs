//! `/documents`: which papers are taken, by country and kind.

use askama::Template;

use super::Frame;
use crate::{
    domain::text::Country,
    http::html,
    policy::document_kinds::{self, COUNTRIES, OfferedKind},
};

/// A country without papers of its own stands for all such.
const ANY: &str = "ZZ";

#[derive(Template)]
#[template(path = "documents.html", config = "src/http/pages/askama.toml")]
struct Page<'a> {
    frame: &'a Frame,
    style: &'static str,
    countries: Vec<Section>,
}

/// One country's papers.
struct Section {
    /// Id of its name.
    name: String,
    kinds: Vec<OfferedKind>,
}

pub(super) fn page(frame: &Frame) -> String {
    let section = |code: &str| {
        let country = Country::parse(code)?;
        Some(Section {
            name: format!("country-{}", code.to_ascii_lowercase()),
            kinds: document_kinds::offered(country),
        })
    };
    let codes = COUNTRIES.into_iter().chain([ANY]);
    let page = Page {
        frame,
        style: html::STYLE,
        countries: codes.filter_map(section).collect(),
    };
    page.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Language;

    #[test]
    fn every_country_and_paper_is_shown_in_the_pages_language() {
        for language in Language::ALL {
            let frame = super::super::tests::frame(language);
            let text = page(&frame);
            for code in COUNTRIES.into_iter().chain([ANY]) {
                let name = frame.w(&format!("country-{}", code.to_ascii_lowercase()));
                assert!(!name.is_empty() && text.contains(name), "{code}");
                let kinds = document_kinds::offered(Country::parse(code).unwrap());
                for paper in kinds.iter().flat_map(|kind| &kind.papers) {
                    let words = paper.in_language(language);
                    assert!(text.contains(words), "{words}");
                }
            }
        }
    }
}
