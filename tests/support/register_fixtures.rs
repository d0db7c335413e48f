//! Registers played: synthetic firms with the members that the real answers have, and every way
//! in which a register can fail. A register stands under `/<mood>/<register>`: the mood is part
//! of the configured base URL, so that nothing else tells this server what to do.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

#[path = "register_fixtures/envelopes.rs"]
mod envelopes;
#[path = "register_fixtures/firms.rs"]
pub mod firms;
#[path = "register_fixtures/plays.rs"]
mod plays;

/// What came in.
pub struct Request {
    pub mood: String,
    pub register: String,
    /// Path and query below the register's base.
    pub rest: String,
    /// Head with names in lower case.
    pub head: String,
    pub body: String,
}

/// What goes out.
pub struct Play {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: String,
    /// Bytes of the body that are sent; the connection is cut after them.
    pub cut: Option<usize>,
}

/// A server with a CA of its own; it ends with its runtime.
pub struct Fixtures {
    pub address: SocketAddr,
    /// PEM of the root.
    pub root: String,
}

impl Fixtures {
    /// Listens on a loopback port; the certificate is for `localhost` and for no address.
    pub async fn start(port: u16) -> Self {
        let (root, tls) = identity();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = TlsAcceptor::from(Arc::clone(&tls));
                tokio::spawn(async move {
                    // A client that leaves is no fault of this server.
                    let _ = serve(acceptor, stream).await;
                });
            }
        });
        Self { address, root }
    }

    /// Base URL of a register in a mood.
    pub fn base(&self, mood: &str, register: &str) -> String {
        format!(
            "https://localhost:{}/{mood}/{register}",
            self.address.port()
        )
    }
}

fn identity() -> (String, Arc<ServerConfig>) {
    let ca_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(params, ca_key);
    let key = KeyPair::generate().unwrap();
    let names = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (ca.pem(), Arc::new(config))
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream) -> io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let Some(request) = received(&mut stream).await? else {
        return Ok(());
    };
    if request.mood == "slow" {
        // Silent until the client hangs up.
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await?;
        return Ok(());
    }
    send(&mut stream, &plays::play(&request)).await
}

async fn received(stream: &mut TlsStream<TcpStream>) -> io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(request) = whole(&bytes) {
            return Ok(Some(request));
        }
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await?;
        if count == 0 || bytes.len() > 64 * 1024 {
            return Ok(None);
        }
        bytes.extend(piece.iter().take(count));
    }
}

fn whole(bytes: &[u8]) -> Option<Request> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let (line, lines) = head.split_once("\r\n")?;
    let lines = lines.to_ascii_lowercase();
    let length = lines
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(Some(0), |length| length.trim().parse().ok())?;
    if body.len() < length {
        return None;
    }
    let target = line.split(' ').nth(1)?.strip_prefix('/')?;
    let (mood, target) = target.split_once('/')?;
    let end = target.find(['/', '?']).unwrap_or(target.len());
    let (register, rest) = target.split_at(end);
    Some(Request {
        mood: mood.to_owned(),
        register: register.to_owned(),
        rest: rest.to_owned(),
        head: head.split_once("\r\n")?.1.to_owned(),
        body: body.to_owned(),
    })
}

async fn send(stream: &mut TlsStream<TcpStream>, play: &Play) -> io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {} Played\r\ncontent-type: {}\r\nconnection: close\r\n",
        play.status, play.content_type
    );
    for (name, value) in &play.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if play.status != 204 {
        head.push_str(&format!("content-length: {}\r\n", play.body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    let sent = play.cut.unwrap_or(play.body.len());
    let body: Vec<u8> = play.body.bytes().take(sent).collect();
    stream.write_all(&body).await?;
    stream.shutdown().await
}
