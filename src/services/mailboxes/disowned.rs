//! What officers do about mailboxes whose holders said "this was not me".

use super::{MailboxControl, MailboxView, SYSTEM};
use crate::{
    domain::{
        id::{CertificateId, MailboxId, OrderId},
        mailbox::MailboxValidation,
        owner::Owner,
        refusal::Refused,
        text::Text,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::access::{OfficerScope, ReadScope},
    ports::store::Page,
    services::request::{Stopped, decide},
};

/// A disowned mailbox, for the people of the CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisownedView {
    pub mailbox: MailboxView,
    pub owner: Owner,
    pub order: OrderId,
    /// The order's certificate, when it was issued before the holder spoke.
    pub certificate: Option<CertificateId>,
    /// When the validation was made, for the page.
    pub created_at: Timestamp,
    /// When the holder said it, or an officer released it.
    pub since: Timestamp,
}

impl MailboxControl {
    /// The orders that stand still because the holder of the mailbox disowned them.
    ///
    /// # Errors
    /// 503.
    pub async fn disowned(
        &self,
        scope: &ReadScope,
        page: &Page,
    ) -> Result<Vec<DisownedView>, Refused> {
        let now = self.0.clock.now();
        let mut views = Vec::new();
        for mailbox in self.0.mailboxes.disowned_mailboxes(page).await? {
            views.push(self.view_of(scope, &mailbox, now).await?);
        }
        Ok(views)
    }

    /// An officer has looked: the address can be checked again, or replaced.
    ///
    /// # Errors
    /// 404; 409 `email-not-disowned`.
    pub async fn release(
        &self,
        scope: &OfficerScope,
        id: MailboxId,
        note: &Text<500>,
    ) -> Result<DisownedView, Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let mailbox = self.0.mailboxes.mailbox(id).await?;
            let mailbox = mailbox.ok_or_else(Refused::not_found)?;
            let changed = mailbox.release(note, now)?;
            let released = changed.clone();
            let unit = Unit::of(scope.caller(), now, changed).granted(scope.grant());
            self.0.store.commit(unit).await?;
            Ok::<_, Stopped>(self.view_of(&SYSTEM.read(), &released, now).await?)
        })
        .await
    }

    async fn view_of(
        &self,
        scope: &ReadScope,
        mailbox: &MailboxValidation,
        now: Timestamp,
    ) -> Result<DisownedView, Refused> {
        let order = self.order(scope, mailbox.order).await?;
        Ok(DisownedView {
            mailbox: MailboxView::of(mailbox, now),
            owner: mailbox.owner.clone(),
            order: mailbox.order,
            certificate: order.certificate,
            created_at: mailbox.created_at,
            since: mailbox.updated_at,
        })
    }
}
