//! What a lint found, and whether it stands in the way of a signature.

use super::{Rule, allowed, version};
use crate::domain::lint_record::LintRecord;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Stops the signature.
    Error,
    /// Stops the signature unless a written reason allows it.
    Warning,
}

impl Severity {
    /// By the beginning of a rule's name; all but `w_` is an error.
    pub(super) fn of(name: &str) -> Self {
        if name.starts_with("w_") {
            Self::Warning
        } else {
            Self::Error
        }
    }

    /// `error` or `warning`, as reports and entries say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule} ({citation}): {detail}")]
pub struct Finding {
    pub rule: &'static str,
    pub severity: Severity,
    pub citation: &'static str,
    /// What was found instead. May quote the object.
    pub detail: String,
    /// Why it does not stop the signature, if it does not.
    pub allowed: Option<&'static str>,
}

impl Finding {
    pub(super) fn new<C>(rule: &Rule<C>, detail: String) -> Self {
        let severity = rule.severity();
        Self {
            rule: rule.name,
            severity,
            citation: rule.citation,
            detail,
            allowed: match severity {
                Severity::Error => None,
                Severity::Warning => allowed::reason(rule.name),
            },
        }
    }

    /// What no rule can judge because there is nothing to read, or nobody to read it for.
    pub(super) fn of_engine(name: &'static str, detail: String) -> Self {
        Self {
            rule: name,
            severity: Severity::Error,
            citation: "S/MIME BR 4.3.1.2",
            detail,
            allowed: None,
        }
    }
}

/// The outcome of one lint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Version of the rule set that judged.
    pub rules: &'static str,
    /// In the order of the rules.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(super) fn of(findings: Vec<Finding>) -> Self {
        Self {
            rules: version::VERSION,
            findings,
        }
    }

    /// Nothing in it stands in the way of a signature.
    #[must_use]
    pub fn permits(&self) -> bool {
        self.obstacles().next().is_none()
    }

    /// What the store and the log keep of it: names, never what the object says.
    #[must_use]
    pub fn record(&self) -> LintRecord {
        let names = self.findings.iter().map(|finding| finding.rule.to_owned());
        LintRecord {
            rules: self.rules.to_owned(),
            findings: names.collect(),
        }
    }

    /// What stands in the way, without what is allowed.
    #[must_use]
    pub fn into_obstacles(self) -> Vec<Finding> {
        let mut findings = self.findings;
        findings.retain(|finding| finding.allowed.is_none());
        findings
    }

    /// What stands in the way.
    pub fn obstacles(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.allowed.is_none())
    }
}

impl std::fmt::Display for Report {
    /// Every obstacle, one after the other.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rules {}", self.rules)?;
        for finding in self.obstacles() {
            write!(f, "; {finding}")?;
        }
        Ok(())
    }
}
