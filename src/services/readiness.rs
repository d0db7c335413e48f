//! "The certificate can be activated": said once, by whatever opens the second of both gates,
//! data or mailbox, in the unit that opens it; and said again on later days by a job.

use crate::{
    domain::{
        id::{JobId, NotificationId},
        job::{JobKind, NewJob},
        mail::MailKind,
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        order::Order,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::warnings::{self, Warnings},
    ports::entropy::{Entropy, random},
    services::{order_mail, request::Stopped},
};

/// A line in the owner's notifications, a mail to the mailbox that will be certified, and the
/// timer of the reminders.
pub(super) fn tell(
    unit: Unit,
    order: &Order,
    mailbox: &MailboxValidation,
    warnings: &Warnings,
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
    let address = mailbox.address.as_str();
    let kind = MailKind::ReadyToActivate;
    let mail = order_mail::about(order, kind, order.id, address, entropy, now)?;
    let unit = mail.join(unit.change(line));
    let Some(due) = warnings::next_after(now, &warnings.ready, order.window_ends, now) else {
        return Ok(unit);
    };
    Ok(unit.job(NewJob {
        id: JobId::new(now, random(entropy)?),
        kind: JobKind::RemindReady,
        object: order.id.to_string(),
        slot: format!("ready-{}", now.millis()),
        due,
    }))
}
