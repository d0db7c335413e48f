//! One try to hand a mail over, and the unit that books how it went.

use async_trait::async_trait;

use super::{MailLedger, SYSTEM, compose::Composed};
use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        audit::event::{Event, EventKind, Outcome},
        id::{MailId, NotificationId},
        job::{Job, backoff},
        mail::{Mail, MailKind, MailState},
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        refusal::Refused,
        timestamp::Timestamp,
        unit::Unit,
    },
    ports::{
        entropy::random,
        mailer::{MailError, Message},
        store::catalogue::MailFacts,
    },
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

/// How a try ended.
enum Tried {
    Sent {
        reply: String,
        /// Of the words that went out.
        text_sha256: [u8; 32],
    },
    Later(String),
    /// Given up for good.
    Failed(String),
    Obsolete(&'static str),
    /// The recipient wants no such reminder.
    Unwanted,
}

impl Tried {
    const fn name(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "sent",
            Self::Later(_) => "later",
            Self::Failed(_) => "failed",
            Self::Obsolete(_) => "superseded",
            Self::Unwanted => "suppressed",
        }
    }
}

#[async_trait]
impl JobHandler for MailLedger {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let now = self.0.clock.now();
        let Some(facts) = self.waiting(job).await? else {
            return self.nothing_to_do(job, now).await;
        };
        let tried = self.attempt(&facts, now).await?;
        metrics::counter!("chancery_mails_total", "kind" => facts.mail.kind.name(), "outcome" => tried.name())
            .increment(1);
        self.book(job, facts, &tried).await
    }
}

impl MailLedger {
    async fn waiting(&self, job: &Job) -> Result<Option<MailFacts>, Refused> {
        let facts = match job.object.parse::<MailId>() {
            Ok(id) => self.0.mails.mail_facts(id).await?,
            Err(_) => None,
        };
        Ok(facts.filter(|facts| facts.mail.state == MailState::Queued))
    }

    async fn attempt(&self, facts: &MailFacts, now: Timestamp) -> Result<Tried, Refused> {
        if self.is_unwanted(&facts.mail).await? {
            return Ok(Tried::Unwanted);
        }
        let is_denied = match facts.mail.kind {
            MailKind::ReadyToActivate => self.0.screening.denies(facts.data.as_deref()).await?,
            _ => false,
        };
        let (letter, attachments) = match self.compose(facts, is_denied, now)? {
            Composed::Ready {
                letter,
                attachments,
            } => (letter, attachments),
            Composed::Obsolete(why) => return Ok(Tried::Obsolete(why)),
        };
        let wording = match self.0.templates.render(&letter) {
            Ok(wording) => wording,
            // The operator can mend a template while the mail waits.
            Err(error) => return Ok(Tried::Later(error.to_string())),
        };
        let text_sha256 = wording.sha256();
        let mail = &facts.mail;
        let message = Message {
            id: mail.id,
            unsubscribe: self.2.of(mail),
            return_path: self.0.return_paths.as_ref().map(|paths| paths.of(mail.id)),
            recipient: mail.recipient.clone(),
            language: mail.language,
            date: now,
            wording,
            attachments,
            signature: None,
        };
        let sent = match self.signed(message, now).await {
            Ok(message) => self.0.mailer.send(message).await,
            Err(error) => Err(error),
        };
        Ok(match sent {
            Ok(reply) => Tried::Sent {
                reply: reply.0,
                text_sha256,
            },
            Err(MailError::Transient(reply)) => Tried::Later(reply),
            Err(MailError::Permanent(reply) | MailError::Unusable(reply)) => Tried::Failed(reply),
        })
    }

    /// Books the try; it is not repeated when the state moves meanwhile, only its booking.
    async fn book(&self, job: &Job, facts: MailFacts, tried: &Tried) -> Result<(), Refused> {
        match self.booked(job, facts, tried).await {
            Ok(()) => return Ok(()),
            Err(Stopped::Refused(refused)) => return Err(refused),
            Err(Stopped::Conflict) => {}
        }
        decide(async || match self.waiting(job).await? {
            Some(facts) => self.booked(job, facts, tried).await,
            None => Ok(self.nothing_to_do(job, self.0.clock.now()).await?),
        })
        .await
    }

    async fn booked(&self, job: &Job, facts: MailFacts, tried: &Tried) -> Result<(), Stopped> {
        // The try may have taken a minute: the unit's instant is when it ended.
        let now = self.0.clock.now();
        let unit = match tried {
            Tried::Sent { reply, text_sha256 } => sent(job, facts, (reply, text_sha256), now)?,
            Tried::Obsolete(why) => {
                unit(facts.mail.superseded(why, now)?, now).ends_job(jobs::done(job))
            }
            Tried::Unwanted => unit(facts.mail.suppressed(now)?, now).ends_job(jobs::done(job)),
            Tried::Failed(reply) => self.failed(job, facts, reply, now)?,
            Tried::Later(reply) => {
                let due = now.plus(backoff(facts.mail.attempts.saturating_add(1)));
                if due >= facts.mail.gives_up_at() {
                    self.failed(job, facts, reply, now)?
                } else {
                    unit(facts.mail.deferred(reply, now)?, now).ends_job(jobs::again(job, due))
                }
            }
        };
        self.0.store.commit(unit).await?;
        Ok(())
    }

    /// The owner learns of it, and a code that never arrived is not waited for.
    fn failed(
        &self,
        job: &Job,
        mut facts: MailFacts,
        reply: &str,
        now: Timestamp,
    ) -> Result<Unit, Stopped> {
        let mailbox = mailbox_of(&mut facts);
        let mail = facts.mail;
        let problem = self.undelivered(&mail, now)?;
        let unit = unit(mail.failed(reply, now)?, now).change(problem);
        let unit = match mailbox.and_then(|mailbox| mailbox.undeliverable(now)) {
            Some(undeliverable) => unit.change(undeliverable),
            None => unit,
        };
        Ok(unit.ends_job(jobs::done(job)))
    }

    /// The owner's line that a mail has not arrived.
    pub(super) fn undelivered(
        &self,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<Changed<Notification>, Stopped> {
        let id = NotificationId::new(now, random(&*self.0.entropy)?);
        let owner = mail.owner.clone();
        let object = mail.object.as_str();
        Ok(Notification::raise(
            id,
            owner,
            Topic::MailUndeliverable,
            mail.order,
            object,
            now,
        ))
    }

    /// Another holder of the job has settled the mail: the job is ended, and that is recorded.
    async fn nothing_to_do(&self, job: &Job, now: Timestamp) -> Result<(), Refused> {
        let event = Event::new(EventKind::MailFailed, "mail", &job.object)
            .outcome(Outcome::Failure)
            .with("reason", "not-waiting");
        let unit = Unit::new(SYSTEM.caller(), now, event).ends_job(jobs::done(job));
        match self.0.store.commit(unit).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Refused::unavailable("store-busy", error)),
        }
    }
}

fn sent(
    job: &Job,
    mut facts: MailFacts,
    (reply, text_sha256): (&str, &[u8; 32]),
    now: Timestamp,
) -> Result<Unit, Stopped> {
    let mailbox = mailbox_of(&mut facts);
    let unit = unit(facts.mail.sent(reply, text_sha256, now)?, now);
    let unit = match mailbox {
        Some(mailbox) => unit.change(mailbox.sent(now)),
        None => unit,
    };
    Ok(unit.ends_job(jobs::done(job)))
}

/// The validation whose code this mail carries, while it is still this mail's code.
pub(super) fn mailbox_of(facts: &mut MailFacts) -> Option<Loaded<MailboxValidation>> {
    if facts.mail.kind != MailKind::VerifyAddress {
        return None;
    }
    let made = facts.mail.created_at;
    let mailbox = facts.mailbox.take();
    mailbox.filter(|mailbox| mailbox.code.created_at == made)
}

fn unit(changed: Changed<Mail>, now: Timestamp) -> Unit {
    Unit::of(SYSTEM.caller(), now, changed)
}
