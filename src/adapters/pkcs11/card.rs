//! A person's own card: one session, one key, whose public half is in the person's certificate.
//!
//! What it deliberately does not know: cases, TLS, where the PIN came from beyond whether a person
//! has just typed it. The daemon never opens one.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex},
};

use cryptoki::{
    error::Error,
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
    session::Session,
    slot::Slot,
};
use secrecy::SecretString;

use super::{
    config::TokenSelector,
    connection::{find_slot, log_in},
    fault::Place,
    held::held,
    mechanism,
    module::Module,
    pin::Pin,
    public_key::{self, Unreadable},
};
use crate::{
    domain::signing::HsmFault,
    pkix::{
        algorithm::SignatureAlgorithm,
        signature,
        spki::{Curve, PublicKey},
    },
};

/// By what the private key is found: CKA_LABEL, CKA_ID or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySelector {
    label: Option<String>,
    id: Option<Vec<u8>>,
}

impl KeySelector {
    /// `None` when nothing, or something empty, is given.
    #[must_use]
    pub fn new(label: Option<String>, id: Option<Vec<u8>>) -> Option<Self> {
        let is_said = label.is_some() || id.is_some();
        let is_empty =
            label.as_ref().is_some_and(String::is_empty) || id.as_ref().is_some_and(Vec::is_empty);
        (is_said && !is_empty).then_some(Self { label, id })
    }
}

impl fmt::Display for KeySelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.as_ref().map(hex::encode);
        match (&self.label, id) {
            (Some(label), Some(id)) => write!(f, "label {label} and CKA_ID {id}"),
            (Some(label), None) => write!(f, "label {label}"),
            (None, Some(id)) => write!(f, "CKA_ID {id}"),
            (None, None) => Ok(()),
        }
    }
}

/// A card as found, before anybody has logged in.
pub struct Inserted {
    module: Arc<Module>,
    place: Place,
    slot: Slot,
    is_pin_doubtful: bool,
}

/// The PIN, and how it came here.
#[derive(Clone, Copy, Debug)]
pub enum CardPin<'a> {
    /// A person has typed it for this one login.
    Typed(&'a SecretString),
    /// It was written down before, and may be the one the card has just refused.
    Kept(&'a SecretString),
}

/// A key on a card, logged in. The session ends with it.
pub struct Card {
    session: Mutex<Session>,
    module: Arc<Module>,
    place: Place,
    slot: u64,
    name: String,
    key: ObjectHandle,
    public: PublicKey,
}

impl Inserted {
    /// Loads the module and finds the one token with this label.
    ///
    /// # Errors
    /// When the module cannot be loaded, or not exactly one token has the label.
    pub fn find(module: &Path, label: &str) -> Result<Self, HsmFault> {
        let selector = TokenSelector::Label(label.to_owned());
        let place = Place::new(module, &selector);
        let module = Module::load(module, None).map_err(|error| error.fault(&place))?;
        module.initialise().map_err(|error| error.fault(&place))?;
        let pass = module.enter();
        let slot = find_slot(module.api(), &place, &selector)?;
        let info = module.api().get_token_info(slot);
        drop(pass);
        let info = info.map_err(|error| place.call(Some(slot.id()), &error))?;
        if info.user_pin_locked() {
            let code = "the card has locked the PIN";
            return Err(place.words(Some(slot.id()), "log in", code));
        }
        Ok(Self {
            is_pin_doubtful: info.user_pin_count_low() || info.user_pin_final_try(),
            slot,
            module,
            place,
        })
    }

    /// Logs in once and finds the private key. After a wrong PIN only a typed one is tried:
    /// cards count the tries over all processes, and a script with a wrong file would lock them.
    ///
    /// # Errors
    /// When the card refuses, the key is not there exactly once, or it is not the pair of
    /// `public`.
    pub fn open(
        self,
        pin: CardPin<'_>,
        wanted: &KeySelector,
        public: PublicKey,
    ) -> Result<Card, HsmFault> {
        let slot = self.slot.id();
        let words = |code: &str| self.place.words(Some(slot), "log in", code);
        let pin = match pin {
            CardPin::Kept(_) if self.is_pin_doubtful => {
                let code = "the card was given a wrong PIN before; only a typed PIN is tried now";
                return Err(words(code));
            }
            CardPin::Kept(pin) | CardPin::Typed(pin) => Pin::new(pin.clone()),
        };
        let pass = self.module.enter();
        let session = self.module.api().open_ro_session(self.slot);
        let session = session.map_err(|error| self.place.call(Some(slot), &error))?;
        log_in(&session, self.slot, &self.place, &pin)?;
        let search = Search {
            session: &session,
            place: &self.place,
            slot,
            wanted,
        };
        let key = search.run(&public)?;
        drop(pass);
        Ok(Card {
            session: Mutex::new(session),
            module: self.module,
            place: self.place,
            slot,
            name: wanted.to_string(),
            key,
            public,
        })
    }
}

impl Card {
    /// The public key that every signature has been verified under.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a message; the digest is made here. Nothing that does not verify is returned.
    ///
    /// # Errors
    /// When the card does not sign, or signs with another key.
    pub fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, HsmFault> {
        let words = |reason: &str| {
            let code = format!("{reason}: key {}", self.name);
            self.place.words(Some(self.slot), "C_Sign", code)
        };
        if !signature::fits(&self.public, algorithm) {
            return Err(words("the key signs with another algorithm"));
        }
        let pass = self.module.enter();
        let raw = mechanism::sign(&held(&self.session), self.key, algorithm, message);
        drop(pass);
        let raw = raw.map_err(|error| {
            let fault = self.place.call(Some(self.slot), &error);
            with_key(fault, &self.name)
        })?;
        let value = mechanism::encode(algorithm, raw);
        let value = value.map_err(|_| words("the answer is not a signature of this algorithm"))?;
        signature::verify(&self.public, algorithm, message, &value)
            .map_err(|_| words("the signature does not verify under the certificate's key"))?;
        Ok(value)
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card")
            .field("place", &self.place)
            .field("key", &self.name)
            .finish_non_exhaustive()
    }
}

/// One look for the key in a session.
struct Search<'a> {
    session: &'a Session,
    place: &'a Place,
    slot: u64,
    wanted: &'a KeySelector,
}

impl Search<'_> {
    fn run(&self, public: &PublicKey) -> Result<ObjectHandle, HsmFault> {
        let mut template = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
        if let Some(label) = &self.wanted.label {
            template.push(Attribute::Label(label.clone().into_bytes()));
        }
        if let Some(id) = &self.wanted.id {
            template.push(Attribute::Id(id.clone()));
        }
        let found = self.session.find_objects(&template);
        let found = found.map_err(|error| self.call(&error))?;
        let &[private] = found.as_slice() else {
            let reason = format!(
                "{} private keys, not one, have {}",
                found.len(),
                self.wanted
            );
            return Err(self.words(reason));
        };
        let asked = [
            AttributeType::KeyType,
            AttributeType::Id,
            AttributeType::AlwaysAuthenticate,
        ];
        let facts = self.session.get_attributes(private, &asked);
        let facts = facts.map_err(|error| self.call(&error))?;
        if !facts.contains(&Attribute::KeyType(key_type(public))) {
            let reason = format!("key {} is not of the certificate's kind", self.wanted);
            return Err(self.words(reason));
        }
        // The driver has no C_Login between C_SignInit and C_Sign.
        if facts.contains(&Attribute::AlwaysAuthenticate(true)) {
            let reason = format!(
                "key {} wants the PIN for every signature, which is not supported",
                self.wanted
            );
            return Err(self.words(reason));
        }
        let id = facts.iter().find_map(|fact| match fact {
            Attribute::Id(id) if !id.is_empty() => Some(id.clone()),
            _ => None,
        });
        id.map_or(Ok(()), |id| self.judge_pair(id, public))?;
        Ok(private)
    }

    /// The public key beside the private one, where the card has it, is the certificate's. That
    /// the private key fits as well is proven by each signature.
    fn judge_pair(&self, id: Vec<u8>, public: &PublicKey) -> Result<(), HsmFault> {
        let template = [Attribute::Class(ObjectClass::PUBLIC_KEY), Attribute::Id(id)];
        let found = self.session.find_objects(&template);
        let found = found.map_err(|error| self.call(&error))?;
        let &[object] = found.as_slice() else {
            return Ok(());
        };
        match public_key::read(self.session, object) {
            Ok(spki) if spki == public.to_spki() => Ok(()),
            Err(Unreadable::Call(error)) => Err(self.call(&error)),
            Ok(_) | Err(Unreadable::Shape) => {
                let reason = format!("key {} is not the certificate's", self.wanted);
                Err(self.words(reason))
            }
        }
    }

    fn call(&self, error: &Error) -> HsmFault {
        let fault = self.place.call(Some(self.slot), error);
        with_key(fault, &self.wanted.to_string())
    }

    fn words(&self, reason: String) -> HsmFault {
        self.place.words(Some(self.slot), "find the key", reason)
    }
}

fn with_key(fault: HsmFault, key: &str) -> HsmFault {
    let code = format!("{}: key {key}", fault.code);
    HsmFault { code, ..fault }
}

/// Any algorithm of the key says its type on the token.
const fn key_type(public: &PublicKey) -> cryptoki::object::KeyType {
    mechanism::key_type(match public {
        PublicKey::Rsa { .. } => SignatureAlgorithm::RsaPkcs1Sha256,
        PublicKey::Ed25519(_) => SignatureAlgorithm::Ed25519,
        PublicKey::Ec {
            curve: Curve::P256, ..
        } => SignatureAlgorithm::EcdsaP256Sha256,
        PublicKey::Ec {
            curve: Curve::P384, ..
        } => SignatureAlgorithm::EcdsaP384Sha384,
        PublicKey::Ec {
            curve: Curve::P521, ..
        } => SignatureAlgorithm::EcdsaP521Sha512,
    })
}
