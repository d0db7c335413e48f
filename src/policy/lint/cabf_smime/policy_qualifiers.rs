//! Policy qualifiers are a cPSuri with http or https, or a userNotice with explicitText in
//! UTF8String and without noticeRef.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_policy_qualifiers",
    citation: "S/MIME BR 7.1.2.3 a, RFC 6818 3",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut policies = certificate.policies.iter().flatten();
    ensure(policies.all(|policy| policy.has_lawful_qualifiers), || {
        "a policy has qualifiers that are not permitted".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, qualified},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let ftp = tlv::element(tlv::IA5_STRING, &[b"ftp://pki.example.com/cps"]);
        let ia5 = tlv::sequence(&[&tlv::element(tlv::IA5_STRING, &[b"See the CPS"])]);
        let numbers = tlv::sequence(&[&tlv::integer(&[1])]);
        let organization = tlv::element(tlv::UTF8_STRING, &[b"Example"]);
        let reference = tlv::sequence(&[&tlv::sequence(&[&organization, &numbers])]);
        let all = [
            qualified(oids::CPS_QUALIFIER, &ftp),
            qualified(oids::USER_NOTICE, &ia5),
            qualified(oids::USER_NOTICE, &reference),
            qualified(oids::CLIENT_AUTH, &ftp),
        ];
        let all = all.into_iter();
        all.map(|value| Specimen::leaf().but(|s| s.set(oids::CERTIFICATE_POLICIES, value)))
            .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
