//! Tables beside each other: what names another row agrees with it, and whose a row is.
//!
//! Together with [`super::compare`] this proves columns that no entry repeats: a certificate's
//! owner is its order's, and the log tells the order's.

mod ceilings;
mod issuance;
mod owners;
mod registration;
mod telling;
mod texts;

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings,
    compare::{NAMED, name},
    rule::Rule,
};

use crate::adapters::sql::{query::Query, value::Fields};

/// A table, its rule and the rows against it, as `id` and the column at fault.
type Question = (&'static str, Rule, &'static str);

/// The questions by what they are about.
const QUESTIONS: [&[Question]; 6] = [
    issuance::QUESTIONS,
    texts::QUESTIONS,
    registration::QUESTIONS,
    owners::QUESTIONS,
    telling::QUESTIONS,
    ceilings::QUESTIONS,
];

/// Rows that name a row which is not there, in whatever table.
const DANGLING: &str = "SELECT \"table\" AS tbl, parent AS col \
     FROM pragma_foreign_key_check";

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    for (table, rule, sql) in QUESTIONS.into_iter().flatten() {
        findings.step(table);
        name(snapshot, table, sql, *rule, findings).await?;
    }
    for row in snapshot.rows(Query::new(DANGLING).limit(NAMED)).await? {
        let row = Fields::of(&row);
        let (table, parent) = (row.string("tbl")?, row.string("col")?);
        let object = format!("{table} {parent}");
        findings.demand(false, object, Rule::Dangling);
    }
    Ok(())
}

#[cfg(test)]
mod damage;
#[cfg(test)]
mod plan;
