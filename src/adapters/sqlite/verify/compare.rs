//! Each table beside what the log says of it.

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings,
    rule::Rule,
    told::{TABLES, Told},
};
use crate::adapters::sql::{query::Query, value::Fields};

/// Rows that one question names: damage without end fills no memory.
pub(super) const NAMED: u32 = 1000;
/// A row's time is its decision's, an entry's its commit's; between them a clock may be set.
const NEAR: &str = "86400000";

/// The checks of a case are members of a list.
const CHECKS: &str = "SELECT s.id AS id, s.col AS col FROM temp.said AS s \
     JOIN validation_case AS t ON t.id = s.id WHERE s.tbl = 'check' AND s.value IS NOT char(1) \
     AND s.value IS NOT (SELECT c.value FROM \
     json_each(iif(json_valid(t.checks), t.checks, '[]')) AS c \
     WHERE json_extract(c.value, '$.kind') = s.col)";

/// Who worked on a case may not decide it: their names are members of a list.
const EDITOR_UNTOLD: &str = "SELECT t.id AS id, 'editors' AS col FROM validation_case AS t, \
     json_each(iif(json_valid(t.editors), t.editors, '[]')) AS e \
     WHERE NOT EXISTS (SELECT 1 FROM temp.said AS s \
     WHERE s.tbl = 'editor' AND s.id = t.id || ' ' || e.value AND s.col = '')";
const EDITOR_MISSING: &str = "SELECT t.id AS id, 'editors' AS col FROM temp.said AS s \
     JOIN validation_case AS t ON t.id = substr(s.id, 1, instr(s.id, ' ') - 1) \
     WHERE s.tbl = 'editor' AND NOT EXISTS (SELECT 1 FROM \
     json_each(iif(json_valid(t.editors), t.editors, '[]')) AS e \
     WHERE t.id || ' ' || e.value = s.id)";

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    for told in TABLES {
        findings.step(told.table);
        one_table(snapshot, told, findings).await?;
    }
    for differing in [CHECKS, EDITOR_UNTOLD, EDITOR_MISSING] {
        let table = "validation_case";
        name(snapshot, table, differing, Rule::RowAltered, findings).await?;
    }
    Ok(())
}

async fn one_table(
    snapshot: &mut Snapshot,
    told: &Told,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let Told { table, key, .. } = told;
    let missing = format!(
        "SELECT s.id AS id, '' AS col FROM temp.said AS s WHERE s.tbl = '{table}' AND s.col = '' \
         AND s.id NOT IN (SELECT {key} FROM {table} AS t)"
    );
    name(snapshot, table, &missing, Rule::RowMissing, findings).await?;
    if told.whole {
        let untold = format!(
            "SELECT {key} AS id, '' AS col FROM {table} AS t WHERE NOT EXISTS (SELECT 1 \
             FROM temp.said AS s WHERE s.tbl = '{table}' AND s.id = {key} AND s.col = '')"
        );
        name(snapshot, table, &untold, Rule::RowUntold, findings).await?;
    }
    let exact = told.columns.iter().filter(|c| !c.starts_with(['~', '^']));
    let exact: String = exact.map(|column| when(table, column)).collect();
    let near = told.columns.iter().filter(|c| c.starts_with(['~', '^']));
    let near: String = near.map(|column| near_when(column)).collect();
    let mut differing = Vec::new();
    if !exact.is_empty() {
        differing.push(format!(
            "(CASE s.col{exact} ELSE s.value END) IS NOT s.value"
        ));
    }
    if !near.is_empty() {
        differing.push(format!("CASE s.col{near} ELSE 0 END"));
    }
    for differs in differing {
        let altered = format!(
            "SELECT s.id AS id, s.col AS col FROM {table} AS t CROSS JOIN temp.said AS s \
             ON s.tbl = '{table}' AND s.id = {key} \
             WHERE s.value IS NOT char(1) AND {differs}"
        );
        name(snapshot, table, &altered, Rule::RowAltered, findings).await?;
    }
    Ok(())
}

/// The column beside its telling.
fn when(table: &str, column: &str) -> String {
    let plain = column.trim_start_matches('!');
    let value = match (table, plain) {
        // That the mail left is the ledger's to say.
        ("mailbox", "state") => {
            "CASE t.state WHEN 'sent' THEN 'created' ELSE t.state END".to_owned()
        }
        _ => format!("t.{plain}"),
    };
    format!(" WHEN '{column}' THEN {value}")
}

/// Whether the column's time is far from its telling.
fn near_when(column: &str) -> String {
    let plain = column.trim_start_matches(['~', '^']);
    format!(
        " WHEN '{column}' THEN CASE WHEN s.value IS NULL THEN t.{plain} IS NOT NULL \
         ELSE coalesce(abs(t.{plain} - s.value) > {NEAR}, 1) END"
    )
}

pub(super) async fn name(
    snapshot: &mut Snapshot,
    table: &'static str,
    sql: &str,
    rule: Rule,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    for row in snapshot.rows(Query::new(sql).limit(NAMED)).await? {
        let row = Fields::of(&row);
        let (id, column) = (row.string("id")?, row.string("col")?);
        let column = column.trim_start_matches(['~', '!', '^', '#']);
        let object = match column {
            "" => format!("{table} {id}"),
            column => format!("{table} {id} {column}"),
        };
        findings.demand(false, object, rule);
    }
    Ok(())
}
