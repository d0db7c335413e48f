//! `chancery case …`: the work of specialists and officers.
//!
//! A proposal or decision is signed here with the person's own key, from a file or a card; the
//! daemon never sees it.

use std::{fs::File, io::Read, path::Path};

use hyper::Method;
use serde::Serialize;

use self::{
    arguments::{EvidenceArguments, EvidenceVerb, LookupArguments, Verb, WordArguments},
    signature::parsed,
};
use super::{
    client::{Client, Extra, Reply, idempotency_key},
    command::escaped,
    fault::Fault,
    report::{self, Report},
};
use crate::{
    api::{
        cases::{CaseLine, CaseResource, EvidenceContent, NewWord, Question},
        doubts::NewLot,
        list::List,
        lookups::LookupResource,
    },
    domain::{
        case::{
            Verdict,
            digest::{self, Step},
        },
        id::CaseId,
    },
    policy::case_rules::evidence::MAX_CONTENT,
};

pub mod arguments;
mod disowned;
mod documents;
mod doubt;
mod lookup_text;
pub mod signature;
mod text;

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    match verb {
        Verb::List {
            state,
            claimed_by,
            queue,
            lookup,
            country,
            limit,
            cursor,
        } => {
            let mut path = format!("/cases?limit={limit}");
            let given = [
                ("state", state),
                ("claimed_by", claimed_by),
                ("queue", queue),
                ("lookup", lookup),
                ("country", country),
                ("cursor", cursor),
            ];
            for (name, value) in given {
                if let Some(value) = value {
                    path.push_str(&format!("&{name}={}", escaped(&value)));
                }
            }
            let list: List<CaseLine> = client.get(&path)?.json()?;
            Ok(Report::new(text::queue(&list), &list))
        }
        Verb::Show { case } => case_report(&client.get(&at(&case, ""))?),
        Verb::Claim { case } => post(client, &at(&case, "/claim"), None::<&()>),
        Verb::Release { case } => post(client, &at(&case, "/release"), None::<&()>),
        Verb::Lookup(given) => look_up(client, &given),
        Verb::Evidence(EvidenceVerb::Add(given)) => add_evidence(client, &given),
        Verb::Evidence(EvidenceVerb::Show { case, evidence }) => {
            let path = at(&case, &format!("/evidence/{}", escaped(&evidence)));
            evidence_report(&client.get(&path)?)
        }
        Verb::Document(verb) => documents::run(client, &verb),
        Verb::Check(given) => {
            let path = format!("/checks/{}", escaped(&given.check));
            put(client, &given.case, &path, &given.body())
        }
        Verb::Facts(given) => put(client, &given.case, "/facts", &given.body()),
        Verb::RequestInformation {
            case,
            needed,
            message,
        } => {
            let path = at(&case, "/request-information");
            post(client, &path, Some(&Question { needed, message }))
        }
        Verb::Disowned(verb) => disowned::run(client, verb),
        Verb::Doubt { data } => doubt::show(client, &data),
        Verb::Doubted => doubt::stopped(client),
        Verb::Recheck(given) => doubt::recheck(client, &given),
        Verb::Rechecks { data } => doubt::rechecks(client, &data),
        Verb::Suspend(given) => doubt::suspend(client, &given),
        Verb::Resume(given) => doubt::settle(client, "resume", &given),
        Verb::Invalidate(given) => doubt::settle(client, "invalidation", &given),
        Verb::Resting { data } => doubt::resting(client, &data),
        Verb::RevokeResting { data, reason, note } => {
            doubt::revoke_resting(client, &data, &NewLot { reason, note })
        }
        Verb::Propose(given) => say(client, Step::Propose, &given),
        Verb::Decide(given) => say(client, Step::Decide, &given),
    }
}

fn look_up(client: &Client, given: &LookupArguments) -> Result<Report, Fault> {
    let (path, body) = (at(&given.case, "/lookup"), given.body());
    let reply = client.send(Method::POST, &path, Some(&body), &Extra::default())?;
    let found: LookupResource = reply.json()?;
    Ok(Report::new(lookup_text::lookup(&found), &found))
}

fn at(case: &str, rest: &str) -> String {
    format!("/cases/{}{rest}", escaped(case))
}

fn post(client: &Client, path: &str, body: Option<&impl Serialize>) -> Result<Report, Fault> {
    case_report(&client.send(Method::POST, path, body, &Extra::default())?)
}

/// Changes the case as it stands now.
fn put(client: &Client, case: &str, rest: &str, body: &impl Serialize) -> Result<Report, Fault> {
    let present = client.get(&at(case, ""))?;
    let extra = Extra {
        if_match: present.etag.as_deref(),
        idempotency_key: None,
        acting_for: None,
    };
    case_report(&client.send(Method::PUT, &at(case, rest), Some(body), &extra)?)
}

fn add_evidence(client: &Client, given: &EvidenceArguments) -> Result<Report, Fault> {
    let content = given.content.as_deref().map(read_text).transpose()?;
    let body = given.body(content);
    let path = at(&given.case, "/evidence");
    evidence_report(&client.send(Method::POST, &path, Some(&body), &Extra::default())?)
}

/// A text file of at most what the daemon takes.
fn read_text(path: &Path) -> Result<String, Fault> {
    let failed = |error: std::io::Error| Fault::unreadable(path.display(), error);
    let mut text = String::new();
    let limit = u64::try_from(MAX_CONTENT).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(failed)?;
    file.take(limit.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(failed)?;
    if text.len() > MAX_CONTENT {
        return Err(Fault::unreadable(path.display(), "longer than 32 KiB"));
    }
    Ok(text)
}

/// Shows the case, signs what was shown, and sends the word.
fn say(client: &Client, step: Step, given: &WordArguments) -> Result<Report, Fault> {
    let id: CaseId = parsed(given.case.parse().ok(), "the case", "is no id of a case")?;
    let outcome = Verdict::from_name(&given.outcome);
    let verdict = parsed(outcome, "--outcome", "is approve or reject")?;
    let case: CaseResource = client.get(&at(&given.case, ""))?.json()?;
    report::show(&text::case(&case));
    if given
        .case_digest
        .as_ref()
        .is_some_and(|seen| *seen != case.case_digest)
    {
        let what = format!(
            "the case has changed since: its digest is {}",
            case.case_digest
        );
        return Err(Fault::Finding(what));
    }
    let spelled = digest::read(&case.case_digest);
    let digest = parsed(spelled, "the daemon's answer", "holds no digest")?;
    let key = signature::key_of(client, given.sign_key.as_deref())?;
    let signed = signature::signed(&*key, &digest::signed_text(id, step, verdict, &digest))?;
    let word = NewWord {
        outcome: given.outcome.clone(),
        case_digest: case.case_digest,
        reason: given.reason.clone(),
        signature: signed,
    };
    let key = idempotency_key(given.idempotency_key.as_deref())?;
    let extra = Extra {
        if_match: None,
        idempotency_key: Some(&key),
        acting_for: None,
    };
    let rest = match step {
        Step::Propose => "/proposal",
        Step::Decide => "/decision",
    };
    case_report(&client.send(Method::POST, &at(&given.case, rest), Some(&word), &extra)?)
}

fn case_report(reply: &Reply) -> Result<Report, Fault> {
    let case: CaseResource = reply.json()?;
    Ok(Report::new(text::case(&case), &case))
}

fn evidence_report(reply: &Reply) -> Result<Report, Fault> {
    let content: EvidenceContent = reply.json()?;
    Ok(Report::new(text::evidence(&content), &content))
}
