//! Mails about an order: who gets them, and their row with its job.

use crate::{
    domain::{
        id::{JobId, MailId},
        mail::{Mail, MailKind, NewMail, QueuedMail},
        mailbox::MailboxValidation,
        order::Order,
        timestamp::Timestamp,
        unit::Unit,
    },
    ports::entropy::{Entropy, EntropyFailed, random},
};

/// A mail of this kind in the order's language; `about` is what the kind says it is.
pub(super) fn about(
    order: &Order,
    kind: MailKind,
    about: impl ToString,
    recipient: impl ToString,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<QueuedMail, EntropyFailed> {
    Ok(Mail::queue(NewMail {
        id: MailId::new(now, random(entropy)?),
        job: JobId::new(now, random(entropy)?),
        kind,
        owner: order.owner.clone(),
        order: Some(order.id),
        object: about.to_string(),
        recipient: recipient.to_string(),
        language: order.language,
        now,
    }))
}

/// The same mail to each of them.
pub(super) fn each(
    order: &Order,
    kind: MailKind,
    object: impl ToString,
    recipients: impl IntoIterator<Item = String>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Vec<QueuedMail>, EntropyFailed> {
    let object = object.to_string();
    let recipients = recipients.into_iter();
    let mails = recipients.map(|to| about(order, kind, &object, to, entropy, now));
    mails.collect()
}

/// The unit with these mails.
pub(super) fn join(unit: Unit, mails: impl IntoIterator<Item = QueuedMail>) -> Unit {
    mails.into_iter().fold(unit, |unit, mail| mail.join(unit))
}

/// The technical contact, or the mailbox once its holder has shown control: nobody else learns
/// of the order.
pub(super) fn contact(
    order: &Order,
    mailbox: Option<&MailboxValidation>,
    now: Timestamp,
) -> Option<String> {
    let technical = order.contacts.technical.as_ref().map(ToString::to_string);
    technical.or_else(|| {
        let verified = mailbox.filter(|mailbox| mailbox.is_verified(now));
        verified.map(|mailbox| mailbox.address.as_str().to_owned())
    })
}

/// The mailbox of a certificate and the technical contact, each once.
pub(super) fn holders(order: &Order, mailbox: &str) -> Vec<String> {
    with(mailbox, order.contacts.technical.as_ref())
}

/// The mailbox of a certificate, and whom the order names for its revocation, each once.
pub(super) fn affected(order: &Order, mailbox: &str) -> Vec<String> {
    with(mailbox, order.contacts.revocation.as_ref())
}

fn with(mailbox: &str, contact: Option<&impl ToString>) -> Vec<String> {
    let contact = contact.map(ToString::to_string);
    let mut found = vec![mailbox.to_owned()];
    found.extend(contact.filter(|contact| contact != mailbox));
    found
}
