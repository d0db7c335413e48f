//! What was issued and revoked agrees with what it was decided on, and serials are used once.

use super::{super::rule::Rule, Question};

pub(super) const QUESTIONS: &[Question] = &[
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
        Rule::LinkDiffers,
        "SELECT serial AS id, 'settled_at' AS col FROM intent \
         WHERE (state = 'recorded') <> (settled_at IS NULL)",
    ),
    (
        "responder",
        Rule::IntentTwice,
        "SELECT id, '' AS col FROM temp.said WHERE tbl = 'responder' AND col = '#intents' \
         AND value > 1",
    ),
    (
        "responder",
        Rule::IntentTwice,
        "SELECT r.serial AS id, 'serial' AS col FROM responder AS r JOIN intent AS i \
         ON i.issuer = r.issuer AND i.serial = r.serial",
    ),
    (
        "responder",
        Rule::LinkDiffers,
        "SELECT serial AS id, 'settled_at' AS col FROM responder \
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
        "SELECT i.serial AS id, 'mailbox_proof' AS col FROM intent AS i \
         JOIN activation AS a ON a.id = i.activation_id JOIN mailbox AS m ON m.id = a.mailbox \
         WHERE m.reused_from IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rests_on AS r \
         WHERE r.issuer = i.issuer AND r.serial = i.serial AND r.aggregate = 'mailbox_proof' \
         AND r.id = m.reused_from)",
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
        "rests_on",
        Rule::GroundsMissing,
        "SELECT i.serial AS id, 'domain_control' AS col FROM intent AS i \
         JOIN activation AS a ON a.id = i.activation_id JOIN mailbox AS m ON m.id = a.mailbox \
         WHERE m.domain_control IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rests_on AS r \
         WHERE r.issuer = i.issuer AND r.serial = i.serial AND r.aggregate = 'domain_control' \
         AND r.id = m.domain_control)",
    ),
    (
        "rests_on",
        Rule::GroundsMissing,
        "SELECT i.serial AS id, 'quorum' AS col FROM intent AS i \
         JOIN activation AS a ON a.id = i.activation_id JOIN mailbox AS m ON m.id = a.mailbox \
         JOIN rests_on AS r ON r.issuer = i.issuer AND r.serial = i.serial \
         AND r.aggregate = 'caa_check' JOIN caa_check AS c ON c.id = r.id \
         WHERE m.domain_control IS NOT NULL AND c.quorum IS NULL",
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
        "revoked",
        Rule::LinkDiffers,
        "SELECT r.serial AS id, 'intent' AS col FROM revoked AS r WHERE NOT EXISTS (SELECT 1 \
         FROM intent AS i WHERE i.issuer = r.issuer AND i.serial = r.serial \
         AND i.crl_partition = r.crl_partition AND i.not_after = r.not_after) \
         AND NOT EXISTS (SELECT 1 FROM responder AS p WHERE p.issuer = r.issuer \
         AND p.serial = r.serial AND r.crl_partition = 0 AND p.not_after = r.not_after)",
    ),
    (
        "instance",
        Rule::BootUnknown,
        "SELECT DISTINCT b.boot AS id, '' AS col FROM (SELECT boot FROM intent UNION \
         SELECT boot FROM revocation_list UNION SELECT boot FROM responder) AS b WHERE (SELECT 1 FROM temp.said \
         WHERE tbl = 'instance') IS NOT NULL AND b.boot NOT IN (SELECT boot FROM instance)",
    ),
    (
        "instance",
        Rule::LinkDiffers,
        "SELECT boot AS id, 'lease_until' AS col FROM instance WHERE lease_until < started_at",
    ),
];
