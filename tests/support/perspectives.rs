//! Remote perspectives of the test's: TLS servers that demand the daemon's client certificate and
//! answer as docs/perspectives.md says, each as it is told.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::tls_server;

/// How one of them differs from the others.
#[derive(Clone, PartialEq, Eq)]
pub enum Odd {
    /// Reads, and says nothing until the other side goes.
    Silent,
    /// The domain's servers do not answer it.
    Failing,
    /// Sees other records.
    Sees(Vec<Value>),
    /// Answers in the name of another.
    Impostor,
}

#[derive(Default)]
struct Seen {
    /// By type and name; none where nothing is said.
    records: HashMap<(String, String), Vec<Value>>,
    /// By perspective and type.
    odd: HashMap<(String, String), Odd>,
}

/// `p1`, `p2` and so on, in Europe and America by turns.
#[derive(Clone)]
pub struct Perspectives {
    ports: Vec<u16>,
    seen: Arc<Mutex<Seen>>,
}

impl Perspectives {
    /// With certificates of the instance's CA.
    pub fn start(dir: &Path, count: usize) -> Self {
        let config = Arc::new(tls_server::config(dir, "perspectives", "localhost"));
        let sockets: Vec<TcpListener> = (0..count)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let port = |socket: &TcpListener| socket.local_addr().unwrap().port();
        let all = Self {
            ports: sockets.iter().map(port).collect(),
            seen: Arc::default(),
        };
        for (number, socket) in (1..).zip(sockets) {
            let (all, config) = (all.clone(), Arc::clone(&config));
            thread::spawn(move || {
                for stream in socket.incoming().map_while(Result::ok) {
                    let (all, config) = (all.clone(), Arc::clone(&config));
                    // What breaks is the other side's affair.
                    thread::spawn(move || all.serve(&format!("p{number}"), stream, config));
                }
            });
        }
        all
    }

    /// The table `[domains]`.
    pub fn configure(&self, dir: &Path, config: &mut String) {
        let own = dir.display();
        let mut table = format!(
            "[domains]\nca = \"{own}/ca.pem\"\nclient_certificate = \"{own}/stranger.pem\"\n\
             client_key = \"{own}/stranger.key\"\ntimeout_seconds = 5\n"
        );
        for (number, port) in (1..).zip(&self.ports) {
            let region = if number % 2 == 0 { "arin" } else { "ripe" };
            table.push_str(&format!(
                "[[domains.perspectives]]\nname = \"p{number}\"\n\
                 url = \"https://localhost:{port}/look\"\nregion = \"{region}\"\n"
            ));
        }
        *config = config.replace("[mail]\n", &format!("{table}[mail]\n"));
    }

    /// All see these TXT records at a name.
    pub fn publish(&self, name: &str, values: &[&str]) {
        let records = values.iter().map(|value| json!(hex::encode(value)));
        let key = ("TXT".to_owned(), name.to_owned());
        let mut seen = self.seen.lock().unwrap();
        seen.records.insert(key, records.collect());
    }

    /// One of them differs about a type from now on, or no longer.
    pub fn odd(&self, one: &str, kind: &str, odd: Option<Odd>) {
        let key = (one.to_owned(), kind.to_owned());
        let mut seen = self.seen.lock().unwrap();
        match odd {
            Some(odd) => seen.odd.insert(key, odd),
            None => seen.odd.remove(&key),
        };
    }

    fn serve(&self, own: &str, stream: TcpStream, config: Arc<ServerConfig>) -> Option<()> {
        let session = ServerConnection::new(config).ok()?;
        let mut stream = BufReader::new(StreamOwned::new(session, stream));
        let length = head(&mut stream)?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        let asked: Value = serde_json::from_slice(&body).ok()?;
        let said = self.said(own, &asked);
        let mut out = stream.into_inner();
        if let Some(said) = said {
            let said = said.to_string();
            let length = said.len();
            write!(
                out,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{said}"
            )
            .ok()?;
            out.conn.send_close_notify();
            out.flush().ok()?;
        }
        let _ = out.read(&mut [0; 1]);
        Some(())
    }

    fn said(&self, own: &str, asked: &Value) -> Option<Value> {
        let text = |name: &str| asked[name].as_str().unwrap().to_owned();
        let (kind, name) = (text("type"), text("name"));
        let seen = self.seen.lock().unwrap();
        let records = seen.records.get(&(kind.clone(), name.clone())).cloned();
        let mut said = json!({"version": 1, "perspective": own, "type": kind, "name": name,
            "status": "answer", "records": records.unwrap_or_default()});
        match seen.odd.get(&(own.to_owned(), kind)) {
            None => {}
            Some(Odd::Silent) => return None,
            Some(Odd::Failing) => {
                said["status"] = json!("failed");
                said["records"] = json!([]);
            }
            Some(Odd::Sees(records)) => said["records"] = json!(records),
            Some(Odd::Impostor) => said["perspective"] = json!("p9"),
        }
        Some(said)
    }
}

/// The length of the body.
fn head(stream: &mut impl BufRead) -> Option<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        if line.trim_end().is_empty() {
            return Some(length);
        }
        if let Some(("content-length", value)) = line.to_ascii_lowercase().split_once(':') {
            length = value.trim().parse().ok()?;
        }
    }
}
