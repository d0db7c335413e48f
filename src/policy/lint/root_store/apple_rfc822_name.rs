//! A leaf has at least one rfc822Name: SmtpUTF8Mailbox alone is not enough.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    name::{GeneralName, RFC822_NAME},
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_apple_rfc822_name",
    citation: "Apple Root Program 2.0",
    source: Source::RootStore,
    effective: day(2027, 2, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let names = certificate.alt_names.as_deref().unwrap_or_default();
    let only = names.iter().any(GeneralName::is_mailbox)
        && !names.iter().any(|name| name.kind == RFC822_NAME);
    ensure(!only, || "subjectAltName has no rfc822Name".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names, other_name},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            let other = other_name(oids::SMTP_UTF8_MAILBOX, "żuk@example.com");
            s.set(oids::SUBJECT_ALT_NAME, alt_names(&[(0, &other)]));
            s.period("2027-02-01T00:00:00Z", "2028-01-31T23:59:59Z");
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
