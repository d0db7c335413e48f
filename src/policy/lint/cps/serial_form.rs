//! A serial is 16 octets with the top bits 01: 126 random bits, always positive.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_serial_form",
    citation: "CPS 7.1, S/MIME BR 7.1",
    source: Source::Cps,
    effective: "2026-11-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let serial = certificate.view.serial.value;
    let good = serial.len() == 16 && serial.first().is_some_and(|first| first & 0xc0 == 0x40);
    ensure(good, || "the serial has not the CA's form".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for serial in [vec![0x40; 8], vec![0x3f; 16], vec![0x40; 17]] {
            let mut bad = Specimen::leaf();
            bad.serial = tlv::element(tlv::INTEGER, &[&serial]);
            assert!(bad.breaks(&RULE), "{serial:02x?}");
        }
    }
}
