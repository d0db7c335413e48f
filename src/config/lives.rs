//! What happens to certificates after their issue, as far as a CA may choose.

use std::time::Duration;

use serde::Deserialize;

use super::value::Bounded;
use crate::domain::timestamp::days;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lives {
    /// Days that a certificate stays valid beside the one that has taken its place.
    pub reissue_overlap_days: Bounded<1, 14>,
}

impl Default for Lives {
    fn default() -> Self {
        Self {
            reissue_overlap_days: Bounded::of(14),
        }
    }
}

impl Lives {
    #[must_use]
    pub fn overlap(&self) -> Duration {
        days(self.reissue_overlap_days.to_u32())
    }
}
