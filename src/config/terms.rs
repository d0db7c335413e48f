//! How long things may take, as far as a CA may choose; the limits of the rules are ceilings.

use serde::Deserialize;

use super::value::Bounded;
use crate::domain::terms::{self, Choice};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// Hours in which an e-mail code may be confirmed.
    pub random_value_hours: Bounded<1, 24>,
    /// Days that control of a mailbox carries.
    pub mailbox_days: Bounded<1, 30>,
    /// Days in which a value published in the DNS may prove control of a domain.
    pub domain_value_days: Bounded<1, 30>,
    /// Days that control of a domain carries.
    pub domain_days: Bounded<1, 398>,
    /// Days that verified data of an organisation carries.
    pub organization_days: Bounded<1, 825>,
    /// Days from an order until its certificate must have been asked for.
    pub activation_days: Bounded<1, 825>,
    /// Days that an applicant has to answer a question.
    pub applicant_days: Bounded<1, 90>,
    /// Days between two rounds of registers about verified data.
    pub recheck_days: Bounded<1, 365>,
}

impl Default for Terms {
    fn default() -> Self {
        let choice = Choice::default();
        Self {
            random_value_hours: Bounded::of(choice.random_value_hours.into()),
            mailbox_days: Bounded::of(choice.mailbox_days.into()),
            domain_value_days: Bounded::of(choice.domain_value_days.into()),
            domain_days: Bounded::of(choice.domain_days.into()),
            organization_days: Bounded::of(choice.organization_days.into()),
            activation_days: Bounded::of(choice.window_days.into()),
            applicant_days: Bounded::of(choice.applicant_days.into()),
            recheck_days: Bounded::of(choice.recheck_days.into()),
        }
    }
}

impl Terms {
    #[must_use]
    pub fn chosen(&self) -> terms::Terms {
        terms::Terms::of(Choice {
            random_value_hours: self.random_value_hours.to_u32(),
            mailbox_days: self.mailbox_days.to_u32(),
            domain_value_days: self.domain_value_days.to_u32(),
            domain_days: self.domain_days.to_u32(),
            organization_days: self.organization_days.to_u32(),
            window_days: self.activation_days.to_u32(),
            applicant_days: self.applicant_days.to_u32(),
            recheck_days: self.recheck_days.to_u32(),
        })
    }
}
