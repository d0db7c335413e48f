//! An order with what its customer is shown: data, mailbox, certificate, and what follows from
//! them at one instant.

use super::Orders;
use crate::{
    domain::{
        aggregate::{Changed, Version},
        mailbox::MailboxValidation,
        order::Order,
        product::Product,
        refusal::Refused,
        subject_data::SubjectData,
        timestamp::Timestamp,
    },
    policy::{
        access::ReadScope,
        status::{CertificateFacts, OrderFacts, StatusCode, status_code},
    },
    ports::store::issuance::CertificateRecord,
};

/// An order and its surroundings, as of `judged_at`.
#[derive(Clone, Debug)]
pub struct OrderView {
    pub order: Order,
    pub version: Version,
    /// `None` when the catalogue does not hold the product any more.
    pub product: Option<Product>,
    pub data: Option<SubjectData>,
    pub mailbox: Option<MailboxValidation>,
    pub certificate: Option<CertificateRecord>,
    pub judged_at: Timestamp,
}

impl OrderView {
    /// What the status is derived from.
    #[must_use]
    pub fn facts(&self) -> OrderFacts<'_> {
        OrderFacts {
            order: &self.order,
            data: self.data.as_ref(),
            mailbox: self.mailbox.as_ref(),
            certificate: self.certificate.as_ref().map(|record| CertificateFacts {
                not_after: record.certificate.not_after,
                // "Revoked" is what a list says (S/MIME BR 4.9.5).
                is_revoked: record.revoked.is_some() && !record.revocation_runs,
                revocation_runs: record.revocation_runs,
            }),
        }
    }

    /// Whether the certificate can be asked for now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status() == StatusCode::ReadyForActivation
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        status_code(self.facts(), self.judged_at)
    }
}

impl Orders {
    /// A new order: nothing is bound to it.
    pub(super) fn bare_view(&self, order: &Order, version: Version, now: Timestamp) -> OrderView {
        OrderView {
            order: order.clone(),
            version,
            product: self.0.catalogue.product(&order.product),
            data: None,
            mailbox: None,
            certificate: None,
            judged_at: now,
        }
    }

    /// The order with its surroundings as stored.
    pub(super) async fn view(
        &self,
        scope: &ReadScope,
        order: &Order,
        version: Version,
        now: Timestamp,
    ) -> Result<OrderView, Refused> {
        let data = match order.subject_data {
            Some(id) => self.0.sets.subject_data(scope, id).await?,
            None => None,
        };
        let mut view = self.bare_view(order, version, now);
        view.data = data.map(|set| (*set).clone());
        self.surround(scope, &mut view).await?;
        Ok(view)
    }

    /// The order with a data set that the same unit binds.
    pub(super) async fn view_with(
        &self,
        scope: &ReadScope,
        order: &Changed<Order>,
        data: SubjectData,
        now: Timestamp,
    ) -> Result<OrderView, Refused> {
        let mut view = self.bare_view(order, order.will_be(), now);
        view.data = Some(data);
        self.surround(scope, &mut view).await?;
        Ok(view)
    }

    async fn surround(&self, scope: &ReadScope, view: &mut OrderView) -> Result<(), Refused> {
        if let Some(id) = view.order.mailbox {
            let mailbox = self.0.mailboxes.mailbox(id).await?;
            view.mailbox = mailbox.map(|mailbox| (*mailbox).clone());
        }
        if let Some(id) = view.order.certificate {
            view.certificate = self.0.certificates.certificate(scope, id).await?;
        }
        Ok(())
    }
}
