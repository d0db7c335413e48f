//! Who is being served: each place costs something for as long as it is held, and whoever has many
//! of them shall not keep others waiting.
//!
//! Knows nothing of what is served, nor of how many places there are in all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    domain::owner::{CustomerRef, IdentityName, Owner},
    policy::access::ReadScope,
};

/// Places that one party may hold side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    pub of_owner: usize,
    /// Over all customers of a frontend.
    pub of_frontend: usize,
}

/// Who holds a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Party {
    /// `None`: the people of the CA, who read over all frontends and share as one.
    ra: Option<IdentityName>,
    customer: Option<CustomerRef>,
}

impl From<&Owner> for Party {
    fn from(owner: &Owner) -> Self {
        Self {
            ra: Some(owner.ra.clone()),
            customer: owner.customer.clone(),
        }
    }
}

impl From<&ReadScope> for Party {
    fn from(scope: &ReadScope) -> Self {
        Self {
            ra: scope.ra().cloned(),
            customer: scope.customer().cloned(),
        }
    }
}

/// Those that have their turn now, once for each place.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    share: Share,
    served: Arc<Mutex<Vec<Party>>>,
}

/// A place that is held until this is dropped.
pub(super) struct Turn {
    turns: Turns,
    party: Party,
}

impl Turns {
    pub fn new(share: Share) -> Self {
        let served = Arc::default();
        Self { share, served }
    }

    /// `None` while the owner, or its frontend, has all that it may have.
    pub fn begin(&self, party: impl Into<Party>) -> Option<Turn> {
        let party = party.into();
        let mut served = self.served();
        let of_owner = served.iter().filter(|other| **other == party).count();
        let of_frontend = served.iter().filter(|other| other.ra == party.ra).count();
        if of_owner >= self.share.of_owner || of_frontend >= self.share.of_frontend {
            return None;
        }
        served.push(party.clone());
        Some(Turn {
            turns: self.clone(),
            party,
        })
    }

    fn served(&self) -> MutexGuard<'_, Vec<Party>> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut served = self.turns.served();
        if let Some(at) = served.iter().position(|party| *party == self.party) {
            served.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Text;

    fn owner(ra: &str, customer: &str) -> Owner {
        Owner {
            ra: IdentityName::parse(ra).unwrap(),
            customer: Some(Text::parse(customer).unwrap()),
        }
    }

    #[test]
    fn an_owner_and_a_frontend_have_so_many_places_and_others_theirs() {
        let turns = Turns::new(Share {
            of_owner: 4,
            of_frontend: 16,
        });
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
