//! Each question is asked of a sound database, where it finds nothing, and of the same with its
//! damage, where it finds that.

mod sound;

use sqlx::{AssertSqlSafe, SqliteConnection, raw_sql};

use super::*;

/// For each question, in their order: all that is found, in the order of the questions, and what
/// is done by a foreign hand.
const DAMAGES: [&str; 6] = [ISSUANCE, TEXTS, REGISTRATION, OWNERS, TELLING, CEILINGS];

const ISSUANCE: &str = r"
intent 01 <- INSERT INTO temp.said VALUES ('intent', '01', '#intents', 2)
revocation_list i/0/7 <- INSERT INTO temp.said VALUES ('revocation_list', 'i/0/7', '#intents', 2)
intent 01 <- INSERT INTO temp.said VALUES ('intent', '01', '#issued', 2)
intent 01 settled_at <- UPDATE intent SET settled_at = NULL WHERE serial = '01'
responder 06 <- INSERT INTO temp.said VALUES ('responder', '06', '#intents', 2)
responder 06 serial <- INSERT INTO intent SELECT issuer, '06', version, activation_id, crl_partition, tbs, tbs_sha256, profile, profile_sha256, lint_rules, lint_findings, not_after, boot, state, recorded_at, settled_at FROM intent WHERE serial = '05'; INSERT INTO rests_on SELECT issuer, '06', aggregate, id, row_version FROM rests_on WHERE serial = '05'
responder 06 settled_at <- UPDATE responder SET settled_at = NULL WHERE serial = '06'
rests_on 01 subject_data <- DELETE FROM rests_on WHERE serial = '01' AND aggregate = 'subject_data'
rests_on 01 mailbox <- DELETE FROM rests_on WHERE serial = '01' AND aggregate = 'mailbox'
rests_on 02 mailbox_proof <- DELETE FROM rests_on WHERE serial = '02' AND aggregate = 'mailbox_proof'
rests_on 01 caa_check <- DELETE FROM rests_on WHERE serial = '01' AND aggregate = 'caa_check'
rests_on 05 domain_control <- DELETE FROM rests_on WHERE serial = '05' AND aggregate = 'domain_control'
rests_on 05 quorum <- UPDATE caa_check SET quorum = NULL WHERE id = 'q5'
certificate c1 <- DELETE FROM intent WHERE serial = '01'
certificate c1 intent <- UPDATE intent SET crl_partition = 9 WHERE serial = '01'
certificate c1 activation <- UPDATE activation SET spki_sha256 = x'01' WHERE id = 'a1'
certificate c1 order <- UPDATE certificate SET product = 'q' WHERE id = 'c1'
certificate c4 replaces <- UPDATE certificate SET subject = 'x' WHERE id = 'c4'
certificate c4 replaces <- UPDATE certificate SET replaced_until = NULL WHERE id = 'c4'
certificate 04 replaces <- UPDATE intent SET not_after = 901 WHERE serial = '04'; UPDATE certificate SET not_after = 901 WHERE id = 'c4'
certificate c1 mailbox <- UPDATE activation SET mailbox = 'm2' WHERE id = 'a1'; UPDATE orders SET mailbox = 'm2' WHERE id = 'o1'; INSERT INTO rests_on VALUES ('i', '01', 'mailbox', 'm2', 1), ('i', '01', 'mailbox_proof', 'm5', 1)
certificate c3 activation, certificate c3 replaces, certificate c3 <- UPDATE intent SET activation_id = 'a4' WHERE serial = '03'; UPDATE certificate SET activation_id = 'a4' WHERE id = 'c3'
activation a1 order <- UPDATE orders SET mailbox = 'm2' WHERE id = 'o1'
activation a1 <- UPDATE activation SET state = 'running' WHERE id = 'a1'
live_activation o2 <- INSERT INTO live_activation VALUES ('o2', 'a1')
revocation v certificate_id <- UPDATE revocation SET serial = '09'
revocation v crl_number <- UPDATE revocation_list SET state = 'recorded'
revoked 02 intent, revoked 06 intent <- UPDATE revoked SET not_after = 901
instance z <- UPDATE intent SET boot = 'z' WHERE serial = '01'
instance b lease_until <- UPDATE instance SET lease_until = 0
";

const TEXTS: &str = r"
intent 01 profile_sha256 <- UPDATE intent SET profile_sha256 = x'cd' WHERE serial = '01'; INSERT INTO text VALUES ('profile', 'p', 'cd', x'', 0)
intent 01 profile_sha256 <- UPDATE intent SET profile_sha256 = x'cd' WHERE serial = '01'; INSERT INTO temp.said VALUES ('profile_form', 'p cd', '', 1)
intent 01 lint_rules <- UPDATE intent SET lint_rules = 'm' WHERE serial = '01'
revocation_list i/0/7 lint_rules <- UPDATE revocation_list SET lint_rules = 'm'
responder 06 lint_rules <- UPDATE responder SET lint_rules = 'm'
activation a1 statements <- UPDATE activation SET statements = replace(statements, 'aa', 'ab') WHERE id = 'a1'
subject_data s statements <- UPDATE subject_data SET statements = replace(statements, 'aa', 'ab')
text key_rules k <- DELETE FROM text WHERE kind = 'key_rules'
";

const REGISTRATION: &str = r"
orders o1 renewed_by <- UPDATE orders SET renewed_by = 'o3' WHERE id = 'o1'
mailbox m4 reused_from <- UPDATE mailbox SET address = 'z@x.example' WHERE id = 'm4'
mailbox m6 domain_control <- UPDATE domain_control SET domain = 'z.example'
document d case_id <- UPDATE document SET subject_data = 't'
validation_case k country <- UPDATE validation_case SET country = 'DE'
validation_case k evidence <- UPDATE evidence SET sha256 = x'cd'
validation_case k evidence <- DELETE FROM evidence
evidence e found_in <- UPDATE evidence SET found_in = 'z'
webhook w place <- UPDATE webhook SET place = 11
webhook w booked_round <- UPDATE webhook SET booked_round = 1
webhook w delivered <- UPDATE webhook SET delivered = 99
";

const OWNERS: &str = r"
certificate c4, notification c4 <- UPDATE certificate SET customer = 'z' WHERE id = 'c4'
orders o2 renews <- UPDATE orders SET renews = 'c9' WHERE id = 'o2'
activation a1 <- UPDATE activation SET customer = 'z' WHERE id = 'a1'
mailbox m3 <- UPDATE mailbox SET customer = 'z' WHERE id = 'm3'
document d <- UPDATE document SET customer = 'z'
validation_case k <- UPDATE validation_case SET customer = 'z'
mail x <- UPDATE mail SET customer = NULL WHERE id = 'x'
notification nx <- INSERT INTO notification SELECT 'nx', version, ra, 'z', tab, code, order_id, object, created_at, read_at FROM notification WHERE id = 'nv'
notification ns <- UPDATE notification SET customer = 'z' WHERE id = 'ns'
feed 11 <- UPDATE feed SET customer = 'z' WHERE pos = 11
feed 1 <- UPDATE feed SET customer = 'z' WHERE pos = 1
feed 2 <- UPDATE feed SET customer = 'z' WHERE pos = 2
notification nw <- UPDATE notification SET customer = 'z' WHERE id = 'nw'
key_holder f <- UPDATE key_holder SET customer = 'z'
key_holder g <- INSERT INTO key_holder VALUES ('g', 'r', 'c', NULL)
";

const TELLING: &str = r"
job c3 revoke_superseded <- UPDATE job SET ended_at = 1 WHERE id = 'j3'
job m4 disown_reused <- UPDATE mailbox SET state = iif(id = 'm1', 'disowned', 'verified') WHERE id IN ('m1', 'm4')
job m4 invalidated_reused <- UPDATE mailbox SET decision = '{}' WHERE id = 'm1'; UPDATE mailbox SET state = 'verified' WHERE id = 'm4'
notification nv order_id <- UPDATE notification SET order_id = NULL WHERE id = 'nv'
notification w <- DELETE FROM notification WHERE id = 'nw'
webhook w <- DELETE FROM job WHERE id = 'jw'
job jz object <- INSERT INTO job SELECT 'jz', kind, 'z', slot, due, attempts, token, queued_at, ended_at, failures, fault_code, fault_text, failing_since, failed_at FROM job WHERE id = 'jw'
feed 1 order_id <- UPDATE feed SET order_id = 'o1' WHERE pos = 1
notification v <- DELETE FROM notification WHERE id = 'nv'
notification c1 <- DELETE FROM notification WHERE id = 'n1'
mail c1 <- UPDATE mail SET recipient = 'b' WHERE id = 'i1'
mail x state <- UPDATE job SET ended_at = 1 WHERE id = 'jx'
job jy object <- INSERT INTO job SELECT 'jy', kind, 'y', slot, due, attempts, token, queued_at, ended_at, failures, fault_code, fault_text, failing_since, failed_at FROM job WHERE id = 'jx'
address_use m1 <- UPDATE address_use SET sent = '[99]' WHERE abuse_key = 'a1@x.example'
";

const CEILINGS: &str = r#"
mailbox m1 valid_until <- UPDATE mailbox SET initiated_at = 1, valid_until = 2592000002 WHERE id = 'm1'
mailbox m6 domain_control, domain_control dc valid_until <- UPDATE domain_control SET valid_until = 34387200051
domain_control dc value_until <- UPDATE domain_control SET value_until = 2592000051
mailbox m1 code_expires_at <- UPDATE mailbox SET code_expires_at = 86400101 WHERE id = 'm1'
subject_data s verified <- UPDATE subject_data SET verified = '{"carries_days":826}'
orders o1 window_ends <- UPDATE orders SET created_at = 1, window_ends = 71280000002 WHERE id = 'o1'
validation_case k answer_until <- UPDATE validation_case SET asked_at = 1, answer_until = 7776000002
"#;

/// What this question names.
async fn found(database: &mut SqliteConnection, question: &Question) -> Vec<String> {
    let (table, _, sql) = question;
    let rows = sqlx::query(*sql).fetch_all(database).await.unwrap();
    let named = rows.iter().map(|row| {
        let row = Fields::of(row);
        let (id, column) = (row.string("id").unwrap(), row.string("col").unwrap());
        format!("{table} {id} {column}").trim_end().to_owned()
    });
    named.collect()
}

async fn all_found(database: &mut SqliteConnection) -> Vec<String> {
    let mut all = Vec::new();
    for question in QUESTIONS.into_iter().flatten() {
        all.extend(found(database, question).await);
    }
    all
}

#[tokio::test]
async fn each_question_finds_its_damage_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let mut database = sound::database(&dir.path().join("ca.db")).await;
    assert_eq!(all_found(&mut database).await, Vec::<String>::new());
    for (questions, damages) in QUESTIONS.into_iter().zip(DAMAGES) {
        let damages: Vec<&str> = damages.trim().lines().collect();
        assert_eq!(questions.len(), damages.len(), "{questions:?}");
        for (question, damage) in questions.iter().zip(damages) {
            let (names, sql) = damage.split_once(" <- ").unwrap();
            let sql = format!("SAVEPOINT damage; {sql}");
            raw_sql(AssertSqlSafe(sql))
                .execute(&mut database)
                .await
                .unwrap();
            let own = found(&mut database, question).await;
            assert!(!own.is_empty(), "{damage} is not found by {question:?}");
            assert_eq!(all_found(&mut database).await.join(", "), names, "{damage}");
            let back = raw_sql("ROLLBACK TO damage; RELEASE damage");
            back.execute(&mut database).await.unwrap();
        }
    }
}
