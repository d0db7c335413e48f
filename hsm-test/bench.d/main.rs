//! Certificates a second, end to end, against bare signatures of the same token.
//!
//! A process of its own: it speaks mutual TLS to the release daemon as an RA frontend does, on
//! the same machine, so the daemon has what this leaves of the cores. `hsm-test/bench` sets the
//! instances up and starts this once for each kind of issuing key.

mod check;
mod client;
mod cpu;
mod load;
mod prepare;
mod raw;
mod stats;

use std::{sync::Arc, thread, time::Duration};

use anyhow::{Context, Result};
use clap::Parser;

use crate::{
    check::Checker,
    client::Identity,
    cpu::Cpu,
    load::Row,
    prepare::Plan,
    raw::{RawSigner, Token},
    stats::cpu_time,
};

/// Measures one running instance.
#[derive(Parser)]
struct Arguments {
    /// Name of the issuing key's algorithm, for the report.
    #[arg(long)]
    algorithm: String,
    /// The RA listener, https://host:port.
    #[arg(long)]
    url: String,
    #[arg(long)]
    server_ca: String,
    #[arg(long)]
    cert: String,
    #[arg(long)]
    key: String,
    /// Process id of the daemon.
    #[arg(long)]
    daemon: u32,
    /// Base address of the metrics listener, http://host:port.
    #[arg(long)]
    metrics: String,
    #[arg(long)]
    mail_dir: String,
    /// A verified data set of the customer.
    #[arg(long)]
    subject_data: String,
    #[arg(long)]
    customer: String,
    #[arg(long)]
    issuing_pem: String,
    #[arg(long)]
    module: String,
    #[arg(long)]
    token: String,
    #[arg(long)]
    token_key: String,
    #[arg(long)]
    pin_file: String,
    /// Connections and orders of each level, as C:ORDERS.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "1:300,4:1000,16:2000,64:4000"
    )]
    levels: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let identity = Identity::load(
        &arguments.url,
        &arguments.server_ca,
        &arguments.cert,
        &arguments.key,
        &arguments.customer,
    )?;
    let token = Token {
        module: arguments.module.clone(),
        label: arguments.token.clone(),
        pin_file: arguments.pin_file.clone(),
        key: arguments.token_key.clone(),
    };
    let signer = RawSigner::open(&token)?;
    let cores = thread::available_parallelism()?.get();
    let mut checker = Checker::new(&arguments.issuing_pem)?;
    let mut cpu = Cpu::default();
    println!("issuing key {}, {cores} cores", arguments.algorithm);
    println!(
        "{:>4} {:>8} {:>9} {:>9} {:>11} {:>9} {:>9} {:>6}",
        "c", "cert/s", "p50 ms", "p99 ms", "CPU ms/cert", "besides", "raw/s", "ratio"
    );
    for level in &arguments.levels {
        let (clients, orders) = level.split_once(':').context("a level is C:ORDERS")?;
        let (clients, orders) = (clients.parse()?, orders.parse()?);
        let row = measure(&arguments, &identity, clients, orders, &mut cpu).await?;
        let raw = raw_rate(&signer, clients.min(cores), arguments.daemon)?;
        print_row(&row, &raw);
        for issued in &row.issued {
            checker
                .check(issued, now()?)
                .with_context(|| format!("certificate of {}", issued.ready.order))?;
        }
    }
    println!(
        "{} certificates checked, each serial number once",
        checker.serials()
    );
    steps(&arguments.metrics).await?;
    cpu.report(&arguments.algorithm)
}

async fn measure(
    arguments: &Arguments,
    identity: &Identity,
    clients: usize,
    orders: usize,
    cpu: &mut Cpu,
) -> Result<Row> {
    let plan = Arc::new(Plan {
        product: "smime-org-multipurpose-365-issue".to_owned(),
        customer: arguments.customer.clone(),
        subject_data: arguments.subject_data.clone(),
        mail_dir: arguments.mail_dir.clone(),
        run: format!("{}-{clients}-{}", arguments.algorithm, now()?.as_secs()),
    });
    let ready = prepare::orders(identity, &plan, orders).await?;
    let first = ready.first().context("at least one order")?.order.clone();
    let choice = prepare::choice(identity, &plan, &first).await?;
    let before = cpu::spent(&arguments.metrics).await?;
    let row = load::run(identity, arguments.daemon, clients, ready, &choice).await?;
    cpu.add(&row, &before, &cpu::spent(&arguments.metrics).await?);
    Ok(row)
}

/// Bare signatures beside an idle daemon.
struct Raw {
    rate: f64,
    /// Milliseconds of one core a signature takes.
    cost_ms: f64,
}

fn raw_rate(signer: &RawSigner, threads: usize, daemon: u32) -> Result<Raw> {
    let before = cpu_time(daemon)?;
    let one = signer.rate(1, Duration::from_secs(2))?;
    let rate = if threads == 1 {
        one
    } else {
        signer.rate(threads, Duration::from_secs(2))?
    };
    let busy = cpu_time(daemon)?.saturating_sub(before);
    if busy > Duration::from_millis(500) {
        println!("     (the daemon used {busy:?} beside the bare signatures)");
    }
    Ok(Raw {
        rate,
        cost_ms: 1000.0 / one,
    })
}

fn print_row(row: &Row, raw: &Raw) {
    println!(
        "{:>4} {:>8.0} {:>9.1} {:>9.1} {:>11.2} {:>9.2} {:>9.0} {:>6.2}",
        row.clients,
        row.rate(),
        row.latency(50),
        row.latency(99),
        row.cpu_ms(),
        row.cpu_ms() - raw.cost_ms,
        raw.rate,
        row.rate() / raw.rate,
    );
}

/// Mean time of each step of an issuance, and of C_Sign, from the daemon's own histograms.
async fn steps(metrics: &str) -> Result<()> {
    let text = client::get_plain(metrics, "/metrics").await?;
    println!("mean time by step, over all levels (a step's wait for the others is in it):");
    for name in [
        "chancery_issuance_duration_seconds",
        "chancery_hsm_operation_duration_seconds",
    ] {
        let sums = samples(&text, &format!("{name}_sum"));
        let counts = samples(&text, &format!("{name}_count"));
        for ((labels, sum), (_, number)) in sums.iter().zip(&counts) {
            println!("  {:>9.3} ms  {labels}", 1000.0 * sum / number.max(1.0));
        }
    }
    Ok(())
}

/// Labels and values of one metric's lines.
fn samples<'a>(text: &'a str, name: &str) -> Vec<(&'a str, f64)> {
    text.lines()
        .filter_map(|line| line.strip_prefix(name))
        .filter_map(|rest| rest.rsplit_once(' '))
        .filter_map(|(labels, value)| Some((labels, value.parse().ok()?)))
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the clock; the product takes ports::Clock"
)]
fn now() -> Result<Duration> {
    Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?)
}
