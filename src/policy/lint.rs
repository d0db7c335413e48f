//! Pre-issuance lint (S/MIME BR 4.3.1.2): rules over the DER of what is about to be signed.
//!
//! One rule is one file with one test, and has a specimen that it alone refuses. Rules read DER
//! through readers of their own and share nothing with the builders, so a builder's mistake is
//! found. An object is parsed once for all rules. No rule can fail in another way than by a
//! finding: none indexes, recurses or adds without bounds, and the input is bounded.
//!
//! An error stops the signature. A warning stops it too unless [`allowed`] gives a written
//! reason. There is no other way around a finding.
//!
//! A lint that crashes or does not end leaves no signature behind either: it runs before the
//! intent, without which nothing is ordered from the HSM, and a unit whose judgement is a minute
//! old is refused when it is to be written.

use crate::{
    domain::timestamp::Timestamp,
    pkix::certificate::CaCertificate,
    policy::profile::leaf_type::{Generation, LeafType, ValidationLevel},
};

/// The tables of a source's rules, and of the specimens their tests keep.
macro_rules! rules {
    (certificate: [$($c:ident),* $(,)?], list: [$($l:ident),* $(,)?], request: [$($r:ident),* $(,)?]$(,)?) => {
        use super::{CertificateRule, ListRule, RequestRule};

        /// Rules about certificates.
        pub(super) const CERTIFICATE: &[&CertificateRule] = &[$(&$c::RULE),*];
        /// Rules about CRLs.
        pub(super) const LIST: &[&ListRule] = &[$(&$l::RULE),*];
        /// Rules about requests of CAs.
        pub(super) const REQUEST: &[&RequestRule] = &[$(&$r::RULE),*];

        /// What each rule alone refuses.
        #[cfg(test)]
        pub(super) const SPECIMENS: super::specimen::Specimens = super::specimen::Specimens {
            certificate: &[$(($c::RULE.name, $c::tests::specimens)),*],
            list: &[$(($l::RULE.name, $l::tests::specimens)),*],
            request: &[$(($r::RULE.name, $r::tests::specimens)),*],
        };
    };
}

pub mod allowed;
pub mod certificate;
pub mod described;
pub mod list;
pub mod report;
pub mod request;
pub mod time;
pub mod version;

mod cabf_smime;
mod cps;
mod der;
mod extensions;
mod host;
mod issuer;
mod key;
mod name;
mod oids;
mod rfc5280;
mod root_store;

#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod rows;
#[cfg(test)]
pub(crate) mod specimen;
#[cfg(test)]
pub(crate) mod specimen_keys;
#[cfg(test)]
pub(crate) mod specimen_list;
#[cfg(test)]
pub(crate) mod specimen_request;
#[cfg(test)]
mod tests;

use certificate::{Certificate, Kind, Level};
use issuer::Issuer;
use list::{CertificateList, ListKind};
use report::{Finding, Report, Severity};
use request::Request;
use time::{Day, day};

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// RFC 5280 and the standards it rests on.
    Rfc5280,
    /// CA/Browser Forum S/MIME Baseline Requirements.
    CabfSmime,
    /// Programmes of Mozilla, Apple and Google, and the CCADB.
    RootStore,
    /// This CA's own practice statement: narrower than the rest.
    Cps,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Rfc5280, Self::CabfSmime, Self::RootStore, Self::Cps];

    /// For reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rfc5280 => "RFC 5280",
            Self::CabfSmime => "S/MIME BR",
            Self::RootStore => "root store",
            Self::Cps => "CPS",
        }
    }
}

/// One rule. Its name begins with `e_` (breaks a MUST, or the CPS) or `w_` (breaks a SHOULD).
#[derive(Debug)]
pub struct Rule<C> {
    pub name: &'static str,
    pub citation: &'static str,
    pub source: Source,
    /// First day the rule binds.
    pub effective: Day,
    /// First day it no longer binds.
    pub ineffective: Option<Day>,
    check: C,
}

/// `Err` says what was found instead.
pub type Verdict = Result<(), String>;

/// What a rule about certificates does, and the kinds it is for.
pub type CertificateCheck = (&'static [Kind], fn(&Certificate<'_>) -> Verdict);
/// What a rule about CRLs does, and the kinds it is for.
pub type ListCheck = (&'static [ListKind], fn(&CertificateList<'_>) -> Verdict);
/// What a rule about the request of a CA does.
pub type RequestCheck = fn(&Request<'_>) -> Verdict;

type CertificateRule = Rule<CertificateCheck>;
type ListRule = Rule<ListCheck>;
type RequestRule = Rule<RequestCheck>;

/// What an artifact is, so that no rule set judges the wrong thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    Certificate,
    CertificateList,
    Request,
}

/// What is known about an object beside its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Occasion<'a> {
    /// When it is signed, if that is now; without it notBefore or thisUpdate decides which rules
    /// bind.
    pub signed_at: Option<Timestamp>,
    /// DER SubjectPublicKeyInfo of the key that signs it: the rules must be bound to it.
    pub signer: Option<&'a [u8]>,
}

/// Longest certificate or request in octets; ours have less than 4 KiB.
const MAX_CERTIFICATE: usize = 32 * 1024;
/// Longest CRL in octets: room for two million entries.
const MAX_LIST: usize = 128 * 1024 * 1024;

/// The rules for one kind of object of one issuer. Never empty.
#[derive(Clone, Debug)]
pub struct RuleSet(Scope);

#[derive(Clone, Debug)]
enum Scope {
    Certificate {
        kind: Kind,
        /// `None` for a root, which is its own issuer.
        issuer: Option<Issuer>,
    },
    List {
        kind: ListKind,
        issuer: Issuer,
    },
    Request,
    /// The issuer's certificate cannot be read: nothing may be signed under it.
    Unbound,
}

impl RuleSet {
    /// For leaves of `issuer` with a profile of this type.
    #[must_use]
    pub fn leaf(issuer: &CaCertificate, leaf_type: LeafType) -> Self {
        let level = match leaf_type.level {
            ValidationLevel::Mailbox => Level::Mailbox,
            ValidationLevel::Organization => Level::Organization,
            ValidationLevel::Sponsor => Level::Sponsor,
            ValidationLevel::Individual => Level::Individual,
        };
        let kind = match leaf_type.generation {
            Generation::Multipurpose => Kind::Multipurpose(level),
            Generation::Strict => Kind::Strict(level),
        };
        Self::below(issuer, kind)
    }

    /// For an issuing CA under `root`.
    #[must_use]
    pub fn issuing(root: &CaCertificate) -> Self {
        Self::below(root, Kind::Issuing)
    }

    /// For an OCSP responder that answers for `issuer`.
    #[must_use]
    pub fn responder(issuer: &CaCertificate) -> Self {
        Self::below(issuer, Kind::Responder)
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
        Self(match Issuer::read(issuer.as_der()) {
            Ok(issuer) => Scope::List { kind, issuer },
            Err(_) => Scope::Unbound,
        })
    }

    /// For the request of an issuing CA.
    #[must_use]
    pub const fn request() -> Self {
        Self(Scope::Request)
    }

    fn below(issuer: &CaCertificate, kind: Kind) -> Self {
        Self(match Issuer::read(issuer.as_der()) {
            Ok(issuer) => Scope::Certificate {
                kind,
                issuer: Some(issuer),
            },
            Err(_) => Scope::Unbound,
        })
    }

    /// Every finding on a whole object: assembled from its exact TBS, or issued before.
    #[must_use]
    pub fn judge(&self, object: Object, der: &[u8], occasion: Occasion<'_>) -> Report {
        let most = match object {
            Object::CertificateList => MAX_LIST,
            Object::Certificate | Object::Request => MAX_CERTIFICATE,
        };
        if der.len() > most {
            let detail = format!("{} octets are more than {most}", der.len());
            return Report::of(vec![Finding::of_engine("e_size", detail)]);
        }
        let findings = match (&self.0, object) {
            (Scope::Certificate { kind, issuer }, Object::Certificate) => {
                let signed_at = occasion.signed_at.map(Timestamp::seconds);
                Certificate::read(der, *kind, issuer.as_ref(), signed_at)
                    .map(|read| judge_certificate(&read, occasion))
            }
            (Scope::List { kind, issuer }, Object::CertificateList) => {
                CertificateList::read(der, *kind, issuer).map(|read| judge_list(&read, occasion))
            }
            (Scope::Request, Object::Request) => {
                Request::read(der).map(|read| judge_request(&read, occasion))
            }
            (Scope::Unbound, _) => Ok(unbound("the issuer's certificate cannot be read")),
            _ => Ok(unbound("the rules are for another kind of object")),
        };
        Report::of(findings.unwrap_or_else(|part| {
            let detail = format!("{part} is not strict DER of its type");
            vec![Finding::of_engine("e_encoding", detail)]
        }))
    }
}

impl<C> Rule<C> {
    /// `e_` or `w_`.
    #[must_use]
    pub fn severity(&self) -> Severity {
        Severity::of(self.name)
    }

    /// Whether the rule binds what is signed at this second.
    fn binds(&self, at: i64) -> bool {
        self.effective.begins() <= at && self.ineffective.is_none_or(|day| at < day.begins())
    }
}

/// All certificate rules, in the order they are reported.
fn certificate_rules() -> impl Iterator<Item = &'static CertificateRule> {
    let all = [
        rfc5280::CERTIFICATE,
        cabf_smime::CERTIFICATE,
        root_store::CERTIFICATE,
        cps::CERTIFICATE,
    ];
    all.into_iter().flatten().copied()
}

/// All CRL rules.
fn list_rules() -> impl Iterator<Item = &'static ListRule> {
    let all = [rfc5280::LIST, cabf_smime::LIST, root_store::LIST, cps::LIST];
    all.into_iter().flatten().copied()
}

/// All rules about requests.
fn request_rules() -> impl Iterator<Item = &'static RequestRule> {
    let all = [
        rfc5280::REQUEST,
        cabf_smime::REQUEST,
        root_store::REQUEST,
        cps::REQUEST,
    ];
    all.into_iter().flatten().copied()
}

fn judge_certificate(read: &Certificate<'_>, occasion: Occasion<'_>) -> Vec<Finding> {
    let signer = read.issuer.map_or(read.spki, |issuer| &issuer.spki);
    let mut findings = foreign(occasion, signer);
    let at = read.judged_at();
    for rule in certificate_rules() {
        let (kinds, check) = rule.check;
        if kinds.contains(&read.kind)
            && rule.binds(at)
            && let Err(detail) = check(read)
        {
            findings.push(Finding::new(rule, detail));
        }
    }
    findings
}

fn judge_list(read: &CertificateList<'_>, occasion: Occasion<'_>) -> Vec<Finding> {
    let mut findings = foreign(occasion, &read.issuer.spki);
    let signed_at = occasion.signed_at.map_or(0, Timestamp::seconds);
    let at = signed_at.max(read.this_update.seconds);
    for rule in list_rules() {
        let (kinds, check) = rule.check;
        if kinds.contains(&read.kind)
            && rule.binds(at)
            && let Err(detail) = check(read)
        {
            findings.push(Finding::new(rule, detail));
        }
    }
    findings
}

/// A request has no date of its own: without one, all rules bind that have begun to by ours.
fn judge_request(read: &Request<'_>, occasion: Occasion<'_>) -> Vec<Finding> {
    let mut findings = foreign(occasion, read.spki);
    let at = occasion.signed_at.map_or(i64::MAX, Timestamp::seconds);
    for rule in request_rules() {
        if rule.binds(at)
            && let Err(detail) = (rule.check)(read)
        {
            findings.push(Finding::new(rule, detail));
        }
    }
    findings
}

/// The key that is to sign is not the one these rules are bound to.
fn foreign(occasion: Occasion<'_>, bound: &[u8]) -> Vec<Finding> {
    match occasion.signer {
        Some(signer) if signer != bound => unbound("the rules are bound to another issuer's key"),
        _ => Vec::new(),
    }
}

fn unbound(detail: &str) -> Vec<Finding> {
    vec![Finding::of_engine("e_rule_set", detail.to_owned())]
}

/// The bytes an object's signature covers, read as the rules read it.
pub(super) fn signed_part(der: &[u8]) -> Option<&[u8]> {
    let whole = der::sole(der, der::SEQUENCE).ok()?;
    let part = whole.inside().take(der::SEQUENCE).ok()?;
    Some(part.raw)
}

/// `Ok` when the rule holds.
fn ensure(holds: bool, detail: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(detail()) }
}
