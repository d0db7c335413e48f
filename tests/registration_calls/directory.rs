//! The directory of documents when it is not what it should be.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
};

use crate::{
    Instance, disk,
    documents::{files, form, kind, pdf, upload},
    draft,
    instance::{Answer, Setup},
};

/// Called without the rights that root has over files, if it has them.
fn chanceryd(instance: &Instance, verb: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_chanceryd");
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set=-dac_override,-dac_read_search", program]);
        command
    } else {
        Command::new(program)
    };
    let command = command.args([verb, "--config", "chancery.toml"]);
    command.current_dir(instance.path("")).output().unwrap()
}

#[test]
fn without_a_directory_that_can_be_written_nothing_starts() {
    let mut instance = Instance::start();
    instance.child.kill().unwrap();
    instance.child.wait().unwrap();
    let good = chanceryd(&instance, "check-config");
    assert!(good.status.success(), "{good:?}");
    let directory = instance.path("documents");
    assert_eq!(files(&instance), [""; 0], "nothing is left of the trial");
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let line = config.lines().position(|at| at.starts_with("documents = "));
    let at = format!("chancery.toml:{}: ", line.unwrap() + 1);
    let refused = |reason: &str| {
        for verb in ["check-config", "serve"] {
            let bad = chanceryd(&instance, verb);
            assert_eq!(bad.status.code(), Some(1), "{verb}");
            let said = String::from_utf8_lossy(&bad.stderr);
            let named = said.contains(&at) && said.contains(&*directory.to_string_lossy());
            assert!(named && said.contains(reason), "{said}");
        }
    };
    let mode = |mode| fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    refused("cannot write");
    mode(0o700);
    fs::remove_dir(&directory).unwrap();
    refused("is not there");
    fs::write(&directory, b"").unwrap();
    refused("is not a directory");
}

#[test]
fn a_directory_that_fails_is_nobodys_fault() {
    let home = tempfile::tempdir().unwrap();
    let faults = home.path().join("faults");
    let instance = Instance::start_with(&Setup {
        environment: vec![
            ("LD_PRELOAD", disk::library(home.path())),
            ("DISK_FAULTS", faults.clone()),
        ],
        ..Setup::default()
    });
    let set = draft(&instance);
    let call = form(&kind("organization"), "a.pdf", &pdf(90_000));
    let later = |answer: &Answer| {
        let told = (answer.status, answer.code(), answer.retry_after.is_some());
        assert_eq!(told, (503, "store-unavailable".to_owned(), true));
    };
    fs::write(&faults, "nameless 1").unwrap();
    later(&upload(&instance, &set, &call));
    assert_eq!(files(&instance), [""; 0], "what has no lasting name goes");
    upload(&instance, &set, &call).ok();
    assert_eq!(files(&instance).len(), 1);
    fs::rename(instance.path("documents"), instance.path("away")).unwrap();
    later(&upload(&instance, &set, &call));
    fs::rename(instance.path("away"), instance.path("documents")).unwrap();
    upload(&instance, &set, &call).ok();
    assert_eq!(files(&instance).len(), 2);
}
