//! How SQLite goes about the questions: a database of years is judged in a time that grows with it,
//! not with its square.

use std::collections::BTreeMap;

use super::{
    super::{content, lists, said},
    *,
};
use crate::adapters::sqlite::migrate;

/// Columns of which few rows have the same value.
const FEW_ROWS: &[&str] = &[
    "id",
    "rowid",
    "serial",
    "object",
    "order_id",
    "activation",
    "activation_id",
    "certificate",
    "certificate_id",
    "case_id",
    "replaces",
    "fingerprint",
    "number",
    "name",
    "abuse_key",
];

/// A step of a plan: that above it, and what it does.
type Step = (i64, String);

fn is_loop(text: &str) -> bool {
    text.starts_with("SCAN ") || text.starts_with("SEARCH ")
}

/// Reads a few rows, however many there are.
fn is_narrow(text: &str) -> bool {
    let by = |column: &&str| {
        [format!("({column}=?"), format!(" {column}=?")]
            .iter()
            .any(|part| text.contains(part))
    };
    text.contains("VIRTUAL TABLE") || text.starts_with("SEARCH ") && FEW_ROWS.iter().any(by)
}

/// Steps that are taken again for each row of another and read a table from end to end, be it to
/// make an index of it.
fn repeated(plan: &BTreeMap<i64, Step>) -> Vec<&str> {
    let mut found = Vec::new();
    for (id, (parent, text)) in plan {
        if !is_loop(text) {
            continue;
        }
        let is_inner = plan
            .range(..id)
            .any(|(_, (beside, text))| beside == parent && is_loop(text));
        let mut above = plan.get(parent);
        let mut is_correlated = false;
        while let Some((parent, text)) = above {
            is_correlated |= text.starts_with("CORRELATED");
            above = plan.get(parent);
        }
        let is_made_again = is_correlated && text.contains(" AUTOMATIC ");
        if is_made_again || (is_inner || is_correlated) && !is_narrow(text) {
            found.push(text.as_str());
        }
    }
    found
}

#[tokio::test]
async fn no_question_reads_a_table_again_for_every_row() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.db");
    migrate(&path).await.unwrap();
    let tables = [said::CREATE, content::CREATE, lists::CREATE];
    let mut snapshot = Snapshot::beside(&path, &tables).await.unwrap();
    let mut wrong = Vec::new();
    for (table, rule, sql) in QUESTIONS.into_iter().flatten() {
        let explain = Query::new(&format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = snapshot.rows(explain).await.unwrap();
        let mut plan = BTreeMap::new();
        for row in &rows {
            let row = Fields::of(row);
            let step = (
                row.integer("parent").unwrap(),
                row.string("detail").unwrap(),
            );
            plan.insert(row.integer("id").unwrap(), step);
        }
        assert!(plan.values().any(|(_, text)| is_loop(text)), "{sql}");
        for step in repeated(&plan) {
            wrong.push(format!("{table} {rule:?}: {step} in {sql}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
