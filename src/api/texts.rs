//! Texts in every language of the CA, from the Fluent files that are built in.

use std::collections::BTreeMap;

use fluent_bundle::{FluentBundle, FluentResource};

use crate::domain::text::Language;

/// The texts of one subject, by id.
pub struct Texts {
    english: BTreeMap<String, String>,
    polish: BTreeMap<String, String>,
}

impl Texts {
    /// Reads what can be read; the tests of each subject prove that this is everything.
    #[must_use]
    pub fn read(english: &str, polish: &str) -> Self {
        Self {
            english: read(english),
            polish: read(polish),
        }
    }

    /// The texts of a language.
    #[must_use]
    pub const fn of(&self, language: Language) -> &BTreeMap<String, String> {
        match language {
            Language::English => &self.english,
            Language::Polish => &self.polish,
        }
    }

    /// A text; empty when there is none.
    #[must_use]
    pub fn get(&self, language: Language, id: &str) -> &str {
        self.of(language).get(id).map_or("", String::as_str)
    }
}

fn read(source: &str) -> BTreeMap<String, String> {
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
