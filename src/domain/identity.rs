//! The registry of mTLS identities.

use std::fmt;

use super::{
    aggregate::{Changed, Loaded},
    audit::event::{Event, EventKind},
    owner::{IdentityName, Role},
    period::Period,
    refusal::Refused,
    text::Text,
    timestamp::Timestamp,
    unit::{Aggregate, Rest, Unit},
};

/// How a client certificate is recognised. Exactly one registry entry may match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// SHA-256 of the certificate's SubjectPublicKeyInfo.
    Spki([u8; 32]),
    /// A URI in the subjectAltName.
    Uri(Text<255>),
}

impl fmt::Display for Credential {
    /// `spki:<hex>` or the URI.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spki(sha256) => write!(f, "spki:{}", hex::encode(sha256)),
            Self::Uri(uri) => f.write_str(uri.as_str()),
        }
    }
}

/// A registry entry as stored. Key: name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub name: IdentityName,
    pub role: Role,
    pub credential: Credential,
    /// DER SPKI of a person's key, with which proposals and decisions are verified.
    pub spki: Option<Vec<u8>>,
    /// End of the person's qualification (S/MIME BR 5.3.3); `None` for frontends.
    pub qualified_until: Option<Timestamp>,
    /// When the role may be used.
    pub granted: Period,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What an operator registers.
#[derive(Clone, Debug)]
pub struct NewIdentity {
    pub name: IdentityName,
    pub role: Role,
    pub credential: Credential,
    /// DER SPKI of a person's key; `None` for frontends.
    pub spki: Option<Vec<u8>>,
    /// Later than now for a person; `None` for frontends.
    pub qualified_until: Option<Timestamp>,
    /// When the role may be used; its end is still to come.
    pub granted: Period,
}

impl Identity {
    /// Registers an identity.
    ///
    /// # Errors
    /// 422 when a person lacks key or qualification, or a frontend has a qualification.
    pub fn register(new: NewIdentity, now: Timestamp) -> Result<Changed<Self>, Refused> {
        match (new.role.is_person(), &new.spki, new.qualified_until) {
            (true, None, _) => return Err(Refused::unacceptable("certificate-required")),
            (true, _, None) => return Err(Refused::unacceptable("qualification-required")),
            (true, _, Some(until)) if until <= now => {
                return Err(Refused::unacceptable("qualification-ended"));
            }
            (false, _, Some(_)) => {
                return Err(Refused::unacceptable("qualification-not-allowed"));
            }
            _ => {}
        }
        if new.granted.until().is_some_and(|until| until <= now) {
            return Err(Refused::unacceptable("grant-ended"));
        }
        let event = Event::new(EventKind::RoleGranted, "identity", &new.name)
            .with("role", new.role.name())
            .with("credential", new.credential.to_string());
        let dates = [
            ("qualified_until", new.qualified_until),
            ("granted_from", new.granted.from()),
            ("granted_until", new.granted.until()),
        ];
        let event = dates.into_iter().fold(event, |event, (name, at)| match at {
            Some(at) => event.with(name, at.to_string()),
            None => event,
        });
        let identity = Self {
            name: new.name,
            role: new.role,
            credential: new.credential,
            spki: new.spki.filter(|_| new.role.is_person()),
            qualified_until: new.qualified_until,
            granted: new.granted,
            disabled_at: None,
            created_at: now,
            updated_at: now,
        };
        Ok(Changed::created(identity, event))
    }

    /// Takes the identity's role away for good; another one is registered instead.
    ///
    /// # Errors
    /// 409 when it is disabled already.
    pub fn disable(identity: Loaded<Self>, now: Timestamp) -> Result<Changed<Self>, Refused> {
        if identity.disabled_at.is_some() {
            return Err(Refused::state("identity-disabled"));
        }
        let event = Event::new(EventKind::RoleRevoked, "identity", &identity.name)
            .with("role", identity.role.name());
        Ok(identity.change(event, |identity| {
            identity.disabled_at = Some(now);
            identity.updated_at = now;
        }))
    }

    /// Whether the identity may act at `now`.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none()
            && self.granted.holds(now)
            && self.qualified_until.is_none_or(|until| now < until)
    }
}

/// The right by which a request acts: the registry entry as it was read, and when its period ends.
#[derive(Clone, Debug)]
pub struct Grant {
    entry: Rest,
    ends: Option<Timestamp>,
}

impl Grant {
    #[must_use]
    pub fn of(identity: &Loaded<Identity>) -> Self {
        let ends = [identity.granted.until(), identity.qualified_until];
        Self {
            entry: Rest {
                aggregate: Aggregate::Identity,
                id: identity.name.to_string(),
                version: identity.version(),
            },
            ends: ends.into_iter().flatten().min(),
        }
    }
}

impl Unit {
    /// A unit that changes nothing once its caller is disabled or the caller's period has ended.
    #[must_use]
    pub fn granted(self, grant: Grant) -> Self {
        let unit = self.rest(grant.entry);
        match grant.ends {
            Some(at) => unit.lapses_at(at),
            None => unit,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::owner::Caller;

    fn new(role: Role, spki: bool, until: Option<u64>) -> NewIdentity {
        NewIdentity {
            name: IdentityName::parse("a").unwrap(),
            role,
            credential: Credential::Spki([1; 32]),
            spki: spki.then(|| vec![1]),
            qualified_until: until.map(|day| NOW.plus(Duration::from_secs(day * 86_400))),
            granted: Period::default(),
        }
    }

    const NOW: Timestamp = Timestamp::EPOCH;

    #[test]
    fn people_need_key_and_qualification_and_frontends_have_none() {
        let code = |new| Identity::register(new, NOW).unwrap_err().code;
        let officer = Role::ValidationOfficer;
        assert_eq!(code(new(officer, false, Some(1))), "certificate-required");
        assert_eq!(code(new(officer, true, None)), "qualification-required");
        assert_eq!(code(new(officer, true, Some(0))), "qualification-ended");
        let partner = Role::RaPartner;
        assert_eq!(
            code(new(partner, true, Some(1))),
            "qualification-not-allowed"
        );
        let made = Identity::register(new(partner, true, None), NOW).unwrap();
        assert_eq!(made.spki, None);
    }

    #[test]
    fn a_qualification_ends_at_its_instant() {
        let made = Identity::register(new(Role::Operator, true, Some(2)), NOW).unwrap();
        let day = |count: u64| NOW.plus(Duration::from_secs(count * 86_400));
        assert!(made.is_active(day(1)) && !made.is_active(day(2)));
    }

    #[test]
    fn a_grant_holds_for_its_time_only() {
        let day = |count: u64| Some(NOW.plus(Duration::from_secs(count * 86_400)));
        let granted = |from, until| NewIdentity {
            granted: Period::new(from, until).unwrap(),
            ..new(Role::RaPartner, false, None)
        };
        let made = Identity::register(granted(day(2), day(4)), NOW).unwrap();
        let active = [1, 2, 3, 4].map(|count| made.is_active(day(count).unwrap()));
        assert_eq!(active, [false, true, true, false]);
        let ended = Identity::register(granted(None, Some(NOW)), NOW).unwrap_err();
        assert_eq!(ended.code, "grant-ended");
    }

    #[test]
    fn a_unit_falls_at_the_earlier_end_of_its_callers_grant_and_qualification() {
        let day = |count: u64| NOW.plus(Duration::from_secs(count * 86_400));
        let lapse = |until: Option<u64>, granted: Option<u64>| {
            let person = NewIdentity {
                granted: Period::new(None, granted.map(day)).unwrap(),
                ..new(Role::Operator, true, until)
            };
            let made = Identity::register(person, NOW).unwrap();
            let grant = Grant::of(&Loaded::restore((*made).clone(), made.will_be()));
            let event = Event::new(EventKind::RoleGranted, "identity", "b");
            let unit = Unit::new(Caller::system("test"), NOW, event).granted(grant);
            assert_eq!(unit.rests_on.len(), 1);
            unit.lapses_at
        };
        assert_eq!(lapse(Some(3), Some(2)), Some(day(2)));
        assert_eq!(lapse(Some(1), Some(2)), Some(day(1)));
        assert_eq!(lapse(Some(1), None), Some(day(1)));
    }

    #[test]
    fn who_is_disabled_stays_disabled() {
        let made = Identity::register(new(Role::RaCustomer, false, None), NOW).unwrap();
        let loaded = Loaded::restore((*made).clone(), made.will_be());
        let disabled = Identity::disable(loaded, NOW).unwrap();
        assert!(!disabled.is_active(NOW));
        let again = Loaded::restore((*disabled).clone(), disabled.will_be());
        assert!(Identity::disable(again, NOW).is_err());
    }
}
