//! Preflight as the wire has it.

use crate::{
    api::{
        dry_runs::Finding,
        preflight::{EvidenceLife, Preflight, RuleOutcome},
        problem::Bilingual,
    },
    domain::id::OrderId,
    services::issuance::preflight::{self as judged, Evidence, Outcome, Ruled},
};

#[must_use]
pub fn wire(order: OrderId, found: &judged::Preflight) -> Preflight {
    Preflight {
        order_id: order.to_string(),
        judged_at: found.at.to_string(),
        ready: found.is_ready(),
        lapses_at: found.lapses_at().map(|at| at.to_string()),
        rules: found.rules.iter().map(rule).collect(),
    }
}

fn rule(ruled: &Ruled) -> RuleOutcome {
    let (outcome, mut findings, waits_for) = match &ruled.outcome {
        Outcome::Passed => ("pass", Vec::new(), Vec::new()),
        Outcome::Failed(refused) => ("fail", Finding::all_of(refused), Vec::new()),
        Outcome::Unknown(refused) => ("not-judged", Finding::all_of(refused), Vec::new()),
        Outcome::Waits(rules) => {
            let rules = rules.iter().map(|rule| rule.name().to_owned());
            ("not-judged", Vec::new(), rules.collect())
        }
    };
    let warnings = ruled.warnings.iter();
    findings.extend(warnings.map(|code| Finding::of_code("/csr", code, "warning")));
    let name = ruled.rule.name();
    RuleOutcome {
        rule: name.to_owned(),
        title: Bilingual::of_code(&format!("rule-{name}")),
        outcome: outcome.to_owned(),
        findings,
        waits_for,
        evidence: ruled.evidence.iter().map(evidence).collect(),
    }
}

fn evidence(evidence: &Evidence) -> EvidenceLife {
    EvidenceLife {
        kind: evidence.kind.to_owned(),
        since: evidence.since.map(|since| since.to_string()),
        lapses_at: evidence.lapses_at.to_string(),
    }
}
