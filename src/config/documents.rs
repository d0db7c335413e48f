//! What is done with documents.

use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;

use super::{Count, value::AbsolutePath};
use crate::policy::document_retention::FLOOR_DAYS;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Documents {
    /// Days a document is kept after its last use; never fewer than the rules demand.
    pub kept_days: Count<FLOOR_DAYS, 36_525>,
    /// Who looks for malware; nobody without it.
    pub scan: Option<Scan>,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            // Seven years, as ETSI EN 319 411-1 6.4.6 has it.
            kept_days: Count::of(2557),
            scan: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    pub clamd: ClamdAddress,
    /// From the connection to the answer. With the half minute that follows a fault it stays below
    /// the lease of a job.
    #[serde(default = "deadline")]
    pub deadline_seconds: Count<5, 240>,
}

fn deadline() -> Count<5, 240> {
    Count::of(180)
}

/// `unix:/absolute/path` or `tcp:ADDRESS:PORT` on this host: documents cross it unencrypted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ClamdAddress {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

impl TryFrom<String> for ClamdAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const FORM: &str = "must be unix:/absolute/path or tcp:ADDRESS:PORT";
        const OURS: &str = "must be an address of this host (127.0.0.0/8 or [::1]): documents cross it unencrypted";
        if let Some(path) = text.strip_prefix("unix:") {
            let path = AbsolutePath::try_from(path.to_owned()).map_err(|_| FORM)?;
            return Ok(Self::Unix(path.as_path().to_owned()));
        }
        let address = text.strip_prefix("tcp:").ok_or(FORM)?;
        let address: SocketAddr = address.parse().map_err(|_| FORM)?;
        if !address.ip().is_loopback() {
            return Err(OURS);
        }
        Ok(Self::Tcp(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_socket_or_a_port() {
        let read = |text: &str| ClamdAddress::try_from(text.to_owned()).ok();
        let path = PathBuf::from("/run/clamav/clamd.ctl");
        assert_eq!(
            read("unix:/run/clamav/clamd.ctl"),
            Some(ClamdAddress::Unix(path))
        );
        let port = Some(ClamdAddress::Tcp(([127, 0, 0, 1], 3310).into()));
        assert_eq!(read("tcp:127.0.0.1:3310"), port);
        assert!(read("tcp:[::1]:3310").is_some());
        for wrong in [
            "/run/clamd.ctl",
            "unix:clamd.ctl",
            "tcp:localhost:3310",
            "tcp:127.0.0.1",
            "tcp:192.0.2.1:3310",
            "tcp:10.0.0.1:3310",
            "tcp:0.0.0.0:3310",
            "tcp:[2001:db8::1]:3310",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
