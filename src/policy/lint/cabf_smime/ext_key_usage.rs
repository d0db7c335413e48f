//! extKeyUsage has emailProtection and nothing else: Strict allows no more, and neither this CA
//! nor Apple since 2026-08-01 more in an issuing CA.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_ext_key_usage",
    citation: "S/MIME BR 7.1.2.2 g, 7.1.2.3 f",
    source: Source::CabfSmime,
    effective: "2026-08-01",
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.ext_key_usage.as_deref().unwrap_or_default();
    ensure(found == [oid::EMAIL_PROTECTION], || {
        format!("extKeyUsage is {found:?}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for mut bad in [Specimen::leaf(), Specimen::issuing()] {
            bad.remove(oid::EXT_KEY_USAGE);
            assert!(bad.breaks(&RULE));
            let both = [oid::EMAIL_PROTECTION, oid::OCSP_SIGNING]
                .iter()
                .flat_map(tlv::oid);
            let value = tlv::sequence(&[&both.collect::<Vec<_>>()]);
            bad.set(oid::EXT_KEY_USAGE, value);
            assert!(bad.breaks(&RULE));
        }
    }
}
