//! The user PIN and what the token said about it.

use std::sync::Mutex;

use cryptoki::error::{Error, RvError};
use secrecy::{ExposeSecret, SecretString};

use super::held::held;
use crate::domain::signing::HsmFault;

/// A PIN that is never tried twice once the token has refused it: tokens count the tries, and
/// locking the CA's token is an outage.
pub(super) struct Pin(Mutex<State>);

struct State {
    value: SecretString,
    refused: Option<HsmFault>,
}

impl Pin {
    pub(super) const fn new(value: SecretString) -> Self {
        Self(Mutex::new(State {
            value,
            refused: None,
        }))
    }

    /// A value read anew. Only a different one lifts an earlier refusal. Returns whether it is.
    pub(super) fn supply(&self, value: &SecretString) -> bool {
        let mut state = held(&self.0);
        let new = state.value.expose_secret() != value.expose_secret();
        if new {
            *state = State {
                value: value.clone(),
                refused: None,
            };
        }
        new
    }

    /// Runs one C_Login at a time, unless the PIN has been refused. `fault` names the place.
    pub(super) fn try_login(
        &self,
        login: impl FnOnce(&SecretString) -> Result<(), Error>,
        fault: impl FnOnce(&Error) -> HsmFault,
    ) -> Result<(), HsmFault> {
        let mut state = held(&self.0);
        if let Some(refused) = &state.refused {
            return Err(refused.clone());
        }
        match login(&state.value) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(error) => {
                let fault = fault(&error);
                if speaks_of_the_pin(&error) {
                    state.refused = Some(fault.clone());
                }
                Err(fault)
            }
        }
    }
}

/// Answers after which the same PIN must not be sent again.
const fn speaks_of_the_pin(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinExpired
                | RvError::PinLocked
                | RvError::PinTooWeak,
            _
        )
    )
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::{super::fault::Place, *};

    #[test]
    fn a_refused_pin_is_tried_once_until_another_comes() {
        let pin = Pin::new("1111".into());
        let tries = std::cell::Cell::new(0);
        let attempt = |answer: RvError| {
            let login = |_: &SecretString| {
                tries.set(tries.get() + 1);
                Err(Error::Pkcs11(answer, Function::Login))
            };
            pin.try_login(login, |error| Place::none().call(None, error))
        };
        assert!(attempt(RvError::DeviceError).is_err());
        assert!(attempt(RvError::PinIncorrect).is_err());
        let again = attempt(RvError::UserAlreadyLoggedIn).unwrap_err();
        assert_eq!((tries.get(), again.code.as_str()), (2, "CKR_PIN_INCORRECT"));
        assert!(!pin.supply(&"1111".into()));
        assert!(attempt(RvError::UserAlreadyLoggedIn).is_err());
        assert!(pin.supply(&"2222".into()));
        assert!(attempt(RvError::UserAlreadyLoggedIn).is_ok());
        assert_eq!(tries.get(), 3);
    }
}
