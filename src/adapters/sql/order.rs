//! Orders.

use async_trait::async_trait;

use super::{
    json, owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::{OrderId, SubjectDataId},
        job::JobKind,
        order::{Order, OrderNumber, OrderState},
        product::ProductCode,
        text::Language,
        timestamp::Timestamp,
    },
    policy::access::ReadScope,
    ports::store::{
        Page, StoreError,
        registration::{OrderFilter, Orders},
    },
};

pub static TABLE: Table = Table {
    name: "orders",
    key: 1,
    columns: &[
        "id",
        "version",
        "number",
        "ra",
        "customer",
        "product",
        "alias",
        "partner_order_ref",
        "language",
        "contacts",
        "acting_for",
        "state",
        "close_note",
        "rejection",
        "subject_data",
        "mailbox",
        "activation",
        "certificate",
        "renews",
        "renewed_by",
        "window_ends",
        "created_at",
        "updated_at",
    ],
    fixed: &[
        "number",
        "ra",
        "customer",
        "product",
        "partner_order_ref",
        "renews",
        "window_ends",
        "created_at",
    ],
    kept: &["acting_for"],
};

/// Orders of a data set that one answer may hold.
const BOUND: u32 = 200;

#[must_use]
pub fn record(order: &Order, version: Version) -> Record {
    let [ra, customer] = owner::columns(&order.owner);
    vec![
        SqlValue::text(order.id),
        SqlValue::version(version),
        SqlValue::text(order.number.as_str()),
        ra,
        customer,
        SqlValue::text(&order.product),
        SqlValue::maybe(order.alias.as_ref()),
        SqlValue::maybe(order.partner_order_ref.as_ref()),
        SqlValue::text(order.language.code()),
        SqlValue::json(&json::contacts(&order.contacts)),
        SqlValue::json(&json::acting_for(&order.acting_for)),
        SqlValue::text(order.state.name()),
        SqlValue::maybe(order.close_note.as_ref()),
        SqlValue::maybe(order.rejection.as_ref()),
        SqlValue::maybe(order.subject_data.as_ref()),
        SqlValue::maybe(order.mailbox.as_ref()),
        SqlValue::maybe(order.activation.as_ref()),
        SqlValue::maybe(order.certificate.as_ref()),
        SqlValue::maybe(order.renews.as_ref()),
        SqlValue::maybe(order.renewed_by.as_ref()),
        SqlValue::time(order.window_ends),
        SqlValue::time(order.created_at),
        SqlValue::time(order.updated_at),
    ]
}

pub fn read(row: &dyn Columns) -> Result<Loaded<Order>, Unreadable> {
    read_fields(Fields::of(row))
}

pub fn read_fields(row: Fields<'_>) -> Result<Loaded<Order>, Unreadable> {
    let order = Order {
        id: row.parsed("id")?,
        number: OrderNumber::restore(row.string("number")?),
        owner: owner::read(row)?,
        product: row.with("product", ProductCode::parse)?,
        alias: row.maybe_text("alias")?,
        partner_order_ref: row.maybe_text("partner_order_ref")?,
        language: row.with("language", Language::from_code)?,
        contacts: json::read_contacts(&row.json("contacts")?)?,
        acting_for: json::read_acting_for(&row.json("acting_for")?)?,
        state: row.with("state", OrderState::from_name)?,
        close_note: row.maybe_text("close_note")?,
        rejection: row.maybe_parsed("rejection")?,
        subject_data: row.maybe_parsed("subject_data")?,
        mailbox: row.maybe_parsed("mailbox")?,
        activation: row.maybe_parsed("activation")?,
        certificate: row.maybe_parsed("certificate")?,
        renews: row.maybe_parsed("renews")?,
        renewed_by: row.maybe_parsed("renewed_by")?,
        window_ends: row.time("window_ends")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(order, row.version()?))
}

/// A `LIKE` pattern for "contains", lower case, with the pattern's own signs escaped.
fn contains(text: &str) -> SqlValue {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    SqlValue::text(pattern)
}

#[async_trait]
impl<F: Fetch> Orders for F {
    async fn order(
        &self,
        scope: &ReadScope,
        id: OrderId,
    ) -> Result<Option<Loaded<Order>>, StoreError> {
        let query = Query::from("orders")
            .eq("id", SqlValue::text(id))
            .visible_to(scope);
        first(self, query, read).await
    }

    async fn orders(
        &self,
        scope: &ReadScope,
        filter: &OrderFilter,
        page: &Page,
    ) -> Result<Vec<Loaded<Order>>, StoreError> {
        let states = filter.states.iter().map(|s| SqlValue::text(s.name()));
        let mut query = Query::from("orders")
            .visible_to(scope)
            .any("state", states.collect());
        if let Some(text) = &filter.text {
            query = query
                .sql(" AND lower(number || ' ' || coalesce(alias, '') || ' ' || coalesce(partner_order_ref, '')) LIKE ")
                .bind(contains(text))
                .sql(" ESCAPE '\\'");
        }
        all(self, query.page(page), read).await
    }

    async fn orders_of_subject_data(
        &self,
        id: SubjectDataId,
    ) -> Result<Vec<Loaded<Order>>, StoreError> {
        let live = OrderState::ALL.into_iter().filter(|s| s.is_live());
        let query = Query::from("orders")
            .eq("subject_data", SqlValue::text(id))
            .any("state", live.map(|s| SqlValue::text(s.name())).collect())
            .sql(" ORDER BY created_at, id")
            .limit(BOUND);
        all(self, query, read).await
    }

    async fn told_of_subject_data(
        &self,
        id: SubjectDataId,
        now: Timestamp,
    ) -> Result<Vec<Loaded<Order>>, StoreError> {
        // Data carries many certificates: the bound counts contacts, not orders.
        let query = Query::from("orders")
            .sql(" AND id IN (SELECT min(o.id) FROM orders AS o WHERE o.subject_data = ")
            .bind(SqlValue::text(id))
            .sql(" AND (o.state = 'submitted' OR (o.state = 'open' AND o.window_ends > ")
            .bind(SqlValue::time(now))
            .sql(
                ") OR (o.state = 'issued' AND EXISTS (SELECT 1 FROM certificate AS c \
                 WHERE c.id = o.certificate AND NOT EXISTS \
                 (SELECT 1 FROM revocation AS r WHERE r.certificate_id = c.id) \
                 AND c.not_after >= ",
            )
            .bind(SqlValue::time(now))
            .sql("))) GROUP BY o.contacts) ORDER BY created_at, id")
            .limit(BOUND);
        all(self, query, read).await
    }

    async fn newest_ready_slot(&self, id: OrderId) -> Result<Option<String>, StoreError> {
        // By the unique index of kind, object and slot.
        let query = Query::new("SELECT max(slot) AS slot FROM job WHERE 1 = 1")
            .eq("kind", SqlValue::text(JobKind::RemindReady.name()))
            .eq("object", SqlValue::text(id));
        let slot = first(self, query, |row| Fields::of(row).maybe_string("slot")).await?;
        Ok(slot.flatten())
    }
}
