//! A room for ceremonies: a token, two officers, and the example plans filled in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::token::{MODULE, PIN, Softhsm};

const TOOL: &str = env!("CARGO_BIN_EXE_chancery-ceremony");
const KINDS: [&str; 6] = [
    "root-key",
    "issuing-csr",
    "sign-issuing",
    "root-crl",
    "log-key",
    "notification-csr",
];

pub struct Room {
    dir: tempfile::TempDir,
    softhsm: Softhsm,
}

/// A file in the room and its SHA-256.
pub type File = (String, String);

impl Room {
    /// Tokens, keys of the officers, and every example plan with what is particular to the room.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let softhsm = Softhsm::lay_out(&dir.path().join("softhsm"));
        for label in ["ROOT-G1", "ISSUING-G1", "AUDIT-G1", "MAIL-G1"] {
            softhsm.make_token(label);
        }
        let room = Self { dir, softhsm };
        fs::write(room.path("pin"), format!("{PIN}\n")).unwrap();
        for person in ["anna", "jan", "eve"] {
            let file = format!("{person}.pem");
            room.openssl(&["genpkey", "-algorithm", "ed25519", "-out", &file]);
        }
        for kind in KINDS {
            room.fill(kind);
        }
        room
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn fill(&self, kind: &str) {
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("config/ceremonies")
            .join(format!("{kind}.toml"));
        let mut plan = fs::read_to_string(example).unwrap();
        for person in ["anna", "jan"] {
            let line = plan
                .lines()
                .find(|line| line.starts_with(&format!("vkey = \"{person}.example.com")))
                .unwrap()
                .to_owned();
            plan = plan.replace(&line, &format!("vkey = \"{}\"", self.vkey(person)));
        }
        fs::write(self.path(&format!("{kind}.toml")), plan).unwrap();
        let module = format!("\"{}\"", sha256_of(Path::new(MODULE)));
        self.edit(
            kind,
            &[
                (
                    "window",
                    "[\"2026-01-01T00:00:00Z\", \"2126-01-01T00:00:00Z\"]",
                ),
                ("module_sha256", &module),
            ],
        );
    }

    /// Gives members of a plan another value. A name with an opening quotation mark is the
    /// beginning of a line up to its value.
    pub fn edit(&self, plan: &str, members: &[(&str, &str)]) {
        let path = self.path(&format!("{plan}.toml"));
        let mut text = fs::read_to_string(&path).unwrap();
        for (member, value) in members {
            let start = match member.split_once(" = \"") {
                Some(_) => (*member).to_owned(),
                None => format!("{member} = "),
            };
            let line = text
                .lines()
                .find(|line| line.starts_with(&start))
                .unwrap()
                .to_owned();
            let name = member.trim_start_matches("# ");
            let new = match name.split_once(" = \"") {
                Some((name, _)) => format!("{name} = \"{value}"),
                None => format!("{name} = {value}"),
            };
            text = text.replacen(&line, &new, 1);
        }
        fs::write(path, text).unwrap();
    }

    pub fn copy_plan(&self, from: &str, to: &str) {
        fs::copy(
            self.path(&format!("{from}.toml")),
            self.path(&format!("{to}.toml")),
        )
        .unwrap();
    }

    /// Names the files of a plan.
    pub fn input(&self, plan: &str, files: &[(&str, &File)]) {
        for (kind, (path, hash)) in files {
            let member = match *kind {
                "root" => "ca_certificate",
                "previous" => "# previous_crl",
                other => other,
            };
            let value = format!("{{ path = \"{path}\", sha256 = \"{hash}\" }}");
            self.edit(plan, &[(member, &value)]);
        }
    }

    /// Rehearses, approves twice and runs a plan.
    pub fn perform(&self, plan: &str, files: &[(&str, &File)]) {
        self.input(plan, files);
        self.prepare(plan);
        self.done(&self.run_arguments(plan));
    }

    /// The same for a run that must be refused; its code.
    pub fn attempt(&self, plan: &str) -> String {
        self.prepare(plan);
        self.refused(&self.run_arguments(plan))
    }

    fn prepare(&self, plan: &str) {
        let rehearsal = format!("{plan}.rehearsal");
        if !self.path(&rehearsal).exists() {
            self.rehearse(plan);
            self.approve(plan, "anna");
            self.approve(plan, "jan");
        }
        if !self.path(&format!("{plan}.anna.note")).exists() {
            self.approve(plan, "anna");
            self.approve(plan, "jan");
        }
    }

    fn run_arguments<'a>(&self, plan: &str) -> Vec<&'a str> {
        let words = format!(
            "run {plan}.toml --out {plan}.out --approvals {plan}.anna.note {plan}.jan.note"
        );
        // A handful of words a test: nothing is lost by keeping them.
        words.leak().split(' ').collect()
    }

    pub fn rehearse(&self, plan: &str) {
        self.rehearse_to(plan, &format!("{plan}.rehearsal"));
    }

    pub fn rehearse_to(&self, plan: &str, out: &str) {
        self.done(&["rehearse", &format!("{plan}.toml"), "--out", out]);
        assert!(!self.path(&format!("{out}.token")).exists());
    }

    pub fn approve(&self, plan: &str, person: &str) {
        let (toml, rehearsal) = (format!("{plan}.toml"), format!("{plan}.rehearsal"));
        let (key, note) = (format!("{person}.pem"), format!("{plan}.{person}.note"));
        self.done(&[
            "approve",
            &toml,
            "--rehearsal",
            &rehearsal,
            "--key",
            &key,
            "--out",
            &note,
        ]);
    }

    pub fn vkey(&self, person: &str) -> String {
        let (key, name) = (
            format!("{person}.pem"),
            format!("{person}.example.com/officer"),
        );
        let said = self.done(&["vkey", "--key", &key, "--name", &name]);
        said.trim().to_owned()
    }

    /// Copies an artifact of a ceremony into the room.
    pub fn keep(&self, plan: &str, artifact: &str, name: &str) -> File {
        fs::copy(
            self.path(&format!("{plan}.out")).join(artifact),
            self.path(name),
        )
        .unwrap();
        (name.to_owned(), self.sha256(name))
    }

    pub fn sha256(&self, name: &str) -> String {
        sha256_of(&self.path(name))
    }

    /// Makes `SHA256SUMS` anew, as somebody who covers an edit would.
    pub fn sum_again(&self, out: &str) {
        let command = "find . -type f ! -name SHA256SUMS | sed 's,^./,,' | LC_ALL=C sort \
                       | xargs sha256sum > SHA256SUMS";
        let status = Command::new("sh")
            .args(["-c", command])
            .current_dir(self.path(out))
            .status();
        assert!(status.unwrap().success());
    }

    fn tool(&self, args: &[&str]) -> Output {
        Command::new(TOOL)
            .args(args)
            .current_dir(self.dir.path())
            .env("SOFTHSM2_CONF", self.softhsm.conf())
            .output()
            .unwrap()
    }

    /// The tool succeeds; what it says.
    pub fn done(&self, args: &[&str]) -> String {
        let output = self.tool(args);
        let told = format!("{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The tool ends with this exit code; what it says on stderr.
    pub fn fails(&self, args: &[&str], code: i32) -> String {
        let output = self.tool(args);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {told}");
        told
    }

    /// The tool refuses; the code of its JSON answer.
    pub fn refused(&self, args: &[&str]) -> String {
        let output = self.tool(&[args, &["--json"]].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {told}");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["ok"], false);
        answer["code"].as_str().unwrap().to_owned()
    }

    pub fn openssl(&self, args: &[&str]) -> String {
        let output = Command::new("openssl")
            .args(args)
            .current_dir(self.dir.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {args:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn sha256_of(path: &Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}
