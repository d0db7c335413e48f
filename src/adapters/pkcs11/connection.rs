//! One session on a logged-in token, with the handles of the configured keys.
//!
//! Handles never outlive their session: tokens give the same numbers to other objects after a
//! login or a restart, and a carried handle would be a signature by the wrong key.

use std::collections::BTreeMap;

use cryptoki::{
    context::Pkcs11,
    error::Error,
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
    session::{Session, SessionState, UserType},
    slot::Slot,
};

use super::{
    config::{KeyConfig, TokenConfig, TokenSelector},
    fault::{Place, Trouble},
    mechanism,
    pin::Pin,
    public_key::{self, Unreadable},
    self_test,
};
use crate::domain::signing::{HsmFault, KeyName};

/// A usable session. Dropping it closes the session.
pub(super) struct Connection {
    session: Session,
    slot: u64,
    keys: BTreeMap<KeyName, Result<ObjectHandle, Trouble>>,
}

impl Connection {
    /// Opens a session, logs in unless the token is already, and finds the keys. The caller holds
    /// a pass of the module.
    pub(super) fn open(
        api: &Pkcs11,
        place: &Place,
        config: &TokenConfig,
        pin: &Pin,
    ) -> Result<Self, HsmFault> {
        let slot = find_slot(api, place, &config.token)?;
        let session = api
            .open_ro_session(slot)
            .map_err(|error| place.call(Some(slot.id()), &error))?;
        log_in(&session, slot, place, pin)?;
        let keys = config
            .keys
            .iter()
            .map(|key| {
                let found = find_key(&session, slot.id(), place, key);
                (key.name.clone(), found)
            })
            .collect();
        Ok(Self {
            session,
            slot: slot.id(),
            keys,
        })
    }

    pub(super) const fn slot(&self) -> u64 {
        self.slot
    }

    /// The key's handle, or why it cannot be used.
    pub(super) fn key(&self, name: &KeyName) -> Option<&Result<ObjectHandle, Trouble>> {
        self.keys.get(name)
    }

    /// The token's raw answer; see [`mechanism::encode`].
    pub(super) fn sign(
        &self,
        handle: ObjectHandle,
        key: &KeyConfig,
        message: &[u8],
    ) -> Result<Vec<u8>, Error> {
        mechanism::sign(&self.session, handle, key.algorithm, message)
    }

    /// Signs and verifies the self-test message. A signature that does not verify means that the
    /// key is not the certificate's.
    pub(super) fn self_test(&self, key: &KeyConfig, place: &Place) -> Result<(), Trouble> {
        let handle = match self.keys.get(&key.name) {
            Some(Ok(handle)) => *handle,
            Some(Err(trouble)) => return Err(trouble.clone()),
            None => return Err(wrong(place, self.slot, "the key is not configured here")),
        };
        let raw = self
            .sign(handle, key, self_test::MESSAGE)
            .map_err(|error| Trouble::Passing(place.call(Some(self.slot), &error)))?;
        let proven = mechanism::encode(key.algorithm, raw).is_ok_and(|signature| {
            self_test::verifies(key.algorithm, &key.spki_der, self_test::MESSAGE, &signature)
        });
        if proven {
            Ok(())
        } else {
            let reason = format!(
                "the self-test signature of key {} does not verify under the certificate's key",
                key.name
            );
            Err(wrong(place, self.slot, &reason))
        }
    }

    /// C_Logout; it logs out every session of this process on the token.
    pub(super) fn log_out(self) -> Result<(), Error> {
        self.session.logout()?;
        self.session.close()
    }
}

/// The one slot whose token fits. Slots that cannot be read are skipped: another token's trouble
/// is not ours.
pub(super) fn find_slot(
    api: &Pkcs11,
    place: &Place,
    wanted: &TokenSelector,
) -> Result<Slot, HsmFault> {
    let slots = api
        .get_slots_with_token()
        .map_err(|error| place.call(None, &error))?;
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for slot in slots {
        match api.get_token_info(slot) {
            Ok(info) => {
                let fits = match wanted {
                    TokenSelector::Label(label) => info.label() == label,
                    TokenSelector::Serial(serial) => info.serial_number() == serial,
                };
                if fits && info.token_initialized() {
                    found.push(slot);
                }
            }
            Err(error) => skipped.push(place.call(Some(slot.id()), &error).code),
        }
    }
    match (found.as_slice(), skipped.as_slice()) {
        ([slot], _) => Ok(*slot),
        ([], []) => Err(place.words(None, "find the token", "no slot holds it")),
        ([], codes) => Err(place.words(
            None,
            "find the token",
            format!(
                "no slot holds it; {} could not be read: {}",
                codes.len(),
                codes.join(", ")
            ),
        )),
        _ => Err(place.words(
            None,
            "find the token",
            format!("{} tokens fit; select by serial", found.len()),
        )),
    }
}

/// C_Login, unless the token is logged in through another session of this process.
pub(super) fn log_in(
    session: &Session,
    slot: Slot,
    place: &Place,
    pin: &Pin,
) -> Result<(), HsmFault> {
    let fault = |error: &Error| place.call(Some(slot.id()), error);
    let state = session
        .get_session_info()
        .map_err(|error| fault(&error))?
        .session_state();
    if matches!(state, SessionState::RoUser | SessionState::RwUser) {
        return Ok(());
    }
    pin.try_login(|pin| session.login(UserType::User, Some(pin)), fault)
}

/// The private key with the configured CKA_ID and label, exactly one, whose public key, if the
/// token has it, is the certificate's.
fn find_key(
    session: &Session,
    slot: u64,
    place: &Place,
    key: &KeyConfig,
) -> Result<ObjectHandle, Trouble> {
    let call = |error: Error| Trouble::Passing(place.call(Some(slot), &error));
    let find = |class| {
        let template = [Attribute::Class(class), Attribute::Id(key.id.clone())];
        session.find_objects(&template).map_err(call)
    };
    let privates = find(ObjectClass::PRIVATE_KEY)?;
    let &[private] = privates.as_slice() else {
        let reason = format!(
            "{} private keys have CKA_ID {}, key {} needs exactly one",
            privates.len(),
            hex::encode(&key.id),
            key.name
        );
        return Err(wrong(place, slot, &reason));
    };
    let facts = session
        .get_attributes(private, &[AttributeType::Label, AttributeType::KeyType])
        .map_err(call)?;
    let label = Attribute::Label(key.label.clone().into_bytes());
    let kind = Attribute::KeyType(mechanism::key_type(key.algorithm));
    if !facts.contains(&label) || !facts.contains(&kind) {
        let reason = format!("key {} has another label or key type", key.name);
        return Err(wrong(place, slot, &reason));
    }
    let publics = find(ObjectClass::PUBLIC_KEY)?;
    match publics.as_slice() {
        [] => Ok(private), // The self-test signature proves the pair.
        [public] => match public_key::read(session, *public) {
            Ok(spki) if spki == key.spki_der => Ok(private),
            Err(Unreadable::Call(error)) => Err(call(error)),
            Ok(_) | Err(Unreadable::Shape) => {
                let reason = format!("key {} is not the certificate's public key", key.name);
                Err(wrong(place, slot, &reason))
            }
        },
        more => {
            let reason = format!("{} public keys have the CKA_ID of {}", more.len(), key.name);
            Err(wrong(place, slot, &reason))
        }
    }
}

fn wrong(place: &Place, slot: u64, reason: &str) -> Trouble {
    Trouble::WrongKey(place.words(Some(slot), "find the key", reason))
}
