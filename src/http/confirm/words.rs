//! The page's texts.

use std::sync::OnceLock;

use crate::{api::texts::Texts, domain::text::Language};

/// A text; empty when there is none, which the page's test finds.
pub(super) fn text(language: Language, id: &str) -> &'static str {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    let texts = TEXTS.get_or_init(|| {
        Texts::read(
            include_str!("../../../config/locales/en/confirm.ftl"),
            include_str!("../../../config/locales/pl/confirm.ftl"),
        )
    });
    texts.get(language, id)
}
