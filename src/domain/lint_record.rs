//! What the lint said of something that is signed: kept with its intent and told in its entry.

use super::audit::{event::Event, value::Value};

/// The outcome of a lint, by names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintRecord {
    /// Version of the rule set.
    pub rules: String,
    /// Names of the rules that found something: `e_` an error, `w_` a warning.
    pub findings: Vec<String>,
}

impl LintRecord {
    /// Adds the outcome to the entry of an act.
    #[must_use]
    pub fn tell(&self, event: Event) -> Event {
        let finding = |rule: &String| {
            let severity = if rule.starts_with("w_") {
                "warning"
            } else {
                "error"
            };
            let pairs = [("rule", rule.as_str()), ("severity", severity)];
            let pairs = pairs.map(|(name, text)| (name.to_owned(), Value::text(text)));
            Value::Object(pairs.into())
        };
        let findings = self.findings.iter().map(finding).collect();
        event
            .with("lint_rules", self.rules.as_str())
            .with("lint_findings", Value::List(findings))
    }

    /// The names in one text, as the store keeps them.
    #[must_use]
    pub fn names(&self) -> String {
        self.findings.join(" ")
    }

    /// From what the store keeps.
    #[must_use]
    pub fn restore(rules: String, names: &str) -> Self {
        Self {
            rules,
            findings: names.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::event::EventKind;

    #[test]
    fn names_come_back_and_the_entry_tells_their_severity() {
        let record = LintRecord::restore("2026-11-23.1".to_owned(), "e_a w_b");
        assert_eq!(record.names(), "e_a w_b");
        let none = LintRecord::restore("1".to_owned(), "");
        assert!(none.findings.is_empty());
        let event = record.tell(Event::new(EventKind::LintFailed, "cert", ""));
        assert_eq!(event.data["lint_rules"], Value::text("2026-11-23.1"));
        let Value::List(findings) = &event.data["lint_findings"] else {
            panic!()
        };
        let severities = findings.iter().map(|finding| match finding {
            Value::Object(pairs) => pairs["severity"].clone(),
            _ => panic!(),
        });
        let severities: Vec<Value> = severities.collect();
        assert_eq!(severities, [Value::text("error"), Value::text("warning")]);
    }
}
