//! Local parts are ASCII, so there is no SmtpUTF8Mailbox; from 2027-02-01 a rule of Apple says the
//! same.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_smtp_utf8_mailbox",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: Some(day(2027, 2, 1)),
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut names = certificate.alt_names.iter().flatten();
    let found = names.any(|name| name.other == Some(oids::SMTP_UTF8_MAILBOX));
    ensure(!found, || "subjectAltName has a SmtpUTF8Mailbox".to_owned())
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
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
