//! What a customer sees of an order: one derivation from facts and the clock, never stored.
//!
//! The same functions gate the steps, so a button is never open for a call that is refused.

use super::{
    readiness::Evidence,
    reuse::{
        EXPIRING_DAYS, authority_valid_until, mailbox_valid_until, organization_valid_until,
        usable_facts,
    },
};
use crate::domain::{
    mailbox::MailboxState,
    order::{Order, OrderState},
    subject_data::{SubjectData, SubjectDataState, VerifiedFacts},
    timestamp::{Timestamp, days},
};

pub mod filter;
pub mod words;

/// What is known of the order's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    pub not_after: Timestamp,
    pub is_revoked: bool,
    /// A revocation is decided on but not yet published.
    pub revocation_runs: bool,
}

/// Everything the derivation rests on.
#[derive(Clone, Copy, Debug)]
pub struct OrderFacts<'a> {
    pub order: &'a Order,
    pub evidence: Evidence<'a>,
    pub certificate: Option<CertificateFacts>,
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The wire's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

named! {
    /// The order's status (contract, Orders): the first that fits.
    StatusCode {
        Cancelled = "cancelled",
        Rejected = "rejected",
        Lapsed = "lapsed",
        Revoked = "revoked",
        RevocationInProgress = "revocation_in_progress",
        Expired = "expired",
        Expiring = "expiring",
        Issued = "issued",
        SubmittedForIssuance = "submitted_for_issuance",
        ReadyForActivation = "ready_for_activation",
        AdditionalInformationNeeded = "additional_information_needed",
        WaitingForEmailConfirmation = "waiting_for_email_confirmation",
        UnderVerification = "under_verification",
        WaitingForActivation = "waiting_for_activation",
    }
}

named! {
    /// The status of the panel "Organization's data".
    DataStatus {
        WaitingForData = "waiting_for_data",
        UnderVerification = "under_verification",
        AdditionalInformationNeeded = "additional_information_needed",
        Verified = "verified",
        Expired = "expired",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        Suspended = "suspended",
        Replaced = "replaced",
    }
}

named! {
    /// The state of a step's button.
    StepState {
        Available = "available",
        InProgress = "in_progress",
        Done = "done",
        Blocked = "blocked",
    }
}

named! {
    /// What is verified for an order.
    VerificationKind {
        Organization = "ORGANIZATION",
        Authorization = "AUTHORIZATION",
        Email = "EMAIL",
    }
}

named! {
    /// Where a verification stands.
    VerificationState {
        NotRequired = "NOT_REQUIRED",
        Required = "REQUIRED",
        Failed = "FAILED",
        Verified = "VERIFIED",
    }
}

/// A step's button and why it is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    pub state: StepState,
    /// Codes of what is missing; empty unless blocked.
    pub blocked_by: Vec<&'static str>,
}

/// The three steps of the guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    pub data: StepView,
    pub email: StepView,
    pub activation: StepView,
}

/// One verification of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerificationView {
    pub kind: VerificationKind,
    pub state: VerificationState,
    pub valid_until: Option<Timestamp>,
}

/// The order's status.
#[must_use]
pub fn status_code(facts: OrderFacts<'_>, now: Timestamp) -> StatusCode {
    match facts.order.state {
        OrderState::Cancelled => StatusCode::Cancelled,
        OrderState::Rejected => StatusCode::Rejected,
        OrderState::Lapsed => StatusCode::Lapsed,
        OrderState::Issued => certificate_status(facts.certificate, now),
        OrderState::Submitted => StatusCode::SubmittedForIssuance,
        OrderState::Open if facts.order.is_over(now) => StatusCode::Lapsed,
        OrderState::Open => open_status(facts, now),
    }
}

fn certificate_status(certificate: Option<CertificateFacts>, now: Timestamp) -> StatusCode {
    match certificate {
        Some(c) if c.is_revoked => StatusCode::Revoked,
        Some(c) if c.revocation_runs => StatusCode::RevocationInProgress,
        Some(c) if c.not_after < now => StatusCode::Expired,
        Some(c) if c.not_after < now.plus(days(EXPIRING_DAYS)) => StatusCode::Expiring,
        _ => StatusCode::Issued,
    }
}

fn open_status(facts: OrderFacts<'_>, now: Timestamp) -> StatusCode {
    use MailboxState as M;
    if facts.evidence.blockers(now).is_empty() {
        return StatusCode::ReadyForActivation;
    }
    let Some(data) = facts.evidence.data else {
        return StatusCode::WaitingForActivation;
    };
    let data_waits = !matches!(
        data_status(Some(data), now),
        DataStatus::UnderVerification | DataStatus::Verified
    );
    match facts.evidence.mailbox.map(|mailbox| mailbox.state) {
        _ if data_waits => StatusCode::AdditionalInformationNeeded,
        Some(M::Undeliverable | M::Locked | M::Disowned | M::Invalidated) => {
            StatusCode::AdditionalInformationNeeded
        }
        Some(M::Created | M::Sent) => StatusCode::WaitingForEmailConfirmation,
        Some(M::Verified | M::Superseded) | None => StatusCode::UnderVerification,
    }
}

/// The data panel's status.
#[must_use]
pub fn data_status(data: Option<&SubjectData>, now: Timestamp) -> DataStatus {
    use SubjectDataState as S;
    let Some(set) = data else {
        return DataStatus::WaitingForData;
    };
    match set.state {
        S::Draft => DataStatus::WaitingForData,
        S::UnderVerification => DataStatus::UnderVerification,
        S::WaitingForApplicant => DataStatus::AdditionalInformationNeeded,
        S::Verified if usable_facts(data, now).is_ok() => DataStatus::Verified,
        S::Verified => DataStatus::Expired,
        S::Rejected => DataStatus::Rejected,
        S::Withdrawn => DataStatus::Withdrawn,
        S::Suspended => DataStatus::Suspended,
        S::Replaced => DataStatus::Replaced,
    }
}

/// The buttons of the three steps.
#[must_use]
pub fn steps(facts: OrderFacts<'_>, now: Timestamp) -> Steps {
    match facts.order.state {
        OrderState::Cancelled | OrderState::Rejected | OrderState::Lapsed => closed(),
        OrderState::Open if facts.order.is_over(now) => closed(),
        OrderState::Submitted => all_done_but(StepState::InProgress),
        OrderState::Issued => all_done_but(StepState::Done),
        OrderState::Open => Steps {
            data: in_state(data_step(facts, now)),
            email: email_step(facts, now),
            activation: activation_step(facts, now),
        },
    }
}

fn data_step(facts: OrderFacts<'_>, now: Timestamp) -> StepState {
    match data_status(facts.evidence.data, now) {
        DataStatus::UnderVerification => StepState::InProgress,
        DataStatus::Verified => StepState::Done,
        _ => StepState::Available,
    }
}

/// Opens when data is saved, not when it is verified: the two verifications run side by side.
fn email_step(facts: OrderFacts<'_>, now: Timestamp) -> StepView {
    if facts.order.subject_data.is_none() {
        return blocked(vec!["data-not-saved"]);
    }
    let state = match facts.evidence.mailbox {
        Some(_) if facts.evidence.usable_mailbox(now).is_ok() => StepState::Done,
        Some(mailbox) if matches!(mailbox.state, MailboxState::Created | MailboxState::Sent) => {
            StepState::InProgress
        }
        // Nothing goes on until an officer has looked.
        Some(mailbox) if mailbox.state == MailboxState::Disowned => {
            return blocked(vec!["email-disowned"]);
        }
        _ => StepState::Available,
    };
    in_state(state)
}

fn activation_step(facts: OrderFacts<'_>, now: Timestamp) -> StepView {
    let missing = facts.evidence.blockers(now);
    if missing.is_empty() {
        in_state(StepState::Available)
    } else {
        blocked(missing)
    }
}

/// What is verified for the order, and until when it may be relied on.
#[must_use]
pub fn verifications(facts: OrderFacts<'_>, now: Timestamp) -> [VerificationView; 3] {
    let organization = |ends: fn(&VerifiedFacts) -> Timestamp| data_verification(facts, ends, now);
    let (organization, authorization) = (
        organization(organization_valid_until),
        organization(authority_valid_until),
    );
    [
        view(VerificationKind::Organization, organization),
        view(VerificationKind::Authorization, authorization),
        view(VerificationKind::Email, mailbox_verification(facts, now)),
    ]
}

type Verified = (VerificationState, Option<Timestamp>);

fn data_verification(
    facts: OrderFacts<'_>,
    ends: fn(&VerifiedFacts) -> Timestamp,
    now: Timestamp,
) -> Verified {
    let Some(set) = facts.evidence.data else {
        return (unverified(facts.order), None);
    };
    match (&set.verified, set.state) {
        (Some(verified), SubjectDataState::Verified) => {
            let end = ends(verified);
            let holds = now < end || facts.order.state == OrderState::Issued;
            (verified_if(holds), Some(end))
        }
        (_, SubjectDataState::Rejected | SubjectDataState::Suspended) => {
            (VerificationState::Failed, None)
        }
        _ => (unverified(facts.order), None),
    }
}

fn mailbox_verification(facts: OrderFacts<'_>, now: Timestamp) -> Verified {
    let Some(mailbox) = facts.evidence.mailbox else {
        return (unverified(facts.order), None);
    };
    match mailbox.state {
        MailboxState::Verified => {
            let holds = facts.evidence.usable_mailbox(now).is_ok()
                || facts.order.state == OrderState::Issued;
            (verified_if(holds), Some(mailbox_valid_until(mailbox)))
        }
        MailboxState::Undeliverable
        | MailboxState::Locked
        | MailboxState::Disowned
        | MailboxState::Invalidated => (VerificationState::Failed, None),
        MailboxState::Created | MailboxState::Sent | MailboxState::Superseded => {
            (unverified(facts.order), None)
        }
    }
}

const fn unverified(order: &Order) -> VerificationState {
    if order.state.is_closed() {
        VerificationState::NotRequired
    } else {
        VerificationState::Required
    }
}

const fn verified_if(holds: bool) -> VerificationState {
    if holds {
        VerificationState::Verified
    } else {
        VerificationState::Required
    }
}

const fn view(kind: VerificationKind, (state, valid_until): Verified) -> VerificationView {
    VerificationView {
        kind,
        state,
        valid_until,
    }
}

const fn in_state(state: StepState) -> StepView {
    StepView {
        state,
        blocked_by: Vec::new(),
    }
}

const fn blocked(blocked_by: Vec<&'static str>) -> StepView {
    StepView {
        state: StepState::Blocked,
        blocked_by,
    }
}

fn closed() -> Steps {
    Steps {
        data: blocked(vec!["order-closed"]),
        email: blocked(vec!["order-closed"]),
        activation: blocked(vec!["order-closed"]),
    }
}

const fn all_done_but(activation: StepState) -> Steps {
    Steps {
        data: in_state(StepState::Done),
        email: in_state(StepState::Done),
        activation: in_state(activation),
    }
}

#[cfg(test)]
mod tests;
