//! A serial is positive, at most 20 octets, below 2^159.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_serial_range",
    citation: "RFC 5280 4.1.2.2",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = match certificate.view.serial.unsigned() {
        Ok([0]) | Err(_) => false,
        Ok(_) => certificate.view.serial.value.len() <= 20,
    };
    ensure(good, || {
        "the serial is not positive and below 2^159".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for serial in [
            vec![0],
            vec![0x80; 16],
            vec![0x40; 21],
            [&[0][..], &[0x80; 20]].concat(),
        ] {
            let mut bad = Specimen::leaf();
            bad.serial = tlv::element(tlv::INTEGER, &[&serial]);
            assert!(bad.breaks(&RULE), "{serial:02x?}");
        }
    }
}
