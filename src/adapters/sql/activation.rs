//! Activations, and what the decision to issue reads.

use std::sync::LazyLock;

use async_trait::async_trait;

use super::{
    domain_control, intent, json, mailbox, order, owner,
    query::{Fetch, Query, all, first},
    subject_data,
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        activation::{Activation, ActivationState, CommonNameSource},
        aggregate::{Loaded, Version},
        id::{ActivationId, BootId, OrderId},
        intent::{Intent, IssuerName},
        timestamp::Timestamp,
    },
    policy::access::ReadScope,
    ports::store::{
        StoreError,
        issuance::{ActivationFacts, Activations},
    },
};

pub static TABLE: Table = Table {
    name: "activation",
    key: 1,
    columns: &[
        "id",
        "version",
        "order_id",
        "ra",
        "customer",
        "state",
        "subject_data",
        "mailbox",
        "replaces",
        "common_name",
        "fields",
        "spki",
        "spki_sha256",
        "statements",
        "acting_for",
        "refusal",
        "certificate",
        "submitted_at",
        "updated_at",
    ],
    fixed: &[
        "order_id",
        "ra",
        "customer",
        "subject_data",
        "mailbox",
        "replaces",
        "common_name",
        "spki",
        "spki_sha256",
        "submitted_at",
    ],
    kept: &["fields", "statements", "acting_for"],
};

/// The running activation of an order: its primary key allows one.
pub static LIVE: Table = Table {
    name: "live_activation",
    key: 1,
    columns: &["order_id", "activation_id"],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(activation: &Activation, version: Version) -> Record {
    let [ra, customer] = owner::columns(&activation.owner);
    let fields = activation.fields.iter().filter_map(json::text);
    vec![
        SqlValue::text(activation.id),
        SqlValue::version(version),
        SqlValue::text(activation.order),
        ra,
        customer,
        SqlValue::text(activation.state.name()),
        SqlValue::text(activation.subject_data),
        SqlValue::text(activation.mailbox),
        SqlValue::maybe(activation.replaces.as_ref()),
        SqlValue::text(activation.common_name.name()),
        SqlValue::json(&fields.collect()),
        SqlValue::blob(&activation.spki),
        SqlValue::blob(&activation.spki_sha256),
        SqlValue::json(&json::statements(&activation.statements)),
        SqlValue::json(&json::acting_for(&activation.acting_for)),
        SqlValue::maybe(activation.refusal.as_ref()),
        SqlValue::maybe(activation.certificate.as_ref()),
        SqlValue::time(activation.submitted_at),
        SqlValue::time(activation.updated_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<Activation>, Unreadable> {
    read_fields(Fields::of(row))
}

pub fn read_fields(row: Fields<'_>) -> Result<Loaded<Activation>, Unreadable> {
    let activation = Activation {
        id: row.parsed("id")?,
        order: row.parsed("order_id")?,
        owner: owner::read(row)?,
        state: row.with("state", ActivationState::from_name)?,
        subject_data: row.parsed("subject_data")?,
        mailbox: row.parsed("mailbox")?,
        replaces: row.maybe_parsed("replaces")?,
        common_name: row.with("common_name", CommonNameSource::from_name)?,
        fields: json::strings("fields", &row.json("fields")?, |text| Some(text.to_owned()))?,
        spki: row.bytes("spki")?,
        spki_sha256: row.array("spki_sha256")?,
        statements: json::read_statements(&row.json("statements")?)?,
        acting_for: json::read_acting_for(&row.json("acting_for")?)?,
        refusal: row.maybe_string("refusal")?,
        certificate: row.maybe_parsed("certificate")?,
        submitted_at: row.time("submitted_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(activation, row.version()?))
}

static FACTS: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        order::TABLE.joined_as("o"),
        subject_data::TABLE.joined_as("s"),
        mailbox::TABLE.joined_as("m"),
        mailbox::TABLE.joined_as("p"),
        domain_control::TABLE.joined_as("d"),
        TABLE.joined_as("a"),
    ];
    columns.join(", ")
});

/// One query: the order with what it is bound to and the activation that lives.
fn facts_query(scope: &ReadScope, order: OrderId) -> Query {
    let visible = Query::new(" FROM (SELECT * FROM orders WHERE 1 = 1")
        .eq("id", SqlValue::text(order))
        .visible_to(scope);
    Query {
        sql: format!(
            "SELECT {}{}) AS o \
             LEFT JOIN subject_data AS s ON s.id = o.subject_data \
             LEFT JOIN mailbox AS m ON m.id = o.mailbox \
             LEFT JOIN mailbox AS p ON p.id = m.reused_from \
             LEFT JOIN domain_control AS d ON d.id = m.domain_control \
             LEFT JOIN live_activation AS l ON l.order_id = o.id \
             LEFT JOIN activation AS a ON a.id = l.activation_id",
            *FACTS, visible.sql
        ),
        values: visible.values,
    }
}

fn read_facts(row: &dyn Columns) -> Result<ActivationFacts, Unreadable> {
    let joined = |prefix| Fields::joined(row, prefix);
    Ok(ActivationFacts {
        order: order::read_fields(Fields::prefixed(row, "o_"))?,
        subject_data: joined("s_")?.map(subject_data::read_fields).transpose()?,
        mailbox: joined("m_")?.map(mailbox::read_fields).transpose()?,
        proof: joined("p_")?.map(mailbox::read_fields).transpose()?,
        domain: joined("d_")?.map(domain_control::read_fields).transpose()?,
        live: joined("a_")?.map(read_fields).transpose()?,
    })
}

#[async_trait]
impl<F: Fetch> Activations for F {
    async fn activation_facts(
        &self,
        scope: &ReadScope,
        order: OrderId,
    ) -> Result<Option<ActivationFacts>, StoreError> {
        first(self, facts_query(scope, order), read_facts).await
    }

    async fn activation(
        &self,
        scope: &ReadScope,
        id: ActivationId,
    ) -> Result<Option<Loaded<Activation>>, StoreError> {
        let query = Query::from("activation")
            .eq("id", SqlValue::text(id))
            .visible_to(scope);
        first(self, query, read).await
    }

    async fn intent(
        &self,
        issuer: &IssuerName,
        serial: &[u8],
    ) -> Result<Option<Loaded<Intent>>, StoreError> {
        let query = Query::from("intent")
            .eq("issuer", SqlValue::text(issuer))
            .eq("serial", SqlValue::text(hex::encode(serial)));
        first(self, query, intent::read).await
    }

    async fn intents_of(&self, activation: ActivationId) -> Result<u32, StoreError> {
        let query = Query::new("SELECT count(*) AS intents FROM intent WHERE 1 = 1")
            .eq("activation_id", SqlValue::text(activation));
        let count = first(self, query, |row| Fields::of(row).number("intents")).await?;
        Ok(count.unwrap_or(0))
    }

    async fn orphaned_intents(
        &self,
        own: BootId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Loaded<Intent>>, StoreError> {
        let mut query = Query::new("SELECT * FROM intent WHERE state = 'recorded' AND boot <> ")
            .bind(SqlValue::text(own));
        if !self.is_sole_writer() {
            query = query
                .sql(" AND NOT EXISTS (SELECT 1 FROM instance WHERE instance.boot = intent.boot AND lease_until > ")
                .bind(SqlValue::time(now))
                .sql(")");
        }
        let query = query.sql(" ORDER BY recorded_at, serial").limit(limit);
        all(self, query, intent::read).await
    }
}
