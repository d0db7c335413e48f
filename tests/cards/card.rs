//! A daemon whose specialist and officer are known by keys on cards.

use std::{
    fs,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    process::{Command, Output},
};

use crate::instance::{Instance, Setup, run};

pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
pub const PIN: &str = "2468-kerberos";

/// Runs a command on a terminal of its own, types the PIN once nothing is echoed any more, and
/// prints what was seen there.
const TERMINAL: &str = r#"
import os, pty, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen = b""
while b"PIN of card" not in seen:
    seen += os.read(terminal, 4096)
while termios.tcgetattr(terminal)[3] & termios.ECHO:
    os.sched_yield()
os.write(terminal, sys.argv[1].encode() + b"\n")
try:
    while True:
        part = os.read(terminal, 4096)
        if not part:
            break
        seen += part
except OSError:
    pass  # how Linux says that the other side is closed
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

pub struct Cards {
    pub instance: Instance,
}

impl Cards {
    /// The card `specialist` has a key of P-384 (`sign`, 03), two of another owner with the label
    /// `twice` (01, 02) and the officer's (04); `officer` has one of RSA (`sign`, 01).
    pub fn start() -> Self {
        let setup = Setup {
            prepare: Some(&|dir, _| prepare(dir)),
            ..Setup::default()
        };
        let instance = Instance::start_with(&setup);
        Self { instance }
    }

    /// The options that name a person's card, without the key.
    pub fn of(&self, who: &str) -> String {
        let module = self.instance.path("shim.so");
        format!(
            "--sign-module {} --sign-token {who} --sign-pin-file pin",
            module.display()
        )
    }

    /// Runs `chancery` as `who`, whose key is not given: exit status, standard output and error.
    pub fn run(&self, who: &str, line: &str) -> (i32, String, String) {
        self.bare(&format!("{} {line}", self.identity(who)))
    }

    /// The answer of a command that must work.
    pub fn ok(&self, who: &str, line: &str) -> String {
        let (status, out, error) = self.run(who, line);
        assert_eq!(status, 0, "{line}: {error}");
        out
    }

    /// Runs `chancery` with this line and nothing else, away from any terminal.
    pub fn bare(&self, line: &str) -> (i32, String, String) {
        let mut command = Command::new("setsid");
        command
            .args(["--wait", env!("CARGO_BIN_EXE_chancery")])
            .args(line.split_whitespace());
        let output = self.output(command);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap();
        (status, text(output.stdout), text(output.stderr))
    }

    /// Runs `chancery` on a terminal where the PIN is typed: exit status and what was seen.
    pub fn typing(&self, pin: &str, who: &str, line: &str) -> (i32, String) {
        let line = format!("{} {line}", self.identity(who));
        let mut command = Command::new("python3");
        command
            .args(["-c", TERMINAL, pin, env!("CARGO_BIN_EXE_chancery")])
            .args(line.split_whitespace());
        let output = self.output(command);
        let seen = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), seen)
    }

    fn identity(&self, who: &str) -> String {
        format!("--url {} --ca ca.pem --cert {who}.pem", self.instance.url)
    }

    fn output(&self, mut command: Command) -> Output {
        command
            .current_dir(self.instance.dir.path())
            .env("SOFTHSM2_CONF", self.instance.path("softhsm2.conf"))
            .env("SHIM_MODULE", MODULE)
            .env("SHIM_LOG", self.instance.path("shim.log"))
            .env("SHIM_TRIGGER", self.instance.path("trigger"))
            .output()
            .unwrap()
    }

    /// What cards were asked since the last look: `login`, `refused` (a login), `sign`.
    pub fn events(&self) -> Vec<String> {
        let log = self.instance.path("shim.log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(&log);
        let events = text.lines().filter_map(|line| line.split(' ').nth(1));
        let asked = events.filter(|event| *event != "signed");
        asked.map(ToOwned::to_owned).collect()
    }

    /// A file with this mode.
    pub fn secret(&self, name: &str, content: &str, mode: u32) {
        secret(self.instance.dir.path(), name, content, mode);
    }
}

fn secret(dir: &Path, name: &str, content: &str, mode: u32) {
    let path = dir.join(name);
    let mut file = fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(mode)
        .open(&path)
        .unwrap();
    writeln!(file, "{content}").unwrap();
    // Whatever the umask or an older file says.
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

fn prepare(dir: &Path) {
    let build = concat!(env!("CARGO_MANIFEST_DIR"), "/hsm-test/shim/build");
    let built = Command::new(build).arg(dir.join("shim.so")).status();
    assert!(built.unwrap().success());
    // The daemon's own token is not there, so its PIN is nobody's.
    secret(dir, "pin", PIN, 0o600);
    for (who, key) in [
        ("specialist", "EC -pkeyopt ec_paramgen_curve:P-384"),
        ("officer", "RSA -pkeyopt rsa_keygen_bits:2048"),
    ] {
        let make = format!("genpkey -algorithm {key} -out {who}.key");
        let wish =
            format!("req -config ext.cnf -new -key {who}.key -subj /CN={who} -out {who}.csr");
        let sign = format!(
            "x509 -req -in {who}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3000 -extfile ext.cnf -extensions client -out {who}.pem"
        );
        for line in [make, wish, sign] {
            run(dir, "openssl", &line);
        }
        token(
            dir,
            &format!("--init-token --free --label {who} --so-pin 1357-charon"),
        );
    }
    let other = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out";
    for name in ["first.key", "next.key"] {
        run(dir, "openssl", &format!("{other} {name}"));
    }
    for (token_label, file, label, id) in [
        ("specialist", "first", "twice", "01"),
        ("specialist", "next", "twice", "02"),
        ("specialist", "specialist", "sign", "03"),
        ("specialist", "officer", "officer", "04"),
        ("officer", "officer", "sign", "01"),
    ] {
        let line = format!("--import {file}.key --token {token_label} --label {label} --id {id}");
        token(dir, &line);
    }
}

fn token(dir: &Path, arguments: &str) {
    let output = Command::new("softhsm2-util")
        .args(arguments.split(' '))
        .args(["--pin", PIN])
        .env("SOFTHSM2_CONF", dir.join("softhsm2.conf"))
        .current_dir(dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "softhsm2-util {arguments}: {said}");
}
