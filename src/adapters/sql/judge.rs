//! Which units of a batch may be written, given what the database holds.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    time::Duration,
};

use super::{
    plan::Plan,
    table::{Key, Table},
};
use crate::domain::{
    aggregate::Version,
    job::JobEnd,
    timestamp::Timestamp,
    unit::{CommitError, MAX_AGE, Unit},
};

/// How far a use case's clock may be ahead of the lane's: they read the same clock, a step back
/// between the two readings is all there can be.
const AHEAD: Duration = Duration::from_secs(1);

/// A table and the columns of one of its unique keys.
pub type Place = (&'static str, &'static [&'static str]);

/// What must be looked up before the units can be judged, in key order.
#[derive(Debug, Default)]
pub struct Questions {
    /// Rows by key, and the version they are believed to have.
    pub versions: BTreeMap<&'static Table, BTreeSet<(Key, Version)>>,
    /// The tables of which a named row will be changed.
    pub changed: BTreeSet<&'static Table>,
    pub keys: BTreeMap<Place, BTreeSet<Key>>,
    /// Jobs that units end, by id, and the tokens they are believed to be held with.
    pub jobs: BTreeSet<(String, [u8; 16])>,
}

/// What the database said. It names only what stops a unit, so that a batch that may be written
/// costs no rows.
#[derive(Debug, Default)]
pub struct Answers {
    /// Rows that are not there in this version.
    pub moved: HashSet<(&'static str, Key, Version)>,
    pub taken: HashSet<(Place, Key)>,
    /// Jobs that have ended or are held with another token.
    pub lost: HashSet<(String, [u8; 16])>,
}

impl Questions {
    /// The questions of all units together.
    pub fn of<'a>(plans: impl Iterator<Item = &'a Plan>) -> Self {
        let mut questions = Self::default();
        for plan in plans {
            for ground in &plan.grounds {
                let keys = questions.versions.entry(ground.table).or_default();
                keys.insert((ground.key.clone(), ground.version));
            }
            let changed = plan.updates.iter().map(|(table, _)| *table);
            questions.changed.extend(changed);
            for free in plan.free.iter().chain(&plan.absent) {
                let keys = questions
                    .keys
                    .entry((free.table, free.columns))
                    .or_default();
                keys.insert(free.key.clone());
            }
            if let Some(end) = &plan.job_end {
                questions.jobs.insert(job_of(end));
            }
        }
        questions
    }
}

/// Keys that must not be there when a batch is written, and that no unique key keeps free.
#[derive(Debug, Default)]
pub struct Absent {
    pub keys: BTreeMap<Place, BTreeSet<Key>>,
    /// Whether a unit of the batch writes one of them, behind those that need it absent.
    pub taken_here: bool,
}

impl Absent {
    /// Of all plans together.
    pub fn of(plans: &[Plan]) -> Self {
        let mut absent = Self::default();
        for free in plans.iter().flat_map(|plan| &plan.absent) {
            let keys = absent.keys.entry((free.table, free.columns)).or_default();
            keys.insert(free.key.clone());
        }
        let is_absent = |place: Place, key: &Key| {
            let keys = absent.keys.get(&place);
            keys.is_some_and(|keys| keys.contains(key))
        };
        absent.taken_here = plans.iter().any(|plan| {
            let mut free = plan.free.iter();
            let mut present = plan.present.iter();
            free.any(|free| is_absent((free.table, free.columns), &free.key))
                || present.any(|(table, key)| is_absent((table.name, table.key_columns()), key))
        });
        absent
    }
}

/// Refuses a unit that is too old, from the future, or whose evidence has ended (I8), or that
/// says nothing to the auditors (I6).
///
/// # Errors
/// The answer to the unit.
pub fn check_time(unit: &Unit, now: Timestamp) -> Result<(), CommitError> {
    if unit.events.is_empty() {
        let reason = "a unit of work without an audit event";
        return Err(CommitError::Unavailable(reason.to_owned()));
    }
    let fresh = unit.now <= now.plus(AHEAD) && now.since(unit.now) < MAX_AGE;
    let lapsed = unit.lapses_at.is_some_and(|at| at <= now);
    if fresh && !lapsed {
        Ok(())
    } else {
        Err(CommitError::Lapsed)
    }
}

/// Judges units one after another against the database and the units before them.
#[derive(Debug, Default)]
pub struct Judge {
    written: HashSet<(&'static str, Key)>,
    taken: HashSet<(Place, Key)>,
    ended: HashSet<String>,
}

impl Judge {
    /// # Errors
    /// The answer to a unit that cannot be written.
    pub fn admit(&mut self, plan: &Plan, answers: &Answers) -> Result<(), CommitError> {
        for ground in &plan.grounds {
            let (table, key) = (ground.table.name, &ground.key);
            let moved = answers
                .moved
                .contains(&(table, key.clone(), ground.version));
            if moved || self.written.contains(&(table, key.clone())) {
                return Err(CommitError::Conflict);
            }
        }
        for free in plan.free.iter().chain(&plan.absent) {
            let place = ((free.table, free.columns), free.key.clone());
            if answers.taken.contains(&place) || self.taken.contains(&place) {
                return Err(free.taken.clone());
            }
        }
        if let Some(end) = &plan.job_end {
            let job = job_of(end);
            if answers.lost.contains(&job) || self.ended.contains(&job.0) {
                return Err(CommitError::Conflict);
            }
        }
        self.remember(plan)
    }

    fn remember(&mut self, plan: &Plan) -> Result<(), CommitError> {
        let mut own = HashSet::new();
        for (table, key) in &plan.written {
            if !own.insert((table.name, key.clone())) {
                let reason = format!("a unit of work writes a row of {} twice", table.name);
                return Err(CommitError::Unavailable(reason));
            }
        }
        self.written.extend(own);
        for free in &plan.free {
            self.taken
                .insert(((free.table, free.columns), free.key.clone()));
        }
        for (table, key) in &plan.present {
            let place = (table.name, table.key_columns());
            self.taken.insert((place, key.clone()));
        }
        if let Some(end) = &plan.job_end {
            self.ended.insert(job_of(end).0);
        }
        Ok(())
    }
}

fn job_of(end: &JobEnd) -> (String, [u8; 16]) {
    match end {
        JobEnd::Done { id, token } | JobEnd::Again { id, token, .. } => (id.to_string(), token.0),
    }
}
