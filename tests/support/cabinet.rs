//! A document directory under a key of the tests' own.

use std::{path::Path, sync::Arc};

use chancery::{
    adapters::document_directory::{DocumentDirectory, keys::DocumentKeys},
    ports::entropy::Entropy,
};

/// Files in this directory.
pub fn cabinet(directory: &Path, entropy: Arc<dyn Entropy>) -> DocumentDirectory {
    let keys = format!("test {}", "07".repeat(32));
    let keys = DocumentKeys::parse(keys.as_bytes()).unwrap();
    DocumentDirectory::new(directory.to_owned(), Arc::new(keys), entropy)
}
