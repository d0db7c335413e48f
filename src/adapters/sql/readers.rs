//! The connections that read. A query costs a hop to its connection and back, so nothing is asked
//! but the query: a driver's pool would test a connection before and after each use.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::{
    driver::{Driver, ReadConnection},
    fault::DatabaseError,
    query::Query,
};

/// Connections that read.
const READERS: u32 = 4;
/// How long a query waits for one of them; then its client is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

/// A few connections, each used by one query at a time.
pub struct Readers<D: Driver> {
    driver: Arc<D>,
    idle: Mutex<Vec<D::Reading>>,
    permits: Semaphore,
    patience: Duration,
}

/// A connection in use. It is idle again when this is dropped, be it because a client hung up: then
/// only if the driver's connections forget a question that nobody waits for.
pub struct Lent<'a, D: Driver> {
    readers: &'a Readers<D>,
    connection: Option<D::Reading>,
    /// Its answer is still to come.
    asked: bool,
    _permit: SemaphorePermit<'a>,
}

impl<D: Driver> Readers<D> {
    /// None of so many connections is open yet.
    pub fn new(driver: Arc<D>, connections: usize, patience: Duration) -> Self {
        Self {
            driver,
            idle: Mutex::default(),
            permits: Semaphore::new(connections),
            patience,
        }
    }

    /// # Errors
    /// When the database cannot be opened.
    pub async fn open(driver: Arc<D>) -> Result<Self, DatabaseError> {
        let readers = Self::new(driver, 0, PATIENCE);
        for _ in 0..READERS {
            let connection = readers.driver.reading().await?;
            readers.idle().push(connection);
            readers.permits.add_permits(1);
        }
        Ok(readers)
    }

    /// Every row.
    ///
    /// # Errors
    /// When the database cannot answer, no reader becomes free in time, or they are closed.
    pub async fn all(&self, query: Query) -> Result<Vec<D::Row>, DatabaseError> {
        let mut lent = self.lend().await?;
        let connection = lent.connection.insert(self.connection().await?);
        lent.asked = true;
        let rows = connection.all(query).await;
        lent.settle(rows)
    }

    /// The first row, if any; others are not read.
    ///
    /// # Errors
    /// When the database cannot answer, no reader becomes free in time, or they are closed.
    pub async fn first(&self, query: Query) -> Result<Option<D::Row>, DatabaseError> {
        let mut lent = self.lend().await?;
        let connection = lent.connection.insert(self.connection().await?);
        lent.asked = true;
        let row = connection.first(query).await;
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
            connection.close().await;
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// When none comes in time, or they are closed.
    pub async fn lend(&self) -> Result<Lent<'_, D>, DatabaseError> {
        let permit = timeout(self.patience, self.permits.acquire());
        let permit = permit.await.map_err(|_| DatabaseError::Busy)?;
        Ok(Lent {
            readers: self,
            connection: None,
            asked: false,
            _permit: permit.map_err(|_| DatabaseError::Closed)?,
        })
    }

    /// The connection used last, or a new one in the place of one that failed.
    async fn connection(&self) -> Result<D::Reading, DatabaseError> {
        let idle = self.idle().pop();
        match idle {
            Some(connection) => Ok(connection),
            None => self.driver.reading().await,
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<D::Reading>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: Driver> Lent<'_, D> {
    /// A connection whose trouble is not a statement's own is not used again.
    fn settle<T>(&mut self, outcome: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        self.asked = false;
        if let (Err(error), Some(connection)) = (&outcome, &self.connection)
            && !connection.survives(error)
        {
            self.connection = None;
        }
        outcome
    }
}

impl<D: Driver> Drop for Lent<'_, D> {
    fn drop(&mut self) {
        let usable = !self.asked || D::Reading::FORGETS;
        if let Some(connection) = self.connection.take().filter(|_| usable) {
            self.readers.idle().push(connection);
        }
    }
}
