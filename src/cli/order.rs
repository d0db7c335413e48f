//! `chancery order`: orders as frontends and auditors see them, and refused by two of the CA's
//! people.

use clap::{Args, Subcommand};
use hyper::Method;

use super::{
    client::{Client, Extra, Reply},
    command::escaped,
    fault::Fault,
    report::{Report, table},
};
use crate::api::{
    list::List,
    orders::{Order, Step},
    rejections::{NewRejection, OrderRejection},
};

#[derive(Subcommand)]
pub enum Verb {
    /// Orders, newest first.
    List {
        /// open, submitted, issued, cancelled, rejected, lapsed; several with commas.
        #[arg(long)]
        state: Option<String>,
        /// Part of number, alias or the partner's reference.
        #[arg(long)]
        search: Option<String>,
        /// 1 to 200.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// One order.
    Show { id: String },
    /// How an order stands that should be refused, with the version on which it is.
    Rejection { id: String },
    /// Refuse an open order; the second person, an officer, does it by giving the same reason.
    Reject(RejectArguments),
}

#[derive(Debug, Args)]
pub struct RejectArguments {
    pub id: String,
    /// data-not-verifiable, authority-not-shown, mailbox-not-controlled, high-risk,
    /// misuse-suspected, terms-not-met or not-offered: the customer reads it in words.
    #[arg(long)]
    pub reason: String,
    /// What it rests on; for the audit log, never shown to the customer.
    #[arg(long)]
    pub note: Option<String>,
    /// The version that you decided on, as `order rejection` shows it.
    #[arg(long)]
    pub seen: i64,
}

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    match verb {
        Verb::List {
            state,
            search,
            limit,
            cursor,
        } => {
            let mut path = format!("/orders?limit={limit}");
            for (name, value) in [("state", state), ("q", search), ("cursor", cursor)] {
                if let Some(value) = value {
                    path.push_str(&format!("&{name}={}", escaped(&value)));
                }
            }
            let list: List<Order> = client.get(&path)?.json()?;
            Ok(Report::new(lines(&list), &list))
        }
        Verb::Show { id } => {
            let path = format!("/orders/{}", escaped(&id));
            let order: Order = client.get(&path)?.json()?;
            Ok(Report::new(whole(&order), &order))
        }
        Verb::Rejection { id } => rejection(&client.get(&rejection_of(&id))?),
        Verb::Reject(given) => reject(client, &given),
    }
}

fn rejection_of(id: &str) -> String {
    format!("/orders/{}/rejection", escaped(id))
}

/// Refuses the order as it was seen, never as it is now.
fn reject(client: &Client, given: &RejectArguments) -> Result<Report, Fault> {
    let tag = format!("\"{}\"", given.seen);
    let extra = Extra {
        if_match: Some(&tag),
        ..Extra::default()
    };
    let body = NewRejection {
        reason: given.reason.clone(),
        note: given.note.clone(),
    };
    let path = rejection_of(&given.id);
    rejection(&client.send(Method::POST, &path, Some(&body), &extra)?)
}

fn rejection(reply: &Reply) -> Result<Report, Fault> {
    let order: OrderRejection = reply.json()?;
    let mut lines = vec![
        format!("{}  {}", order.order_number, order.order_id),
        format!("  {:<12}{}", "status", order.status_code),
        format!("  {:<12}{}", "version", order.version),
        format!("  {:<12}{}", "frontend", order.ra),
    ];
    if let Some(customer) = &order.customer_ref {
        lines.push(format!("  {:<12}{customer}", "customer"));
    }
    if let Some(data) = &order.subject_data_id {
        lines.push(format!("  {:<12}{data}", "data"));
    }
    if let Some(reason) = &order.reason {
        lines.push(format!(
            "  {:<12}{} ({})",
            "reason", reason.code, reason.words.en
        ));
    }
    if let Some(by) = &order.proposed_by {
        lines.push(format!("  proposed by {by}: another person must do it"));
    }
    Ok(Report::new(lines.join("\n"), &order))
}

fn lines(list: &List<Order>) -> String {
    let row = |order: &Order| {
        vec![
            order.id.clone(),
            order.order_number.clone(),
            order.status_code.clone(),
            order.product.code.clone(),
            order.customer_ref.clone().unwrap_or_default(),
            order.alias.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let mut text = if rows.is_empty() {
        "no orders".to_owned()
    } else {
        table(&rows)
    };
    if let Some(next) = &list.next {
        text.push_str(&format!("\nmore: --cursor {next}"));
    }
    text
}

fn whole(order: &Order) -> String {
    let step = |name: &str, step: &Step| {
        let blocked = if step.blocked_by.is_empty() {
            String::new()
        } else {
            format!(" ({})", step.blocked_by.join(", "))
        };
        format!("  {name:<12}{}{blocked}", step.state)
    };
    let mut lines = vec![
        format!("{}  {}", order.order_number, order.id),
        format!("  {:<12}{}", "status", order.words.en),
        format!("  {:<12}{}", "product", order.product.code),
        format!("  {:<12}{}", "ordered", order.ordered_at),
        step("data", &order.steps.data),
        step("e-mail", &order.steps.email),
        step("activation", &order.steps.activation),
    ];
    if let Some(certificate) = &order.certificate_id {
        lines.push(format!("  {:<12}{certificate}", "certificate"));
    }
    if let Some(reason) = &order.rejected_for {
        lines.push(format!("  {:<12}{}", "rejected", reason.words.en));
    }
    if let Some(note) = &order.close_note {
        lines.push(format!("  {:<12}{note}", "note"));
    }
    lines.join("\n")
}
