//! `chancery mailbox …`: mailbox validations that must not be relied on.
//!
//! A proposal or decision is signed here with the person's own key, from a file or a card; the
//! daemon never sees it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hyper::Method;
use serde::Serialize;

use super::{
    case::signature::{self, parsed},
    client::{Client, Extra, Reply, idempotency_key},
    command::escaped,
    fault::Fault,
    report::{self, Report, table},
};
use crate::{
    api::{
        certificates::Certificate,
        doubts::{NewLot, RevokedLot},
        list::List,
        mailbox_doubts::{DoubtedMailbox, MailboxDecision, MailboxDoubt, NewMailboxDoubt},
    },
    domain::{
        case::{
            Verdict,
            digest::{self, Step},
        },
        id::MailboxId,
        mailbox::doubt::{Ground, signed_text},
    },
};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Proposals that wait for another person, newest first.
    #[command(after_help = "Example:
  chancery mailbox list --decided --profile anna.toml
lists what two people have ended, what fell with it, and by when certificates must be revoked.")]
    List {
        /// Those that were decided on.
        #[arg(long)]
        decided: bool,
        /// 1 to 200.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// One validation, with what was found about it and what rests on it.
    Show { mailbox: String },
    /// Propose that a confirmed validation is invalid, signed. It stands until another person
    /// decides.
    #[command(after_help = "Example:
  chancery mailbox propose eml_0198f... --reason 'the mailbox was read by others' \\
    --source 'letter of the domain owner' --evidence 'ticket 4711' --profile anna.toml

Signed is with the key by which you are registered, in a file or on your card, as for
`chancery case propose`.")]
    Propose(ProposalArguments),
    /// Decide as the second person, an officer, signed.
    #[command(after_help = "Example:
  chancery mailbox decide eml_0198f... --outcome approve --profile jan.toml

Approved, the validation and what was taken over from it is invalid at once. Certificates that
rest on it must be revoked within 24 hours: chancery mailbox revoke.")]
    Decide(DecisionArguments),
    /// Certificates that rest on the validation, or on what was taken over from it.
    Resting {
        mailbox: String,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Revoke up to 50 certificates that rest on an invalid or disowned validation.
    Revoke {
        mailbox: String,
        /// affiliationChanged, superseded, cessationOfOperation or privilegeWithdrawn.
        #[arg(long)]
        reason: Option<String>,
        /// Kept beside the log.
        #[arg(long)]
        note: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct ProposalArguments {
    pub mailbox: String,
    /// Why it must not be relied on, in one line.
    #[arg(long)]
    pub reason: String,
    /// Where it was found: a complaint, a log.
    #[arg(long)]
    pub source: String,
    /// What it says there, or where it is kept, in one line.
    #[arg(long)]
    pub evidence: String,
    #[command(flatten)]
    pub signing: SigningArguments,
}

#[derive(Debug, Args)]
pub struct DecisionArguments {
    pub mailbox: String,
    /// approve (it is invalid) or reject (it stands).
    #[arg(long)]
    pub outcome: String,
    #[arg(long)]
    pub reason: Option<String>,
    /// The digest that you have seen; another one is not signed.
    #[arg(long)]
    pub digest: Option<String>,
    #[command(flatten)]
    pub signing: SigningArguments,
}

#[derive(Debug, Args)]
pub struct SigningArguments {
    /// PEM of another key than the connection's.
    #[arg(long)]
    pub sign_key: Option<PathBuf>,
    /// Drawn anew when absent.
    #[arg(long)]
    pub idempotency_key: Option<String>,
}

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    match verb {
        Verb::List {
            decided,
            limit,
            cursor,
        } => {
            let state = if decided { "invalidated" } else { "proposed" };
            let path = format!("/mailboxes?state={state}&limit={limit}{}", from(cursor));
            let list: List<DoubtedMailbox> = client.get(&path)?.json()?;
            let mut rows = vec![head(decided)];
            let row = if decided { ended } else { row };
            rows.extend(list.items.iter().map(row));
            let mut text = table(&rows);
            if let Some(next) = &list.next {
                text.push_str(&format!("\nmore: --cursor {next}"));
            }
            Ok(Report::new(text, &list))
        }
        Verb::Show { mailbox } => told(&client.get(&at(&mailbox, ""))?),
        Verb::Propose(given) => propose(client, &given),
        Verb::Decide(given) => decide(client, &given),
        Verb::Resting { mailbox, cursor } => {
            let path = at(&mailbox, "/certificates?limit=200");
            let list: List<Certificate> = client.get(&format!("{path}{}", from(cursor)))?.json()?;
            let line =
                |one: &Certificate| format!("{}  {}  {}", one.id, one.state, one.sans.join(", "));
            let lines: Vec<String> = list.items.iter().map(line).collect();
            Ok(Report::new(lines.join("\n"), &list))
        }
        Verb::Revoke {
            mailbox,
            reason,
            note,
        } => revoke(client, &mailbox, &NewLot { reason, note }),
    }
}

/// Shows the validation, and signs what was found about it as it stands.
fn propose(client: &Client, given: &ProposalArguments) -> Result<Report, Fault> {
    let id = id_of(&given.mailbox)?;
    let mailbox = shown(client, id)?;
    let digest = digest_of(&mailbox, [&given.reason, &given.source, &given.evidence]);
    let key = signature::key_of(client, given.signing.sign_key.as_deref())?;
    let text = signed_text(id, Step::Propose, Verdict::Approve, &digest);
    let body = NewMailboxDoubt {
        reason: given.reason.clone(),
        source: given.source.clone(),
        evidence: given.evidence.clone(),
        digest: digest::spell(&digest),
        signature: signature::signed(&*key, &text)?,
    };
    send(
        client,
        &at(&given.mailbox, "/proposal"),
        &body,
        &given.signing,
    )
}

/// Shows what was proposed, and signs that: the digest is that of what is shown, whatever the daemon
/// says it is.
fn decide(client: &Client, given: &DecisionArguments) -> Result<Report, Fault> {
    let id = id_of(&given.mailbox)?;
    let outcome = Verdict::from_name(&given.outcome);
    let verdict = parsed(outcome, "--outcome", "is approve or reject")?;
    let mailbox = shown(client, id)?;
    let finding = |what: String| Err(Fault::Finding(what));
    let Some(doubt) = &mailbox.doubt else {
        return finding("nothing is proposed about it".to_owned());
    };
    let digest = digest_of(&mailbox, [&doubt.reason, &doubt.source, &doubt.evidence]);
    let proposed = digest::spell(&digest);
    if doubt.digest != proposed {
        return finding(format!(
            "nothing is signed: what is shown has the digest {proposed}, and the daemon says {}",
            doubt.digest
        ));
    }
    if given.digest.as_ref().is_some_and(|seen| *seen != proposed) {
        return finding(format!(
            "something else is proposed: its digest is {proposed}"
        ));
    }
    let key = signature::key_of(client, given.signing.sign_key.as_deref())?;
    let text = signed_text(id, Step::Decide, verdict, &digest);
    let body = MailboxDecision {
        outcome: given.outcome.clone(),
        digest: proposed,
        reason: given.reason.clone(),
        signature: signature::signed(&*key, &text)?,
    };
    send(
        client,
        &at(&given.mailbox, "/decision"),
        &body,
        &given.signing,
    )
}

fn revoke(client: &Client, mailbox: &str, lot: &NewLot) -> Result<Report, Fault> {
    let path = at(mailbox, "/revocations");
    let reply = client.send(Method::POST, &path, Some(lot), &Extra::default())?;
    let revoked: RevokedLot = reply.json()?;
    let more = if revoked.more {
        "; more are left, or being signed: call again"
    } else {
        ""
    };
    let text = format!("{} revoked{more}", revoked.revocation_ids.len());
    Ok(Report::new(text, &revoked))
}

/// Shows the validation, if it is the one that was asked for.
fn shown(client: &Client, id: MailboxId) -> Result<DoubtedMailbox, Fault> {
    let id = id.to_string();
    let mailbox: DoubtedMailbox = client.get(&at(&id, ""))?.json()?;
    report::show(&words(&mailbox));
    if mailbox.id == id {
        Ok(mailbox)
    } else {
        let what = "nothing is signed: the daemon shows another validation";
        Err(Fault::Finding(what.to_owned()))
    }
}

/// Of what is shown and the three words about it.
fn digest_of(mailbox: &DoubtedMailbox, [reason, source, evidence]: [&str; 3]) -> [u8; 32] {
    Ground {
        mailbox: &mailbox.id,
        address: &mailbox.email,
        initiated_at: &mailbox.initiated_at,
        confirmed_at: mailbox.confirmed_at.as_deref().unwrap_or_default(),
        reason,
        source,
        evidence,
    }
    .digest()
}

fn send(
    client: &Client,
    path: &str,
    body: &impl Serialize,
    signing: &SigningArguments,
) -> Result<Report, Fault> {
    let key = idempotency_key(signing.idempotency_key.as_deref())?;
    let extra = Extra {
        idempotency_key: Some(&key),
        ..Extra::default()
    };
    told(&client.send(Method::POST, path, Some(body), &extra)?)
}

fn id_of(mailbox: &str) -> Result<MailboxId, Fault> {
    let id = mailbox.parse().ok();
    parsed(id, "the mailbox", "is no id of a mailbox validation")
}

fn at(mailbox: &str, rest: &str) -> String {
    format!("/mailboxes/{}{rest}", escaped(mailbox))
}

fn from(cursor: Option<String>) -> String {
    cursor.map_or_else(String::new, |at| format!("&cursor={}", escaped(&at)))
}

fn told(reply: &Reply) -> Result<Report, Fault> {
    let mailbox: DoubtedMailbox = reply.json()?;
    Ok(Report::new(words(&mailbox), &mailbox))
}

fn head(decided: bool) -> Vec<String> {
    let waiting = ["id", "address", "proposed by", "at", "certificates"];
    let ended = [
        "id",
        "address",
        "decided by",
        "at",
        "voided",
        "certificates",
        "revoke by",
    ];
    let head = if decided { &ended[..] } else { &waiting[..] };
    head.iter().map(ToString::to_string).collect()
}

/// Of one that two people have ended.
fn ended(mailbox: &DoubtedMailbox) -> Vec<String> {
    let word = |part: fn(&MailboxDoubt) -> Option<String>| {
        mailbox.doubt.as_ref().and_then(part).unwrap_or_default()
    };
    vec![
        mailbox.id.clone(),
        mailbox.email.clone(),
        word(|doubt| doubt.decided_by.clone()),
        word(|doubt| doubt.decided_at.clone()),
        mailbox.voided.len().to_string(),
        mailbox.certificates.to_string(),
        mailbox.revoke_by.clone().unwrap_or_default(),
    ]
}

fn row(mailbox: &DoubtedMailbox) -> Vec<String> {
    let doubt = mailbox.doubt.as_ref();
    vec![
        mailbox.id.clone(),
        mailbox.email.clone(),
        doubt.map_or_else(String::new, |doubt| doubt.proposed_by.clone()),
        doubt.map_or_else(String::new, |doubt| doubt.proposed_at.clone()),
        mailbox.certificates.to_string(),
    ]
}

fn words(mailbox: &DoubtedMailbox) -> String {
    let mut lines = vec![
        format!("{}  {}  {}", mailbox.id, mailbox.state, mailbox.email),
        format!("  order        {}", mailbox.order_id),
    ];
    let mut line = |name: &str, value: &str| lines.push(format!("  {name:<12} {value}"));
    line("begun", &mailbox.initiated_at);
    line("confirmed", mailbox.confirmed_at.as_deref().unwrap_or("-"));
    if let Some(proof) = &mailbox.reused_from {
        line("taken from", proof);
    }
    if let Some(doubt) = &mailbox.doubt {
        line("reason", &doubt.reason);
        line("source", &doubt.source);
        line("evidence", &doubt.evidence);
        line("digest", &doubt.digest);
        let by = format!("{} at {}", doubt.proposed_by, doubt.proposed_at);
        line("proposed by", &by);
        let decided = match (&doubt.decided_by, &doubt.decided_at) {
            (Some(by), Some(at)) => format!("{by} at {at}"),
            _ => "nobody yet: another person must".to_owned(),
        };
        line("decided by", &decided);
    }
    for voided in &mailbox.voided {
        line("voided", voided);
    }
    line("certificates", &mailbox.certificates.to_string());
    if let Some(by) = &mailbox.revoke_by {
        line("revoke by", by);
    }
    lines.join("\n")
}
