//! Contents of evidence under a key of the tests' own: that of `Instance` and of the cabinet.

use std::sync::Arc;

use chancery::adapters::{
    document_directory::{content::SealedContent, keys::DocumentKeys},
    system::OsEntropy,
};

/// Draws of its own: those that a test counts are not touched.
pub fn seal() -> Arc<SealedContent> {
    let keys = format!("test {}", "07".repeat(32));
    let keys = DocumentKeys::parse(keys.as_bytes()).unwrap();
    Arc::new(SealedContent::new(Arc::new(keys), Arc::new(OsEntropy)))
}
