//! The command line of `chanceryd`.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Args, Parser, Subcommand};

use super::{
    Outside, caa, domains, judged, mail, material, registers, reload, run, store, webhooks,
};
use crate::{
    adapters::{
        document_directory::{content::SealedContent, keys::DocumentKeys},
        sqlite::verify::{Report, Violation},
        system::{self, OsEntropy, SystemClock},
    },
    config::Config,
    domain::{id::BootId, refusal::Refused, timestamp::Timestamp},
    ports::{entropy, store::WholeStore},
    services::{
        identities::{Identities, Wish},
        subject_keys::{KeyLists, SubjectKeys},
    },
    telemetry::Telemetry,
};

/// Certificate authority daemon for S/MIME.
///
/// Issuing keys stay in a PKCS#11 HSM; frontends speak to the daemon over mutual TLS.
#[derive(Parser)]
#[command(
    name = "chanceryd",
    version,
    after_help = "Examples:
  chanceryd check-config --config /etc/chancery/chancery.toml
  chanceryd migrate      --config /etc/chancery/chancery.toml
  chanceryd serve        --config /etc/chancery/chancery.toml

Exit status: 0 done, 1 refused or failed, 2 usage."
)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Args)]
struct File {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

#[derive(Subcommand)]
enum Verb {
    /// Serve until told to stop. SIGHUP reads TLS, products, profiles and log level again.
    Serve(File),
    /// Say what is wrong with the configuration and the files it names, by file and line.
    CheckConfig(File),
    /// Create the database's tables, or bring them up to this program's schema. No daemon may run.
    #[command(
        after_help = "On a PostgreSQL server the tables belong to another user than the daemon's:
  chanceryd migrate --config /etc/chancery/chancery.toml --user chancery_owner \\
    --password-file /root/chancery_owner"
    )]
    Migrate {
        #[command(flatten)]
        file: File,
        /// Who owns the tables; the user of the configuration without it.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// File of the owner's password; none where the server knows the account otherwise.
        #[arg(long, value_name = "FILE", requires = "user")]
        password_file: Option<PathBuf>,
    },
    /// Judge the database: audit log, serials, certificates, CRLs. Reads only, beside a running
    /// daemon too, and needs no token. Exit status 0 clean, 1 violations, 2 unreadable.
    #[command(
        after_help = "With --json: one object with the counts and a list of violations, each
with code, invariant, object and text. Progress goes to standard error when that is a terminal."
    )]
    Verify {
        #[command(flatten)]
        file: File,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Register the first operator, who registers everybody else. The daemon must not run.
    #[command(after_help = "Example:
  chanceryd enroll-operator --config /etc/chancery/chancery.toml \\
    --name anna --certificate anna.pem --qualified-until 2027-12-31")]
    EnrollOperator {
        #[command(flatten)]
        file: File,
        /// Name in the registry: a-z, 0-9, dot, hyphen.
        #[arg(long)]
        name: String,
        /// The operator's TLS certificate (PEM).
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
        /// Last day of the operator's qualification, or an RFC 3339 time. A year from now
        /// without it.
        #[arg(long, value_name = "DATE")]
        qualified_until: Option<String>,
    },
}

type Done = Result<(), Box<dyn Error>>;

/// The database or the configuration cannot be read (contract, Programs: `verify`).
const UNREADABLE: u8 = 2;

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    let command = Command::parse();
    let done = match command.verb {
        Verb::Serve(file) => serve(&file.config),
        Verb::CheckConfig(file) => check(&file.config),
        Verb::Migrate {
            file,
            user,
            password_file,
        } => migrate(&file.config, user.as_deref(), password_file.as_deref()),
        Verb::Verify { file, json } => return verify(&file.config, json),
        Verb::EnrollOperator {
            file,
            name,
            certificate,
            qualified_until,
        } => enroll(&file.config, name, &certificate, qualified_until.as_deref()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chanceryd: {}", whole(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// The error and what lies behind it, on one line.
fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

fn outside() -> Outside {
    Outside {
        clock: Arc::new(SystemClock::start()),
        entropy: Arc::new(OsEntropy),
    }
}

fn serve(path: &Path) -> Done {
    system::seal_memory()?;
    let config = Config::load(path)?;
    let telemetry = Telemetry::start(&config.settings.log.level)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(run(config, outside(), telemetry));
    if let Err(error) = &ended {
        tracing::error!(error = whole(error), "chanceryd ended");
    }
    Ok(ended?)
}

fn check(path: &Path) -> Done {
    let fresh = reload::read(path, outside().clock.now())?;
    store::check(fresh.config())?;
    material::code_key(fresh.config())?;
    material::document_keys(fresh.config())?;
    material::document_directory(fresh.config())?;
    let mails = mail::check(fresh.config(), outside().clock.now())?;
    caa::resolver(fresh.config())?;
    let clock = outside().clock;
    registers::registers(fresh.config(), &clock)?;
    webhooks::courier(fresh.config(), &clock)?;
    domains::remotes(fresh.config(), &clock)?;
    for warning in fresh.warnings().iter().chain(&mails) {
        eprintln!("chanceryd: warning: {warning}");
    }
    println!("{}: everything is in order", path.display());
    Ok(())
}

fn migrate(path: &Path, user: Option<&str>, password: Option<&Path>) -> Done {
    let config = Config::load(path)?;
    let owner = user.map(|user| store::Owner { user, password });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let database = runtime.block_on(store::migrate(&config, owner))?;
    println!("{database}: the schema is this program's");
    Ok(())
}

fn verify(path: &Path, json: bool) -> ExitCode {
    match judged::judge(path) {
        Ok(report) if json => {
            println!("{}", as_json(&report));
            ExitCode::from(u8::from(report.found > 0))
        }
        Ok(report) => {
            for violation in &report.violations {
                println!("{violation}");
            }
            println!(
                "{} entries, {} intents, {} certificates, {} of responders, {} revoked, {} CRLs: {} violations",
                report.entries,
                report.intents,
                report.certificates,
                report.responders,
                report.revoked,
                report.revocation_lists,
                report.found
            );
            if report.unjudged > 0 {
                println!(
                    "{} signatures not judged: the configuration does not name their CA",
                    report.unjudged
                );
            }
            ExitCode::from(u8::from(report.found > 0))
        }
        Err(error) => {
            eprintln!("chanceryd: {}", whole(error.as_ref()));
            ExitCode::from(UNREADABLE)
        }
    }
}

fn as_json(report: &Report) -> serde_json::Value {
    let violation = |found: &Violation| {
        serde_json::json!({
            "code": found.rule.code(),
            "invariant": found.rule.invariant(),
            "object": found.object,
            "text": found.rule.text(),
        })
    };
    serde_json::json!({
        "entries": report.entries,
        "intents": report.intents,
        "certificates": report.certificates,
        "responders": report.responders,
        "revoked": report.revoked,
        "revocation_lists": report.revocation_lists,
        "unjudged": report.unjudged,
        "found": report.found,
        "violations": report.violations.iter().map(violation).collect::<Vec<_>>(),
    })
}

fn enroll(path: &Path, name: String, certificate: &Path, until: Option<&str>) -> Done {
    let config = Config::load(path)?;
    let outside = outside();
    let now = outside.clock.now();
    let qualified_until = match until {
        Some(text) => qualification(text)?,
        None => now.plus(crate::domain::timestamp::days(365)),
    };
    let wish = Wish {
        name,
        role: "operator".to_owned(),
        certificate: Some(fs::read_to_string(certificate)?),
        uri: None,
        qualified_until: Some(qualified_until),
        granted_from: None,
        granted_until: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let made = runtime.block_on(async {
        let boot = BootId::new(now, entropy::random(&*outside.entropy)?);
        // It writes no evidence: whoever is on the host need not have the keys.
        let keyless = Arc::new(DocumentKeys::none());
        let sealing = SealedContent::new(keyless, Arc::clone(&outside.entropy));
        let opened = store::open(&config, &outside, boot, Arc::new(sealing)).await?;
        let store = opened.store;
        let service = identities(&store, &outside);
        let made = service.enroll(&wish).await;
        store.close().await;
        made.map_err(|refused| Box::<dyn Error>::from(words(&refused)))
    })?;
    println!("{} is registered as {}", made.name, made.role.name());
    Ok(())
}

fn identities(store: &Arc<dyn WholeStore>, outside: &Outside) -> Identities {
    Identities {
        store: Arc::<dyn WholeStore>::clone(store),
        people: Arc::<dyn WholeStore>::clone(store),
        clock: Arc::clone(&outside.clock),
        // The CA's own keys are not looked up here: who is on the host needs no registration to
        // misuse them.
        keys: Arc::new(SubjectKeys::new(
            Arc::<dyn WholeStore>::clone(store),
            KeyLists::default(),
        )),
    }
}

/// A day ends with its last second.
fn qualification(text: &str) -> Result<Timestamp, Box<dyn Error>> {
    let whole = if text.len() == 10 {
        format!("{text}T23:59:59Z")
    } else {
        text.to_owned()
    };
    Ok(whole.parse::<Timestamp>()?)
}

/// A refusal in plain English.
fn words(refused: &Refused) -> String {
    let text = |code| crate::api::problem::Bilingual::of_code(code).en;
    let mut all = vec![text(refused.code)];
    all.extend(refused.faults.iter().map(|fault| text(fault.code)));
    all.extend(refused.cause.clone());
    all.join(" ")
}
