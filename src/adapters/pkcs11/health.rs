//! What a token's keys can do now, and who is told when that changes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicIsize, Ordering},
    },
};

use tokio::sync::watch;

use super::held::held;
use crate::domain::signing::{HsmFault, KeyName};

/// The state of each key of a token. Starts with every key not ready.
pub(super) struct Health {
    keys: Mutex<BTreeMap<KeyName, Result<(), HsmFault>>>,
    stuck: AtomicIsize,
    changed: Arc<watch::Sender<u64>>,
}

impl Health {
    pub(super) fn new(
        keys: impl Iterator<Item = KeyName>,
        fault: &HsmFault,
        changed: Arc<watch::Sender<u64>>,
    ) -> Self {
        Self {
            keys: Mutex::new(keys.map(|key| (key, Err(fault.clone()))).collect()),
            stuck: AtomicIsize::new(0),
            changed,
        }
    }

    pub(super) fn of(&self, key: &KeyName) -> Option<Result<(), HsmFault>> {
        held(&self.keys).get(key).cloned()
    }

    pub(super) fn all(&self) -> BTreeMap<KeyName, Result<(), HsmFault>> {
        held(&self.keys).clone()
    }

    /// Records the state of one key.
    pub(super) fn set(&self, key: &KeyName, state: Result<(), HsmFault>) {
        metrics::gauge!("chancery_hsm_ready", "key" => key.to_string()).set(if state.is_ok() {
            1.0
        } else {
            0.0
        });
        let ready = state.is_ok();
        let before = match &state {
            Ok(()) => held(&self.keys).insert(key.clone(), state),
            Err(fault) => {
                let before = held(&self.keys).insert(key.clone(), state.clone());
                if before.as_ref().is_none_or(Result::is_ok) {
                    tracing::warn!(%key, %fault, "key is not ready");
                }
                before
            }
        };
        if ready && before.is_none_or(|state| state.is_err()) {
            tracing::info!(%key, "key is ready");
        }
        self.tell();
    }

    /// Records the same fault for every key.
    pub(super) fn set_all(&self, fault: &HsmFault) {
        let names: Vec<KeyName> = held(&self.keys).keys().cloned().collect();
        for key in names {
            self.set(&key, Err(fault.clone()));
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        held(&self.keys).values().all(Result::is_ok)
    }

    pub(super) fn is_down(&self) -> bool {
        held(&self.keys).values().all(Result::is_err)
    }

    /// Workers that are in the module although their caller has left.
    pub(super) fn stuck(&self) -> usize {
        // A worker may come back before its caller has counted it: below zero is nobody.
        usize::try_from(self.stuck.load(Ordering::Acquire)).unwrap_or(0)
    }

    pub(super) fn got_stuck(&self) {
        self.stuck.fetch_add(1, Ordering::AcqRel);
        self.tell();
    }

    pub(super) fn got_loose(&self) {
        self.stuck.fetch_sub(1, Ordering::AcqRel);
        self.tell();
    }

    fn tell(&self) {
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
    }
}
