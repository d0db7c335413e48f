//! What is named by hash or version is kept whole.

use super::{super::rule::Rule, Question};

pub(super) const QUESTIONS: &[Question] = &[
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
        "responder",
        Rule::TextMissing,
        "SELECT r.serial AS id, 'lint_rules' AS col FROM responder AS r \
         WHERE (SELECT 1 FROM temp.said WHERE tbl = 'text') IS NOT NULL AND NOT EXISTS (SELECT 1 \
         FROM text AS t WHERE t.kind = 'lint_rules' AND t.name = r.lint_rules)",
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
];
