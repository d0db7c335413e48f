//! One look at a domain at a time, so that a thousand who ask at once cost one. A domain that
//! answers slowly keeps nobody waiting who asks for another.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::Mutex as Turn;

use crate::domain::caa::DomainName;

/// Entries after which those that nobody holds are swept out.
const SWEPT: usize = 256;

/// The turns that somebody holds or waits for.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<DomainName, Weak<Turn<()>>>>);

impl Turns {
    /// The domain's turn, the same for all who hold it.
    pub(super) fn of(&self, domain: &DomainName) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(domain).and_then(Weak::upgrade) {
            return turn;
        }
        if turns.len() >= SWEPT {
            turns.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::default();
        turns.insert(domain.clone(), Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_one_turn_while_it_is_held_and_others_are_free() {
        let turns = Turns::default();
        let domain = |name: &str| DomainName::parse(name).unwrap();
        let first = turns.of(&domain("a.example"));
        let held = first.try_lock().unwrap();
        assert!(turns.of(&domain("a.example")).try_lock().is_err());
        assert!(turns.of(&domain("b.example")).try_lock().is_ok());
        drop(held);
        assert!(turns.of(&domain("a.example")).try_lock().is_ok());
    }

    #[test]
    fn turns_that_nobody_holds_are_forgotten() {
        let turns = Turns::default();
        let held = turns.of(&DomainName::parse("held.example").unwrap());
        for number in 0..4 * SWEPT {
            turns.of(&DomainName::parse(&format!("d{number}.example")).unwrap());
        }
        assert!(turns.0.lock().unwrap().len() <= SWEPT);
        assert!(Arc::ptr_eq(
            &held,
            &turns.of(&DomainName::parse("held.example").unwrap())
        ));
    }
}
