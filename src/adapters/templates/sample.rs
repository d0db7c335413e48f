//! Invented letters: each template is rendered with one when it is loaded, and an operator can
//! look at the result (`chancery mail preview`).

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::{
    domain::{mail::MailKind, text::Language},
    ports::mailer::Letter,
};

/// A letter of this kind with every value that its mails have.
#[must_use]
pub fn letter(language: Language, kind: MailKind) -> Letter {
    let mut values = BTreeMap::from([
        ("ca", "Example CA"),
        ("contact", "help@ca.example.com"),
        ("order_number", "ORDER/0000123456/b01"),
        ("recipient", "anna.nowak@example.com"),
        ("organization", "Example Sp. z o.o."),
        ("message", "The register shows another address."),
    ]);
    if kind == MailKind::Test {
        for known in ["order_number", "organization", "message"] {
            values.remove(known);
        }
    }
    if kind.reminds().is_some() {
        let link = "https://pki.example.com/u/AZnJWgAAcACAAAAAAAAAAAABAgMEBQYHCAkKCwwNDg8";
        values.insert("unsubscribe", link);
    }
    values.extend(own(language, kind));
    let values = values
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect();
    let code = (kind == MailKind::VerifyAddress)
        .then(|| SecretString::from("01234-56789-ABCDE-FGHJK-MNPQRS".to_owned()));
    Letter {
        kind,
        language,
        values,
        code,
    }
}

/// What mails of this kind have besides.
fn own(language: Language, kind: MailKind) -> Vec<(&'static str, &'static str)> {
    match kind {
        MailKind::VerifyAddress => vec![
            (
                "link",
                "https://pki.example.com/v/eml_0199c95a-0000-7000-8000-000000000000",
            ),
            ("expires_at", "2026-11-24 00:42 CET (2026-11-23 23:42 UTC)"),
        ],
        MailKind::Issued => vec![
            ("serial", "3fa90c0b5d2e4f6182a3b4c5d6e7f809"),
            ("subject", "CN=Example Sp. z o.o.,O=Example Sp. z o.o.,C=PL"),
            ("mailbox", "anna.nowak@example.com"),
            ("not_before", "2026-11-22 18:42 CET (17:42 UTC)"),
            ("guide", guide(language)),
            ("not_after", "2027-11-22 18:42 CET (17:42 UTC)"),
        ],
        MailKind::Reissued | MailKind::SupersededEnding => vec![
            ("serial", "3fa90c0b5d2e4f6182a3b4c5d6e7f809"),
            ("mailbox", "anna.nowak@example.com"),
            ("not_after", "2027-11-22 18:42 CET (17:42 UTC)"),
            (
                "replaced_until",
                "2026-12-15 00:15 CET (2026-12-14 23:15 UTC)",
            ),
        ],
        MailKind::Submitted => vec![
            ("mailbox", "anna.nowak@example.com"),
            ("submitted_at", "2026-11-22 18:42 CET (17:42 UTC)"),
        ],
        MailKind::RevocationRequested => vec![
            ("serial", "3fa90c0b5d2e4f6182a3b4c5d6e7f809"),
            ("mailbox", "anna.nowak@example.com"),
            ("requested_at", "2026-12-01 09:15 CET (08:15 UTC)"),
            ("publish_by", "2026-12-02 00:15 CET (2026-12-01 23:15 UTC)"),
            ("reason", reason(language)),
        ],
        MailKind::Revoked => vec![
            ("serial", "3fa90c0b5d2e4f6182a3b4c5d6e7f809"),
            ("mailbox", "anna.nowak@example.com"),
            ("revoked_at", "2026-12-01 09:15 CET (08:15 UTC)"),
            ("reason", reason(language)),
        ],
        MailKind::CertificateExpiring | MailKind::CertificateExpired => vec![
            ("serial", "3fa90c0b5d2e4f6182a3b4c5d6e7f809"),
            ("mailbox", "anna.nowak@example.com"),
            ("not_after", "2027-11-22 18:42 CET (17:42 UTC)"),
            ("last_day", "2027-11-22"),
        ],
        MailKind::DataExpiring | MailKind::MailboxLapsing | MailKind::OrderLapsing => {
            vec![("until", "2027-11-22 18:42 CET (17:42 UTC)")]
        }
        MailKind::InformationNeeded => vec![
            ("needed", needed(language)),
            (
                "answer_until",
                "2026-12-22 00:42 CET (2026-12-21 23:42 UTC)",
            ),
        ],
        MailKind::AddressVerified
        | MailKind::DataReceived
        | MailKind::DataApproved
        | MailKind::DataRejected
        | MailKind::IssuanceDelayed
        | MailKind::IssuanceRefused
        | MailKind::ReadyToActivate
        | MailKind::Test => Vec::new(),
    }
}

fn reason(language: Language) -> &'static str {
    match language {
        Language::English => "The certificate is superseded by another.",
        Language::Polish => "Certyfikat został zastąpiony innym.",
    }
}

fn guide(language: Language) -> &'static str {
    match language {
        Language::English => "https://pki.example.com/csr?lang=en",
        Language::Polish => "https://pki.example.com/csr?lang=pl",
    }
}

fn needed(language: Language) -> &'static str {
    match language {
        Language::English => "  - A current extract from the register of the organisation.",
        Language::Polish => "  - Aktualny odpis z rejestru organizacji.",
    }
}
