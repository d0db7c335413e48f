//! `chancery certificate`: issued certificates.

use std::{fs::OpenOptions, io::Write, path::PathBuf};

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::{client::Client, command::escaped, fault::Fault, report::Report};
use crate::api::certificates::Certificate;

#[derive(Subcommand)]
pub enum Verb {
    /// One certificate, by id or serial number in hexadecimal.
    Show { id: String },
    /// Write a certificate or its chain into a new file.
    Download {
        id: String,
        /// pem, der, or p7c (chain only).
        #[arg(long, value_enum, default_value_t = Encoding::Pem)]
        encoding: Encoding,
        /// The CA certificates above it instead of the certificate.
        #[arg(long)]
        chain: bool,
        /// The file; it must not exist.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Encoding {
    Pem,
    Der,
    P7c,
}

/// # Errors
/// The daemon's refusal, or what cannot be read or written.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    match verb {
        Verb::Show { id } => {
            let path = format!("/certificates/{}", escaped(&id));
            let certificate: Certificate = client.get(&path)?.json()?;
            Ok(Report::new(words(&certificate), &certificate))
        }
        Verb::Download {
            id,
            encoding,
            chain,
            out,
        } => {
            let what = if chain { "chain" } else { "content" };
            let encoding = match encoding {
                Encoding::Pem => "pem",
                Encoding::Der => "der",
                Encoding::P7c => "p7c",
            };
            let path = format!("/certificates/{}/{what}?encoding={encoding}", escaped(&id));
            let body = client.get(&path)?.body;
            write(&out, &body)?;
            let text = format!("{} bytes written to {}", body.len(), out.display());
            Ok(Report::new(
                text,
                &json!({ "file": out, "bytes": body.len() }),
            ))
        }
    }
}

fn words(certificate: &Certificate) -> String {
    let mut lines = vec![
        format!("{}  {}", certificate.id, certificate.state),
        format!("  serial   {}", certificate.serial),
        format!("  subject  {}", certificate.subject),
        format!("  mailbox  {}", certificate.sans.join(", ")),
        format!("  issuer   {}", certificate.issuer),
        format!("  from     {}", certificate.not_before),
        format!("  to       {}", certificate.not_after),
        format!("  order    {}", certificate.order_id),
    ];
    if let Some(revocation) = &certificate.revocation {
        let (at, reason) = (&revocation.revoked_at, &revocation.reason);
        lines.push(format!("  revoked  {at} ({reason})"));
    }
    lines.join("\n")
}

fn write(path: &PathBuf, bytes: &[u8]) -> Result<(), Fault> {
    let failed = |error| Fault::unreadable(path.display(), error);
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = opened.map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}
