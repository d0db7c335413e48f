//! What carries for a while carries no longer than the rules allow, whatever terms were in force
//! when its row was written. The numbers are the oracle's own: it shares none with what it judges.

use super::{super::rule::Rule, Question};

pub(super) const QUESTIONS: &[Question] = &[
    // S/MIME BR 4.2.1: 30 days from the start of the validation, 398 by its domain.
    (
        "mailbox",
        Rule::TermExceeded,
        "SELECT id, 'valid_until' AS col FROM mailbox WHERE valid_until - initiated_at > \
         iif(domain_control IS NULL, 2592000000, 34387200000)",
    ),
    (
        "domain_control",
        Rule::TermExceeded,
        "SELECT id, 'valid_until' AS col FROM domain_control \
         WHERE valid_until - created_at > 34387200000",
    ),
    // TLS BR 3.2.2.4.7: 30 days from the creation of the random value.
    (
        "domain_control",
        Rule::TermExceeded,
        "SELECT id, 'value_until' AS col FROM domain_control \
         WHERE value_until - created_at > 2592000000",
    ),
    // S/MIME BR 3.2.2.2: 24 hours from the creation of the random value.
    (
        "mailbox",
        Rule::TermExceeded,
        "SELECT id, 'code_expires_at' AS col FROM mailbox \
         WHERE code_expires_at - code_created_at > 86400000",
    ),
    // S/MIME BR 4.2.1: 825 days.
    (
        "subject_data",
        Rule::TermExceeded,
        "SELECT id, 'verified' AS col FROM subject_data WHERE \
         json_extract(iif(json_valid(verified), verified, '{}'), '$.carries_days') > 825",
    ),
    // No evidence carries beyond it.
    (
        "orders",
        Rule::TermExceeded,
        "SELECT id, 'window_ends' AS col FROM orders \
         WHERE window_ends - created_at > 71280000000",
    ),
    // The longest silence that an operator may grant.
    (
        "validation_case",
        Rule::TermExceeded,
        "SELECT id, 'answer_until' AS col FROM validation_case \
         WHERE answer_until - asked_at > 7776000000",
    ),
];
