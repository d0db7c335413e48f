//! `chancery jobs`: the daemon's background work, and what of it fails.

use clap::Subcommand;
use hyper::Method;

use super::{
    client::{Client, Extra},
    command::escaped,
    fault::Fault,
    report::{Report, table},
};
use crate::{
    api::{jobs::Job, list::List},
    domain::job::{JobKind, JobState},
};

/// The verbs.
#[derive(Subcommand)]
pub enum Verb {
    /// Jobs that are not done, newest first.
    #[command(after_help = "Example:\n  chancery jobs list --state failing --profile olga.toml")]
    List {
        /// failing, running, due, waiting or done.
        #[arg(long, value_parser = state)]
        state: Option<JobState>,
        /// For example renew_crl or send_mail.
        #[arg(long, value_parser = kind)]
        kind: Option<JobKind>,
        /// At most so many, 1 to 200.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// One job, and what its last try met.
    #[command(after_help = "Example:\n  chancery jobs show job_0198f... --profile olga.toml")]
    Show { id: String },
    /// Try at once a job that failed. One that does not fail keeps its time.
    #[command(after_help = "Example:\n  chancery jobs retry job_0198f... --profile olga.toml")]
    Retry { id: String },
}

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    match verb {
        Verb::List {
            state,
            kind,
            limit,
            cursor,
        } => {
            let mut path = format!("/jobs?limit={limit}");
            let filters = [
                ("state", state.map(|state| state.name().to_owned())),
                ("kind", kind.map(|kind| kind.name().to_owned())),
                ("cursor", cursor),
            ];
            for (name, value) in filters {
                let value = value.map(|value| format!("&{name}={}", escaped(&value)));
                path.push_str(&value.unwrap_or_default());
            }
            Ok(listed(&client.get(&path)?.json()?))
        }
        Verb::Show { id } => Ok(shown(&client.get(&of(&id))?.json()?)),
        Verb::Retry { id } => {
            let path = format!("{}/retry", of(&id));
            let reply = client.send(Method::POST, &path, None::<&()>, &Extra::default())?;
            Ok(shown(&reply.json()?))
        }
    }
}

fn of(id: &str) -> String {
    format!("/jobs/{}", escaped(id))
}

fn listed(list: &List<Job>) -> Report {
    let head = ["id", "kind", "object", "state", "tries", "due", "failing"];
    let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
    rows.extend(list.items.iter().map(row));
    let mut text = table(&rows);
    if let Some(next) = &list.next {
        text.push_str(&format!("\nmore: --cursor {next}"));
    }
    Report::new(text, list)
}

fn row(job: &Job) -> Vec<String> {
    let failing = job.failure.as_ref();
    let failing =
        failing.map(|failure| format!("{} since {}", failure.code, failure.first_failed_at));
    vec![
        job.id.clone(),
        job.kind.clone(),
        job.object.clone(),
        job.state.clone(),
        job.attempts.to_string(),
        job.due.clone().unwrap_or_default(),
        failing.unwrap_or_default(),
    ]
}

fn shown(job: &Job) -> Report {
    let mut lines = vec![format!("{}  {}  {}", job.id, job.kind, job.state)];
    let mut line = |name: &str, value: &str| lines.push(format!("  {name:<12}{value}"));
    line("object", &job.object);
    line("queued", &job.queued_at);
    line("tries", &job.attempts.to_string());
    for (name, at) in [
        ("due", &job.due),
        ("held until", &job.held_until),
        ("ended", &job.ended_at),
    ] {
        if let Some(at) = at {
            line(name, at);
        }
    }
    if let Some(failure) = &job.failure {
        line("failed", &format!("{} {}", failure.code, failure.text));
        let (first, last) = (&failure.first_failed_at, &failure.last_failed_at);
        line(
            "",
            &format!("{} in a row, {first} to {last}", failure.failures),
        );
    }
    Report::new(lines.join("\n"), job)
}

fn state(text: &str) -> Result<JobState, String> {
    let known = || JobState::ALL.map(JobState::name).join(", ");
    JobState::from_name(text).ok_or_else(|| format!("one of {}", known()))
}

fn kind(text: &str) -> Result<JobKind, String> {
    let known = || JobKind::ALL.map(JobKind::name).join(", ");
    JobKind::from_name(text).ok_or_else(|| format!("one of {}", known()))
}
