//! Validation cases.

use async_trait::async_trait;
use serde_json::Value as Json;

use super::{
    case_parts::{self, read_check, read_facts, read_verdict},
    evidence,
    json::{self, Members},
    owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        case::{Case, CaseState, Claim, Evidence, lookup::LookupState},
        id::{CaseId, EvidenceId},
        owner::IdentityName,
        text::Country,
    },
    ports::store::{
        Page, StoreError,
        registration::{CaseFilter, Cases},
    },
};

pub static TABLE: Table = Table {
    name: "validation_case",
    key: 1,
    columns: &[
        "id",
        "version",
        "subject_data",
        "ra",
        "customer",
        "country",
        "state",
        "lookup",
        "claimed_by",
        "claimed_until",
        "checks",
        "facts",
        "evidence",
        "editors",
        "proposal",
        "decision",
        "asked",
        "asked_at",
        "answer_until",
        "created_at",
        "updated_at",
    ],
    fixed: &["subject_data", "ra", "country", "created_at"],
    kept: &[],
};

#[must_use]
pub fn record(case: &Case, version: Version) -> Record {
    let [ra, customer] = owner::columns(&case.owner);
    let claim = case.claim.as_ref();
    let evidence = case.evidence.iter().map(|(id, sha256)| {
        json::object([("id", json::text(id)), ("sha256", json::bytes(sha256))])
    });
    let editors = case.editors.iter().filter_map(json::text);
    vec![
        SqlValue::text(case.id),
        SqlValue::version(version),
        SqlValue::text(case.subject_data),
        ra,
        customer,
        SqlValue::text(case.country),
        SqlValue::text(case.state.name()),
        SqlValue::text(case.lookup.name()),
        SqlValue::maybe(claim.map(|claim| &claim.by)),
        SqlValue::maybe_time(claim.map(|claim| claim.until)),
        SqlValue::json(&case.checks.iter().map(case_parts::check).collect()),
        SqlValue::maybe_json(case.facts.as_ref().map(case_parts::facts)),
        SqlValue::json(&evidence.collect()),
        SqlValue::json(&editors.collect()),
        SqlValue::maybe_json(case.proposal.as_ref().map(case_parts::verdict)),
        SqlValue::maybe_json(case.decision.as_ref().map(case_parts::verdict)),
        SqlValue::maybe(case.asked.as_ref()),
        SqlValue::maybe_time(case.asked_at),
        SqlValue::maybe_time(case.answer_until),
        SqlValue::time(case.opened_at),
        SqlValue::time(case.updated_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<Case>, Unreadable> {
    let row = Fields::of(row);
    let facts = row.maybe_json("facts")?;
    let proposal = row.maybe_json("proposal")?;
    let decision = row.maybe_json("decision")?;
    let case = Case {
        id: row.parsed("id")?,
        subject_data: row.parsed("subject_data")?,
        owner: owner::read(row)?,
        country: row.with("country", Country::parse)?,
        state: row.with("state", CaseState::from_name)?,
        lookup: row.with("lookup", LookupState::from_name)?,
        claim: read_claim(row)?,
        checks: json::list("checks", &row.json("checks")?, read_check)?,
        facts: facts.as_ref().map(read_facts).transpose()?,
        evidence: json::list("evidence", &row.json("evidence")?, read_evidence)?,
        editors: json::strings("editors", &row.json("editors")?, IdentityName::parse)?,
        proposal: proposal.as_ref().map(read_verdict).transpose()?,
        decision: decision.as_ref().map(read_verdict).transpose()?,
        asked: row.maybe_text("asked")?,
        asked_at: row.maybe_time("asked_at")?,
        answer_until: row.maybe_time("answer_until")?,
        opened_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(case, row.version()?))
}

/// A page of the queue.
#[must_use]
pub fn listed(filter: &CaseFilter, page: &Page) -> Query {
    let states = filter.states.iter().map(|s| SqlValue::text(s.name()));
    let mut query = Query::from("validation_case").any("state", states.collect());
    if let Some(person) = &filter.claimed_by {
        query = query.eq("claimed_by", SqlValue::text(person));
    }
    if let Some(now) = filter.held_at {
        query = query.sql(" AND claimed_until > ").bind(SqlValue::time(now));
    }
    if let Some(now) = filter.free_at {
        query = query
            .sql(" AND (claimed_until IS NULL OR claimed_until <= ")
            .bind(SqlValue::time(now))
            .sql(")");
    }
    if let Some(lookup) = filter.lookup {
        query = query.eq("lookup", SqlValue::text(lookup.name()));
    }
    if let Some(country) = filter.country {
        query = query.eq("country", SqlValue::text(country));
    }
    if filter.is_open_only() {
        // The words of the partial indexes, which serve only queries that say them: what has its
        // end grows for ever, and what is open does not.
        query = query.sql(" AND state NOT IN ('decided', 'closed')");
    }
    if let Some(before) = filter.opened_before {
        query = query.sql(" AND created_at < ").bind(SqlValue::time(before));
    }
    query.page(page)
}

fn read_claim(row: Fields<'_>) -> Result<Option<Claim>, Unreadable> {
    let by = row.maybe_with("claimed_by", IdentityName::parse)?;
    let until = row.maybe_time("claimed_until")?;
    Ok(by.zip(until).map(|(by, until)| Claim { by, until }))
}

fn read_evidence(json: &Json) -> Result<(EvidenceId, [u8; 32]), Unreadable> {
    let members = Members::of("evidence", json)?;
    let id = members.with("id", |text| text.parse().ok())?;
    Ok((id, members.array("sha256")?))
}

#[async_trait]
impl<F: Fetch> Cases for F {
    async fn case(&self, id: CaseId) -> Result<Option<Loaded<Case>>, StoreError> {
        let query = Query::from("validation_case").eq("id", SqlValue::text(id));
        first(self, query, read).await
    }

    async fn cases(
        &self,
        filter: &CaseFilter,
        page: &Page,
    ) -> Result<Vec<Loaded<Case>>, StoreError> {
        all(self, listed(filter, page), read).await
    }

    async fn evidence(&self, case: CaseId, id: EvidenceId) -> Result<Option<Evidence>, StoreError> {
        let query = Query::from("evidence")
            .eq("id", SqlValue::text(id))
            .eq("case_id", SqlValue::text(case));
        first(self, query, |row| evidence::read(row, self.contents())).await
    }

    async fn evidence_of(&self, case: CaseId) -> Result<Vec<Evidence>, StoreError> {
        let query = Query::from("evidence")
            .eq("case_id", SqlValue::text(case))
            .sql(" ORDER BY recorded_at, id");
        all(self, query, |row| evidence::read(row, self.contents())).await
    }
}
