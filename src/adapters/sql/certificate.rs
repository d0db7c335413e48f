//! Issued certificates; immutable.

use async_trait::async_trait;

use super::{
    mailbox::proof_ids,
    owner,
    query::{Fetch, Query, all, first},
    revocation,
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        certificate::{Certificate, Replaced},
        id::{CertificateId, MailboxId},
        intent::IssuerName,
        product::ProductCode,
        timestamp::Timestamp,
        unit::Aggregate,
    },
    policy::access::ReadScope,
    ports::store::{
        Page, StoreError,
        issuance::{CertificateFilter, CertificateRecord, Certificates},
    },
};

/// `created_at` is the instant of issuance: lists are ordered by it.
pub static TABLE: Table = Table {
    name: "certificate",
    key: 1,
    columns: &[
        "id",
        "issuer",
        "serial",
        "crl_partition",
        "ra",
        "customer",
        "order_id",
        "activation_id",
        "replaces",
        "replaced_until",
        "product",
        "der",
        "sha256",
        "spki_sha256",
        "key_fingerprint",
        "subject",
        "mailbox",
        "not_before",
        "not_after",
        "created_at",
    ],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(certificate: &Certificate) -> Record {
    let [ra, customer] = owner::columns(&certificate.owner);
    vec![
        SqlValue::text(certificate.id),
        SqlValue::text(&certificate.issuer),
        SqlValue::text(hex::encode(&certificate.serial)),
        SqlValue::integer(certificate.partition),
        ra,
        customer,
        SqlValue::text(certificate.order),
        SqlValue::text(certificate.activation),
        SqlValue::maybe(certificate.replaces.map(|old| old.certificate).as_ref()),
        SqlValue::maybe_time(certificate.replaces.map(|old| old.until)),
        SqlValue::text(&certificate.product),
        SqlValue::blob(&certificate.der),
        SqlValue::blob(&certificate.sha256),
        SqlValue::blob(&certificate.spki_sha256),
        SqlValue::blob(&certificate.key_fingerprint),
        SqlValue::text(&certificate.subject),
        SqlValue::text(&certificate.mailbox),
        SqlValue::time(certificate.not_before),
        SqlValue::time(certificate.not_after),
        SqlValue::time(certificate.issued_at),
    ]
}

const SELECT: &str = "SELECT certificate.*, r.issuer AS r_issuer, r.serial AS r_serial, \
     r.crl_partition AS r_crl_partition, r.revoked_at AS r_revoked_at, r.reason AS r_reason, \
     r.not_after AS r_not_after, CASE WHEN r.serial IS NOT NULL AND EXISTS (SELECT 1 FROM \
     revocation WHERE certificate_id = certificate.id AND state = 'recorded') THEN 1 ELSE 0 END AS runs, \
     (SELECT n.id FROM certificate AS n WHERE n.replaces = certificate.id) AS by_id, \
     (SELECT n.replaced_until FROM certificate AS n WHERE n.replaces = certificate.id) AS by_until \
     FROM certificate LEFT JOIN revoked AS r \
     ON r.issuer = certificate.issuer AND r.serial = certificate.serial WHERE 1 = 1";

const COUNT: &str = "SELECT count(*) AS count FROM certificate LEFT JOIN revoked AS r \
     ON r.issuer = certificate.issuer AND r.serial = certificate.serial WHERE 1 = 1";

fn resting_on(query: Query, aggregate: Aggregate, id: &str) -> Query {
    query
        .sql(
            " AND (certificate.issuer, certificate.serial) IN (SELECT issuer, serial \
             FROM rests_on WHERE aggregate = ",
        )
        .bind(SqlValue::text(aggregate.name()))
        .sql(" AND id = ")
        .bind(SqlValue::text(id))
        .sql(")")
}

fn of_proof(query: Query, proof: MailboxId) -> Query {
    let query = query.sql(
        " AND (certificate.issuer, certificate.serial) IN (SELECT issuer, serial \
         FROM rests_on WHERE aggregate = 'mailbox' AND id IN ",
    );
    proof_ids(query, proof).sql(")")
}

fn valid(query: Query, at: Timestamp) -> Query {
    query
        .sql(" AND r.serial IS NULL AND certificate.not_after >= ")
        .bind(SqlValue::time(at))
}

fn read(row: &dyn Columns) -> Result<CertificateRecord, Unreadable> {
    let fields = Fields::of(row);
    let revoked = Fields::prefixed(row, "r_");
    let revoked = match revoked.maybe_string("serial")? {
        Some(_) => Some(revocation::read_revoked(revoked)?),
        None => None,
    };
    Ok(CertificateRecord {
        certificate: read_fields(fields)?,
        revoked,
        revocation_runs: fields.flag("runs")?,
        replaced: replaced(fields, "by_id", "by_until")?,
    })
}

pub fn read_fields(row: Fields<'_>) -> Result<Certificate, Unreadable> {
    Ok(Certificate {
        id: row.parsed("id")?,
        issuer: row.with("issuer", IssuerName::parse)?,
        serial: row.with("serial", |text| hex::decode(text).ok())?,
        partition: row.number("crl_partition")?,
        owner: owner::read(row)?,
        order: row.parsed("order_id")?,
        activation: row.parsed("activation_id")?,
        replaces: replaced(row, "replaces", "replaced_until")?,
        product: row.with("product", ProductCode::parse)?,
        der: row.bytes("der")?,
        sha256: row.array("sha256")?,
        spki_sha256: row.array("spki_sha256")?,
        key_fingerprint: row.array("key_fingerprint")?,
        subject: row.string("subject")?,
        mailbox: row.string("mailbox")?,
        not_before: row.time("not_before")?,
        not_after: row.time("not_after")?,
        issued_at: row.time("created_at")?,
    })
}

/// The other certificate, and when the replaced one of the two ends.
fn replaced(
    row: Fields<'_>,
    id: &'static str,
    until: &'static str,
) -> Result<Option<Replaced>, Unreadable> {
    let other = row.maybe_parsed(id)?.zip(row.maybe_time(until)?);
    Ok(other.map(|(certificate, until)| Replaced { certificate, until }))
}

async fn count<F: Fetch>(store: &F, query: Query) -> Result<u64, StoreError> {
    let count = first(store, query, |row| Fields::of(row).number("count"));
    Ok(count.await?.unwrap_or_default())
}

#[async_trait]
impl<F: Fetch> Certificates for F {
    async fn certificate(
        &self,
        scope: &ReadScope,
        id: CertificateId,
    ) -> Result<Option<CertificateRecord>, StoreError> {
        let query = Query::new(SELECT)
            .eq("id", SqlValue::text(id))
            .visible_to(scope);
        first(self, query, read).await
    }

    async fn certificates_of(
        &self,
        scope: &ReadScope,
        ids: &[CertificateId],
    ) -> Result<Vec<CertificateRecord>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = Query::new(SELECT)
            .any("id", ids.iter().map(SqlValue::text).collect())
            .visible_to(scope);
        all(self, query, read).await
    }

    async fn certificates(
        &self,
        scope: &ReadScope,
        filter: &CertificateFilter,
        page: &Page,
    ) -> Result<Vec<CertificateRecord>, StoreError> {
        let mut query = Query::new(SELECT).visible_to(scope);
        if let Some(order) = filter.order {
            query = query.eq("order_id", SqlValue::text(order));
        }
        if let Some(serial) = &filter.serial {
            query = query.eq("certificate.serial", SqlValue::text(hex::encode(serial)));
        }
        if let Some(mailbox) = &filter.mailbox {
            query = query.eq("mailbox", SqlValue::text(mailbox));
        }
        all(self, query.page(page), read).await
    }

    async fn certificates_resting_on(
        &self,
        aggregate: Aggregate,
        id: &str,
        valid_at: Option<Timestamp>,
        page: &Page,
    ) -> Result<Vec<CertificateRecord>, StoreError> {
        let mut query = resting_on(Query::new(SELECT), aggregate, id);
        if let Some(at) = valid_at {
            query = valid(query, at);
        }
        all(self, query.page(page), read).await
    }

    async fn valid_resting_on(
        &self,
        aggregate: Aggregate,
        id: &str,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        count(
            self,
            valid(resting_on(Query::new(COUNT), aggregate, id), at),
        )
        .await
    }

    async fn certificates_of_proof(
        &self,
        proof: MailboxId,
        valid_at: Option<Timestamp>,
        page: &Page,
    ) -> Result<Vec<CertificateRecord>, StoreError> {
        let mut query = of_proof(Query::new(SELECT), proof);
        if let Some(at) = valid_at {
            query = valid(query, at);
        }
        all(self, query.page(page), read).await
    }

    async fn valid_of_proof(&self, proof: MailboxId, at: Timestamp) -> Result<u64, StoreError> {
        count(self, valid(of_proof(Query::new(COUNT), proof), at)).await
    }

    async fn oldest_certificate(&self, scope: &ReadScope) -> Result<Option<Timestamp>, StoreError> {
        let query = Query::new("SELECT created_at FROM certificate WHERE 1 = 1")
            .visible_to(scope)
            .sql(" ORDER BY created_at")
            .limit(1);
        first(self, query, |row| Fields::of(row).time("created_at")).await
    }
}
