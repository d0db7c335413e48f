//! A running `chanceryd` of its own, without a token: everything but signing works (`issuing.rs`
//! adds the rest). Its TLS CA, people and frontends are made by OpenSSL; they call it with curl.

#[path = "left.rs"]
pub mod left;

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering},
    thread,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::nameserver::Nameserver;

/// Everybody who is registered: name and role.
pub const REGISTRY: [(&str, &str); 7] = [
    ("customer", "ra_customer"),
    ("partner", "ra_partner"),
    ("specialist", "validation_specialist"),
    ("officer", "validation_officer"),
    ("second", "validation_officer"),
    ("auditor", "auditor"),
    ("security", "security_officer"),
];

const EXTENSIONS: &str = "
[ca]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
certificatePolicies = 2.23.140.1.5.2.2, 2.23.140.1.5.2.3
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = IP:{address}
[client]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
[req]
prompt = no
distinguished_name = name
[name]
CN = unused
";

/// RA interface, public listener, metrics.
const PORTS: [u16; 3] = [8443, 8080, 9464];

pub static KEYS: AtomicUsize = AtomicUsize::new(0);

/// A daemon that is killed when the test ends; then the oracle judges what it leaves.
pub struct Instance {
    pub dir: TempDir,
    pub child: Child,
    /// Of the RA interface, without a path.
    pub url: String,
    /// Of the public listener, without a path.
    pub public: String,
    tampered: AtomicBool,
}

/// How a daemon differs from the usual one.
#[derive(Default)]
pub struct Setup<'a> {
    /// Changes files and configuration before anything reads them.
    pub prepare: Option<Prepare<'a>>,
    /// Variables of the daemon's environment.
    pub environment: Vec<(&'static str, PathBuf)>,
}

/// Gets the instance's directory and its configuration.
pub type Prepare<'a> = &'a dyn Fn(&Path, &mut String);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub media_type: Option<String>,
    pub retry_after: Option<String>,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The code of a problem document.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Status and code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.code())
    }

    /// The body of a call that must have worked.
    pub fn ok(&self) -> Value {
        let body = String::from_utf8_lossy(&self.bytes);
        assert!(self.status < 300, "{}: {body}", self.status);
        self.json()
    }
}

/// One call under `/v1`.
#[derive(Clone, Default)]
pub struct Call {
    headers: Vec<String>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub fn json(body: &Value) -> Self {
        Self::default()
            .header("Content-Type: application/json")
            .bytes(body.to_string().into_bytes())
    }

    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    pub fn header(mut self, header: &str) -> Self {
        self.headers.push(header.to_owned());
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header(&format!("Idempotency-Key: {key}"))
    }

    /// A key that was never used.
    pub fn fresh_key(self) -> Self {
        self.key(&format!("k-{}", KEYS.fetch_add(1, Ordering::SeqCst)))
    }

    pub fn matching(self, etag: &str) -> Self {
        self.header(&format!("If-Match: {etag}"))
    }
}

pub fn run(dir: &Path, program: &str, arguments: &str) {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let output = Command::new(program)
        .args(&words)
        .current_dir(dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments}: {said}");
}

/// A TLS certificate of this name.
pub fn certify(dir: &Path, name: &str, section: &str) {
    run(
        dir,
        "openssl",
        &format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.key"),
    );
    run(
        dir,
        "openssl",
        &format!("req -config ext.cnf -new -key {name}.key -subj /CN={name} -out {name}.csr"),
    );
    run(
        dir,
        "openssl",
        &format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3000 -extfile ext.cnf -extensions {section} -out {name}.pem"
        ),
    );
}

fn certificates(dir: &Path, address: Ipv4Addr) {
    let extensions = EXTENSIONS.replace("{address}", &address.to_string());
    fs::write(dir.join("ext.cnf"), extensions).unwrap();
    for (ca, curve) in [("ca", "P-256"), ("issuing", "P-384")] {
        run(
            dir,
            "openssl",
            &format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:{curve} -out {ca}.key"),
        );
        run(
            dir,
            "openssl",
            &format!(
                "req -config ext.cnf -x509 -new -key {ca}.key -sha384 -days 3000 -extensions {ca} -subj /C=PL/O=Example/CN={ca} -out {ca}.pem"
            ),
        );
    }
    certify(dir, "server", "server");
    for name in REGISTRY
        .map(|(name, _)| name)
        .into_iter()
        .chain(["operator", "stranger"])
    {
        certify(dir, name, "client");
    }
}

fn configuration(dir: &Path, address: Ipv4Addr) -> String {
    let [ra, public, metrics] = PORTS;
    let own = dir.display();
    let caa = Nameserver::shared().configuration(dir);
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config");
    format!(
        r#"
[node]
name = "test"
log_prefix = "example.com/ca"
[listen]
ra = "{address}:{ra}"
public = "{address}:{public}"
metrics = "{address}:{metrics}"
[tls]
certificate = "{own}/server.pem"
key = "{own}/server.key"
client_roots = "{own}/ca.pem"
[database]
url = "sqlite://{own}/ca.db"
[files]
products = "{shipped}/products.toml"
profiles = "{shipped}/profiles"
documents = "{own}/documents"
[secrets]
mailbox_code = "{own}/mailbox-code"
document_keys = "{own}/document-keys"
[[hsm.tokens]]
module = "/usr/lib/softhsm/libsofthsm2.so"
label = "absent"
pin = "{own}/pin"
[[hsm.tokens.keys]]
name = "issuing-g1"
id = "01"
label = "issuing-g1"
algorithm = "ecdsa-p384-sha384"
purposes = ["certificate", "crl"]
public_key = "{own}/issuing.pem"
[[issuers]]
name = "issuing-g1"
certificate = "{own}/issuing.pem"
chain = []
key = "issuing-g1"
profiles = ["org-multipurpose", "org-strict"]
base_url = "http://pki.example.com"
{caa}
[[registers.manual]]
country = "PL"
url = "https://register.example.com"
[mail]
ca_name = "Example CA"
contact = "help@example.com"
from = "ca@example.com"
confirm_base_url = "http://pki.example.com"
directory = "{own}/mail"
"#
    )
}

/// An address of the loopback network that is this instance's alone. Nobody else listens there,
/// and outgoing connections leave from 127.0.0.1: between choosing and binding no port is lost.
fn address() -> Ipv4Addr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    loop {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        assert!(number < 255, "too many instances in a process");
        let address = Ipv4Addr::new(127, number, high, low);
        // Another process may have the same number in its last two bytes.
        if PORTS
            .iter()
            .all(|port| TcpListener::bind((address, *port)).is_ok())
        {
            return address;
        }
    }
}

impl Instance {
    /// Starts a daemon and registers everybody.
    pub fn start() -> Self {
        Self::start_with(&Setup::default())
    }

    pub fn start_with(setup: &Setup) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (at, address) = (dir.path(), address());
        certificates(at, address);
        for directory in ["documents", "mail", "tokens"] {
            fs::create_dir(at.join(directory)).unwrap();
        }
        fs::write(
            at.join("softhsm2.conf"),
            format!("directories.tokendir = {}/tokens\n", at.display()),
        )
        .unwrap();
        secret(at, "mailbox-code", &[7; 32]);
        secret(
            at,
            "document-keys",
            format!("test {}", "07".repeat(32)).as_bytes(),
        );
        secret(at, "pin", b"1234");
        let mut config = configuration(at, address);
        if let Some(prepare) = setup.prepare {
            prepare(at, &mut config);
        }
        fs::write(at.join("chancery.toml"), config).unwrap();
        let program = env!("CARGO_BIN_EXE_chanceryd");
        run(at, program, "migrate --config chancery.toml");
        run(
            at,
            program,
            "enroll-operator --config chancery.toml --name operator --certificate operator.pem --qualified-until 2099-12-31T00:00:00Z",
        );
        let child = serve(at, &setup.environment);
        let instance = Self {
            child,
            url: format!("https://{address}:{}", PORTS[0]),
            public: format!("http://{address}:{}", PORTS[1]),
            dir,
            tampered: AtomicBool::new(false),
        };
        instance.register();
        instance
    }

    fn register(&self) {
        for (name, role) in REGISTRY {
            let pem = fs::read_to_string(self.path(&format!("{name}.pem"))).unwrap();
            let mut body = json!({"name": name, "role": role, "certificate": pem});
            if !role.starts_with("ra_") {
                body["qualified_until"] = json!("2099-12-31T00:00:00Z");
            }
            self.post("operator", "/identities", &Call::json(&body))
                .ok();
        }
    }

    /// The test wrote into the database with a hand of its own: the oracle would find that.
    pub fn tampered(&self) {
        self.tampered.store(true, Ordering::SeqCst);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn get(&self, who: &str, path: &str) -> Answer {
        self.call(who, "GET", path, &Call::default())
    }

    pub fn post(&self, who: &str, path: &str, call: &Call) -> Answer {
        self.call(who, "POST", path, call)
    }

    pub fn put(&self, who: &str, path: &str, call: &Call) -> Answer {
        self.call(who, "PUT", path, call)
    }

    pub fn call(&self, who: &str, method: &str, path: &str, call: &Call) -> Answer {
        let calls = [(method, path.to_owned(), call.clone())];
        self.calls(who, &calls).remove(0)
    }

    /// Calls one after the other, over one connection where the daemon leaves it open.
    pub fn calls(&self, who: &str, calls: &[(&str, String, Call)]) -> Vec<Answer> {
        self.calls_at(&self.url, who, calls)
    }

    /// The same, of a daemon beside this one.
    pub fn calls_at(&self, url: &str, who: &str, calls: &[(&str, String, Call)]) -> Vec<Answer> {
        let first = KEYS.fetch_add(calls.len(), Ordering::SeqCst);
        let file = |kind: &str, at: usize| self.path(&format!("{kind}-{}", first + at));
        let mut curl = Command::new("curl");
        curl.current_dir(self.dir.path());
        for (at, (method, path, call)) in calls.iter().enumerate() {
            if at > 0 {
                curl.arg("--next");
            }
            curl.args(["-sS", "--max-time", "60", "--cacert", "ca.pem"]);
            curl.args(["--cert", &format!("{who}.pem")]);
            curl.args(["--key", &format!("{who}.key"), "-X", method]);
            curl.arg("-D").arg(file("head", at));
            curl.arg("-o").arg(file("body", at));
            for header in &call.headers {
                curl.args(["-H", header]);
            }
            if let Some(bytes) = &call.body {
                let sent = file("sent", at);
                fs::write(&sent, bytes).unwrap();
                curl.arg("--data-binary")
                    .arg(format!("@{}", sent.display()));
            }
            curl.arg(format!("{url}/v1{path}"));
        }
        let output = curl.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{who}: {:?}: {said}",
            calls.first().map(|c| &c.1)
        );
        let read = |at| {
            let head = fs::read_to_string(file("head", at)).unwrap();
            answer(&head, fs::read(file("body", at)).unwrap_or_default())
        };
        (0..calls.len()).map(read).collect()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            return;
        }
        left::must_speak_both(self.dir.path());
        if !self.tampered.load(Ordering::SeqCst) {
            left::must_be_sound(self.dir.path());
        }
    }
}

/// A file that only its owner reads.
pub fn secret(dir: &Path, name: &str, content: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Waits for the line that says it serves. Its log goes on in `daemon.log`.
pub fn serve(dir: &Path, environment: &[(&str, PathBuf)]) -> Child {
    serve_by(dir, "chancery.toml", environment)
}

/// By another configuration.
pub fn serve_by(dir: &Path, configuration: &str, environment: &[(&str, PathBuf)]) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chanceryd"))
        .args(["serve", "--config", configuration])
        .env("SOFTHSM2_CONF", dir.join("softhsm2.conf"))
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut log = File::options();
    let log = log.create(true).append(true);
    let mut log = log.open(dir.join("daemon.log")).unwrap();
    let mut said = Vec::new();
    let serves = lines.by_ref().map_while(Result::ok).any(|line| {
        let ready = line.contains("chanceryd serves");
        writeln!(log, "{line}").unwrap();
        said.push(line);
        ready
    });
    assert!(serves, "the daemon did not start:\n{}", said.join("\n"));
    // Read to the end, or the daemon would block; the directory may be gone before it.
    thread::spawn(move || {
        lines.map_while(Result::ok).for_each(|line| {
            let _ = writeln!(log, "{line}");
        });
    });
    child
}

fn answer(head: &str, bytes: Vec<u8>) -> Answer {
    let mut lines = head.lines();
    let first = lines.next().unwrap();
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    Answer {
        status: first.split(' ').nth(1).unwrap().parse().unwrap(),
        etag: header("etag"),
        location: header("location"),
        media_type: header("content-type"),
        retry_after: header("retry-after"),
        bytes,
    }
}
