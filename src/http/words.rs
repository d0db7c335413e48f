//! Words of the policy, on the wire in both languages.

use crate::{api::problem::Bilingual, policy::status::words::Words};

/// Both languages of a word.
#[must_use]
pub fn bilingual(words: Words) -> Bilingual {
    of(words.en, words.pl)
}

#[must_use]
pub fn of(en: &str, pl: &str) -> Bilingual {
    Bilingual {
        en: en.to_owned(),
        pl: pl.to_owned(),
    }
}
