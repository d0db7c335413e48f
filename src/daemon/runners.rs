//! Who does which kind of job, and what is looked after each second.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::stream;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::task::TaskTracker;

use super::{
    compose::{Ground, Parts},
    doubts,
    tasks::every,
};
use crate::{
    domain::{job::JobKind, refusal::Refused},
    policy::access::SystemScope,
    ports::returned_mail::ReturnedMail,
    services::{
        cases::lookup::automatic::AutomaticLookup,
        issuance::Issuance,
        jobs::{JobHandler, Runner},
        mailboxes::ReusedSweep,
        mails::MailLedger,
        retention,
        revocation_lists::RevocationLists,
        revocations::{compromised_key::KeySweep, superseded::SupersededSweep},
        webhooks::rousing::Rousing,
    },
};

const TICK: Duration = Duration::from_secs(1);
/// Between two looks at what mail has come back.
const RETURNED: Duration = Duration::from_secs(5);
const HOUSEKEEPING: Duration = Duration::from_secs(60);
/// Between two looks at whether there are enough perspectives; what rests on them judges for itself.
const PERSPECTIVES: Duration = Duration::from_secs(3600);
/// Activations that are judged afresh side by side.
const RESUMED: u32 = 8;
/// Timers that are seen to side by side.
const TIMERS: u32 = 4;
/// Domains that are looked up early side by side; those who are silent take their time.
const ADVICE: u32 = 8;
/// Documents that are scanned side by side.
const SCANS: u32 = 4;
/// Cases whose registers are asked side by side; a register's own limits hold besides.
const LOOKUPS: u32 = 4;
/// Data sets about which registers are asked again side by side.
const RECHECKS: u32 = 2;
/// Mails in hand at a time. More than the relay's connections: the others are read or booked.
const MAILS: u32 = 32;

/// Endpoints that are served side by side; one that does not answer holds its place for seconds. Of
/// one owner and of one frontend some of them only (`services::webhooks`).
const WEBHOOKS: u32 = 32;

/// Starts a runner for each kind of job and the look at CRLs and orphaned intents.
pub fn start(ground: &Ground, parts: &Parts, tracker: &TaskTracker) {
    webhooks(ground, parts, tracker);
    perspectives(ground, parts, tracker);
    let lists = Arc::clone(&parts.app.revocation_lists);
    let issuance = parts.app.issuance.clone();
    runner(
        ground,
        tracker,
        JobKind::RenewCrl,
        Arc::<RevocationLists>::clone(&lists),
        1,
    );
    let revocations = Arc::new(parts.app.revocations.clone());
    runner(ground, tracker, JobKind::PublishRevocation, revocations, 1);
    let keys = Arc::new(KeySweep(parts.app.revocations.clone()));
    runner(ground, tracker, JobKind::RevokeKey, keys, 1);
    let resume = Arc::new(issuance.clone());
    let mails = Arc::new(parts.app.mails.clone());
    runner(ground, tracker, JobKind::SendMail, mails, MAILS);
    runner(ground, tracker, JobKind::ResumeActivation, resume, RESUMED);
    let advice = Arc::clone(&parts.advice);
    runner(ground, tracker, JobKind::AdviseCaa, advice, ADVICE);
    documents(ground, parts, tracker);
    registers(ground, parts, tracker);
    let housekeeping = ground.clone();
    tracker.spawn(every(ground.clone(), HOUSEKEEPING, move || {
        forget(housekeeping.clone())
    }));
    deadlines(ground, parts, tracker);
    let app = &parts.app;
    let reused = ReusedSweep(app.mailboxes.clone());
    let superseded = SupersededSweep(app.revocations.clone());
    let timers: [(JobKind, Arc<dyn JobHandler>); 9] = [
        (JobKind::RevokeSuperseded, Arc::new(superseded)),
        (JobKind::RemindReady, Arc::new(app.orders.clone())),
        (JobKind::OrderTimer, Arc::new(app.orders.clone())),
        (JobKind::ChaseApplicant, Arc::new(app.cases.clone())),
        (JobKind::DataExpiry, Arc::new(app.data_sets.clone())),
        (JobKind::MailboxExpiry, Arc::new(app.mailboxes.clone())),
        (JobKind::DisownReused, Arc::new(reused)),
        (JobKind::EraseDocument, Arc::new(app.documents.clone())),
        (JobKind::SweepDocuments, Arc::new(app.documents.clone())),
    ];
    runner_of(ground, tracker, BTreeMap::from(timers), TIMERS);
    tracker.spawn(every(ground.clone(), TICK, move || {
        look(Arc::clone(&lists), issuance.clone())
    }));
    if let Some(place) = parts.returned_mail.clone() {
        let ledger = parts.app.mails.clone();
        tracker.spawn(every(ground.clone(), RETURNED, move || {
            take_back(ledger.clone(), Arc::clone(&place))
        }));
    }
    let keys = Arc::clone(&parts.keys);
    tracker.spawn(every(ground.clone(), TICK, move || {
        let keys = Arc::clone(&keys);
        async move {
            if let Err(refused) = keys.look(SystemScope::new("signer")).await {
                report("recording the state of the keys", &refused);
            }
        }
    }));
}

/// Alarms before what must be revoked is late, or what is revoked is on no CRL in time.
fn deadlines(ground: &Ground, parts: &Parts, tracker: &TaskTracker) {
    let revocations = parts.app.revocations.clone();
    let unrevoked = doubts::unrevoked(ground);
    tracker.spawn(every(ground.clone(), HOUSEKEEPING, move || {
        let (revocations, unrevoked) = (revocations.clone(), unrevoked.clone());
        async move {
            if let Err(refused) = revocations.watch().await {
                report("looking at revocations", &refused);
            }
            if let Err(refused) = unrevoked.watch().await {
                report("looking at what is not revoked", &refused);
            }
        }
    }));
}

/// Asks registers about data that were handed over, and again about those that were decided on.
fn registers(ground: &Ground, parts: &Parts, tracker: &TaskTracker) {
    let asking = Arc::new(AutomaticLookup(parts.app.cases.clone()));
    runner(ground, tracker, JobKind::AskRegisters, asking, LOOKUPS);
    let rechecks = Arc::new(parts.app.rechecks.clone());
    runner(ground, tracker, JobKind::RecheckData, rechecks, RECHECKS);
}

/// Settles what a dead boot left behind before the CRLs are asked for: an abandoned serial
/// belongs on the next one.
async fn look(lists: Arc<RevocationLists>, issuance: Issuance) {
    if let Err(refused) = issuance.settle_orphans(SystemScope::new("settle")).await {
        report("settling intents", &refused);
    }
    if let Err(refused) = lists.settle_orphans().await {
        report("settling CRLs", &refused);
    }
    if let Err(refused) = lists.renew_due().await {
        report("renewing CRLs", &refused);
    }
}

/// Says whether there are enough of them.
fn perspectives(ground: &Ground, parts: &Parts, tracker: &TaskTracker) {
    let remotes = parts.remotes.clone();
    let clock = Arc::clone(&ground.outside.clock);
    tracker.spawn(every(ground.clone(), PERSPECTIVES, move || {
        remotes.watch(clock.now());
        std::future::ready(())
    }));
}

/// Pushes the feed, and looks each second who has news.
fn webhooks(ground: &Ground, parts: &Parts, tracker: &TaskTracker) {
    let webhooks = &parts.app.webhooks;
    let handler = Arc::new(webhooks.clone());
    runner(ground, tracker, JobKind::ServeWebhook, handler, WEBHOOKS);
    let rousing = Rousing::new(webhooks.clone());
    tracker.spawn(every(ground.clone(), TICK, move || {
        let rousing = rousing.clone();
        async move {
            if let Err(refused) = rousing.look(SystemScope::new("webhooks")).await {
                report("looking who has news", &refused);
            }
        }
    }));
}

/// Scans what comes in, and what came in while nobody scanned.
fn documents(ground: &Ground, parts: &Parts, tracker: &TaskTracker) {
    let documents = parts.app.documents.clone();
    let handler = Arc::new(documents.clone());
    runner(ground, tracker, JobKind::ScanDocument, handler, SCANS);
    let stop = ground.stop.clone();
    tracker.spawn(async move {
        let mut ticks = interval(HOUSEKEEPING);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            // What a stop cuts short is found again at the next start.
            let caught_up = tokio::select! {
                () = stop.cancelled() => return,
                caught_up = documents.catch_up() => caught_up,
            };
            match caught_up {
                Ok(()) => return,
                Err(refused) => report("putting documents before the scanner", &refused),
            }
        }
    });
}

async fn take_back(ledger: MailLedger, place: Arc<dyn ReturnedMail>) {
    if let Err(refused) = ledger.take_back(&*place).await {
        report("seeing to returned mail", &refused);
    }
}

/// Prunes what is over.
async fn forget(ground: Ground) {
    let clock = &ground.outside.clock;
    let stops = || ground.stop.is_cancelled();
    if let Err(refused) = retention::prune(&*ground.durable(), &**clock, stops).await {
        report("pruning", &refused);
    }
}

fn report(what: &str, refused: &Refused) {
    tracing::warn!(
        what,
        code = refused.code,
        cause = refused.cause,
        "it is tried again"
    );
}

fn runner(
    ground: &Ground,
    tracker: &TaskTracker,
    kind: JobKind,
    handler: Arc<dyn JobHandler>,
    at_once: u32,
) {
    runner_of(ground, tracker, BTreeMap::from([(kind, handler)]), at_once);
}

fn runner_of(
    ground: &Ground,
    tracker: &TaskTracker,
    handlers: BTreeMap<JobKind, Arc<dyn JobHandler>>,
    at_once: u32,
) {
    let runner = Runner::new(
        ground.durable(),
        Arc::clone(&ground.outside.clock),
        Arc::clone(&ground.outside.entropy),
        handlers,
        at_once,
    );
    let stop = ground.stop.clone();
    tracker.spawn(async move {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let ticks = stream::unfold((ticks, stop), |(mut ticks, stop)| async move {
            tokio::select! {
                () = stop.cancelled() => None,
                _ = ticks.tick() => Some(((), (ticks, stop.clone()))),
            }
        });
        runner.run(Box::pin(ticks)).await;
    });
}
