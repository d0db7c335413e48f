//! A point of an EC key lies on its curve.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ParsedPublicKey,
};

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
    key::{Curve, Form},
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_point_on_curve",
    citation: "S/MIME BR 6.1.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Form::Ec { curve, point } = certificate.key.form else {
        return Ok(());
    };
    let algorithm = match curve {
        Curve::P256 => &ECDSA_P256_SHA256_ASN1,
        Curve::P384 => &ECDSA_P384_SHA384_ASN1,
        Curve::P521 => &ECDSA_P521_SHA512_ASN1,
    };
    // aws-lc validates a point in full when it reads one.
    ensure(ParsedPublicKey::new(algorithm, point).is_ok(), || {
        "the point does not lie on the curve".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::ec_leaf().but(|s| {
            let mut spki = s.spki.clone();
            *spki.last_mut().unwrap() ^= 1;
            s.key(spki);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
