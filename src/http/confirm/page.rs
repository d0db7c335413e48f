//! The page as HTML; escaped by the template's compiler.

use askama::Template;

use super::words;
use crate::{domain::text::Language, services::mailboxes::PublicView};

/// What the page shows.
#[derive(Template)]
#[template(path = "confirm.html", config = "src/http/pages/askama.toml")]
pub(super) struct Page<'a> {
    pub(super) language: Language,
    pub(super) ca: &'a str,
    pub(super) contact: &'a str,
    /// Where the form goes; `None` on a page about nothing.
    pub(super) path: Option<String>,
    pub(super) about: Option<About>,
    /// Id of a text.
    pub(super) notice: Option<&'static str>,
    pub(super) good: bool,
    /// Whether the address can be confirmed.
    pub(super) confirms: bool,
    /// Whether the order can be disowned.
    pub(super) disowns: bool,
    pub(super) style: &'static str,
}

/// What the holder may see of the order.
pub(super) struct About {
    address: String,
    organization: String,
    order_number: String,
}

impl About {
    pub(super) fn of(view: &PublicView) -> Self {
        Self {
            address: masked(&view.address),
            organization: view.organization.clone(),
            order_number: view.order_number.clone(),
        }
    }
}

impl Page<'_> {
    /// The HTML; a template that cannot be written is a page that says nothing.
    pub(super) fn text(&self) -> String {
        self.render().unwrap_or_default()
    }

    /// A text in the page's language; named by the template.
    fn w(&self, id: &str) -> &'static str {
        words::text(self.language, id)
    }

    /// The language the page is not in.
    fn other(&self) -> Language {
        match self.language {
            Language::English => Language::Polish,
            Language::Polish => Language::English,
        }
    }
}

/// `a…@example.com`: enough for the holder to know it, too little to learn it from.
pub(in crate::http) fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::html;

    fn page(language: Language) -> Page<'static> {
        Page {
            language,
            ca: "Example <CA>",
            contact: "help@ca.example.com",
            path: Some("/v/eml_1".to_owned()),
            about: Some(About {
                address: masked("anna.nowak@example.com"),
                organization: "<script>alert(1)</script>".to_owned(),
                order_number: "ORDER/0000123456/b01".to_owned(),
            }),
            notice: Some("code-invalid"),
            good: false,
            confirms: true,
            disowns: true,
            style: html::STYLE,
        }
    }

    #[test]
    fn shows_the_order_and_escapes_it() {
        let text = page(Language::Polish).text();
        for part in [
            "<html lang=\"pl\">",
            "a…@example.com",
            "ORDER/0000123456/b01",
            "action=\"/v/eml_1?lang=pl\"",
            "href=\"/v/eml_1?lang=en\"",
            "name=\"code\"",
            "Example &#60;CA&#62;",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        for part in ["<script", "anna", "http:", "https:", "style="] {
            assert!(!text.contains(part), "{part} in {text}");
        }
    }

    /// Enter in the field presses a form's first button: a disabled one does nothing.
    #[test]
    fn only_the_button_itself_disowns() {
        let alone = Page {
            confirms: false,
            ..page(Language::English)
        };
        let text = alone.text();
        let first = text.split("<button").nth(1).unwrap();
        assert!(
            first.starts_with(" type=\"submit\" disabled hidden>"),
            "{text}"
        );
        assert!(text.contains("value=\"disown\""));
        let both = page(Language::English).text();
        assert!(!both.contains("disabled"), "{both}");
        let first = both.split("<button").nth(1).unwrap();
        assert!(first.contains("value=\"confirm\""));
    }

    #[test]
    fn a_page_about_nothing_offers_nothing() {
        let page = Page {
            path: None,
            about: None,
            notice: Some("not-found"),
            confirms: false,
            disowns: false,
            ..page(Language::English)
        };
        let text = page.text();
        assert!(!text.contains("<form") && !text.contains("<dl") && !text.contains("<a "));
        assert!(text.contains("This link leads nowhere"));
    }

    #[test]
    fn every_text_of_the_page_exists_in_every_language() {
        let template = include_str!("../pages/confirm.html");
        let named = template
            .match_indices("w(\"")
            .filter_map(|(at, found)| template[at + found.len()..].split('"').next());
        let notices = [
            "confirmed",
            "disowned",
            "closed",
            "code-invalid",
            "code-expired",
            "email-locked",
            "order-state-conflict",
            "not-found",
            "prefetch",
            "unavailable",
        ];
        for id in named.chain(notices) {
            for language in Language::ALL {
                assert!(
                    !words::text(language, id).is_empty(),
                    "{id} in {language:?}"
                );
            }
        }
    }
}
