//! What can happen to an order, and who learns of it.
//!
//! Transitions judge the order's own state. Whether the data, the mailbox and the evidence allow
//! a step is `policy`'s question, asked before.

use super::{Contacts, Order, OrderNumber, OrderState};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    certificate::Replaced,
    feed::FeedKind,
    id::{ActivationId, CertificateId, MailboxId, OrderId},
    mailbox::{MailboxValidation, NewMailbox},
    owner::{ActingFor, Owner},
    product::ProductCode,
    refusal::Refused,
    subject_data::SubjectData,
    text::{Language, Text},
    timestamp::Timestamp,
};

/// What a frontend gives to open an order.
#[derive(Clone, Debug)]
pub struct NewOrder {
    pub id: OrderId,
    pub number: OrderNumber,
    pub owner: Owner,
    pub product: ProductCode,
    pub alias: Option<Text<100>>,
    pub partner_order_ref: Option<Text<100>>,
    pub language: Language,
    pub contacts: Contacts,
    pub acting_for: ActingFor,
    /// When the certificate can be asked for no longer.
    pub window_ends: Timestamp,
}

/// What an order that continues a certificate takes over.
#[derive(Clone, Debug)]
pub struct Continued<'a> {
    pub certificate: CertificateId,
    /// Verified data that can still be used.
    pub data: Option<&'a SubjectData>,
    /// The proof of the mailbox, taken over by the same unit.
    pub mailbox: Option<MailboxId>,
}

/// What may be changed in an order that lives; `None` leaves a member as it is.
#[derive(Clone, Debug, Default)]
pub struct OrderEdit {
    /// `Some(None)` takes the alias away.
    pub alias: Option<Option<Text<100>>>,
    pub contacts: Option<Contacts>,
    pub language: Option<Language>,
}

impl Order {
    /// A new order, open and with nothing bound.
    #[must_use]
    pub fn create(new: NewOrder, now: Timestamp) -> Changed<Self> {
        Self::opened(new, None, now)
    }

    /// A new order that continues a certificate, with what of its evidence can still be used.
    #[must_use]
    pub fn renew(new: NewOrder, of: &Continued<'_>, now: Timestamp) -> Changed<Self> {
        let mut order = Self::opened(new, Some(of.certificate), now);
        if let Some(set) = of.data {
            let event = data_bound(&order, set);
            order = order.and(event, |order| order.subject_data = Some(set.id));
        }
        if let Some(mailbox) = of.mailbox {
            let event = updated(&order, "mailbox").with("mailbox", mailbox.to_string());
            order = order.and(event, |order| order.mailbox = Some(mailbox));
        }
        order
    }

    fn opened(new: NewOrder, renews: Option<CertificateId>, now: Timestamp) -> Changed<Self> {
        let event = Event::new(EventKind::OrderCreated, "order", new.id)
            .with("number", new.number.as_str())
            .with("product", new.product.as_str())
            .with("ra", new.owner.ra.as_str())
            .with("language", new.language.code())
            .with("window_ends", new.window_ends.to_string())
            .told(FeedKind::OrderCreated, &new.owner, new.id, Some(new.id));
        let event = match renews {
            Some(certificate) => event.with("renews", certificate.to_string()),
            None => event,
        };
        // The frontend's user is stored as the frontend asserts it.
        let event = contact_details(new.acting_for.tell(new.owner.tell(event)), &new.contacts);
        let event = named(event, "alias", new.alias.as_ref());
        let event = named(event, "partner_order_ref", new.partner_order_ref.as_ref());
        let order = Self {
            id: new.id,
            number: new.number,
            owner: new.owner,
            product: new.product,
            alias: new.alias,
            partner_order_ref: new.partner_order_ref,
            language: new.language,
            contacts: new.contacts,
            acting_for: new.acting_for,
            window_ends: new.window_ends,
            state: OrderState::Open,
            close_note: None,
            rejection: None,
            subject_data: None,
            mailbox: None,
            activation: None,
            certificate: None,
            renews,
            renewed_by: None,
            created_at: now,
            updated_at: now,
        };
        Changed::created(order, event)
    }
}

impl Loaded<Order> {
    /// New alias, contacts or language.
    ///
    /// # Errors
    /// 409 `order-state-conflict` for an order that was closed without a certificate.
    pub fn edit(self, edit: OrderEdit, now: Timestamp) -> Result<Changed<Order>, Refused> {
        if self.state.is_closed() {
            return Err(conflict());
        }
        // The entry tells how all of it stands afterwards.
        let alias = edit.alias.as_ref().unwrap_or(&self.alias);
        let contacts = edit.contacts.as_ref().unwrap_or(&self.contacts);
        let language = edit.language.unwrap_or(self.language);
        let event = updated(&self, "edit").with("language", language.code());
        let event = contact_details(named(event, "alias", alias.as_ref()), contacts);
        Ok(self.change(event, |order| {
            if let Some(alias) = edit.alias {
                order.alias = alias;
            }
            if let Some(contacts) = edit.contacts {
                order.contacts = contacts;
            }
            if let Some(language) = edit.language {
                order.language = language;
            }
            order.updated_at = now;
        }))
    }

    /// The customer gives the order up.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless open; an issued order names `revoke-first`.
    pub fn cancel(
        self,
        note: Option<Text<500>>,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        if self.state == OrderState::Issued {
            let mut refused = conflict();
            refused.blocked_by.push("revoke-first");
            return Err(refused);
        }
        let event = Event::new(EventKind::OrderCancelled, "order", self.id);
        let event = told(event, FeedKind::OrderCancelled, &self);
        self.close(OrderState::Cancelled, note, event, now)
    }

    /// The window for activation is over.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless open.
    pub fn lapse(self, now: Timestamp) -> Result<Changed<Order>, Refused> {
        let event = told(changed(&self, "lapsed"), FeedKind::OrderLapsed, &self);
        self.close(OrderState::Lapsed, None, event, now)
    }

    /// Takes a data set of the same owner, submitted or verified; an earlier one is let go.
    ///
    /// # Errors
    /// 404 for another owner's set, 409 `order-state-conflict` unless open or issued, and 409 with
    /// the set's own code when it is a draft or was given up.
    pub fn bind_data(self, set: &SubjectData, now: Timestamp) -> Result<Changed<Order>, Refused> {
        if set.owner != self.owner {
            return Err(Refused::not_found());
        }
        self.require_provable()?;
        set.require_bindable()?;
        let id = set.id;
        // A reissue may need other data; what was certified by is bound already.
        if self.state == OrderState::Issued && self.subject_data == Some(id) {
            return Err(Refused::state("order-state-conflict"));
        }
        let event = data_bound(&self, set);
        Ok(self.change(event, |order| {
            order.subject_data = Some(id);
            order.updated_at = now;
        }))
    }

    /// Takes a mailbox validation; an earlier one is superseded by the same unit.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless open, 409 `step-blocked` (`data-not-saved`) before the
    /// data is saved: the steps have an order.
    pub fn bind_mailbox(
        self,
        mailbox: MailboxId,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        require_open(&self)?;
        if self.subject_data.is_none() {
            return Err(Refused::step_blocked(vec!["data-not-saved"]));
        }
        let event = updated(&self, "mailbox").with("mailbox", mailbox.to_string());
        Ok(self.change(event, |order| {
            order.mailbox = Some(mailbox);
            order.updated_at = now;
        }))
    }

    /// The address that is certified is checked again, for a certificate that takes the place of
    /// the order's: `again` is a row of its own, and `earlier` stays as its certificate rests on it.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless issued, and for another address than the certified one.
    pub fn check_mailbox_again(
        self,
        earlier: &MailboxValidation,
        again: &NewMailbox,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        require(&self, OrderState::Issued)?;
        let same = self.mailbox == Some(earlier.id)
            && again.order == self.id
            && again.address == earlier.address;
        if !same {
            return Err(conflict());
        }
        let event = updated(&self, "mailbox").with("mailbox", again.id.to_string());
        let id = again.id;
        Ok(self.change(event, |order| {
            order.mailbox = Some(id);
            order.updated_at = now;
        }))
    }

    /// The intent is recorded in the same unit.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless open.
    pub fn begin_activation(
        self,
        activation: ActivationId,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        require_open(&self)?;
        let event = changed(&self, "submitted").with("activation", activation.to_string());
        Ok(self.change(event, |order| {
            order.state = OrderState::Submitted;
            order.activation = Some(activation);
            order.updated_at = now;
        }))
    }

    /// The activation was refused: the customer may try again.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless submitted.
    pub fn reopen(self, now: Timestamp) -> Result<Changed<Order>, Refused> {
        require(&self, OrderState::Submitted)?;
        let event = changed(&self, "reopened");
        Ok(self.change(event, |order| {
            order.state = OrderState::Open;
            order.updated_at = now;
        }))
    }

    /// The certificate is stored in the same unit.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless submitted.
    pub fn issued(
        self,
        certificate: CertificateId,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        require(&self, OrderState::Submitted)?;
        let event = Event::new(EventKind::OrderIssued, "order", self.id)
            .with("certificate", certificate.to_string());
        Ok(self.change(event, |order| {
            order.state = OrderState::Issued;
            order.rejection = None;
            order.certificate = Some(certificate);
            order.updated_at = now;
        }))
    }

    /// The intent of a reissue is recorded in the same unit; the order stays issued.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless issued.
    pub fn begin_reissue(
        self,
        activation: ActivationId,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        require(&self, OrderState::Issued)?;
        let event = changed(&self, "reissue").with("activation", activation.to_string());
        Ok(self.change(event, |order| {
            order.activation = Some(activation);
            order.updated_at = now;
        }))
    }

    /// A certificate takes the place of the newest one; it is stored in the same unit.
    ///
    /// # Errors
    /// 409 `certificate-replaced` when the old one is not the newest.
    pub fn reissued(
        self,
        certificate: CertificateId,
        old: Replaced,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        require(&self, OrderState::Issued)?;
        if self.certificate != Some(old.certificate) {
            return Err(Refused::state("certificate-replaced"));
        }
        let event = Event::new(EventKind::OrderReissued, "order", self.id)
            .with("certificate", certificate.to_string())
            .with("replaces", old.certificate.to_string())
            .with("replaced_until", old.until.to_string())
            .told(
                FeedKind::CertificateSuperseded,
                &self.owner,
                old.certificate,
                Some(self.id),
            );
        Ok(self.change(event, |order| {
            order.certificate = Some(certificate);
            order.updated_at = now;
        }))
    }

    /// An order that continues this one's certificate is made by the same unit.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless issued.
    pub fn renewed(self, by: OrderId, now: Timestamp) -> Result<Changed<Order>, Refused> {
        require(&self, OrderState::Issued)?;
        let event = updated(&self, "renewed").with("renewed_by", by.to_string());
        Ok(self.change(event, |order| {
            order.renewed_by = Some(by);
            order.updated_at = now;
        }))
    }

    fn close(
        self,
        state: OrderState,
        note: Option<Text<500>>,
        event: Event,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        require_open(&self)?;
        let event = match &note {
            Some(note) => event.personal("note", note.as_str()),
            None => event,
        };
        Ok(self.change(event, |order| {
            order.state = state;
            order.close_note = note;
            order.rejection = None;
            order.updated_at = now;
        }))
    }
}

impl Order {
    /// Data and mailbox are proven for the first certificate, and again for one that takes its
    /// place.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless open or issued.
    pub fn require_provable(&self) -> Result<(), Refused> {
        match self.state {
            OrderState::Open | OrderState::Issued => Ok(()),
            _ => Err(conflict()),
        }
    }
}

const fn conflict() -> Refused {
    Refused::state("order-state-conflict")
}

pub(super) fn require(order: &Order, state: OrderState) -> Result<(), Refused> {
    if order.state == state {
        Ok(())
    } else {
        Err(conflict())
    }
}

fn require_open(order: &Order) -> Result<(), Refused> {
    require(order, OrderState::Open)
}

fn changed(order: &Order, what: &'static str) -> Event {
    Event::new(EventKind::OrderChanged, "order", order.id).with("what", what)
}

fn data_bound(order: &Order, set: &SubjectData) -> Event {
    let event = Event::new(EventKind::DataBound, "order", order.id)
        .with("subject_data", set.id.to_string())
        .with("revision", Value::integer(i64::from(set.revision)));
    told(event, FeedKind::OrderUpdated, order)
}

/// A change that the owner's programs are told of.
fn updated(order: &Order, what: &'static str) -> Event {
    told(changed(order, what), FeedKind::OrderUpdated, order)
}

fn told(event: Event, kind: FeedKind, order: &Order) -> Event {
    event.told(kind, &order.owner, order.id, Some(order.id))
}

fn named(event: Event, name: &str, text: Option<&Text<100>>) -> Event {
    match text {
        Some(text) => event.personal(name, text.as_str()),
        None => event,
    }
}

fn contact_details(event: Event, contacts: &Contacts) -> Event {
    let named = [
        ("technical", &contacts.technical),
        ("revocation", &contacts.revocation),
    ];
    named
        .into_iter()
        .fold(event, |event, (name, contact)| match contact {
            Some(contact) => event.personal(name, contact.as_str()),
            None => event,
        })
}
