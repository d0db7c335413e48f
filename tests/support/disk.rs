//! Builds the disk that fails at a word (`store/disk.c`).

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The library for `LD_PRELOAD`, made in this directory.
pub fn library(dir: &Path) -> PathBuf {
    let library = dir.join("disk.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/store/disk.c");
    let built = Command::new("gcc")
        .args(["-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"])
        .arg("-o")
        .args([&library, Path::new(source)])
        .args(["-ldl", "-lpthread"])
        .status();
    assert!(built.unwrap().success());
    library
}
