//! Tables beside each other: what names another row agrees with it, and whose a row is.
//!
//! Together with [`super::compare`] this proves columns that no entry repeats: a certificate's
//! owner is its order's, and the log tells the order's.

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings,
    compare::{NAMED, name},
    rule::Rule,
};

use crate::adapters::sql::{query::Query, value::Fields};

/// A table, its rule and the rows against it, as `id` and the column at fault.
type Question = (&'static str, Rule, &'static str);

const QUESTIONS: &[Question] = &[
    (
        "intent",
        Rule::IntentTwice,
        "SELECT id, '' AS col FROM temp.said WHERE tbl = 'intent' AND col = '#intents' AND value > 1",
    ),
    (
        "revocation_list",
        Rule::IntentTwice,
        "SELECT id, '' AS col FROM temp.said WHERE tbl = 'revocation_list' AND col = '#intents' \
         AND value > 1",
    ),
    (
        "intent",
        Rule::IssuedTwice,
        "SELECT id, '' AS col FROM temp.said WHERE tbl = 'intent' AND col = '#issued' AND value > 1",
    ),
    (
        "intent",
        Rule::ProfileUnknown,
        "SELECT i.serial AS id, 'profile_sha256' AS col FROM intent AS i \
         WHERE (SELECT 1 FROM profile) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM temp.said AS s \
         WHERE s.tbl = 'profile_form' AND s.id = i.profile || ' ' || lower(hex(i.profile_sha256)) \
         AND s.col = '')",
    ),
    (
        "intent",
        Rule::TextMissing,
        "SELECT i.serial AS id, 'profile_sha256' AS col FROM intent AS i \
         WHERE (SELECT 1 FROM temp.said WHERE tbl = 'text') IS NOT NULL AND NOT EXISTS (SELECT 1 \
         FROM text AS t WHERE t.kind = 'profile' AND t.name = i.profile \
         AND t.sha256 = lower(hex(i.profile_sha256)))",
    ),
    (
        "intent",
        Rule::TextMissing,
        "SELECT i.serial AS id, 'lint_rules' AS col FROM intent AS i \
         WHERE (SELECT 1 FROM temp.said WHERE tbl = 'text') IS NOT NULL AND NOT EXISTS (SELECT 1 \
         FROM text AS t WHERE t.kind = 'lint_rules' AND t.name = i.lint_rules)",
    ),
    (
        "revocation_list",
        Rule::TextMissing,
        "SELECT l.issuer || '/' || l.crl_partition || '/' || l.number AS id, 'lint_rules' AS col \
         FROM revocation_list AS l WHERE (SELECT 1 FROM temp.said WHERE tbl = 'text') IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM text AS t WHERE t.kind = 'lint_rules' \
         AND t.name = l.lint_rules)",
    ),
    (
        "activation",
        Rule::TextMissing,
        "SELECT a.id AS id, 'statements' AS col FROM activation AS a, \
         json_each(iif(json_valid(a.statements), a.statements, '[]')) AS s \
         WHERE (SELECT 1 FROM temp.said WHERE tbl = 'text') IS NOT NULL AND NOT EXISTS (SELECT 1 \
         FROM text AS t WHERE t.kind = 'statement' AND t.name = json_extract(s.value, '$.id') \
         || ' v' || json_extract(s.value, '$.version') \
         AND t.sha256 = json_extract(s.value, '$.sha256'))",
    ),
    (
        "subject_data",
        Rule::TextMissing,
        "SELECT d.id AS id, 'statements' AS col FROM subject_data AS d, \
         json_each(iif(json_valid(d.statements), d.statements, '[]')) AS s \
         WHERE (SELECT 1 FROM temp.said WHERE tbl = 'text') IS NOT NULL AND NOT EXISTS (SELECT 1 \
         FROM text AS t WHERE t.kind = 'statement' AND t.name = json_extract(s.value, '$.id') \
         || ' v' || json_extract(s.value, '$.version') \
         AND t.sha256 = json_extract(s.value, '$.sha256'))",
    ),
    (
        "text",
        Rule::TextMissing,
        "SELECT s.id AS id, '' AS col FROM temp.said AS s WHERE s.tbl = 'key_text' \
         AND (SELECT 1 FROM temp.said WHERE tbl = 'text') IS NOT NULL AND s.id NOT IN (SELECT \
         kind || ' ' || name FROM text UNION SELECT kind || ' ' || sha256 FROM text)",
    ),
    (
        "intent",
        Rule::LinkDiffers,
        "SELECT serial AS id, 'settled_at' AS col FROM intent \
         WHERE (state = 'recorded') <> (settled_at IS NULL)",
    ),
    (
        "rests_on",
        Rule::GroundsMissing,
        "SELECT i.serial AS id, 'subject_data' AS col FROM intent AS i \
         JOIN activation AS a ON a.id = i.activation_id WHERE NOT EXISTS (SELECT 1 FROM rests_on AS r \
         WHERE r.issuer = i.issuer AND r.serial = i.serial AND r.aggregate = 'subject_data' \
         AND r.id = a.subject_data)",
    ),
    (
        "rests_on",
        Rule::GroundsMissing,
        "SELECT i.serial AS id, 'mailbox' AS col FROM intent AS i \
         JOIN activation AS a ON a.id = i.activation_id WHERE NOT EXISTS (SELECT 1 FROM rests_on AS r \
         WHERE r.issuer = i.issuer AND r.serial = i.serial AND r.aggregate = 'mailbox' \
         AND r.id = a.mailbox)",
    ),
    (
        "rests_on",
        Rule::GroundsMissing,
        "SELECT i.serial AS id, 'caa_check' AS col FROM intent AS i \
         JOIN activation AS a ON a.id = i.activation_id JOIN mailbox AS m ON m.id = a.mailbox \
         WHERE NOT EXISTS (SELECT 1 FROM rests_on AS r JOIN caa_check AS c ON c.id = r.id \
         WHERE r.issuer = i.issuer AND r.serial = i.serial AND r.aggregate = 'caa_check' \
         AND c.verdict = 'permitted' \
         AND c.domain = substr(m.address, instr(m.address, '@') + 1))",
    ),
    (
        "certificate",
        Rule::CertificateOrphan,
        "SELECT c.id AS id, '' AS col FROM certificate AS c LEFT JOIN intent AS i \
         ON i.issuer = c.issuer AND i.serial = c.serial WHERE i.serial IS NULL",
    ),
    (
        "certificate",
        Rule::LinkDiffers,
        "SELECT c.id AS id, 'intent' AS col FROM certificate AS c JOIN intent AS i \
         ON i.issuer = c.issuer AND i.serial = c.serial WHERE c.activation_id <> i.activation_id \
         OR c.crl_partition <> i.crl_partition OR c.not_after <> i.not_after",
    ),
    (
        "certificate",
        Rule::LinkDiffers,
        "SELECT c.id AS id, 'activation' AS col FROM certificate AS c LEFT JOIN activation AS a \
         ON a.id = c.activation_id WHERE a.order_id IS NOT c.order_id \
         OR a.certificate IS NOT c.id OR a.spki_sha256 IS NOT c.spki_sha256",
    ),
    (
        "certificate",
        Rule::LinkDiffers,
        "SELECT c.id AS id, 'order' AS col FROM certificate AS c LEFT JOIN orders AS o \
         ON o.id = c.order_id WHERE o.product IS NOT c.product OR (o.certificate IS c.id) = \
         EXISTS (SELECT 1 FROM certificate AS n WHERE n.replaces = c.id)",
    ),
    (
        "certificate",
        Rule::LinkDiffers,
        "SELECT n.id AS id, 'replaces' AS col FROM certificate AS n JOIN certificate AS c \
         ON c.id = n.replaces WHERE c.order_id <> n.order_id OR c.mailbox <> n.mailbox \
         OR c.subject <> n.subject OR n.replaced_until > c.not_after",
    ),
    (
        "certificate",
        Rule::LinkDiffers,
        "SELECT c.id AS id, 'replaces' AS col FROM certificate AS c JOIN activation AS a \
         ON a.id = c.activation_id WHERE a.replaces IS NOT c.replaces \
         OR (c.replaces IS NULL) <> (c.replaced_until IS NULL)",
    ),
    (
        "certificate",
        Rule::CertificateLength,
        "SELECT i.serial AS id, 'replaces' AS col FROM intent AS i JOIN activation AS a \
         ON a.id = i.activation_id JOIN certificate AS c ON c.id = a.replaces \
         WHERE i.not_after <> c.not_after",
    ),
    (
        "job",
        Rule::Unsaid,
        "SELECT c.id AS id, 'revoke_superseded' AS col FROM certificate AS c \
         JOIN certificate AS n ON n.replaces = c.id WHERE (SELECT 1 FROM job) IS NOT NULL \
         AND c.not_after > (SELECT max(last_time) FROM audit_head) \
         AND NOT EXISTS (SELECT 1 FROM revoked AS r WHERE r.issuer = c.issuer \
         AND r.serial = c.serial) AND NOT EXISTS (SELECT 1 FROM job AS j \
         WHERE j.kind = 'revoke_superseded' AND j.object = c.id AND j.ended_at IS NULL)",
    ),
    (
        "certificate",
        Rule::LinkDiffers,
        "SELECT c.id AS id, 'mailbox' AS col FROM certificate AS c JOIN activation AS a \
         ON a.id = c.activation_id LEFT JOIN mailbox AS m ON m.id = a.mailbox \
         WHERE m.address IS NOT c.mailbox",
    ),
    (
        "certificate",
        Rule::TwoOfOneActivation,
        "SELECT min(id) AS id, '' AS col FROM certificate GROUP BY activation_id HAVING count(*) > 1",
    ),
    (
        "certificate",
        Rule::OwnerDiffers,
        "SELECT c.id AS id, '' AS col FROM certificate AS c JOIN orders AS o ON o.id = c.order_id \
         WHERE o.ra <> c.ra OR o.customer IS NOT c.customer",
    ),
    (
        "orders",
        Rule::OwnerDiffers,
        "SELECT n.id AS id, 'renews' AS col FROM orders AS n LEFT JOIN certificate AS c \
         ON c.id = n.renews WHERE n.renews IS NOT NULL \
         AND (c.ra IS NOT n.ra OR c.customer IS NOT n.customer)",
    ),
    (
        "orders",
        Rule::LinkDiffers,
        "SELECT o.id AS id, 'renewed_by' AS col FROM orders AS o LEFT JOIN orders AS n \
         ON n.id = o.renewed_by LEFT JOIN certificate AS c ON c.id = n.renews \
         WHERE o.renewed_by IS NOT NULL AND c.order_id IS NOT o.id",
    ),
    (
        "activation",
        Rule::OwnerDiffers,
        "SELECT a.id AS id, '' AS col FROM activation AS a JOIN orders AS o ON o.id = a.order_id \
         WHERE o.ra <> a.ra OR o.customer IS NOT a.customer",
    ),
    (
        "activation",
        Rule::LinkDiffers,
        "SELECT a.id AS id, 'order' AS col FROM activation AS a JOIN orders AS o \
         ON o.activation = a.id LEFT JOIN mailbox AS m ON m.id = o.mailbox \
         LEFT JOIN mailbox AS p ON p.id = a.mailbox WHERE o.id <> a.order_id \
         OR (o.state = 'submitted' AND (o.mailbox IS NOT a.mailbox \
         OR o.subject_data IS NOT a.subject_data)) OR (o.state = 'issued' \
         AND (m.order_id IS NOT p.order_id OR m.address IS NOT p.address))",
    ),
    (
        "activation",
        Rule::LiveActivation,
        "SELECT a.id AS id, '' AS col FROM activation AS a LEFT JOIN live_activation AS l \
         ON l.activation_id = a.id AND l.order_id = a.order_id \
         WHERE (a.state = 'running') <> (l.order_id IS NOT NULL)",
    ),
    (
        "live_activation",
        Rule::LiveActivation,
        "SELECT l.order_id AS id, '' AS col FROM live_activation AS l LEFT JOIN activation AS a \
         ON a.id = l.activation_id WHERE a.order_id IS NOT l.order_id",
    ),
    (
        "mailbox",
        Rule::OwnerDiffers,
        "SELECT m.id AS id, '' AS col FROM mailbox AS m JOIN orders AS o ON o.id = m.order_id \
         WHERE o.ra <> m.ra OR o.customer IS NOT m.customer",
    ),
    (
        "mailbox",
        Rule::LinkDiffers,
        "SELECT m.id AS id, 'reused_from' AS col FROM mailbox AS m LEFT JOIN mailbox AS p \
         ON p.id = m.reused_from WHERE m.reused_from IS NOT NULL \
         AND (p.address IS NOT m.address OR p.ra IS NOT m.ra OR p.customer IS NOT m.customer)",
    ),
    (
        "job",
        Rule::Unsaid,
        "SELECT m.id AS id, 'disown_reused' AS col FROM mailbox AS m CROSS JOIN mailbox AS p \
         ON p.id = m.reused_from WHERE m.state = 'verified' AND p.state = 'disowned' \
         AND (SELECT 1 FROM job) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job AS j \
         WHERE j.kind = 'disown_reused' AND j.object = p.id AND j.ended_at IS NULL)",
    ),
    (
        "document",
        Rule::OwnerDiffers,
        "SELECT d.id AS id, '' AS col FROM document AS d JOIN subject_data AS s \
         ON s.id = d.subject_data WHERE s.ra <> d.ra \
         OR (d.customer IS NOT NULL AND s.customer IS NOT d.customer)",
    ),
    (
        "document",
        Rule::LinkDiffers,
        "SELECT d.id AS id, 'case_id' AS col FROM document AS d JOIN validation_case AS c \
         ON c.id = d.case_id WHERE c.subject_data <> d.subject_data",
    ),
    (
        "validation_case",
        Rule::OwnerDiffers,
        "SELECT c.id AS id, '' AS col FROM validation_case AS c JOIN subject_data AS s \
         ON s.id = c.subject_data WHERE s.ra <> c.ra \
         OR (c.customer IS NOT NULL AND s.customer IS NOT c.customer)",
    ),
    (
        "validation_case",
        Rule::LinkDiffers,
        "SELECT c.id AS id, 'country' AS col FROM validation_case AS c JOIN subject_data AS s \
         ON s.id = c.subject_data WHERE s.country <> c.country",
    ),
    (
        "validation_case",
        Rule::LinkDiffers,
        "SELECT e.case_id AS id, 'evidence' AS col FROM evidence AS e JOIN validation_case AS c \
         ON c.id = e.case_id WHERE NOT EXISTS (SELECT 1 FROM \
         json_each(iif(json_valid(c.evidence), c.evidence, '[]')) AS l \
         WHERE json_extract(l.value, '$.id') = e.id \
         AND json_extract(l.value, '$.sha256') = lower(hex(e.sha256)))",
    ),
    (
        "validation_case",
        Rule::LinkDiffers,
        "SELECT c.id AS id, 'evidence' AS col FROM validation_case AS c, \
         json_each(iif(json_valid(c.evidence), c.evidence, '[]')) AS l \
         WHERE NOT EXISTS (SELECT 1 FROM evidence AS e WHERE e.case_id = c.id \
         AND e.id = json_extract(l.value, '$.id'))",
    ),
    (
        "mail",
        Rule::OwnerDiffers,
        "SELECT m.id AS id, '' AS col FROM mail AS m JOIN orders AS o ON o.id = m.order_id \
         WHERE o.ra <> m.ra OR o.customer IS NOT m.customer",
    ),
    (
        "notification",
        Rule::OwnerDiffers,
        "SELECT n.id AS id, '' AS col FROM notification AS n JOIN orders AS o ON o.id = n.order_id \
         WHERE o.ra <> n.ra OR o.customer IS NOT n.customer",
    ),
    (
        "notification",
        Rule::OwnerDiffers,
        "SELECT n.id AS id, '' AS col FROM notification AS n JOIN subject_data AS s ON s.id = n.object \
         WHERE s.ra <> n.ra OR (n.customer IS NOT NULL AND s.customer IS NOT n.customer)",
    ),
    (
        "notification",
        Rule::LinkDiffers,
        "SELECT n.id AS id, 'order_id' AS col FROM notification AS n WHERE n.order_id IS NOT coalesce(\
         (SELECT o.id FROM orders AS o WHERE o.id = n.object), \
         (SELECT c.order_id FROM certificate AS c WHERE c.id = n.object), \
         (SELECT m.order_id FROM mailbox AS m WHERE m.id = n.object), \
         (SELECT a.order_id FROM activation AS a WHERE a.id = n.object), n.order_id)",
    ),
    (
        "feed",
        Rule::OwnerDiffers,
        "SELECT CAST(f.pos AS TEXT) AS id, '' AS col FROM feed AS f JOIN orders AS o \
         ON o.id = f.order_id WHERE o.ra <> f.ra OR o.customer IS NOT f.customer",
    ),
    (
        "feed",
        Rule::OwnerDiffers,
        "SELECT CAST(f.pos AS TEXT) AS id, '' AS col FROM feed AS f JOIN subject_data AS s \
         ON s.id = f.object WHERE s.ra <> f.ra \
         OR (f.customer IS NOT NULL AND s.customer IS NOT f.customer)",
    ),
    (
        "feed",
        Rule::OwnerDiffers,
        "SELECT CAST(f.pos AS TEXT) AS id, '' AS col FROM feed AS f JOIN webhook AS w \
         ON w.id = f.object WHERE w.ra <> f.ra OR w.customer IS NOT f.customer",
    ),
    (
        "notification",
        Rule::OwnerDiffers,
        "SELECT n.id AS id, '' AS col FROM notification AS n JOIN webhook AS w ON w.id = n.object \
         WHERE w.ra <> n.ra OR w.customer IS NOT n.customer",
    ),
    (
        "notification",
        Rule::Unsaid,
        "SELECT w.id AS id, '' AS col FROM webhook AS w WHERE w.state = 'disabled' AND w.id NOT IN \
         (SELECT object FROM notification WHERE code = 'webhook-disabled')",
    ),
    (
        "webhook",
        Rule::LinkDiffers,
        "SELECT id, 'place' AS col FROM webhook WHERE place NOT BETWEEN 1 AND 10",
    ),
    (
        "webhook",
        Rule::LinkDiffers,
        "SELECT id, 'booked_round' AS col FROM webhook WHERE booked_round > round",
    ),
    (
        "webhook",
        Rule::LinkDiffers,
        "SELECT id, 'delivered' AS col FROM webhook \
         WHERE max(delivered, begins_after) > (SELECT coalesce(max(pos), 0) FROM feed) \
         OR (booked_round = round AND delivered < begins_after)",
    ),
    (
        "webhook",
        Rule::Unserved,
        "SELECT w.id AS id, '' AS col FROM webhook AS w WHERE w.state <> 'deleted' AND NOT EXISTS \
         (SELECT 1 FROM job AS j WHERE j.kind = 'serve_webhook' AND j.object = w.id \
         AND j.ended_at IS NULL)",
    ),
    (
        "job",
        Rule::LinkDiffers,
        "SELECT j.id AS id, 'object' AS col FROM job AS j WHERE j.kind = 'serve_webhook' \
         AND j.object NOT IN (SELECT id FROM webhook)",
    ),
    (
        "feed",
        Rule::LinkDiffers,
        "SELECT CAST(f.pos AS TEXT) AS id, 'order_id' AS col FROM feed AS f \
         WHERE f.order_id IS NOT coalesce((SELECT o.id FROM orders AS o WHERE o.id = f.object), \
         (SELECT c.order_id FROM certificate AS c WHERE c.id = f.object), \
         (SELECT m.order_id FROM mailbox AS m WHERE m.id = f.object), \
         (SELECT a.order_id FROM activation AS a WHERE a.id = f.object))",
    ),
    (
        "revocation",
        Rule::LinkDiffers,
        "SELECT r.id AS id, 'certificate_id' AS col FROM revocation AS r LEFT JOIN certificate AS c \
         ON c.id = r.certificate_id WHERE c.issuer IS NOT r.issuer OR c.serial IS NOT r.serial \
         OR c.crl_partition IS NOT r.crl_partition OR c.order_id IS NOT r.order_id \
         OR c.ra IS NOT r.ra OR c.customer IS NOT r.customer",
    ),
    (
        "revocation",
        Rule::LinkDiffers,
        "SELECT r.id AS id, 'crl_number' AS col FROM revocation AS r \
         WHERE (r.state = 'published') <> EXISTS (SELECT 1 FROM revocation_list AS l \
         WHERE l.issuer = r.issuer AND l.crl_partition = r.crl_partition \
         AND l.number = r.crl_number AND l.state = 'signed')",
    ),
    (
        "notification",
        Rule::Unsaid,
        "SELECT r.id AS id, '' AS col FROM (SELECT certificate_id, ra, customer FROM revocation \
         WHERE state = 'published' EXCEPT SELECT object, ra, customer FROM notification \
         WHERE code = 'certificate-revoked') AS untold \
         JOIN revocation AS r ON r.certificate_id = untold.certificate_id \
         WHERE (SELECT 1 FROM notification) IS NOT NULL",
    ),
    (
        "revoked",
        Rule::LinkDiffers,
        "SELECT r.serial AS id, 'intent' AS col FROM revoked AS r LEFT JOIN intent AS i \
         ON i.issuer = r.issuer AND i.serial = r.serial WHERE i.crl_partition IS NOT \
         r.crl_partition OR i.not_after IS NOT r.not_after",
    ),
    (
        "key_holder",
        Rule::KeyHolder,
        "SELECT h.fingerprint AS id, '' AS col FROM temp.held AS h LEFT JOIN key_holder AS k \
         ON k.fingerprint = h.fingerprint WHERE k.ra IS NOT h.ra OR k.customer IS NOT h.customer \
         OR k.identity IS NOT h.identity",
    ),
    (
        "key_holder",
        Rule::KeyHolder,
        "SELECT k.fingerprint AS id, '' AS col FROM key_holder AS k \
         WHERE k.fingerprint NOT IN (SELECT fingerprint FROM temp.held)",
    ),
    (
        "instance",
        Rule::BootUnknown,
        "SELECT DISTINCT b.boot AS id, '' AS col FROM (SELECT boot FROM intent UNION \
         SELECT boot FROM revocation_list) AS b WHERE (SELECT 1 FROM temp.said \
         WHERE tbl = 'instance') IS NOT NULL AND b.boot NOT IN (SELECT boot FROM instance)",
    ),
    (
        "instance",
        Rule::LinkDiffers,
        "SELECT boot AS id, 'lease_until' AS col FROM instance WHERE lease_until < started_at",
    ),
    (
        "notification",
        Rule::Unsaid,
        "SELECT id, '' AS col FROM (SELECT id, order_id, ra, customer FROM certificate \
         EXCEPT SELECT object, order_id, ra, customer FROM notification \
         WHERE tab = 'new_certificates' AND code = 'certificate-issued') \
         WHERE (SELECT 1 FROM notification) IS NOT NULL",
    ),
    (
        "mail",
        Rule::Unsaid,
        "SELECT id, '' AS col FROM (SELECT id, order_id, mailbox FROM certificate \
         EXCEPT SELECT object, order_id, recipient FROM mail WHERE kind = 'issued') \
         WHERE (SELECT 1 FROM mail) IS NOT NULL",
    ),
    (
        "mail",
        Rule::Unsaid,
        "SELECT m.id AS id, 'state' AS col FROM mail AS m WHERE m.state = 'queued' AND NOT EXISTS \
         (SELECT 1 FROM job AS j WHERE j.kind = 'send_mail' AND j.object = m.id \
         AND j.ended_at IS NULL)",
    ),
    (
        "job",
        Rule::LinkDiffers,
        "SELECT j.id AS id, 'object' AS col FROM job AS j WHERE j.kind = 'send_mail' \
         AND j.object NOT IN (SELECT id FROM mail)",
    ),
    (
        "address_use",
        Rule::SendCount,
        "SELECT m.id AS id, '' AS col FROM mailbox AS m WHERE m.reused_from IS NULL \
         AND (SELECT 1 FROM mail) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM address_use AS u, \
         json_each(iif(json_valid(u.sent), u.sent, '[]')) AS s WHERE u.abuse_key = lower(m.address) \
         AND s.value >= m.code_created_at)",
    ),
];

/// Rows that name a row which is not there, in whatever table.
const DANGLING: &str = "SELECT \"table\" AS tbl, parent AS col \
     FROM pragma_foreign_key_check";

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    for (table, rule, sql) in QUESTIONS {
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
mod plan;
