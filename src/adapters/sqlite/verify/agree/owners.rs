//! A row's owner is that of what it belongs to, and a key's is who used it.

use super::{super::rule::Rule, Question};

pub(super) const QUESTIONS: &[Question] = &[
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
        "activation",
        Rule::OwnerDiffers,
        "SELECT a.id AS id, '' AS col FROM activation AS a JOIN orders AS o ON o.id = a.order_id \
         WHERE o.ra <> a.ra OR o.customer IS NOT a.customer",
    ),
    (
        "mailbox",
        Rule::OwnerDiffers,
        "SELECT m.id AS id, '' AS col FROM mailbox AS m JOIN orders AS o ON o.id = m.order_id \
         WHERE o.ra <> m.ra OR o.customer IS NOT m.customer",
    ),
    (
        "document",
        Rule::OwnerDiffers,
        "SELECT d.id AS id, '' AS col FROM document AS d JOIN subject_data AS s \
         ON s.id = d.subject_data WHERE s.ra <> d.ra \
         OR (d.customer IS NOT NULL AND s.customer IS NOT d.customer)",
    ),
    (
        "validation_case",
        Rule::OwnerDiffers,
        "SELECT c.id AS id, '' AS col FROM validation_case AS c JOIN subject_data AS s \
         ON s.id = c.subject_data WHERE s.ra <> c.ra \
         OR (c.customer IS NOT NULL AND s.customer IS NOT c.customer)",
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
];
