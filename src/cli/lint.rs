//! `chancery lint`: a dated statement on every certificate under the rules of today.
//!
//! The daemon judges; the client asks page by page, so neither holds more than a page and the
//! findings.

use std::{collections::BTreeMap, fmt::Write};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{
    client::Client,
    command::escaped,
    fault::Fault,
    report::{self, Report},
};
use crate::{
    api::{
        lint::{Census, JudgedCertificate},
        list::List,
    },
    domain::timestamp::Timestamp,
};

pub const HELP: &str = "Example:
  chancery lint --profile olga.toml --json > statement.json

The statement names the rules' version and the daemon's time, and for each broken rule the number
of certificates and their serials. Certificates issued while it runs are not in it.
Exit status: 0 no finding, 1 findings, or certificates that no rules are bound to, 2 unreadable.";

/// Certificates a call: some milliseconds of the daemon's time.
const PAGE: u32 = 100;

/// The dated outcome.
#[derive(Debug, Serialize)]
struct Statement {
    /// The daemon's time before the first page.
    at: String,
    /// Version of the rules.
    rules: String,
    certificates: u64,
    without_finding: u64,
    with_findings: u64,
    /// Serials of certificates whose issuer is not configured any more.
    not_judged: Vec<String>,
    findings: Vec<Broken>,
}

/// A rule and the certificates that break it.
#[derive(Debug, Serialize)]
struct Broken {
    rule: String,
    citation: String,
    certificates: u64,
    /// `ISSUER/SERIAL`, newest first.
    serials: Vec<String>,
}

/// # Errors
/// The daemon's refusal, or that it cannot be reached.
pub fn run(client: &Client) -> Result<Report, Fault> {
    let census: Census = client.get("/lint")?.json()?;
    let bar = Progress::over(&census);
    let mut statement = Statement::begin(census);
    let mut broken = BTreeMap::new();
    let mut next = Some(format!("/lint/certificates?limit={PAGE}"));
    while let Some(path) = next {
        let page: List<JudgedCertificate> = client.get(&path)?.json()?;
        for judged in &page.items {
            statement.take(judged, &mut broken);
        }
        bar.reached(&page, statement.certificates);
        next = page.next.map(|cursor| {
            format!(
                "/lint/certificates?limit={PAGE}&cursor={}",
                escaped(&cursor)
            )
        });
    }
    bar.0.finish_and_clear();
    statement.findings = broken.into_values().collect();
    let has_findings = statement.with_findings > 0 || !statement.not_judged.is_empty();
    Ok(Report::new(statement.words(), &statement).with_findings(has_findings))
}

/// On standard error, and only where that is a terminal. How many certificates there are is known
/// at the end only; how far back a page reaches is known at once.
struct Progress(ProgressBar, Timestamp);

impl Progress {
    fn over(census: &Census) -> Self {
        let style = ProgressStyle::with_template("{bar:40} {msg} certificates, {eta} left");
        let at = census.at.parse().unwrap_or(Timestamp::EPOCH);
        let oldest = census.oldest_issued_at.as_deref();
        let oldest = oldest.and_then(|oldest| oldest.parse().ok()).unwrap_or(at);
        let bar = ProgressBar::new(at.since(oldest).as_secs()).with_message("0");
        let bar = match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        Self(bar, at)
    }

    fn reached(&self, page: &List<JudgedCertificate>, certificates: u64) {
        let last = page
            .items
            .last()
            .and_then(|last| last.issued_at.parse().ok());
        if let Some(last) = last {
            self.0.set_position(self.1.since(last).as_secs());
        }
        self.0.set_message(certificates.to_string());
    }
}

impl Statement {
    fn begin(census: Census) -> Self {
        Self {
            at: census.at,
            rules: census.rules,
            certificates: 0,
            without_finding: 0,
            with_findings: 0,
            not_judged: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn take(&mut self, judged: &JudgedCertificate, broken: &mut BTreeMap<String, Broken>) {
        self.certificates += 1;
        let name = format!("{}/{}", judged.issuer, judged.serial);
        if !judged.is_judged {
            self.not_judged.push(name);
            return;
        }
        if judged.findings.is_empty() {
            self.without_finding += 1;
            return;
        }
        self.with_findings += 1;
        for finding in &judged.findings {
            let entry = broken
                .entry(finding.rule.clone())
                .or_insert_with(|| Broken {
                    rule: finding.rule.clone(),
                    citation: finding.citation.clone(),
                    certificates: 0,
                    serials: Vec::new(),
                });
            entry.certificates += 1;
            entry.serials.push(name.clone());
        }
    }

    fn words(&self) -> String {
        let mut out = format!(
            "Lint of the whole stock, {}, rules {}\n{} certificates: {} without a finding, {} with findings, {} not judged\n",
            self.at,
            self.rules,
            self.certificates,
            self.without_finding,
            self.with_findings,
            self.not_judged.len()
        );
        let head = ["rule", "certificates", "citation"];
        let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
        rows.extend(self.findings.iter().map(|broken| {
            let count = broken.certificates.to_string();
            vec![broken.rule.clone(), count, broken.citation.clone()]
        }));
        if rows.len() > 1 {
            // Writing into a String cannot fail.
            let _ = write!(out, "\n{}\n", report::table(&rows));
        }
        let listed = self
            .findings
            .iter()
            .map(|broken| (broken.rule.as_str(), &broken.serials));
        let unjudged = [("not judged: the issuer is not configured", &self.not_judged)];
        let listed = listed.chain(
            unjudged
                .into_iter()
                .filter(|(_, serials)| !serials.is_empty()),
        );
        for (title, serials) in listed {
            let _ = write!(out, "\n{title}\n  {}\n", serials.join("\n  "));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::lint::Finding;

    fn judged(serial: &str, rules: Option<&[&str]>) -> JudgedCertificate {
        let finding = |rule: &&str| Finding {
            rule: (*rule).to_owned(),
            citation: "RFC 5280 4.1".to_owned(),
            detail: String::new(),
        };
        JudgedCertificate {
            certificate_id: String::new(),
            issuer: "issuing-g1".to_owned(),
            serial: serial.to_owned(),
            issued_at: String::new(),
            is_judged: rules.is_some(),
            findings: rules.into_iter().flatten().map(finding).collect(),
        }
    }

    #[test]
    fn a_statement_counts_by_rule_and_names_serials() {
        let mut statement = Statement::begin(Census {
            at: "2026-11-22T12:00:00.000Z".to_owned(),
            rules: "1".to_owned(),
            oldest_issued_at: None,
        });
        let mut broken = BTreeMap::new();
        for one in [
            judged("41", Some(&["e_a", "e_b"])),
            judged("42", Some(&[])),
            judged("43", Some(&["e_b"])),
            judged("44", None),
        ] {
            statement.take(&one, &mut broken);
        }
        statement.findings = broken.into_values().collect();
        let text = statement.words();
        for part in [
            "2026-11-22T12:00:00.000Z, rules 1",
            "4 certificates: 1 without a finding, 2 with findings, 1 not judged",
            "e_a   1             RFC 5280 4.1",
            "e_b\n  issuing-g1/41\n  issuing-g1/43\n",
            "not judged: the issuer is not configured\n  issuing-g1/44\n",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }
}
