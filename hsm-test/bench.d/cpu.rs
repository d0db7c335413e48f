//! Where the CPU of an issuance goes, by its steps, and whether its rules are cheap enough.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use crate::{client, load::Row, samples};

const METRIC: &str = "chancery_issuance_cpu_nanoseconds_total";
/// The rules about what is signed, and about whose key it is.
const RULES: [&str; 3] = ["S2 key checks", "S3 key checks", "S4 lint"];
/// Most percent of an issuance's CPU that the rules take with a P-256 issuing key.
const MOST: f64 = 15.0;
const MOST_FOR: &str = "ec-p256";

/// The steps of an issuance (S10, the mail, is nobody's wait).
const ALL: [&str; 9] = [
    "S1 ", "S2 ", "S3 ", "S4 ", "S5 ", "S6 ", "S7 ", "S8 ", "S9 ",
];

/// CPU nanoseconds by step, since the daemon started.
pub type Spent = BTreeMap<String, f64>;

/// CPU milliseconds of one certificate at one level.
struct Level {
    clients: usize,
    steps: Spent,
    all: f64,
}

/// The levels of one run.
#[derive(Default)]
pub struct Cpu(Vec<Level>);

/// What the daemon's counters say now.
pub async fn spent(metrics: &str) -> Result<Spent> {
    let text = client::get_plain(metrics, "/metrics").await?;
    let of = |(labels, value): (&str, f64)| Some((labels.split('"').nth(1)?.to_owned(), value));
    Ok(samples(&text, METRIC).into_iter().filter_map(of).collect())
}

impl Cpu {
    /// Takes a level down: what the counters said before and after it.
    pub fn add(&mut self, row: &Row, before: &Spent, after: &Spent) {
        let took = |(step, ns): (&String, &f64)| {
            let ns = ns - before.get(step).copied().unwrap_or_default();
            (step.clone(), row.each(ns / 1e6))
        };
        self.0.push(Level {
            clients: row.clients,
            steps: after.iter().map(took).collect(),
            all: row.cpu_ms(),
        });
    }

    /// Prints the steps and the share of the rules.
    ///
    /// # Errors
    /// When no step was measured, or the rules take more of the CPU than they may.
    pub fn report(&self, algorithm: &str) -> Result<()> {
        println!("CPU ms a certificate, by step and connections:");
        self.line("", |level| format!("c={}", level.clients));
        let steps = self.0.last().map(|level| &level.steps);
        for step in steps.into_iter().flat_map(BTreeMap::keys) {
            self.line(step, |level| {
                format!("{:.3}", level.steps.get(step).copied().unwrap_or_default())
            });
        }
        let named = |level: &Level| level.steps.values().sum::<f64>();
        self.line("HTTP, TLS, threads of store and HSM", |level| {
            format!("{:.3}", level.all - named(level))
        });
        self.line("all", |level| format!("{:.3}", level.all));
        let worst = self.0.iter().map(Level::rules).fold(0.0, f64::max);
        println!("lint and key checks: {worst:.1} % of an issuance's CPU (at most {MOST} %)");
        for step in ALL {
            let measured = |level: &Level| level.steps.keys().any(|name| name.starts_with(step));
            ensure!(
                self.0.iter().all(measured),
                "the daemon did not measure {step}"
            );
        }
        ensure!(
            algorithm != MOST_FOR || worst <= MOST,
            "lint and key checks take more than {MOST} % of an issuance's CPU"
        );
        Ok(())
    }

    fn line(&self, title: &str, cell: impl Fn(&Level) -> String) {
        let cells = self.0.iter().map(|level| format!(" {:>8}", cell(level)));
        println!("  {title:<44}{}", cells.collect::<String>());
    }
}

impl Level {
    /// Percent of the CPU that the rules take.
    fn rules(&self) -> f64 {
        let steps = RULES.iter().filter_map(|step| self.steps.get(*step));
        100.0 * steps.sum::<f64>() / self.all
    }
}
