//! pkilint over a folder of certificates, in one process.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use chancery::policy::profile::leaf_type::{Generation, LeafType, ValidationLevel};

/// What pkilint found at warning or worse: severity, code, words.
pub type Found = (String, String, String);

/// A certificate pkilint is to judge.
pub struct Paper {
    /// Without folder and suffix; unique in the folder.
    pub name: String,
    pub leaf_type: LeafType,
    pub der: Vec<u8>,
}

/// Findings by name; every paper has an entry.
pub fn judge(folder: &str, papers: &[Paper]) -> BTreeMap<String, Vec<Found>> {
    let folder = reports().join(folder);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    let mut list = BTreeMap::new();
    for paper in papers {
        let level = match paper.leaf_type.level {
            ValidationLevel::Mailbox => "MAILBOX",
            ValidationLevel::Organization => "ORGANIZATION",
            ValidationLevel::Sponsor => "SPONSORED",
            ValidationLevel::Individual => "INDIVIDUAL",
        };
        let generation = match paper.leaf_type.generation {
            Generation::Multipurpose => "MULTIPURPOSE",
            Generation::Strict => "STRICT",
        };
        let kind = format!("{level}-{generation}");
        fs::write(folder.join(&paper.name), &paper.der).unwrap();
        let before = list.insert(paper.name.clone(), kind);
        assert!(before.is_none(), "{} twice", paper.name);
    }
    let list = serde_json::to_vec(&list).unwrap();
    fs::write(folder.join("list.json"), list).unwrap();
    let report = folder.with_extension("pkilint.json");
    let run = Command::new(home().join("target/test-venv/bin/python3"))
        .arg(home().join("tests/linters/lint_folder.py"))
        .args([&folder, &report])
        .status()
        .unwrap_or_else(|error| panic!("{error}: tests/prepare installs pkilint"));
    assert!(run.success(), "pkilint did not come to an end");
    let found: BTreeMap<String, Vec<Found>> =
        serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(found.len(), papers.len());
    found
}

/// Where the reports of these tests are kept.
pub fn reports() -> PathBuf {
    home().join("target/linters")
}

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
