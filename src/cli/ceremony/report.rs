//! The report of a ceremony (ETSI EN 319 411-1 GEN-6.5.1-13A) and the checksums, both made from
//! the transcript alone.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value;

use super::{checksum, fault::Fault, input, run};
use crate::adapters::transcript::Transcript;

/// The file of checksums.
pub(super) const SUMS: &str = "SHA256SUMS";

/// Writes `report.md` and `SHA256SUMS`.
pub(super) fn close(transcript: &Transcript) -> Result<(), Fault> {
    let text = report(transcript.lines());
    transcript
        .store("report.md", text.as_bytes())
        .map_err(run::output)?;
    let mut sums = String::new();
    for name in files(transcript.dir())? {
        let hash = checksum::of_file(&transcript.dir().join(&name))?;
        sums.push_str(&format!("{}  {name}\n", hex::encode(hash)));
    }
    transcript
        .store(SUMS, sums.as_bytes())
        .map_err(run::output)?;
    Ok(())
}

/// Every file below `dir` but the checksums, by its relative name, sorted.
pub(super) fn files(dir: &Path) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        let entries = fs::read_dir(&next).map_err(|error| input::unreadable(&next, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| input::unreadable(&next, error))?;
            let kind = entry
                .file_type()
                .map_err(|error| input::unreadable(&next, error))?;
            let path = entry.path();
            if kind.is_dir() {
                open.push(path);
            } else if let Ok(name) = path.strip_prefix(dir) {
                found.push(name.to_string_lossy().into_owned());
            }
        }
    }
    found.retain(|name| name != SUMS);
    found.sort();
    Ok(found)
}

fn report(lines: &[Value]) -> String {
    let first = lines.first().map_or(&Value::Null, |line| &line["data"]);
    let mut out = String::new();
    let is_rehearsal = first["rehearsal"] == Value::Bool(true);
    let title = if is_rehearsal {
        "REHEARSAL of ceremony"
    } else {
        "Ceremony"
    };
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# {title} {}\n", said(&first["ceremony"]));
    let _ = writeln!(out, "| | |\n|---|---|");
    for (words, member) in [
        ("Kind", "kind"),
        ("Procedure (CPS)", "cps"),
        ("Plan, SHA-256", "plan_sha256"),
        ("Plan, words", "plan_words"),
        ("Tool", "tool_version"),
        ("Tool, SHA-256", "tool_sha256"),
        ("PKCS#11 module", "module"),
        ("Approved by", "approved_by"),
    ] {
        let _ = writeln!(out, "| {words} | {} |", said(&first[member]));
    }
    let time = |line: Option<&Value>| line.map_or_else(String::new, |line| said(&line["time"]));
    let _ = writeln!(out, "| Begun | {} |", time(lines.first()));
    let _ = writeln!(out, "| Ended | {} |", time(lines.last()));
    let _ = writeln!(
        out,
        "\n## Participants\n\n| name | role | signature |\n|---|---|---|"
    );
    for person in first["participants"].as_array().into_iter().flatten() {
        let _ = writeln!(
            out,
            "| {} | {} | |",
            said(&person["name"]),
            said(&person["role"])
        );
    }
    let _ = writeln!(out, "\n## Steps\n");
    for line in lines.iter().skip(1) {
        let data = &line["data"];
        let action = match data["action"].as_str() {
            Some(action) => action.to_owned(),
            None => said(&line["type"]),
        };
        let _ = writeln!(out, "- {} **{action}**", said(&line["time"]));
        let facts = data.as_object().into_iter().flatten();
        for (name, fact) in facts.filter(|(name, _)| *name != "action" && *name != "n") {
            let _ = writeln!(out, "  - {name}: {}", said(fact));
        }
    }
    let _ = writeln!(
        out,
        "\nDuties after the ceremony, storage of activation material and deviations are noted by \
         hand below and signed by those present.\n"
    );
    out
}

/// A value for people; what could break a table or a list is taken out.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text
            .chars()
            .map(|c| if c.is_control() || c == '|' { ' ' } else { c })
            .collect(),
        Value::Array(list) => list.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let parts: Vec<String> = map
                .iter()
                .map(|(name, value)| format!("{name} = {}", said(value)))
                .collect();
            parts.join(", ")
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
