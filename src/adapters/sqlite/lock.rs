//! One writing process: an advisory lock on a file beside the database, let go when the process
//! ends, however it ends.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use super::OpenError;

/// Held as long as this process may write.
#[derive(Debug)]
pub struct WriterLock {
    file: File,
}

impl WriterLock {
    /// Takes the lock or refuses at once.
    ///
    /// # Errors
    /// When another process holds it or the file cannot be made.
    pub fn take(database: &Path) -> Result<Self, OpenError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let failed = |source| OpenError::Lock {
            path: database.to_owned(),
            source,
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked(database.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

impl Drop for WriterLock {
    /// Unlocks, rather than only closing: a child that is between fork and exec at this moment
    /// holds a copy of the descriptor, and with it the lock.
    fn drop(&mut self) {
        // If this fails, the lock ends with the last copy.
        let _ = self.file.unlock();
    }
}
