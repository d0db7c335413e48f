//! An order with what its customer is shown: data, mailbox, certificate, and what follows from
//! them at one instant.

use super::Orders;
use crate::{
    domain::{
        aggregate::{Changed, Version},
        domain_control::DomainControl,
        mailbox::MailboxValidation,
        order::Order,
        product::Product,
        refusal::Refused,
        subject_data::SubjectData,
        timestamp::Timestamp,
    },
    policy::{
        access::ReadScope,
        readiness::Evidence,
        status::{CertificateFacts, OrderFacts, StatusCode, status_code},
    },
    ports::store::issuance::CertificateRecord,
    services::readiness::Grounds,
};

/// An order and its surroundings, as of `judged_at`.
#[derive(Clone, Debug)]
pub struct OrderView {
    pub order: Order,
    pub version: Version,
    /// `None` when the catalogue does not hold the product any more.
    pub product: Option<Product>,
    pub data: Option<SubjectData>,
    /// Whether the deny list names the organisation of the data.
    pub is_denied: bool,
    pub mailbox: Option<MailboxValidation>,
    /// The check that the mailbox's validation took over, if it did.
    pub proof: Option<MailboxValidation>,
    /// The proof of the domain that the mailbox's validation rests on, if it rests on one.
    pub domain: Option<DomainControl>,
    pub certificate: Option<CertificateRecord>,
    pub judged_at: Timestamp,
}

impl OrderView {
    /// What the status is derived from.
    #[must_use]
    pub fn facts(&self) -> OrderFacts<'_> {
        OrderFacts {
            order: &self.order,
            evidence: self.evidence(),
            certificate: self.certificate.as_ref().map(|record| CertificateFacts {
                not_after: record.certificate.not_after,
                // "Revoked" is what a list says (S/MIME BR 4.9.5).
                is_revoked: record.revoked.is_some() && !record.revocation_runs,
                revocation_runs: record.revocation_runs,
            }),
        }
    }

    /// What an activation would rest on.
    #[must_use]
    pub const fn evidence(&self) -> Evidence<'_> {
        Evidence {
            data: self.data.as_ref(),
            is_denied: self.is_denied,
            mailbox: self.mailbox.as_ref(),
            proof: self.proof.as_ref(),
            domain: self.domain.as_ref(),
        }
    }

    /// The mailbox that would be certified, if the certificate can be asked for now.
    #[must_use]
    pub fn ready(&self) -> Option<&MailboxValidation> {
        self.evidence().ready(&self.order, self.judged_at)
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
            is_denied: false,
            mailbox: None,
            proof: None,
            domain: None,
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

    /// What the view's mailbox rests on.
    pub(super) async fn with_grounds(&self, view: &mut OrderView) -> Result<(), Refused> {
        if let Some(mailbox) = &view.mailbox {
            let grounds = Grounds::of(mailbox, &*self.0.mailboxes).await?;
            view.proof = grounds.proof.map(|proof| (*proof).clone());
            view.domain = grounds.domain.map(|domain| (*domain).clone());
        }
        Ok(())
    }

    async fn surround(&self, scope: &ReadScope, view: &mut OrderView) -> Result<(), Refused> {
        view.is_denied = self.0.screening.denies(view.data.as_ref()).await?;
        if let Some(id) = view.order.mailbox {
            let mailbox = self.0.mailboxes.mailbox(id).await?;
            view.mailbox = mailbox.map(|mailbox| (*mailbox).clone());
            self.with_grounds(view).await?;
        }
        if let Some(id) = view.order.certificate {
            view.certificate = self.0.certificates.certificate(scope, id).await?;
        }
        Ok(())
    }
}
