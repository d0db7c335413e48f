//! The command line of `chancery`.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use serde::Deserialize;

use super::{
    audit,
    card::CardArguments,
    case, certificate,
    client::{Client, Connection, KeySource},
    domain,
    fault::Fault,
    jobs, keys, lint, mail, mailbox, order, ra,
    report::{self, Report},
    token, webhook,
};

/// Client of the CA's people and frontends: operators, specialists, officers, auditors.
#[derive(Parser)]
#[command(
    name = "chancery",
    version,
    after_help = "Examples:
  chancery --profile anna.toml ra list
  chancery ra add web-panel --role ra_customer --certificate panel.pem --profile anna.toml
  chancery --profile anna.toml --json order show ord_0198f...

A profile is a TOML file with url, ca, cert and key. Who is known by the key of a PKCS#11 card has in
place of key: sign_module, sign_token, sign_label or sign_id, and perhaps sign_pin_file.
Exit status: 0 done, 1 refused or finding, 2 usage, unreadable or unreachable."
)]
struct Command {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    noun: Noun,
}

/// May stand behind the verb too.
#[derive(Args)]
struct Options {
    /// The daemon, for example https://ca.example.com:8443.
    #[arg(long, global = true)]
    url: Option<String>,
    /// Roots of the daemon's certificate (PEM).
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Your certificate (PEM).
    #[arg(long, global = true, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Your key (PEM), unless it is on a card.
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    card: CardArguments,
    /// TOML file with what stands above; options given beside it take precedence.
    #[arg(long, global = true, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Noun {
    /// The registry of frontends and people.
    #[command(subcommand)]
    Ra(ra::Verb),
    /// Orders.
    #[command(subcommand)]
    Order(order::Verb),
    /// Validation cases.
    #[command(subcommand)]
    Case(case::arguments::Verb),
    /// Mailbox validations that must not be relied on.
    #[command(subcommand)]
    Mailbox(mailbox::Verb),
    /// Control of mail domains, as the frontend of their owner.
    Domain(domain::Command),
    /// Issued certificates.
    #[command(subcommand)]
    Certificate(certificate::Verb),
    /// Judge every certificate ever issued by today's rules. Reads only.
    #[command(after_help = lint::HELP)]
    Lint,
    /// Evidence for auditors.
    #[command(subcommand)]
    Audit(audit::Verb),
    /// The ledger of mails and their templates.
    #[command(subcommand)]
    Mail(mail::Verb),
    /// The daemon's background work: what waits, what fails, try it again.
    #[command(subcommand)]
    Jobs(jobs::Verb),
    /// Tokens and their keys.
    #[command(subcommand)]
    Token(token::Verb),
    /// Endpoints that a frontend's events are pushed to.
    Webhook(webhook::Command),
    /// Subscribers' keys: block one, look at one, the block list.
    #[command(subcommand)]
    Keys(keys::Verb),
}

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    let command = Command::parse();
    let as_json = command.options.json;
    let done = run(command);
    let printed = done.and_then(|report| {
        let printed = report.print(as_json);
        printed.map_err(|error| Fault::unreadable("standard output", error))?;
        Ok(report.exit_status())
    });
    match printed {
        Ok(status) => ExitCode::from(status),
        Err(fault) => {
            report::print_fault(&fault, as_json);
            ExitCode::from(fault.exit_status())
        }
    }
}

fn run(command: Command) -> Result<Report, Fault> {
    if let Noun::Mail(mail::Verb::Preview(wanted)) = &command.noun {
        return mail::preview(wanted); // Asks no daemon, so it needs no certificate.
    }
    if let Noun::Audit(verb) = &command.noun
        && let Some(done) = verb.offline()
    {
        return done;
    }
    let client = Client::new(connection(command.options)?)?;
    match command.noun {
        Noun::Audit(verb) => audit::run(&client, verb),
        Noun::Ra(verb) => ra::run(&client, verb),
        Noun::Order(verb) => order::run(&client, verb),
        Noun::Lint => lint::run(&client),
        Noun::Mail(verb) => mail::run(&client, verb),
        Noun::Case(verb) => case::run(&client, verb),
        Noun::Mailbox(verb) => mailbox::run(&client, verb),
        Noun::Domain(command) => domain::run(&client, command),
        Noun::Certificate(verb) => certificate::run(&client, verb),
        Noun::Jobs(verb) => jobs::run(&client, verb),
        Noun::Keys(verb) => keys::run(&client, verb),
        Noun::Token(token::Verb::Status) => token::status(&client),
        Noun::Webhook(command) => webhook::run(&client, command),
    }
}

/// The options of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    url: String,
    ca: PathBuf,
    cert: PathBuf,
    key: Option<PathBuf>,
    sign_module: Option<PathBuf>,
    sign_token: Option<String>,
    sign_label: Option<String>,
    sign_id: Option<String>,
    sign_pin_file: Option<PathBuf>,
}

fn connection(options: Options) -> Result<Connection, Fault> {
    let profile = options.profile.map(read_profile).transpose()?;
    let missing = |name: &str| Fault::Unreadable(format!("--{name} or --profile is needed"));
    let (mut url, mut ca, mut cert, mut key) = (None, None, None, None);
    let mut card = CardArguments::default();
    if let Some(profile) = profile {
        url = Some(profile.url);
        ca = Some(profile.ca);
        cert = Some(profile.cert);
        key = profile.key;
        card = CardArguments {
            sign_module: profile.sign_module,
            sign_token: profile.sign_token,
            sign_label: profile.sign_label,
            sign_id: profile.sign_id,
            sign_pin_file: profile.sign_pin_file,
        };
    }
    let card = options.card.or(card).card()?;
    let key = match (options.key.or(key), card) {
        (Some(file), None) => KeySource::File(file),
        (None, Some(card)) => KeySource::Card(card),
        (Some(file), Some(card)) => KeySource::FileAndCard(file, card),
        (None, None) => return Err(missing("key, --sign-module")),
    };
    Ok(Connection {
        url: options.url.or(url).ok_or_else(|| missing("url"))?,
        ca: options.ca.or(ca).ok_or_else(|| missing("ca"))?,
        cert: options.cert.or(cert).ok_or_else(|| missing("cert"))?,
        key,
    })
}

fn read_profile(path: PathBuf) -> Result<Profile, Fault> {
    let text =
        fs::read_to_string(&path).map_err(|error| Fault::unreadable(path.display(), error))?;
    toml::from_str(&text).map_err(|error| Fault::unreadable(path.display(), error))
}

/// A value as one segment of a path or one value of a query.
#[must_use]
pub fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
