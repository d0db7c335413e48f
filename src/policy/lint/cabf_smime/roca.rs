//! An RSA modulus has not the structure of CVE-2017-15361 (ROCA).

use crate::policy::key_policy::roca;
use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_roca",
    citation: "S/MIME BR 6.1.1.3, TLS BR 6.1.1.3",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let weak = certificate
        .key
        .rsa()
        .is_some_and(|(modulus, _)| roca::has_roca_structure(modulus));
    ensure(!weak, || {
        "the modulus has the structure of ROCA keys".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| s.key(keys::rsa(&keys::roca_modulus(), &[1, 0, 1])))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
