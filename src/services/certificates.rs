//! Issued certificates: found, listed and delivered with their subordinate chain.

use std::sync::Arc;

use crate::{
    domain::{id::CertificateId, refusal::Refused, timestamp::Timestamp},
    pkix::{certs_only::certs_only, pem, serial_number::SerialNumber},
    policy::access::ReadScope,
    ports::{
        clock::Clock,
        store::{
            Page,
            issuance::{CertificateFilter, CertificateRecord, Certificates as Stored},
        },
    },
    services::authority::Authorities,
};

/// How a certificate is named in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    Id(CertificateId),
    /// In hex, as the certificate resource shows it.
    Serial(SerialNumber),
}

impl std::str::FromStr for Reference {
    type Err = crate::domain::id::InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        SerialNumber::parse(text)
            .map(Self::Serial)
            .map_err(|_| crate::domain::id::InvalidId)
    }
}

/// Encodings of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Pem,
    Der,
}

/// Encodings of the chain; all three hold the same set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainEncoding {
    Pem,
    /// Concatenated DER certificates.
    Der,
    /// A certs-only SignedData (RFC 5652 5.1).
    Pkcs7,
}

/// A certificate and the instant at which its state was judged.
#[derive(Clone, Debug)]
pub struct Judged {
    pub record: CertificateRecord,
    pub at: Timestamp,
}

/// The certificate store's use cases.
#[derive(Clone)]
pub struct Certificates {
    stored: Arc<dyn Stored>,
    authorities: Arc<Authorities>,
    clock: Arc<dyn Clock>,
}

impl Certificates {
    #[must_use]
    pub fn new(
        stored: Arc<dyn Stored>,
        authorities: Arc<Authorities>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            stored,
            authorities,
            clock,
        }
    }

    /// # Errors
    /// 404 when it is not there or not the caller's.
    pub async fn find(&self, scope: &ReadScope, which: &Reference) -> Result<Judged, Refused> {
        let found = match which {
            Reference::Id(id) => self.stored.certificate(scope, *id).await?,
            Reference::Serial(serial) => self.by_serial(scope, serial).await?,
        };
        let record = found.ok_or_else(Refused::not_found)?;
        Ok(Judged {
            record,
            at: self.clock.now(),
        })
    }

    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn list(
        &self,
        scope: &ReadScope,
        filter: &CertificateFilter,
        page: &Page,
    ) -> Result<Vec<Judged>, Refused> {
        let found = self.stored.certificates(scope, filter, page).await?;
        let at = self.clock.now();
        Ok(found
            .into_iter()
            .map(|record| Judged { record, at })
            .collect())
    }

    /// The certificate's bytes.
    ///
    /// # Errors
    /// 404 when it is not there or not the caller's.
    pub async fn content(
        &self,
        scope: &ReadScope,
        which: &Reference,
        encoding: Encoding,
    ) -> Result<Vec<u8>, Refused> {
        let der = self.find(scope, which).await?.record.certificate.der;
        match encoding {
            Encoding::Der => Ok(der),
            Encoding::Pem => certificate_pem(&der).map(String::into_bytes),
        }
    }

    /// The CA certificates from the issuer upward, without leaf and root.
    ///
    /// # Errors
    /// 404 when the certificate is not there or not the caller's.
    pub async fn chain(
        &self,
        scope: &ReadScope,
        which: &Reference,
        encoding: ChainEncoding,
    ) -> Result<Vec<u8>, Refused> {
        let issuer = self.find(scope, which).await?.record.certificate.issuer;
        let authority = self
            .authorities
            .issuer(&issuer)
            .ok_or_else(Refused::not_found)?;
        encode_chain(&authority.chain, encoding)
    }

    async fn by_serial(
        &self,
        scope: &ReadScope,
        serial: &SerialNumber,
    ) -> Result<Option<CertificateRecord>, Refused> {
        let serial = Some(serial.as_bytes().to_vec());
        let filter = CertificateFilter {
            serial,
            ..CertificateFilter::default()
        };
        let found = self.stored.certificates(
            scope,
            &filter,
            &Page {
                limit: 1,
                after: None,
            },
        );
        Ok(found.await?.pop())
    }
}

/// A chain in one of its encodings.
///
/// # Errors
/// 503 when PEM cannot be written (a certificate beyond any size a CA has).
pub fn encode_chain(chain: &[Vec<u8>], encoding: ChainEncoding) -> Result<Vec<u8>, Refused> {
    match encoding {
        ChainEncoding::Der => Ok(chain.concat()),
        ChainEncoding::Pkcs7 => {
            let parts: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
            Ok(certs_only(&parts))
        }
        ChainEncoding::Pem => {
            let parts: Result<Vec<_>, _> = chain.iter().map(|der| certificate_pem(der)).collect();
            Ok(parts?.concat().into_bytes())
        }
    }
}

/// A certificate as RFC 7468 text.
///
/// # Errors
/// 503 when it cannot be written.
pub fn certificate_pem(der: &[u8]) -> Result<String, Refused> {
    pem::encode("CERTIFICATE", der)
        .map_err(|_| Refused::unavailable("store-unavailable", "a stored certificate has no PEM"))
}
