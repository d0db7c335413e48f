//! The rules for what a ceremony signs, judged on the exact to-be-signed bytes by reading them
//! back: S/MIME BR 7.1.2.1 (root), 7.1.2.2 (issuing CA), 7.2 (CRL), 6.1.5 (keys).

use super::{Object, draft::Draft};
use crate::pkix::{
    certificate::{self, CertificateView},
    certification_request::RequestView,
    name::{AttributeType, Name},
    oid,
    spki::PublicKey,
    tbs_cert_list::CrlView,
    tlv::{self, Malformed},
    validity,
};

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The clause.
    pub clause: &'static str,
    pub text: &'static str,
}

/// 25 years: beyond it no root program takes a root (Chrome, Mozilla: 18 years of trust).
const LONGEST_CA_DAYS: i64 = 25 * 366;
/// S/MIME BR 4.9.7: a CRL of sub-CAs at least every twelve months.
const LONGEST_CRL_DAYS: i64 = 365;

/// Every broken rule.
#[must_use]
pub fn findings(draft: &Draft) -> Vec<Finding> {
    let whole = certificate::assemble(&draft.tbs, draft.algorithm, &[]);
    let judged = match draft.object {
        Object::RootCertificate => ca(&whole, true),
        Object::IssuingCertificate => ca(&whole, false),
        Object::Request => request(&whole),
        Object::RootCrl => crl(&whole),
    };
    let mut findings = judged.unwrap_or_else(|Malformed| {
        vec![Finding {
            clause: "X.690",
            text: "the draft is not strict DER of its kind",
        }]
    });
    let view = |inner: &[u8]| inner == draft.algorithm.der();
    let inner = match draft.object {
        Object::RootCertificate | Object::IssuingCertificate => {
            CertificateView::parse(&whole).map(|c| view(c.inner_algorithm))
        }
        Object::RootCrl => CrlView::parse(&whole).map(|c| view(c.inner_algorithm)),
        Object::Request => Ok(true),
    };
    if inner != Ok(true) {
        findings.push(Finding {
            clause: "RFC 5280 4.1.1.2",
            text: "inner and outer signature algorithm differ",
        });
    }
    findings
}

struct Rules(Vec<Finding>);

impl Rules {
    fn demand(&mut self, kept: bool, clause: &'static str, text: &'static str) {
        if !kept {
            self.0.push(Finding { clause, text });
        }
    }
}

fn ca(der: &[u8], is_root: bool) -> Result<Vec<Finding>, Malformed> {
    let view = CertificateView::parse(der)?;
    let mut rules = Rules(Vec::new());
    let serial = view.serial.unsigned()?;
    rules.demand(
        (8..=20).contains(&serial.len()),
        "7.1",
        "the serial has not 64 to 159 bits",
    );
    rules.demand(view.version == 2, "7.1.1", "the certificate is not v3");
    rules.demand(!view.has_unique_id, "7.1.2", "it has a unique identifier");
    rules.demand(
        (view.issuer == view.subject) == is_root,
        "7.1.4.1",
        "issuer and subject are equal exactly in a root",
    );
    subject(&mut rules, view.subject)?;
    key(&mut rules, view.spki);
    let period = validity::Validity::from_der(&view.validity)?;
    rules.demand(
        period.seconds() <= LONGEST_CA_DAYS * 86_400,
        "6.3.2",
        "the validity is longer than 25 years",
    );
    extensions(&mut rules, &view, is_root)?;
    Ok(rules.0)
}

fn subject(rules: &mut Rules, der: &[u8]) -> Result<(), Malformed> {
    let name = Name::from_der(der)?;
    for wanted in [
        AttributeType::Country,
        AttributeType::Organization,
        AttributeType::CommonName,
    ] {
        rules.demand(
            name.value(wanted).is_some(),
            "7.1.4.3.1",
            "the subject lacks country, organization or common name",
        );
    }
    Ok(())
}

fn key(rules: &mut Rules, spki: &[u8]) {
    let large = PublicKey::from_spki(spki).is_ok_and(|key| match &key {
        PublicKey::Rsa { .. } => key.bits() >= 4096 && key.bits().is_multiple_of(8),
        PublicKey::Ec { .. } => true,
        PublicKey::Ed25519(_) => false,
    });
    rules.demand(
        large,
        "6.1.5",
        "the key is not RSA of at least 4096 bits, P-256, P-384 or P-521",
    );
}

fn extensions(
    rules: &mut Rules,
    view: &CertificateView<'_>,
    is_root: bool,
) -> Result<(), Malformed> {
    let mut seen = Vec::new();
    for extension in &view.extensions {
        rules.demand(
            !seen.contains(&extension.oid),
            "RFC 5280 4.2",
            "an extension occurs twice",
        );
        seen.push(extension.oid);
    }
    let of = |oid| view.extension(oid);
    rules.demand(
        of(oid::KEY_USAGE).is_some_and(|found| found.critical && found.value == [3, 2, 1, 6]),
        "7.1.2.1 b, 7.1.2.2 e",
        "keyUsage is not critical with exactly keyCertSign and cRLSign",
    );
    rules.demand(
        of(oid::SUBJECT_KEY_IDENTIFIER).is_some_and(|found| !found.critical),
        "7.1.2.1 e",
        "there is no subject key identifier, or a critical one",
    );
    let constraints = of(oid::BASIC_CONSTRAINTS).ok_or(Malformed)?;
    let mut fields = tlv::only(constraints.value, tlv::SEQUENCE)?.reader();
    let ca = fields.expect(tlv::BOOLEAN)?.boolean()?;
    let length = fields.optional(tlv::INTEGER)?;
    fields.finish()?;
    rules.demand(
        constraints.critical && ca && length.is_none() == is_root,
        "7.1.2.1 a, 7.1.2.2 d",
        "basicConstraints is not critical cA, with a path length exactly in an issuing CA",
    );
    let absent = |oid| of(oid).is_none();
    if is_root {
        rules.demand(
            absent(oid::EXT_KEY_USAGE) && absent(oid::CERTIFICATE_POLICIES),
            "7.1.2.1 c, d",
            "a root has extKeyUsage or certificatePolicies",
        );
        return Ok(());
    }
    let plain = |oid| of(oid).is_some_and(|found| !found.critical);
    for (wanted, clause) in [
        (oid::CERTIFICATE_POLICIES, "7.1.2.2 a"),
        (oid::CRL_DISTRIBUTION_POINTS, "7.1.2.2 b"),
        (oid::AUTHORITY_INFO_ACCESS, "7.1.2.2 c"),
        (oid::AUTHORITY_KEY_IDENTIFIER, "7.1.2.2 h"),
    ] {
        rules.demand(
            plain(wanted),
            clause,
            "an extension an issuing CA needs is missing or critical",
        );
    }
    let purposes = of(oid::EXT_KEY_USAGE).map(|found| found.value);
    let only_mail = tlv::sequence(&[&tlv::oid(&oid::EMAIL_PROTECTION)]);
    rules.demand(
        purposes == Some(&only_mail),
        "7.1.2.2 g",
        "extKeyUsage is not exactly emailProtection",
    );
    let policies = of(oid::CERTIFICATE_POLICIES).map_or(&[][..], |found| found.value);
    let any = tlv::oid(&oid::ANY_POLICY);
    rules.demand(
        !policies.windows(any.len()).any(|window| window == any),
        "7.1.6.3",
        "the policies name anyPolicy",
    );
    Ok(())
}

fn request(der: &[u8]) -> Result<Vec<Finding>, Malformed> {
    let view = RequestView::parse(der)?;
    let mut rules = Rules(Vec::new());
    subject(&mut rules, view.subject)?;
    key(&mut rules, view.spki);
    Ok(rules.0)
}

fn crl(der: &[u8]) -> Result<Vec<Finding>, Malformed> {
    let view = CrlView::parse(der)?;
    let mut rules = Rules(Vec::new());
    rules.demand(view.version == 1, "7.2.1", "the CRL is not v2");
    let from = validity::parse_time(&view.this_update)?;
    let to = validity::parse_time(view.next_update.as_ref().ok_or(Malformed)?)?;
    rules.demand(
        from < to && to.since(from).as_secs() / 86_400 <= LONGEST_CRL_DAYS.unsigned_abs(),
        "4.9.7",
        "nextUpdate is not within twelve months after thisUpdate",
    );
    let has = |oid| {
        view.extensions
            .iter()
            .any(|found| found.oid == oid && !found.critical)
    };
    rules.demand(
        has(oid::AUTHORITY_KEY_IDENTIFIER) && has(oid::CRL_NUMBER),
        "7.2.2",
        "AKI or CRL number is missing",
    );
    let entries = view.entries.as_deref();
    rules.demand(
        entries.is_none_or(|list| !list.is_empty()),
        "RFC 5280 5.1.2.6",
        "an empty list of revoked certificates is present",
    );
    let mut serials = Vec::new();
    for entry in entries.unwrap_or_default() {
        rules.demand(
            !serials.contains(&entry.serial.value),
            "7.2.2",
            "a serial occurs twice",
        );
        serials.push(entry.serial.value);
        rules.demand(
            entry
                .extensions
                .iter()
                .any(|found| found.oid == oid::REASON_CODE),
            "7.2.2",
            "a revoked CA certificate has no reason",
        );
    }
    Ok(rules.0)
}
