//! `chancery mail`: the ledger of mails, and what a template looks like.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use hyper::Method;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    client::{Client, Extra},
    command::escaped,
    fault::Fault,
    report::{Report, table},
};
use crate::{
    adapters::templates::{MailTemplates, sample},
    api::{
        list::List,
        mail::{Mail, NewMailTest},
    },
    domain::{mail::MailKind, text::Language},
    ports::mailer::Templates,
};

#[derive(Subcommand)]
pub enum Verb {
    /// Mails, newest first.
    #[command(after_help = "Example:\n  chancery mail list --state failed --profile olga.toml")]
    List {
        #[arg(long, value_enum)]
        state: Option<State>,
        /// At most so many, 1 to 200.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Try a mail again that was given up (`failed`) or came back (`bounced`).
    Retry { id: String },
    /// Send a mail that says only that it came: do mails arrive, signed as they should be?
    #[command(after_help = "Example:
  chancery mail test --to me@example.com --profile olga.toml")]
    Test {
        #[arg(long, value_name = "ADDRESS")]
        to: String,
        /// en or pl.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Language,
    },
    /// Show a mail with invented values; asks no daemon.
    #[command(after_help = "Example:
  chancery mail preview issued --language pl --templates /etc/chancery/mail")]
    Preview(Preview),
}

#[derive(clap::Args)]
pub struct Preview {
    /// For example verify-address, data-approved or issued.
    #[arg(value_parser = kind)]
    kind: MailKind,
    /// en or pl.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
    /// The operator's templates, used in place of those built in.
    #[arg(long, value_name = "DIRECTORY")]
    templates: Option<PathBuf>,
    /// The HTML part instead of the text.
    #[arg(long)]
    html: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum State {
    Queued,
    Sent,
    Failed,
    Bounced,
    Superseded,
    Suppressed,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Bounced => "bounced",
            Self::Superseded => "superseded",
            Self::Suppressed => "suppressed",
        }
    }
}

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    match verb {
        Verb::List { state, limit } => {
            let state = state.map_or_else(String::new, |state| format!("&state={}", state.name()));
            let path = format!("/mails?limit={limit}{state}");
            let list: List<Mail> = client.get(&path)?.json()?;
            let head = ["created", "id", "kind", "state", "tries", "to", "reply"];
            let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
            rows.extend(list.items.iter().map(row));
            Ok(Report::new(table(&rows), &list))
        }
        Verb::Retry { id } => {
            let path = format!("/mails/{}/retry", escaped(&id));
            let reply = client.send(Method::POST, &path, None::<&()>, &Extra::default())?;
            let mail: Mail = reply.json()?;
            let words = format!("{} to {} is queued again", mail.kind, mail.recipient);
            Ok(Report::new(words, &mail))
        }
        Verb::Test { to, language } => {
            let language = Some(language.code().to_owned());
            let new = NewMailTest { to, language };
            let reply = client.send(Method::POST, "/mail-tests", Some(&new), &Extra::default())?;
            let mail: Mail = reply.json()?;
            let words = format!(
                "{} to {} is queued: see chancery mail list",
                mail.id, mail.recipient
            );
            Ok(Report::new(words, &mail))
        }
        Verb::Preview(wanted) => preview(&wanted),
    }
}

/// # Errors
/// When a template cannot be read or is wrong.
pub fn preview(wanted: &Preview) -> Result<Report, Fault> {
    let templates = MailTemplates::load(wanted.templates.as_deref())
        .map_err(|error| Fault::Finding(error.to_string()))?;
    let wording = templates
        .render(&sample::letter(wanted.language, wanted.kind))
        .map_err(|error| Fault::Finding(error.to_string()))?;
    // The code in a sample is invented.
    let text = wording.text.expose_secret();
    let html = wording.html.expose_secret();
    let data = json!({ "subject": wording.subject, "text": text, "html": html });
    let words = if wanted.html {
        html.to_owned()
    } else {
        format!("Subject: {}\n\n{text}", wording.subject)
    };
    Ok(Report::new(words, &data))
}

fn row(mail: &Mail) -> Vec<String> {
    vec![
        mail.created_at.clone(),
        mail.id.clone(),
        mail.kind.clone(),
        mail.state.clone(),
        mail.attempts.to_string(),
        mail.recipient.clone(),
        mail.reply.clone(),
    ]
}

fn kind(text: &str) -> Result<MailKind, String> {
    let known = || MailKind::ALL.map(MailKind::name).join(", ");
    MailKind::from_name(text).ok_or_else(|| format!("one of {}", known()))
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| "en or pl".to_owned())
}
