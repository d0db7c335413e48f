//! The holder answers with the code, on the daemon's page or through a frontend.

use super::{MailboxControl, MailboxView, SYSTEM, send::require_provable};
use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        id::{MailboxId, OrderId},
        identity::Grant,
        mail::MailKind,
        mailbox::{
            ConfirmChannel, MailboxState, MailboxValidation,
            answer::{Answered, Attempt},
        },
        notification::Topic,
        order::{Order, OrderState},
        owner::{ActingFor, Actor, Caller},
        refusal::Refused,
        text::Language,
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{access::TenantScope, readiness::Evidence},
    services::{
        readiness,
        request::{Stopped, decide},
    },
};

/// Longest browser name that is kept, in characters.
const USER_AGENT_CAP: usize = 256;

/// Somebody at the public page: not authenticated, proven by the code alone.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Address the request came from.
    pub peer: String,
    pub user_agent: String,
    pub request_id: String,
}

/// What the public page shows to whoever follows the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicView {
    /// The page masks it.
    pub address: String,
    pub organization: String,
    pub order_number: String,
    pub language: Language,
    /// Whether the address can be confirmed now.
    pub open: bool,
    /// Whether it can be said that the order is not the holder's.
    pub can_disown: bool,
}

/// What a code is handed in to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The address is mine and I want the certificate.
    Mine,
    /// I know nothing of the order.
    NotMe,
}

/// Who hands in a code, and how.
struct Handed<'a> {
    says: Says,
    caller: Caller,
    grant: Option<Grant>,
    typed: &'a str,
    channel: ConfirmChannel,
    user_agent: String,
    acting_for: ActingFor,
}

impl MailboxControl {
    /// What a frontend's user typed, passed on.
    ///
    /// # Errors
    /// 404; 409 `step-blocked` (`email-not-set`), `email-locked`, `order-state-conflict`; 422
    /// `code-invalid` (a try is spent), `code-expired`.
    pub async fn confirm(
        &self,
        scope: &TenantScope,
        order: OrderId,
        typed: &str,
        acting_for: &ActingFor,
    ) -> Result<MailboxView, Refused> {
        decide(async || {
            let order = self.order(&scope.read(), order).await?;
            let mailbox = self.mailbox_of(&order).await?;
            let mailbox = mailbox.ok_or_else(|| Refused::step_blocked(vec!["email-not-set"]))?;
            let handed = Handed {
                says: Says::Mine,
                caller: scope.caller(),
                grant: Some(scope.grant()),
                typed,
                channel: ConfirmChannel::Frontend,
                user_agent: String::new(),
                acting_for: acting_for.clone(),
            };
            self.judge(order, mailbox, handed).await
        })
        .await
    }

    /// What the holder typed on the daemon's own page, to confirm or to disown.
    ///
    /// # Errors
    /// 404 for an unknown validation; otherwise as [`MailboxControl::confirm`].
    pub async fn answer_in_person(
        &self,
        holder: &Holder,
        id: MailboxId,
        says: Says,
        typed: &str,
    ) -> Result<MailboxView, Refused> {
        decide(async || {
            let (order, mailbox) = self.in_public(id).await?;
            let peer = holder.peer.clone();
            let handed = Handed {
                says,
                caller: Caller {
                    actor: Actor::MailboxHolder { peer },
                    request_id: holder.request_id.clone(),
                },
                grant: None,
                typed,
                channel: ConfirmChannel::Page,
                user_agent: holder.user_agent.chars().take(USER_AGENT_CAP).collect(),
                acting_for: ActingFor::default(),
            };
            self.judge(order, mailbox, handed).await
        })
        .await
    }

    /// What the public page may show. Changes nothing.
    ///
    /// # Errors
    /// 404 for an unknown validation.
    pub async fn look(&self, id: MailboxId) -> Result<PublicView, Refused> {
        let now = self.0.clock.now();
        let (order, mailbox) = self.in_public(id).await?;
        let data = match order.subject_data {
            Some(id) => self.0.data.subject_data(&SYSTEM.read(), id).await?,
            None => None,
        };
        let organization = data.map(|data| data.organization.to_string());
        Ok(PublicView {
            address: mailbox.address.as_str().to_owned(),
            organization: organization.unwrap_or_default(),
            order_number: order.number.as_str().to_owned(),
            language: mailbox.language,
            can_disown: mailbox.can_be_disowned(self.carries(&mailbox, now).await?),
            open: order.mailbox == Some(mailbox.id)
                && order.require_provable().is_ok()
                && matches!(mailbox.state, MailboxState::Created | MailboxState::Sent)
                && now < mailbox.code.ends(),
        })
    }

    async fn in_public(
        &self,
        id: MailboxId,
    ) -> Result<(Loaded<Order>, Loaded<MailboxValidation>), Refused> {
        let mailbox = self.0.mailboxes.mailbox(id).await?;
        let mailbox = mailbox.ok_or_else(Refused::not_found)?;
        let order = self.order(&SYSTEM.read(), mailbox.order).await?;
        Ok((order, mailbox))
    }

    async fn judge(
        &self,
        order: Loaded<Order>,
        mailbox: Loaded<MailboxValidation>,
        handed: Handed<'_>,
    ) -> Result<MailboxView, Stopped> {
        // A form that a scanner sent empty is no guess.
        if handed.typed.trim().is_empty() {
            return Err(Refused::unacceptable("code-invalid").into());
        }
        let now = self.0.clock.now();
        let attempt = Attempt {
            matches: self.0.key.matches(&mailbox, handed.typed),
            channel: handed.channel,
            user_agent: handed.user_agent.clone(),
            acting_for: handed.acting_for.clone(),
        };
        let view = MailboxView::of(&mailbox, now);
        let answered = match handed.says {
            Says::Mine => mailbox.confirm(&attempt, now),
            Says::NotMe => {
                let carries = self.carries(&mailbox, now).await?;
                mailbox.disown(&attempt, carries, now)
            }
        };
        match (answered, handed.says) {
            (Answered::Already, _) => Ok(view),
            (Answered::Refused(refused), _) => Err(refused.into()),
            (Answered::Wrong(changed, refused), _) => {
                self.spend(changed, &handed, now).await?;
                Err(refused.into())
            }
            (Answered::Accepted(changed), Says::Mine) => {
                require_provable(&order)?;
                self.pass(&order, changed, &handed, now).await
            }
            (Answered::Accepted(changed), Says::NotMe) => {
                self.stop(&order, changed, &handed, now).await
            }
        }
    }

    /// The spent try is durable before the refusal is answered.
    async fn spend(
        &self,
        changed: Changed<MailboxValidation>,
        handed: &Handed<'_>,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let mailbox = changed.clone();
        let mut unit = handed.unit(changed, now);
        if mailbox.state == MailboxState::Locked {
            unit = self.notify(unit, Topic::MailboxLocked, &mailbox, now)?;
        }
        self.0.store.commit(unit).await?;
        Ok(())
    }

    /// Whatever the order's state: a certificate that was issued already is for the officers too.
    async fn stop(
        &self,
        order: &Loaded<Order>,
        changed: Changed<MailboxValidation>,
        handed: &Handed<'_>,
        now: Timestamp,
    ) -> Result<MailboxView, Stopped> {
        let mailbox = changed.clone();
        let unit = handed.unit(changed, now);
        let unit = self.notify(unit, Topic::MailboxDisowned, &mailbox, now)?;
        let falling = self.falling(order, &mailbox, now).await?;
        self.0.store.commit(falling.join(unit)).await?;
        metrics::counter!("chancery_mailboxes_disowned_total").increment(1);
        tracing::warn!(
            mailbox = %mailbox.id,
            order = %mailbox.order,
            "a mailbox holder disowns an order: an officer must look (chancery case disowned)"
        );
        Ok(MailboxView::of(&mailbox, now))
    }

    async fn pass(
        &self,
        order: &Loaded<Order>,
        changed: Changed<MailboxValidation>,
        handed: &Handed<'_>,
        now: Timestamp,
    ) -> Result<MailboxView, Stopped> {
        let mailbox = changed.clone();
        let view = MailboxView::of(&mailbox, now);
        let unit = handed
            .unit(changed, now)
            .rests_on(Aggregate::Order, order.id, order.version());
        let unit = unit.job(self.timer(&mailbox, now)?);
        let unit = self.notify(unit, Topic::MailboxVerified, &mailbox, now)?;
        let (mut unit, is_ready) = self.tell_when_ready(unit, order, &mailbox, now).await?;
        // "It can be activated" says that the address is confirmed.
        if !is_ready {
            let kind = MailKind::AddressVerified;
            let mail = self.mail(kind, order, &mailbox, mailbox.id.to_string(), now)?;
            unit = mail.join(unit);
        }
        self.0.store.commit(unit).await?;
        Ok(view)
    }

    /// Whoever finishes the second of both gates, data or mailbox, says that the way is open.
    pub(super) async fn tell_when_ready(
        &self,
        unit: Unit,
        order: &Order,
        mailbox: &MailboxValidation,
        now: Timestamp,
    ) -> Result<(Unit, bool), Stopped> {
        // A proof for a certificate that takes another's place opens no activation.
        let data = order.subject_data;
        let Some(id) = data.filter(|_| order.state == OrderState::Open) else {
            return Ok((unit, false));
        };
        let Some(data) = self.0.data.subject_data(&SYSTEM.read(), id).await? else {
            return Ok((unit, false));
        };
        // Data verified meanwhile tells by itself; the unit must see which came first.
        let unit = unit.rests_on(Aggregate::SubjectData, id, data.version());
        let grounds = readiness::Grounds::of(mailbox, &*self.0.mailboxes).await?;
        let evidence = Evidence {
            data: Some(&data),
            is_denied: self.0.screening.denies(Some(&data)).await?,
            mailbox: Some(mailbox),
            proof: grounds.proof.as_deref(),
            domain: grounds.domain.as_deref(),
        };
        let (warnings, entropy) = (&self.0.warnings, &*self.0.entropy);
        readiness::tell(unit, order, &evidence, warnings, entropy, now)
    }
}

impl Handed<'_> {
    fn unit(&self, changed: Changed<MailboxValidation>, now: Timestamp) -> Unit {
        let unit = Unit::of(self.caller.clone(), now, changed);
        match &self.grant {
            Some(grant) => unit.granted(grant.clone()),
            None => unit,
        }
    }
}
