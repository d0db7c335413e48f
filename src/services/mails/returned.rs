//! Mail that came back: the address cannot be reached, and its owner learns of it (flows 5.11).
//!
//! Nothing is ever answered: what lies there was sent to a return path.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{MailLedger, SYSTEM, send::mailbox_of};
use crate::{
    domain::{mail::MailState, refusal::Refused, unit::Unit},
    ports::returned_mail::{DeliveryReport, ReturnedMail},
    services::request::decide,
};

/// Messages that are seen to in one go.
const AT_ONCE: usize = 64;
/// The outcome of a report that stays where it is.
const EARLY: &str = "early";
/// Early reports that are told from the others, at most; a look that finds more begins anew.
const KNOWN: usize = 4096;

/// Names of the reports that were early or could not be seen to, until all others were looked at: as many as fit in one
/// look would hold up what lies behind them.
#[derive(Clone, Debug, Default)]
pub(super) struct Early(Arc<Mutex<BTreeSet<String>>>);

impl Early {
    fn names(&self) -> BTreeSet<String> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.clone()
    }

    fn keep(&self, names: BTreeSet<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }
}

impl MailLedger {
    /// Sees to what has come back. A message stays where it is when its unit cannot be committed,
    /// and while its mail is not booked as sent: that ends within the mail's patience.
    ///
    /// # Errors
    /// 503 when the place cannot be used, or a report could not be seen to: the others were.
    pub async fn take_back(&self, place: &dyn ReturnedMail) -> Result<(), Refused> {
        let trouble = |error| Refused::unavailable("returned-mail", error);
        let mut early = self.1.names();
        let waiting = place.waiting(AT_ONCE, &early).await.map_err(trouble)?;
        let others_wait = waiting.len() >= AT_ONCE;
        let mut failed = None;
        for returned in waiting {
            let outcome = match &returned.report {
                Some(report) => self.learn(report).await,
                None => Ok("no-report"),
            };
            let done = match outcome {
                // Passed over until the others were looked at, as one that is early.
                Ok(EARLY) => {
                    early.insert(returned.name);
                    continue;
                }
                Ok(outcome) => {
                    let done = place.done(&returned.name).await;
                    done.map(|()| outcome).map_err(trouble)
                }
                Err(refused) => Err(refused),
            };
            match done {
                // Counted when it was seen to, once.
                Ok(outcome) => {
                    metrics::counter!("chancery_returned_mails_total", "outcome" => outcome)
                        .increment(1);
                }
                Err(refused) => {
                    early.insert(returned.name);
                    failed.get_or_insert(refused);
                }
            }
        }
        if !others_wait || early.len() > KNOWN {
            early.clear();
        }
        self.1.keep(early);
        failed.map_or(Ok(()), Err)
    }

    async fn learn(&self, report: &DeliveryReport) -> Result<&'static str, Refused> {
        let Some(paths) = &self.0.return_paths else {
            return Ok("unknown");
        };
        let Some(mail) = report.sent_to.iter().find_map(|to| paths.mail_of(to)) else {
            return Ok("unknown");
        };
        if !report.is_final {
            tracing::info!(%mail, "a mail is delayed on its way");
            return Ok("delayed");
        }
        decide(async || {
            let now = self.0.clock.now();
            let Some(mut facts) = self.0.mails.mail_facts(mail).await? else {
                return Ok("unknown");
            };
            // It came back before the server's word was booked; the next look knows more.
            if facts.mail.state == MailState::Queued {
                return Ok(EARLY);
            }
            let mailbox = mailbox_of(&mut facts);
            let line = self.undelivered(&facts.mail, now)?;
            let Some(bounced) = facts.mail.bounced(&report.words, now) else {
                return Ok("known");
            };
            let unit = Unit::of(SYSTEM.caller(), now, bounced).change(line);
            let unit = match mailbox.and_then(|mailbox| mailbox.undeliverable(now)) {
                Some(undeliverable) => unit.change(undeliverable),
                None => unit,
            };
            self.0.store.commit(unit).await?;
            Ok("bounced")
        })
        .await
    }
}
