//! `chancery audit`: what an auditor takes away, and checks without this CA.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::{client::Client, command::escaped, fault::Fault, report::Report};
use crate::api::certificate_evidence::CertificateEvidence;

mod check;
mod saved;

use check::{Line, Outcome};

#[derive(Subcommand)]
pub enum Verb {
    /// Everything a certificate's issuance rested on, with every signature in it verified.
    ///
    /// That it was read is an entry of the log. With --check a saved one is verified: offline, with
    /// no connection and no certificate of yours.
    #[command(after_help = "Examples:
  chancery audit evidence 4f2a... --output 4f2a --profile ada.toml
  chancery audit evidence --check 4f2a --trust root.pem
  chancery audit evidence crt_0198f... --json --profile ada.toml > evidence.json
  chancery audit evidence --check evidence.json

DIR gets evidence.json, the daemon's answer, and beside it what OpenSSL and people read: the
certificate and its chain, the request as it came, the texts of profile, statements and rules,
each person's signed text with signature and public key. It must not exist.
Exit status: 0 everything verifies, 1 refused, or something does not verify, 2 usage or unreadable.")]
    Evidence {
        /// The certificate, by id or serial number in hexadecimal.
        #[arg(required_unless_present = "check")]
        id: Option<String>,
        /// Write it into this new directory.
        #[arg(long, value_name = "DIR", conflicts_with = "check")]
        output: Option<PathBuf>,
        /// Verify what stands in this directory, or in this file as --json gave it.
        #[arg(long, value_name = "PATH", conflicts_with = "id")]
        check: Option<PathBuf>,
        /// CA certificates (PEM) to which the chain must lead; the root is not in the evidence.
        #[arg(long, value_name = "FILE")]
        trust: Option<PathBuf>,
    },
}

/// The outcome of an offline check.
#[derive(Debug, Serialize)]
struct Checked {
    path: PathBuf,
    certificate: Option<String>,
    verifies: bool,
    checks: Vec<Line>,
}

impl Verb {
    /// What needs no daemon is done; the rest is handed back.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn offline(&self) -> Option<Result<Report, Fault>> {
        let Self::Evidence { check, trust, .. } = self;
        let path = check.as_deref()?;
        Some(saved(path, trust.as_deref()))
    }
}

/// # Errors
/// The daemon's refusal, or what cannot be read or written.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    let Verb::Evidence {
        id, output, trust, ..
    } = verb;
    let id = id.unwrap_or_default();
    let trust = saved::trusted(trust.as_deref())?;
    let path = format!("/certificates/{}/evidence", escaped(&id));
    let reply = client.get(&path)?;
    let evidence: CertificateEvidence = reply.json()?;
    let lines = check::all(&evidence, &trust);
    let mut text = words(&evidence);
    if let Some(dir) = &output {
        saved::write(dir, &evidence, &reply.body)?;
        text.push_str(&format!("\nwritten to {}", dir.display()));
    }
    text.push_str("\n\n");
    text.push_str(&told(&lines));
    let wrong = check::is_wrong(&lines);
    // With --json nothing but the daemon's answer, which --check reads.
    Ok(Report::new(text, &evidence).with_findings(wrong))
}

fn saved(path: &Path, trust: Option<&Path>) -> Result<Report, Fault> {
    let trust = saved::trusted(trust)?;
    let (evidence, mut checks) = saved::read(path)?;
    if let Some(evidence) = &evidence {
        checks.extend(check::all(evidence, &trust));
    }
    let wrong = check::is_wrong(&checks);
    let certificate = evidence.map(|evidence| evidence.certificate.id);
    let checked = Checked {
        path: path.to_owned(),
        certificate,
        verifies: !wrong,
        checks,
    };
    let verdict = match (&checked.certificate, wrong) {
        (_, true) => "DOES NOT VERIFY".to_owned(),
        (Some(id), false) => format!("the evidence behind {id} verifies"),
        (None, false) => String::new(),
    };
    let text = format!("{}\n\n{verdict}", told(&checked.checks));
    Ok(Report::new(text, &checked).with_findings(wrong))
}

fn words(evidence: &CertificateEvidence) -> String {
    let (certificate, request) = (&evidence.certificate, &evidence.request);
    let user = request.acting_for.user_id.as_deref().unwrap_or("nobody");
    let mut lines = vec![
        format!("{}  {}", certificate.id, certificate.state),
        format!("  serial     {}", certificate.serial),
        format!("  subject    {}", certificate.subject),
        format!("  mailbox    {}", certificate.sans.join(", ")),
        format!("  asked by   {} for {user}", request.ra),
        format!("  asked at   {}", request.submitted_at),
        format!(
            "  order      {} ({})",
            request.order_number, request.product_code
        ),
    ];
    let statements = evidence.statements.iter();
    lines.extend(statements.map(|one| {
        let (id, version, at) = (&one.id, one.version, &one.accepted_at);
        format!("  accepted   {id} v{version} at {at}")
    }));
    lines.extend(evidence.mailboxes.iter().map(|one| {
        let at = one.confirmed_at.as_deref().unwrap_or("never");
        format!(
            "  mailbox    {} by {}, confirmed {at}",
            one.email, one.method
        )
    }));
    let checks = evidence.organization.checks.iter();
    lines.extend(checks.map(|one| {
        let at = one.checked_at.as_deref().unwrap_or("undated");
        format!("  check      {} {} ({at})", one.check, one.state)
    }));
    lines.extend(evidence.organization.decisions.iter().map(|one| {
        let (step, outcome, by, at) = (&one.step, &one.outcome, &one.by, &one.at);
        format!("  {step:<9}  {outcome} by {by} at {at}")
    }));
    lines.extend(evidence.caa.iter().map(|one| {
        let (domain, verdict, at) = (&one.domain, &one.verdict, &one.checked_at);
        format!("  CAA        {domain} {verdict} ({}) at {at}", one.reason)
    }));
    let issuance = &evidence.issuance;
    let (profile, rules) = (&issuance.profile, &issuance.lint_rules);
    lines.push(format!(
        "  profile    {profile} {}",
        issuance.profile_sha256
    ));
    let findings = issuance.lint_findings.len();
    lines.push(format!("  lint       rules {rules}, {findings} findings"));
    lines.extend(key(evidence));
    lines.push(format!("  intent     {}", issuance.recorded_at));
    lines.join("\n")
}

/// How the key was judged at issuance, and what today's rules say of it.
fn key(evidence: &CertificateEvidence) -> Vec<String> {
    let key = &evidence.key;
    let judged = key.at_issuance.as_ref().map(|judged| {
        let (rules, kept) = (&judged.rules, judged.kept.join(", "));
        format!("  key        rules {rules}, kept: {kept}")
    });
    let mut today = key.faults_today.clone();
    if key.blocked_today {
        today.push("blocked".to_owned());
    }
    let today = (!today.is_empty()).then(|| format!("  key TODAY  {}", today.join("; ")));
    judged.into_iter().chain(today).collect()
}

fn told(lines: &[Line]) -> String {
    let line = |line: &Line| {
        let mark = match line.outcome {
            Outcome::Good => "good   ",
            Outcome::Absent => "absent ",
            Outcome::Wrong => "WRONG  ",
        };
        let detail = line.details.join("; ");
        match detail.is_empty() {
            true => format!("{mark} {}", line.piece),
            false => format!("{mark} {}: {detail}", line.piece),
        }
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
