//! Data sets and the documents that belong to them.

use async_trait::async_trait;
use serde_json::Value as Json;

use super::{
    document,
    json::{self, Members},
    owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        document::{Document, Scan},
        id::{DocumentId, SubjectDataId},
        owner::Owner,
        subject_data::{
            SubjectData, SubjectDataState, VerificationMethod, VerifiedFacts, need::Need,
        },
        text::{Country, Text},
        timestamp::Timestamp,
    },
    policy::access::ReadScope,
    ports::store::{Page, StoreError, registration::SubjectDataSets},
};

pub static TABLE: Table = Table {
    name: "subject_data",
    key: 1,
    columns: &[
        "id",
        "version",
        "ra",
        "customer",
        "revision",
        "previous",
        "organization",
        "abbreviation",
        "country",
        "state_or_province",
        "locality",
        "register",
        "register_number",
        "state",
        "statements",
        "submitted_at",
        "case_id",
        "verified",
        "needed",
        "message",
        "answer_until",
        "doubt",
        "doubted_at",
        "proposed",
        "acting_for",
        "created_at",
        "updated_at",
    ],
    fixed: &[
        "ra",
        "revision",
        "previous",
        "organization",
        "country",
        "state_or_province",
        "locality",
        "register",
        "register_number",
        "created_at",
    ],
    kept: &["acting_for"],
};

#[must_use]
pub fn record(data: &SubjectData, version: Version) -> Record {
    let [ra, customer] = owner::columns(&data.owner);
    let (register, number) = match &data.method {
        VerificationMethod::RegistrationNumber { register, number } => {
            (SqlValue::text(register), SqlValue::text(number))
        }
        VerificationMethod::Document => (SqlValue::Text(None), SqlValue::Text(None)),
    };
    vec![
        SqlValue::text(data.id),
        SqlValue::version(version),
        ra,
        customer,
        SqlValue::integer(data.revision),
        SqlValue::maybe(data.previous.as_ref()),
        SqlValue::text(&data.organization),
        SqlValue::maybe(data.abbreviation.as_ref()),
        SqlValue::text(data.country),
        SqlValue::text(&data.state_or_province),
        SqlValue::text(&data.locality),
        register,
        number,
        SqlValue::text(data.state.name()),
        SqlValue::json(&json::statements(&data.statements)),
        SqlValue::maybe_time(data.submitted_at),
        SqlValue::maybe(data.case.as_ref()),
        SqlValue::maybe_json(data.verified.as_ref().map(facts)),
        SqlValue::json(&needed(&data.needed)),
        SqlValue::maybe(data.message.as_ref()),
        SqlValue::maybe_time(data.answer_until),
        SqlValue::maybe(data.doubt.as_ref()),
        SqlValue::maybe_time(data.doubted_at),
        SqlValue::maybe(data.proposed.as_ref()),
        SqlValue::json(&json::acting_for(&data.acting_for)),
        SqlValue::time(data.created_at),
        SqlValue::time(data.updated_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<SubjectData>, Unreadable> {
    read_fields(Fields::of(row))
}

pub fn read_fields(row: Fields<'_>) -> Result<Loaded<SubjectData>, Unreadable> {
    let verified = row.maybe_json("verified")?;
    let data = SubjectData {
        id: row.parsed("id")?,
        owner: owner::read(row)?,
        revision: row.number("revision")?,
        previous: row.maybe_parsed("previous")?,
        organization: row.text("organization")?,
        abbreviation: row.maybe_text("abbreviation")?,
        country: row.with("country", Country::parse)?,
        state_or_province: row.text("state_or_province")?,
        locality: row.text("locality")?,
        method: read_method(row)?,
        state: row.with("state", SubjectDataState::from_name)?,
        statements: json::read_statements(&row.json("statements")?)?,
        submitted_at: row.maybe_time("submitted_at")?,
        case: row.maybe_parsed("case_id")?,
        verified: verified.as_ref().map(read_facts).transpose()?,
        needed: json::list("needed", &row.json("needed")?, read_need)?,
        message: row.maybe_text("message")?,
        answer_until: row.maybe_time("answer_until")?,
        doubt: row.maybe_text("doubt")?,
        doubted_at: row.maybe_time("doubted_at")?,
        proposed: row.maybe_parsed("proposed")?,
        acting_for: json::read_acting_for(&row.json("acting_for")?)?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(data, row.version()?))
}

fn needed(needed: &[Need]) -> Json {
    needed.iter().map(|need| need.name()).collect()
}

fn read_need(json: &Json) -> Result<Need, Unreadable> {
    let need = json.as_str().and_then(Need::from_name);
    need.ok_or_else(|| Unreadable::new("needed", "no need of ours"))
}

fn read_method(row: Fields<'_>) -> Result<VerificationMethod, Unreadable> {
    let register = row.maybe_string("register")?;
    match (register, row.maybe_string("register_number")?) {
        (Some(register), Some(number)) => {
            Ok(VerificationMethod::RegistrationNumber { register, number })
        }
        (None, None) => Ok(VerificationMethod::Document),
        _ => Err(Unreadable::new("register", "register without number")),
    }
}

fn facts(facts: &VerifiedFacts) -> Json {
    let representatives = facts.representatives.iter().filter_map(json::text);
    json::object([
        ("organization", json::text(&facts.organization)),
        (
            "organization_identifier",
            json::text(&facts.organization_identifier),
        ),
        ("country", json::text(&facts.country)),
        (
            "state_or_province",
            json::maybe(facts.state_or_province.as_ref()),
        ),
        ("locality", json::maybe(facts.locality.as_ref())),
        (
            "organization_checked_at",
            json::time(facts.organization_checked_at),
        ),
        (
            "authority_checked_at",
            json::time(facts.authority_checked_at),
        ),
        (
            "organization_paper_of",
            facts.organization_paper_of.and_then(json::time),
        ),
        (
            "authority_paper_of",
            facts.authority_paper_of.and_then(json::time),
        ),
        ("representatives", Some(representatives.collect())),
        ("carries_days", Some(facts.carries_days.into())),
        ("decided_at", json::time(facts.decided_at)),
    ])
}

fn read_facts(json: &Json) -> Result<VerifiedFacts, Unreadable> {
    let members = Members::of("verified", json)?;
    let person = |item: &Json| {
        let name = item.as_str().and_then(|name| Text::parse(name).ok());
        name.ok_or_else(|| members.fault("representatives"))
    };
    Ok(VerifiedFacts {
        organization: members.text("organization")?,
        organization_identifier: members.text("organization_identifier")?,
        country: members.with("country", Country::parse)?,
        state_or_province: members.maybe_text("state_or_province")?,
        locality: members.maybe_text("locality")?,
        organization_checked_at: members.time("organization_checked_at")?,
        authority_checked_at: members.time("authority_checked_at")?,
        organization_paper_of: members.maybe_time("organization_paper_of")?,
        authority_paper_of: members.maybe_time("authority_paper_of")?,
        representatives: members.list("representatives", person)?,
        carries_days: members.number("carries_days")?,
        decided_at: members.time("decided_at")?,
    })
}

#[async_trait]
impl<F: Fetch> SubjectDataSets for F {
    async fn subject_data(
        &self,
        scope: &ReadScope,
        id: SubjectDataId,
    ) -> Result<Option<Loaded<SubjectData>>, StoreError> {
        let query = Query::from("subject_data")
            .eq("id", SqlValue::text(id))
            .visible_to(scope);
        first(self, query, read).await
    }

    async fn subject_data_sets(
        &self,
        scope: &ReadScope,
        states: &[SubjectDataState],
        page: &Page,
    ) -> Result<Vec<Loaded<SubjectData>>, StoreError> {
        let states = states.iter().map(|s| SqlValue::text(s.name()));
        let query = Query::from("subject_data")
            .visible_to(scope)
            .any("state", states.collect())
            .page(page);
        all(self, query, read).await
    }

    async fn subject_data_of(
        &self,
        scope: &ReadScope,
        ids: &[SubjectDataId],
    ) -> Result<Vec<Loaded<SubjectData>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = Query::from("subject_data")
            .any("id", ids.iter().map(SqlValue::text).collect())
            .visible_to(scope);
        all(self, query, read).await
    }

    async fn documents(&self, id: SubjectDataId) -> Result<Vec<Document>, StoreError> {
        let query = Query::from("document")
            .eq("subject_data", SqlValue::text(id))
            .sql(" ORDER BY received_at, id");
        let found = all(self, query, document::read).await?;
        Ok(found.iter().map(|one| Document::clone(one)).collect())
    }

    async fn document(&self, id: DocumentId) -> Result<Option<Loaded<Document>>, StoreError> {
        let query = Query::from("document").eq("id", SqlValue::text(id));
        first(self, query, document::read).await
    }

    /// Data that nobody has adopted yet have no customer, nor have their documents.
    async fn given_by(
        &self,
        owner: &Owner,
        sha256: &[[u8; 32]],
    ) -> Result<Vec<[u8; 32]>, StoreError> {
        if sha256.is_empty() {
            return Ok(Vec::new());
        }
        let [ra, customer] = owner::columns(owner);
        let query = Query::new("SELECT DISTINCT sha256 FROM document WHERE case_id IS NULL")
            .any(
                "sha256",
                sha256.iter().map(|one| SqlValue::blob(one)).collect(),
            )
            .eq("ra", ra)
            .sql(" AND (customer IS NULL OR customer = ")
            .bind(customer)
            .sql(")");
        all(self, query, |row| Fields::of(row).array("sha256")).await
    }

    async fn documents_among(&self, ids: &[DocumentId]) -> Result<Vec<Document>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = ids.iter().map(SqlValue::text).collect();
        let found = all(self, Query::from("document").any("id", ids), document::read).await?;
        Ok(found.iter().map(|one| Document::clone(one)).collect())
    }

    async fn not_scanned(&self, after: Option<DocumentId>) -> Result<Vec<DocumentId>, StoreError> {
        let query = Query::from("document")
            .eq("scan", SqlValue::text(Scan::NotScanned.name()))
            .sql(" AND erased_at IS NULL AND id > ")
            .bind(after.map_or_else(|| SqlValue::text(""), SqlValue::text))
            .sql(" ORDER BY id LIMIT 200");
        all(self, query, |row| Fields::of(row).parsed("id")).await
    }

    async fn relied_until(&self, id: SubjectDataId) -> Result<Option<Timestamp>, StoreError> {
        let query = Query::new(
            "SELECT c.not_after AS ends FROM orders AS o JOIN certificate AS c ON c.id = o.certificate \
             WHERE o.subject_data = ",
        )
        .bind(SqlValue::text(id))
        .sql(" ORDER BY c.not_after DESC LIMIT 1");
        first(self, query, |row| Fields::of(row).time("ends")).await
    }
}
