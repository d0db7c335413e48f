//! A serial is 16 octets with the top bits 01: 126 random bits, always positive.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_serial_form",
    citation: "CPS 7.1",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let serial = certificate.serial;
    // Others are refused by the requirements themselves.
    let lawful = certificate
        .positive_serial()
        .is_some_and(|found| found.len() >= 8)
        && serial.len() <= 20;
    let ours = serial.len() == 16 && serial.first().is_some_and(|first| first & 0xc0 == 0x40);
    ensure(ours || !lawful, || {
        "the serial has not the CA's form".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.serial = vec![0x40; 8]),
            Specimen::leaf().but(|s| s.serial = vec![0x3f; 16]),
            Specimen::leaf().but(|s| s.serial = [&[0][..], &[0x80; 16]].concat()),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
