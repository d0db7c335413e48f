//! A leaf is for signing and for encryption.

use crate::pkix::spki::PublicKey;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_dual_use",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: "2026-11-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.usage_bits();
    let good = matches!(
        (&certificate.key, bits),
        (Ok(PublicKey::Rsa { .. }), 0xa000) | (Ok(PublicKey::Ec { .. }), 0x8800)
    );
    ensure(good, || format!("key usage {bits:#06x} is not dual use"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.set(oid::KEY_USAGE, hex::decode("03020780").unwrap());
        assert!(bad.breaks(&RULE));
    }
}
