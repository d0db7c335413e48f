//! "The certificate can be activated": said once, by whatever opens the second of both gates,
//! data or mailbox, in the unit that opens it; and said again on later days by a job. Whether it is
//! true is for [`Evidence::ready`] alone: where it is not, nothing is said.

use crate::{
    domain::{
        aggregate::Loaded,
        domain_control::DomainControl,
        id::{JobId, NotificationId},
        job::{JobKind, NewJob},
        mail::MailKind,
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        order::Order,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{
        readiness::Evidence,
        warnings::{self, Warnings},
    },
    ports::{
        entropy::{Entropy, random},
        store::{StoreError, registration::Mailboxes},
    },
    services::{order_mail, request::Stopped},
};

/// What a mailbox's validation rests on besides itself, as it stands.
#[derive(Debug, Default)]
pub(super) struct Grounds {
    /// The check that it took over.
    pub(super) proof: Option<Loaded<MailboxValidation>>,
    /// The proof of its domain.
    pub(super) domain: Option<Loaded<DomainControl>>,
}

impl Grounds {
    pub(super) async fn of(
        mailbox: &MailboxValidation,
        mailboxes: &dyn Mailboxes,
    ) -> Result<Self, StoreError> {
        let proof = match mailbox.reused_from {
            Some(id) => mailboxes.mailbox(id).await?,
            None => None,
        };
        let domain = match mailbox.method.domain() {
            Some(id) => mailboxes.domains_of(&[id]).await?.pop(),
            None => None,
        };
        Ok(Self { proof, domain })
    }
}

/// A line in the owner's notifications, a mail to the mailbox that will be certified, and the
/// timer of the reminders, if the order can be activated now. Tells whether it can.
pub(super) fn tell(
    unit: Unit,
    order: &Order,
    evidence: &Evidence<'_>,
    warnings: &Warnings,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<(Unit, bool), Stopped> {
    let Some(mailbox) = evidence.ready(order, now) else {
        return Ok((unit, false));
    };
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
        return Ok((unit, true));
    };
    let unit = unit.job(NewJob {
        id: JobId::new(now, random(entropy)?),
        kind: JobKind::RemindReady,
        object: order.id.to_string(),
        slot: format!("ready-{}", now.millis()),
        due,
    });
    Ok((unit, true))
}
