//! Who is at the other end of a connection, as TLS proved it.

use std::{net::SocketAddr, sync::Arc};

use sha2::{Digest, Sha256};

use crate::{
    domain::{identity::Credential, text::Text},
    pkix::{
        certificate::CertificateView,
        oid,
        tlv::{self, Malformed},
    },
};

/// `uniformResourceIdentifier [6] IA5String` (RFC 5280 4.2.1.6).
const URI: u8 = tlv::primitive(6);
/// A certificate with more URIs than this is not one of ours.
const MOST_URIS: usize = 8;

/// One end of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    pub address: SocketAddr,
    /// Absent on listeners without mutual TLS.
    pub certificate: Option<Arc<ClientCertificate>>,
}

/// What identifies a client certificate that the handshake has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub spki_sha256: [u8; 32],
    /// DER SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    /// URIs of the subjectAltName.
    pub uris: Vec<Text<255>>,
}

impl ClientCertificate {
    /// # Errors
    /// When the bytes are no certificate, or its names have no bounded form.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        let view = CertificateView::parse(der)?;
        let uris = match view.extension(oid::SUBJECT_ALT_NAME) {
            None => Vec::new(),
            Some(names) => uris(names.value)?,
        };
        Ok(Self {
            spki_sha256: Sha256::digest(view.spki).into(),
            spki: view.spki.to_vec(),
            uris,
        })
    }

    /// Everything by which the registry may know the holder.
    #[must_use]
    pub fn credentials(&self) -> Vec<Credential> {
        let uris = self.uris.iter().cloned().map(Credential::Uri);
        std::iter::once(Credential::Spki(self.spki_sha256))
            .chain(uris)
            .collect()
    }
}

fn uris(names: &[u8]) -> Result<Vec<Text<255>>, Malformed> {
    let mut reader = tlv::only(names, tlv::SEQUENCE)?.reader();
    let mut found = Vec::new();
    while !reader.is_empty() {
        let name = reader.any()?;
        if name.tag == URI {
            let text = std::str::from_utf8(name.value).map_err(|_| Malformed)?;
            found.push(Text::parse(text).map_err(|_| Malformed)?);
        }
        if found.len() > MOST_URIS {
            return Err(Malformed);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_uris_identify_a_certificate() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["ra.example.com".to_owned()]).unwrap();
        let uri = "spiffe://example.com/ra/panel";
        params
            .subject_alt_names
            .push(rcgen::SanType::URI(uri.try_into().unwrap()));
        let certificate = params.self_signed(&key).unwrap();
        let read = ClientCertificate::from_der(certificate.der()).unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&key);
        assert_eq!(read.spki, spki);
        assert_eq!(
            read.credentials(),
            [
                Credential::Spki(Sha256::digest(&spki).into()),
                Credential::Uri(Text::parse(uri).unwrap())
            ]
        );
    }
}
