//! A report of a problem with a certificate, from whoever made it, until the CA has decided (S/MIME
//! BR 4.9.3, 4.9.5). Two clocks run from its receipt: 24 hours to the preliminary report, and 24
//! hours or 5 days, by what is alleged, to the decision (4.9.1.1).
//!
//! It knows nothing of how a certificate was found or a proof was checked, and it revokes nothing:
//! a revocation is an aggregate of its own.

use std::time::Duration;

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    id::{CertificateId, ReportId},
    refusal::Refused,
    subject_key::{BlockEvidence, Fingerprint},
    text::{Language, Text},
    timestamp::{Timestamp, days},
};

/// What a reporter writes, in one line.
pub type Description = Text<2000>;
/// A mail address of the reporter, as given.
pub type Contact = Text<254>;
/// What the CA's people write of a report.
pub type Finding = Text<1000>;

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$one])* $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

names! {
    /// What is alleged (S/MIME BR 4.9.1.1).
    Problem {
        /// Somebody else has the private key, or can compute it (3, 4).
        KeyCompromise = "key-compromise",
        /// The subscriber did not ask for the certificate (2).
        NotAuthorized = "not-authorized",
        /// The control of the mailbox cannot be relied upon (5).
        MailboxUnreliable = "mailbox-unreliable",
        /// The certificate was misused (7).
        Misuse = "misuse",
        /// What the certificate says is wrong (10, 12).
        InaccurateData = "inaccurate-data",
        /// Another breach of the rules.
        Other = "other",
    }
}

impl Problem {
    /// How long the CA may take to decide and revoke.
    #[must_use]
    pub fn time(self) -> Duration {
        match self {
            Self::KeyCompromise | Self::NotAuthorized | Self::MailboxUnreliable => days(1),
            Self::Misuse | Self::InaccurateData | Self::Other => days(5),
        }
    }
}

names! {
    /// How far a report has come.
    ReportState {
        /// Nobody has answered it.
        Received = "received",
        /// The preliminary report is given.
        Answered = "answered",
        /// Final.
        Decided = "decided",
    }
}

names! {
    /// What was decided.
    ReportOutcome {
        /// What can be revoked is.
        Revoke = "revoke",
        /// No ground was found.
        Decline = "decline",
    }
}

/// Something that was said of a report, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: Finding,
    /// Name of an identity, or of a part of the daemon.
    pub by: String,
    pub at: Timestamp,
}

/// A report as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemReport {
    pub id: ReportId,
    pub problem: Problem,
    /// What shows that the reporter has the private key; `None`: nothing does.
    pub evidence: Option<BlockEvidence>,
    /// The key that was handed in, or that of the certificate.
    pub key: Option<Fingerprint>,
    /// The certificate that was found by what was handed in.
    pub certificate: Option<CertificateId>,
    /// Serial number or digest, in hex, by which a certificate was named.
    pub named: Option<Text<64>>,
    pub description: Option<Description>,
    pub contact: Option<Contact>,
    pub language: Language,
    /// Over all that was said: the same report twice is one.
    pub digest: [u8; 32],
    pub state: ReportState,
    pub received_at: Timestamp,
    pub preliminary_due: Timestamp,
    pub decide_due: Timestamp,
    pub preliminary: Option<Word>,
    pub decision: Option<(ReportOutcome, Word)>,
}

/// What was reported.
#[derive(Clone, Debug)]
pub struct NewReport {
    pub id: ReportId,
    pub problem: Problem,
    pub evidence: Option<BlockEvidence>,
    pub key: Option<Fingerprint>,
    pub certificate: Option<CertificateId>,
    pub named: Option<Text<64>>,
    pub description: Option<Description>,
    pub contact: Option<Contact>,
    pub language: Language,
    pub digest: [u8; 32],
    pub now: Timestamp,
}

impl ProblemReport {
    /// A report that waits for people.
    #[must_use]
    pub fn receive(new: NewReport) -> Changed<Self> {
        let report = Self {
            id: new.id,
            problem: new.problem,
            evidence: new.evidence,
            key: new.key,
            certificate: new.certificate,
            named: new.named,
            description: new.description,
            contact: new.contact,
            language: new.language,
            digest: new.digest,
            state: ReportState::Received,
            received_at: new.now,
            preliminary_due: new.now.plus(days(1)),
            decide_due: new.now.plus(new.problem.time()),
            preliminary: None,
            decision: None,
        };
        let event = report.reported();
        Changed::created(report, event)
    }

    /// By when the next thing must happen; `None` when nothing is to be done.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match self.state {
            ReportState::Received => Some(self.preliminary_due.min(self.decide_due)),
            ReportState::Answered => Some(self.decide_due),
            ReportState::Decided => None,
        }
    }

    fn reported(&self) -> Event {
        let mut event = self
            .event(EventKind::ProblemReported)
            .with("language", self.language.code())
            .with("digest", Value::hex(&self.digest))
            .with("preliminary_due", self.preliminary_due.to_string())
            .with("decide_due", self.decide_due.to_string());
        if let Some(evidence) = self.evidence {
            event = event.with("evidence", evidence.name());
        }
        if let Some(key) = &self.key {
            event = event.with("key", Value::hex(key));
        }
        if let Some(certificate) = self.certificate {
            event = event.with("certificate", certificate.to_string());
        }
        if let Some(named) = &self.named {
            event = event.with("named", named.as_str());
        }
        if let Some(description) = &self.description {
            event = event.personal("description", Value::whole(description.as_str()));
        }
        match &self.contact {
            Some(contact) => event.personal("contact", contact.as_str()),
            None => event,
        }
    }

    fn event(&self, kind: EventKind) -> Event {
        Event::new(kind, "report", self.id).with("problem", self.problem.name())
    }

    fn decided(&self, outcome: ReportOutcome, word: &Word) -> Event {
        told(self.event(EventKind::ProblemDecided), word)
            .with("outcome", outcome.name())
            .with("in_time", word.at <= self.decide_due)
    }
}

impl Changed<ProblemReport> {
    /// A proof stands beside the report: the key falls at once, and this is the answer.
    #[must_use]
    pub fn proven(self, word: Word) -> Self {
        let event = self.decided(ReportOutcome::Revoke, &word);
        self.and(event, |report| {
            report.state = ReportState::Decided;
            report.decision = Some((ReportOutcome::Revoke, word));
        })
    }
}

impl Loaded<ProblemReport> {
    /// The preliminary report (S/MIME BR 4.9.5), once.
    ///
    /// # Errors
    /// 409 `report-state-conflict` when it was given, or all is decided.
    pub fn answer(self, word: Word) -> Result<Changed<ProblemReport>, Refused> {
        if self.state != ReportState::Received {
            return Err(Refused::state("report-state-conflict"));
        }
        let event = told(self.event(EventKind::ProblemAnswered), &word)
            .with("in_time", word.at <= self.preliminary_due);
        Ok(self.change(event, |report| {
            report.state = ReportState::Answered;
            report.preliminary = Some(word);
        }))
    }

    /// The decision; final. A decision before any preliminary report is that report too.
    ///
    /// # Errors
    /// 409 `report-state-conflict` when it was decided.
    pub fn decide(
        self,
        outcome: ReportOutcome,
        word: Word,
    ) -> Result<Changed<ProblemReport>, Refused> {
        if self.state == ReportState::Decided {
            return Err(Refused::state("report-state-conflict"));
        }
        let event = self.decided(outcome, &word);
        Ok(self.change(event, |report| {
            report.state = ReportState::Decided;
            report.decision = Some((outcome, word));
        }))
    }
}

fn told(event: Event, word: &Word) -> Event {
    event
        .with("by", word.by.as_str())
        .personal("text", Value::whole(word.text.as_str()))
}
