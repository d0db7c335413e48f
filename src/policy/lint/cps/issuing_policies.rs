//! An issuing CA lists reserved policies of ours explicitly, and not anyPolicy.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ISSUING},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_issuing_policies",
    citation: "CPS 7.1.6, S/MIME BR 7.1.2.2 a",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ISSUING, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some(found) = certificate
        .policies
        .as_ref()
        .filter(|found| !found.is_empty())
    else {
        return Ok(());
    };
    let ours = [oids::ORGANIZATION_MULTIPURPOSE, oids::ORGANIZATION_STRICT];
    let good = found.iter().all(|policy| ours.contains(&policy.oid));
    ensure(good, || {
        let all = oids::dotted_all(found.iter().map(|policy| policy.oid));
        format!("the policies are {all}")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, policies},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::issuing()
                .but(|s| s.set(oids::CERTIFICATE_POLICIES, policies(&[oids::ANY_POLICY]))),
            Specimen::issuing().but(|s| {
                let legacy: &[u8] = b"\x67\x81\x0c\x01\x05\x02\x01";
                s.set(
                    oids::CERTIFICATE_POLICIES,
                    policies(&[oids::ORGANIZATION_STRICT, legacy]),
                );
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
