//! The wall clock of one daemon, which a test moves.

use std::{fs, path::PathBuf};

use tempfile::TempDir;

const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// Ahead of the host's. The monotonic clock stays the host's.
pub struct Wall(TempDir);

impl Wall {
    pub fn new() -> Self {
        let clock = Self(tempfile::tempdir().unwrap());
        clock.set(0);
        clock
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("offset")
    }

    /// Seconds ahead. Replaced whole: the daemon never reads half a number.
    pub fn set(&self, seconds: u64) {
        let next = self.0.path().join("next");
        fs::write(&next, format!("+{seconds}")).unwrap();
        fs::rename(next, self.path()).unwrap();
    }

    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("LD_PRELOAD", LIBRARY.into()),
            ("FAKETIME_TIMESTAMP_FILE", self.path()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }
}
