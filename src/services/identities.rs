//! The registry of mTLS identities.

use std::sync::Arc;

use super::request::{Stopped, decide, require_version};
use crate::{
    domain::{
        aggregate::{Changed, Loaded, Version},
        case::lookup::AUTOMATIC,
        identity::{Credential, Identity, NewIdentity},
        owner::{Actor, Caller, IdentityName, Role},
        period::Period,
        refusal::{Fault, Refused},
        subject_key::{Fingerprint, Holder, KeyHolder},
        text::Text,
        timestamp::Timestamp,
        unit::{CommitError, UniqueKey, Unit},
    },
    pkix::{certificate::CertificateView, pem, spki::PublicKey},
    policy::access::StaffScope,
    ports::{
        clock::Clock,
        store::{Store, people},
    },
    services::subject_keys::{SubjectKeys, Unfit},
};

/// What an operator asks to register, unchecked.
#[derive(Clone, Debug)]
pub struct Wish {
    pub name: String,
    pub role: String,
    /// PEM of one certificate: the identity is known by its key.
    pub certificate: Option<String>,
    /// URI of the subjectAltName, for frontends only.
    pub uri: Option<String>,
    pub qualified_until: Option<Timestamp>,
    /// When the role may be used.
    pub granted_from: Option<Timestamp>,
    pub granted_until: Option<Timestamp>,
}

/// The service.
pub struct Identities {
    pub store: Arc<dyn Store>,
    pub people: Arc<dyn people::Identities>,
    pub clock: Arc<dyn Clock>,
    pub keys: Arc<SubjectKeys>,
}

impl Identities {
    /// Registers an identity.
    ///
    /// # Errors
    /// 422 with all faults, also for a key that is somebody else's or known to be compromised; 409
    /// when name or credential is taken.
    pub async fn register(
        &self,
        scope: &StaffScope,
        wish: &Wish,
    ) -> Result<Changed<Identity>, Refused> {
        let (new, key) = check(wish)?;
        let now = self.clock.now();
        let made = Identity::register(new, now)?;
        let unit = Unit::of(scope.caller(), now, made.clone());
        self.enter(unit.granted(scope.grant()), &made.name, key)
            .await?;
        Ok(made)
    }

    /// Registers the first operator, on the host: whoever may write the database file already
    /// holds the CA's state in hand.
    ///
    /// # Errors
    /// Those of [`Self::register`], and 422 for any role but operator.
    pub async fn enroll(&self, wish: &Wish) -> Result<Changed<Identity>, Refused> {
        let (new, key) = check(wish)?;
        if new.role != Role::Operator {
            return Err(Refused::unacceptable("role-unknown"));
        }
        let caller = Caller {
            actor: Actor::Host,
            request_id: String::new(),
        };
        let now = self.clock.now();
        let made = Identity::register(new, now)?;
        let unit = Unit::of(caller, now, made.clone());
        self.enter(unit, &made.name, key).await?;
        Ok(made)
    }

    /// Every entry, by name.
    ///
    /// # Errors
    /// 503.
    pub async fn list(&self, _: &StaffScope) -> Result<Vec<Loaded<Identity>>, Refused> {
        Ok(self.people.identities().await?)
    }

    /// # Errors
    /// 404, 503.
    pub async fn get(
        &self,
        _: &StaffScope,
        name: &IdentityName,
    ) -> Result<Loaded<Identity>, Refused> {
        let found = self.people.identity(name).await?;
        found.ok_or_else(Refused::not_found)
    }

    /// Takes an identity's role away.
    ///
    /// # Errors
    /// 404, 409 when it is disabled or the caller's own, 412.
    pub async fn disable(
        &self,
        scope: &StaffScope,
        name: &IdentityName,
        expected: Option<Version>,
    ) -> Result<Changed<Identity>, Refused> {
        decide(|| async {
            let now = self.clock.now();
            let found = self.get(scope, name).await?;
            require_version(found.version(), expected)?;
            // Else the last operator could shut the registry for everybody.
            if is_caller(scope, name) {
                return Err(Refused::state("own-identity").into());
            }
            let changed = Identity::disable(found, now)?;
            let unit = Unit::of(scope.caller(), now, changed.clone());
            let unit = unit.granted(scope.grant());
            self.store.commit(unit).await.map_err(Stopped::from)?;
            Ok(changed)
        })
        .await
    }

    /// Commits the registration. The key becomes the identity's in the same unit, or the unit
    /// fails: a certificate for it may be on its way.
    async fn enter(
        &self,
        unit: Unit,
        name: &IdentityName,
        key: Option<Fingerprint>,
    ) -> Result<(), Refused> {
        let Some(fingerprint) = key else {
            return self.commit(unit).await;
        };
        // That it is an identity's already is judged with the names, by the commit.
        match self.keys.unfit(&fingerprint).await? {
            Some(Unfit::Registered) | None => {}
            Some(unfit) => return Err(refusal(unfit)),
        }
        let holder = Holder::Identity(name.clone());
        let unit = unit.tells_key(&fingerprint).unblocked(fingerprint);
        let unit = unit.change(KeyHolder {
            fingerprint,
            holder,
        });
        match self.commit(unit).await {
            Err(refused) if refused.is_trouble() => match self.keys.unfit(&fingerprint).await? {
                Some(unfit) => Err(refusal(unfit)),
                None => Err(refused),
            },
            done => done,
        }
    }

    async fn commit(&self, unit: Unit) -> Result<(), Refused> {
        match self.store.commit(unit).await {
            Ok(_) => Ok(()),
            Err(CommitError::Exists(UniqueKey::IdentityName)) => {
                Err(Refused::state("identity-exists"))
            }
            Err(CommitError::Exists(UniqueKey::IdentityCredential)) => {
                Err(Refused::state("credential-exists"))
            }
            Err(CommitError::Unavailable(cause)) => {
                Err(Refused::unavailable("store-unavailable", cause))
            }
            Err(error) => Err(Refused::unavailable("store-busy", error)),
        }
    }
}

fn refusal(unfit: Unfit) -> Refused {
    let code = match unfit {
        Unfit::Registered => return Refused::state("credential-exists"),
        Unfit::Compromised => "certificate-key-compromised",
        Unfit::InUse => "certificate-key-in-use",
    };
    Refused {
        faults: vec![Fault {
            pointer: "/certificate".to_owned(),
            code,
        }],
        ..Refused::unacceptable(code)
    }
}

fn is_caller(scope: &StaffScope, name: &IdentityName) -> bool {
    matches!(scope.caller().actor, Actor::Identity { name: own, .. } if own == *name)
}

/// All faults of the form at once; what only the whole can say is the transition's.
fn check(wish: &Wish) -> Result<(NewIdentity, Option<Fingerprint>), Refused> {
    let mut faults = Vec::new();
    let mut at = |pointer: &str, code| {
        faults.push(Fault {
            pointer: pointer.to_owned(),
            code,
        });
    };
    let name = IdentityName::parse(&wish.name);
    if name.as_ref().is_none_or(|name| name.as_str() == AUTOMATIC) {
        at("/name", "identity-name-invalid");
    }
    let role = Role::from_name(&wish.role);
    if role.is_none() {
        at("/role", "role-unknown");
    }
    let known_by = match (&wish.certificate, &wish.uri) {
        (Some(pem), None) => by_key(pem).map_err(|code| at("/certificate", code)).ok(),
        (None, Some(uri)) => by_uri(uri).map_err(|code| at("/uri", code)).ok(),
        _ => {
            at("", "credential-required");
            None
        }
    };
    let granted = Period::new(wish.granted_from, wish.granted_until);
    if granted.is_none() {
        at("/granted_until", "period-empty");
    }
    Refused::unless_clean(faults)?;
    let (Some(name), Some(role), Some(known_by), Some(granted)) = (name, role, known_by, granted)
    else {
        return Err(Refused::unacceptable("validation-failed"));
    };
    let new = NewIdentity {
        name,
        role,
        credential: known_by.credential,
        spki: known_by.spki,
        qualified_until: wish.qualified_until,
        granted,
    };
    Ok((new, known_by.fingerprint))
}

/// What a client is recognised by.
struct KnownBy {
    credential: Credential,
    /// Of the certificate, when one was given.
    spki: Option<Vec<u8>>,
    fingerprint: Option<Fingerprint>,
}

fn by_key(text: &str) -> Result<KnownBy, &'static str> {
    let der = pem::decode(pem::CERTIFICATE, text).map_err(|_| "certificate-malformed")?;
    let view = CertificateView::parse(&der).map_err(|_| "certificate-malformed")?;
    let key = PublicKey::from_spki(view.spki).map_err(|_| "certificate-key-unsupported")?;
    Ok(KnownBy {
        credential: Credential::Spki(key.spki_sha256()),
        spki: Some(view.spki.to_vec()),
        fingerprint: Some(key.fingerprint()),
    })
}

/// An absolute URI (RFC 3986 section 3) of visible ASCII.
fn by_uri(text: &str) -> Result<KnownBy, &'static str> {
    let scheme_end = text.find(':').unwrap_or(0);
    let (scheme, rest) = text.split_at(scheme_end);
    let is_scheme = scheme
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let is_rest = rest.len() > 1 && rest.bytes().all(|b| b.is_ascii_graphic());
    match Text::parse(text) {
        Ok(uri) if is_scheme && is_rest => Ok(KnownBy {
            credential: Credential::Uri(uri),
            spki: None,
            fingerprint: None,
        }),
        _ => Err("uri-invalid"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> Wish {
        Wish {
            name: "panel".to_owned(),
            role: "ra_customer".to_owned(),
            certificate: None,
            uri: Some("spiffe://example.com/ra/panel".to_owned()),
            qualified_until: None,
            granted_from: None,
            granted_until: None,
        }
    }

    #[test]
    fn every_fault_of_the_form_is_told_at_once() {
        let refused = check(&Wish {
            name: "Panel".to_owned(),
            role: "king".to_owned(),
            uri: Some("no uri".to_owned()),
            ..wish()
        })
        .unwrap_err();
        let codes: Vec<_> = refused.faults.iter().map(|fault| fault.code).collect();
        assert_eq!(
            codes,
            ["identity-name-invalid", "role-unknown", "uri-invalid"]
        );
    }

    #[test]
    fn a_certificate_gives_key_and_hash() {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["x.example.com".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let (new, fingerprint) = check(&Wish {
            certificate: Some(certificate),
            uri: None,
            ..wish()
        })
        .unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&key);
        let key = PublicKey::from_spki(&spki).unwrap();
        assert_eq!(new.credential, Credential::Spki(key.spki_sha256()));
        assert_eq!(fingerprint, Some(key.fingerprint()));
        assert_eq!(new.spki, Some(spki));
        assert!(
            check(&Wish {
                uri: None,
                ..wish()
            })
            .is_err()
        );
    }
}
