//! The closed loop: each connection activates one ready order after another.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

use crate::{
    client::{Connection, Identity},
    stats::{Stopwatch, cpu_time, percentile},
};

/// An order whose data and mailbox are verified, with a fresh key's request.
pub struct Ready {
    pub order: String,
    pub mailbox: String,
    pub csr: String,
    pub spki: Vec<u8>,
}

/// A certificate as the API answered, with what it must hold.
pub struct Issued {
    pub ready: Ready,
    pub pem: String,
}

/// One row of the report.
pub struct Row {
    pub clients: usize,
    pub issued: Vec<Issued>,
    pub time: Duration,
    /// Sorted.
    pub latencies: Vec<Duration>,
    /// CPU the daemon used meanwhile.
    pub server: Duration,
}

impl Row {
    /// Certificates per second.
    pub fn rate(&self) -> f64 {
        count(self.issued.len()) / self.time.as_secs_f64()
    }

    /// Server CPU milliseconds per certificate.
    pub fn cpu_ms(&self) -> f64 {
        self.each(self.server.as_secs_f64() * 1000.0)
    }

    /// One certificate's part.
    pub fn each(&self, all: f64) -> f64 {
        all / count(self.issued.len())
    }

    pub fn latency(&self, share: usize) -> f64 {
        percentile(&self.latencies, share).as_secs_f64() * 1000.0
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// What an activation says beside order and CSR; the same for all orders of a product.
#[derive(Clone)]
pub struct Choice {
    pub common_name: String,
    pub fields: Value,
    pub statements: Value,
}

/// Activates all of `orders` over `clients` connections; none may fail.
pub async fn run(
    identity: &Identity,
    daemon: u32,
    clients: usize,
    orders: Vec<Ready>,
    choice: &Choice,
) -> Result<Row> {
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(identity.connect().await?);
    }
    let queue = Arc::new(Mutex::new(orders));
    let before = cpu_time(daemon)?;
    let watch = Stopwatch::start();
    let workers: Vec<_> = connections
        .into_iter()
        .map(|connection| tokio::spawn(client(connection, Arc::clone(&queue), choice.clone())))
        .collect();
    let mut issued = Vec::new();
    let mut latencies = Vec::new();
    for worker in workers {
        for (certificate, latency) in worker.await?? {
            issued.push(certificate);
            latencies.push(latency);
        }
    }
    let time = watch.elapsed();
    let server = cpu_time(daemon)?.saturating_sub(before);
    latencies.sort_unstable();
    Ok(Row {
        clients,
        issued,
        time,
        latencies,
        server,
    })
}

async fn client(
    mut connection: Connection,
    queue: Arc<Mutex<Vec<Ready>>>,
    choice: Choice,
) -> Result<Vec<(Issued, Duration)>> {
    let mut done = Vec::new();
    while let Some(ready) = next(&queue)? {
        let body = json!({
            "common_name": choice.common_name,
            "fields": choice.fields,
            "key_method": "csr",
            "csr": ready.csr,
            "statements": choice.statements,
        });
        let path = format!("/v1/orders/{}/activation", ready.order);
        let headers = [
            ("Idempotency-Key", ready.order.as_str()),
            ("Prefer", "wait=60"),
        ];
        let watch = Stopwatch::start();
        let answer = connection
            .send("POST", &path, &headers, Some(&body))
            .await?;
        let latency = watch.elapsed();
        let certificate = answer
            .expect(&[201])
            .with_context(|| format!("activation of {}", ready.order))?;
        let pem = certificate
            .get("pem")
            .and_then(Value::as_str)
            .context("an issued certificate carries `pem`")?
            .to_owned();
        done.push((Issued { ready, pem }, latency));
    }
    Ok(done)
}

fn next(queue: &Mutex<Vec<Ready>>) -> Result<Option<Ready>> {
    let mut queue = queue
        .lock()
        .map_err(|_| anyhow!("another client panicked"))?;
    Ok(queue.pop())
}
