//! A SoftHSM2 in a temporary directory, for tests.
//!
//! SoftHSM2 reads its configuration from `SOFTHSM2_CONF` once a process, and a PKCS#11 module is
//! loaded once a process. A test that uses one in-process therefore runs again as a child of
//! itself, with the environment set: see [`Softhsm::isolated`].

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
pub const PIN: &str = "2468-kerberos";
pub const SO_PIN: &str = "1357-charon";

const HOME: &str = "CHANCERY_TEST_SOFTHSM";

/// The directory with the configuration and the tokens.
pub struct Softhsm {
    dir: PathBuf,
}

impl Softhsm {
    /// Lays out an empty SoftHSM2 in `dir`.
    pub fn lay_out(dir: &Path) -> Self {
        fs::create_dir_all(dir.join("tokens")).unwrap();
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            dir.join("tokens").display()
        );
        fs::write(dir.join("softhsm2.conf"), conf).unwrap();
        Self {
            dir: dir.to_owned(),
        }
    }

    /// Runs `test` in a process of its own, with a SoftHSM2 of its own. Called first thing in a
    /// `#[test]`, whose name is the thread's.
    pub fn isolated(test: impl FnOnce(&Self)) {
        if let Some(dir) = std::env::var_os(HOME) {
            return test(&Self { dir: dir.into() });
        }
        let dir = tempfile::tempdir().unwrap();
        Self::lay_out(dir.path());
        let this = std::thread::current().name().unwrap().to_owned();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &this, "--nocapture"])
            .env(HOME, dir.path())
            .env("SOFTHSM2_CONF", dir.path().join("softhsm2.conf"))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(
            told.contains("1 passed"),
            "{told}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The value of `SOFTHSM2_CONF`.
    pub fn conf(&self) -> PathBuf {
        self.dir.join("softhsm2.conf")
    }

    pub fn tokens(&self) -> PathBuf {
        self.dir.join("tokens")
    }

    /// Makes a token with [`PIN`], by a process of its own.
    pub fn make_token(&self, label: &str) {
        let args = [
            "--init-token",
            "--free",
            "--label",
            label,
            "--pin",
            PIN,
            "--so-pin",
            SO_PIN,
        ];
        self.run("softhsm2-util", &args);
    }

    /// Runs a program against this SoftHSM2; it must succeed.
    pub fn run(&self, program: &str, args: &[&str]) -> Output {
        let output = Command::new(program)
            .args(args)
            .env("SOFTHSM2_CONF", self.conf())
            .current_dir(&self.dir)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{program} {args:?}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }
}
