//! Who is being served: an endpoint that says nothing holds a place for seconds, and whoever has many
//! of them shall not keep others waiting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::owner::Owner;

/// Endpoints of one owner that are served side by side.
const OF_OWNER: usize = 4;
/// Endpoints of one frontend, over all its customers: half of all places.
const OF_FRONTEND: usize = 16;

/// Owners of the endpoints that have their turn now, once for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<Mutex<Vec<Owner>>>);

/// A place that is held until this is dropped.
pub(super) struct Turn {
    turns: Turns,
    owner: Owner,
}

impl Turns {
    /// `None` while the owner, or its frontend, has all that it may have.
    pub fn begin(&self, owner: &Owner) -> Option<Turn> {
        let mut served = self.served();
        let of_owner = served.iter().filter(|other| *other == owner).count();
        let of_frontend = served.iter().filter(|other| other.ra == owner.ra).count();
        if of_owner >= OF_OWNER || of_frontend >= OF_FRONTEND {
            return None;
        }
        served.push(owner.clone());
        Some(Turn {
            turns: self.clone(),
            owner: owner.clone(),
        })
    }

    fn served(&self) -> MutexGuard<'_, Vec<Owner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut served = self.turns.served();
        if let Some(at) = served.iter().position(|owner| *owner == self.owner) {
            served.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{owner::IdentityName, text::Text};

    fn owner(ra: &str, customer: &str) -> Owner {
        Owner {
            ra: IdentityName::parse(ra).unwrap(),
            customer: Some(Text::parse(customer).unwrap()),
        }
    }

    #[test]
    fn an_owner_and_a_frontend_have_so_many_places_and_others_theirs() {
        let turns = Turns::default();
        let begin = |ra: &str, customer: &str| turns.begin(&owner(ra, customer));
        let mut held: Vec<Turn> = (0..4).map(|_| begin("panel", "a").unwrap()).collect();
        assert!(begin("panel", "a").is_none());
        for customer in ["b", "c", "d"] {
            held.extend((0..4).map(|_| begin("panel", customer).unwrap()));
        }
        assert!(begin("panel", "e").is_none(), "the frontend has its half");
        held.push(begin("shop", "a").unwrap());
        held.remove(0);
        held.push(begin("panel", "e").unwrap());
        assert!(begin("panel", "a").is_none());
    }
}
