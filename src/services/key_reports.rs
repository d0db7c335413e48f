//! The block list for security officers and auditors: look at a key, block it, read the list.
//!
//! A blocked key is refused from the next unit of work on; certificates that carry it are named
//! in the answer, and a job revokes those that are valid.

use std::sync::Arc;

use crate::{
    domain::{
        audit::event::{Event, EventKind},
        id::CertificateId,
        refusal::{Fault, Refused},
        subject_key::{self, BlockedKey, Fingerprint},
        text::Text,
        unit::Unit,
    },
    pkix::spki::PublicKey,
    policy::{
        access::StaffScope,
        csr::fault::CsrFault,
        key_policy::{KeyFault, Weakness},
        key_report::{Report, ReportFault},
    },
    ports::{
        clock::Clock,
        store::{Page, Store, subject_keys::SubjectKeyFacts},
    },
    services::{
        arithmetic::Patience,
        request::{Stopped, decide},
        revocations::compromised_key,
        subject_keys::SubjectKeys,
    },
};

/// Certificates of one key that are named; a key has one owner, so honest keys have few.
const NAMED: u32 = 200;

/// The service.
pub struct KeyReports {
    pub store: Arc<dyn Store>,
    pub facts: Arc<dyn SubjectKeyFacts>,
    pub keys: Arc<SubjectKeys>,
    pub clock: Arc<dyn Clock>,
}

/// Something that speaks against a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The code a CSR with this key is refused with.
    pub code: &'static str,
    /// Which of the rules behind that code.
    pub rule: &'static str,
}

/// A key with everything that is known of it.
#[derive(Clone, Debug)]
pub struct Looked {
    pub key: PublicKey,
    pub findings: Vec<Finding>,
    pub blocked: Option<BlockedKey>,
    pub carriers: Carriers,
}

/// Certificates that carry a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carriers {
    /// Newest first.
    pub named: Vec<CertificateId>,
    /// Whether there are more than are named.
    pub more: bool,
}

impl KeyReports {
    /// Judges a key as a CSR with it would be judged, and finds its certificates.
    ///
    /// # Errors
    /// 503.
    pub async fn look(&self, _: &StaffScope, key: PublicKey) -> Result<Looked, Refused> {
        let (fingerprint, patience) = (key.fingerprint(), Patience::begin(&self.clock));
        let faults = self.keys.faults(&key, &patience).await?;
        let mut findings: Vec<_> = faults.into_iter().map(own).collect();
        // Whose key it is speaks against nobody here; that it is the CA's does.
        let facts = self.keys.standing(&key, &patience, |_| true).await?.facts;
        findings.extend(facts.weak.map(|rule| own(KeyFault::Weak(rule))));
        if facts.reused {
            findings.push(finding(CsrFault::KeyReused, "ours"));
        }
        let blocked = self.facts.blocked_key(&fingerprint).await?;
        if facts.compromised {
            findings.push(finding(CsrFault::KeyCompromised, "blocked"));
        }
        Ok(Looked {
            carriers: self.carriers(&fingerprint).await?,
            key,
            findings,
            blocked,
        })
    }

    /// Blocks a key for ever. A key that is blocked stays as it was; the report is told to the
    /// log all the same.
    ///
    /// # Errors
    /// 503.
    pub async fn block(
        &self,
        scope: &StaffScope,
        report: &Report,
        note: Option<&Text<200>>,
    ) -> Result<(BlockedKey, Carriers), Refused> {
        decide(async || self.try_to_block(scope, report, note).await).await
    }

    async fn try_to_block(
        &self,
        scope: &StaffScope,
        report: &Report,
        note: Option<&Text<200>>,
    ) -> Result<(BlockedKey, Carriers), Stopped> {
        let (now, key) = (self.clock.now(), &report.key);
        let fingerprint = key.fingerprint();
        let carriers = self.carriers(&fingerprint).await?;
        let reported = Event::new(EventKind::ProblemReported, "key", hex::encode(fingerprint))
            .with("problem", "key-compromise")
            .with("evidence", report.evidence.name())
            .with(
                "certificates",
                i64::try_from(carriers.named.len()).unwrap_or(i64::MAX),
            )
            .with("more", carriers.more);
        let reported = match note {
            Some(note) => reported.personal("note", note.as_str()),
            None => reported,
        };
        let unit = Unit::new(scope.caller(), now, reported)
            .granted(scope.grant())
            .reserved();
        if let Some(known) = self.facts.blocked_key(&fingerprint).await? {
            self.store.commit(unit).await?;
            return Ok((known, carriers));
        }
        let blocked = BlockedKey {
            fingerprint,
            algorithm: key.algorithm_name().to_owned(),
            bits: key.bits(),
            evidence: report.evidence,
            blocked_by: subject_key::name_of(&scope.caller()),
            blocked_at: now,
        };
        let unit = unit
            .event(blocked.event())
            .change(blocked.clone())
            .job(compromised_key::job(&fingerprint, now));
        self.store.commit(unit).await?;
        Ok((blocked, carriers))
    }

    async fn carriers(&self, fingerprint: &Fingerprint) -> Result<Carriers, Refused> {
        let limit = NAMED.saturating_add(1);
        let mut named = self.facts.certificates_of_key(fingerprint, limit).await?;
        let most = usize::try_from(NAMED).unwrap_or(usize::MAX);
        let more = named.len() > most;
        named.truncate(most);
        Ok(Carriers { named, more })
    }

    /// The block list, newest first.
    ///
    /// # Errors
    /// 503.
    pub async fn list(&self, _: &StaffScope, page: &Page) -> Result<Vec<BlockedKey>, Refused> {
        Ok(self.facts.blocked_keys(page).await?)
    }
}

/// 422 for a key that was handed in.
#[must_use]
pub fn report_refusal(fault: ReportFault) -> Refused {
    let pointer = match fault {
        ReportFault::Agreed => "/challenge",
        ReportFault::Proof => "/proof",
        ReportFault::Unreadable
        | ReportFault::Ambiguous
        | ReportFault::Algorithm
        | ReportFault::Curve => "/key",
    };
    Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code: fault.code(),
        }],
        ..Refused::unacceptable(fault.code())
    }
}

fn own(fault: KeyFault) -> Finding {
    let rule = match fault {
        KeyFault::TooSmall { .. } | KeyFault::TooLarge { .. } => "size",
        KeyFault::Exponent => "exponent",
        KeyFault::Weak(rule) => Weakness::name(rule),
        KeyFault::Algorithm => "algorithm",
    };
    finding(CsrFault::from(fault), rule)
}

const fn finding(fault: CsrFault, rule: &'static str) -> Finding {
    Finding {
        code: fault.as_str(),
        rule,
    }
}
