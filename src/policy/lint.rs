//! Pre-issuance lint (S/MIME BR 4.3.1.2): rules over the DER of what is about to be signed.
//!
//! One rule is one file with one test. A rule reads DER only and shares nothing with the
//! builders, so a builder's mistake is found. The object is parsed once for all rules. There is
//! no allow-list: an error or a warning both stop the signature.

use crate::{
    pkix::{certificate::CaCertificate, certification_request::RequestView},
    policy::{key_policy, profile::Generation},
};

pub mod certificate;
pub mod list;

mod cabf_smime;
mod cps;
mod rfc5280;

#[cfg(test)]
mod specimen;
#[cfg(test)]
mod tests;

use certificate::{Certificate, Kind};
use list::{CertificateList, ListKind};

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    Rfc5280,
    /// CA/Browser Forum S/MIME Baseline Requirements.
    CabfSmime,
    /// This CA's own practice statement: narrower than the rest.
    Cps,
}

/// Version of the rules.
pub const RULES_VERSION: &str = "1";

/// One rule. Its name begins with `e_` (breaks a MUST) or `w_` (breaks a SHOULD we keep).
#[derive(Debug)]
pub struct Rule<F> {
    pub name: &'static str,
    pub citation: &'static str,
    pub source: Source,
    /// First day the rule binds, `YYYY-MM-DD`; every rule here binds already.
    pub effective: &'static str,
    check: F,
}

/// `Err` says what was found instead.
pub type Verdict = Result<(), String>;

/// What a rule about certificates does, and the kinds it is for.
pub type CertificateCheck = (&'static [Kind], fn(&Certificate<'_>) -> Verdict);

/// What a rule about CRLs does.
pub type ListCheck = fn(&CertificateList<'_>) -> Verdict;

type CertificateRule = Rule<CertificateCheck>;
type ListRule = Rule<ListCheck>;

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule} ({citation}): {detail}")]
pub struct Finding {
    pub rule: &'static str,
    pub citation: &'static str,
    pub detail: String,
}

/// What an artifact is, so that no rule set judges the wrong thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    Certificate,
    CertificateList,
    Request,
}

/// The rules for one kind of object of one issuer. Never empty.
#[derive(Clone, Debug)]
pub struct RuleSet(Scope);

#[derive(Clone, Debug)]
enum Scope {
    Certificate {
        kind: Kind,
        /// `None` for a root, which is its own issuer.
        issuer: Option<CaCertificate>,
    },
    List {
        kind: ListKind,
        issuer: CaCertificate,
    },
    Request,
}

impl RuleSet {
    /// For leaves of `issuer` with a profile of this generation.
    #[must_use]
    pub fn leaf(issuer: &CaCertificate, generation: Generation) -> Self {
        let kind = match generation {
            Generation::Multipurpose => Kind::Multipurpose,
            Generation::Strict => Kind::Strict,
        };
        Self(Scope::Certificate {
            kind,
            issuer: Some(issuer.clone()),
        })
    }

    /// For an issuing CA under `root`.
    #[must_use]
    pub fn issuing(root: &CaCertificate) -> Self {
        Self(Scope::Certificate {
            kind: Kind::Issuing,
            issuer: Some(root.clone()),
        })
    }

    /// For a self-signed root.
    #[must_use]
    pub const fn root() -> Self {
        Self(Scope::Certificate {
            kind: Kind::Root,
            issuer: None,
        })
    }

    /// For CRLs of `issuer` that list leaves or CA certificates.
    #[must_use]
    pub fn list(issuer: &CaCertificate, kind: ListKind) -> Self {
        Self(Scope::List {
            kind,
            issuer: issuer.clone(),
        })
    }

    /// For the request of an issuing CA.
    #[must_use]
    pub const fn request() -> Self {
        Self(Scope::Request)
    }

    /// Every finding on an object assembled from its exact TBS.
    pub fn findings(&self, object: Object, der: &[u8]) -> Vec<Finding> {
        match (&self.0, object) {
            (Scope::Certificate { kind, issuer }, Object::Certificate) => {
                match Certificate::read(der, *kind, issuer.as_ref()) {
                    Ok(read) => judge_certificate(&read),
                    Err(part) => vec![undecodable(part)],
                }
            }
            (Scope::List { kind, issuer }, Object::CertificateList) => {
                match CertificateList::read(der, *kind, issuer) {
                    Ok(read) => judge_list(&read),
                    Err(part) => vec![undecodable(part)],
                }
            }
            (Scope::Request, Object::Request) => judge_request(der),
            _ => vec![Finding {
                rule: "e_rule_set",
                citation: "S/MIME BR 4.3.1.2",
                detail: "these rules are for another kind of object".to_owned(),
            }],
        }
    }
}

/// All certificate rules, in the order they are reported.
fn certificate_rules() -> impl Iterator<Item = &'static CertificateRule> {
    let all = [
        rfc5280::CERTIFICATE_RULES,
        cabf_smime::CERTIFICATE_RULES,
        cps::CERTIFICATE_RULES,
    ];
    all.into_iter().flatten().copied()
}

/// All CRL rules.
fn list_rules() -> impl Iterator<Item = &'static ListRule> {
    let all = [rfc5280::LIST_RULES, cabf_smime::LIST_RULES, cps::LIST_RULES];
    all.into_iter().flatten().copied()
}

fn judge_certificate(certificate: &Certificate<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in certificate_rules() {
        let (kinds, check) = rule.check;
        if kinds.contains(&certificate.kind)
            && let Err(detail) = check(certificate)
        {
            findings.push(finding(rule.name, rule.citation, detail));
        }
    }
    findings
}

fn judge_list(list: &CertificateList<'_>) -> Vec<Finding> {
    list_rules()
        .filter_map(|rule| {
            let detail = (rule.check)(list).err()?;
            Some(finding(rule.name, rule.citation, detail))
        })
        .collect()
}

/// The request of a CA is read by the root's ceremony; here it only has to be what it seems.
fn judge_request(der: &[u8]) -> Vec<Finding> {
    use crate::pkix::spki::PublicKey;
    let Ok(request) = RequestView::parse(der) else {
        return vec![undecodable("certification request")];
    };
    let weak = match PublicKey::from_spki(request.spki) {
        Ok(key) => key_policy::faults(&key).first().map(ToString::to_string),
        Err(fault) => Some(fault.to_string()),
    };
    weak.map(|detail| finding("e_request_key", "S/MIME BR 6.1.5", detail))
        .into_iter()
        .collect()
}

const fn finding(rule: &'static str, citation: &'static str, detail: String) -> Finding {
    Finding {
        rule,
        citation,
        detail,
    }
}

/// `Ok` when the rule holds.
fn ensure(holds: bool, detail: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(detail()) }
}

fn undecodable(part: &'static str) -> Finding {
    finding(
        "e_encoding",
        "RFC 5280 4.1, X.690",
        format!("{part} is not strict DER of its type"),
    )
}
