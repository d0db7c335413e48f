//! `chancery case doubt|suspend|resume|invalidate|resting|revoke-resting`: verified data in doubt.

use hyper::Method;

use super::arguments::{FindingArguments, SettlingArguments};
use crate::{
    api::{
        certificates::Certificate,
        doubts::{DataInDoubt, NewLot, RevokedLot},
        list::List,
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
