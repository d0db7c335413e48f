//! `chancery-ceremony`: key ceremonies of the security officers, offline.
//!
//! A plan is the only input. It is rehearsed on a throw-away token, approved by two people who
//! sign its hash and the hash of what the rehearsal would sign, and then run once. The transcript
//! is written before each act that cannot be undone.
//!
//! Deliberately without network and database. Not built yet, with their place kept in the kinds
//! of a plan and in the transcript's chain: sealing the transcript by the officers and an
//! auditor, splitting a PIN into shares and unlocking a daemon with them, backup and destruction
//! of keys, cross-certificates, resuming after a power cut.

mod approval;
mod checksum;
mod command;
mod describe;
mod drafting;
mod fault;
mod input;
mod key;
mod material;
mod note;
mod plan;
mod plan_check;
mod rehearsal;
mod report;
mod run;
mod terms;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use self::command::Said;

const EXAMPLES: &str = "\
A ceremony, from plan to proof:
  openssl genpkey -algorithm ed25519 -out anna.pem      # each officer, on a medium of their own
  chancery-ceremony vkey --key anna.pem --name anna.example.com/officer   # goes into the plan
  chancery-ceremony plan root.toml                      # read it, print it
  chancery-ceremony rehearse root.toml --out rehearsal
  chancery-ceremony approve root.toml --rehearsal rehearsal --key anna.pem --out anna.note
  chancery-ceremony approve root.toml --rehearsal rehearsal --key jan.pem --out jan.note
  chancery-ceremony run root.toml --approvals anna.note jan.note --out root
  chancery-ceremony verify root --plan root.toml        # anyone, later, offline

Commented plans of every kind stand in config/ceremonies.
Exit codes: 0 done, 1 refused or a finding, 2 usage or something cannot be read.";

/// Key ceremonies by plan: rehearsed, approved by two people, run once, verifiable by anyone.
#[derive(Parser)]
#[command(name = "chancery-ceremony", version, after_help = EXAMPLES)]
struct Arguments {
    /// Print one JSON object instead of words.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check a plan and say in words what it does, with its hash and checksum words.
    Plan { plan: PathBuf },
    /// Perform the plan on a throw-away SoftHSM2 token.
    Rehearse {
        plan: PathBuf,
        /// Directory to be made.
        #[arg(long)]
        out: PathBuf,
        /// SoftHSM2's module.
        #[arg(long, default_value = "/usr/lib/softhsm/libsofthsm2.so")]
        softhsm: PathBuf,
        /// Set by the tool itself for its second process.
        #[arg(long, hide = true)]
        inside: bool,
    },
    /// Sign the plan and its rehearsal as one of the plan's participants.
    Approve {
        plan: PathBuf,
        /// Output directory of the rehearsal.
        #[arg(long)]
        rehearsal: PathBuf,
        /// PEM PKCS#8 file with the person's Ed25519 key.
        #[arg(long)]
        key: PathBuf,
        /// The note to be made.
        #[arg(long)]
        out: PathBuf,
    },
    /// Print the verifier key of a person, for a plan.
    Vkey {
        #[arg(long)]
        key: PathBuf,
        /// Name of the key, for example anna.example.com/officer.
        #[arg(long)]
        name: String,
    },
    /// Perform the plan on the real token.
    Run {
        plan: PathBuf,
        /// Approvals of two different people.
        #[arg(long, num_args = 1.., required = true)]
        approvals: Vec<PathBuf>,
        /// Directory to be made.
        #[arg(long)]
        out: PathBuf,
    },
    /// Verify the output of a ceremony.
    Verify {
        dir: PathBuf,
        /// The plan it must have followed.
        #[arg(long)]
        plan: Option<PathBuf>,
    },
}

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let said = match &arguments.command {
        Command::Plan { plan } => command::plan(plan),
        Command::Rehearse {
            plan,
            out,
            softhsm,
            inside: true,
        } => command::rehearse_inside(plan, softhsm, out),
        Command::Rehearse { plan, out, .. } => match command::rehearse(plan, out) {
            Ok(code) => return ExitCode::from(code), // The second process has said it all.
            Err(fault) => Err(fault),
        },
        Command::Approve {
            plan,
            rehearsal,
            key,
            out,
        } => command::approve(plan, rehearsal, key, out),
        Command::Vkey { key, name } => command::vkey(key, name),
        Command::Run {
            plan,
            approvals,
            out,
        } => command::run(plan, approvals, out),
        Command::Verify { dir, plan } => command::verify(dir, plan.as_deref()),
    };
    match said {
        Ok(Said { words, json }) => {
            if arguments.json {
                println!("{json}");
            } else {
                println!("{}", words.join("\n"));
            }
            ExitCode::SUCCESS
        }
        Err(fault) => {
            if arguments.json {
                let code = fault.code();
                let told =
                    serde_json::json!({"ok": false, "code": code, "reason": fault.to_string()});
                println!("{told}");
            }
            eprintln!("chancery-ceremony: {}: {fault}", fault.code());
            ExitCode::from(fault.exit_code())
        }
    }
}
