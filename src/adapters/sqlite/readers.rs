//! The connections that read. A query costs a hop to its connection's thread and back, so nothing
//! is asked but the query: the driver's pool would test a connection before and after each use.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection,
    sqlite::{SqliteConnection, SqliteRow},
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::connection::{DatabaseError, bind, reading};
use crate::adapters::sql::query::Query;

/// Connections that read.
const READERS: u32 = 4;
/// How long a query waits for one of them; then its client is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

/// A few connections, each used by one query at a time.
pub struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<SqliteConnection>>,
    permits: Semaphore,
    patience: Duration,
}

/// A connection in use. It is idle again when this is dropped, be it because a client hung up.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<SqliteConnection>,
    _permit: SemaphorePermit<'a>,
}

impl Readers {
    /// # Errors
    /// When the file cannot be opened as a database.
    pub async fn open(path: &Path) -> Result<Self, DatabaseError> {
        let readers = Self {
            path: path.to_owned(),
            idle: Mutex::default(),
            permits: Semaphore::new(0),
            patience: PATIENCE,
        };
        for _ in 0..READERS {
            let connection = readers.connect().await?;
            readers.idle().push(connection);
            readers.permits.add_permits(1);
        }
        Ok(readers)
    }

    /// Every row.
    ///
    /// # Errors
    /// When the database cannot answer, no reader becomes free in time, or they are closed.
    pub async fn all(&self, query: Query) -> Result<Vec<SqliteRow>, DatabaseError> {
        let mut lent = self.lend().await?;
        let connection = lent.connection.insert(self.connection().await?);
        // The text is this program's own; everything from outside is bound.
        let statement = bind(sqlx::query(AssertSqlSafe(query.sql)), query.values);
        let rows = statement.fetch_all(connection).await;
        lent.settle(rows)
    }

    /// The first row, if any; others are not read.
    ///
    /// # Errors
    /// When the database cannot answer, no reader becomes free in time, or they are closed.
    pub async fn first(&self, query: Query) -> Result<Option<SqliteRow>, DatabaseError> {
        let mut lent = self.lend().await?;
        let connection = lent.connection.insert(self.connection().await?);
        let statement = bind(sqlx::query(AssertSqlSafe(query.sql)), query.values);
        let row = statement.fetch_optional(connection).await;
        lent.settle(row)
    }

    /// Lets nobody begin, waits for those who read, and closes the connections.
    pub async fn close(&self) {
        // An error says that it is closed already.
        let everybody = self.permits.acquire_many(READERS).await;
        self.permits.close();
        drop(everybody);
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            // Nothing was written: what it says does not matter.
            let _ = connection.close().await;
        }
    }

    async fn lend(&self) -> Result<Lent<'_>, DatabaseError> {
        let permit = timeout(self.patience, self.permits.acquire());
        let permit = permit.await.map_err(|_| DatabaseError::Busy)?;
        Ok(Lent {
            readers: self,
            connection: None,
            _permit: permit.map_err(|_| DatabaseError::Closed)?,
        })
    }

    /// The connection used last, or a new one in the place of one that failed.
    async fn connection(&self) -> Result<SqliteConnection, DatabaseError> {
        let idle = self.idle().pop();
        match idle {
            Some(connection) => Ok(connection),
            None => self.connect().await,
        }
    }

    async fn connect(&self) -> Result<SqliteConnection, DatabaseError> {
        Ok(SqliteConnection::connect_with(&reading(&self.path)).await?)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent<'_> {
    /// A connection whose trouble is not a statement's own is not used again.
    fn settle<T>(&mut self, outcome: Result<T, sqlx::Error>) -> Result<T, DatabaseError> {
        if let Err(error) = &outcome
            && error.as_database_error().is_none()
        {
            self.connection = None;
        }
        Ok(outcome?)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.idle().push(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_for_a_reader_does_not_wait_for_ever() {
        let readers = Readers {
            path: PathBuf::new(),
            idle: Mutex::default(),
            permits: Semaphore::new(1),
            patience: Duration::ZERO,
        };
        let held = readers.lend().await.unwrap();
        let waited = readers.lend().await.err().unwrap();
        assert!(matches!(waited, DatabaseError::Busy));
        drop(held);
        assert!(readers.lend().await.is_ok());
    }
}
