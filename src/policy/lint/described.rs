//! The rule set in words: kept beside what it judged, for whoever reads a version years later.

use std::fmt::Write;

use super::{
    Rule, allowed::ALLOWED, certificate_rules, list_rules, request_rules, version::VERSION,
};

/// Every rule of this version in a line: name, citation, source, first day, last day or `-`,
/// what it judges; then the warnings that stop no signature, with the reason.
#[must_use]
pub fn described() -> String {
    let mut text = format!("lint rules {VERSION}\n");
    for rule in certificate_rules() {
        line(&mut text, rule, "certificate");
    }
    for rule in list_rules() {
        line(&mut text, rule, "crl");
    }
    for rule in request_rules() {
        line(&mut text, rule, "request");
    }
    for allowed in ALLOWED {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "allowed\t{}\t{}", allowed.rule, allowed.reason);
    }
    text
}

fn line<C>(text: &mut String, rule: &Rule<C>, object: &str) {
    let end = rule
        .ineffective
        .map_or_else(|| "-".to_owned(), |day| day.to_string());
    let _ = writeln!(
        text,
        "{}\t{}\t{}\t{}\t{end}\t{object}",
        rule.name,
        rule.citation,
        rule.source.name(),
        rule.effective,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kept_text::{KeptText, TextKind};

    #[test]
    fn every_rule_stands_in_it_once_and_it_can_be_kept() {
        let text = described();
        let lines: Vec<&str> = text.lines().collect();
        let rules = certificate_rules().count() + list_rules().count() + request_rules().count();
        assert_eq!(lines.len(), 1 + rules + ALLOWED.len());
        let one = "e_one_reserved_policy\tS/MIME BR 7.1.2.3 a, 7.1.6.1\tS/MIME BR\t2023-09-01\t-\t";
        assert_eq!(
            lines.iter().filter(|l| l.starts_with(one)).count(),
            1,
            "{text}"
        );
        assert!(
            lines
                .iter()
                .skip(1)
                .all(|line| line.matches('\t').count() >= 2)
        );
        assert!(KeptText::new(TextKind::LintRules, VERSION, text).is_ok());
    }
}
