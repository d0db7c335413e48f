//! Which units of a batch may be written, given what the database holds.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::Duration,
};

use super::{
    plan::Plan,
    table::{Key, Table},
};
use crate::domain::{
    aggregate::Version,
    job::{JobEnd, JobToken},
    timestamp::Timestamp,
    unit::{CommitError, MAX_AGE, Unit},
};

/// How far a use case's clock may be ahead of the lane's: they read the same clock, a step back
/// between the two readings is all there can be.
const AHEAD: Duration = Duration::from_secs(1);

type Place = (&'static str, &'static [&'static str]);

/// What must be looked up before the units can be judged, in key order.
#[derive(Debug, Default)]
pub struct Questions {
    pub versions: BTreeMap<&'static Table, BTreeSet<Key>>,
    pub keys: BTreeMap<Place, BTreeSet<Key>>,
    /// Ids of jobs that units end.
    pub jobs: BTreeSet<String>,
}

/// What the database said.
#[derive(Debug, Default)]
pub struct Answers {
    pub versions: HashMap<(&'static str, Key), Version>,
    pub taken: HashSet<(Place, Key)>,
    /// Tokens of jobs that have not ended.
    pub tokens: HashMap<String, JobToken>,
}

impl Questions {
    /// The questions of all units together.
    pub fn of<'a>(plans: impl Iterator<Item = &'a Plan>) -> Self {
        let mut questions = Self::default();
        for plan in plans {
            for ground in &plan.grounds {
                let keys = questions.versions.entry(ground.table).or_default();
                keys.insert(ground.key.clone());
            }
            for free in &plan.free {
                let keys = questions
                    .keys
                    .entry((free.table, free.columns))
                    .or_default();
                keys.insert(free.key.clone());
            }
            if let Some(end) = &plan.job_end {
                questions.jobs.insert(job_of(end).0);
            }
        }
        questions
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
            let place = (ground.table.name, ground.key.clone());
            let there = answers.versions.get(&place);
            if there != Some(&ground.version) || self.written.contains(&place) {
                return Err(CommitError::Conflict);
            }
        }
        for free in &plan.free {
            let place = ((free.table, free.columns), free.key.clone());
            if answers.taken.contains(&place) || self.taken.contains(&place) {
                return Err(free.taken.clone());
            }
        }
        if let Some(end) = &plan.job_end {
            let (id, token) = job_of(end);
            if answers.tokens.get(&id) != Some(token) || self.ended.contains(&id) {
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
        if let Some(end) = &plan.job_end {
            self.ended.insert(job_of(end).0);
        }
        Ok(())
    }
}

fn job_of(end: &JobEnd) -> (String, &JobToken) {
    match end {
        JobEnd::Done { id, token } | JobEnd::Again { id, token, .. } => (id.to_string(), token),
    }
}
