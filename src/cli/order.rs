//! `chancery order`: orders as frontends and auditors see them.

use clap::Subcommand;

use super::{
    client::Client,
    command::escaped,
    fault::Fault,
    report::{Report, table},
};
use crate::api::{
    list::List,
    orders::{Order, Step},
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
    }
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
    if let Some(note) = &order.close_note {
        lines.push(format!("  {:<12}{note}", "note"));
    }
    lines.join("\n")
}
