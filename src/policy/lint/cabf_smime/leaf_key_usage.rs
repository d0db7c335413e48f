//! keyUsage is a row of the table for the key: RSA signs and enciphers keys, EC signs and
//! agrees on keys.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};
use crate::{pkix::spki::PublicKey, policy::lint::certificate::Kind};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_leaf_key_usage",
    citation: "S/MIME BR 7.1.2.3 e",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    const SIGN: u16 = 0x8000;
    const NON_REPUDIATION: u16 = 0x4000;
    const ENCIPHER: u16 = 0x2000;
    const DATA: u16 = 0x1000;
    const AGREE: u16 = 0x0800;
    let bits = certificate.usage_bits();
    let allowed = match (&certificate.key, certificate.kind) {
        (Ok(PublicKey::Rsa { .. }), Kind::Strict) => SIGN | NON_REPUDIATION | ENCIPHER,
        (Ok(PublicKey::Rsa { .. }), _) => SIGN | NON_REPUDIATION | ENCIPHER | DATA,
        (Ok(PublicKey::Ec { .. }), _) => SIGN | NON_REPUDIATION | AGREE,
        _ => SIGN | NON_REPUDIATION,
    };
    let needs = |bit, other| bits & bit == 0 || bits & other != 0;
    let good = bits & (SIGN | ENCIPHER | AGREE) != 0
        && bits & !allowed == 0
        && needs(NON_REPUDIATION, SIGN)
        && needs(DATA, ENCIPHER);
    ensure(good, || {
        format!("key usage {bits:#06x} does not fit the key")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for (mut bad, value) in [
            (Specimen::leaf(), "03020388"),
            (Specimen::ec_leaf(), "030205a0"),
            (Specimen::strict(), "030204b0"),
            (Specimen::leaf(), "03020106"),
            (Specimen::leaf(), "03020640"),
        ] {
            bad.set(oid::KEY_USAGE, hex::decode(value).unwrap());
            assert!(bad.breaks(&RULE), "{value}");
        }
    }
}
