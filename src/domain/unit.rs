//! A unit of work as data: everything one decision changes, in one durable transaction.
//!
//! A service reads, decides and hands a [`Unit`] to the store. The unit can be applied again
//! unchanged; it names what it rests on, so that the store can refuse it when the ground moved.

use std::time::Duration;

use super::{
    activation::Activation,
    aggregate::{Changed, Version},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    caa::CaaCheck,
    case::{Case, Evidence},
    certificate::Certificate,
    document::Document,
    domain_control::DomainControl,
    id::JobId,
    idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
    identity::Identity,
    intent::{Intent, IssuerName},
    job::{JobEnd, NewJob},
    kept_text::KeptText,
    key_checks::KeyChecks,
    mail::{Mail, reminders::Unsubscription},
    mailbox::{MailboxValidation, address_use::AddressUse},
    notification::Notification,
    order::Order,
    owner::Caller,
    period::Period,
    problem_report::ProblemReport,
    profile::ProfileRecord,
    responder::Responder,
    revocation::Revocation,
    revocation_list::{RevocationList, RevokedSerial},
    subject_data::{SubjectData, lookup::DataLookup},
    subject_key::{BlockedKey, Fingerprint, KeyHolder},
    timestamp::Timestamp,
    webhook::Webhook,
};

/// A unit older than this when the lane reads its clock is refused and judged again.
pub const MAX_AGE: Duration = Duration::from_secs(60);

/// The aggregates a decision can rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aggregate {
    Order,
    SubjectData,
    Case,
    Mailbox,
    /// The check that a mailbox validation took over: one row of the same table, named apart from
    /// the validation of the order itself.
    MailboxProof,
    Activation,
    Identity,
    CaaCheck,
    DomainControl,
}

impl Aggregate {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::SubjectData => "subject_data",
            Self::Case => "case",
            Self::Mailbox => "mailbox",
            Self::MailboxProof => "mailbox_proof",
            Self::Activation => "activation",
            Self::Identity => "identity",
            Self::CaaCheck => "caa_check",
            Self::DomainControl => "domain_control",
        }
    }
}

/// A row the decision read: it must still have this version when the unit commits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rest {
    pub aggregate: Aggregate,
    pub id: String,
    pub version: Version,
}

/// One change. Rows with a version come from transitions; the others are written once.
#[derive(Clone, Debug)]
pub enum Change {
    Order(Changed<Order>),
    SubjectData(Changed<SubjectData>),
    DataLookup(Changed<DataLookup>),
    Case(Changed<Case>),
    Mailbox(Changed<MailboxValidation>),
    AddressUse(Changed<AddressUse>),
    CaaCheck(Changed<CaaCheck>),
    DomainControl(Changed<DomainControl>),
    ProblemReport(Changed<ProblemReport>),
    Activation(Changed<Activation>),
    Intent(Changed<Intent>),
    Revocation(Changed<Revocation>),
    RevocationList(Changed<RevocationList>),
    Responder(Changed<Responder>),
    Profile(Changed<ProfileRecord>),
    Identity(Changed<Identity>),
    Mail(Changed<Mail>),
    Unsubscription(Changed<Unsubscription>),
    Notification(Changed<Notification>),
    Webhook(Changed<Webhook>),
    Certificate(Certificate),
    Document(Changed<Document>),
    Evidence(Evidence),
    Revoked(RevokedSerial),
    /// Nothing happens when the key is blocked already.
    BlockedKey(BlockedKey),
    /// The key belongs to nobody yet.
    KeyHolder(KeyHolder),
    /// Nobody has kept it yet.
    Text(KeptText),
}

/// What a unit waits behind when the queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    Ordinary,
    /// Revocations and results of signatures: room is kept for them.
    Reserved,
}

/// Everything one decision changes. See the module documentation.
#[derive(Clone, Debug)]
pub struct Unit {
    pub(crate) caller: Caller,
    pub(crate) now: Timestamp,
    pub(crate) priority: Priority,
    pub(crate) among: Option<usize>,
    pub(crate) rests_on: Vec<Rest>,
    pub(crate) unblocked: Vec<Fingerprint>,
    pub(crate) unrevoked: Vec<(IssuerName, Vec<u8>)>,
    pub(crate) key_checks: Option<KeyChecks>,
    pub(crate) lapses_at: Option<Timestamp>,
    pub(crate) changes: Vec<Change>,
    pub(crate) jobs: Vec<NewJob>,
    pub(crate) job_end: Option<JobEnd>,
    pub(crate) hurried: Option<JobId>,
    pub(crate) claim: Option<IdempotencyClaim>,
    pub(crate) answer: Option<(IdempotencyKey, Answer)>,
    pub(crate) events: Vec<Event>,
}

impl Unit {
    /// A unit says at least one thing to the auditors; events of transitions are added to it.
    #[must_use]
    pub fn new(caller: Caller, now: Timestamp, event: Event) -> Self {
        Self::empty(caller, now, vec![event])
    }

    /// A unit whose first change explains it.
    #[must_use]
    pub fn of(caller: Caller, now: Timestamp, first: impl Into<Change>) -> Self {
        Self::empty(caller, now, Vec::new()).change(first)
    }

    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Adds a change and takes over the events of its transitions.
    #[must_use]
    pub fn change(mut self, change: impl Into<Change>) -> Self {
        let mut change = change.into();
        self.events.append(&mut take_events(&mut change));
        self.changes.push(change);
        self
    }

    /// Adds a row that follows from what the unit says already: a line for its owner, a mail
    /// about it. It has no entry of its own.
    pub(in crate::domain) fn follows(mut self, change: impl Into<Change>) -> Self {
        let mut change = change.into();
        take_events(&mut change);
        self.changes.push(change);
        self
    }

    /// Tells the owner of what the unit does.
    #[must_use]
    pub fn tells(self, line: Changed<Notification>) -> Self {
        self.follows(line)
    }

    #[must_use]
    pub fn rests_on(self, aggregate: Aggregate, id: impl ToString, version: Version) -> Self {
        self.rest(Rest {
            aggregate,
            id: id.to_string(),
            version,
        })
    }

    /// A fact named elsewhere, such as the caller's grant.
    #[must_use]
    pub fn rest(mut self, rest: Rest) -> Self {
        self.rests_on.push(rest);
        self
    }

    /// The entry of the unit's intent names what the unit rests on, each as `aggregate id version`,
    /// and how the key was judged: the log alone says on what a certificate stands.
    #[must_use]
    pub fn tells_grounds(mut self) -> Self {
        let one = |rest: &Rest| {
            let Rest {
                aggregate,
                id,
                version,
            } = rest;
            Value::text(format!("{} {id} {}", aggregate.name(), version.0))
        };
        let grounds = Value::List(self.rests_on.iter().map(one).collect());
        let mut events = self.events.iter_mut();
        if let Some(event) = events.find(|e| e.kind == EventKind::CertSignIntent) {
            event.data.insert("rests_on".to_owned(), grounds);
            if let Some(checks) = &self.key_checks {
                event.data.extend(checks.told());
            }
        }
        self
    }

    /// The entry of the unit's registration names the key by which a client is recognised.
    #[must_use]
    pub fn tells_key(mut self, key: &Fingerprint) -> Self {
        let mut events = self.events.iter_mut();
        if let Some(event) = events.find(|e| e.kind == EventKind::RoleGranted) {
            event.data.insert("key".to_owned(), Value::hex(key));
        }
        self
    }

    /// How the key was judged that the unit's intent is for.
    #[must_use]
    pub fn judged_key(mut self, checks: KeyChecks) -> Self {
        self.key_checks = Some(checks);
        self
    }

    /// A key that must not stand on the block list when the unit commits.
    #[must_use]
    pub fn unblocked(mut self, key: Fingerprint) -> Self {
        self.unblocked.push(key);
        self
    }

    /// A certificate that must not be revoked when the unit commits.
    #[must_use]
    pub fn unrevoked(mut self, certificate: &Certificate) -> Self {
        let (issuer, serial) = (certificate.issuer.clone(), certificate.serial.clone());
        self.unrevoked.push((issuer, serial));
        self
    }

    /// The earliest instant at which evidence under this decision ends (I8).
    #[must_use]
    pub fn lapses_at(mut self, at: Timestamp) -> Self {
        self.lapses_at = Some(self.lapses_at.map_or(at, |earlier| earlier.min(at)));
        self
    }

    /// A period that must still hold.
    #[must_use]
    pub fn lapses_with(self, period: Period) -> Self {
        match period.until() {
            Some(until) => self.lapses_at(until),
            None => self,
        }
    }

    #[must_use]
    pub fn job(mut self, job: NewJob) -> Self {
        self.jobs.push(job);
        self
    }

    #[must_use]
    pub fn ends_job(mut self, end: JobEnd) -> Self {
        self.job_end = Some(end);
        self
    }

    /// Makes a job due whose last try failed; nothing when it has ended, is held or is due. Reserved to
    /// [`Standing::retry`](super::job::Standing::retry).
    pub(in crate::domain) fn hurries(mut self, job: JobId) -> Self {
        self.hurried = Some(job);
        self
    }

    /// Claims an Idempotency-Key; belongs to the act's first unit.
    #[must_use]
    pub fn claims(mut self, claim: IdempotencyClaim) -> Self {
        self.claim = Some(claim);
        self
    }

    /// Stores the answer; belongs to the unit that ends the act.
    #[must_use]
    pub fn answers(mut self, key: IdempotencyKey, answer: Answer) -> Self {
        self.answer = Some((key, answer));
        self
    }

    /// How many acts of its kind are under way, this one included: units that follow one another
    /// closely share a transaction.
    #[must_use]
    pub fn among(mut self, under_way: usize) -> Self {
        self.among = Some(under_way);
        self
    }

    #[must_use]
    pub fn reserved(mut self) -> Self {
        self.priority = Priority::Reserved;
        self
    }

    fn empty(caller: Caller, now: Timestamp, events: Vec<Event>) -> Self {
        Self {
            caller,
            now,
            priority: Priority::Ordinary,
            among: None,
            rests_on: Vec::new(),
            unblocked: Vec::new(),
            unrevoked: Vec::new(),
            key_checks: None,
            lapses_at: None,
            changes: Vec::new(),
            jobs: Vec::new(),
            job_end: None,
            hurried: None,
            claim: None,
            answer: None,
            events,
        }
    }
}

fn take_events(change: &mut Change) -> Vec<Event> {
    match change {
        Change::Order(changed) => changed.take_events(),
        Change::SubjectData(changed) => changed.take_events(),
        Change::DataLookup(changed) => changed.take_events(),
        Change::Case(changed) => changed.take_events(),
        Change::Mailbox(changed) => changed.take_events(),
        Change::AddressUse(changed) => changed.take_events(),
        Change::CaaCheck(changed) => changed.take_events(),
        Change::DomainControl(changed) => changed.take_events(),
        Change::ProblemReport(changed) => changed.take_events(),
        Change::Activation(changed) => changed.take_events(),
        Change::Intent(changed) => changed.take_events(),
        Change::Revocation(changed) => changed.take_events(),
        Change::RevocationList(changed) => changed.take_events(),
        Change::Responder(changed) => changed.take_events(),
        Change::Profile(changed) => changed.take_events(),
        Change::Identity(changed) => changed.take_events(),
        Change::Mail(changed) => changed.take_events(),
        Change::Unsubscription(changed) => changed.take_events(),
        Change::Notification(changed) => changed.take_events(),
        Change::Webhook(changed) => changed.take_events(),
        Change::Document(changed) => changed.take_events(),
        Change::Text(text) => vec![text.kept()],
        Change::Certificate(_)
        | Change::Evidence(_)
        | Change::Revoked(_)
        | Change::BlockedKey(_)
        | Change::KeyHolder(_) => Vec::new(),
    }
}

macro_rules! change_from {
    ($($variant:ident($value:ty),)+) => {
        $(impl From<$value> for Change {
            fn from(value: $value) -> Self {
                Self::$variant(value)
            }
        })+
    };
}

change_from! {
    Order(Changed<Order>),
    SubjectData(Changed<SubjectData>),
    DataLookup(Changed<DataLookup>),
    Case(Changed<Case>),
    Mailbox(Changed<MailboxValidation>),
    AddressUse(Changed<AddressUse>),
    CaaCheck(Changed<CaaCheck>),
    DomainControl(Changed<DomainControl>),
    ProblemReport(Changed<ProblemReport>),
    Activation(Changed<Activation>),
    Intent(Changed<Intent>),
    Revocation(Changed<Revocation>),
    RevocationList(Changed<RevocationList>),
    Responder(Changed<Responder>),
    Profile(Changed<ProfileRecord>),
    Identity(Changed<Identity>),
    Mail(Changed<Mail>),
    Unsubscription(Changed<Unsubscription>),
    Notification(Changed<Notification>),
    Webhook(Changed<Webhook>),
    Certificate(Certificate),
    Document(Changed<Document>),
    Evidence(Evidence),
    Revoked(RevokedSerial),
    BlockedKey(BlockedKey),
    KeyHolder(KeyHolder),
    Text(KeptText),
}

/// The proof that a unit is durable. Only the committer makes one.
#[derive(Clone, Debug)]
pub struct Committed {
    at: Timestamp,
    pos: i64,
    tbs: Vec<[u8; 32]>,
}

impl Committed {
    /// Reserved to the committers in `adapters` (`tests/architecture.rs`).
    pub(crate) fn new(at: Timestamp, pos: i64, tbs: Vec<[u8; 32]>) -> Self {
        Self { at, pos, tbs }
    }

    /// The lane's clock when it committed.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Position of the unit's last audit entry over all logs.
    #[must_use]
    pub const fn pos(&self) -> i64 {
        self.pos
    }

    /// Whether the unit recorded the intent to sign the TBS with this SHA-256.
    #[must_use]
    pub fn holds_tbs(&self, sha256: &[u8; 32]) -> bool {
        self.tbs.contains(sha256)
    }
}

/// A unique key that another unit holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UniqueKey {
    Idempotency,
    OrderNumber,
    LiveActivation,
    Serial,
    CrlNumber,
    /// Another list of the scope is recorded and neither signed nor abandoned.
    CrlScope,
    IdentityName,
    IdentityCredential,
    Other(&'static str),
}

/// Why nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// A row the decision rested on has changed: load and decide again.
    #[error("the state changed meanwhile")]
    Conflict,
    #[error("the key is taken: {0:?}")]
    Exists(UniqueKey),
    /// Evidence ended, or the decision is too old or from the future.
    #[error("the evidence or the decision is no longer fresh")]
    Lapsed,
    /// Database, audit or queue trouble: nothing is known to be written. Answer 503.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}
