//! Orders, mailboxes, documents, cases and endpoints agree with what they name.

use super::{super::rule::Rule, Question};

pub(super) const QUESTIONS: &[Question] = &[
    (
        "orders",
        Rule::LinkDiffers,
        "SELECT o.id AS id, 'renewed_by' AS col FROM orders AS o LEFT JOIN orders AS n \
         ON n.id = o.renewed_by LEFT JOIN certificate AS c ON c.id = n.renews \
         WHERE o.renewed_by IS NOT NULL AND c.order_id IS NOT o.id",
    ),
    (
        "mailbox",
        Rule::LinkDiffers,
        "SELECT m.id AS id, 'reused_from' AS col FROM mailbox AS m LEFT JOIN mailbox AS p \
         ON p.id = m.reused_from WHERE m.reused_from IS NOT NULL \
         AND (p.address IS NOT m.address OR p.ra IS NOT m.ra OR p.customer IS NOT m.customer)",
    ),
    (
        "mailbox",
        Rule::LinkDiffers,
        "SELECT m.id AS id, 'domain_control' AS col FROM mailbox AS m LEFT JOIN domain_control AS d \
         ON d.id = m.domain_control WHERE m.domain_control IS NOT NULL \
         AND (d.ra IS NOT m.ra OR d.customer IS NOT m.customer \
         OR d.created_at IS NOT m.initiated_at OR d.valid_until IS NOT m.valid_until \
         OR substr('.' || substr(m.address, instr(m.address, '@') + 1), -length(d.domain) - 1) \
         IS NOT '.' || d.domain)",
    ),
    (
        "document",
        Rule::LinkDiffers,
        "SELECT d.id AS id, 'case_id' AS col FROM document AS d JOIN validation_case AS c \
         ON c.id = d.case_id WHERE c.subject_data <> d.subject_data",
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
        "evidence",
        Rule::LinkDiffers,
        "SELECT e.id AS id, 'found_in' AS col FROM evidence AS e LEFT JOIN evidence AS f \
         ON f.id = e.found_in WHERE e.found_in IS NOT NULL AND f.case_id IS NOT e.case_id",
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
];
