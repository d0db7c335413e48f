//! Reports of problems: taken from whoever makes them, read and worked on by the CA's people (S/MIME
//! BR 4.9.3, 4.9.5).
//!
//! A proof of a compromised key needs nobody's decision: the report, the entry of the block list
//! and the job that revokes every certificate of the key are one unit. A report without proof
//! waits for people. An answer to a stranger is the same whether or not there is such a
//! certificate.

use std::{sync::Arc, time::Duration};

use zeroize::Zeroizing;

use crate::{
    domain::{
        aggregate::Loaded,
        id::{CertificateId, ReportId},
        owner::{Actor, Caller},
        problem_report::{NewReport, Problem, ProblemReport, Word},
        refusal::{Class, Fault, Refused},
        subject_key::{self, BlockedKey},
        text::{Language, Text},
        timestamp::{Timestamp, days},
        unit::Unit,
    },
    policy::{
        access::{StaffScope, SystemScope},
        key_report::Report,
        problem_report::{self, CertificateName, ChallengeKey, Handed, Subject, Unfit},
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        store::{
            Page, Store,
            issuance::{CertificateFilter, Certificates as Stored},
            problem_reports::ProblemReports as Reports,
            subject_keys::SubjectKeyFacts,
        },
    },
    services::{
        arithmetic::Patience,
        request::{Stopped, decide},
        revocations::compromised_key,
        subject_keys::SubjectKeys,
    },
};

const SYSTEM: SystemScope = SystemScope::new("report");
/// Reports that wait for people; beyond that, whoever has no proof writes a mail.
const MOST_OPEN: u32 = 1000;
/// Reports within a day about certificates and keys that this CA has never seen: what strangers
/// may make it remember.
const MOST_UNKNOWN: u32 = 1000;
/// What stands as decision where a proof decided.
const PROVEN: &str =
    "The private key is compromised, by proof; all certificates of it are revoked.";

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub reports: Arc<dyn Reports>,
    pub facts: Arc<dyn SubjectKeyFacts>,
    pub stored: Arc<dyn Stored>,
    /// Reads texts that may be long away from the threads that serve.
    pub keys: Arc<SubjectKeys>,
    pub challenges: ChallengeKey,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The service.
#[derive(Clone)]
pub struct ProblemReports(Arc<Parts>);

/// Whoever reports: an address and a request, nothing that was proven.
#[derive(Clone, Debug)]
pub struct Reporter {
    pub peer: String,
    pub request_id: String,
}

/// What a stranger says, as it came. May hold a private key.
#[derive(Clone)]
pub struct Statement {
    pub problem: Problem,
    pub about: Zeroizing<String>,
    pub description: Zeroizing<String>,
    pub contact: String,
    pub signed: Option<(String, Vec<u8>)>,
    pub language: Language,
}

/// A report that waits for its next step, judged at an instant.
#[derive(Clone, Debug)]
pub struct Judged {
    pub report: Loaded<ProblemReport>,
    pub at: Timestamp,
}

impl ProblemReports {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// A text to be signed with a key that is compromised, and until when. Nothing is stored.
    ///
    /// # Errors
    /// 503 without randomness.
    pub fn challenge(&self) -> Result<(String, Timestamp), Refused> {
        let random = random(&*self.0.entropy)?;
        Ok(self.0.challenges.draw(random, self.0.clock.now()))
    }

    /// Takes a report. The same report again is the one that is there.
    ///
    /// # Errors
    /// 422 as [`problem_report::read`] says, or `challenge-expired`; 429 `report-intake-full`; 503.
    pub async fn receive(
        &self,
        reporter: &Reporter,
        statement: Statement,
    ) -> Result<ProblemReport, Refused> {
        let now = self.0.clock.now();
        let signed = statement.signed.as_ref();
        if signed.is_some_and(|(text, _)| !self.0.challenges.is_open(text, now)) {
            return Err(refusal(("/challenge", "challenge-expired")));
        }
        let (problem, language) = (statement.problem, statement.language);
        let subject = self.read(statement).await?;
        decide(async || self.taken(reporter, problem, language, &subject).await).await
    }

    async fn read(&self, statement: Statement) -> Result<Subject, Refused> {
        let patience = Patience::begin(&self.0.clock);
        let about = statement.about.clone();
        let work = move |about: &str| {
            let signed = statement.signed.as_ref();
            problem_report::read(&Handed {
                problem: statement.problem,
                about,
                description: &statement.description,
                contact: &statement.contact,
                signed: signed.map(|(text, signature)| (text.as_str(), signature.as_slice())),
            })
        };
        let read = self.0.keys.judged(&about, &patience, work).await?;
        read.map_err(refusal)
    }

    async fn taken(
        &self,
        reporter: &Reporter,
        problem: Problem,
        language: Language,
        subject: &Subject,
    ) -> Result<ProblemReport, Stopped> {
        let (parts, now) = (&self.0, self.0.clock.now());
        // What a key proves is a compromise, whatever else is said.
        let proof = subject.proof();
        let problem = proof.map_or(problem, |_| Problem::KeyCompromise);
        let digest = subject.digest(problem);
        if let Some(known) = parts.reports.report_of(&digest).await? {
            return Ok((*known).clone());
        }
        let certificate = self.certificate(subject).await?;
        self.require_room(proof.is_some(), certificate.is_some(), now)
            .await?;
        let report = ProblemReport::receive(NewReport {
            id: ReportId::new(now, random(&*parts.entropy)?),
            problem,
            evidence: proof.map(|proof| proof.evidence),
            key: subject.key.as_ref().map(|report| report.key.fingerprint()),
            certificate,
            named: subject.named.clone(),
            description: subject.description.clone(),
            contact: subject.contact.clone(),
            language,
            digest,
            now,
        });
        let caller = Caller {
            actor: Actor::Reporter {
                peer: reporter.peer.clone(),
            },
            request_id: reporter.request_id.clone(),
        };
        let (unit, report) = match proof {
            None => (Unit::of(caller, now, report.clone()), report),
            Some(proof) => {
                let report = report.proven(proven(now)?);
                let unit = Unit::of(caller.clone(), now, report.clone()).reserved();
                (self.blocking(unit, proof, &caller, now).await?, report)
            }
        };
        parts.store.commit(unit).await?;
        count(problem, proof.is_some());
        Ok((*report).clone())
    }

    /// The unit with the key on the block list and the end of its certificates, unless it stands
    /// there.
    async fn blocking(
        &self,
        unit: Unit,
        proof: &Report,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Unit, Stopped> {
        let fingerprint = proof.key.fingerprint();
        if self.0.facts.blocked_key(&fingerprint).await?.is_some() {
            return Ok(unit);
        }
        let blocked = BlockedKey {
            fingerprint,
            algorithm: proof.key.algorithm_name().to_owned(),
            bits: proof.key.bits(),
            evidence: proof.evidence,
            blocked_by: subject_key::name_of(caller),
            blocked_at: now,
        };
        let job = compromised_key::job(&fingerprint, now);
        Ok(unit.event(blocked.event()).change(blocked).job(job))
    }

    /// The certificate that was named or handed in, or the newest with the key.
    async fn certificate(&self, subject: &Subject) -> Result<Option<CertificateId>, Refused> {
        let parts = &self.0;
        let named = match &subject.name {
            Some(CertificateName::Sha256(digest)) => parts.reports.certificate_with(digest).await?,
            Some(CertificateName::Serial(serial)) => {
                let filter = CertificateFilter {
                    serial: Some(serial.as_bytes().to_vec()),
                    ..CertificateFilter::default()
                };
                let one = Page {
                    limit: 1,
                    after: None,
                };
                let all = SYSTEM.read();
                let found = parts.stored.certificates(&all, &filter, &one).await?;
                found.first().map(|record| record.certificate.id)
            }
            None => None,
        };
        match (named, &subject.key) {
            (None, Some(report)) => {
                let fingerprint = report.key.fingerprint();
                let carriers = parts.facts.certificates_of_key(&fingerprint, 1).await?;
                Ok(carriers.first().copied())
            }
            (named, _) => Ok(named),
        }
    }

    /// A proof about a certificate of ours is always taken.
    async fn require_room(
        &self,
        is_proven: bool,
        is_known: bool,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let parts = &self.0;
        let since = now.minus(days(1));
        let crowded = !is_known
            && parts
                .reports
                .has_unknown_reports(since, MOST_UNKNOWN)
                .await?;
        let waiting = match is_proven {
            true => 0,
            false => parts.reports.open_reports(MOST_OPEN).await?.len(),
        };
        if crowded || u32::try_from(waiting).map_or(true, |waiting| waiting >= MOST_OPEN) {
            let retry_after = Duration::from_secs(3600);
            return Err(Refused::new(
                Class::Limited { retry_after },
                "report-intake-full",
            ));
        }
        Ok(())
    }

    /// Those that wait, the most urgent first.
    ///
    /// # Errors
    /// 503.
    pub async fn queue(&self, _: &StaffScope) -> Result<Vec<Judged>, Refused> {
        // A race may let a few more in than the most.
        let found = self.0.reports.open_reports(MOST_OPEN.saturating_mul(2));
        let mut open = self.judged(found.await?);
        open.sort_by_key(|judged| (judged.report.due(), judged.report.id));
        Ok(open)
    }

    /// All, newest first.
    ///
    /// # Errors
    /// 503.
    pub async fn list(&self, _: &StaffScope, page: &Page) -> Result<Vec<Judged>, Refused> {
        Ok(self.judged(self.0.reports.problem_reports(page).await?))
    }

    /// # Errors
    /// 404; 503.
    pub async fn get(&self, _: &StaffScope, id: ReportId) -> Result<Judged, Refused> {
        let found = self.0.reports.problem_report(id).await?;
        let report = found.ok_or_else(Refused::not_found)?;
        let at = self.0.clock.now();
        Ok(Judged { report, at })
    }

    fn judged(&self, found: Vec<Loaded<ProblemReport>>) -> Vec<Judged> {
        let at = self.0.clock.now();
        let reports = found.into_iter();
        reports.map(|report| Judged { report, at }).collect()
    }
}

fn proven(now: Timestamp) -> Result<Word, Refused> {
    let text = Text::parse(PROVEN);
    Ok(Word {
        text: text.map_err(|error| Refused::unavailable("internal-error", error))?,
        by: "reporter".to_owned(),
        at: now,
    })
}

fn refusal((pointer, code): Unfit) -> Refused {
    Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code,
        }],
        ..Refused::unacceptable(code)
    }
}

fn count(problem: Problem, is_proven: bool) {
    let proven = if is_proven { "yes" } else { "no" };
    metrics::counter!("chancery_problem_reports_total",
        "problem" => problem.name(), "proven" => proven)
    .increment(1);
}
