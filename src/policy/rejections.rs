//! The customer's words for why the CA refused an order, in English and Polish.

use super::status::words::Words;
use crate::domain::order::rejection::RejectionReason;

/// What the customer reads.
#[must_use]
pub const fn words(reason: RejectionReason) -> Words {
    let (en, pl) = match reason {
        RejectionReason::DataNotVerifiable => (
            "The organization's data could not be verified.",
            "Nie udało się zweryfikować danych organizacji.",
        ),
        RejectionReason::AuthorityNotShown => (
            "It was not shown that the person who ordered may act for the organization.",
            "Nie wykazano, że osoba zamawiająca może działać w imieniu organizacji.",
        ),
        RejectionReason::MailboxNotControlled => (
            "The e-mail address does not belong to whoever placed the order.",
            "Adres e-mail nie należy do zamawiającego.",
        ),
        RejectionReason::HighRisk => (
            "Our rules do not let us issue certificates to this applicant.",
            "Nasze zasady nie pozwalają wydać certyfikatu temu wnioskodawcy.",
        ),
        RejectionReason::MisuseSuspected => (
            "There is reason to believe that the certificate would be misused.",
            "Istnieją podstawy, by sądzić, że certyfikat zostałby użyty niezgodnie z prawem.",
        ),
        RejectionReason::TermsNotMet => (
            "The terms of the subscriber agreement are not met.",
            "Warunki umowy z subskrybentem nie są spełnione.",
        ),
        RejectionReason::NotOffered => (
            "This certificate is not offered to this applicant.",
            "Tego certyfikatu nie oferujemy temu wnioskodawcy.",
        ),
    };
    Words { en, pl }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_has_its_own_words_in_both_languages() {
        let all = RejectionReason::ALL;
        let words = all.map(words).map(|words| [words.en, words.pl]);
        let different: BTreeSet<&str> = words.into_iter().flatten().collect();
        assert_eq!(different.len(), 2 * all.len());
        for reason in all {
            assert_eq!(RejectionReason::from_name(reason.name()), Some(reason));
        }
    }
}
