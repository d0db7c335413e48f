//! The words of every code, from the Fluent files that are built in: a daemon whose words could
//! be missing on disk could not say what is wrong.

use std::{collections::BTreeMap, sync::OnceLock};

use crate::{api::texts::Texts, domain::text::Language};

const ENGLISH: &str = include_str!("../../../config/locales/en/problems.ftl");
const POLISH: &str = include_str!("../../../config/locales/pl/problems.ftl");

/// The words of a code; the code itself when it has none.
#[must_use]
pub fn text(language: Language, code: &str) -> &str {
    known(language).get(code).map_or(code, String::as_str)
}

/// The code as this program's own, if it has words.
#[must_use]
pub fn code(code: &str) -> Option<&'static str> {
    let (code, _) = known(Language::English).get_key_value(code)?;
    Some(code)
}

fn known(language: Language) -> &'static BTreeMap<String, String> {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    TEXTS
        .get_or_init(|| Texts::read(ENGLISH, POLISH))
        .of(language)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use fluent_bundle::FluentResource;

    use super::*;

    /// Calls that take a code, with it among their arguments.
    const CALLS: [&str; 12] = [
        "Refused::new(",
        "Refused::state(",
        "Refused::unacceptable(",
        "Refused::forbidden(",
        "Refused::unavailable(",
        "Self::new(Class::",
        "Self::state(",
        "Self::unacceptable(",
        "Refusal::new(",
        "Refusal::at(",
        "fault(",
        " at(",
    ];

    fn sources(dir: &Path, into: &mut Vec<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(path).unwrap();
                let product = text.split("#[cfg(test)]").next().unwrap().to_owned();
                into.push(product);
            }
        }
    }

    /// Codes in the product's source: kebab-case literals among the arguments of `CALLS`, after
    /// `code:`, and the codes of requests.
    fn codes() -> BTreeSet<String> {
        let mut texts = Vec::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut texts,
        );
        let mut found = BTreeSet::new();
        for text in &texts {
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let after = |call: &&str| {
                let places: Vec<_> = flat.match_indices(*call).collect();
                let rests = places
                    .into_iter()
                    .map(|(at, call)| &flat[at + call.len()..]);
                rests.collect::<Vec<_>>()
            };
            let calls = CALLS.iter().flat_map(after);
            let arguments = calls.map(|rest| rest.split(')').next().unwrap());
            let member = |rest: &'_ str| rest.split([',', '}']).next().unwrap().to_owned();
            let members = after(&"code: ").into_iter().map(member);
            let arms = after(&"=> ").into_iter().map(member);
            let arms = arms.filter(|value| value.starts_with("\"csr-"));
            let codes = arguments.map(ToOwned::to_owned).chain(members).chain(arms);
            for part in codes {
                // Every second piece between quotes is a literal.
                let literals = part.split('"').skip(1).step_by(2);
                found.extend(literals.filter(|text| is_code(text)).map(ToOwned::to_owned));
            }
        }
        found
    }

    fn is_code(text: &str) -> bool {
        let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        text.contains('-') && text.bytes().all(kebab)
    }

    #[test]
    fn every_code_of_the_product_has_words_in_both_languages() {
        let codes = codes();
        for known in [
            "not-found",
            "store-busy",
            "csr-not-pem",
            "identity-name-invalid",
        ] {
            assert!(codes.contains(known), "{known} was not found in the source");
        }
        let missing: Vec<_> = Language::ALL
            .into_iter()
            .flat_map(|language| codes.iter().map(move |code| (language, code)))
            .filter(|(language, code)| !known(*language).contains_key(*code))
            .collect();
        assert!(missing.is_empty(), "no words for {missing:?}");
    }

    #[test]
    fn the_files_are_whole_and_alike() {
        for source in [ENGLISH, POLISH] {
            assert!(FluentResource::try_new(source.to_owned()).is_ok());
        }
        let ids = |language| known(language).keys().collect::<Vec<_>>();
        assert_eq!(ids(Language::English), ids(Language::Polish));
    }
}
