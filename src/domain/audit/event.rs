//! The closed set of events and what each carries. An event is made by the transition it
//! explains; the committer adds sequence, time, node, boot and actor.

use std::collections::BTreeMap;

use super::value::Value;
use crate::domain::feed::Told;

macro_rules! event_kinds {
    ($($kind:ident = $name:literal,)+) => {
        /// Every type of event (audit-ceremony A4).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind { $($kind,)+ }

        impl EventKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The `type` member of the entry.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }
        }
    };
}

event_kinds! {
    LogOpened = "log.opened",
    LogClosed = "log.closed",
    SystemStarted = "system.started",
    SystemStopped = "system.stopped",
    ConfigChanged = "config.changed",
    ProfileAdded = "profile.added",
    ProfileChanged = "profile.changed",
    ProfileRetired = "profile.retired",
    TextKept = "text.kept",
    HsmLogin = "hsm.login",
    HsmLoginFailed = "hsm.login_failed",
    KeyActivated = "key.activated",
    KeyDeactivated = "key.deactivated",
    SelftestFailed = "selftest.failed",
    ClockStepped = "clock.stepped",
    AuthFailure = "auth.failure",
    AuthzDenied = "authz.denied",
    AuditRead = "audit.read",
    DocumentRead = "document.read",
    EvidenceRead = "evidence.read",
    RoleGranted = "role.granted",
    RoleRevoked = "role.revoked",
    RequestReceived = "request.received",
    RequestWithdrawn = "request.withdrawn",
    RequestApproved = "request.approved",
    RequestRejected = "request.rejected",
    OrderCreated = "order.created",
    OrderChanged = "order.changed",
    OrderCancelled = "order.cancelled",
    OrderRejectionProposed = "order.rejection_proposed",
    OrderRejected = "order.rejected",
    OrderIssued = "order.issued",
    OrderReissued = "order.reissued",
    DataCreated = "data.created",
    DataAbbreviated = "data.abbreviated",
    DataBound = "data.bound",
    DataSuspended = "data.suspended",
    DataLookedUp = "data.looked_up",
    DataProposed = "data.proposed",
    DataResumed = "data.resumed",
    DataInvalidated = "data.invalidated",
    DocumentReceived = "document.received",
    DocumentScanWanted = "document.scan_wanted",
    DocumentScanned = "document.scanned",
    DocumentErased = "document.erased",
    CaseOpened = "case.opened",
    CaseClaimed = "case.claimed",
    CaseReleased = "case.released",
    CaseProposed = "case.proposed",
    CaseDecided = "case.decided",
    CaseReopened = "case.reopened",
    CaseClosed = "case.closed",
    CaseDocumentAdded = "case.document_added",
    CaseLookedUp = "case.looked_up",
    CheckRecorded = "check.recorded",
    FactsRecorded = "facts.recorded",
    EvidenceRecorded = "evidence.recorded",
    InformationRequested = "information.requested",
    ValidationStarted = "validation.started",
    ValidationPassed = "validation.passed",
    ValidationFailed = "validation.failed",
    ValidationReused = "validation.reused",
    ValidationSuperseded = "validation.superseded",
    ValidationReleased = "validation.released",
    ValidationDoubted = "validation.doubted",
    ValidationUpheld = "validation.upheld",
    ValidationInvalidated = "validation.invalidated",
    DomainStarted = "domain.started",
    DomainLooked = "domain.looked",
    DomainProven = "domain.proven",
    DomainWithdrawn = "domain.withdrawn",
    CaaChecked = "caa.checked",
    MailQueued = "mail.queued",
    MailSent = "mail.sent",
    MailFailed = "mail.failed",
    RemindersStopped = "reminders.stopped",
    RemindersResumed = "reminders.resumed",
    JobRetried = "job.retried",
    ActivationSubmitted = "activation.submitted",
    ActivationRefused = "activation.refused",
    LintFailed = "lint.failed",
    ProblemReported = "problem.reported",
    ProblemAnswered = "problem.answered",
    ProblemDecided = "problem.decided",
    KeyBlocked = "key.blocked",
    CertSignIntent = "cert.sign_intent",
    CertIssued = "cert.issued",
    CertSignFailed = "cert.sign_failed",
    CertSignUnresolved = "cert.sign_unresolved",
    CertDelivered = "cert.delivered",
    RevocationAccepted = "revocation.accepted",
    RevocationEffective = "revocation.effective",
    CrlSignIntent = "crl.sign_intent",
    CrlSigned = "crl.signed",
    CrlSignFailed = "crl.sign_failed",
    CrlPublished = "crl.published",
    OcspSignerRotated = "ocsp.signer_rotated",
    NotificationRaised = "notification.raised",
    WebhookCreated = "webhook.created",
    WebhookActivated = "webhook.activated",
    WebhookDisabled = "webhook.disabled",
    WebhookRewound = "webhook.rewound",
    WebhookDeleted = "webhook.deleted",
}

/// How the act ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Failure,
    Denied,
}

impl Outcome {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Denied => "denied",
        }
    }
}

/// The object an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// For example `order`, `case`, `cert`.
    pub kind: &'static str,
    pub id: String,
    /// Digest of the object's content where one is fixed.
    pub sha256: Option<[u8; 32]>,
}

/// A second person's approval, for two-person acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub id: String,
    pub credential: [u8; 32],
    pub time: super::super::timestamp::Timestamp,
}

/// One event, before it has its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub kind: EventKind,
    pub outcome: Outcome,
    pub object: ObjectRef,
    pub data: BTreeMap<String, Value>,
    /// Personal data: kept beside the log, in it only as a salted hash.
    pub detail: BTreeMap<String, Value>,
    pub approvals: Vec<Approval>,
    /// The line in the owner's feed that goes with the entry.
    pub told: Option<Box<Told>>,
}

impl Event {
    /// A success about `kind`/`id`; refine with the methods below.
    #[must_use]
    pub fn new(event: EventKind, kind: &'static str, id: impl ToString) -> Self {
        Self {
            kind: event,
            outcome: Outcome::Success,
            object: ObjectRef {
                kind,
                id: id.to_string(),
                sha256: None,
            },
            data: BTreeMap::new(),
            detail: BTreeMap::new(),
            approvals: Vec::new(),
            told: None,
        }
    }

    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    #[must_use]
    pub fn digest(mut self, sha256: [u8; 32]) -> Self {
        self.object.sha256 = Some(sha256);
        self
    }

    /// A fact that may stand in the log for ever: no personal data, no secret.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }

    /// A fact about a person, erasable after retention.
    #[must_use]
    pub fn personal(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn approved_by(mut self, approval: Approval) -> Self {
        self.approvals.push(approval);
        self
    }
}
