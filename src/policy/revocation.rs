//! Which revocations may be asked for: reasons by role (contract, Certificates) and the date of a
//! compromise. That a certificate is the asker's to revoke is `access`'s; when it is published,
//! the CRLs'.

use std::time::Duration;

use crate::{
    domain::{
        certificate::Certificate,
        refusal::{Fault, Refused},
        timestamp::Timestamp,
    },
    pkix::tbs_cert_list::CrlReason,
    policy::status::words::Words,
};

/// In whose name a revocation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requester {
    /// The owner, through a frontend.
    Owner,
    /// The CA's own people.
    Staff,
}

/// What the body says.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// A name of RFC 5280 5.3.1; `None` is unspecified, which no CRL encodes.
    pub reason: Option<&'a str>,
    pub compromised_at: Option<Timestamp>,
}

/// The reason, if this requester may give it and the date fits it.
///
/// # Errors
/// 422 `reason-not-allowed`, `compromise-date-not-allowed`, `compromise-date-invalid`; 422
/// `validation-failed` for two of them.
pub fn judge(
    requester: Requester,
    wish: Wish<'_>,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<CrlReason, Refused> {
    let reason = reason(requester, wish.reason);
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, code| {
        faults.push(Fault {
            pointer: pointer.to_owned(),
            code,
        });
    };
    if reason.is_none() {
        fault("/reason", "reason-not-allowed");
    }
    match wish.compromised_at {
        Some(_) if reason.is_some_and(|reason| reason != CrlReason::KeyCompromise) => {
            fault("/compromise_date", "compromise-date-not-allowed");
        }
        Some(at) if at < certificate.not_before || at > now => {
            fault("/compromise_date", "compromise-date-invalid");
        }
        Some(_) | None => {}
    }
    match (faults.as_slice(), reason) {
        ([], Some(reason)) => Ok(reason),
        ([only], _) => Err(Refused {
            faults: faults.clone(),
            ..Refused::unacceptable(only.code)
        }),
        _ => Err(Refused {
            faults,
            ..Refused::unacceptable("validation-failed")
        }),
    }
}

/// Not offered: certificateHold (nothing comes back from a CRL) and cACompromise (no reason of a
/// leaf). That a privilege is withdrawn is for the CA to say.
fn reason(requester: Requester, name: Option<&str>) -> Option<CrlReason> {
    use CrlReason as R;
    let reason = match name {
        None => return Some(R::Unspecified),
        Some(name) => R::from_name(name)?,
    };
    let allowed = match reason {
        R::KeyCompromise | R::AffiliationChanged | R::Superseded | R::CessationOfOperation => true,
        R::PrivilegeWithdrawn => requester == Requester::Staff,
        R::Unspecified | R::CaCompromise => false,
    };
    allowed.then_some(reason)
}

/// What rests on a mailbox that must not be relied on is revoked within so much time (S/MIME BR
/// 4.9.1.1, the 24-hour list).
pub const ON_MAILBOX_WITHIN: Duration = Duration::from_secs(24 * 3600);

/// What rests on data that must not be relied on is revoked within so much time of the doubt (S/MIME
/// BR 4.9.1.1, the five-day list: a material change, inaccurate information; 4.9.5 for its start).
pub const ON_DATA_WITHIN: Duration = Duration::from_secs(5 * 24 * 3600);

/// How much of its time a revocation has used before a CRL lists it, or before it is asked for
/// (S/MIME BR 4.9.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Half of the time is over.
    Half,
    /// Four fifths are over.
    Most,
    /// The time is over.
    Late,
}

impl Urgency {
    pub const ALL: [Self; 3] = [Self::Half, Self::Most, Self::Late];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Half => "half",
            Self::Most => "most",
            Self::Late => "late",
        }
    }
}

/// How urgent it is to list what was asked for at `since` by `until`; `None` in the first half.
#[must_use]
pub fn urgency(since: Timestamp, until: Timestamp, now: Timestamp) -> Option<Urgency> {
    let (whole, used) = (until.since(since), now.since(since));
    if used >= whole {
        Some(Urgency::Late)
    } else if used.saturating_mul(5) >= whole.saturating_mul(4) {
        Some(Urgency::Most)
    } else if used.saturating_mul(2) >= whole {
        Some(Urgency::Half)
    } else {
        None
    }
}

/// How many have used at least so much of their time; who is late has used most of it too.
#[must_use]
pub fn tally(found: impl IntoIterator<Item = Option<Urgency>>) -> [(Urgency, u32); 3] {
    let mut counts = Urgency::ALL.map(|stage| (stage, 0_u32));
    for one in found.into_iter().flatten() {
        for (stage, count) in &mut counts {
            if one >= *stage {
                *count = count.saturating_add(1);
            }
        }
    }
    counts
}

/// The reason as a customer reads it.
#[must_use]
pub const fn words(reason: CrlReason) -> Words {
    let (en, pl) = match reason {
        CrlReason::Unspecified => ("No reason was given.", "Nie podano powodu."),
        CrlReason::KeyCompromise | CrlReason::CaCompromise => (
            "The private key is in wrong hands.",
            "Klucz prywatny znalazł się w niepowołanych rękach.",
        ),
        CrlReason::AffiliationChanged => (
            "The subject's data or affiliation have changed.",
            "Zmieniły się dane lub afiliacja podmiotu.",
        ),
        CrlReason::Superseded => (
            "The certificate is superseded by another.",
            "Certyfikat został zastąpiony innym.",
        ),
        CrlReason::CessationOfOperation => (
            "The certificate is no longer needed.",
            "Certyfikat nie jest już potrzebny.",
        ),
        CrlReason::PrivilegeWithdrawn => (
            "The certification authority has withdrawn the certificate.",
            "Urząd certyfikacji wycofał certyfikat.",
        ),
    };
    Words { en, pl }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_grows_urgent() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        let urgency = |now| urgency(at(0), at(100), at(now));
        let found: Vec<_> = [0, 49, 50, 79, 80, 99, 100, 999].map(urgency).into();
        let (half, most) = (Some(Urgency::Half), Some(Urgency::Most));
        let late = Some(Urgency::Late);
        assert_eq!(found, [None, None, half, half, most, most, late, late]);
    }

    #[test]
    fn who_is_late_counts_at_each_stage() {
        let found = [None, Some(Urgency::Half), Some(Urgency::Late)];
        let counts = tally(found).map(|(stage, count)| (stage.name(), count));
        assert_eq!(counts, [("half", 2), ("most", 1), ("late", 1)]);
    }

    #[test]
    fn reasons_follow_the_role() {
        let allowed = |requester| -> Vec<&str> {
            let names = CrlReason::ALL.map(CrlReason::name);
            let given = names.into_iter();
            given
                .filter(|name| reason(requester, Some(name)).is_some())
                .collect()
        };
        let own = [
            "keyCompromise",
            "affiliationChanged",
            "superseded",
            "cessationOfOperation",
        ];
        assert_eq!(allowed(Requester::Owner), own);
        let staff: Vec<&str> = own.into_iter().chain(["privilegeWithdrawn"]).collect();
        assert_eq!(allowed(Requester::Staff), staff);
        for name in ["certificateHold", "removeFromCRL", "aACompromise", "", "1"] {
            assert_eq!(reason(Requester::Staff, Some(name)), None, "{name}");
        }
        assert_eq!(reason(Requester::Owner, None), Some(CrlReason::Unspecified));
    }
}
