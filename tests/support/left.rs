//! What a daemon leaves behind, judged when its test ends: the database by the oracle, and every
//! answer it gave by whether its words stand in both languages.

use std::{fs, path::Path, sync::Arc, thread};

use chancery::{
    adapters::{
        document_directory::{DocumentDirectory, content::SealedContent, keys::DocumentKeys},
        sqlite::verify::{Issuers, contents, files, verify},
        system::OsEntropy,
    },
    pkix::certificate::CaCertificate,
};
use serde_json::Value;

/// `chanceryd verify`, without another process: the database, and the documents' files.
pub fn must_be_sound(dir: &Path) {
    let (_, der) = pem_rfc7468::decode_vec(&fs::read(dir.join("issuing.pem")).unwrap()).unwrap();
    let issuing = CaCertificate::from_der(&der).unwrap();
    let issuers = Issuers::from([("issuing-g1".to_owned(), issuing)]);
    let keys = fs::read(dir.join("document-keys")).unwrap();
    let keys = Arc::new(DocumentKeys::parse(&keys).unwrap());
    let seal = SealedContent::new(Arc::clone(&keys), Arc::new(OsEntropy));
    let directory = dir.join("documents");
    let files = DocumentDirectory::new(directory, keys, Arc::new(OsEntropy));
    let database = dir.join("ca.db");
    // A test may run inside a runtime, where none can be driven.
    let judge = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let report = verify(&database, &issuers).await?;
            let report = contents::check(&database, &seal, true, report, &|_, _| {}).await?;
            files::check(&database, &files, true, report, &|_, _| {}).await
        })
    });
    let report = judge.join().unwrap().unwrap();
    assert_eq!(report.violations, [], "what the daemon left");
}

/// Every answer that `Instance::calls` has kept in this directory.
pub fn must_speak_both(directory: &Path) {
    for answer in answers(directory) {
        let (mut both, mut faults) = (Vec::new(), Vec::new());
        languages(&answer, &mut both, &mut faults);
        assert_eq!(faults, Vec::<Value>::new(), "words in one language only");
    }
}

/// The answers that are JSON.
pub fn answers(directory: &Path) -> Vec<Value> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let bodies = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("body-"));
    // One may still be on its way: a test that ends does not wait for calls of another.
    let texts = bodies.filter_map(|entry| fs::read(entry.path()).ok());
    texts
        .filter_map(|text| serde_json::from_slice(&text).ok())
        .collect()
}

/// Sorts what is said in `value` into what is said in both languages and what is not.
pub fn languages(value: &Value, both: &mut Vec<Value>, faults: &mut Vec<Value>) {
    match value {
        Value::Array(items) => {
            for item in items {
                languages(item, both, faults);
            }
        }
        Value::Object(members) => {
            let said = ["en", "pl"].map(|code| members.get(code).and_then(Value::as_str));
            let is_example = said == [Some("…"); 2];
            match said {
                _ if is_example => {}
                [None, None] => {
                    for member in members.values() {
                        languages(member, both, faults);
                    }
                }
                [Some(en), Some(pl)] if en != pl && !en.is_empty() && !pl.is_empty() => {
                    both.push(value.clone());
                }
                _ => faults.push(value.clone()),
            }
        }
        _ => {}
    }
}
