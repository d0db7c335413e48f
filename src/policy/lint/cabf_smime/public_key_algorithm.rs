//! The key is RSA or on P-256, P-384 or P-521, in the exact encoding; Ed25519 is left out
//! because a dual-use leaf cannot have it.

use crate::pkix::spki::PublicKey;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_public_key_algorithm",
    citation: "S/MIME BR 7.1.3.1",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = matches!(
        certificate.key,
        Ok(PublicKey::Rsa { .. } | PublicKey::Ec { .. })
    );
    ensure(good, || {
        format!("the key is {:?}", certificate.key.as_ref().err())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.spki = PublicKey::Ed25519([1; 32]).to_spki();
        assert!(bad.breaks(&RULE));
        let k256 = hex::decode("301006072a8648ce3d020106052b8104000a").unwrap();
        bad.spki = tlv::sequence(&[&k256, &tlv::bit_string(&[4; 65])]);
        assert!(bad.breaks(&RULE));
    }
}
