//! Whoever may have a certificate revoked: its owner's frontend, or the CA's people. Revoking is
//! the safe side, so one person is enough (flows 3.7).

use super::{Action, Authenticated, Denied, ReadScope, TenantScope, require};
use crate::{
    domain::{
        identity::Grant,
        owner::{Caller, CustomerRef, IdentityName, Owner},
    },
    policy::revocation::Requester,
};

/// See the module documentation.
#[derive(Clone, Debug)]
pub struct RevocationScope {
    name: IdentityName,
    requester: Requester,
    read: ReadScope,
    /// Under whom an Idempotency-Key stands.
    claimant: Owner,
    caller: Caller,
    grant: Grant,
}

impl RevocationScope {
    /// # Errors
    /// When the role may not, or a partner names no customer.
    pub fn authorize(who: &Authenticated, customer: Option<CustomerRef>) -> Result<Self, Denied> {
        let (requester, read, claimant) = if who.role().is_person() {
            require(who, Action::Revoke)?;
            let nobody = Owner {
                ra: who.name().clone(),
                customer: None,
            };
            let all = ReadScope {
                ra: None,
                customer: None,
            };
            (Requester::Staff, all, nobody)
        } else {
            let scope = TenantScope::authorize(who, Action::Revoke, customer)?;
            (Requester::Owner, scope.read(), scope.owner())
        };
        Ok(Self {
            name: who.name().clone(),
            requester,
            read,
            claimant,
            caller: who.caller(),
            grant: who.grant(),
        })
    }

    #[must_use]
    pub const fn name(&self) -> &IdentityName {
        &self.name
    }

    #[must_use]
    pub const fn requester(&self) -> Requester {
        self.requester
    }

    /// The certificates that can be named.
    #[must_use]
    pub const fn read(&self) -> &ReadScope {
        &self.read
    }

    #[must_use]
    pub const fn claimant(&self) -> &Owner {
        &self.claimant
    }

    #[must_use]
    pub fn caller(&self) -> Caller {
        self.caller.clone()
    }

    #[must_use]
    pub fn grant(&self) -> Grant {
        self.grant.clone()
    }
}
