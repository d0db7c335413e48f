//! A real name server in another process (`nameserver`), with a signed root of its own; one for
//! all tests of a process.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU8, Ordering},
    },
};

use tempfile::TempDir;

const PORT: u16 = 5300;

pub struct Nameserver {
    pub at: SocketAddr,
    /// The root's key, as `caa.trust_anchor` wants it.
    pub trust_anchor: String,
    /// Ends when its standard input closes: with this process.
    _server: Child,
    /// Removed by nobody when the process ends: it is the system's temporary directory.
    _zones: TempDir,
}

impl Nameserver {
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Nameserver> = OnceLock::new();
        SHARED.get_or_init(|| Self::start().0)
    }

    /// One of a test's own, and where its zones are.
    pub fn start() -> (Self, PathBuf) {
        let zones = tempfile::tempdir().unwrap();
        let address = free_address();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/nameserver");
        let mut child = Command::new(script)
            .arg(zones.path())
            .arg(address.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.any(|line| line.unwrap() == "ready");
        assert!(ready, "tests/prepare installs what the name server needs");
        let path = zones.path().to_owned();
        let server = Self {
            at: SocketAddr::from((address, PORT)),
            trust_anchor: fs::read_to_string(zones.path().join("root.key")).unwrap(),
            _server: child,
            _zones: zones,
        };
        (server, path)
    }

    /// The `[caa]` table of a configuration; writes the trust anchor into `dir`.
    pub fn configuration(&self, dir: &Path) -> String {
        let anchor = dir.join("dns-root.key");
        fs::write(&anchor, &self.trust_anchor).unwrap();
        format!(
            "[caa]\nissuer_domains = [\"pki.example.com\"]\nresolvers = [\"{}\"]\ntrust_anchor = \"{}\"\n",
            self.at,
            anchor.display()
        )
    }
}

/// Of the loopback network, by the process id as `instance` does it, but in a range of its own. Each
/// is given once: two servers that start at the same time would find the same one free.
fn free_address() -> Ipv4Addr {
    static NEXT: AtomicU8 = AtomicU8::new(254);
    let [.., high, low] = std::process::id().to_be_bytes();
    loop {
        let number = NEXT.fetch_sub(1, Ordering::SeqCst);
        let address = Ipv4Addr::new(127, number, high, low);
        if UdpSocket::bind((address, PORT)).is_ok() {
            return address;
        }
        assert!(number > 0, "too many name servers in a process");
    }
}
