//! One configured token: its queue, its PIN, its sessions, its health.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use secrecy::SecretString;
use tokio::sync::{oneshot, watch};

use super::{
    claim::{Claim, Left},
    config::{KeyConfig, TokenConfig, TokenSelector},
    connection::Connection,
    fault::Place,
    health::Health,
    held::held,
    module::{HoldsSessions, Module, ModuleError},
    pin::Pin,
    queue::{Job, Queue, Refused},
};
use crate::{
    domain::signing::{HsmFault, KeyName, SignError, SignOrder, Signature},
    ports::{clock::Clock, signer::KeyStatus},
};

/// A place for one session, which the module can empty before it is finalised.
pub(super) type Seat = Mutex<Option<Connection>>;

pub(super) struct Token {
    config: TokenConfig,
    pub(super) place: Place,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) health: Health,
    pub(super) queue: Queue,
    pub(super) duration: metrics::Histogram,
    pin: Pin,
    module: Mutex<Option<Arc<Module>>>,
    seats: Mutex<Vec<Arc<Seat>>>,
    /// Grows when sessions opened before must not sign any more.
    epoch: AtomicU64,
    bell: Bell,
}

/// Wakes the supervisor before its next tick.
#[derive(Default)]
struct Bell {
    state: Mutex<BellState>,
    rung: Condvar,
}

#[derive(Default)]
struct BellState {
    rung: bool,
    closed: bool,
}

impl Token {
    pub(super) fn new(
        config: TokenConfig,
        clock: Arc<dyn Clock>,
        changed: Arc<watch::Sender<u64>>,
    ) -> Self {
        let place = Place::new(&config.module, &config.token);
        let waiting = place.words(None, "log in", "not done yet");
        let names = config.keys.iter().map(|key| key.name.clone());
        Self {
            health: Health::new(names, &waiting, changed),
            queue: Queue::new(config.queue),
            duration: metrics::histogram!(
                "chancery_hsm_operation_duration_seconds",
                "token" => place.token().to_owned(), "operation" => "sign"
            ),
            pin: Pin::new(config.pin.clone()),
            module: Mutex::new(None),
            seats: Mutex::default(),
            epoch: AtomicU64::new(0),
            bell: Bell::default(),
            clock,
            place,
            config,
        }
    }

    pub(super) fn key_names(&self) -> impl Iterator<Item = KeyName> + '_ {
        self.config.keys.iter().map(|key| key.name.clone())
    }

    pub(super) fn keys(&self) -> &[KeyConfig] {
        &self.config.keys
    }

    pub(super) fn key(&self, name: &KeyName) -> Option<&KeyConfig> {
        self.config.keys.iter().find(|key| key.name == *name)
    }

    pub(super) const fn selector(&self) -> &TokenSelector {
        &self.config.token
    }

    pub(super) const fn threads(&self) -> usize {
        self.config.threads
    }

    pub(super) fn is_stuck(&self) -> bool {
        self.health.stuck() > 0
    }

    pub(super) fn supply_pin(&self, pin: &SecretString) -> bool {
        let new = self.pin.supply(pin);
        if new {
            self.ring();
        }
        new
    }

    /// State of each key; all are faulty while a call into the module does not return.
    pub(super) fn status(&self) -> Vec<KeyStatus> {
        let hung = self.is_stuck().then(|| self.hung());
        let keys = self.health.all().into_iter();
        keys.map(|(key, state)| KeyStatus {
            key,
            state: hung.clone().map_or(state, Err),
        })
        .collect()
    }

    /// Checks the order against its key, queues it and waits for the answer or the deadline.
    pub(super) async fn sign(&self, order: SignOrder) -> Result<Signature, SignError> {
        self.admit(&order).map_err(SignError::NotSigned)?;
        let claim = Arc::new(Claim::default());
        let (answer, mut answered) = oneshot::channel();
        let job = Job {
            order,
            claim: Arc::clone(&claim),
            answer,
        };
        self.queue.push(job).map_err(|refused| {
            SignError::NotSigned(self.refusal(match refused {
                Refused::Full => "the queue is full",
                Refused::Closed => "the signer is shutting down",
            }))
        })?;
        if let Ok(ended) = tokio::time::timeout(self.config.sign_deadline, &mut answered).await {
            return ended.unwrap_or_else(|_| Err(self.lost(&claim)));
        }
        match claim.leave() {
            Left::Untouched => Err(SignError::NotSigned(
                self.refusal("the deadline came before C_Sign"),
            )),
            Left::InTheModule => {
                self.health.got_stuck();
                Err(SignError::Unknown(self.hung()))
            }
            Left::Answered => answered
                .await
                .unwrap_or_else(|_| Err(SignError::Unknown(self.hung()))),
        }
    }

    /// Marks the token as failed; the supervisor wakes, and who waits is answered.
    pub(super) fn fail(&self, fault: &HsmFault) {
        self.count_error(fault);
        self.health.set_all(fault);
        for job in self.queue.take_all() {
            let _ = job.answer.send(Err(SignError::NotSigned(fault.clone())));
        }
        self.ring();
    }

    /// A signature did not verify: a handle may name another key, or the token computes wrongly.
    /// No session of before signs again, and the keys are not ready before the supervisor has
    /// proven them.
    pub(super) fn distrust(&self, key: &KeyName) {
        let code = format!("a signature of key {key} does not verify");
        let fault = self.place.words(None, "C_Sign", code);
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.fail(&fault);
    }

    /// See [`Token::distrust`].
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    pub(super) fn count_error(&self, fault: &HsmFault) {
        metrics::counter!(
            "chancery_hsm_operation_errors_total",
            "token" => self.place.token().to_owned(), "code" => fault.code.clone()
        )
        .increment(1);
    }

    /// The loaded module, if loading has succeeded.
    pub(super) fn module(&self) -> Option<Arc<Module>> {
        held(&self.module).clone()
    }

    /// Loads the module at the first call and has the token's sessions closed with it.
    pub(super) fn load(self: &Arc<Self>) -> Result<Arc<Module>, HsmFault> {
        if let Some(module) = self.module() {
            return Ok(module);
        }
        let module = Module::load(&self.config.module, self.config.init_args.as_deref())
            .map_err(|error| self.module_fault(&error))?;
        module.register(self.as_holder());
        *held(&self.module) = Some(Arc::clone(&module));
        Ok(module)
    }

    pub(super) fn module_fault(&self, error: &ModuleError) -> HsmFault {
        error.fault(&self.place)
    }

    /// A new place for a session.
    pub(super) fn seat(&self) -> Arc<Seat> {
        let seat = Arc::new(Mutex::new(None));
        held(&self.seats).push(Arc::clone(&seat));
        seat
    }

    /// A session with the keys' handles. The caller holds a pass of the module.
    pub(super) fn connect(&self, module: &Module) -> Result<Connection, HsmFault> {
        Connection::open(module.api(), &self.place, &self.config, &self.pin)
    }

    pub(super) fn ring(&self) {
        held(&self.bell.state).rung = true;
        self.bell.rung.notify_all();
    }

    /// Waits for the bell or the tick; `false` once the token is closed.
    pub(super) fn wait(&self, tick: Duration) -> bool {
        let idle = |state: &mut BellState| !state.rung && !state.closed;
        let (mut state, _) = self
            .bell
            .rung
            .wait_timeout_while(held(&self.bell.state), tick, idle)
            .unwrap_or_else(PoisonError::into_inner);
        state.rung = false;
        !state.closed
    }

    /// No more orders; threads end when the queue is empty.
    pub(super) fn close(&self) {
        self.queue.close();
        held(&self.bell.state).closed = true;
        self.bell.rung.notify_all();
    }

    /// Logs out and closes every session, unless a call hangs.
    pub(super) fn log_out(self: &Arc<Self>) {
        let Some(module) = held(&self.module).take() else {
            return;
        };
        if self.is_stuck() {
            return; // The sessions end with the process.
        }
        let mut open: Vec<Connection> = held(&self.seats)
            .drain(..)
            .filter_map(|seat| held(&seat).take())
            .collect();
        if let Some(last) = open.pop() {
            drop(open);
            if let Err(error) = last.log_out() {
                tracing::warn!(%error, token = self.place.token(), "C_Logout failed");
            }
        }
        module.release(&self.as_holder());
    }

    fn as_holder(self: &Arc<Self>) -> Weak<dyn HoldsSessions> {
        let held: Arc<dyn HoldsSessions> = Arc::<Self>::clone(self);
        Arc::downgrade(&held)
    }

    /// What can be refused without asking the token.
    fn admit(&self, order: &SignOrder) -> Result<(), HsmFault> {
        let Some(key) = self.key(order.key()) else {
            return Err(self.refusal("the key is not configured here"));
        };
        if key.algorithm != order.algorithm() {
            return Err(self.refusal("the key signs with another algorithm"));
        }
        if !key.purposes.contains(&order.purpose()) {
            return Err(self.refusal("the key is not for this purpose"));
        }
        if self.health.stuck() >= self.config.threads {
            return Err(self.hung());
        }
        self.health.of(&key.name).unwrap_or(Ok(()))
    }

    /// The worker is gone without an answer: closed queue, or a panic in the module's wrapper.
    fn lost(&self, claim: &Claim) -> SignError {
        match claim.leave() {
            Left::Untouched => SignError::NotSigned(self.refusal("the signer has ended")),
            Left::InTheModule | Left::Answered => SignError::Unknown(self.hung()),
        }
    }

    fn refusal(&self, reason: &str) -> HsmFault {
        self.place.words(None, "take the order", reason)
    }

    fn hung(&self) -> HsmFault {
        let code = format!("no answer within {:?}", self.config.sign_deadline);
        self.place.words(None, "C_Sign", code)
    }
}

impl HoldsSessions for Token {
    fn close_sessions(&self) {
        for seat in held(&self.seats).iter() {
            held(seat).take();
        }
    }
}
