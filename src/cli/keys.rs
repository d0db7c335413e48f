//! `chancery keys`: subscribers' keys and the list of those that are never certified again.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Subcommand;
use hyper::Method;
use zeroize::Zeroizing;

use super::{
    client::{Client, Extra},
    command::escaped,
    fault::Fault,
    report::{Report, table},
};
use crate::api::{
    keys::{BlockedKey, BlockedKeyReport, KeyCheck, KeyProof, NewBlockedKey, NewKeyCheck},
    list::List,
};

/// Longest file that is sent.
const LONGEST: u64 = 64 * 1024;

#[derive(Subcommand)]
pub enum Verb {
    /// Block a compromised key for ever: no certificate is issued for it again, and those that are
    /// valid are revoked within seconds.
    ///
    /// FILE holds a private key, a public key, a certificate or a certification request, in PEM or
    /// DER. A private key proves itself; nothing of it is kept but the fingerprint of its public
    /// half. For the others your word as security officer stands, unless a proof is given.
    #[command(after_help = "Examples:
  chancery keys block leaked.key --note 'ticket 4711' --profile eva.toml
  chancery keys block proof.csr --common-name --challenge 'report 4711 of 2026-11-23'
  printf 'chancery-key-compromise/v1\\nreport 4711 of 2026-11-23\\n' | openssl dgst -sha256 -sign leaked.key -out proof.sig
  chancery keys block leaked.pem --signature proof.sig --challenge 'report 4711 of 2026-11-23'")]
    Block {
        /// The key, or - for standard input.
        file: PathBuf,
        /// The text that was agreed with the reporter: 16 to 64 characters.
        #[arg(long, value_name = "TEXT")]
        challenge: Option<String>,
        /// FILE is a certification request whose subject is the common name TEXT, alone.
        #[arg(long, requires = "challenge", conflicts_with = "signature")]
        common_name: bool,
        /// Signature with the key over `chancery-key-compromise/v1` and TEXT, a line each.
        #[arg(long, value_name = "SIGNATURE", requires = "challenge")]
        signature: Option<PathBuf>,
        /// For example the ticket; kept beside the log.
        #[arg(long)]
        note: Option<String>,
    },
    /// The block list, newest first.
    #[command(after_help = "Example:\n  chancery keys list --json --profile eva.toml")]
    List {
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Judge a key as a request with it would be judged, and name the certificates that carry it.
    /// Exit status 1 when something speaks against it.
    #[command(after_help = "Example:\n  chancery keys check suspect.pem --profile eva.toml")]
    Check {
        /// As in `chancery keys block`; nothing is stored.
        file: PathBuf,
    },
}

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    match verb {
        Verb::Block {
            file,
            challenge,
            common_name,
            signature,
            note,
        } => {
            let proof = match signature {
                Some(path) => Some(KeyProof::SignedChallenge {
                    signature: STANDARD.encode(bytes(&path)?.as_slice()),
                }),
                None => common_name.then_some(KeyProof::SignedRequest {}),
            };
            let new = NewBlockedKey {
                key: text(&file)?,
                proof,
                challenge,
                note,
            };
            let reply =
                client.send(Method::POST, "/blocked-keys", Some(&new), &Extra::default())?;
            let done: BlockedKeyReport = reply.json()?;
            Ok(Report::new(blocked(&done), &done))
        }
        Verb::List { cursor } => {
            let page = cursor.map_or_else(String::new, |c| format!("&cursor={}", escaped(&c)));
            let path = format!("/blocked-keys?limit=200{page}");
            let list: List<BlockedKey> = client.get(&path)?.json()?;
            Ok(Report::new(lines(&list), &list))
        }
        Verb::Check { file } => {
            let new = NewKeyCheck { key: text(&file)? };
            let reply = client.send(Method::POST, "/key-checks", Some(&new), &Extra::default())?;
            let check: KeyCheck = reply.json()?;
            Ok(Report::new(checked(&check), &check).with_findings(!check.valid))
        }
    }
}

/// PEM as it is, DER in base64.
fn text(path: &Path) -> Result<String, Fault> {
    let bytes = bytes(path)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("-----BEGIN ") => Ok(text.to_owned()),
        _ => Ok(STANDARD.encode(bytes.as_slice())),
    }
}

fn bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let unreadable = |error: &dyn ToString| Fault::unreadable(path.display(), error.to_string());
    let mut bytes = Zeroizing::new(Vec::new());
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
        file.take(LONGEST + 1).read_to_end(&mut bytes)
    };
    read.map_err(|error| unreadable(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(unreadable(&"is longer than 64 KB"));
    }
    Ok(bytes)
}

fn blocked(done: &BlockedKeyReport) -> String {
    let entry = &done.entry;
    let mut lines = vec![
        format!("blocked  {}", entry.fingerprint),
        format!("  {} {} bits", entry.algorithm, entry.bits),
        format!(
            "  {} by {} ({})",
            entry.blocked_at, entry.blocked_by, entry.evidence
        ),
    ];
    lines.extend(carriers(&done.certificates, done.more));
    lines.join("\n")
}

fn checked(check: &KeyCheck) -> String {
    let verdict = if check.valid { "good" } else { "refused" };
    let mut lines = vec![
        format!("{verdict}  {} {} bits", check.algorithm, check.bits),
        format!("  fingerprint {}", check.fingerprint),
        format!("  spki-sha256 {}", check.spki_sha256),
    ];
    for finding in &check.findings {
        let (code, rule) = (&finding.code, &finding.rule);
        lines.push(format!("  {code} ({rule}): {}", finding.message.en));
    }
    if let Some(entry) = &check.blocked {
        let (at, by) = (&entry.blocked_at, &entry.blocked_by);
        lines.push(format!("  blocked {at} by {by} ({})", entry.evidence));
    }
    lines.extend(carriers(&check.certificates, check.more));
    lines.join("\n")
}

fn carriers(certificates: &[String], more: bool) -> Vec<String> {
    if certificates.is_empty() {
        return vec!["  no certificate carries it".to_owned()];
    }
    let named = certificates.iter().map(|id| format!("  carried by {id}"));
    let rest = more.then(|| "  carried by more certificates than are named here".to_owned());
    named.chain(rest).collect()
}

fn lines(list: &List<BlockedKey>) -> String {
    if list.items.is_empty() {
        return "no key is blocked".to_owned();
    }
    let head = ["fingerprint", "key", "evidence", "by", "since"];
    let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
    rows.extend(list.items.iter().map(|entry| {
        vec![
            entry.fingerprint.clone(),
            format!("{} {}", entry.algorithm, entry.bits),
            entry.evidence.clone(),
            entry.blocked_by.clone(),
            entry.blocked_at.clone(),
        ]
    }));
    let mut text = table(&rows);
    if let Some(next) = &list.next {
        text.push_str(&format!("\nmore: --cursor {next}"));
    }
    text
}
