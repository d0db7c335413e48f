//! Mailbox validations and the use of addresses over all owners.

use async_trait::async_trait;
use serde_json::Value as Json;

use super::{
    case_parts::{read_verdict, verdict},
    domain_control,
    json::{self, Members},
    owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        domain_control::DomainControl,
        id::{DomainControlId, MailboxId},
        mailbox::{
            CodeSeed, ConfirmChannel, MailAddress, MailboxState, MailboxValidation, Method,
            address_use::AddressUse, doubt::Doubt,
        },
        owner::{IdentityName, Owner},
        text::Language,
        timestamp::Timestamp,
    },
    ports::store::{Page, StoreError, registration::Mailboxes},
};

pub static TABLE: Table = Table {
    name: "mailbox",
    key: 1,
    columns: &[
        "id",
        "version",
        "order_id",
        "ra",
        "customer",
        "address",
        "language",
        "state",
        "method",
        "domain_control",
        "code_nonce",
        "code_mac",
        "code_created_at",
        "code_expires_at",
        "code_tries",
        "initiated_at",
        "valid_until",
        "sent_at",
        "confirmed_at",
        "confirmed_by",
        "reused_from",
        "doubt",
        "proposal",
        "decision",
        "created_at",
        "updated_at",
    ],
    fixed: &[
        "order_id",
        "ra",
        "customer",
        "address",
        "language",
        "created_at",
    ],
    kept: &[],
};

pub static ADDRESS_USE: Table = Table {
    name: "address_use",
    key: 1,
    columns: &["abuse_key", "version", "sent"],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(mailbox: &MailboxValidation, version: Version) -> Record {
    let [ra, customer] = owner::columns(&mailbox.owner);
    let doubt = mailbox.doubt.as_ref();
    vec![
        SqlValue::text(mailbox.id),
        SqlValue::version(version),
        SqlValue::text(mailbox.order),
        ra,
        customer,
        SqlValue::text(mailbox.address.as_str()),
        SqlValue::text(mailbox.language.code()),
        SqlValue::text(mailbox.state.name()),
        SqlValue::text(mailbox.method.number()),
        SqlValue::maybe(mailbox.method.domain().as_ref()),
        SqlValue::blob(&mailbox.code.nonce),
        SqlValue::blob(&mailbox.code.mac),
        SqlValue::time(mailbox.code.created_at),
        SqlValue::time(mailbox.code.expires_at),
        SqlValue::integer(mailbox.code.tries),
        SqlValue::time(mailbox.initiated_at),
        SqlValue::time(mailbox.valid_until),
        SqlValue::maybe_time(mailbox.sent_at),
        SqlValue::maybe_time(mailbox.confirmed_at),
        SqlValue::Text(mailbox.confirmed_by.map(|by| by.name().to_owned())),
        SqlValue::maybe(mailbox.reused_from.as_ref()),
        SqlValue::maybe_json(doubt.map(found)),
        SqlValue::maybe_json(doubt.map(|doubt| verdict(&doubt.proposal))),
        SqlValue::maybe_json(doubt.and_then(|doubt| doubt.decision.as_ref().map(verdict))),
        SqlValue::time(mailbox.created_at),
        SqlValue::time(mailbox.updated_at),
    ]
}

#[must_use]
pub fn address_use_record(address: &AddressUse, version: Version) -> Record {
    let sent: Json = address.sent.iter().map(|at| at.millis()).collect();
    vec![
        SqlValue::text(&address.abuse_key),
        SqlValue::version(version),
        SqlValue::json(&sent),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<MailboxValidation>, Unreadable> {
    read_fields(Fields::of(row))
}

pub fn read_fields(row: Fields<'_>) -> Result<Loaded<MailboxValidation>, Unreadable> {
    let domain = row.maybe_parsed("domain_control")?;
    let mailbox = MailboxValidation {
        id: row.parsed("id")?,
        order: row.parsed("order_id")?,
        owner: owner::read(row)?,
        address: MailAddress::restore(row.string("address")?),
        language: row.with("language", Language::from_code)?,
        state: row.with("state", MailboxState::from_name)?,
        method: row.with("method", |number| Method::of(number, domain))?,
        code: CodeSeed {
            nonce: row.array("code_nonce")?,
            mac: row.array("code_mac")?,
            created_at: row.time("code_created_at")?,
            expires_at: row.time("code_expires_at")?,
            tries: row.number("code_tries")?,
        },
        initiated_at: row.time("initiated_at")?,
        valid_until: row.time("valid_until")?,
        sent_at: row.maybe_time("sent_at")?,
        confirmed_at: row.maybe_time("confirmed_at")?,
        confirmed_by: row.maybe_with("confirmed_by", ConfirmChannel::from_name)?,
        reused_from: row.maybe_parsed("reused_from")?,
        doubt: read_doubt(row)?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(mailbox, row.version()?))
}

/// What was found; the words on it have columns of their own.
fn found(doubt: &Doubt) -> Json {
    json::object([
        ("source", json::text(&doubt.source)),
        ("evidence", json::text(&doubt.evidence)),
    ])
}

fn read_doubt(row: Fields<'_>) -> Result<Option<Doubt>, Unreadable> {
    let found = row.maybe_json("doubt")?;
    let proposal = row.maybe_json("proposal")?;
    let decision = row.maybe_json("decision")?;
    let (found, proposal) = match (found, proposal, &decision) {
        (None, None, None) => return Ok(None),
        (Some(found), Some(proposal), _) => (found, proposal),
        _ => return Err(Unreadable::new("doubt", "half of it")),
    };
    let members = Members::of("doubt", &found)?;
    Ok(Some(Doubt {
        source: members.text("source")?,
        evidence: members.text("evidence")?,
        proposal: read_verdict(&proposal)?,
        decision: decision.as_ref().map(read_verdict).transpose()?,
    }))
}

fn read_address_use(row: &dyn Columns) -> Result<Loaded<AddressUse>, Unreadable> {
    let row = Fields::of(row);
    let sent = json::list("sent", &row.json("sent")?, |item| {
        let millis = item.as_i64();
        millis
            .map(Timestamp::from_millis)
            .ok_or_else(|| Unreadable::new("sent", "no instant"))
    })?;
    let abuse_key = row.string("abuse_key")?;
    Ok(Loaded::restore(
        AddressUse { abuse_key, sent },
        row.version()?,
    ))
}

/// The list of a validation, and of those that took over what it confirms now.
pub(super) fn proof_ids(query: Query, proof: MailboxId) -> Query {
    let query = query
        .sql("(SELECT ")
        .bind(SqlValue::text(proof))
        .sql(" UNION ALL SELECT m.id FROM ");
    taken_over(query, proof).sql(")")
}

/// Validations `m` that took over what `proof` confirms now: what is made of the proof is made of
/// these, and of no others.
fn taken_over(query: Query, proof: MailboxId) -> Query {
    query
        .sql(
            "mailbox AS p JOIN mailbox AS m ON m.reused_from = p.id \
             AND m.confirmed_at IS NOT DISTINCT FROM p.confirmed_at WHERE p.id = ",
        )
        .bind(SqlValue::text(proof))
}

/// What a validation took over still stands (`MailboxValidation::stands_on`).
const STANDS: &str = " AND (reused_from IS NULL OR EXISTS (SELECT 1 FROM mailbox AS p \
     WHERE p.id = mailbox.reused_from AND p.state IN ('verified', 'superseded') \
     AND p.confirmed_at = mailbox.confirmed_at))";

#[async_trait]
impl<F: Fetch> Mailboxes for F {
    async fn mailbox(
        &self,
        id: MailboxId,
    ) -> Result<Option<Loaded<MailboxValidation>>, StoreError> {
        let query = Query::from("mailbox").eq("id", SqlValue::text(id));
        first(self, query, read).await
    }

    async fn verified_mailbox(
        &self,
        owner: &Owner,
        address: &MailAddress,
        at: Timestamp,
    ) -> Result<Option<Loaded<MailboxValidation>>, StoreError> {
        // The state as a literal: it names the partial index.
        let query = Query::new("SELECT * FROM mailbox WHERE state = 'verified'")
            .eq("method", SqlValue::text(Method::Email.number()))
            .eq("ra", SqlValue::text(&owner.ra))
            .eq("customer", SqlValue::maybe(owner.customer.as_ref()))
            .eq("address", SqlValue::text(address.as_str()))
            .sql(" AND valid_until > ")
            .bind(SqlValue::time(at))
            .sql(STANDS)
            .sql(" ORDER BY valid_until DESC")
            .limit(1);
        first(self, query, read).await
    }

    async fn mailboxes_reusing(
        &self,
        proof: MailboxId,
        confirmed_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError> {
        let query = Query::from("mailbox")
            .eq("reused_from", SqlValue::text(proof))
            .eq("state", SqlValue::text(MailboxState::Verified.name()))
            .sql(" AND confirmed_at <= ")
            .bind(SqlValue::time(confirmed_until))
            .limit(limit);
        all(self, query, read).await
    }

    async fn mailboxes_of_proof(
        &self,
        proof: MailboxId,
        limit: u32,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError> {
        let query = taken_over(Query::new("SELECT m.* FROM "), proof)
            .eq("m.state", SqlValue::text(MailboxState::Verified.name()))
            .limit(limit);
        all(self, query, read).await
    }

    async fn doubted_mailboxes(
        &self,
        page: &Page,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError> {
        // In the words of the partial index.
        let waiting = "SELECT * FROM mailbox WHERE proposal IS NOT NULL AND decision IS NULL";
        all(self, Query::new(waiting).page(page), read).await
    }

    async fn invalidated_mailboxes(
        &self,
        page: &Page,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError> {
        // In the words of the partial index. A rejected proposal leaves none of the two words.
        let decided = "SELECT * FROM mailbox WHERE decision IS NOT NULL";
        all(self, Query::new(decided).page(page), read).await
    }

    async fn mailboxes_fallen_with(
        &self,
        proof: MailboxId,
        limit: u32,
    ) -> Result<Vec<MailboxId>, StoreError> {
        // One that still says `verified` stands no more, and is ended by a job.
        let query = taken_over(Query::new("SELECT m.id AS id FROM "), proof)
            .sql(" AND m.state IN ('verified', 'invalidated') ORDER BY m.id")
            .limit(limit);
        all(self, query, |row| Fields::of(row).parsed("id")).await
    }

    async fn disowned_mailboxes(
        &self,
        page: &Page,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError> {
        // The state as a literal: it names the partial index.
        let query = Query::new("SELECT * FROM mailbox WHERE state = 'disowned'");
        all(self, query.page(page), read).await
    }

    async fn mailboxes(
        &self,
        ids: &[MailboxId],
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = Query::from("mailbox").any("id", ids.iter().map(SqlValue::text).collect());
        all(self, query, read).await
    }

    async fn domains_of(
        &self,
        ids: &[DomainControlId],
    ) -> Result<Vec<Loaded<DomainControl>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = ids.iter().map(SqlValue::text).collect();
        let query = Query::from("domain_control").any("id", ids);
        all(self, query, domain_control::read).await
    }

    async fn address_use(&self, abuse_key: &str) -> Result<Option<Loaded<AddressUse>>, StoreError> {
        let query = Query::from("address_use").eq("abuse_key", SqlValue::text(abuse_key));
        first(self, query, read_address_use).await
    }

    async fn has_mailed_for(
        &self,
        owner: &Owner,
        since: Timestamp,
        count: u32,
    ) -> Result<bool, StoreError> {
        let query = Query::new(CODES)
            .eq("ra", SqlValue::text(&owner.ra))
            .eq("customer", SqlValue::maybe(owner.customer.as_ref()));
        has_mailed(self, query, since, count).await
    }

    async fn has_mailed_by(
        &self,
        frontend: &IdentityName,
        since: Timestamp,
        count: u32,
    ) -> Result<bool, StoreError> {
        let query = Query::new(CODES).eq("ra", SqlValue::text(frontend));
        has_mailed(self, query, since, count).await
    }

    async fn has_mailed_to(
        &self,
        domain: &str,
        since: Timestamp,
        count: u32,
    ) -> Result<bool, StoreError> {
        let query = Query::new(CODES)
            .sql(" AND lower(substr(recipient, instr(recipient, '@') + 1)) = ")
            .bind(SqlValue::text(domain.to_ascii_lowercase()));
        has_mailed(self, query, since, count).await
    }
}

/// Mails with codes. The kind as a literal: it names the partial indexes.
const CODES: &str = "SELECT created_at FROM mail WHERE kind = 'verify-address'";

/// Whether there are so many of these since then: a step in an index each, no more.
async fn has_mailed<F: Fetch>(
    store: &F,
    query: Query,
    since: Timestamp,
    count: u32,
) -> Result<bool, StoreError> {
    let query = query
        .sql(" AND created_at >= ")
        .bind(SqlValue::time(since))
        .sql(" ORDER BY created_at LIMIT 1 OFFSET ")
        .bind(SqlValue::integer(count.saturating_sub(1)));
    let last = first(store, query, |row| Fields::of(row).time("created_at")).await?;
    Ok(last.is_some())
}
