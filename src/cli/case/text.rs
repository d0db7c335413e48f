//! Cases in words, for people. What came from outside is on lines of its own and holds no control
//! characters: the daemon refuses them.

use std::fmt::Write;

use crate::api::{
    cases::{
        CaseData, CaseLine, CaseResource, CheckLine, Comparison, ComparisonStep, EvidenceContent,
        SignedWord,
    },
    list::List,
};

/// One line a case.
#[must_use]
pub fn queue(list: &List<CaseLine>) -> String {
    let mut out = String::new();
    for line in &list.items {
        let holder = line.claim.as_ref().map_or("-", |claim| claim.by.as_str());
        put(
            &mut out,
            &format!(
                "{}  {:<22} {:<20} {:<12} {} {}",
                line.id, line.state, line.lookup, holder, line.country, line.organization
            ),
        );
    }
    if list.items.is_empty() {
        put(&mut out, "no cases");
    }
    if let Some(next) = &list.next {
        put(&mut out, &format!("more: --cursor {next}"));
    }
    out
}

/// Everything about a case.
#[must_use]
pub fn case(case: &CaseResource) -> String {
    let mut out = String::new();
    put(
        &mut out,
        &format!("case       {} ({})", case.id, case.state),
    );
    if let Some(claim) = &case.claim {
        put(
            &mut out,
            &format!("claimed    by {} until {}", claim.by, claim.until),
        );
    }
    put(
        &mut out,
        &format!(
            "registers  {}: {}",
            case.lookup.state, case.lookup.message.en
        ),
    );
    data(&mut out, &case.data);
    for document in &case.documents {
        put(
            &mut out,
            &format!(
                "document   {} {} {}",
                document.id, document.kind, document.file_name
            ),
        );
    }
    for piece in &case.evidence {
        put(
            &mut out,
            &format!(
                "evidence   {} {} of {} by {}: {}",
                piece.id, piece.kind, piece.obtained_at, piece.recorded_by, piece.source
            ),
        );
    }
    for line in &case.checks {
        put(&mut out, &check(line));
    }
    match &case.facts {
        None => put(&mut out, "facts      none"),
        Some(facts) => put(
            &mut out,
            &format!(
                "facts      {} / {} / {}",
                facts.organization, facts.organization_identifier, facts.country
            ),
        ),
    }
    for flag in &case.flags {
        put(
            &mut out,
            &format!("look at    {}: {}", flag.about, flag.message.en),
        );
    }
    for compared in &case.comparisons {
        put(&mut out, &comparison(compared));
    }
    for (name, given) in [("proposal", &case.proposal), ("decision", &case.decision)] {
        if let Some(given) = given {
            put(&mut out, &word(name, given));
        }
    }
    put(&mut out, &format!("digest     {}", case.case_digest));
    put(
        &mut out,
        &format!("you may    {}", case.allowed_actions.join(", ")),
    );
    out
}

/// A piece of evidence and what it says.
#[must_use]
pub fn evidence(content: &EvidenceContent) -> String {
    let piece = &content.evidence;
    let mut out = String::new();
    put(
        &mut out,
        &format!(
            "evidence   {} {} of {}",
            piece.id, piece.kind, piece.obtained_at
        ),
    );
    put(&mut out, &format!("source     {}", piece.source));
    if let Some(register) = &piece.register {
        put(&mut out, &format!("register   {register}"));
    }
    if let (Some(person), Some(at), Some(found_in)) =
        (&piece.person, &piece.reached_at, &piece.found_in)
    {
        put(
            &mut out,
            &format!("reached    {person} at {at}, found in {found_in}"),
        );
    }
    put(&mut out, &format!("sha256     {}", piece.sha256));
    if !content.content.is_empty() {
        put(&mut out, &content.content);
    }
    out
}

fn data(out: &mut String, data: &CaseData) {
    put(
        out,
        &format!(
            "data       {} revision {} ({})",
            data.id, data.revision, data.state
        ),
    );
    put(out, &format!("  organization  {}", data.organization));
    if let Some(chosen) = &data.abbreviation {
        put(out, &format!("  abbreviated   {chosen}"));
    }
    put(
        out,
        &format!(
            "  address       {}, {}, {}",
            data.locality, data.state_or_province, data.country
        ),
    );
    match (&data.registration_type, &data.registration_number) {
        (Some(register), Some(number)) => put(out, &format!("  register      {register} {number}")),
        _ => put(out, "  register      (by document)"),
    }
}

fn check(line: &CheckLine) -> String {
    let when = line.checked_at.as_deref().unwrap_or("-");
    let who = line.recorded_by.as_deref().unwrap_or("-");
    format!(
        "check      {:<24} {:<12} {when} by {who}",
        line.check, line.state
    )
}

/// Why is said where a person has to look.
fn comparison(compared: &Comparison) -> String {
    let line = format!("compared   {:<24} {}", compared.member, compared.verdict);
    let steps = compared
        .steps
        .iter()
        .filter(|_| !compared.verdict.starts_with("EQUAL"));
    let told = |step: &ComparisonStep| format!("\n  {}: {}", step.rule, step.words.en);
    steps.map(told).fold(line, |line, told| line + &told)
}

fn word(name: &str, word: &SignedWord) -> String {
    let reason = word.reason.as_deref().unwrap_or("-");
    format!(
        "{name:<10} {} by {} at {}: {reason}",
        word.outcome, word.by, word.at
    )
}

fn put(out: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{line}");
}
