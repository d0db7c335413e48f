//! The key of a new root is RSA with at least 4096 bits, or on P-384.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ROOT},
    day, ensure,
    key::{Curve, Form},
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_apple_root_key",
    citation: "Apple Root Program 2.0",
    source: Source::RootStore,
    effective: day(2026, 8, 1),
    ineffective: None,
    check: (ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = match certificate.key.form {
        // Shorter ones are refused by S/MIME BR 6.1.5.
        Form::Rsa { .. } | Form::Malformed | Form::Unknown | Form::MlDsa | Form::MlKem => true,
        Form::Ec { curve, .. } => curve == Curve::P384,
        Form::Ed25519 | Form::Ed448 => false,
    };
    ensure(good, || "the key is not one of a new root".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::{spki::Curve, tlv};
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, keys},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let mut bad = Specimen::root();
        bad.key(keys::ec(Curve::P256));
        let identifier = keys::identifier(&bad.spki);
        let identifier = tlv::element(tlv::primitive(0), &[&identifier]);
        bad.set(
            oids::AUTHORITY_KEY_IDENTIFIER,
            tlv::sequence(&[&identifier]),
        );
        bad.algorithm("300a06082a8648ce3d040302");
        vec![bad]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
