//! The templates that are built in.

use crate::domain::{mail::MailKind, text::Language};

macro_rules! texts {
    ($language:literal, $kind:expr) => {
        match $kind {
            MailKind::VerifyAddress => file!($language, "verify-address"),
            MailKind::DataReceived => file!($language, "data-received"),
            MailKind::DataApproved => file!($language, "data-approved"),
            MailKind::DataRejected => file!($language, "data-rejected"),
            MailKind::InformationNeeded => file!($language, "information-needed"),
            MailKind::ReadyToActivate => file!($language, "ready-to-activate"),
            MailKind::Submitted => file!($language, "submitted"),
            MailKind::Issued => file!($language, "issued"),
            MailKind::Reissued => file!($language, "reissued"),
            MailKind::SupersededEnding => file!($language, "superseded-ending"),
            MailKind::RevocationRequested => file!($language, "revocation-requested"),
            MailKind::Revoked => file!($language, "revoked"),
            MailKind::AddressVerified => file!($language, "address-verified"),
            MailKind::IssuanceDelayed => file!($language, "issuance-delayed"),
            MailKind::IssuanceRefused => file!($language, "issuance-refused"),
            MailKind::CertificateExpiring => file!($language, "certificate-expiring"),
            MailKind::CertificateExpired => file!($language, "certificate-expired"),
            MailKind::DataExpiring => file!($language, "data-expiring"),
            MailKind::MailboxLapsing => file!($language, "mailbox-lapsing"),
            MailKind::OrderLapsing => file!($language, "order-lapsing"),
            MailKind::Test => file!($language, "test"),
        }
    };
}

macro_rules! file {
    ($language:literal, $name:literal) => {
        include_str!(concat!(
            "../../../config/locales/",
            $language,
            "/mail/",
            $name,
            ".txt"
        ))
    };
}

pub(super) const fn source(language: Language, kind: MailKind) -> &'static str {
    match language {
        Language::English => texts!("en", kind),
        Language::Polish => texts!("pl", kind),
    }
}
