//! The page's texts, from the Fluent files that are built in.

use std::{collections::BTreeMap, sync::OnceLock};

use fluent_bundle::{FluentBundle, FluentResource};

use crate::domain::text::Language;

const ENGLISH: &str = include_str!("../../../config/locales/en/confirm.ftl");
const POLISH: &str = include_str!("../../../config/locales/pl/confirm.ftl");

type Texts = BTreeMap<String, String>;

/// A text; empty when there is none, which the page's test finds.
pub(super) fn text(language: Language, id: &str) -> &'static str {
    static TEXTS: OnceLock<(Texts, Texts)> = OnceLock::new();
    let (english, polish) = TEXTS.get_or_init(|| (read(ENGLISH), read(POLISH)));
    let texts = match language {
        Language::English => english,
        Language::Polish => polish,
    };
    texts.get(id).map_or("", String::as_str)
}

fn read(source: &str) -> Texts {
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let mut bundle = FluentBundle::new(Vec::new());
    bundle.add_resource_overriding(&resource);
    let ids = source.lines().filter_map(|line| line.split_once(" = "));
    ids.filter_map(|(id, _)| {
        let pattern = bundle.get_message(id)?.value()?;
        let words = bundle.format_pattern(pattern, None, &mut Vec::new());
        Some((id.to_owned(), words.into_owned()))
    })
    .collect()
}
