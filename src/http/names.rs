//! How names were compared and abbreviated, as the wire has it.

use super::words;
use crate::{
    api::{
        cases::{Comparison, ComparisonStep},
        subject_data::{AbbreviatedForm, Abbreviation},
    },
    domain::{case::CaseFacts, subject_data::SubjectData, text::Country},
    policy::matching::{self, Match, abbreviation, step::Step},
};

/// What is offered for a name that no certificate holds.
#[must_use]
pub fn abbreviations(data: &SubjectData) -> Vec<Abbreviation> {
    let form = |part: &abbreviation::Replaced| AbbreviatedForm {
        full: part.full.clone(),
        abbreviation: part.abbreviation.to_owned(),
        codes: part.forms.iter().map(ToString::to_string).collect(),
    };
    abbreviation::candidates(data.country, data.organization.as_str())
        .iter()
        .map(|candidate| Abbreviation {
            organization: candidate.name.to_string(),
            replaced: candidate.replaced.iter().map(form).collect(),
        })
        .collect()
}

/// The facts beside what the applicant gave, as far as both have a value.
#[must_use]
pub fn comparisons(facts: &CaseFacts, data: &SubjectData) -> Vec<Comparison> {
    type Compare = fn(Country, &str, &str) -> Match;
    let given = [
        Some(data.organization.as_str()),
        Some(data.state_or_province.as_str()),
        Some(data.locality.as_str()),
    ];
    let registered = [
        Some(facts.organization.as_str()),
        facts.state_or_province.as_ref().map(|name| name.as_str()),
        facts.locality.as_ref().map(|name| name.as_str()),
    ];
    let members: [(&str, Compare); 3] = [
        ("organization", matching::organization),
        ("state_or_province", matching::region),
        ("locality", matching::locality),
    ];
    let pairs = given.into_iter().zip(registered);
    members
        .into_iter()
        .zip(pairs)
        .filter_map(|((member, compare), (given, registered))| {
            let found = compare(data.country, given?, registered?);
            Some(comparison(member, &found))
        })
        .collect()
}

fn comparison(member: &str, found: &Match) -> Comparison {
    let step = |step: &Step| ComparisonStep {
        side: step.side.name().to_owned(),
        rule: step.rule.name().to_owned(),
        words: words::bilingual(step.rule.words()),
        from: step.from.clone(),
        to: step.to.clone(),
    };
    Comparison {
        member: member.to_owned(),
        verdict: found.verdict().name().to_owned(),
        steps: found.steps().iter().map(step).collect(),
        tables: matching::TABLES.to_owned(),
    }
}
