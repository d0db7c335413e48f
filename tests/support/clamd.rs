//! A real `clamd` with one signature of our own, on a socket in a directory of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// What the signature finds, in any file.
pub const MALWARE: &[u8] = b"chancery-test-malware";
/// What clamd says of it: it marks signatures that are not the project's.
pub const NAME: &str = "Chancery.Test.UNOFFICIAL";

pub struct Clamd {
    child: Child,
}

/// Where one in this directory listens.
pub fn socket(dir: &Path) -> PathBuf {
    dir.join("clamd.sock")
}

impl Clamd {
    /// Starts one that takes files of at most a mebibyte; it listens soon.
    pub fn start(dir: &Path) -> Self {
        let signatures = dir.join("signatures");
        fs::create_dir(&signatures).unwrap();
        let signature = format!("Chancery.Test:0:*:{}\n", hex::encode(MALWARE));
        fs::write(signatures.join("test.ndb"), signature).unwrap();
        let config = format!(
            "LocalSocket {}\nDatabaseDirectory {}\nForeground yes\nTemporaryDirectory {}\n\
             StreamMaxLength 1M\nAlertExceedsMax yes\nAlertEncrypted yes\nMaxThreads 2\n",
            socket(dir).display(),
            signatures.display(),
            dir.display(),
        );
        let path = dir.join("clamd.conf");
        fs::write(&path, config).unwrap();
        let mut command = Command::new("/usr/sbin/clamd");
        let command = command.arg("--config-file").arg(path);
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        Self { child }
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
