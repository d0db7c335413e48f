//! The key is that of its algorithm: two positive integers, an uncompressed point, or octets of
//! the right length.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
    key::Form,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_public_key_encoding",
    citation: "S/MIME BR 6.1.6, RFC 3279 2.3.1, RFC 5480 2.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(certificate.key.form != Form::Malformed, || {
        "the key is not one of its algorithm".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        let p256 = "301306072a8648ce3d020106082a8648ce3d030107";
        let rsa = "300d06092a864886f70d0101010500";
        vec![
            Specimen::ec_leaf().but(|s| s.key(keys::raw(p256, &[2; 33]))),
            Specimen::ec_leaf().but(|s| s.key(keys::raw(p256, &[4; 64]))),
            Specimen::leaf().but(|s| s.key(keys::raw(rsa, &[0x30, 3, 2, 1, 7]))),
            Specimen::leaf().but(|s| s.key(keys::raw("300506032b6570", &[4; 31]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
