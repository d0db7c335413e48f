//! A TLS server of the test's, for whom the daemon calls: certified by the instance's CA, and it
//! demands the daemon's certificate.

use std::{fs, path::Path, sync::Arc};

use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};

use super::instance::run;

/// Of the server called `name` in the instance's directory, reached as `host`.
pub fn config(dir: &Path, name: &str, host: &str) -> ServerConfig {
    fs::write(
        dir.join(format!("{name}.cnf")),
        format!("subjectAltName = DNS:{host}\nextendedKeyUsage = serverAuth\n"),
    )
    .unwrap();
    for line in [
        format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.key"),
        format!("req -config ext.cnf -new -key {name}.key -subj /CN={name} -out {name}.csr"),
        format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3000 -extfile {name}.cnf -out {name}.pem"
        ),
    ] {
        run(dir, "openssl", &line);
    }
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(dir.join("ca.pem")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let chain = vec![CertificateDer::from_pem_file(dir.join(format!("{name}.pem"))).unwrap()];
    let key = PrivateKeyDer::from_pem_file(dir.join(format!("{name}.key"))).unwrap();
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(chain, key)
        .unwrap()
}
