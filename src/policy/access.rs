//! Who may do what: one table, and the scope types that only it can make.
//!
//! A service's first argument is the scope it is for, so a frontend at an officer's call does
//! not compile. Reads of owned objects demand a [`ReadScope`], which becomes part of the SQL:
//! what is not yours is not there.

use crate::domain::{
    aggregate::Loaded,
    identity::{Grant, Identity},
    owner::{Actor, Caller, CustomerRef, IdentityName, Owner, Role},
    timestamp::Timestamp,
};

/// A group of calls with the same permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Orders, data, documents, mailbox, activation, certificates of one's own customers.
    UseOrders,
    /// The same objects, reading.
    ReadOrders,
    /// Queue, claim, checks, evidence, requests for information, proposal.
    WorkCases,
    /// The second person's word.
    DecideCases,
    /// The case as it stands, without changing it.
    ReadCases,
    /// The registry of identities.
    ManageIdentities,
    ReadIdentities,
    ReadMail,
    /// Mails: test, retry.
    ManageMail,
    /// Background work: look.
    ReadJobs,
    /// Background work: have tried again what failed.
    ManageJobs,
    /// State of tokens and keys.
    ReadTokens,
    /// What a certificate's issuance rested on.
    ReadEvidence,
    /// Every certificate under today's rules.
    LintStock,
    /// Subscribers' keys: look at one, read the block list.
    ReadKeys,
    /// Put a key on the block list.
    ManageKeys,
    ReadAudit,
    /// Reports of problems with certificates.
    ReadReports,
    /// A certificate, for ever.
    Revoke,
    /// Products, registration types, OpenAPI.
    ReadCatalogue,
}

/// The table. Deny by default.
#[must_use]
pub fn is_allowed(role: Role, action: Action) -> bool {
    use Action as A;
    match role {
        Role::RaCustomer | Role::RaPartner => {
            matches!(
                action,
                A::UseOrders | A::ReadOrders | A::Revoke | A::ReadCatalogue
            )
        }
        Role::ValidationSpecialist => {
            matches!(
                action,
                A::WorkCases | A::ReadCases | A::ReadReports | A::Revoke | A::ReadCatalogue
            )
        }
        Role::ValidationOfficer => {
            matches!(
                action,
                A::WorkCases
                    | A::DecideCases
                    | A::ReadCases
                    | A::ReadEvidence
                    | A::ReadReports
                    | A::Revoke
                    | A::ReadCatalogue
            )
        }
        Role::SecurityOfficer => matches!(
            action,
            A::ReadTokens
                | A::ReadKeys
                | A::ManageKeys
                | A::ReadReports
                | A::Revoke
                | A::ReadCatalogue
        ),
        Role::Operator => {
            matches!(
                action,
                A::ManageIdentities
                    | A::ReadIdentities
                    | A::ReadMail
                    | A::ManageMail
                    | A::ReadJobs
                    | A::ManageJobs
                    | A::LintStock
                    | A::ReadCatalogue
            )
        }
        Role::Auditor => matches!(
            action,
            A::ReadOrders
                | A::ReadCases
                | A::ReadEvidence
                | A::ReadIdentities
                | A::ReadMail
                | A::ReadJobs
                | A::ReadTokens
                | A::LintStock
                | A::ReadKeys
                | A::ReadReports
                | A::ReadAudit
                | A::ReadCatalogue
        ),
    }
}

mod revoking;

pub use revoking::RevocationScope;

/// Why a call is refused (contract, HTTP: 400 and 403).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("the role may not do this")]
    Role,
    #[error("a partner frontend must say for which customer it acts")]
    ActingForMissing,
    #[error("the identity is disabled or its qualification has ended")]
    Inactive,
}

/// A registry entry that a TLS client has proven, as judged for one request.
#[derive(Clone, Debug)]
pub struct Authenticated {
    identity: Loaded<Identity>,
    credential: [u8; 32],
    peer: String,
    request_id: String,
}

impl Authenticated {
    /// Refuses an identity that may not act at `now`.
    ///
    /// # Errors
    /// [`Denied::Inactive`].
    pub fn new(
        identity: Loaded<Identity>,
        credential: [u8; 32],
        peer: String,
        request_id: String,
        now: Timestamp,
    ) -> Result<Self, Denied> {
        if identity.is_active(now) {
            Ok(Self {
                identity,
                credential,
                peer,
                request_id,
            })
        } else {
            Err(Denied::Inactive)
        }
    }

    #[must_use]
    pub fn name(&self) -> &IdentityName {
        &self.identity.name
    }

    #[must_use]
    pub fn role(&self) -> Role {
        self.identity.role
    }

    /// The caller as the audit log names it.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller {
            actor: Actor::Identity {
                name: self.identity.name.clone(),
                role: self.identity.role,
                credential: self.credential,
                peer: self.peer.clone(),
            },
            request_id: self.request_id.clone(),
        }
    }

    fn grant(&self) -> Grant {
        Grant::of(&self.identity)
    }
}

/// A frontend acting for one customer, or for all of its own when it names none.
#[derive(Clone, Debug)]
pub struct TenantScope {
    ra: IdentityName,
    customer: Option<CustomerRef>,
    caller: Caller,
    grant: Grant,
}

impl TenantScope {
    /// # Errors
    /// When the role may not, or a partner names no customer.
    pub fn authorize(
        who: &Authenticated,
        action: Action,
        customer: Option<CustomerRef>,
    ) -> Result<Self, Denied> {
        require(who, action)?;
        if who.role() == Role::RaPartner && customer.is_none() {
            return Err(Denied::ActingForMissing);
        }
        Ok(Self {
            ra: who.name().clone(),
            customer,
            caller: who.caller(),
            grant: who.grant(),
        })
    }

    #[must_use]
    pub fn ra(&self) -> &IdentityName {
        &self.ra
    }

    #[must_use]
    pub fn customer(&self) -> Option<&CustomerRef> {
        self.customer.as_ref()
    }

    #[must_use]
    pub fn caller(&self) -> Caller {
        self.caller.clone()
    }

    #[must_use]
    pub fn grant(&self) -> Grant {
        self.grant.clone()
    }

    /// The owner of something new made in this scope.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            ra: self.ra.clone(),
            customer: self.customer.clone(),
        }
    }

    #[must_use]
    pub fn read(&self) -> ReadScope {
        ReadScope {
            ra: Some(self.ra.clone()),
            customer: self.customer.clone(),
        }
    }

    /// The frontend's objects of every customer: to find a data set that waits for its first
    /// customer. Who reads by it compares the owner before anything is answered.
    #[must_use]
    pub fn read_frontend(&self) -> ReadScope {
        ReadScope {
            ra: Some(self.ra.clone()),
            customer: None,
        }
    }
}

/// A validation specialist or officer.
#[derive(Clone, Debug)]
pub struct OfficerScope {
    person: IdentityName,
    role: Role,
    credential: [u8; 32],
    spki: Option<Vec<u8>>,
    caller: Caller,
    grant: Grant,
}

impl OfficerScope {
    /// # Errors
    /// When the role may not.
    pub fn authorize(who: &Authenticated, action: Action) -> Result<Self, Denied> {
        require(who, action)?;
        Ok(Self {
            person: who.name().clone(),
            role: who.role(),
            credential: who.credential,
            spki: who.identity.spki.clone(),
            caller: who.caller(),
            grant: who.grant(),
        })
    }

    #[must_use]
    pub fn person(&self) -> &IdentityName {
        &self.person
    }

    /// Whose Idempotency-Keys these are: a person's own.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            ra: self.person.clone(),
            customer: None,
        }
    }

    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    #[must_use]
    pub const fn credential(&self) -> [u8; 32] {
        self.credential
    }

    /// DER SPKI of the person's registered key.
    #[must_use]
    pub fn spki(&self) -> Option<&[u8]> {
        self.spki.as_deref()
    }

    #[must_use]
    pub fn caller(&self) -> Caller {
        self.caller.clone()
    }

    #[must_use]
    pub fn grant(&self) -> Grant {
        self.grant.clone()
    }

    /// People who work cases read the objects of every owner.
    #[must_use]
    pub fn read(&self) -> ReadScope {
        ReadScope {
            ra: None,
            customer: None,
        }
    }
}

/// An operator, security officer or auditor at a call of theirs.
#[derive(Clone, Debug)]
pub struct StaffScope {
    caller: Caller,
    grant: Grant,
}

impl StaffScope {
    /// # Errors
    /// When the role may not.
    pub fn authorize(who: &Authenticated, action: Action) -> Result<Self, Denied> {
        require(who, action)?;
        Ok(Self {
            caller: who.caller(),
            grant: who.grant(),
        })
    }

    /// What everybody may read. A partner names its customer at every call (contract, Identities),
    /// so that a forgotten header is seen at the first one.
    ///
    /// # Errors
    /// When a partner names no customer.
    pub fn catalogue(who: &Authenticated, customer: Option<&CustomerRef>) -> Result<Self, Denied> {
        if who.role() == Role::RaPartner && customer.is_none() {
            return Err(Denied::ActingForMissing);
        }
        Self::authorize(who, Action::ReadCatalogue)
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

/// The daemon's own work: jobs, CRLs, recovery.
#[derive(Clone, Copy, Debug)]
pub struct SystemScope {
    part: &'static str,
}

impl SystemScope {
    /// Reserved to the daemon and the services (`tests/architecture.rs`).
    pub(crate) const fn new(part: &'static str) -> Self {
        Self { part }
    }

    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller::system(self.part)
    }

    #[must_use]
    pub const fn read(&self) -> ReadScope {
        ReadScope {
            ra: None,
            customer: None,
        }
    }

    /// What this owner may read, and nothing else.
    #[must_use]
    pub fn read_owner(&self, owner: &Owner) -> ReadScope {
        ReadScope {
            ra: Some(owner.ra.clone()),
            customer: owner.customer.clone(),
        }
    }
}

/// Whose objects a query may see.
#[derive(Clone, Debug)]
pub struct ReadScope {
    ra: Option<IdentityName>,
    customer: Option<CustomerRef>,
}

impl ReadScope {
    /// A frontend sees its own, an auditor everything (each read is an event).
    ///
    /// # Errors
    /// When the role may not, or a partner names no customer.
    pub fn authorize(
        who: &Authenticated,
        action: Action,
        customer: Option<CustomerRef>,
    ) -> Result<Self, Denied> {
        if who.role().is_person() {
            require(who, action)?;
            return Ok(Self { ra: None, customer });
        }
        TenantScope::authorize(who, action, customer).map(|scope| scope.read())
    }

    /// `None`: of every frontend.
    #[must_use]
    pub fn ra(&self) -> Option<&IdentityName> {
        self.ra.as_ref()
    }

    /// `None`: of every customer of the frontend.
    #[must_use]
    pub fn customer(&self) -> Option<&CustomerRef> {
        self.customer.as_ref()
    }
}

fn require(who: &Authenticated, action: Action) -> Result<(), Denied> {
    if is_allowed(who.role(), action) {
        Ok(())
    } else {
        Err(Denied::Role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frontends_never_reach_officers_calls_and_officers_never_order() {
        for role in [Role::RaCustomer, Role::RaPartner] {
            for action in [
                Action::WorkCases,
                Action::DecideCases,
                Action::ManageIdentities,
            ] {
                assert!(!is_allowed(role, action));
            }
        }
        for role in Role::ALL.into_iter().filter(|role| role.is_person()) {
            assert!(!is_allowed(role, Action::UseOrders));
        }
        assert!(!is_allowed(Role::ValidationSpecialist, Action::DecideCases));
    }

    #[test]
    fn an_auditor_reads_everything_and_changes_nothing() {
        use Action as A;
        for action in [
            A::ReadOrders,
            A::ReadCases,
            A::ReadEvidence,
            A::ReadIdentities,
            A::ReadMail,
            A::ReadJobs,
            A::ReadTokens,
            A::LintStock,
            A::ReadKeys,
            A::ReadReports,
            A::ReadAudit,
            A::ReadCatalogue,
        ] {
            assert!(is_allowed(Role::Auditor, action));
        }
        for action in [
            A::UseOrders,
            A::WorkCases,
            A::DecideCases,
            A::ManageIdentities,
            A::ManageMail,
            A::ManageJobs,
            A::ManageKeys,
            A::Revoke,
        ] {
            assert!(!is_allowed(Role::Auditor, action));
        }
    }
}
