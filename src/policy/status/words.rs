//! The customer's words for each status, in English and Polish. Codes are the contract; these
//! are what a panel shows for them.

use super::{DataStatus, StatusCode};
use crate::domain::text::Language;

/// One word in every language of the CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    pub en: &'static str,
    pub pl: &'static str,
}

impl Words {
    #[must_use]
    pub const fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Polish => self.pl,
        }
    }
}

const fn words(en: &'static str, pl: &'static str) -> Words {
    Words { en, pl }
}

impl StatusCode {
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Cancelled => words("Cancelled", "Anulowano"),
            Self::Rejected => words("Rejected", "Odrzucono"),
            Self::Lapsed => words("Lapsed", "Upłynął termin aktywacji"),
            Self::Revoked => words("Revoked", "Unieważniono"),
            Self::RevocationInProgress => {
                words("Revocation in progress", "W trakcie unieważniania")
            }
            Self::Expired => words("Expired", "Wygasł"),
            Self::Expiring => words("Expiring", "Wygasa wkrótce"),
            Self::Issued => words("Issued", "Wydano"),
            Self::SubmittedForIssuance => words("Submitted for issuance", "Przekazano do wydania"),
            Self::ReadyForActivation => words("Ready for activation", "Gotowe do aktywacji"),
            Self::AdditionalInformationNeeded => words(
                "Additional information needed",
                "Potrzebne dodatkowe informacje",
            ),
            Self::WaitingForEmailConfirmation => words(
                "Waiting for e-mail confirmation",
                "Oczekuje na potwierdzenie adresu e-mail",
            ),
            Self::UnderVerification => words("Under verification", "W trakcie weryfikacji"),
            Self::WaitingForActivation => words("Waiting for activation", "Oczekuje na aktywację"),
        }
    }
}

impl DataStatus {
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::WaitingForData => words("Waiting for data", "Oczekuje na dane"),
            Self::UnderVerification => words("Under verification", "W trakcie weryfikacji"),
            Self::AdditionalInformationNeeded => words(
                "Additional information needed",
                "Potrzebne dodatkowe informacje",
            ),
            Self::Verified => words("Verified", "Zweryfikowano"),
            Self::Expired => words("Verification expired", "Weryfikacja wygasła"),
            Self::Rejected => words("Rejected", "Odrzucono"),
            Self::Withdrawn => words("Withdrawn", "Wycofano"),
            Self::Suspended => words("Suspended", "Zawieszono"),
            Self::Replaced => words("Replaced by newer data", "Zastąpiono nowszymi danymi"),
        }
    }
}
