//! `chancery case disowned`: mailboxes whose holders know nothing of the order.

use hyper::Method;

use super::arguments::DisownedVerb;
use crate::{
    api::{
        disowned_mailboxes::{DisownedMailbox, Release},
        list::List,
    },
    cli::{
        client::{Client, Extra},
        command::escaped,
        fault::Fault,
        report::{Report, table},
    },
};

/// # Errors
/// The daemon's refusal.
pub(super) fn run(client: &Client, verb: DisownedVerb) -> Result<Report, Fault> {
    match verb {
        DisownedVerb::List { limit, cursor } => {
            let cursor = cursor.map_or_else(String::new, |at| format!("&cursor={}", escaped(&at)));
            let path = format!("/disowned-mailboxes?limit={limit}{cursor}");
            let list: List<DisownedMailbox> = client.get(&path)?.json()?;
            let head = ["since", "id", "address", "order", "certificate", "ra"];
            let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
            rows.extend(list.items.iter().map(row));
            Ok(Report::new(table(&rows), &list))
        }
        DisownedVerb::Release { mailbox, note } => {
            let path = format!("/disowned-mailboxes/{}/release", escaped(&mailbox));
            let body = Release { note };
            let reply = client.send(Method::POST, &path, Some(&body), &Extra::default())?;
            let released: DisownedMailbox = reply.json()?;
            let words = format!(
                "{} may go on: its mailbox is to be checked anew",
                released.order_id
            );
            Ok(Report::new(words, &released))
        }
    }
}

fn row(mailbox: &DisownedMailbox) -> Vec<String> {
    vec![
        mailbox.since.clone(),
        mailbox.id.clone(),
        mailbox.email.clone(),
        mailbox.order_id.clone(),
        mailbox
            .certificate_id
            .clone()
            .unwrap_or_else(|| "-".to_owned()),
        mailbox.ra.clone(),
    ]
}
