//! `chancery token`: whether the CA's keys can sign.

use clap::Subcommand;

use super::{
    client::Client,
    fault::Fault,
    report::{Report, table},
};
use crate::api::{list::List, token::Key};

#[derive(Subcommand)]
pub enum Verb {
    /// Whether each configured key can sign now, and why not.
    Status,
}

/// # Errors
/// The daemon's refusal, or that it cannot be reached.
pub fn status(client: &Client) -> Result<Report, Fault> {
    let list: List<Key> = client.get("/tokens")?.json()?;
    let row = |key: &Key| {
        let state = key.fault.clone().unwrap_or_else(|| "ready".to_owned());
        vec![key.name.clone(), state]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let text = if rows.is_empty() {
        "no keys are configured".to_owned()
    } else {
        table(&rows)
    };
    Ok(Report::new(text, &list))
}
