//! The offline check of a certificate's evidence: every signature and hash in it, and that what it
//! says is what was signed and logged.
//!
//! Nothing is asked of the daemon. The roots of the logs are compared with nothing: who has a copy
//! of the log compares them. What no signature and no entry covers (the order's number, versions of
//! rows, what is true today) is the daemon's word and is not judged.

use serde::Serialize;

use crate::api::certificate_evidence::CertificateEvidence;

mod certificate;
mod entries;
mod organization;
mod request;
mod texts;

/// How a piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Good,
    /// Not in the evidence, so there is nothing to verify.
    Absent,
    Wrong,
}

/// What the check says of one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub piece: String,
    pub outcome: Outcome,
    pub details: Vec<String>,
}

/// A piece under the check.
pub struct Piece {
    name: String,
    notes: Vec<String>,
    wrong: Vec<String>,
    is_absent: bool,
}

impl Piece {
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            notes: Vec::new(),
            wrong: Vec::new(),
            is_absent: false,
        }
    }

    pub fn wrong(&mut self, why: impl Into<String>) {
        self.wrong.push(why.into());
    }

    pub fn demand(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.wrong(otherwise);
        }
    }

    /// What is shown is what is proven.
    pub fn same<T: PartialEq + ?Sized>(&mut self, what: &str, shown: &T, proven: &T) {
        if shown != proven {
            self.wrong(format!("{what} differs"));
        }
    }

    /// What it rests on is not there.
    pub fn absent(&mut self, why: &str) {
        self.is_absent = true;
        self.note(why);
    }

    pub fn note(&mut self, note: &str) {
        self.notes.push(note.to_owned());
    }

    #[must_use]
    pub fn line(self) -> Line {
        let (outcome, details) = match (self.wrong.is_empty(), self.is_absent) {
            (false, _) => (Outcome::Wrong, self.wrong),
            (true, true) => (Outcome::Absent, self.notes),
            (true, false) => (Outcome::Good, self.notes),
        };
        Line {
            piece: self.name,
            outcome,
            details,
        }
    }
}

/// Checks everything; `trust` are DER certificates to which the chain must lead, if any.
#[must_use]
pub fn all(evidence: &CertificateEvidence, trust: &[Vec<u8>]) -> Vec<Line> {
    let mut lines = vec![format(evidence)];
    lines.extend(certificate::check(evidence, trust));
    lines.extend(request::check(evidence));
    lines.extend(organization::check(evidence));
    lines.extend(texts::check(evidence));
    lines.extend(entries::check(evidence));
    lines
}

/// Whether a piece is wrong.
#[must_use]
pub fn is_wrong(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.outcome == Outcome::Wrong)
}

fn format(evidence: &CertificateEvidence) -> Line {
    let mut piece = Piece::new("format");
    piece.same("it", evidence.format.as_str(), "chancery-evidence/v1");
    piece.line()
}
