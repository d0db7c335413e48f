//! Logs and metrics: JSON lines on standard output, Prometheus numbers on request.
//!
//! Neither is the audit log, which is part of the store.

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{
    EnvFilter, Registry,
    filter::ParseError,
    layer::SubscriberExt,
    reload::{self, Handle},
    util::{SubscriberInitExt, TryInitError},
};

/// Seconds: from a cached read to the longest wait.
const BUCKETS: [f64; 14] = [
    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
];

/// Why logs or metrics cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("the log level cannot be read")]
    Level(#[from] ParseError),
    #[error("logs are kept already")]
    Logs(#[from] TryInitError),
    #[error("metrics are kept already, or their buckets are wrong")]
    Metrics(#[from] BuildError),
}

/// The process's logs and metrics.
#[derive(Clone)]
pub struct Telemetry {
    level: Handle<EnvFilter, Registry>,
    metrics: PrometheusHandle,
}

impl Telemetry {
    /// Begins to keep both. Once a process.
    ///
    /// # Errors
    /// When the level is no filter, or another recorder is there.
    pub fn start(level: &str) -> Result<Self, TelemetryError> {
        let (filter, handle) = reload::Layer::new(filter(level)?);
        let lines = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false);
        tracing_subscriber::registry()
            .with(filter)
            .with(lines)
            .try_init()?;
        let metrics = PrometheusBuilder::new()
            .set_buckets(&BUCKETS)?
            .install_recorder()?;
        metrics::gauge!("chancery_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(Self {
            level: handle,
            metrics,
        })
    }

    /// Takes over another level.
    ///
    /// # Errors
    /// When it is no filter.
    pub fn set_level(&self, level: &str) -> Result<(), TelemetryError> {
        let filter = filter(level)?;
        if let Err(error) = self.level.reload(filter) {
            tracing::error!(%error, "the log level could not be changed");
        }
        Ok(())
    }

    /// The metrics in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.metrics.render()
    }

    /// Housekeeping of histograms, to be called every few seconds.
    pub fn upkeep(&self) {
        self.metrics.run_upkeep();
    }
}

/// Whether a text is a level that [`Telemetry::start`] takes.
///
/// # Errors
/// When it is none.
pub fn check_level(level: &str) -> Result<(), TelemetryError> {
    filter(level).map(drop)
}

/// A resolver's words are strangers' words: what matters of them is in the audit log. Asked for by
/// name, they come.
const QUIET: &str = "hickory_net=off,hickory_proto=off,hickory_resolver=off";

fn filter(level: &str) -> Result<EnvFilter, TelemetryError> {
    Ok(EnvFilter::builder().parse(format!("{QUIET},{level}"))?)
}
