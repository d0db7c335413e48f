//! A thread that signs: it takes an order, asks the token, answers, and mends its own session.

use std::sync::Arc;

use super::{
    connection::Connection,
    held::held,
    mechanism,
    queue::Job,
    token::{Seat, Token},
};
use crate::domain::signing::{HsmFault, SignError, Signature};

/// Serves the token's queue until it is closed.
pub(super) fn run(token: &Arc<Token>) {
    let seat = token.seat();
    let mut epoch = token.epoch();
    if token.health.is_ready()
        && let Some(module) = token.module()
    {
        // The first order should not pay for the session. A failure here shows at that order.
        let _pass = module.enter();
        *held(&seat) = token.connect(&module).ok();
    }
    while let Some(job) = token.queue.next() {
        serve(token, &seat, &mut epoch, job);
    }
}

/// `epoch` is that of the seat's session.
fn serve(token: &Arc<Token>, seat: &Seat, epoch: &mut u64, job: Job) {
    let Some(module) = token.module() else {
        let fault = token.place.words(None, "load the module", "not loaded");
        return refuse(job, fault);
    };
    let _pass = module.enter();
    let mut place = held(seat);
    let now = token.epoch();
    if *epoch != now {
        *place = None;
        *epoch = now;
    }
    if place.is_none() {
        match token.connect(&module) {
            Ok(connection) => *place = Some(connection),
            Err(fault) => {
                token.fail(&fault);
                return refuse(job, fault);
            }
        }
    }
    let Some(connection) = place.as_ref() else {
        return;
    };
    if let Some(fault) = ask(token, connection, job) {
        // First rungs of the ladder: a new session, a login if there is none, the keys found
        // again and proven. What this does not heal is the supervisor's work.
        *place = None;
        token.count_error(&fault);
        match token.connect(&module) {
            Ok(connection) => {
                let broken = token
                    .keys()
                    .iter()
                    .find_map(|key| connection.self_test(key, &token.place).err());
                match broken {
                    None => *place = Some(connection),
                    Some(trouble) => token.fail(trouble.fault()),
                }
            }
            Err(fault) => token.fail(&fault),
        }
    }
}

/// Asks the token once and answers. Returns the fault of a failed call.
fn ask(token: &Token, connection: &Connection, job: Job) -> Option<HsmFault> {
    let name = job.order.key();
    let (handle, key) = match (connection.key(name), token.key(name)) {
        (Some(Ok(handle)), Some(key)) => (*handle, key),
        (Some(Err(trouble)), _) => {
            let fault = trouble.fault().clone();
            refuse(job, fault.clone());
            return Some(fault);
        }
        _ => {
            let fault = token.place.words(None, "find the key", "not configured");
            refuse(job, fault);
            return None;
        }
    };
    if !job.claim.take() {
        return None; // The caller has left; nothing was asked.
    }
    let begun = token.clock.monotonic();
    let raw = connection.sign(handle, key, job.order.message());
    let took = token.clock.monotonic().saturating_sub(begun);
    token.duration.record(took.as_secs_f64());
    let in_time = job.claim.finish();
    if !in_time {
        token.health.got_loose();
    }
    match raw {
        Ok(raw) => {
            let slot = connection.slot();
            let signature = mechanism::encode(key.algorithm, raw).map(Signature);
            let answer = signature.map_err(|mechanism::NotASignature| {
                let code = "the answer is not a signature of this algorithm";
                SignError::Unknown(token.place.words(Some(slot), "C_Sign", code))
            });
            let _ = job.answer.send(answer);
            None
        }
        Err(error) => {
            let fault = token.place.call(Some(connection.slot()), &error);
            tracing::warn!(intent = job.order.intent(), %fault, "the token did not sign");
            refuse(job, fault.clone());
            Some(fault)
        }
    }
}

fn refuse(job: Job, fault: HsmFault) {
    // A caller who has left gets no answer, and needs none.
    let _ = job.answer.send(Err(SignError::NotSigned(fault)));
}
