//! TLS of the RA listener: 1.3 only, client certificate required, no resumption.
//!
//! A resumed session would keep an old chain, so none is offered; trust changes take effect with
//! the next handshake, and the registry is asked for every request anyway.

use std::sync::Arc;

use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, pem::PemObject},
    server::{NoServerSessionStorage, WebPkiClientVerifier},
};

/// PEM texts as they were read.
pub struct Material<'a> {
    /// Server certificate, leaf first.
    pub certificate: &'a [u8],
    pub key: &'a [u8],
    pub client_roots: &'a [u8],
    /// CRLs of the client CAs; with any, a client of unknown status is refused.
    pub client_crls: &'a [Vec<u8>],
}

/// Why TLS cannot be served with this material.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the server certificate file holds no PEM certificate, or a broken one")]
    Certificate,
    #[error("the server key is no PEM private key")]
    Key,
    #[error("the client roots file holds no PEM certificate, or a broken one")]
    Roots,
    #[error("a client CRL is no PEM CRL")]
    Crl,
    #[error("client certificates cannot be verified with these roots and CRLs: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
    #[error("certificate and key cannot be used: {0}")]
    Server(#[from] rustls::Error),
}

/// The configuration for new connections.
///
/// # Errors
/// When a part of the material is missing, broken or does not fit the others.
pub fn server_config(material: &Material<'_>) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = certificates(material.certificate).ok_or(TlsError::Certificate)?;
    let key = PrivateKeyDer::from_pem_slice(material.key).map_err(|_| TlsError::Key)?;
    let mut roots = RootCertStore::empty();
    for root in certificates(material.client_roots).ok_or(TlsError::Roots)? {
        roots.add(root).map_err(|_| TlsError::Roots)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    if !material.client_crls.is_empty() {
        verifier = verifier
            .with_crls(crls(material.client_crls)?)
            .only_check_end_entity_revocation()
            .enforce_revocation_expiration();
    }
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(verifier.build()?)
        .with_single_cert(chain, key)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.ok().filter(|found| !found.is_empty())
}

fn crls(files: &[Vec<u8>]) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let mut all = Vec::new();
    for file in files {
        let found: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(file).collect();
        let found = found.map_err(|_| TlsError::Crl)?;
        if found.is_empty() {
            return Err(TlsError::Crl);
        }
        all.extend(found);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn config(certificate: &str, key: &str, crls: &[Vec<u8>]) -> Result<(), TlsError> {
        server_config(&Material {
            certificate: certificate.as_bytes(),
            key: key.as_bytes(),
            client_roots: certificate.as_bytes(),
            client_crls: crls,
        })
        .map(drop)
    }

    #[test]
    fn material_is_checked_as_a_whole() {
        let ((certificate, key), (_, other)) = (pair(), pair());
        assert!(config(&certificate, &key, &[]).is_ok());
        let wrong = config(&certificate, &other, &[]);
        assert!(matches!(wrong, Err(TlsError::Server(_))));
        let no_crl = config(&certificate, &key, &[b"x".to_vec()]);
        assert!(matches!(no_crl, Err(TlsError::Crl)));
        assert!(matches!(config("", &key, &[]), Err(TlsError::Certificate)));
    }
}
