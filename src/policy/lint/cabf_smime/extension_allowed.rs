//! Only extensions of the kind's profile.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};
use crate::{pkix::oid, policy::lint::certificate::Kind};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_extension_allowed",
    citation: "S/MIME BR 7.1.2",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.view.extensions.iter().find(|found| {
        let everywhere = [
            oid::AUTHORITY_KEY_IDENTIFIER,
            oid::SUBJECT_KEY_IDENTIFIER,
            oid::KEY_USAGE,
            oid::BASIC_CONSTRAINTS,
        ];
        let below = [
            oid::CERTIFICATE_POLICIES,
            oid::CRL_DISTRIBUTION_POINTS,
            oid::AUTHORITY_INFO_ACCESS,
            oid::EXT_KEY_USAGE,
        ];
        let allowed = everywhere.contains(&found.oid)
            || match certificate.kind {
                Kind::Root => false,
                Kind::Issuing => below.contains(&found.oid) || found.oid == oid::NAME_CONSTRAINTS,
                Kind::Multipurpose | Kind::Strict => {
                    below.contains(&found.oid)
                        || found.oid == oid::SUBJECT_ALT_NAME
                        || found.oid == oid::SMIME_CAPABILITIES
                }
            };
        !allowed
    });
    ensure(wrong.is_none(), || {
        format!(
            "extension {:?} is not in the profile",
            wrong.map(|found| found.oid)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use const_oid::ObjectIdentifier;

    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let directory_attributes = ObjectIdentifier::new_unwrap("2.5.29.9");
        let mut bad = Specimen::leaf();
        bad.set(directory_attributes, vec![0x30, 0]);
        assert!(bad.breaks(&RULE));
        let mut bad = Specimen::root();
        bad.set(
            oid::EXT_KEY_USAGE,
            tlv::sequence(&[&tlv::oid(&oid::EMAIL_PROTECTION)]),
        );
        assert!(bad.breaks(&RULE));
        let mut bad = Specimen::issuing();
        bad.set(oid::SUBJECT_ALT_NAME, vec![0x30, 0]);
        assert!(bad.breaks(&RULE));
    }
}
