//! A receiver of messages: a real TLS server that demands the daemon's client certificate, and
//! behaves at each path as it is told.

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

use crate::tls_server;

/// What happens at a path; `Good` where nothing is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Takes all, answers challenges.
    Good,
    /// Takes all, answers nothing to challenges.
    Mute,
    Refuse,
    Redirect,
    /// Reads, and says nothing until the other side goes.
    Silent,
    /// An answer without end.
    Endless,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub path: String,
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: Vec<u8>,
    /// What the receiver did with it counts as taken.
    pub taken: bool,
}

impl Message {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    modes: Arc<Mutex<HashMap<String, Mode>>>,
    got: Arc<Mutex<Vec<Message>>>,
    /// Messages that are kept waiting now, by path.
    hanging: Arc<Mutex<HashMap<String, usize>>>,
    /// After so many lines of the feed a path says nothing more.
    stops_after: Arc<Mutex<HashMap<String, usize>>>,
}

impl Receiver {
    /// With a certificate of the instance's CA for the name `host`.
    pub fn start(dir: &Path, name: &str, host: &str) -> Self {
        let config = Arc::new(tls_server::config(dir, name, host));
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = Self {
            port: socket.local_addr().unwrap().port(),
            modes: Arc::default(),
            got: Arc::default(),
            hanging: Arc::default(),
            stops_after: Arc::default(),
        };
        let serving = receiver.clone();
        thread::spawn(move || {
            for stream in socket.incoming().map_while(Result::ok) {
                let (serving, config) = (serving.clone(), Arc::clone(&config));
                // What breaks is the other side's affair.
                thread::spawn(move || serving.serve(stream, config));
            }
        });
        receiver
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    pub fn set(&self, path: &str, mode: Mode) {
        self.stops_after.lock().unwrap().remove(path);
        self.modes.lock().unwrap().insert(path.to_owned(), mode);
    }

    /// Takes so many lines of the feed at a path, and is silent then.
    pub fn set_good_for(&self, path: &str, lines: usize) {
        self.set(path, Mode::Good);
        let mut stops = self.stops_after.lock().unwrap();
        stops.insert(path.to_owned(), lines);
    }

    /// Messages at a path that wait for an answer.
    pub fn hanging(&self, path: &str) -> usize {
        let hanging = self.hanging.lock().unwrap();
        hanging.get(path).copied().unwrap_or_default()
    }

    pub fn messages(&self, path: &str) -> Vec<Message> {
        let got = self.got.lock().unwrap();
        got.iter().filter(|one| one.path == path).cloned().collect()
    }

    /// Ids of the feed's lines that were taken at a path, in the order they came.
    pub fn taken(&self, path: &str) -> Vec<String> {
        let lines = self.messages(path).into_iter().filter(|one| {
            let kind = one.kind();
            one.taken && kind != "webhook.challenge" && kind != "webhook.test"
        });
        lines.map(|one| one.id).collect()
    }

    fn serve(&self, stream: TcpStream, config: Arc<ServerConfig>) -> Option<()> {
        let session = ServerConnection::new(config).ok()?;
        let mut stream = BufReader::new(StreamOwned::new(session, stream));
        let (path, headers) = head(&mut stream)?;
        let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
        let mut body = vec![0; header("content-length").parse().ok()?];
        stream.read_exact(&mut body).ok()?;
        let mode = self.modes.lock().unwrap().get(&path).copied();
        let mode = mode.unwrap_or(Mode::Good);
        let stops = self.stops_after.lock().unwrap().get(&path).copied();
        let is_over = stops.is_some_and(|lines| self.taken(&path).len() >= lines);
        let mode = if is_over { Mode::Silent } else { mode };
        let message = Message {
            path: path.clone(),
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body,
            taken: matches!(mode, Mode::Good | Mode::Mute | Mode::Endless),
        };
        let said: Value = serde_json::from_slice(&message.body).ok()?;
        self.got.lock().unwrap().push(message);
        let mut out = stream.into_inner();
        match mode {
            Mode::Good => {
                let echo = json!({"challenge": said.get("challenge")}).to_string();
                let length = echo.len();
                write!(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{echo}"
                )
                .ok()?;
            }
            Mode::Mute => write!(out, "HTTP/1.1 204 No Content\r\n\r\n").ok()?,
            Mode::Refuse => {
                write!(out, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n").ok()?;
            }
            Mode::Redirect => {
                let to = self.url("/trap");
                write!(
                    out,
                    "HTTP/1.1 307 There\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
                )
                .ok()?;
            }
            Mode::Silent => {}
            Mode::Endless => {
                write!(out, "HTTP/1.1 200 OK\r\n\r\n").ok()?;
                while out.write_all(&[b'x'; 8192]).is_ok() {}
            }
        }
        if mode != Mode::Silent {
            out.conn.send_close_notify();
            out.flush().ok()?;
        }
        // Until the other side goes.
        let count = |by: isize| {
            let mut hanging = self.hanging.lock().unwrap();
            let count = hanging.entry(path.clone()).or_default();
            *count = count.checked_add_signed(by).unwrap();
        };
        count(1);
        let _ = out.read(&mut [0; 1]);
        count(-1);
        Some(())
    }
}

type Headers = HashMap<String, String>;

fn head(stream: &mut impl BufRead) -> Option<(String, Headers)> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Headers::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            return Some((path, headers));
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
}
