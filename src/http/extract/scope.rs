//! Scopes as extractors: a handler's signature says who may call it.
//!
//! The identity is judged for each request by `frame`; here the table of `policy::access` turns
//! it into a scope, and every read of an auditor becomes an event before it is answered.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    domain::{
        audit::event::EventKind,
        owner::{CustomerRef, Role},
        refusal::Refused,
        text::Text,
    },
    http::{frame::Asked, refusal::Refusal, state::AppState},
    policy::access::{
        Action, Authenticated, Denied, OfficerScope, ReadScope, RevocationScope, StaffScope,
        TenantScope,
    },
    services::reading::{self, Read},
};

/// Header in which a frontend names its customer (contract, Identities).
pub const ACTING_FOR: &str = "acting-for";

type Customer = Option<CustomerRef>;

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident($scope:ty) = $authorize:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub $scope);

        impl FromRequestParts<AppState> for $name {
            type Rejection = Refusal;

            async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Refusal> {
                let authorize: fn(&Authenticated, Customer) -> Result<$scope, Denied> = $authorize;
                enter(parts, app, authorize).await.map(Self)
            }
        }
    )+};
}

scopes! {
    /// A frontend that changes its customers' objects, or reads them in order to.
    UseOrders(TenantScope) = |who, customer| TenantScope::authorize(who, Action::UseOrders, customer);
    /// A frontend reading its own, or an auditor reading all.
    ReadOrders(ReadScope) = |who, customer| ReadScope::authorize(who, Action::ReadOrders, customer);
    /// A specialist or officer who works a case.
    WorkCases(OfficerScope) = |who, _| OfficerScope::authorize(who, Action::WorkCases);
    /// The officer who decides.
    DecideCases(OfficerScope) = |who, _| OfficerScope::authorize(who, Action::DecideCases);
    /// Specialists, officers and auditors reading cases.
    ReadCases(ReadScope) = |who, customer| ReadScope::authorize(who, Action::ReadCases, customer);
    /// An officer or auditor reading what a certificate rests on.
    ReadEvidence(ReadScope) = |who, customer| ReadScope::authorize(who, Action::ReadEvidence, customer);
    /// An operator at the registry.
    ManageIdentities(StaffScope) = |who, _| StaffScope::authorize(who, Action::ManageIdentities);
    /// An operator or auditor reading the registry.
    ReadIdentities(StaffScope) = |who, _| StaffScope::authorize(who, Action::ReadIdentities);
    /// An operator or auditor reading the mails' ledger.
    ReadMail(StaffScope) = |who, _| StaffScope::authorize(who, Action::ReadMail);
    /// An operator at the mails.
    ManageMail(StaffScope) = |who, _| StaffScope::authorize(who, Action::ManageMail);
    /// An operator or auditor looking at background work.
    ReadJobs(StaffScope) = |who, _| StaffScope::authorize(who, Action::ReadJobs);
    /// An operator who has tried again what failed.
    ManageJobs(StaffScope) = |who, _| StaffScope::authorize(who, Action::ManageJobs);
    /// A security officer or auditor reading the state of tokens and keys.
    ReadTokens(StaffScope) = |who, _| StaffScope::authorize(who, Action::ReadTokens);
    /// An operator or auditor who puts every certificate under today's rules.
    LintStock(ReadScope) = |who, _| ReadScope::authorize(who, Action::LintStock, None);
    /// A security officer or auditor looking at subscribers' keys.
    ReadKeys(StaffScope) = |who, _| StaffScope::authorize(who, Action::ReadKeys);
    /// A security officer at the block list.
    ManageKeys(StaffScope) = |who, _| StaffScope::authorize(who, Action::ManageKeys);
    /// People who may revoke, and auditors, reading reports of problems.
    ReadReports(StaffScope) = |who, _| StaffScope::authorize(who, Action::ReadReports);
    /// An auditor at the log.
    ReadAudit(StaffScope) = |who, _| StaffScope::authorize(who, Action::ReadAudit);
    /// Whoever may have a certificate revoked.
    Revoke(RevocationScope) = RevocationScope::authorize;
    /// Those of them who are the CA's people.
    RevokeForHouse(RevocationScope) = for_house;
    /// Whoever may have a certificate revoked, and auditors.
    ReadRevocations(ReadScope) = revocations;
    /// Every identity: products, registration types, the API's description.
    ReadCatalogue(StaffScope) = |who, customer| StaffScope::catalogue(who, customer.as_ref());
}

fn for_house(who: &Authenticated, customer: Customer) -> Result<RevocationScope, Denied> {
    if who.role().is_person() {
        RevocationScope::authorize(who, customer)
    } else {
        Err(Denied::Role)
    }
}

fn revocations(who: &Authenticated, customer: Customer) -> Result<ReadScope, Denied> {
    match RevocationScope::authorize(who, customer.clone()) {
        Ok(scope) => Ok(scope.read().clone()),
        Err(_) => ReadScope::authorize(who, Action::ReadOrders, customer),
    }
}

/// Whoever works on cases at a call that others may make too.
#[derive(Clone, Debug)]
pub struct AsOfficer(pub Option<OfficerScope>);

impl FromRequestParts<AppState> for AsOfficer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Refusal> {
        let who = authenticated(parts)?;
        Ok(Self(OfficerScope::authorize(&who, Action::WorkCases).ok()))
    }
}

/// The identity of the request, for what no scope covers.
///
/// # Errors
/// 403 when the listener has not authenticated it.
pub fn authenticated(parts: &Parts) -> Result<Authenticated, Refusal> {
    let who = parts.extensions.get::<Authenticated>().cloned();
    who.ok_or_else(|| Refused::forbidden("client-certificate-required").into())
}

async fn enter<S: Send>(
    parts: &Parts,
    app: &AppState,
    authorize: fn(&Authenticated, Customer) -> Result<S, Denied>,
) -> Result<S, Refusal> {
    let who = authenticated(parts)?;
    let scope = match authorize(&who, acting_for(parts)?) {
        Ok(scope) => scope,
        Err(denied) => {
            if denied == Denied::Role {
                let (refusals, name) = (&app.gate.refusals, who.name().as_str());
                let kind = EventKind::AuthzDenied;
                refusals.note(kind, name, "role-forbidden").await;
            }
            return Err(denied.into());
        }
    };
    if who.role() == Role::Auditor {
        let (store, now) = (app.gate.store.as_ref(), app.gate.clock.now());
        let asked = parts.extensions.get::<Asked>();
        let uri = asked.map_or(&parts.uri, |Asked(uri)| uri);
        let what = Read {
            path: uri.path(),
            query: uri.query(),
        };
        reading::record(store, now, who.caller(), &what).await?;
    }
    Ok(scope)
}

fn acting_for(parts: &Parts) -> Result<Customer, Refusal> {
    let invalid = || Refusal::at("Acting-For", "acting-for-invalid");
    let mut values = parts.headers.get_all(ACTING_FOR).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| invalid())?;
    let customer = Text::parse(text).map_err(|_| invalid())?;
    match values.next() {
        None => Ok(Some(customer)),
        Some(_) => Err(invalid()),
    }
}
