//! Cases in words, for people. What came from outside is on lines of its own and holds no control
//! characters: the daemon refuses them.

use std::fmt::Write;

use crate::api::{
    cases::{
        CaseData, CaseDocument, CaseLine, CaseResource, CheckLine, Comparison, ComparisonStep,
        EvidenceContent, SignedWord,
    },
    list::List,
    subject_data::Document,
};
use crate::cli::report::table;

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
    if let Some(day) = &piece.issued_on {
        put(&mut out, &format!("issued on  {day}"));
    }
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

/// A document that was received.
#[must_use]
pub fn document(document: &Document) -> String {
    let mut out = String::new();
    for (name, value) in [
        ("document", &document.document_id),
        ("kind", &document.kind),
        ("file", &document.file_name),
        ("type", &document.media_type),
        ("size", &format!("{} bytes", document.size)),
        ("sha256", &document.sha256),
        ("scan", &document.scan),
    ] {
        put(&mut out, &format!("{name:<11}{value}"));
    }
    out
}

/// One line a document of a set of data.
#[must_use]
pub fn documents(items: &[Document]) -> String {
    let row = |document: &Document| {
        let kept = document.retain_until.as_deref().unwrap_or("in use");
        [
            document.document_id.clone(),
            document.kind.clone(),
            document.scan.clone(),
            lasting(document.erased_at.as_deref(), kept),
            document.size.to_string(),
            document.sha256.clone(),
            document.file_name.clone(),
        ]
    };
    let head = [
        "id",
        "kind",
        "scan",
        "kept until",
        "bytes",
        "sha256",
        "file",
    ];
    listed(head, items.iter().map(row))
}

/// One line a document of a case.
#[must_use]
pub fn case_documents(items: &[CaseDocument]) -> String {
    let row = |document: &CaseDocument| {
        [
            document.id.clone(),
            document.kind.clone(),
            document.scan.clone(),
            lasting(document.erased_at.as_deref(), "yes"),
            document.size.to_string(),
            document.sha256.clone(),
            document.brought_by.as_deref().unwrap_or("-").to_owned(),
            document.file_name.clone(),
        ]
    };
    let head = [
        "id",
        "kind",
        "scan",
        "kept",
        "bytes",
        "sha256",
        "brought by",
        "file",
    ];
    listed(head, items.iter().map(row))
}

fn lasting(erased_at: Option<&str>, kept: &str) -> String {
    erased_at.map_or_else(|| kept.to_owned(), |at| format!("erased {at}"))
}

fn listed<const N: usize>(
    head: [&str; N],
    rows: impl ExactSizeIterator<Item = [String; N]>,
) -> String {
    if rows.len() == 0 {
        return "no documents".to_owned();
    }
    let head = std::iter::once(head.map(ToOwned::to_owned));
    table(&head.chain(rows).map(Vec::from).collect::<Vec<_>>())
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
