//! Whom it concerns was told: lines, feeds, mails, endpoints, and the jobs behind them.

use super::{super::rule::Rule, Question};

pub(super) const QUESTIONS: &[Question] = &[
    (
        "job",
        Rule::Unsaid,
        "SELECT c.id AS id, 'revoke_superseded' AS col FROM certificate AS c \
         JOIN certificate AS n ON n.replaces = c.id WHERE c.not_after > (SELECT max(last_time) FROM audit_head) \
         AND NOT EXISTS (SELECT 1 FROM revoked AS r WHERE r.issuer = c.issuer \
         AND r.serial = c.serial) AND NOT EXISTS (SELECT 1 FROM job AS j \
         WHERE j.kind = 'revoke_superseded' AND j.object = c.id AND j.ended_at IS NULL)",
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
        "job",
        Rule::Unsaid,
        "SELECT m.id AS id, 'invalidated_reused' AS col FROM mailbox AS m CROSS JOIN mailbox AS p \
         ON p.id = m.reused_from WHERE m.state = 'verified' AND p.decision IS NOT NULL \
         AND m.confirmed_at IS p.confirmed_at \
         AND (SELECT 1 FROM job) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job AS j \
         WHERE j.kind = 'disown_reused' AND j.object = p.id AND j.ended_at IS NULL)",
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
        "notification",
        Rule::Unsaid,
        "SELECT w.id AS id, '' AS col FROM webhook AS w WHERE w.state = 'disabled' AND w.id NOT IN \
         (SELECT object FROM notification WHERE code = 'webhook-disabled')",
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
        "notification",
        Rule::Unsaid,
        "SELECT r.id AS id, '' AS col FROM (SELECT certificate_id, ra, customer FROM revocation \
         WHERE state = 'published' EXCEPT SELECT object, ra, customer FROM notification \
         WHERE code = 'certificate-revoked') AS untold \
         JOIN revocation AS r ON r.certificate_id = untold.certificate_id \
         WHERE (SELECT 1 FROM notification) IS NOT NULL",
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
         AND m.domain_control IS NULL \
         AND (SELECT 1 FROM mail) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM address_use AS u, \
         json_each(iif(json_valid(u.sent), u.sent, '[]')) AS s WHERE u.abuse_key = lower(m.address) \
         AND s.value >= m.code_created_at)",
    ),
];
