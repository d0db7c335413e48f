//! The words by which lists are filtered: what somebody did, as it is stored, and what follows
//! from facts and clock, which is never stored.

use super::{DataStatus, OrderFacts, StatusCode, data_status, status_code};
use crate::domain::{
    order::OrderState,
    subject_data::{SubjectData, SubjectDataState},
    timestamp::Timestamp,
};

/// A word for orders: a `state`, a `status_code`, or `ready`. A word that is both is the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderWord {
    Stored(OrderState),
    Derived(StatusCode),
}

impl OrderWord {
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "ready" {
            return Some(Self::Derived(StatusCode::ReadyForActivation));
        }
        let mut statuses = StatusCode::ALL.iter().copied();
        OrderState::from_name(name).map(Self::Stored).or_else(|| {
            let status = statuses.find(|status| status.name() == name);
            status.map(Self::Derived)
        })
    }

    /// The stored state of every order that the word can mean.
    #[must_use]
    pub const fn state(self) -> OrderState {
        match self {
            Self::Stored(state) => state,
            Self::Derived(status) => match status {
                StatusCode::Cancelled => OrderState::Cancelled,
                StatusCode::Rejected => OrderState::Rejected,
                StatusCode::Lapsed => OrderState::Lapsed,
                StatusCode::Revoked
                | StatusCode::RevocationInProgress
                | StatusCode::Expired
                | StatusCode::Expiring
                | StatusCode::Issued => OrderState::Issued,
                StatusCode::SubmittedForIssuance => OrderState::Submitted,
                StatusCode::ReadyForActivation
                | StatusCode::AdditionalInformationNeeded
                | StatusCode::WaitingForEmailConfirmation
                | StatusCode::UnderVerification
                | StatusCode::WaitingForActivation => OrderState::Open,
            },
        }
    }

    #[must_use]
    pub fn means(self, facts: OrderFacts<'_>, now: Timestamp) -> bool {
        match self {
            Self::Stored(state) => facts.order.state == state,
            Self::Derived(status) => status_code(facts, now) == status,
        }
    }

    /// Whether the stored state says it all.
    #[must_use]
    pub const fn is_stored(self) -> bool {
        matches!(self, Self::Stored(_))
    }
}

/// A word for data sets: a `state`, a `status_code`, or `submitted`. A word that is both is the
/// state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataWord {
    Stored(SubjectDataState),
    Derived(DataStatus),
}

impl DataWord {
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let state = match name {
            // A submitted set is under verification at once.
            "submitted" => Some(SubjectDataState::UnderVerification),
            "additional_information_needed" => Some(SubjectDataState::WaitingForApplicant),
            "waiting_for_data" => Some(SubjectDataState::Draft),
            _ => SubjectDataState::from_name(name),
        };
        let expired = (name == DataStatus::Expired.name()).then_some(DataStatus::Expired);
        state.map(Self::Stored).or(expired.map(Self::Derived))
    }

    /// The stored state of every set that the word can mean.
    #[must_use]
    pub const fn state(self) -> SubjectDataState {
        match self {
            Self::Stored(state) => state,
            // What expires was verified.
            Self::Derived(_) => SubjectDataState::Verified,
        }
    }

    #[must_use]
    pub fn means(self, data: &SubjectData, now: Timestamp) -> bool {
        match self {
            Self::Stored(state) => data.state == state,
            Self::Derived(status) => data_status(Some(data), now) == status,
        }
    }

    /// Whether the stored state says it all.
    #[must_use]
    pub const fn is_stored(self) -> bool {
        matches!(self, Self::Stored(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_an_answer_can_show_is_a_filter() {
        let states = OrderState::ALL.map(OrderState::name);
        let statuses = StatusCode::ALL.iter().map(|status| status.name());
        for name in states.into_iter().chain(statuses).chain(["ready"]) {
            assert!(OrderWord::from_name(name).is_some(), "{name}");
        }
        let states = SubjectDataState::ALL.map(SubjectDataState::name);
        let statuses = DataStatus::ALL.iter().map(|status| status.name());
        for name in states.into_iter().chain(statuses).chain(["submitted"]) {
            assert!(DataWord::from_name(name).is_some(), "{name}");
        }
        assert_eq!(OrderWord::from_name("draft"), None);
        assert_eq!(DataWord::from_name("open"), None);
    }

    #[test]
    fn a_word_of_both_kinds_is_the_state() {
        let issued = OrderWord::from_name("issued");
        assert_eq!(issued, Some(OrderWord::Stored(OrderState::Issued)));
        let ready = OrderWord::from_name("ready").unwrap();
        assert_eq!(ready.state(), OrderState::Open);
        assert!(!ready.is_stored());
    }
}
