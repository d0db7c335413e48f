//! The wish of whoever reads an address's mail to get no more reminders (RFC 8058).
//!
//! Nobody is known here: the link in a reminder is all that is asked for, and all it is good for.

use super::MailLedger;
use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        id::UnsubscriptionId,
        mail::{
            Mail,
            reminders::{ReminderGroup, Unsubscription, Wish, Wished},
        },
        owner::{Actor, Caller},
        refusal::Refused,
        text::Language,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{mailbox_address, unsubscribe_link::Token},
    ports::entropy::random,
    services::{
        mailboxes::Holder,
        request::{Stopped, decide},
    },
};

/// Longest browser name that is kept, in characters.
const USER_AGENT_CAP: usize = 256;

/// What the page shows to whoever follows the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReminderView {
    /// The page masks it.
    pub address: String,
    pub reminders: ReminderGroup,
    pub language: Language,
    /// No reminders of the group are sent to the address.
    pub stopped: bool,
}

/// A link that was made by us, for this mail.
struct Followed {
    mail: Loaded<Mail>,
    address: String,
    reminders: ReminderGroup,
}

impl MailLedger {
    /// What stands about the reminders that a link names. Changes nothing.
    ///
    /// # Errors
    /// 404 for whatever is no link of ours; 503.
    pub async fn reminders(&self, token: &str) -> Result<ReminderView, Refused> {
        let followed = self.follow(token).await?;
        let stored = self.stored(&followed).await?;
        let stopped = stored.is_some_and(|stored| stored.wish == Wish::Stop);
        Ok(view(&followed, stopped))
    }

    /// Records the wish; once more the same changes nothing.
    ///
    /// # Errors
    /// 404 for whatever is no link of ours; 409 `wishes-used-up`; 503.
    pub async fn wish(
        &self,
        holder: &Holder,
        token: &str,
        wish: Wish,
    ) -> Result<ReminderView, Refused> {
        decide(async || {
            let followed = self.follow(token).await?;
            let now = self.0.clock.now();
            if let Some(changed) = self.wished(&followed, holder, wish, now).await? {
                let caller = Caller {
                    actor: Actor::MailboxHolder {
                        peer: holder.peer.clone(),
                    },
                    request_id: holder.request_id.clone(),
                };
                self.0.store.commit(Unit::of(caller, now, changed)).await?;
            }
            Ok(view(&followed, wish == Wish::Stop))
        })
        .await
    }

    async fn wished(
        &self,
        followed: &Followed,
        holder: &Holder,
        wish: Wish,
        now: Timestamp,
    ) -> Result<Option<Changed<Unsubscription>>, Stopped> {
        let user_agent: String = holder.user_agent.chars().take(USER_AGENT_CAP).collect();
        let wished = Wished {
            mail: followed.mail.id,
            user_agent: &user_agent,
        };
        Ok(match (self.stored(followed).await?, wish) {
            (Some(stored), _) => stored.change_to(wish, wished, now)?,
            (None, Wish::Resume) => None,
            (None, Wish::Stop) => {
                let id = UnsubscriptionId::new(now, random(&*self.0.entropy)?);
                let (address, group) = (followed.address.clone(), followed.reminders);
                Some(Unsubscription::stop(id, address, group, wished, now))
            }
        })
    }

    /// Whether the recipient wants no such reminder.
    pub(super) async fn is_unwanted(&self, mail: &Mail) -> Result<bool, Refused> {
        let Some(group) = mail.kind.reminds() else {
            return Ok(false);
        };
        let address = address_of(mail);
        let stored = self.0.mails.unsubscription(&address, group).await?;
        Ok(stored.is_some_and(|stored| stored.wish == Wish::Stop))
    }

    async fn follow(&self, token: &str) -> Result<Followed, Refused> {
        let token = Token::read(token).ok_or_else(Refused::not_found)?;
        let mail = self.0.mails.mail(token.mail()).await?;
        let mail = mail.ok_or_else(Refused::not_found)?;
        let group = self.2.group(&token, &mail);
        Ok(Followed {
            address: address_of(&mail),
            reminders: group.ok_or_else(Refused::not_found)?,
            mail,
        })
    }

    async fn stored(&self, followed: &Followed) -> Result<Option<Loaded<Unsubscription>>, Refused> {
        let Followed {
            address, reminders, ..
        } = followed;
        Ok(self.0.mails.unsubscription(address, *reminders).await?)
    }
}

/// A frontend's spelling of a contact is taken as it came; a wish is about the address.
fn address_of(mail: &Mail) -> String {
    mailbox_address::parse(&mail.recipient).map_or_else(
        |_| mail.recipient.clone(),
        |address| address.as_str().to_owned(),
    )
}

fn view(followed: &Followed, stopped: bool) -> ReminderView {
    ReminderView {
        address: followed.address.clone(),
        reminders: followed.reminders,
        language: followed.mail.language,
        stopped,
    }
}
