//! What a key ceremony does with a token: look at it, make a key, draw random bytes.
//!
//! One session, read-write, logged in, used by one thread. The daemon never opens one.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use cryptoki::{
    error::Error,
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
};
use der::{Encode, asn1::ObjectIdentifier};
use secrecy::SecretString;

use super::{
    config::TokenSelector,
    connection::{find_slot, log_in},
    fault::Place,
    held::held,
    module::Module,
    pin::Pin,
    public_key::{self, Unreadable},
};
use crate::{
    domain::signing::HsmFault,
    ports::entropy::{Entropy, EntropyFailed},
};

/// What can be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// The modulus length in bits.
    Rsa(u16),
    P256,
    P384,
    P521,
    Ed25519,
}

/// A key to be made.
#[derive(Clone, Debug)]
pub struct KeySpec {
    /// CKA_LABEL of both halves.
    pub label: String,
    /// CKA_ID of both halves.
    pub id: Vec<u8>,
    pub kind: KeyKind,
}

/// A key that was made, and what the token says about it.
#[derive(Clone, Debug)]
pub struct MadeKey {
    pub spki_der: Vec<u8>,
    /// Attributes of the private key as read back, by name; every one is as demanded.
    pub attributes: Vec<(&'static str, bool)>,
}

/// What a token says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFacts {
    pub label: String,
    pub serial: String,
    pub manufacturer: String,
    pub model: String,
    pub firmware: String,
}

/// Why no key was made, or why it must not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(transparent)]
    Token(#[from] HsmFault),
    /// An object with this label or CKA_ID is on the token already.
    #[error("label {label} or CKA_ID {id} is in use on the token")]
    InUse { label: String, id: String },
    /// The key exists on the token but is not what was demanded: it must be destroyed.
    #[error("the token made the key with {0} other than demanded")]
    Attribute(&'static str),
    #[error("the token does not describe the public key of the new key pair")]
    PublicKey,
}

/// The session of a ceremony.
pub struct KeyMaker {
    session: Mutex<Session>,
    module: Arc<Module>,
    place: Place,
    slot: u64,
    facts: TokenFacts,
}

impl KeyMaker {
    /// Finds the token and logs in.
    ///
    /// # Errors
    /// When the module, the token or the login fails.
    pub fn open(
        module: &Path,
        token: &TokenSelector,
        pin: &SecretString,
    ) -> Result<Self, HsmFault> {
        let place = Place::new(module, token);
        let module = Module::load(module, None).map_err(|error| error.fault(&place))?;
        module.initialise().map_err(|error| error.fault(&place))?;
        let pass = module.enter();
        let slot = find_slot(module.api(), &place, token)?;
        let call = |error: Error| place.call(Some(slot.id()), &error);
        let info = module.api().get_token_info(slot).map_err(call)?;
        let session = module.api().open_rw_session(slot).map_err(call)?;
        log_in(&session, slot, &place, &Pin::new(pin.clone()))?;
        drop(pass);
        let firmware = info.firmware_version();
        Ok(Self {
            session: Mutex::new(session),
            facts: TokenFacts {
                label: info.label().to_owned(),
                serial: info.serial_number().to_owned(),
                manufacturer: info.manufacturer_id().to_owned(),
                model: info.model().to_owned(),
                firmware: format!("{}.{}", firmware.major(), firmware.minor()),
            },
            slot: slot.id(),
            module,
            place,
        })
    }

    #[must_use]
    pub const fn facts(&self) -> &TokenFacts {
        &self.facts
    }

    /// Whether neither a key nor a certificate on the token has this label or CKA_ID.
    ///
    /// # Errors
    /// When the token cannot be searched.
    pub fn is_free(&self, label: &str, id: &[u8]) -> Result<bool, HsmFault> {
        let _pass = self.module.enter();
        let session = held(&self.session);
        for wanted in [
            Attribute::Label(label.as_bytes().to_vec()),
            Attribute::Id(id.to_vec()),
        ] {
            let found = session
                .find_objects(&[wanted])
                .map_err(|error| self.call(&error))?;
            if !found.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The public key with this label and CKA_ID, as DER `SubjectPublicKeyInfo`; `None` when
    /// there is not exactly one.
    ///
    /// # Errors
    /// When the token cannot be searched or describes the key in no known way.
    pub fn public_key(&self, label: &str, id: &[u8]) -> Result<Option<Vec<u8>>, KeyError> {
        let _pass = self.module.enter();
        let session = held(&self.session);
        let template = [
            Attribute::Class(ObjectClass::PUBLIC_KEY),
            Attribute::Label(label.as_bytes().to_vec()),
            Attribute::Id(id.to_vec()),
        ];
        let found = session
            .find_objects(&template)
            .map_err(|error| self.call(&error))?;
        match found.as_slice() {
            [public] => self.read(&session, *public).map(Some),
            _ => Ok(None),
        }
    }

    /// Makes a key pair that never leaves the token, and reads back that it is one.
    ///
    /// # Errors
    /// See [`KeyError`]; after [`KeyError::Attribute`] a key is on the token that must not be
    /// used.
    pub fn generate(&self, spec: &KeySpec) -> Result<MadeKey, KeyError> {
        if !self.is_free(&spec.label, &spec.id)? {
            return Err(KeyError::InUse {
                label: spec.label.clone(),
                id: hex::encode(&spec.id),
            });
        }
        let _pass = self.module.enter();
        let session = held(&self.session);
        let (mechanism, shape) = shape(spec.kind).ok_or(KeyError::PublicKey)?;
        let named = [
            Attribute::Token(true),
            Attribute::Label(spec.label.as_bytes().to_vec()),
            Attribute::Id(spec.id.clone()),
        ];
        let public = [
            &named[..],
            &[Attribute::Private(false), Attribute::Verify(true)],
            &shape,
        ];
        let private = [
            &named[..],
            &[
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
                Attribute::Decrypt(false),
                Attribute::Unwrap(false),
                Attribute::Derive(false),
            ],
        ];
        let (public, private) = session
            .generate_key_pair(&mechanism, &public.concat(), &private.concat())
            .map_err(|error| self.call(&error))?;
        let attributes = self.read_back(&session, private)?;
        Ok(MadeKey {
            spki_der: self.read(&session, public)?,
            attributes,
        })
    }

    /// Closes the session, which logs out.
    pub fn close(self) {
        let _pass = self.module.enter();
        drop(self.session);
    }

    fn read_back(
        &self,
        session: &Session,
        private: ObjectHandle,
    ) -> Result<Vec<(&'static str, bool)>, KeyError> {
        let demanded = [
            ("CKA_TOKEN", AttributeType::Token, Attribute::Token(true)),
            (
                "CKA_PRIVATE",
                AttributeType::Private,
                Attribute::Private(true),
            ),
            (
                "CKA_SENSITIVE",
                AttributeType::Sensitive,
                Attribute::Sensitive(true),
            ),
            (
                "CKA_EXTRACTABLE",
                AttributeType::Extractable,
                Attribute::Extractable(false),
            ),
            (
                "CKA_ALWAYS_SENSITIVE",
                AttributeType::AlwaysSensitive,
                Attribute::AlwaysSensitive(true),
            ),
            (
                "CKA_NEVER_EXTRACTABLE",
                AttributeType::NeverExtractable,
                Attribute::NeverExtractable(true),
            ),
            ("CKA_LOCAL", AttributeType::Local, Attribute::Local(true)),
            ("CKA_SIGN", AttributeType::Sign, Attribute::Sign(true)),
        ];
        let kinds: Vec<AttributeType> = demanded.iter().map(|(_, kind, _)| *kind).collect();
        let found = session
            .get_attributes(private, &kinds)
            .map_err(|error| self.call(&error))?;
        let mut read = Vec::new();
        for (name, _, wanted) in demanded {
            if !found.contains(&wanted) {
                return Err(KeyError::Attribute(name));
            }
            read.push((name, name != "CKA_EXTRACTABLE"));
        }
        Ok(read)
    }

    fn read(&self, session: &Session, public: ObjectHandle) -> Result<Vec<u8>, KeyError> {
        public_key::read(session, public).map_err(|unreadable| match unreadable {
            Unreadable::Call(error) => KeyError::Token(self.call(&error)),
            Unreadable::Shape => KeyError::PublicKey,
        })
    }

    fn call(&self, error: &Error) -> HsmFault {
        self.place.call(Some(self.slot), error)
    }
}

/// C_GenerateRandom: serials of certificates made in a ceremony come from the token.
impl Entropy for KeyMaker {
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        let _pass = self.module.enter();
        held(&self.session)
            .generate_random_slice(out)
            .map_err(|_| EntropyFailed)
    }
}

/// Makes a throw-away token in the first free slot (C_InitToken, C_InitPIN), for rehearsals.
///
/// # Errors
/// When the module has no slot without a token, or a call fails.
pub fn make_token(
    module: &Path,
    label: &str,
    so_pin: &SecretString,
    user_pin: &SecretString,
) -> Result<(), HsmFault> {
    let selector = TokenSelector::Label(label.to_owned());
    let place = Place::new(module, &selector);
    let module = Module::load(module, None).map_err(|error| error.fault(&place))?;
    module.initialise().map_err(|error| error.fault(&place))?;
    let _pass = module.enter();
    let api = module.api();
    let call = |error: Error| place.call(None, &error);
    let blank = api
        .get_slots_with_token()
        .map_err(call)?
        .into_iter()
        .find(|slot| {
            api.get_token_info(*slot)
                .is_ok_and(|info| !info.token_initialized())
        });
    let slot = blank.ok_or_else(|| place.words(None, "make a token", "no slot is blank"))?;
    api.init_token(slot, so_pin, label).map_err(call)?;
    // The slot number may change with the initialisation.
    let slot = find_slot(api, &place, &selector)?;
    let session = api.open_rw_session(slot).map_err(call)?;
    session.login(UserType::So, Some(so_pin)).map_err(call)?;
    session.init_pin(user_pin).map_err(call)?;
    session.logout().map_err(call)
}

/// The mechanism and the public template of a kind of key.
fn shape(kind: KeyKind) -> Option<(Mechanism<'static>, Vec<Attribute>)> {
    let curve = |oid: &str| {
        let params = ObjectIdentifier::new(oid).ok()?.to_der().ok()?;
        Some(vec![Attribute::EcParams(params)])
    };
    match kind {
        KeyKind::Rsa(bits) => Some((
            Mechanism::RsaPkcsKeyPairGen,
            vec![
                Attribute::ModulusBits(u64::from(bits).into()),
                Attribute::PublicExponent(vec![1, 0, 1]), // 65537 (S/MIME BR 6.1.6)
            ],
        )),
        KeyKind::P256 => Some((Mechanism::EccKeyPairGen, curve("1.2.840.10045.3.1.7")?)),
        KeyKind::P384 => Some((Mechanism::EccKeyPairGen, curve("1.3.132.0.34")?)),
        KeyKind::P521 => Some((Mechanism::EccKeyPairGen, curve("1.3.132.0.35")?)),
        KeyKind::Ed25519 => Some((Mechanism::EccEdwardsKeyPairGen, curve("1.3.101.112")?)),
    }
}
