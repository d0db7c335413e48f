//! The CA's keys on PKCS#11 tokens, behind [`Signer`].
//!
//! A token is logged in once. Its worker threads each keep a session and the handles of the
//! configured keys, so a signature costs C_SignInit and C_Sign and nothing else. A supervisor
//! thread per token heals what breaks: new session, login, and, when nothing else helps, the
//! module drained, finalised and initialised again.
//!
//! What it deliberately does not know: certificates, intents, the database. It does not verify
//! the signatures it returns either; the holder of the intent does that with the pinned key.
//!
//! Only this module uses `cryptoki`. Calls into a module cannot be cancelled: a thread stuck in
//! C_Sign is abandoned, its order ends as [`SignError::Unknown`], and the keys of its token are
//! reported as faulty until the call returns or the process is restarted.

mod claim;
mod connection;
mod fault;
mod gate;
mod health;
mod held;
mod mechanism;
mod module;
mod pin;
mod public_key;
mod queue;
mod self_test;
mod supervisor;
mod token;
mod worker;

pub mod card;
pub mod config;
pub mod key_maker;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::watch;

use self::{
    config::{ConfigError, TokenConfig, TokenSelector},
    fault::Place,
    held::held,
    token::Token,
};
use crate::{
    domain::signing::{HsmFault, KeyName, SignError, SignOrder, Signature},
    ports::{
        clock::Clock,
        signer::{KeyStatus, Signer},
    },
};

/// Why the signer refuses to start. Trouble that may pass (token absent, wrong PIN, a module that
/// fails) is no reason: the signer starts, reports it in [`Signer::keys`] and keeps trying.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the configuration of the signer")]
    Config(#[from] ConfigError),
    /// The token answers, but what it holds is not the configured key. Fatal.
    #[error("token {} is there but its keys are not the configured ones", .0.token)]
    WrongKey(#[source] HsmFault),
    #[error("starting a thread for a token")]
    Thread(#[source] std::io::Error),
}

/// Signs with the configured keys of one or more tokens.
pub struct Pkcs11Signer {
    tokens: Vec<Arc<Token>>,
    by_key: BTreeMap<KeyName, Arc<Token>>,
    changes: watch::Receiver<u64>,
    /// Disconnected once every thread has ended.
    ended: Mutex<mpsc::Receiver<()>>,
}

/// How long a shutdown waits for its threads.
const FAREWELL: Duration = Duration::from_secs(10);

impl Pkcs11Signer {
    /// Loads the modules, logs in and proves every key once. Blocks until each token has had its
    /// first try, 30 s at the longest; call it before the runtime serves requests. The metrics
    /// recorder must be installed before.
    ///
    /// # Errors
    /// A configuration that contradicts itself, a token with a wrong key, or no thread.
    pub fn start(tokens: Vec<TokenConfig>, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        config::check(&tokens)?;
        let (changed, changes) = watch::channel(0);
        let changed = Arc::new(changed);
        let tokens: Vec<Arc<Token>> = tokens
            .into_iter()
            .map(|config| Arc::new(Token::new(config, Arc::clone(&clock), Arc::clone(&changed))))
            .collect();
        let by_key = tokens
            .iter()
            .flat_map(|token| token.key_names().map(|name| (name, Arc::clone(token))))
            .collect();
        let (alive, ended) = mpsc::channel();
        let signer = Self {
            tokens,
            by_key,
            changes,
            ended: Mutex::new(ended),
        };
        let spawned = signer.spawn(&alive);
        drop(alive);
        if let Err(error) = spawned {
            signer.shutdown();
            return Err(error);
        }
        Ok(signer)
    }

    /// Marked as changed whenever [`Signer::keys`] may have changed, so that readiness follows at
    /// once instead of by polling.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// Hands over the PIN read at a reload. A PIN the token has refused is tried again only after
    /// a different value came through here. Returns whether the value was new.
    pub fn supply_pin(&self, token: &TokenSelector, pin: &SecretString) -> bool {
        let mut new = false;
        for held in self.tokens.iter().filter(|t| t.selector() == token) {
            new |= held.supply_pin(pin);
        }
        new
    }

    /// Refuses new orders, finishes those on the way, logs out and closes every session. Threads
    /// that do not come back from the module within 10 s are left behind, with their sessions.
    pub fn shutdown(&self) {
        for token in &self.tokens {
            token.close();
        }
        match held(&self.ended).recv_timeout(FAREWELL) {
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                for token in &self.tokens {
                    token.log_out();
                }
            }
            Ok(()) | Err(mpsc::RecvTimeoutError::Timeout) => {
                tracing::error!("a call into a PKCS#11 module does not return");
            }
        }
    }

    fn spawn(&self, alive: &mpsc::Sender<()>) -> Result<(), StartError> {
        let mut first = Vec::new();
        for token in &self.tokens {
            let (tell, told) = mpsc::channel();
            let supervised = Arc::clone(token);
            thread_of("hsm-supervisor", alive, move || {
                supervisor::run(&supervised, &tell);
            })?;
            first.push(told);
        }
        for (token, told) in self.tokens.iter().zip(first) {
            // Nothing within the time is a token that hangs: it stays down, and is told so.
            if let Ok(Some(fault)) = told.recv_timeout(supervisor::FIRST_TRY) {
                return Err(StartError::WrongKey(fault));
            }
            for _ in 0..token.threads() {
                let served = Arc::clone(token);
                thread_of("hsm-worker", alive, move || worker::run(&served))?;
            }
        }
        Ok(())
    }
}

/// Starts a thread that keeps `alive` connected as long as it runs.
fn thread_of(
    name: &str,
    alive: &mpsc::Sender<()>,
    run: impl FnOnce() + Send + 'static,
) -> Result<(), StartError> {
    let alive = alive.clone();
    let run = move || {
        run();
        drop(alive);
    };
    let started = thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map(|_| ()).map_err(StartError::Thread)
}

#[async_trait]
impl Signer for Pkcs11Signer {
    async fn sign(&self, order: SignOrder) -> Result<Signature, SignError> {
        match self.by_key.get(order.key()) {
            Some(token) => token.sign(order).await,
            None => Err(SignError::NotSigned(Place::none().words(
                None,
                "find the token",
                format!("no key is called {}", order.key()),
            ))),
        }
    }

    fn distrust(&self, key: &KeyName) {
        if let Some(token) = self.by_key.get(key) {
            token.distrust(key);
        }
    }

    fn keys(&self) -> Vec<KeyStatus> {
        self.tokens
            .iter()
            .flat_map(|token| token.status())
            .collect()
    }
}

impl Drop for Pkcs11Signer {
    /// Lets the threads end by themselves; [`Pkcs11Signer::shutdown`] waits for them.
    fn drop(&mut self) {
        for token in &self.tokens {
            token.close();
        }
    }
}

#[cfg(test)]
#[path = "../../hsm-test/pkcs11.rs"]
mod on_tokens;
