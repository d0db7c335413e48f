//! keyUsage is a row of the table for the key: which bits, and which of them need another.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, Kind, LEAVES},
    day, ensure,
    key::Form,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_leaf_key_usage",
    citation: "S/MIME BR 7.1.2.3 e",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some(bits) = certificate.usage().filter(|bits| *bits != 0) else {
        return Ok(());
    };
    let allowed = match (certificate.key.form, certificate.kind) {
        (Form::Rsa { .. }, Kind::Strict(_)) => SIGN | NON_REPUDIATION | ENCIPHER,
        (Form::Rsa { .. }, _) => SIGN | NON_REPUDIATION | ENCIPHER | DATA,
        (Form::Ec { .. }, _) => SIGN | NON_REPUDIATION | AGREE | ENCIPHER_ONLY | DECIPHER_ONLY,
        (Form::Ed25519 | Form::Ed448 | Form::MlDsa, _) => SIGN | NON_REPUDIATION,
        (Form::MlKem, _) => ENCIPHER,
        (Form::Malformed | Form::Unknown, _) => return Ok(()),
    };
    let one_way = ENCIPHER_ONLY | DECIPHER_ONLY;
    let needs = |bit, other| bits & bit == 0 || bits & other != 0;
    let good = bits & !allowed == 0
        && needs(NON_REPUDIATION, SIGN)
        && needs(DATA, ENCIPHER)
        && needs(one_way, AGREE)
        && bits & one_way != one_way;
    ensure(good, || {
        format!("key usage {bits:#06x} does not fit the key")
    })
}

const SIGN: u16 = 0x8000;
const NON_REPUDIATION: u16 = 0x4000;
const ENCIPHER: u16 = 0x2000;
const DATA: u16 = 0x1000;
const AGREE: u16 = 0x0800;
const ENCIPHER_ONLY: u16 = 0x0100;
const DECIPHER_ONLY: u16 = 0x0080;

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let used = |s: Specimen, value: &str| {
            let value = hex::decode(value).unwrap();
            s.but(|s| s.set(oids::KEY_USAGE, value))
        };
        vec![
            // RSA that agrees on keys, or signs certificates.
            used(Specimen::leaf(), "030203a8"),
            used(Specimen::leaf(), "030202a4"),
            // EC that enciphers keys.
            used(Specimen::ec_leaf(), "030203a8"),
            // EC that may only encipher and only decipher.
            used(Specimen::ec_leaf(), "0303078980"),
            // A strict leaf that enciphers data.
            used(Specimen::strict(), "030204b0"),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
