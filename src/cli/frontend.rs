//! Calls of a frontend, for the customer it acts for: what its nouns have in common.

use hyper::Method;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    client::{Client, Extra, Reply},
    command::escaped,
    fault::Fault,
    report::{Report, table},
};
use crate::api::list::List;

/// For whom a frontend acts; may stand behind the verb too.
#[derive(clap::Args)]
pub struct Customer {
    /// The customer the frontend acts for. A partner's frontend must name one.
    #[arg(long, global = true, value_name = "CUSTOMER")]
    acting_for: Option<String>,
}

/// A page of a list.
#[derive(clap::Args)]
pub struct Paging {
    /// At most so many, 1 to 200.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// `next` of the page before.
    #[arg(long)]
    cursor: Option<String>,
}

/// The client, and for whom it acts.
pub struct Frontend<'a> {
    client: &'a Client,
    acting_for: Option<String>,
}

impl<'a> Frontend<'a> {
    #[must_use]
    pub fn new(client: &'a Client, customer: Customer) -> Self {
        Self {
            client,
            acting_for: customer.acting_for,
        }
    }

    /// A page as a table, and how to get the next.
    ///
    /// # Errors
    /// The daemon's refusal, or what cannot be read.
    pub fn list<T: Serialize + DeserializeOwned, const N: usize>(
        &self,
        path: &str,
        page: &Paging,
        head: [&str; N],
        row: impl Fn(&T) -> Vec<String>,
    ) -> Result<Report, Fault> {
        let cursor = page.cursor.as_deref();
        let cursor = cursor.map(|cursor| format!("&cursor={}", escaped(cursor)));
        let cursor = cursor.unwrap_or_default();
        let list: List<T> = self
            .get(&format!("{path}?limit={}{cursor}", page.limit))?
            .json()?;
        let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
        rows.extend(list.items.iter().map(row));
        let mut text = table(&rows);
        if let Some(next) = &list.next {
            text.push_str(&format!("\nmore: --cursor {next}"));
        }
        Ok(Report::new(text, &list))
    }

    /// # Errors
    /// The daemon's refusal, or that it cannot be reached.
    pub fn get(&self, path: &str) -> Result<Reply, Fault> {
        self.send(Method::GET, path, None::<&()>, None)
    }

    /// # Errors
    /// The daemon's refusal, or that it cannot be reached.
    pub fn post(&self, path: &str, body: Option<&impl Serialize>) -> Result<Reply, Fault> {
        self.send(Method::POST, path, body, None)
    }

    /// With an Idempotency-Key, where the call takes one.
    ///
    /// # Errors
    /// The daemon's refusal, or that it cannot be reached.
    pub fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        key: Option<&str>,
    ) -> Result<Reply, Fault> {
        let extra = Extra {
            if_match: None,
            idempotency_key: key,
            acting_for: self.acting_for.as_deref(),
        };
        self.client.send(method, path, body, &extra)
    }
}
