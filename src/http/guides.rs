//! Public pages that help a customer before and after an order: which documents are taken, how a
//! request for a certificate is made, which registers are asked. Generated from the tables that the API answers from.

use std::sync::OnceLock;

use axum::{
    Router,
    extract::{FromRef, RawQuery, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use super::{
    confirm::{self, Desk},
    frame,
    html::{self, Keeping},
    state::AppState,
};
use crate::{
    api::texts::Texts, domain::text::Language, policy::status::words::Words,
    services::registers::Registers,
};

mod documents;
mod registers;
mod tools;

impl FromRef<AppState> for Registers {
    fn from_ref(app: &AppState) -> Self {
        app.registers.clone()
    }
}

/// The pages' routes on the public listener.
pub fn public_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
    Registers: FromRef<S>,
{
    Router::new()
        .route("/documents", get(documents))
        .route("/csr", get(csr))
        .route("/registers", get(registers))
}

async fn documents(
    State(desk): State<Desk>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::of(&desk, "/documents", &query, &headers);
    html::answer(200, documents::page(&frame), Keeping::Anywhere)
}

async fn csr(State(desk): State<Desk>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let frame = Frame::of(&desk, "/csr", &query, &headers);
    html::answer(200, tools::page(&frame), Keeping::Anywhere)
}

async fn registers(
    State(desk): State<Desk>,
    State(registers): State<Registers>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let frame = Frame::of(&desk, "/registers", &query, &headers);
    let page = registers::page(&frame, &registers);
    html::answer(200, page, Keeping::Anywhere)
}

/// What stands round every guide.
struct Frame {
    language: Language,
    ca: String,
    contact: String,
    /// Where this page is, for the link to the other language.
    path: &'static str,
}

impl Frame {
    fn of(desk: &Desk, path: &'static str, query: &Option<String>, headers: &HeaderMap) -> Self {
        let house = desk.mails.house();
        Self {
            language: confirm::wanted(query).unwrap_or_else(|| frame::language(headers)),
            ca: house.name.clone(),
            contact: house.contact.clone(),
            path,
        }
    }

    /// A text in the page's language.
    fn w(&self, id: &str) -> &'static str {
        static TEXTS: OnceLock<Texts> = OnceLock::new();
        let texts = TEXTS.get_or_init(|| {
            Texts::read(
                include_str!("../../config/locales/en/guides.ftl"),
                include_str!("../../config/locales/pl/guides.ftl"),
            )
        });
        texts.get(self.language, id)
    }

    const fn say(&self, words: &Words) -> &'static str {
        words.in_language(self.language)
    }

    /// The language the page is not in.
    const fn other(&self) -> Language {
        match self.language {
            Language::English => Language::Polish,
            Language::Polish => Language::English,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn frame(language: Language) -> Frame {
        Frame {
            language,
            ca: "Example <CA>".to_owned(),
            contact: "help@ca.example.com".to_owned(),
            path: "/csr",
        }
    }

    #[test]
    fn every_text_of_a_guide_exists_in_every_language() {
        let templates = [
            include_str!("pages/documents.html"),
            include_str!("pages/csr.html"),
            include_str!("pages/registers.html"),
            include_str!("pages/guide.html"),
        ];
        let named = templates.iter().flat_map(|template| {
            let found = template.match_indices("w(\"");
            found.filter_map(|(at, found)| template[at + found.len()..].split('"').next())
        });
        let named: Vec<&str> = named
            .chain(tools::texts())
            .chain(registers::texts())
            .collect();
        assert!(named.len() > 15);
        for id in named {
            let [en, pl] = Language::ALL.map(|language| frame(language).w(id));
            assert!(!en.is_empty() && !pl.is_empty() && en != pl, "{id}");
        }
    }

    #[test]
    fn pages_name_their_language_and_run_nothing() {
        for language in Language::ALL {
            let frame = frame(language);
            for page in [documents::page(&frame), tools::page(&frame)] {
                assert!(page.contains(&format!("<html lang=\"{}\">", language.code())));
                assert!(page.contains("Example &#60;CA&#62;"));
                for part in ["<script", "http:", "https:", "style="] {
                    assert!(!page.contains(part), "{part}");
                }
            }
        }
    }
}
