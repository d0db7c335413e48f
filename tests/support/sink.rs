//! A real mail server in another process (`sink.py`), with a certificate of its own CA.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use chancery::adapters::smtp::{
    Sender,
    relay::{Login, Relay, Security, Settings},
};
use secrecy::SecretString;
use tempfile::TempDir;

pub struct Sink {
    pub port: u16,
    pub ca_pem: Vec<u8>,
    directory: TempDir,
    server: Child,
}

impl Sink {
    /// `mode`: `starttls`, `implicit` or `plain`.
    pub fn start(mode: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ca_pem = certificates(directory.path());
        let mut server = Command::new(python())
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/sink.py"))
            .arg(directory.path())
            .arg(directory.path().join("server.pem"))
            .arg(directory.path().join("server.key"))
            .arg(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the server says its port");
        Self {
            port,
            ca_pem,
            directory,
            server,
        }
    }

    pub fn relay(&self, security: Security, password: &str) -> Relay {
        self.relay_trusting(security, password, &self.ca_pem)
    }

    pub fn relay_trusting(&self, security: Security, password: &str, ca_pem: &[u8]) -> Relay {
        let sender = Sender::parse("Example CA <ca@example.com>").unwrap();
        self.relay_from(sender, security, password, ca_pem)
    }

    pub fn relay_from(
        &self,
        sender: Sender,
        security: Security,
        password: &str,
        ca_pem: &[u8],
    ) -> Relay {
        Relay::new(Settings {
            host: "localhost".to_owned(),
            port: self.port,
            security,
            ca_pem: Some(ca_pem.to_vec()),
            login: Some(Login {
                user: "ca".to_owned(),
                password: SecretString::from(password.to_owned()),
            }),
            hello: "ca.example.com".to_owned(),
            sender,
            deadline: Duration::from_secs(30),
        })
        .unwrap()
    }

    /// What was taken, in order.
    pub fn mails(&self) -> Vec<String> {
        let mut paths: Vec<PathBuf> = fs::read_dir(self.directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .collect();
        paths.sort();
        let read = |path: &PathBuf| String::from_utf8(fs::read(path).unwrap()).unwrap();
        paths.iter().map(read).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // The server ends with its input; killing it twice does no harm.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The interpreter that has the packages of `tests/requirements.txt`.
pub fn python() -> PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/python");
    assert!(python.exists(), "tests/run prepares {}", python.display());
    python
}

/// Writes `server.pem` and `server.key` for localhost; gives the CA that signed them.
pub fn certificates(directory: &Path) -> Vec<u8> {
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = rcgen::Issuer::new(params, ca_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let server = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    fs::write(directory.join("server.pem"), server.pem()).unwrap();
    fs::write(directory.join("server.key"), key.serialize_pem()).unwrap();
    ca.pem().into_bytes()
}
