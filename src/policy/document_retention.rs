//! How long the bytes of a document are kept (S/MIME BR 5.4.3, 5.5.2): at least two years after
//! what rests on it has ended, whatever the configuration says. The row with its digest stays.

use std::time::Duration;

use crate::{
    domain::{
        document::Document,
        subject_data::{SubjectData, SubjectDataState},
        timestamp::Timestamp,
    },
    policy::reuse,
};

/// Two years, a leap day among them.
pub const FLOOR_DAYS: u64 = 731;

/// When the document may be deleted at the earliest, as things stand; `None` while somebody may
/// still judge by it. `relied_until` is the end of the last certificate issued on its data set,
/// `kept_days` how long a document is kept after its last use; fewer than [`FLOOR_DAYS`] count
/// as so many.
#[must_use]
pub fn retain_until(
    document: &Document,
    data: &SubjectData,
    relied_until: Option<Timestamp>,
    kept_days: u64,
) -> Option<Timestamp> {
    if is_in_use(data) {
        return None;
    }
    let usable_until = data.verified.as_ref().map(reuse::facts_valid_until);
    let ends = [Some(data.updated_at), usable_until, relied_until];
    let last = ends
        .into_iter()
        .flatten()
        .fold(document.received_at, Timestamp::max);
    Some(last.plus(kept(kept_days)))
}

/// Whether somebody may still judge by the documents of the set, whatever rests on it.
#[must_use]
pub const fn is_in_use(data: &SubjectData) -> bool {
    use SubjectDataState as S;
    match data.state {
        S::UnderVerification | S::WaitingForApplicant | S::Suspended => true,
        // Nobody rests on a draft that nobody touches.
        S::Draft | S::Verified | S::Rejected | S::Withdrawn | S::Replaced => false,
    }
}

/// How long a document is kept after its last use.
#[must_use]
pub fn kept(kept_days: u64) -> Duration {
    Duration::from_secs(kept_days.max(FLOOR_DAYS).saturating_mul(86_400))
}

#[cfg(test)]
mod tests;
