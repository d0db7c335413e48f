//! `chancery webhook`: endpoints that events are pushed to, as the frontend that has them.

use clap::Subcommand;
use hyper::Method;
use serde_json::json;

use super::{
    client::{Client, idempotency_key},
    command::escaped,
    fault::Fault,
    frontend::{Customer, Frontend, Paging},
    report::Report,
};
use crate::api::webhooks::{Attempt, NewWebhook, Redelivery, Webhook};

#[derive(clap::Args)]
pub struct Command {
    #[command(flatten)]
    customer: Customer,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Endpoints, newest first.
    #[command(after_help = "Example:\n  chancery webhook list --profile panel.toml")]
    List(Paging),
    /// Register an endpoint; it is told nothing before it has answered a challenge.
    #[command(after_help = "Example:
  chancery webhook register https://panel.example.com/hook --type certificate.issued --profile panel.toml")]
    Register {
        /// https://NAME[:PORT][/PATH][?QUERY]
        // Not `url`: that is where the daemon is.
        #[arg(value_name = "URL")]
        endpoint: String,
        /// A type of events, for example certificate.issued; may be repeated. Every type without.
        #[arg(long = "type", value_name = "TYPE")]
        types: Vec<String>,
        /// Names the act: repeated, it is done once.
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
    /// One endpoint, how far it has come and what its last message met.
    #[command(after_help = "Example:\n  chancery webhook show wh_0198f... --profile panel.toml")]
    Show { id: String },
    /// Send a message that says nothing. Exit status 1 when the endpoint did not take it.
    #[command(after_help = "Example:\n  chancery webhook test wh_0198f... --profile panel.toml")]
    Test { id: String },
    /// Send the challenge now, to an endpoint that is pending or disabled. Exit status 1 when it
    /// was not answered.
    #[command(
        after_help = "Example:\n  chancery webhook challenge wh_0198f... --profile panel.toml"
    )]
    Challenge { id: String },
    /// Deliver again what came after an event.
    #[command(after_help = "Example:
  chancery webhook redeliver wh_0198f... --after 0000000000000000 --profile panel.toml
delivers everything again.")]
    Redeliver {
        id: String,
        /// The cursor of an event that the endpoint has had.
        #[arg(long, value_name = "CURSOR")]
        after: String,
    },
    /// Remove an endpoint: it is told nothing more.
    #[command(after_help = "Example:\n  chancery webhook delete wh_0198f... --profile panel.toml")]
    Delete { id: String },
}

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, command: Command) -> Result<Report, Fault> {
    let caller = Frontend::new(client, command.customer);
    match command.verb {
        Verb::List(page) => {
            let head = ["registered", "id", "state", "last", "url"];
            caller.list("/webhooks", &page, head, row)
        }
        Verb::Register {
            endpoint,
            types,
            idempotency_key,
        } => register(&caller, endpoint, types, idempotency_key.as_deref()),
        Verb::Show { id } => Ok(shown(&caller.get(&of(&id))?.json()?)),
        Verb::Test { id } => {
            let attempt: Attempt = caller
                .post(&format!("{}/test", of(&id)), None::<&()>)?
                .json()?;
            let is_lost = attempt.outcome != "delivered";
            Ok(Report::new(tried(&attempt), &attempt).with_findings(is_lost))
        }
        Verb::Challenge { id } => {
            let path = format!("{}/challenge", of(&id));
            let webhook: Webhook = caller.post(&path, None::<&()>)?.json()?;
            let is_unanswered = webhook.state != "active";
            Ok(shown(&webhook).with_findings(is_unanswered))
        }
        Verb::Redeliver { id, after } => {
            let path = format!("{}/redeliver", of(&id));
            let reply = caller.post(&path, Some(&Redelivery { after }))?;
            Ok(shown(&reply.json()?))
        }
        Verb::Delete { id } => {
            caller.send(Method::DELETE, &of(&id), None::<&()>, None)?;
            let words = format!("{id} is told nothing more");
            Ok(Report::new(words, &json!({"id": id, "deleted": true})))
        }
    }
}

fn register(
    caller: &Frontend<'_>,
    url: String,
    types: Vec<String>,
    key: Option<&str>,
) -> Result<Report, Fault> {
    let types = (!types.is_empty()).then_some(types);
    let key = idempotency_key(key)?;
    let new = NewWebhook { url, types };
    let made = caller.send(Method::POST, "/webhooks", Some(&new), Some(&key))?;
    Ok(shown(&made.json()?))
}

fn of(id: &str) -> String {
    format!("/webhooks/{}", escaped(id))
}

fn row(webhook: &Webhook) -> Vec<String> {
    let last = webhook.last_attempt.as_ref();
    vec![
        webhook.created_at.clone(),
        webhook.id.clone(),
        webhook.state.clone(),
        last.map(|last| last.outcome.clone()).unwrap_or_default(),
        webhook.url.clone(),
    ]
}

fn shown(webhook: &Webhook) -> Report {
    let types = if webhook.types.is_empty() {
        "all".to_owned()
    } else {
        webhook.types.join(", ")
    };
    let mut lines = vec![
        format!("{}  {}", webhook.url, webhook.id),
        format!("  {:<12}{}", "state", webhook.state),
        format!("  {:<12}{types}", "types"),
        format!("  {:<12}{}", "cursor", webhook.cursor),
    ];
    if let Some(since) = &webhook.failing_since {
        lines.push(format!("  {:<12}since {since}", "failing"));
    }
    if let Some(last) = &webhook.last_attempt {
        lines.push(format!("  {:<12}{}", "last try", tried(last)));
    }
    Report::new(lines.join("\n"), webhook)
}

fn tried(attempt: &Attempt) -> String {
    let status = attempt.status.map(|status| format!(" ({status})"));
    format!(
        "{} {}{}",
        attempt.at,
        attempt.outcome,
        status.unwrap_or_default()
    )
}
