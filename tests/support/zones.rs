//! A name server of one test's own, whose unsigned zone the test writes to.

use std::{
    fs,
    net::{SocketAddr, UdpSocket},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::nameserver::Nameserver;

/// Questions until a record is there, each with a process of its own beside it that paces them: far
/// more than any run needs.
const PATIENCE: u32 = 20_000;
/// After so many of them the server is told again.
const ANEW: u32 = 100;
/// Unsigned, and proven to be.
const ZONE: &str = "insecure.info";

pub struct Zones {
    server: Nameserver,
    at: PathBuf,
}

impl Zones {
    pub fn start() -> Self {
        let (server, at) = Nameserver::start();
        Self { server, at }
    }

    /// Instead of the common name server's `[caa]`.
    pub fn configure(&self, dir: &Path, config: &mut String) {
        let common = Nameserver::shared().configuration(dir);
        assert!(config.contains(&common));
        *config = config.replace(&common, &self.server.configuration(dir));
    }

    /// Puts a TXT record into the unsigned zone, and waits until it is served.
    pub fn publish(&self, name: &str, value: &str) {
        let path = self.at.join(format!("{ZONE}.zone"));
        let mut zone = fs::read_to_string(&path).unwrap();
        zone.push_str(&format!("{name}. IN TXT \"{value}\"\n"));
        let process = fs::read_to_string(self.at.join("nsd.pid")).unwrap();
        let signal = |signal| {
            let sent = Command::new("kill").args([signal, process.trim()]).status();
            assert!(sent.unwrap().success());
        };
        let is_there = (0..PATIENCE).any(|look| {
            // A server that is just reading its zones may miss a signal, or a change within one
            // tick of the file's time.
            if look % ANEW == 0 {
                fs::write(&path, &zone).unwrap();
                signal("-HUP");
            }
            // Whether it lives still.
            signal("-0");
            serves(self.server.at, name, value)
        });
        assert!(is_there, "{name} is not served");
    }
}

/// Whether the server answers the question for TXT with this value.
fn serves(server: SocketAddr, name: &str, value: &str) -> bool {
    let mut question = vec![0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.bytes());
    }
    question.extend([0, 0, 16, 0, 1]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    socket.send_to(&question, server).unwrap();
    let mut answer = [0; 1232];
    let Ok(length) = socket.recv(&mut answer) else {
        return false;
    };
    let answer = answer[..length].windows(value.len());
    answer.into_iter().any(|part| part == value.as_bytes())
}
