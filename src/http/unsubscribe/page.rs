//! The page as HTML; escaped by the template's compiler.

use std::sync::OnceLock;

use askama::Template;

use crate::{
    api::texts::Texts,
    domain::{mail::reminders::ReminderGroup, text::Language},
    http::confirm::masked,
    services::mails::ReminderView,
};

/// What the page shows.
#[derive(Template)]
#[template(path = "unsubscribe.html", config = "src/http/pages/askama.toml")]
pub(super) struct Page<'a> {
    pub(super) language: Language,
    pub(super) ca: &'a str,
    pub(super) contact: &'a str,
    /// Where the form goes; `None` on a page about nothing.
    pub(super) path: Option<String>,
    pub(super) view: Option<ReminderView>,
    /// Id of a text.
    pub(super) notice: &'static str,
    pub(super) style: &'static str,
}

impl Page<'_> {
    /// The HTML; a template that cannot be written is a page that says nothing.
    pub(super) fn text(&self) -> String {
        self.render().unwrap_or_default()
    }

    /// A text in the page's language; named by the template.
    fn w(&self, id: &str) -> &'static str {
        words(self.language, id)
    }

    fn address(&self) -> String {
        let address = self.view.as_ref().map(|view| masked(&view.address));
        address.unwrap_or_default()
    }

    fn group(&self) -> &'static str {
        let group = self.view.as_ref().map(|view| view.reminders);
        match group {
            Some(ReminderGroup::Order) => self.w("of-order"),
            Some(ReminderGroup::Certificate) => self.w("of-certificate"),
            None => "",
        }
    }

    fn is_stopped(&self) -> bool {
        self.view.as_ref().is_some_and(|view| view.stopped)
    }

    /// The language the page is not in.
    const fn other(&self) -> Language {
        match self.language {
            Language::English => Language::Polish,
            Language::Polish => Language::English,
        }
    }
}

/// A text; empty when there is none, which the test finds.
fn words(language: Language, id: &str) -> &'static str {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    let texts = TEXTS.get_or_init(|| {
        Texts::read(
            include_str!("../../../config/locales/en/unsubscribe.ftl"),
            include_str!("../../../config/locales/pl/unsubscribe.ftl"),
        )
    });
    texts.get(language, id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::html;

    fn page(language: Language, stopped: bool) -> Page<'static> {
        Page {
            language,
            ca: "Example <CA>",
            contact: "help@ca.example.com",
            path: Some("/u/x".to_owned()),
            view: Some(ReminderView {
                address: "anna.nowak@example.com".to_owned(),
                reminders: ReminderGroup::Order,
                language,
                stopped,
            }),
            notice: "sent",
            style: html::STYLE,
        }
    }

    #[test]
    fn it_shows_what_stands_and_offers_the_other() {
        let sent = page(Language::Polish, false).text();
        for part in [
            "<html lang=\"pl\">",
            "a…@example.com",
            "action=\"/u/x?lang=pl\"",
            "href=\"/u/x?lang=en\"",
            "value=\"stop\"",
            "Example &#60;CA&#62;",
        ] {
            assert!(sent.contains(part), "{part} in {sent}");
        }
        for part in ["<script", "anna", "http:", "https:", "value=\"resume\""] {
            assert!(!sent.contains(part), "{part} in {sent}");
        }
        let stopped = page(Language::English, true).text();
        assert!(stopped.contains("value=\"resume\"") && !stopped.contains("value=\"stop\""));
    }

    #[test]
    fn a_page_about_nothing_offers_nothing() {
        let page = Page {
            path: None,
            view: None,
            notice: "not-found",
            ..page(Language::English, false)
        };
        let text = page.text();
        assert!(!text.contains("<form") && !text.contains("<dl") && !text.contains("<a "));
        assert!(text.contains("This link leads nowhere"));
    }

    #[test]
    fn every_text_of_the_page_exists_in_every_language() {
        let template = include_str!("../pages/unsubscribe.html");
        let named = template
            .match_indices("w(\"")
            .filter_map(|(at, found)| template[at + found.len()..].split('"').next());
        let others = [
            "of-order",
            "of-certificate",
            "sent",
            "stopped",
            "nothing-said",
            "wishes-used-up",
            "prefetch",
            "not-found",
            "unavailable",
        ];
        for id in named.chain(others) {
            let [en, pl] = Language::ALL.map(|language| words(language, id));
            assert!(!en.is_empty() && !pl.is_empty() && en != pl, "{id}");
        }
    }
}
