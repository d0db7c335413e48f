//! `chancery certificate`: issued certificates.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Subcommand, ValueEnum};
use hyper::Method;
use serde_json::json;

use super::{
    client::{Client, Extra, idempotency_key},
    command::escaped,
    fault::Fault,
    report::Report,
};
use crate::api::{
    acting_for::StatementGiven,
    activations::{Activation, NewReissue},
    certificates::Certificate,
    orders::{NewRenewal, Order},
    revocations::{NewRevocation, RevocationCase},
};

#[derive(Subcommand)]
pub enum Verb {
    /// One certificate, by id or serial number in hexadecimal.
    Show { id: String },
    /// Revoke a certificate for ever. It is on the revocation list within seconds; nothing takes
    /// it back.
    #[command(after_help = "Examples:
  chancery certificate revoke crt_0199c95a-0000-7000-8000-000000000000 --reason superseded --profile shop.toml
  chancery certificate revoke 3fa90c0b5d2e4f6182a3b4c5d6e7f809 --reason keyCompromise --compromised-at 2026-11-20T10:00:00Z --profile eva.toml")]
    Revoke {
        /// Id or serial number in hexadecimal.
        id: String,
        /// keyCompromise, affiliationChanged, superseded, cessationOfOperation; specialists and
        /// officers also privilegeWithdrawn. Without it the reason is unspecified.
        #[arg(long)]
        reason: Option<String>,
        /// Since when the key is compromised (RFC 3339); with keyCompromise only.
        #[arg(long, value_name = "TIME")]
        compromised_at: Option<String>,
        /// Kept beside the log.
        #[arg(long)]
        note: Option<String>,
        /// The same key again gives the same answer; drawn when it is left out.
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
    /// Have a certificate with the same subject and end take the place of this one, which is
    /// revoked some days later.
    #[command(after_help = "Example:
  chancery certificate reissue crt_0199c95a-0000-7000-8000-000000000000 --csr new.csr --accept subscriber-agreement,1,2026-11-20T10:00:00Z --accept certificate-content,1,2026-11-20T10:00:00Z --profile shop.toml")]
    Reissue {
        /// Id or serial number in hexadecimal.
        id: String,
        /// Certificate request (PEM); only its key is used.
        #[arg(long, value_name = "FILE")]
        csr: PathBuf,
        /// A statement that the applicant has accepted: its id, version and time (RFC 3339).
        #[arg(long, value_name = "ID,VERSION,TIME", value_parser = statement)]
        accept: Vec<StatementGiven>,
        /// The same key again gives the same answer; drawn when it is left out.
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
    /// Take an order that continues a certificate, with its verified data.
    #[command(after_help = "Example:
  chancery certificate renew crt_0199c95a-0000-7000-8000-000000000000 --product smime-org-multipurpose-365-renewal --profile shop.toml")]
    Renew {
        /// Id or serial number in hexadecimal.
        id: String,
        /// A product with the operation renewal.
        #[arg(long, value_name = "CODE")]
        product: String,
        /// That of the earlier order when it is left out.
        #[arg(long)]
        alias: Option<String>,
        /// The same key again gives the same answer; drawn when it is left out.
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
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
        Verb::Revoke {
            id,
            reason,
            compromised_at,
            note,
            idempotency_key,
        } => {
            let wish = NewRevocation {
                reason,
                compromise_date: compromised_at,
                note,
                acting_for: None,
            };
            revoke(client, &id, &wish, idempotency_key)
        }
        Verb::Reissue {
            id,
            csr,
            accept,
            idempotency_key,
        } => reissue(client, &id, &csr, accept, idempotency_key),
        Verb::Renew {
            id,
            product,
            alias,
            idempotency_key,
        } => {
            let wish = NewRenewal {
                product_code: product,
                alias,
                partner_order_ref: None,
                acting_for: None,
            };
            renew(client, &id, &wish, idempotency_key)
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

fn revoke(
    client: &Client,
    id: &str,
    wish: &NewRevocation,
    key: Option<String>,
) -> Result<Report, Fault> {
    let key = idempotency_key(key.as_deref())?;
    let extra = Extra {
        if_match: None,
        idempotency_key: Some(&key),
        acting_for: None,
    };
    let path = format!("/certificates/{}/revocations", escaped(id));
    let reply = client.send(Method::POST, &path, Some(wish), &extra)?;
    let case: RevocationCase = reply.json()?;
    let text = format!(
        "{}  {}\n  certificate {} ({})\n  reason {}\n  on a revocation list by {}",
        case.id, case.state, case.certificate_id, case.serial, case.reason, case.publish_by
    );
    Ok(Report::new(text, &case))
}

fn reissue(
    client: &Client,
    id: &str,
    csr: &Path,
    statements: Vec<StatementGiven>,
    key: Option<String>,
) -> Result<Report, Fault> {
    let text = std::fs::read_to_string(csr);
    let wish = NewReissue {
        csr: text.map_err(|error| Fault::unreadable(csr.display(), error))?,
        key_method: None,
        statements,
        acting_for: None,
    };
    let key = idempotency_key(key.as_deref())?;
    let extra = Extra {
        if_match: None,
        idempotency_key: Some(&key),
        acting_for: None,
    };
    let path = format!("/certificates/{}/reissue", escaped(id));
    let reply = client.send(Method::POST, &path, Some(&wish), &extra)?;
    if reply.status == 202 {
        let activation: Activation = reply.json()?;
        let text = format!("{}  {}", activation.activation_id, activation.state);
        return Ok(Report::new(text, &activation));
    }
    let certificate: Certificate = reply.json()?;
    Ok(Report::new(words(&certificate), &certificate))
}

fn renew(
    client: &Client,
    id: &str,
    wish: &NewRenewal,
    key: Option<String>,
) -> Result<Report, Fault> {
    let key = idempotency_key(key.as_deref())?;
    let extra = Extra {
        if_match: None,
        idempotency_key: Some(&key),
        acting_for: None,
    };
    let path = format!("/certificates/{}/renewal-orders", escaped(id));
    let reply = client.send(Method::POST, &path, Some(wish), &extra)?;
    let order: Order = reply.json()?;
    let text = format!(
        "{}  {}\n  number  {}\n  product {}",
        order.id, order.status_code, order.order_number, order.product.code
    );
    Ok(Report::new(text, &order))
}

/// `id,version,time`.
fn statement(text: &str) -> Result<StatementGiven, String> {
    let mut parts = text.splitn(3, ',');
    let mut part = || parts.next().map(str::to_owned);
    let given = part().zip(part()).zip(part());
    let ((id, version), accepted_at) = given.ok_or("id,version,time is needed")?;
    let version = version.parse().map_err(|_| "the version is no number")?;
    Ok(StatementGiven {
        id,
        version,
        accepted_at,
    })
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
    if let (Some(by), Some(until)) = (&certificate.replaced_by, &certificate.replaced_until) {
        lines.push(format!("  replaced by {by}, revoked at {until}"));
    }
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
