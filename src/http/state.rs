//! What every handler can reach: the gate in front of it and the use cases behind it.

use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::{
    extract::{idempotency::InFlight, list::cursor::CursorKey},
    limits::Limits,
    strangers::Strangers,
};
use crate::{
    ports::{
        clock::Clock,
        entropy::Entropy,
        signer::Signer,
        store::{Store, catalogue::Requests, people::Identities},
    },
    services::{
        authority::Authorities,
        cases::CaseWork,
        catalogue::Catalogue,
        certificate_evidence::CertificateEvidence,
        certificates::Certificates,
        csr_checks::CsrChecks,
        documents::Documents,
        domains::Domains,
        doubts::Doubts,
        feed::Feed,
        identities,
        issuance::Issuance,
        jobs::ledger::JobLedger,
        key_reports::KeyReports,
        mailbox_doubts::MailboxDoubts,
        mailboxes::{MailboxControl, MailboxesByDomain},
        mails::MailLedger,
        notifications::Notifications,
        operation::Refusals,
        orders::Orders,
        problem_reports::ProblemReports,
        rechecks::Rechecks,
        registers::Registers,
        revocation_lists::RevocationLists,
        revocations::Revocations,
        stock::Stock,
        subject_data::DataSets,
        webhooks::Webhooks,
    },
};

/// Built once by the daemon.
pub type AppState = Arc<App>;

/// The use cases, one field a service, and the gate.
pub struct App {
    pub gate: Gate,
    pub cases: CaseWork,
    pub registers: Registers,
    pub rechecks: Rechecks,
    pub authorities: Arc<Authorities>,
    pub catalogue: Arc<Catalogue>,
    pub certificates: Certificates,
    pub certificate_evidence: CertificateEvidence,
    pub csr_checks: CsrChecks,
    pub issuance: Issuance,
    pub jobs: JobLedger,
    pub stock: Stock,
    pub revocation_lists: Arc<RevocationLists>,
    pub revocations: Revocations,
    pub identities: Arc<identities::Identities>,
    pub key_reports: Arc<KeyReports>,
    /// For the state of its keys; only `policy::issuance` can order a signature.
    pub signer: Arc<dyn Signer>,
    pub mailbox_doubts: MailboxDoubts,
    pub mailboxes: MailboxControl,
    pub mailboxes_by_domain: MailboxesByDomain,
    pub mails: MailLedger,
    pub orders: Orders,
    pub problem_reports: ProblemReports,
    pub data_sets: DataSets,
    pub documents: Documents,
    pub domains: Domains,
    pub doubts: Doubts,
    pub feed: Feed,
    pub notifications: Notifications,
    pub webhooks: Webhooks,
}

/// What stands before every handler.
pub struct Gate {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// For the events of auditors' reads.
    pub store: Arc<dyn Store>,
    pub identities: Arc<dyn Identities>,
    pub requests: Arc<dyn Requests>,
    pub limits: Limits,
    /// Limits of those who ask for pages.
    pub strangers: Strangers,
    /// Seals the cursors of lists.
    pub cursors: CursorKey,
    /// Those who were turned away.
    pub refusals: Refusals,
    /// Idempotency-Keys whose act runs in this process.
    pub in_flight: InFlight,
    /// Acts that outlive their client; the daemon waits for them before it ends.
    pub acts: TaskTracker,
}
