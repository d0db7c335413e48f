//! "The certificate can be activated": said once, by whatever opens the second of both gates,
//! data or mailbox, in the unit that opens it.

use crate::{
    domain::{
        id::{JobId, MailId, NotificationId},
        mail::{Mail, MailKind, NewMail},
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        order::Order,
        timestamp::Timestamp,
        unit::Unit,
    },
    ports::entropy::{Entropy, random},
    services::request::Stopped,
};

/// A line in the owner's notifications and a mail to the mailbox that will be certified.
pub(super) fn tell(
    unit: Unit,
    order: &Order,
    mailbox: &MailboxValidation,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Unit, Stopped> {
    let line = Notification::raise(
        NotificationId::new(now, random(entropy)?),
        order.owner.clone(),
        Topic::ReadyToActivate,
        Some(order.id),
        order.id,
        now,
    );
    let queued = Mail::queue(NewMail {
        id: MailId::new(now, random(entropy)?),
        job: JobId::new(now, random(entropy)?),
        kind: MailKind::ReadyToActivate,
        owner: order.owner.clone(),
        order: Some(order.id),
        object: order.id.to_string(),
        recipient: mailbox.address.as_str().to_owned(),
        language: order.language,
        now,
    });
    Ok(queued.join(unit.change(line)))
}
