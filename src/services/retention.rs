//! How long requests and jobs are remembered that are over.

use std::time::Duration;

use crate::{
    domain::{refusal::Refused, timestamp::days},
    ports::{
        clock::Clock,
        store::{Bookkeeping, Store},
    },
};

/// A refused request is answered the same for a day.
const REFUSED: Duration = Duration::from_secs(86_400);
/// A done one for thirty: what it made speaks for itself by then.
const DONE_DAYS: u32 = 30;

/// Forgets what is old enough, a bounded number of rows at a time; to be asked again and again.
///
/// # Errors
/// 503 when the store is away; nothing is lost by that.
pub async fn prune(store: &dyn Store, clock: &dyn Clock) -> Result<(), Refused> {
    let now = clock.now();
    let task = Bookkeeping::Prune {
        before: now.minus(days(DONE_DAYS)),
        refused_before: now.minus(REFUSED),
    };
    store.bookkeep(task).await?;
    Ok(())
}
