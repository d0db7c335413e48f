//! The signature algorithm of a CRL is one of the CA's key.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_signature_fits",
    citation: "S/MIME BR 7.1.3.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let issuer = list.issuer;
    let fits =
        super::signature_fits_issuer::fits(list.outer_algorithm, issuer.signer, &issuer.algorithm);
    ensure(fits, || {
        "the signature algorithm is not that of the CA's key".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::leaves().but(|s| s.algorithm("300a06082a8648ce3d040302"))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
