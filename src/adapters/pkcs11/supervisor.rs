//! Brings a token up and keeps it up: one thread a token, woken by trouble and by a tick.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use super::{
    fault::Trouble,
    held::held,
    token::{Seat, Token},
};
use crate::domain::signing::HsmFault;

/// How long a start waits for a token's first answer.
pub(super) const FIRST_TRY: Duration = Duration::from_secs(30);

const TICK: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Tries once, tells the start whether a key is wrong, then watches until the token is closed.
pub(super) fn run(token: &Arc<Token>, first: &mpsc::Sender<Option<HsmFault>>) {
    let keeper = token.seat();
    let wrong = match bring_up(token, &keeper, None) {
        Ok(wrong) => wrong,
        Err(fault) => {
            token.fail(&fault);
            None
        }
    };
    // The start may have given up waiting; the watch goes on all the same.
    let _ = first.send(wrong);
    let mut pause = Pause::default();
    while token.wait(TICK) {
        if token.health.is_ready() {
            pause = Pause::default();
            continue;
        }
        if token.is_stuck() || !pause.is_over(token.clock.monotonic()) {
            continue;
        }
        climb(token, &keeper);
        pause.begin(token.clock.monotonic());
    }
}

/// New session and login first; when that does not bring back a single key, the module is
/// drained, finalised and initialised: a token that came, went or was restarted needs it.
fn climb(token: &Arc<Token>, keeper: &Seat) {
    let seen = token.module().map(|module| module.generation());
    let mut outcome = bring_up(token, keeper, None);
    if outcome.is_err() || token.health.is_down() {
        outcome = bring_up(token, keeper, seen);
    }
    if let Err(fault) = outcome {
        token.fail(&fault);
    }
}

/// Logs in, finds and proves every key, and keeps the session open so that the login lasts.
/// With `reinitialise` the module is initialised anew, unless its generation is already another.
/// Returns the fault of a key that is there but wrong.
fn bring_up(
    token: &Arc<Token>,
    keeper: &Seat,
    reinitialise: Option<u64>,
) -> Result<Option<HsmFault>, HsmFault> {
    let module = token.load()?;
    match reinitialise {
        Some(seen) => module.reinitialise(seen),
        None => module.initialise(),
    }
    .map_err(|error| token.module_fault(&error))?;
    let _pass = module.enter();
    let connection = token.connect(&module)?;
    let mut wrong = None;
    for key in token.keys() {
        let state = connection.self_test(key, &token.place);
        if let Err(Trouble::WrongKey(fault)) = &state {
            wrong = Some(fault.clone());
        }
        let state = state.map_err(|trouble| trouble.fault().clone());
        token.health.set(&key.name, state);
    }
    *held(keeper) = Some(connection);
    Ok(wrong)
}

/// A growing pause between tries, by the monotonic clock.
#[derive(Debug, Default)]
struct Pause {
    length: Duration,
    until: Duration,
}

impl Pause {
    fn is_over(&self, now: Duration) -> bool {
        now >= self.until
    }

    fn begin(&mut self, now: Duration) {
        self.length = (self.length * 2).clamp(TICK, LONGEST_PAUSE);
        self.until = now + self.length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound() {
        let mut pause = Pause::default();
        assert!(pause.is_over(Duration::ZERO));
        pause.begin(Duration::ZERO);
        assert!(!pause.is_over(TICK / 2) && pause.is_over(TICK));
        for _ in 0..10 {
            pause.begin(Duration::ZERO);
        }
        assert!(pause.is_over(LONGEST_PAUSE));
    }
}
