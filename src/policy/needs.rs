//! The applicant's words for what a specialist needs, in English and Polish.

use super::status::words::Words;
use crate::domain::{subject_data::need::Need, text::Language};

/// What the applicant reads. At most 72 characters: a line of a mail.
#[must_use]
pub const fn words(need: Need) -> Words {
    let (en, pl) = match need {
        Need::RegisterExtract => (
            "A current extract from the register of the organisation.",
            "Aktualny odpis z rejestru organizacji.",
        ),
        Need::FoundingDocument => (
            "The statute or another document on how it was established.",
            "Statut lub inny dokument potwierdzający utworzenie.",
        ),
        Need::AuthorityProof => (
            "A document that lets the person who ordered act for it.",
            "Dokument upoważniający osobę zamawiającą do działania w jej imieniu.",
        ),
        Need::CorrectedData => (
            "Corrected data (a new version): the register says otherwise.",
            "Poprawione dane (nowa wersja): w rejestrze są inne.",
        ),
        Need::ReadableDocument => (
            "A readable and complete copy of the document that was sent.",
            "Czytelna i kompletna kopia przesłanego dokumentu.",
        ),
        Need::Contact => (
            "A published telephone number or address to reach it at.",
            "Opublikowany numer telefonu lub adres organizacji.",
        ),
        Need::Other => (
            "An answer to the note below.",
            "Odpowiedź na poniższą uwagę.",
        ),
    };
    Words { en, pl }
}

/// The needs as lines of a mail.
#[must_use]
pub fn lines(needed: &[Need], language: Language) -> String {
    let line = |need: &Need| {
        let words = words(*need);
        match language {
            Language::English => format!("  - {}", words.en),
            Language::Polish => format!("  - {}", words.pl),
        }
    };
    let lines: Vec<String> = needed.iter().map(line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_has_its_own_words_that_fit_a_line() {
        for need in Need::ALL {
            let words = words(need);
            assert_ne!(words.en, words.pl);
            for text in [words.en, words.pl] {
                assert!(text.chars().count() <= 72, "{text}");
            }
            assert_eq!(Need::from_name(need.name()), Some(need));
        }
        let both = lines(&[Need::Contact, Need::Other], Language::Polish);
        assert_eq!(both.lines().count(), 2);
    }
}
