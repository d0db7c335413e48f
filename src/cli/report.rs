//! What a command says: words for people, JSON for programs.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::fault::Fault;

/// The answer of a command.
#[derive(Debug)]
pub struct Report {
    text: String,
    json: Value,
    has_findings: bool,
}

impl Report {
    /// The same thing in words and as data.
    pub fn new(text: impl Into<String>, data: &impl Serialize) -> Self {
        Self {
            text: text.into(),
            json: serde_json::to_value(data).unwrap_or(Value::Null),
            has_findings: false,
        }
    }

    /// The command did its work and found something: exit status 1.
    #[must_use]
    pub fn with_findings(self, has_findings: bool) -> Self {
        Self {
            has_findings,
            ..self
        }
    }

    /// 0, or 1 after findings.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        u8::from(self.has_findings)
    }

    /// Prints to standard output; with `as_json` one JSON document.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn print(&self, as_json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if as_json {
            writeln!(out, "{:#}", self.json)
        } else {
            writeln!(out, "{}", plain(self.text.trim_end()))
        }
    }
}

/// Prints a fault to standard error; with `as_json` the problem document to standard output.
pub fn print_fault(fault: &Fault, as_json: bool) {
    let document = match fault {
        Fault::Refused(problem) => serde_json::to_value(problem).unwrap_or(Value::Null),
        Fault::Finding(text) | Fault::Unreadable(text) => json!({ "error": text }),
    };
    // There is nobody left to tell when even this cannot be written.
    if as_json {
        let _ = writeln!(io::stdout().lock(), "{document:#}");
    }
    let _ = writeln!(io::stderr().lock(), "chancery: {}", plain(&fault.words()));
}

/// Shows what a person should see before an act, on standard error: the answer stays alone on
/// standard output.
pub fn show(text: &str) {
    // An act does not hang on a closed terminal.
    let _ = writeln!(io::stderr().lock(), "{}", plain(text.trim_end()));
}

/// Aligned columns, one line a row.
#[must_use]
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let padded = cells.map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Text from outside without what a terminal would obey.
fn plain(text: &str) -> String {
    let harmless = |c: char| c == '\n' || c == '\t' || !c.is_control();
    text.chars().filter(|c| harmless(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_commanded() {
        assert_eq!(plain("a\u{1b}[31mb\u{7}\n"), "a[31mb\n");
    }

    #[test]
    fn columns_are_aligned() {
        let row = |cells: [&str; 2]| cells.map(ToOwned::to_owned).to_vec();
        let text = table(&[row(["name", "role"]), row(["łódź-1", "x"])]);
        assert_eq!(text, "name    role\nłódź-1  x");
    }
}
