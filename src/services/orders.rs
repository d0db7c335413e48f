//! Orders: what a frontend does with them until the certificate is asked for.

use std::sync::Arc;

use super::{
    catalogue::Catalogue,
    request::{Request, decide, require_version},
    screening::Screening,
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::OrderId,
        notification::Topic,
        order::{
            Contacts, Order, OrderNumber,
            transition::{NewOrder, OrderEdit},
        },
        owner::{ActingFor, CustomerRef, Owner},
        product::{Operation, ProductCode},
        refusal::{Fault, Refused},
        terms::Terms,
        text::{Language, Text},
        unit::Unit,
    },
    policy::{
        access::{ReadScope, TenantScope},
        warnings::Warnings,
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        store::{
            Store,
            issuance::Certificates,
            registration::{self, Mailboxes, SubjectDataSets},
        },
    },
};

mod binding;
pub mod list;
pub mod rejection;
pub mod renewal;
mod timer;
mod view;

/// An order with everything its customer is shown; see `view`.
pub use view::OrderView;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub orders: Arc<dyn registration::Orders>,
    pub sets: Arc<dyn SubjectDataSets>,
    pub mailboxes: Arc<dyn Mailboxes>,
    pub certificates: Arc<dyn Certificates>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub catalogue: Arc<Catalogue>,
    pub warnings: Arc<Warnings>,
    pub screening: Arc<Screening>,
    /// How long things may take, as the CA has chosen.
    pub terms: Terms,
}

/// The service.
#[derive(Clone)]
pub struct Orders(Arc<Parts>);

/// What a frontend asks for.
#[derive(Clone, Debug)]
pub struct OrderWish {
    pub product: ProductCode,
    /// The customer of the body; the header may name the same one, or be absent.
    pub customer: Option<CustomerRef>,
    pub alias: Option<Text<100>>,
    pub partner_order_ref: Option<Text<100>>,
    pub language: Language,
    pub contacts: Contacts,
    pub acting_for: ActingFor,
}

impl Orders {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Takes an order.
    ///
    /// # Errors
    /// 422 for a product that cannot be ordered or a customer that is missing or contradicts the
    /// header.
    pub async fn create(
        &self,
        scope: &TenantScope,
        wish: OrderWish,
        request: Request<OrderView>,
    ) -> Result<OrderView, Refused> {
        let owner = self.judge(scope, &wish)?;
        let now = self.0.clock.now();
        let id = OrderId::new(now, random(self.entropy())?);
        let request = request.about(id);
        // A number that is taken is a conflict: the next try draws another.
        decide(|| async {
            let number = OrderNumber::draw(random(self.entropy())?);
            let new = NewOrder {
                id,
                number,
                owner: owner.clone(),
                product: wish.product.clone(),
                alias: wish.alias.clone(),
                partner_order_ref: wish.partner_order_ref.clone(),
                language: wish.language,
                contacts: wish.contacts.clone(),
                acting_for: wish.acting_for.clone(),
                window_ends: self.0.terms.window_ends(now),
            };
            let order = Order::create(new, now);
            let view = self.bare_view(&order, order.will_be(), now);
            let timer = self.timer(&order, now)?;
            let told = self.line(&order, Topic::OrderCreated, id, now)?;
            let unit = Unit::of(scope.caller(), now, order);
            let unit = unit.change(told).job(timer).granted(scope.grant());
            self.0.store.commit(request.complete(unit, &view)).await?;
            Ok(view)
        })
        .await
    }

    /// Why this product cannot be ordered.
    fn product_fault(&self, product: &ProductCode) -> Option<&'static str> {
        match self.0.catalogue.product(product) {
            None => Some("product-unknown"),
            // A renewal continues a certificate: it is ordered there.
            Some(product) if product.operation == Operation::Renewal => {
                Some("product-not-orderable")
            }
            Some(product) if !product.offered.holds(self.0.clock.now()) => {
                Some("product-withdrawn")
            }
            Some(_) => None,
        }
    }

    /// # Errors
    /// 404, or 503.
    pub async fn get(&self, scope: &ReadScope, id: OrderId) -> Result<OrderView, Refused> {
        let order = self.load(scope, id).await?;
        self.view(scope, &order, order.version(), self.0.clock.now())
            .await
    }

    /// Changes alias, contacts or language.
    ///
    /// # Errors
    /// 404, 409, 412.
    pub async fn edit(
        &self,
        scope: &TenantScope,
        id: OrderId,
        expected: Version,
        edit: &OrderEdit,
        user: &ActingFor,
    ) -> Result<OrderView, Refused> {
        decide(|| async {
            let now = self.0.clock.now();
            let order = self.load(&scope.read(), id).await?;
            require_version(order.version(), Some(expected))?;
            let order = order.edit(edit.clone(), now)?.asserted_by(user);
            let view = self
                .view(&scope.read(), &order, order.will_be(), now)
                .await?;
            let unit = Unit::of(scope.caller(), now, order).granted(scope.grant());
            self.0.store.commit(unit).await?;
            Ok(view)
        })
        .await
    }

    /// Gives an open order up.
    ///
    /// # Errors
    /// 404, 409 `order-state-conflict`.
    pub async fn cancel(
        &self,
        scope: &TenantScope,
        id: OrderId,
        note: Option<Text<500>>,
        user: &ActingFor,
    ) -> Result<OrderView, Refused> {
        decide(|| async {
            let now = self.0.clock.now();
            let order = self.load(&scope.read(), id).await?;
            let order = order.cancel(note.clone(), now)?.asserted_by(user);
            let told = self.line(&order, Topic::OrderCancelled, id, now)?;
            let view = self
                .view(&scope.read(), &order, order.will_be(), now)
                .await?;
            let unit = Unit::of(scope.caller(), now, order).change(told);
            let unit = unit.granted(scope.grant());
            self.0.store.commit(unit).await?;
            Ok(view)
        })
        .await
    }

    fn entropy(&self) -> &dyn Entropy {
        self.0.entropy.as_ref()
    }

    async fn load(&self, scope: &ReadScope, id: OrderId) -> Result<Loaded<Order>, Refused> {
        let order = self.0.orders.order(scope, id).await?;
        order.ok_or_else(Refused::not_found)
    }

    /// Whose order it is, if it may be taken.
    ///
    /// # Errors
    /// 422 with every fault of product and customer.
    pub fn judge(&self, scope: &TenantScope, wish: &OrderWish) -> Result<Owner, Refused> {
        let customer = Some(wish.customer.as_ref());
        Refused::unless_clean(self.faults(scope, Some(&wish.product), customer))?;
        Ok(Owner {
            ra: scope.ra().clone(),
            customer: scope.customer().or(wish.customer.as_ref()).cloned(),
        })
    }

    /// What is wrong with product and customer, as far as they could be read.
    #[must_use]
    pub fn faults(
        &self,
        scope: &TenantScope,
        product: Option<&ProductCode>,
        customer: Option<Option<&CustomerRef>>,
    ) -> Vec<Fault> {
        let product = product.and_then(|product| self.product_fault(product));
        let customer = customer.and_then(|given| match (scope.customer(), given) {
            (None, None) => Some("member-missing"),
            (Some(named), Some(given)) if named != given => Some("customer-mismatch"),
            _ => None,
        });
        let found = [("/product_code", product), ("/customer_ref", customer)];
        let faults = found.into_iter().filter_map(|(pointer, code)| {
            Some(Fault {
                pointer: pointer.to_owned(),
                code: code?,
            })
        });
        faults.collect()
    }
}
