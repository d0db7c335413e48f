//! Each table beside what the log says of it.

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings,
    rule::Rule,
};
use crate::adapters::sql::{query::Query, value::Fields};

/// Rows that one question names: damage without end fills no memory.
pub(super) const NAMED: u32 = 1000;
/// A row's time is its decision's, an entry's its commit's; between them a clock may be set.
const NEAR: &str = "86400000";

/// A table that the log tells of.
struct Told {
    table: &'static str,
    /// The key as [`super::said`] spells it.
    key: &'static str,
    /// Every row is in the log.
    whole: bool,
    /// Columns that entries tell.
    columns: &'static [&'static str],
}

const fn told(table: &'static str, key: &'static str, columns: &'static [&'static str]) -> Told {
    Told {
        table,
        key,
        whole: true,
        columns,
    }
}

const TABLES: &[Told] = &[
    told(
        "identity",
        "t.name",
        &[
            "role",
            "credential_kind",
            "credential",
            "qualified_until",
            "granted_from",
            "granted_until",
            "~created_at",
            "~disabled_at",
        ],
    ),
    told(
        "orders",
        "t.id",
        &[
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
            "~created_at",
        ],
    ),
    told(
        "subject_data",
        "t.id",
        &[
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
            "~submitted_at",
            "case_id",
            "verified",
            "needed",
            "message",
            "answer_until",
            "doubt",
            "proposed",
            "acting_for",
            "~created_at",
        ],
    ),
    told(
        "document",
        "t.id",
        &[
            "subject_data",
            "kind",
            "description",
            "file_name",
            "media_type",
            "size",
            "sha256",
            "case_id",
            "brought_by",
            "scan",
            "finding",
            "~scanned_at",
            "~erased_at",
            "~received_at",
        ],
    ),
    told(
        "validation_case",
        "t.id",
        &[
            "subject_data",
            "state",
            "lookup",
            "claimed_by",
            "claimed_until",
            "facts",
            "proposal",
            "decision",
            "asked",
            "~asked_at",
            "answer_until",
            "~created_at",
        ],
    ),
    told(
        "evidence",
        "t.id",
        &[
            "case_id",
            "kind",
            "source",
            "description",
            "document",
            "register",
            "reached_at",
            "person",
            "found_in",
            "issued_on",
            "sha256",
            "obtained_at",
            "recorded_by",
            "~recorded_at",
        ],
    ),
    told(
        "data_lookup",
        "t.id",
        &[
            "subject_data",
            "register",
            "result",
            "against",
            "sha256",
            "obtained_at",
            "recorded_by",
            "~created_at",
        ],
    ),
    told(
        "mailbox",
        "t.id",
        &[
            "order_id",
            "address",
            "language",
            "state",
            "code_created_at",
            "code_expires_at",
            "code_tries",
            "initiated_at",
            "valid_until",
            "confirmed_by",
            "~confirmed_at",
            "reused_from",
            "doubt",
            "proposal",
            "decision",
            "~created_at",
        ],
    ),
    Told {
        table: "mail",
        key: "t.id",
        whole: false,
        columns: &[
            "kind",
            "object",
            "order_id",
            "language",
            "recipient",
            "state",
            "attempts",
        ],
    },
    Told {
        table: "notification",
        key: "t.id",
        whole: false,
        columns: &["code", "tab", "object", "~created_at"],
    },
    told(
        "feed",
        "CAST(t.pos AS TEXT)",
        &["type", "object", "created_at"],
    ),
    told(
        "webhook",
        "t.id",
        &[
            "ra",
            "customer",
            "place",
            "url",
            "types",
            "state",
            "round",
            "begins_after",
            "~created_at",
        ],
    ),
    told(
        "activation",
        "t.id",
        &[
            "order_id",
            "state",
            "subject_data",
            "mailbox",
            "replaces",
            "common_name",
            "fields",
            "spki_sha256",
            "statements",
            "acting_for",
            "refusal",
            "certificate",
            "~submitted_at",
        ],
    ),
    told(
        "intent",
        "t.serial",
        &[
            "issuer",
            "activation_id",
            "crl_partition",
            "tbs_sha256",
            "profile",
            "profile_sha256",
            "lint_rules",
            "lint_findings",
            "boot",
            "not_after",
            "~recorded_at",
            "~settled_at",
        ],
    ),
    told(
        "rests_on",
        "t.serial || ' ' || t.aggregate || ' ' || t.id",
        &["issuer", "row_version"],
    ),
    told(
        "domain_control",
        "t.id",
        &[
            "ra",
            "customer",
            "method",
            "domain",
            "record",
            "value",
            "state",
            "value_until",
            "valid_until",
            "looks",
            "looked_at",
            "verdict",
            "quorum",
            "seen",
            "~proven_at",
            "~created_at",
        ],
    ),
    told(
        "caa_check",
        "t.id",
        &[
            "domain",
            "verdict",
            "reason",
            "issuers",
            "~checked_at",
            "usable_until",
        ],
    ),
    told(
        "certificate",
        "t.id",
        &[
            "serial",
            "sha256",
            "replaces",
            "replaced_until",
            "~created_at",
        ],
    ),
    told(
        "revoked",
        "t.serial",
        &["issuer", "crl_partition", "reason", "revoked_at"],
    ),
    told(
        "revocation",
        "t.id",
        &[
            "certificate_id",
            "issuer",
            "serial",
            "crl_partition",
            "ra",
            "customer",
            "order_id",
            "reason",
            "compromised_at",
            "note",
            "requested_by",
            "acting_for",
            "state",
            "created_at",
            "publish_by",
            "crl_number",
            "~published_at",
        ],
    ),
    told(
        "revocation_list",
        "t.issuer || '/' || t.crl_partition || '/' || t.number",
        &[
            "state",
            "tbs_sha256",
            "this_update",
            "next_update",
            "entries",
            "boot",
            "lint_rules",
            "lint_findings",
        ],
    ),
    told("profile", "t.name", &["sha256", "~retired_at"]),
    told(
        "text",
        "t.kind || ' ' || t.name || ' ' || t.sha256",
        &["~kept_at"],
    ),
    told(
        "blocked_key",
        "t.id",
        &[
            "!algorithm",
            "!bits",
            "!evidence",
            "!blocked_by",
            "^created_at",
        ],
    ),
    Told {
        table: "instance",
        key: "t.boot",
        whole: false,
        columns: &["^started_at"],
    },
];

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
