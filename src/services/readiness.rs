//! "The certificate can be activated": said once, by whatever opens the second of both gates,
//! data or mailbox, in the unit that opens it; and said again on later days by a job. Whether it is
//! true is for [`Evidence::ready`] alone: where it is not, nothing is said. Where nothing but the
//! deny list is in the way, a job looks each day whether the list was mended.

use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        domain_control::DomainControl,
        id::{JobId, NotificationId},
        job::{JobKind, NewJob},
        mail::{MailKind, QueuedMail},
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        order::Order,
        owner::Caller,
        timestamp::{Timestamp, days},
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

/// Slots of the jobs, of which the newest counts: `ready-` with the instant of the word, and this
/// at its end where the word was held back by the deny list.
pub(super) const READY: &str = "ready-";
pub(super) const HELD: &str = "-held";

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
        return Ok((held(unit, order, evidence, entropy, now)?, false));
    };
    let word = Word::of(order, mailbox, warnings, entropy, now)?;
    Ok((word.join(unit), true))
}

/// "It can be activated", with everything that goes with it.
pub(super) struct Word {
    line: Changed<Notification>,
    mail: QueuedMail,
    reminder: Option<NewJob>,
}

impl Word {
    pub(super) fn of(
        order: &Order,
        mailbox: &MailboxValidation,
        warnings: &Warnings,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<Self, Stopped> {
        let id = NotificationId::new(now, random(entropy)?);
        let (owner, topic) = (order.owner.clone(), Topic::ReadyToActivate);
        let address = mailbox.address.as_str();
        let kind = MailKind::ReadyToActivate;
        let due = warnings::next_after(now, &warnings.ready, order.window_ends, now);
        let slot = format!("{READY}{}", now.millis());
        let reminder = due.map(|due| look(order, slot, due, entropy, now));
        Ok(Self {
            line: Notification::raise(id, owner, topic, Some(order.id), order.id, now),
            mail: order_mail::about(order, kind, order.id, address, entropy, now)?,
            reminder: reminder.transpose()?,
        })
    }

    /// A unit that says nothing else.
    pub(super) fn begin(self, caller: Caller, now: Timestamp) -> Unit {
        let unit = self.mail.join(Unit::of(caller, now, self.line));
        self.reminder.into_iter().fold(unit, Unit::job)
    }

    fn join(self, unit: Unit) -> Unit {
        let unit = self.mail.join(unit.change(self.line));
        self.reminder.into_iter().fold(unit, Unit::job)
    }
}

/// With the job that looks for a mended list, when that is all the order waits for.
fn held(
    unit: Unit,
    order: &Order,
    evidence: &Evidence<'_>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Unit, Stopped> {
    let mended = Evidence {
        is_denied: false,
        ..*evidence
    };
    if mended.ready(order, now).is_none() {
        return Ok(unit);
    }
    let due = now.plus(days(1));
    let job = look(
        order,
        format!("{READY}{}{HELD}", now.millis()),
        due,
        entropy,
        now,
    )?;
    Ok(unit.job(job))
}

fn look(
    order: &Order,
    slot: String,
    due: Timestamp,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<NewJob, Stopped> {
    Ok(NewJob {
        id: JobId::new(now, random(entropy)?),
        kind: JobKind::RemindReady,
        object: order.id.to_string(),
        slot,
        due,
    })
}
