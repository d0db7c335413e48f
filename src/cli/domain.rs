//! `chancery domain`: control of mail domains, as the frontend of their owner.

use clap::Subcommand;
use hyper::Method;

use super::{
    client::{Client, idempotency_key},
    command::escaped,
    fault::Fault,
    frontend::{Customer, Frontend, Paging},
    report::Report,
};
use crate::api::domains::{Domain, DomainAct, NewDomain};

#[derive(clap::Args)]
pub struct Command {
    #[command(flatten)]
    customer: Customer,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Begin to show control of a domain: says which TXT record to publish.
    #[command(
        after_help = "Example:\n  chancery domain start example.com --acting-for c-1 --profile panel.toml"
    )]
    Start {
        domain: String,
        /// Names the act: repeated, it is done once.
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
    /// Domains, newest first.
    #[command(
        after_help = "Example:\n  chancery domain list --acting-for c-1 --profile panel.toml"
    )]
    List(Paging),
    /// One domain, and who saw what at the last look.
    #[command(after_help = "Example:\n  chancery domain show dom_0198f... --profile panel.toml")]
    Show { id: String },
    /// Look for the record now, from everywhere. Exit status 1 when the domain is not proven.
    #[command(after_help = "Example:\n  chancery domain check dom_0198f... --profile panel.toml")]
    Check { id: String },
    /// Give a proof up: no certificate is issued on it any more.
    #[command(
        after_help = "Example:\n  chancery domain withdraw dom_0198f... --profile panel.toml"
    )]
    Withdraw { id: String },
}

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, command: Command) -> Result<Report, Fault> {
    let caller = Frontend::new(client, command.customer);
    match command.verb {
        Verb::Start {
            domain,
            idempotency_key: key,
        } => {
            let key = idempotency_key(key.as_deref())?;
            let new = NewDomain {
                domain,
                acting_for: None,
            };
            let made = caller.send(Method::POST, "/domains", Some(&new), Some(&key))?;
            Ok(shown(&made.json()?))
        }
        Verb::List(page) => {
            let head = ["started", "id", "state", "valid until", "domain"];
            caller.list("/domains", &page, head, row)
        }
        Verb::Show { id } => {
            let found = caller.get(&of(&id))?;
            Ok(shown(&found.json()?))
        }
        Verb::Check { id } => {
            let domain = act(&caller, &id, "check")?;
            let is_open = domain.state != "proven";
            Ok(shown(&domain).with_findings(is_open))
        }
        Verb::Withdraw { id } => Ok(shown(&act(&caller, &id, "withdraw")?)),
    }
}

fn act(caller: &Frontend<'_>, id: &str, act: &str) -> Result<Domain, Fault> {
    let path = format!("{}/{act}", of(id));
    caller.post(&path, Some(&DomainAct::default()))?.json()
}

fn of(id: &str) -> String {
    format!("/domains/{}", escaped(id))
}

fn row(domain: &Domain) -> Vec<String> {
    vec![
        domain.created_at.clone(),
        domain.id.clone(),
        domain.state.clone(),
        domain.valid_until.clone().unwrap_or_default(),
        domain.domain.clone(),
    ]
}

fn shown(domain: &Domain) -> Report {
    let record = &domain.record;
    let mut lines = vec![
        format!("{}  {}", domain.domain, domain.id),
        format!("  {:<12}{}", "state", domain.state),
        format!("  {:<12}{} TXT \"{}\"", "record", record.name, record.value),
        format!("  {:<12}until {}", "value", domain.value_expires_at),
    ];
    if let Some(until) = &domain.valid_until {
        lines.push(format!("  {:<12}until {until}", "proof"));
    }
    if let Some(look) = &domain.last_look {
        let told = format!("{} {} ({})", look.at, look.verdict, look.quorum);
        lines.push(format!("  {:<12}{told}", "last look"));
        for one in &look.seen {
            lines.push(format!("  {:<12}{} {}", "", one.perspective, one.sight));
        }
    }
    Report::new(lines.join("\n"), domain)
}
