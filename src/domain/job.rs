//! Background work: rows written by the unit that causes it (the outbox).

use std::time::Duration;

use super::{id::JobId, timestamp::Timestamp};

mod standing;

pub use standing::{Failing, Fault, JobState, Standing};

/// What is to be done. The payload is the object's id; everything else is read when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// Object: a mail's id.
    SendMail,
    /// Object: `issuer/partition`.
    RenewCrl,
    /// Object: an activation whose intent was abandoned; it is judged afresh.
    ResumeActivation,
    /// Object: an order, whose activation window ends and then its certificate.
    OrderTimer,
    /// Object: a case whose registers are to be asked.
    AskRegisters,
    /// Object: a case that waits for its applicant.
    ChaseApplicant,
    /// Object: a verified data set whose evidence ends.
    DataExpiry,
    /// Object: a verified data set about which registers are asked again.
    RecheckData,
    /// Object: a confirmed mailbox whose validation ends.
    MailboxExpiry,
    /// Object: a webhook; one job for its whole life.
    ServeWebhook,
    /// Object: a mailbox validation whose domain may forbid us to issue.
    AdviseCaa,
    /// Object: a revocation that no CRL lists yet.
    PublishRevocation,
    /// Object: a certificate whose place another has taken; it is revoked when its time is over.
    RevokeSuperseded,
    /// Object: an order that can be activated and is not.
    RemindReady,
    /// Object: the fingerprint of a key that was blocked, in hex; its certificates fall.
    RevokeKey,
    /// Object: a proof of a mailbox that its holder disowned; those taken over from it fall too.
    DisownReused,
    /// Object: a document that nobody has looked for malware in yet.
    ScanDocument,
    /// Object: a document, whose bytes go when its retention is over.
    EraseDocument,
    /// Object: the directory of documents, which is looked through once a day.
    SweepDocuments,
}

impl JobKind {
    pub const ALL: [Self; 19] = [
        Self::SendMail,
        Self::RenewCrl,
        Self::ResumeActivation,
        Self::OrderTimer,
        Self::AskRegisters,
        Self::ChaseApplicant,
        Self::DataExpiry,
        Self::RecheckData,
        Self::MailboxExpiry,
        Self::ServeWebhook,
        Self::AdviseCaa,
        Self::PublishRevocation,
        Self::RevokeSuperseded,
        Self::RemindReady,
        Self::RevokeKey,
        Self::DisownReused,
        Self::ScanDocument,
        Self::EraseDocument,
        Self::SweepDocuments,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendMail => "send_mail",
            Self::RenewCrl => "renew_crl",
            Self::ResumeActivation => "resume_activation",
            Self::OrderTimer => "order_timer",
            Self::AskRegisters => "ask_registers",
            Self::ChaseApplicant => "chase_applicant",
            Self::DataExpiry => "data_expiry",
            Self::RecheckData => "recheck_data",
            Self::MailboxExpiry => "mailbox_expiry",
            Self::ServeWebhook => "serve_webhook",
            Self::AdviseCaa => "advise_caa",
            Self::PublishRevocation => "publish_revocation",
            Self::RevokeSuperseded => "revoke_superseded",
            Self::RemindReady => "remind_ready",
            Self::RevokeKey => "revoke_key",
            Self::DisownReused => "disown_reused",
            Self::ScanDocument => "scan_document",
            Self::EraseDocument => "erase_document",
            Self::SweepDocuments => "sweep_documents",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A job to be queued. UNIQUE(kind, object, slot): the same work is queued once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    pub id: JobId,
    pub kind: JobKind,
    pub object: String,
    pub slot: String,
    pub due: Timestamp,
}

/// The right to end a job: the token of the claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobToken(pub [u8; 16]);

/// A claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub kind: JobKind,
    pub object: String,
    pub slot: String,
    /// Attempts begun, this one included.
    pub attempts: u32,
    pub token: JobToken,
}

/// How a claimed job ends; `WHERE token = …` fences off a holder whose lease is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEnd {
    Done {
        id: JobId,
        token: JobToken,
    },
    Again {
        id: JobId,
        token: JobToken,
        due: Timestamp,
    },
}

/// Time until the next try after `attempts` tries: 30 s, 2 min, 10 min, 30 min, then hourly.
#[must_use]
pub const fn backoff(attempts: u32) -> Duration {
    Duration::from_secs(match attempts {
        0 | 1 => 30,
        2 => 120,
        3 => 600,
        4 => 1800,
        _ => 3600,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_rarer() {
        let waits: Vec<u64> = (1..=6).map(|count| backoff(count).as_secs()).collect();
        assert_eq!(waits, [30, 120, 600, 1800, 3600, 3600]);
    }
}
