//! What is said of an end that comes, and of an issuance that does not; only while it is true.

use super::{Composed, Values, ready};
use crate::{
    domain::{
        activation::ActivationState,
        mail::MailKind,
        order::{Order, OrderState},
        timestamp::Timestamp,
    },
    policy::{local_time::LocalTime, readiness::Evidence, reuse},
    ports::store::catalogue::MailFacts,
};

/// A certificate that ends or has ended. The end of one that is revoked, renewed or replaced
/// concerns nobody.
pub(super) fn certificate(
    facts: &MailFacts,
    order: &Order,
    mut values: Values,
    time: &LocalTime,
    now: Timestamp,
) -> Composed {
    let Some(certificate) = &facts.certificate else {
        return Composed::Obsolete("the certificate is gone");
    };
    let over = now > certificate.not_after;
    if over != (facts.mail.kind == MailKind::CertificateExpired) {
        return Composed::Obsolete("the certificate has ended meanwhile");
    }
    if facts.revocation.is_some() {
        return Composed::Obsolete("the certificate was revoked meanwhile");
    }
    if order.certificate != Some(certificate.id) || facts.renewal.is_some() {
        return Composed::Obsolete("another certificate took its place");
    }
    values.insert("serial", hex::encode(&certificate.serial));
    values.insert("mailbox", certificate.mailbox.clone());
    values.insert("not_after", time.minute(certificate.not_after));
    values.insert("last_day", time.day(certificate.not_after));
    ready(&facts.mail, values, None, Vec::new())
}

/// That an order can be activated, as long as it can.
pub(super) fn ready_to_activate(
    facts: &MailFacts,
    order: &Order,
    values: Values,
    is_denied: bool,
    now: Timestamp,
) -> Composed {
    let evidence = Evidence {
        data: facts.data.as_deref(),
        is_denied,
        mailbox: facts.mailbox.as_deref(),
        proof: facts.proof.as_deref(),
        domain: facts.domain.as_deref(),
    };
    // Who activates at once still gets every mail of the flow; nobody is misled by it.
    let has_gone_on = matches!(order.state, OrderState::Submitted | OrderState::Issued);
    if has_gone_on || evidence.ready(order, now).is_some() {
        return ready(&facts.mail, values, None, Vec::new());
    }
    let why = evidence.blockers(now).first().copied();
    Composed::Obsolete(why.unwrap_or("the order has gone on"))
}

/// What an order waits for.
pub(super) fn of_order(
    facts: &MailFacts,
    order: &Order,
    mut values: Values,
    time: &LocalTime,
    now: Timestamp,
) -> Composed {
    let open = order.state == OrderState::Open && !order.is_over(now);
    let until = match facts.mail.kind {
        MailKind::IssuanceDelayed if is_in(facts, ActivationState::Running) => None,
        // The newest one, of an order that is open again or of a certificate's successor.
        MailKind::IssuanceRefused if is_in(facts, ActivationState::Refused) => {
            let newest = facts.activation.as_ref().map(|activation| activation.id);
            match order.activation == newest && (open || order.state == OrderState::Issued) {
                true => None,
                false => return Composed::Obsolete("the order has gone on"),
            }
        }
        MailKind::OrderLapsing if open => Some(order.window_ends),
        MailKind::MailboxLapsing if open => match &facts.mailbox {
            Some(mailbox) if order.mailbox == Some(mailbox.id) => Some(mailbox.carries_until()),
            _ => return Composed::Obsolete("another address took its place"),
        },
        MailKind::DataExpiring if open || rests_on_data(facts, order, now) => {
            match reuse::usable_facts(facts.data.as_deref(), now) {
                Ok((_, until)) => Some(until),
                Err(why) => return Composed::Obsolete(why),
            }
        }
        _ => return Composed::Obsolete("the order has gone on"),
    };
    if let Some(until) = until {
        values.insert("until", time.minute(until));
    }
    ready(&facts.mail, values, None, Vec::new())
}

/// Whether a certificate of the order is asked for or valid: its successor needs the data.
fn rests_on_data(facts: &MailFacts, order: &Order, now: Timestamp) -> bool {
    let is_valid = || {
        let certificate = facts.certificate.as_ref();
        facts.revocation.is_none() && certificate.is_some_and(|one| now <= one.not_after)
    };
    match order.state {
        OrderState::Submitted => true,
        OrderState::Issued => is_valid(),
        OrderState::Open | OrderState::Cancelled | OrderState::Rejected | OrderState::Lapsed => {
            false
        }
    }
}

/// Whether the activation that the mail is about is in this state.
fn is_in(facts: &MailFacts, state: ActivationState) -> bool {
    let activation = facts.activation.as_ref();
    activation.is_some_and(|activation| activation.state == state)
}
