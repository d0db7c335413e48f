//! The registry of identities, remembered until somebody writes to it. Every request asks it who
//! the caller is, and it changes a few times a year.
//!
//! Only this process writes the database, so the lane's count of writes to the registry tells
//! when what is remembered is old. A database with several writers must be asked each time.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::SqliteStore;
use crate::{
    domain::{
        aggregate::Loaded,
        identity::{Credential, Identity},
        owner::IdentityName,
    },
    ports::store::{StoreError, people::Identities},
};

/// Certificates remembered at most; strangers with a certificate of our CA must not fill memory.
const REMEMBERED: usize = 1024;

/// The registry as the listener asks it.
pub struct Registry {
    store: SqliteStore,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The lane's count when the answers were read.
    writes: u64,
    answers: HashMap<Vec<Credential>, Vec<Loaded<Identity>>>,
}

impl Registry {
    #[must_use]
    pub fn new(store: SqliteStore) -> Self {
        Self {
            store,
            known: Mutex::default(),
        }
    }

    /// What is remembered and still true.
    fn known(&self) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let writes = self.store.registry_writes();
        if known.writes != writes {
            *known = Known {
                writes,
                answers: HashMap::new(),
            };
        }
        known
    }
}

#[async_trait]
impl Identities for Registry {
    async fn matching(
        &self,
        credentials: &[Credential],
    ) -> Result<Vec<Loaded<Identity>>, StoreError> {
        let writes = {
            let known = self.known();
            if let Some(answer) = known.answers.get(credentials) {
                return Ok(answer.clone());
            }
            known.writes
        };
        let answer = self.store.matching(credentials).await?;
        let mut known = self.known();
        // What was read before a write is not remembered after it.
        if known.writes == writes {
            if known.answers.len() >= REMEMBERED {
                known.answers.clear();
            }
            known.answers.insert(credentials.to_vec(), answer.clone());
        }
        Ok(answer)
    }

    async fn identity(&self, name: &IdentityName) -> Result<Option<Loaded<Identity>>, StoreError> {
        self.store.identity(name).await
    }

    async fn identities(&self) -> Result<Vec<Loaded<Identity>>, StoreError> {
        self.store.identities().await
    }
}
