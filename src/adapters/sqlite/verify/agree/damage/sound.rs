//! A small database that agrees with itself: an order that was renewed, one whose certificate was
//! revoked, and one whose certificate was replaced by another.

use std::{collections::BTreeMap, path::Path};

use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection, raw_sql};

use crate::adapters::sqlite::{
    connection::writing,
    migrate,
    verify::{content, said},
};

/// Tables, and the columns of a row that matter here; the others are empty.
const ONCE: &str = r#"
audit_head: log = 'l', last_time = 500
instance: boot = 'b', started_at = 1, lease_until = 2
profile: name = 'p'
text: kind = 'profile', name = 'p', sha256 = 'ab'
text: kind = 'lint_rules', name = 'l'
text: kind = 'statement', name = 'st v1', sha256 = 'aa'
text: kind = 'key_rules', name = 'k'
temp.said: tbl = 'text', id = 'lint_rules l', col = ''
temp.said: tbl = 'key_text', id = 'key_rules k', col = ''
temp.said: tbl = 'profile_form', id = 'p ab', col = ''
temp.said: tbl = 'instance', id = 'b', col = ''
temp.held: fingerprint = 'f', ra = 'r', customer = 'c'
key_holder: fingerprint = 'f', ra = 'r', customer = 'c'
subject_data: id = 's', ra = 'r', customer = 'c', country = 'PL', statements = '[{"id":"st","version":1,"sha256":"aa"}]'
validation_case: id = 'k', subject_data = 's', ra = 'r', country = 'PL', evidence = '[{"id":"e","sha256":"ab"}]'
evidence: id = 'e', case_id = 'k', sha256 = x'ab'
document: id = 'd', subject_data = 's', ra = 'r', case_id = 'k'
notification: id = 'ns', ra = 'r', object = 's'
feed: ra = 'r', pos = 1, customer = 'c', object = 's'
webhook: id = 'w', ra = 'r', customer = 'c', place = 1, state = 'disabled'
job: id = 'jw', kind = 'serve_webhook', object = 'w'
notification: id = 'nw', ra = 'r', customer = 'c', object = 'w', code = 'webhook-disabled'
feed: ra = 'r', pos = 2, customer = 'c', object = 'w'
caa_check: id = 'q', domain = 'x.example', verdict = 'permitted'
caa_check: id = 'q5', domain = 'y.x.example', verdict = 'permitted', quorum = '5/5'
domain_control: id = 'dc', ra = 'r', customer = 'c', domain = 'x.example', created_at = 50, valid_until = 950
mailbox: id = 'm6', order_id = 'o1', ra = 'r', customer = 'c', address = 'a@y.x.example', domain_control = 'dc', initiated_at = 50, valid_until = 950
activation: id = 'a5', order_id = 'o1', ra = 'r', customer = 'c', subject_data = 's', mailbox = 'm6'
intent: issuer = 'i', serial = '05', activation_id = 'a5', profile = 'p', profile_sha256 = x'ab', lint_rules = 'l', not_after = 900, boot = 'b', state = 'abandoned', settled_at = 1
rests_on: issuer = 'i', serial = '05', aggregate = 'subject_data', id = 's'
rests_on: issuer = 'i', serial = '05', aggregate = 'mailbox', id = 'm6'
rests_on: issuer = 'i', serial = '05', aggregate = 'domain_control', id = 'dc'
rests_on: issuer = 'i', serial = '05', aggregate = 'caa_check', id = 'q5'
orders: id = 'o4', number = '4', ra = 'r', customer = 'c', state = 'draft', renews = 'c1'
mailbox: id = 'm4', order_id = 'o4', ra = 'r', customer = 'c', address = 'a1@x.example', reused_from = 'm1'
mailbox: id = 'm5', order_id = 'o4', ra = 'r', customer = 'c', address = 'a2@x.example'
revocation: id = 'v', certificate_id = 'c2', issuer = 'i', serial = '02', ra = 'r', customer = 'c', order_id = 'o2', state = 'published', crl_number = 7
revoked: issuer = 'i', serial = '02', not_after = 900
revoked: issuer = 'i', serial = '06', not_after = 900
responder: issuer = 'i', serial = '06', key_name = 'k', lint_rules = 'l', not_after = 900, boot = 'b', state = 'abandoned', settled_at = 1
revocation_list: issuer = 'i', number = 7, state = 'signed', boot = 'b', lint_rules = 'l'
notification: id = 'nv', ra = 'r', customer = 'c', object = 'c2', order_id = 'o2', code = 'certificate-revoked'
mail: id = 'x', ra = 'r', customer = 'c', order_id = 'o1', state = 'queued'
job: id = 'jx', kind = 'send_mail', object = 'x'
job: id = 'j3', kind = 'revoke_superseded', object = 'c3'
"#;

/// An order, with the number of its certificate.
const ORDER: &str = "
orders: id = 'o{o}', number = '{o}', ra = 'r', customer = 'c', product = 'p', state = 'issued', subject_data = 's', mailbox = 'm{o}', activation = 'a{n}', certificate = 'c{n}'
mailbox: id = 'm{o}', order_id = 'o{o}', ra = 'r', customer = 'c', address = 'a{o}@x.example', code_created_at = 100
address_use: abuse_key = 'a{o}@x.example', sent = '[100]'
feed: ra = 'r', pos = 1{o}, customer = 'c', object = 'o{o}', order_id = 'o{o}'
";

/// A certificate, and the number of its order.
const ISSUED: &str = r#"
activation: id = 'a{n}', order_id = 'o{o}', ra = 'r', customer = 'c', state = 'issued', subject_data = 's', mailbox = 'm{o}', certificate = 'c{n}', statements = '[{"id":"st","version":1,"sha256":"aa"}]'
intent: issuer = 'i', serial = '0{n}', activation_id = 'a{n}', profile = 'p', profile_sha256 = x'ab', lint_rules = 'l', not_after = 900, boot = 'b', state = 'issued', settled_at = 1
rests_on: issuer = 'i', serial = '0{n}', aggregate = 'subject_data', id = 's'
rests_on: issuer = 'i', serial = '0{n}', aggregate = 'mailbox', id = 'm{o}'
rests_on: issuer = 'i', serial = '0{n}', aggregate = 'caa_check', id = 'q'
certificate: id = 'c{n}', issuer = 'i', serial = '0{n}', ra = 'r', customer = 'c', order_id = 'o{o}', activation_id = 'a{n}', product = 'p', mailbox = 'a{o}@x.example', not_after = 900
notification: id = 'n{n}', ra = 'r', customer = 'c', tab = 'new_certificates', code = 'certificate-issued', object = 'c{n}', order_id = 'o{o}'
mail: id = 'i{n}', kind = 'issued', ra = 'r', customer = 'c', order_id = 'o{o}', object = 'c{n}', recipient = 'a{o}@x.example', state = 'sent'
"#;

const LINKS: &str = "
UPDATE orders SET renewed_by = 'o4' WHERE id = 'o1';
UPDATE activation SET replaces = 'c3' WHERE id = 'a4';
UPDATE certificate SET replaces = 'c3', replaced_until = 800 WHERE id = 'c4';
UPDATE mailbox SET reused_from = 'm5' WHERE id = 'm2';
INSERT INTO rests_on VALUES ('i', '02', 'mailbox_proof', 'm5', 1);
";

pub(super) async fn database(path: &Path) -> SqliteConnection {
    migrate(path).await.unwrap();
    // A foreign hand asks no trigger.
    let options = writing(path).foreign_keys(false);
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    for trigger in database
        .fetch_all("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .await
        .unwrap()
    {
        let drop = format!("DROP TRIGGER {}", trigger.get::<String, _>("name"));
        database.execute(AssertSqlSafe(drop)).await.unwrap();
    }
    for table in [said::CREATE, content::CREATE] {
        database.execute(table).await.unwrap();
    }
    let mut rows = ONCE.to_owned();
    for (order, certificate) in [("1", "1"), ("2", "2"), ("3", "4")] {
        rows += &numbered(ORDER, order, certificate);
    }
    for (order, certificate) in [("1", "1"), ("2", "2"), ("3", "3"), ("3", "4")] {
        rows += &numbered(ISSUED, order, certificate);
    }
    for row in rows.lines().filter(|line| !line.is_empty()) {
        insert(&mut database, row).await;
    }
    raw_sql(LINKS).execute(&mut database).await.unwrap();
    database
}

fn numbered(rows: &str, order: &str, certificate: &str) -> String {
    rows.replace("{o}", order).replace("{n}", certificate)
}

async fn insert(database: &mut SqliteConnection, row: &str) {
    let (table, given) = row.split_once(": ").unwrap();
    let given = given
        .split(", ")
        .map(|part| part.split_once(" = ").unwrap());
    let mut values: BTreeMap<String, &str> = given
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let columns = sqlx::query("SELECT name, type FROM pragma_table_info($1) WHERE \"notnull\"")
        .bind(table.trim_start_matches("temp."))
        .fetch_all(&mut *database)
        .await;
    for column in columns.unwrap() {
        let empty = match column.get("type") {
            "INTEGER" => "0",
            "BLOB" => "x''",
            _ => "''",
        };
        values.entry(column.get("name")).or_insert(empty);
    }
    let names: Vec<&str> = values.keys().map(String::as_str).collect();
    let values: Vec<&str> = values.values().copied().collect();
    let sql = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        values.join(", ")
    );
    database.execute(AssertSqlSafe(sql)).await.unwrap();
}
