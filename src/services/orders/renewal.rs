//! An order that continues a certificate, "data maintained": the verified data comes along, and
//! the proof of the mailbox while it can be used. The rest is an order like any other.

use super::{OrderView, Orders};
use crate::{
    domain::{
        aggregate::Loaded,
        id::{CertificateId, OrderId},
        notification::Topic,
        order::{
            Order, OrderNumber,
            transition::{Continued, NewOrder},
        },
        owner::ActingFor,
        period::Period,
        product::{Operation, ProductCode},
        refusal::{Fault, Refused},
        subject_data::SubjectData,
        text::Text,
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::{ReadScope, TenantScope},
        activation::{self, Standing},
        reuse,
    },
    ports::{entropy::random, store::issuance::CertificateRecord},
    services::{
        mailboxes::{
            MailboxControl,
            carry::{Carried, Wanted},
        },
        request::{Request, Stopped, decide},
    },
};

/// What a frontend asks for; contacts and language are those of the earlier order.
#[derive(Clone, Debug)]
pub struct RenewalWish {
    pub product: ProductCode,
    /// That of the earlier order without one.
    pub alias: Option<Text<100>>,
    pub partner_order_ref: Option<Text<100>>,
    pub acting_for: ActingFor,
}

impl Orders {
    /// Takes an order that continues a certificate.
    ///
    /// # Errors
    /// 404; 422 `product-unknown`, `product-not-renewal`, `product-withdrawn`; 409
    /// `certificate-replaced`, `already-revoked`, `certificate-expired`, and `renewal-exists`
    /// while another renewal lives or has a certificate that stands.
    pub async fn renew(
        &self,
        scope: &TenantScope,
        certificate: CertificateId,
        wish: &RenewalWish,
        mailboxes: &MailboxControl,
        request: Request<OrderView>,
    ) -> Result<OrderView, Refused> {
        let id = OrderId::new(self.0.clock.now(), random(self.entropy())?);
        let request = request.about(id);
        decide(async || {
            let renewing = self.renewing(scope, id, certificate, wish, mailboxes);
            let (unit, view) = renewing.await?;
            self.0.store.commit(request.complete(unit, &view)).await?;
            Ok(view)
        })
        .await
    }

    async fn renewing(
        &self,
        scope: &TenantScope,
        id: OrderId,
        certificate: CertificateId,
        wish: &RenewalWish,
        mailboxes: &MailboxControl,
    ) -> Result<(Unit, OrderView), Stopped> {
        let (read, now) = (scope.read(), self.0.clock.now());
        let record = self.0.certificates.certificate(&read, certificate).await?;
        let record = record.ok_or_else(Refused::not_found)?;
        let old = self.load(&read, record.certificate.order).await?;
        let offered = self.require_renewal(&wish.product, now)?;
        let until = self.require_renewable(&read, &old, &record, now).await?;
        let usable = self.usable_set(scope, &old, now).await?;
        let (set, set_until) = usable.unzip();
        let carried = self.carried(id, &old, wish, mailboxes, now).await?;
        let new = NewOrder {
            id,
            number: OrderNumber::draw(random(self.entropy())?),
            owner: old.owner.clone(),
            product: wish.product.clone(),
            alias: wish.alias.clone().or_else(|| old.alias.clone()),
            partner_order_ref: wish.partner_order_ref.clone(),
            language: old.language,
            contacts: old.contacts.clone(),
            acting_for: wish.acting_for.clone(),
            window_ends: self.0.terms.window_ends(now),
        };
        let continued = Continued {
            certificate,
            data: set.as_deref(),
            mailbox: carried.as_ref().map(|carried| carried.mailbox.id),
        };
        let order = Order::renew(new, &continued, now);
        let mut view = self.bare_view(&order, order.will_be(), now);
        view.data = set.as_deref().cloned();
        view.is_denied = self.0.screening.denies(view.data.as_ref()).await?;
        view.mailbox = carried.as_ref().map(|carried| (*carried.mailbox).clone());
        self.with_grounds(&mut view).await?;
        let told = self.line(&order, Topic::OrderCreated, id, now)?;
        let timer = self.timer(&order, now)?;
        let mut unit = Unit::of(scope.caller(), now, order)
            .change(old.renewed(id, now)?)
            .change(told)
            .job(timer)
            .unrevoked(&record.certificate)
            .lapses_at(until)
            .lapses_with(offered)
            .granted(scope.grant());
        if let Some((set, until)) = set.as_ref().zip(set_until) {
            let data = Aggregate::SubjectData;
            unit = unit.rests_on(data, set.id, set.version()).lapses_at(until);
        }
        if let Some(carried) = carried {
            unit = carried.join(unit);
        }
        let unit = self.tell_when_ready(unit, &view)?;
        Ok((unit, view))
    }

    /// The time in which the product is offered.
    fn require_renewal(&self, product: &ProductCode, now: Timestamp) -> Result<Period, Refused> {
        let code = match self.0.catalogue.product(product) {
            None => "product-unknown",
            Some(product) if product.operation != Operation::Renewal => "product-not-renewal",
            Some(product) if !product.offered.holds(now) => "product-withdrawn",
            Some(product) => return Ok(product.offered),
        };
        Err(Refused {
            faults: vec![Fault {
                pointer: "/product_code".to_owned(),
                code,
            }],
            ..Refused::unacceptable(code)
        })
    }

    /// Until when the certificate can be continued.
    async fn require_renewable(
        &self,
        scope: &ReadScope,
        old: &Order,
        record: &CertificateRecord,
        now: Timestamp,
    ) -> Result<Timestamp, Refused> {
        let standing = Standing {
            certificate: &record.certificate,
            is_revoked: record.revoked.is_some(),
        };
        let until = activation::standing(old, standing, now)?;
        let by = match old.renewed_by {
            Some(by) => self.0.orders.order(scope, by).await?,
            None => None,
        };
        let exists = match by {
            Some(by) if by.certificate.is_some() => self.is_continued(scope, &by).await?,
            Some(by) => !by.state.is_closed() && !by.is_over(now),
            None => false,
        };
        match exists {
            true => Err(Refused::state("renewal-exists")),
            false => Ok(until),
        }
    }

    /// Whether an order has a certificate that stands.
    pub(super) async fn is_continued(
        &self,
        scope: &ReadScope,
        by: &Order,
    ) -> Result<bool, Refused> {
        let Some(id) = by.certificate else {
            return Ok(false);
        };
        let record = self.0.certificates.certificate(scope, id).await?;
        Ok(record.is_some_and(|record| record.revoked.is_none()))
    }

    /// The data of the earlier order, if a certificate can be issued on it now, and until when.
    async fn usable_set(
        &self,
        scope: &TenantScope,
        old: &Order,
        now: Timestamp,
    ) -> Result<Option<(Loaded<SubjectData>, Timestamp)>, Refused> {
        let Some(id) = old.subject_data else {
            return Ok(None);
        };
        let set = self.0.sets.subject_data(&scope.read_frontend(), id).await?;
        Ok(set.and_then(|set| {
            let (_, until) = reuse::usable_facts(Some(&set), now).ok()?;
            Some((set, until))
        }))
    }

    async fn carried(
        &self,
        id: OrderId,
        old: &Order,
        wish: &RenewalWish,
        mailboxes: &MailboxControl,
        now: Timestamp,
    ) -> Result<Option<Carried>, Stopped> {
        let mailbox = match old.mailbox {
            Some(id) => self.0.mailboxes.mailbox(id).await?,
            None => None,
        };
        let Some(mailbox) = mailbox else {
            return Ok(None);
        };
        let wanted = Wanted {
            order: id,
            owner: &old.owner,
            language: old.language,
            address: &mailbox.address,
            acting_for: &wish.acting_for,
            now,
        };
        mailboxes.carry(wanted).await
    }
}
