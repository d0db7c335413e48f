//! Encryption of what evidence holds, on its way into the database and out of it: a register's
//! answer is kept as it came, with whatever it says of people. The database has it sealed; what
//! comes back is what was handed in, whole and of that very row, or an error.

/// The content cannot be sealed or given back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("sealing failed: {0}")]
    Unavailable(String),
    /// Without the mark of a sealed content, or of a form this program does not know.
    #[error("it is not sealed in a known form")]
    NotSealed,
    #[error("it is sealed with key {0}, which is not among the keys given")]
    KeyGone(String),
    /// Altered, cut, lengthened, or another row's.
    #[error("it is not what was sealed")]
    Damaged,
}

/// Who holds the keys.
pub trait ContentSeal: Send + Sync {
    /// Seals the content of the row with this id.
    ///
    /// # Errors
    /// When there is no key or no randomness: nothing may then be stored (fail closed).
    fn seal(&self, id: &str, plain: &[u8]) -> Result<Vec<u8>, SealError>;

    /// Opens what was sealed for the row with this id.
    ///
    /// # Errors
    /// When its key is gone, or it is not what was sealed for this row.
    fn open(&self, id: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError>;
}
