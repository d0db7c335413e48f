//! The ledger of mails.

use std::sync::LazyLock;

use async_trait::async_trait;

use super::{
    activation, certificate, domain_control, mailbox, order, owner,
    query::{Fetch, Query, all, first},
    revocation_case, subject_data,
    table::{Record, Table},
    unsubscription,
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::MailId,
        mail::{
            Mail, MailKind, MailState,
            reminders::{ReminderGroup, Unsubscription},
        },
        text::Language,
    },
    ports::store::{
        Page, StoreError,
        catalogue::{MailFacts, Mails},
    },
};

pub static TABLE: Table = Table {
    name: "mail",
    key: 1,
    columns: &[
        "id",
        "version",
        "kind",
        "ra",
        "customer",
        "order_id",
        "object",
        "recipient",
        "language",
        "state",
        "attempts",
        "reply",
        "created_at",
        "updated_at",
    ],
    fixed: &[
        "kind",
        "ra",
        "customer",
        "order_id",
        "object",
        "recipient",
        "language",
        "created_at",
    ],
    kept: &[],
};

#[must_use]
pub fn record(mail: &Mail, version: Version) -> Record {
    let [ra, customer] = owner::columns(&mail.owner);
    vec![
        SqlValue::text(mail.id),
        SqlValue::version(version),
        SqlValue::text(mail.kind.name()),
        ra,
        customer,
        SqlValue::maybe(mail.order.as_ref()),
        SqlValue::text(&mail.object),
        SqlValue::text(&mail.recipient),
        SqlValue::text(mail.language.code()),
        SqlValue::text(mail.state.name()),
        SqlValue::integer(mail.attempts),
        SqlValue::text(&mail.reply),
        SqlValue::time(mail.created_at),
        SqlValue::time(mail.updated_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<Mail>, Unreadable> {
    read_fields(Fields::of(row))
}

fn read_fields(row: Fields<'_>) -> Result<Loaded<Mail>, Unreadable> {
    let mail = Mail {
        id: row.parsed("id")?,
        kind: row.with("kind", MailKind::from_name)?,
        owner: owner::read(row)?,
        order: row.maybe_parsed("order_id")?,
        object: row.string("object")?,
        recipient: row.string("recipient")?,
        language: row.with("language", Language::from_code)?,
        state: row.with("state", MailState::from_name)?,
        attempts: row.number("attempts")?,
        reply: row.string("reply")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(mail, row.version()?))
}

static FACTS: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        TABLE.joined_as("l"),
        order::TABLE.joined_as("o"),
        subject_data::TABLE.joined_as("s"),
        mailbox::TABLE.joined_as("m"),
        mailbox::TABLE.joined_as("p"),
        domain_control::TABLE.joined_as("d"),
        certificate::TABLE.joined_as("c"),
        revocation_case::TABLE.joined_as("v"),
        activation::TABLE.joined_as("a"),
        order::TABLE.joined_as("n"),
    ];
    let joins = " FROM mail AS l \
         LEFT JOIN orders AS o ON o.id = l.order_id \
         LEFT JOIN subject_data AS s ON s.id = CASE WHEN l.kind IN ('data-received', \
         'data-approved', 'data-rejected', 'data-expiring', 'information-needed') \
         THEN l.object ELSE o.subject_data END \
         LEFT JOIN activation AS a ON l.kind IN ('submitted', 'issuance-delayed', 'issuance-refused') \
         AND a.id = l.object \
         LEFT JOIN mailbox AS m ON m.id = CASE WHEN l.kind IN ('verify-address', 'mailbox-lapsing') \
         THEN l.object WHEN l.kind = 'ready-to-activate' THEN o.mailbox \
         WHEN l.kind = 'submitted' THEN a.mailbox END \
         LEFT JOIN mailbox AS p ON p.id = m.reused_from \
         LEFT JOIN domain_control AS d ON d.id = m.domain_control \
         LEFT JOIN revocation AS v ON v.id = CASE WHEN l.kind IN ('revocation-requested', 'revoked') THEN l.object \
         WHEN l.kind IN ('certificate-expiring', 'certificate-expired') THEN \
         (SELECT r.id FROM revocation AS r WHERE r.certificate_id = l.object) \
         WHEN l.kind = 'data-expiring' THEN \
         (SELECT r.id FROM revocation AS r WHERE r.certificate_id = o.certificate) END \
         LEFT JOIN orders AS n ON l.kind IN ('certificate-expiring', 'certificate-expired') \
         AND n.id = o.renewed_by \
         AND n.certificate IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM revocation AS r WHERE r.certificate_id = n.certificate) \
         LEFT JOIN certificate AS c ON c.id = CASE WHEN l.kind IN ('issued', \
         'reissued', 'superseded-ending', 'certificate-expiring', 'certificate-expired') THEN l.object \
         WHEN l.kind IN ('revocation-requested', 'revoked') THEN v.certificate_id \
         WHEN l.kind = 'data-expiring' THEN o.certificate END \
         WHERE 1 = 1";
    format!("SELECT {}{joins}", columns.join(", "))
});

/// One query: the mail with the order it belongs to and the object it is about.
fn facts_query(id: MailId) -> Query {
    Query::new(&FACTS).eq("l.id", SqlValue::text(id))
}

fn read_facts(row: &dyn Columns) -> Result<MailFacts, Unreadable> {
    let joined = |prefix| Fields::joined(row, prefix);
    Ok(MailFacts {
        mail: read_fields(Fields::prefixed(row, "l_"))?,
        order: joined("o_")?.map(order::read_fields).transpose()?,
        data: joined("s_")?.map(subject_data::read_fields).transpose()?,
        mailbox: joined("m_")?.map(mailbox::read_fields).transpose()?,
        proof: joined("p_")?.map(mailbox::read_fields).transpose()?,
        domain: joined("d_")?.map(domain_control::read_fields).transpose()?,
        certificate: joined("c_")?.map(certificate::read_fields).transpose()?,
        revocation: joined("v_")?
            .map(revocation_case::read_fields)
            .transpose()?,
        activation: joined("a_")?.map(activation::read_fields).transpose()?,
        renewal: joined("n_")?.map(order::read_fields).transpose()?,
    })
}

#[async_trait]
impl<F: Fetch> Mails for F {
    async fn mail_facts(&self, id: MailId) -> Result<Option<MailFacts>, StoreError> {
        first(self, facts_query(id), read_facts).await
    }

    async fn mail(&self, id: MailId) -> Result<Option<Loaded<Mail>>, StoreError> {
        let query = Query::from("mail").eq("id", SqlValue::text(id));
        first(self, query, read).await
    }

    async fn mails(
        &self,
        states: &[MailState],
        page: &Page,
    ) -> Result<Vec<Loaded<Mail>>, StoreError> {
        let states = states.iter().map(|s| SqlValue::text(s.name()));
        let query = Query::from("mail").any("state", states.collect());
        all(self, query.page(page), read).await
    }

    async fn unsubscription(
        &self,
        address: &str,
        reminders: ReminderGroup,
    ) -> Result<Option<Loaded<Unsubscription>>, StoreError> {
        let query = Query::from("unsubscription")
            .eq("address", SqlValue::text(address))
            .eq("reminders", SqlValue::text(reminders.name()));
        first(self, query, unsubscription::read).await
    }
}
