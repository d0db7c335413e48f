//! What is said of an end that comes, and of an issuance that does not; only while it is true.

use super::{Composed, Values, minute, ready};
use crate::{
    domain::{
        mail::MailKind,
        order::{Order, OrderState},
        timestamp::Timestamp,
    },
    policy::reuse,
    ports::store::catalogue::MailFacts,
};

/// A certificate that ends or has ended.
pub(super) fn certificate(facts: &MailFacts, mut values: Values, now: Timestamp) -> Composed {
    let Some(certificate) = &facts.certificate else {
        return Composed::Obsolete("the certificate is gone");
    };
    let over = now > certificate.not_after;
    if over != (facts.mail.kind == MailKind::CertificateExpired) {
        return Composed::Obsolete("the certificate has ended meanwhile");
    }
    values.insert("serial", hex::encode(&certificate.serial));
    values.insert("mailbox", certificate.mailbox.clone());
    values.insert("not_after", minute(certificate.not_after));
    ready(&facts.mail, values, None, Vec::new())
}

/// What an order waits for.
pub(super) fn of_order(
    facts: &MailFacts,
    order: &Order,
    mut values: Values,
    now: Timestamp,
) -> Composed {
    let open = order.state == OrderState::Open;
    let until = match facts.mail.kind {
        MailKind::IssuanceDelayed if order.state == OrderState::Submitted => None,
        MailKind::IssuanceRefused if open => None,
        MailKind::OrderLapsing if open => Some(order.window_ends()),
        MailKind::MailboxLapsing if open => match &facts.mailbox {
            Some(mailbox) if order.mailbox == Some(mailbox.id) => Some(mailbox.valid_until()),
            _ => return Composed::Obsolete("another address took its place"),
        },
        MailKind::DataExpiring if open => match reuse::usable_facts(facts.data.as_deref(), now) {
            Ok((_, until)) => Some(until),
            Err(why) => return Composed::Obsolete(why),
        },
        _ => return Composed::Obsolete("the order has gone on"),
    };
    if let Some(until) = until {
        values.insert("until", minute(until));
    }
    ready(&facts.mail, values, None, Vec::new())
}
