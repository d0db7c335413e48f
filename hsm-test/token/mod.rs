//! A SoftHSM2 in a temporary directory, for tests.
//!
//! SoftHSM2 reads its configuration from `SOFTHSM2_CONF` once a process, and a PKCS#11 module is
//! loaded once a process. A test that uses one in-process therefore runs again as a child of
//! itself, with the environment set: see [`Softhsm::isolated`].

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
pub const REMOTE_MODULE: &str = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so";
pub const PIN: &str = "2468-kerberos";
pub const SO_PIN: &str = "1357-charon";

const HOME: &str = "CHANCERY_TEST_SOFTHSM";

/// A token behind a socket; gone when dropped.
pub struct Remote(Child);

impl Remote {
    /// Sends a signal by its name, for example `STOP`, to every process of the server.
    pub fn signal(&self, name: &str) {
        let group = format!("-{}", self.0.id());
        let sent = Command::new("kill")
            .args(["-s", name, "--", &group])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.0.wait();
    }
}

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
            .env(
                "P11_KIT_SERVER_ADDRESS",
                format!("unix:path={}", dir.path().join("remote").display()),
            )
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

    /// Serves a token over a socket, as a network HSM would. [`REMOTE_MODULE`] is its client.
    pub fn serve(&self, label: &str) -> Remote {
        let socket = self.dir.join("remote");
        let _ = fs::remove_file(&socket);
        let mut server = Command::new("p11-kit")
            .args(["server", "--foreground", "--provider", MODULE, "--name"])
            .arg(&socket)
            .arg(format!("pkcs11:token={label}"))
            .env("SOFTHSM2_CONF", self.conf())
            .stdout(Stdio::piped())
            .process_group(0) // It has a process for each connection.
            .spawn()
            .unwrap();
        let mut said = String::new();
        let stdout = server.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut said).unwrap();
        assert!(said.contains("P11_KIT_SERVER_ADDRESS"), "{said}");
        Remote(server)
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
