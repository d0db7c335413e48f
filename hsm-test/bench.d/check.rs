//! After the clock has stopped: every certificate is what was asked for.

use std::{collections::BTreeSet, fs, time::Duration};

use anyhow::{Context, Result, anyhow, ensure};
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime, pem::PemObject};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::{
    extensions::{GeneralName, ParsedExtension},
    prelude::{FromDer, X509Certificate},
};

use crate::load::Issued;

/// id-kp-emailProtection, 1.3.6.1.5.5.7.3.4, without tag and length.
const EMAIL_PROTECTION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04];

/// Checks certificates of one issuer and remembers their serial numbers.
pub struct Checker {
    issuer: CertificateDer<'static>,
    serials: BTreeSet<Vec<u8>>,
}

impl Checker {
    pub fn new(issuing_pem: &str) -> Result<Self> {
        let pem = fs::read(issuing_pem).context("issuing certificate")?;
        Ok(Self {
            issuer: CertificateDer::from_pem_slice(&pem)?,
            serials: BTreeSet::new(),
        })
    }

    /// Signature and purpose by webpki; key, mailbox and serial number by x509-parser.
    pub fn check(&mut self, issued: &Issued, now: Duration) -> Result<()> {
        let der = CertificateDer::from_pem_slice(issued.pem.as_bytes())?;
        let anchors: [TrustAnchor; 1] = [anchor_from_trusted_cert(&self.issuer)?];
        EndEntityCert::try_from(&der)?
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                &anchors,
                &[],
                UnixTime::since_unix_epoch(now),
                KeyUsage::required(EMAIL_PROTECTION),
                None,
                None,
            )
            .map_err(|error| anyhow!("path: {error}"))?;
        let (rest, certificate) = X509Certificate::from_der(&der)?;
        ensure!(rest.is_empty(), "bytes behind the certificate");
        ensure!(
            certificate.public_key().raw == issued.ready.spki,
            "another key than the request's"
        );
        ensure!(
            mailboxes(&certificate) == [issued.ready.mailbox.as_str()],
            "another mailbox than the order's"
        );
        ensure!(
            self.serials.insert(certificate.raw_serial().to_vec()),
            "a serial number twice"
        );
        Ok(())
    }

    pub fn serials(&self) -> usize {
        self.serials.len()
    }
}

fn mailboxes<'a>(certificate: &'a X509Certificate<'_>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for extension in certificate.extensions() {
        if let ParsedExtension::SubjectAlternativeName(names) = extension.parsed_extension() {
            found.extend(names.general_names.iter().filter_map(|name| match name {
                GeneralName::RFC822Name(mailbox) => Some(*mailbox),
                _ => None,
            }));
        }
    }
    found
}
