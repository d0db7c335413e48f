//! A CA signs certificates and CRLs and nothing else: it answers no OCSP itself.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{CAS, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_ca_key_usage",
    citation: "S/MIME BR 7.1.2.1 c, 7.1.2.2 f",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.usage_bits();
    ensure(bits == 0x0600, || format!("key usage is {bits:#06x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for (mut bad, value) in [
            (Specimen::issuing(), "03020186"),
            (Specimen::root(), "03020204"),
        ] {
            bad.set(oid::KEY_USAGE, hex::decode(value).unwrap());
            assert!(bad.breaks(&RULE));
        }
    }
}
