//! What becomes of serials whose signature never came: they are abandoned, listed on the CRL,
//! and their activation is judged afresh under a new serial, ever more rarely when that goes on.
//! Nothing is signed twice.

use super::{Issuance, finish::is_open};
use crate::{
    domain::{
        activation::Activation,
        aggregate::{Changed, Loaded},
        id::{ActivationId, JobId, NotificationId},
        intent::Intent,
        job::{Job, JobEnd, JobKind, NewJob},
        mail::{MailKind, QueuedMail},
        notification::{Notification, Topic},
        order::Order,
        owner::Caller,
        refusal::Refused,
        timestamp::Timestamp,
        unit::{CommitError, Unit},
    },
    policy::access::SystemScope,
    ports::{
        entropy::{EntropyFailed, random},
        store::issuance::ActivationFacts,
    },
    services::{
        authority::slot::SigningSlot,
        jobs::rest_before_anew,
        order_mail,
        request::{Stopped, decide},
    },
};

/// Intents of dead boots settled in one go.
const BATCH: u32 = 200;

impl Issuance {
    /// Abandons every recorded intent of a boot that is dead. Runs before the first activation
    /// of this boot and from time to time.
    ///
    /// # Errors
    /// 503 when the store cannot answer; what was settled stays settled.
    pub async fn settle_orphans(&self, scope: SystemScope) -> Result<usize, Refused> {
        let mut settled = 0;
        loop {
            let now = self.0.clock.now();
            let boot = self.0.lease.boot();
            let orphans = self.0.activations.orphaned_intents(boot, now, BATCH);
            let before = settled;
            for orphan in orphans.await? {
                if self
                    .abandon_once(orphan, &scope.caller(), "boot-died")
                    .await?
                {
                    settled += 1;
                }
            }
            // What somebody else settles at this moment is not asked for in a circle.
            if settled == before {
                return Ok(settled);
            }
        }
    }

    /// The store could not say whether this intent is durable: if it is, it is abandoned. The
    /// slot is held until that is known, so that a store in trouble is not asked by ever more.
    pub(super) fn settle_doubt(&self, intent: &Intent, caller: Caller, slot: SigningSlot) {
        let service = self.clone();
        let (issuer, serial) = (intent.issuer.clone(), intent.serial.clone());
        self.0.tasks.spawn(async move {
            let _held = slot;
            loop {
                // What an uncertain commit has left behind is decided once a later write stands.
                let (store, clock) = (&service.0.store, service.0.clock.as_ref());
                if service.0.lease.renew(store, clock).await.is_ok() {
                    match service.0.activations.intent(&issuer, &serial).await {
                        Ok(Some(intent)) if is_open(&intent) => {
                            let cause = "intent-unconfirmed";
                            return service.abandon(intent, &caller, cause).await;
                        }
                        Ok(_) => return,
                        Err(error) => tracing::error!(%error, "an intent is in doubt"),
                    }
                }
                clock.pause(super::finish::PAUSE).await;
            }
        });
    }

    /// Abandons an intent of this process, as often as it takes.
    pub(super) async fn abandon(&self, intent: Loaded<Intent>, caller: &Caller, cause: &str) {
        let (issuer, serial) = (intent.issuer.clone(), intent.serial.clone());
        let mut intent = Some(intent);
        loop {
            if let Some(intent) = intent.take() {
                match self.abandon_once(intent, caller, cause).await {
                    Ok(_) => return,
                    Err(refused) => tracing::error!(%refused, "a serial is not abandoned yet"),
                }
            }
            self.0.clock.pause(super::finish::PAUSE).await;
            intent = match self.0.activations.intent(&issuer, &serial).await {
                Ok(Some(intent)) if is_open(&intent) => Some(intent),
                Ok(_) => return,
                Err(_) => None,
            };
        }
    }

    /// One compare-and-swap from `recorded` to `abandoned`; false when somebody else was first.
    async fn abandon_once(
        &self,
        intent: Loaded<Intent>,
        caller: &Caller,
        cause: &str,
    ) -> Result<bool, Refused> {
        let now = self.0.clock.now();
        let activation = intent.activation;
        let scope = format!("{}/{}", intent.issuer, intent.partition);
        let slot = hex::encode(&intent.serial);
        let Ok((changed, revoked)) = intent.abandoned(cause, now) else {
            return Ok(false);
        };
        let tries = self.0.activations.intents_of(activation).await?;
        let told = match tries {
            0 | 1 => self.delay(activation, now).await?,
            _ => None,
        };
        let again = now.plus(rest_before_anew(tries));
        let unit = Unit::of(caller.clone(), now, changed)
            .change(revoked)
            .job(self.job(
                JobKind::ResumeActivation,
                activation.to_string(),
                &slot,
                again,
            )?)
            .job(self.job(JobKind::RenewCrl, scope, &slot, now)?)
            .reserved();
        let unit = match told {
            Some((line, mail)) => order_mail::join(unit.change(line), mail),
            None => unit,
        };
        match self.0.store.commit(unit).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict | CommitError::Exists(_)) => Ok(false),
            Err(error) => Err(Refused::unavailable("store-unavailable", error)),
        }
    }

    /// Owner and holder are told once that an activation takes longer: with its first serial that
    /// came to nothing.
    async fn delay(
        &self,
        activation: ActivationId,
        now: Timestamp,
    ) -> Result<Option<(Changed<Notification>, Option<QueuedMail>)>, Refused> {
        let read = SystemScope::new("issuance").read();
        let found = self.0.activations.activation(&read, activation).await?;
        let Some(found) = found else { return Ok(None) };
        let line = Notification::raise(
            NotificationId::new(now, random(self.0.entropy.as_ref())?),
            found.owner.clone(),
            Topic::ActivationDelayed,
            Some(found.order),
            activation,
            now,
        );
        let facts = self.0.activations.activation_facts(&read, found.order);
        let mail = match facts.await? {
            Some(facts) => self.mail(&facts, MailKind::IssuanceDelayed, activation, now)?,
            None => None,
        };
        Ok(Some((line, mail)))
    }

    /// The technical contact learns that the certificate was asked for; it comes to its mailbox.
    pub(super) fn submitted(
        &self,
        unit: Unit,
        order: &Order,
        activation: ActivationId,
        now: Timestamp,
    ) -> Result<Unit, EntropyFailed> {
        let contact = order.contacts.technical.as_ref().map(ToString::to_string);
        let (kind, entropy) = (MailKind::Submitted, self.0.entropy.as_ref());
        let mails = order_mail::each(order, kind, activation, contact, entropy, now)?;
        Ok(order_mail::join(unit, mails))
    }

    /// A mail to the mailbox that is to be certified.
    fn mail(
        &self,
        facts: &ActivationFacts,
        kind: MailKind,
        activation: ActivationId,
        now: Timestamp,
    ) -> Result<Option<QueuedMail>, EntropyFailed> {
        let Some(mailbox) = &facts.mailbox else {
            return Ok(None);
        };
        let (entropy, address) = (self.0.entropy.as_ref(), mailbox.address.as_str());
        order_mail::about(&facts.order, kind, activation, address, entropy, now).map(Some)
    }

    fn job(
        &self,
        kind: JobKind,
        object: String,
        slot: &str,
        due: Timestamp,
    ) -> Result<NewJob, Refused> {
        let id = JobId::new(due, random(self.0.entropy.as_ref())?);
        Ok(NewJob {
            id,
            kind,
            object,
            slot: slot.to_owned(),
            due,
        })
    }

    /// The activation a job asks to judge again; `None` when it has ended meanwhile.
    pub(super) async fn load_for_resumption(
        &self,
        scope: SystemScope,
        job: &Job,
    ) -> Result<Option<Loaded<Activation>>, Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        let found = self.0.activations.activation(&scope.read(), id).await?;
        let running = |activation: &Loaded<Activation>| {
            activation.state == crate::domain::activation::ActivationState::Running
        };
        Ok(found.filter(running))
    }

    /// A resumed activation that is refused ends, and its order opens again. Trouble (503) leaves
    /// it running: the job comes again.
    pub(super) async fn give_up(
        &self,
        activation: &Loaded<Activation>,
        job: &Job,
        refused: Refused,
    ) -> Refused {
        if refused.is_trouble() {
            return refused;
        }
        let ended = decide(async || self.refuse(activation, job, refused.code).await).await;
        match ended {
            Ok(()) => refused,
            Err(trouble) => trouble,
        }
    }

    async fn refuse(
        &self,
        activation: &Loaded<Activation>,
        job: &Job,
        code: &'static str,
    ) -> Result<(), Stopped> {
        let now = self.0.clock.now();
        let scope = SystemScope::new("issuance");
        let facts = self
            .0
            .activations
            .activation_facts(&scope.read(), activation.order)
            .await?;
        let facts = facts.ok_or_else(Refused::not_found)?;
        let mail = self.mail(&facts, MailKind::IssuanceRefused, activation.id, now)?;
        let live = facts.live.filter(|live| live.id == activation.id);
        let Some(live) = live else { return Ok(()) };
        let notification = Notification::raise(
            NotificationId::new(now, random(self.0.entropy.as_ref())?),
            live.owner.clone(),
            Topic::ActivationRefused,
            Some(live.order),
            live.id,
            now,
        );
        let is_reissue = live.replaces.is_some();
        let unit = Unit::of(scope.caller(), now, live.refused(code, now)?)
            .change(notification)
            .ends_job(JobEnd::Done {
                id: job.id,
                token: job.token.clone(),
            });
        // The order of a reissue has its certificate.
        let unit = match is_reissue {
            true => unit,
            false => unit.change(facts.order.reopen(now)?),
        };
        self.0.store.commit(order_mail::join(unit, mail)).await?;
        Ok(())
    }
}
