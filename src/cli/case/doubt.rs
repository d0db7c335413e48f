//! `chancery case doubt|doubted|recheck|rechecks|suspend|resume|invalidate|resting|revoke-resting`: verified data in doubt.

use hyper::Method;

use super::arguments::{FindingArguments, RecheckArguments, SettlingArguments};
use crate::{
    api::{
        certificates::Certificate,
        data_lookups::{DataLookupContent, DataLookupLine},
        doubts::{DataInDoubt, NewLot, RevokedLot},
        list::List,
        lookups::NewLookup,
    },
    cli::{
        client::{Client, Extra, Reply},
        command::escaped,
        fault::Fault,
        report::Report,
    },
};

/// How data stands, with the version on which a doubt of it is settled.
///
/// # Errors
/// The daemon's refusal.
pub(super) fn show(client: &Client, data: &str) -> Result<Report, Fault> {
    report(&client.get(&at(data, "doubt"))?)
}

/// What waits for two people, and what has ended while certificates that rest on it are valid.
///
/// # Errors
/// The daemon's refusal.
pub(super) fn stopped(client: &Client) -> Result<Report, Fault> {
    let list: List<DataInDoubt> = client.get("/doubted-data?limit=200")?.json()?;
    let lines: Vec<String> = list.items.iter().map(told).collect();
    Ok(Report::new(lines.join("\n"), &list))
}

/// Asks a register about data once more.
///
/// # Errors
/// The daemon's refusal.
pub(super) fn recheck(client: &Client, given: &RecheckArguments) -> Result<Report, Fault> {
    let body = NewLookup {
        register: given.register.clone(),
        registration_type: given.kind.clone(),
        registration_number: given.number.clone(),
    };
    let path = at(&given.data, "lookups");
    let reply = client.send(Method::POST, &path, Some(&body), &Extra::default())?;
    let kept: DataLookupContent = reply.json()?;
    let text = format!("{}\n{}", line(&kept.lookup), kept.content);
    Ok(Report::new(text, &kept))
}

/// What registers have said of data.
///
/// # Errors
/// The daemon's refusal.
pub(super) fn rechecks(client: &Client, data: &str) -> Result<Report, Fault> {
    let path = at(data, "lookups?limit=200");
    let list: List<DataLookupLine> = client.get(&path)?.json()?;
    let lines: Vec<String> = list.items.iter().map(line).collect();
    Ok(Report::new(lines.join("\n"), &list))
}

fn line(one: &DataLookupLine) -> String {
    let against: Vec<&str> = one.against.iter().map(|one| one.code.as_str()).collect();
    let against = match against.as_slice() {
        [] => "nothing new against the data".to_owned(),
        codes => format!("against the data: {}", codes.join(", ")),
    };
    let (id, register, by) = (&one.id, &one.register, &one.recorded_by);
    format!(
        "{id}  {}  {register}  {}  {by}  {against}",
        one.obtained_at, one.outcome
    )
}

/// Stops data, whatever its version.
///
/// # Errors
/// The daemon's refusal.
pub(super) fn suspend(client: &Client, given: &FindingArguments) -> Result<Report, Fault> {
    let (path, body) = (at(&given.data, "suspend"), given.body());
    report(&client.send(Method::POST, &path, Some(&body), &Extra::default())?)
}

/// Says what should become of data as it was seen, never as it is now.
///
/// # Errors
/// The daemon's refusal: 412 when the data has changed since.
pub(super) fn settle(
    client: &Client,
    what: &str,
    given: &SettlingArguments,
) -> Result<Report, Fault> {
    let tag = format!("\"{}\"", given.seen);
    let extra = Extra {
        if_match: Some(&tag),
        ..Extra::default()
    };
    let (path, body) = (at(&given.finding.data, what), given.finding.body());
    report(&client.send(Method::POST, &path, Some(&body), &extra)?)
}

/// What was issued on data.
///
/// # Errors
/// The daemon's refusal.
pub(super) fn resting(client: &Client, data: &str) -> Result<Report, Fault> {
    let path = format!("/subject-data/{}/certificates?limit=200", escaped(data));
    let list: List<Certificate> = client.get(&path)?.json()?;
    Ok(Report::new(lines(&list), &list))
}

/// Revokes one lot of it.
///
/// # Errors
/// The daemon's refusal.
pub(super) fn revoke_resting(client: &Client, data: &str, lot: &NewLot) -> Result<Report, Fault> {
    let path = format!("/subject-data/{}/revocations", escaped(data));
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

fn at(data: &str, what: &str) -> String {
    format!("/subject-data/{}/{what}", escaped(data))
}

fn report(reply: &Reply) -> Result<Report, Fault> {
    let data: DataInDoubt = reply.json()?;
    Ok(Report::new(told(&data), &data))
}

fn told(data: &DataInDoubt) -> String {
    let mut text = format!(
        "{}  {}  version {}",
        data.subject_data_id, data.state, data.version
    );
    if let Some(doubt) = &data.doubt {
        text.push_str(&format!("\n  doubt    {doubt}"));
    }
    if let Some(by) = &data.revoke_by {
        let count = data.certificates;
        text.push_str(&format!("\n  {count} valid certificates: revoke by {by}"));
    }
    if let (Some(aim), Some(by)) = (&data.proposed, &data.proposed_by) {
        text.push_str(&format!(
            "\n  {aim} proposed by {by}: another person must do it"
        ));
    }
    text
}

fn lines(list: &List<Certificate>) -> String {
    let line = |one: &Certificate| format!("{}  {}  {}", one.id, one.state, one.sans.join(", "));
    let lines: Vec<String> = list.items.iter().map(line).collect();
    lines.join("\n")
}
