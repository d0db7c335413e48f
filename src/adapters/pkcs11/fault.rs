//! From the driver's errors to [`HsmFault`].

use std::path::Path;

use cryptoki::error::{Error, RvError};

use super::config::TokenSelector;
use crate::domain::signing::HsmFault;

/// The token a fault is about.
#[derive(Clone, Debug)]
pub(super) struct Place {
    module: String,
    token: String,
}

/// How bad a fault is at start.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// May pass: absent, locked, busy, broken.
    Passing(HsmFault),
    /// The token is there and holds something else than configured.
    WrongKey(HsmFault),
}

impl Place {
    pub(super) fn new(module: &Path, token: &TokenSelector) -> Self {
        Self {
            module: module.display().to_string(),
            token: token.to_string(),
        }
    }

    /// For orders that name no configured key.
    pub(super) fn none() -> Self {
        Self {
            module: "-".to_owned(),
            token: "-".to_owned(),
        }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The fault of a failed PKCS#11 call.
    pub(super) fn call(&self, slot: Option<u64>, error: &Error) -> HsmFault {
        let operation = match error {
            Error::Pkcs11(_, function) => format!("C_{function:?}"),
            Error::LibraryLoading(_) | Error::MissingSymbol(_) => "load the module".to_owned(),
            _ => "convert the module's answer".to_owned(),
        };
        self.words(slot, &operation, code(error))
    }

    /// The fault of a step of ours.
    pub(super) fn words(
        &self,
        slot: Option<u64>,
        operation: &str,
        code: impl Into<String>,
    ) -> HsmFault {
        HsmFault {
            module: self.module.clone(),
            slot: slot.map_or_else(|| "-".to_owned(), |slot| slot.to_string()),
            token: self.token.clone(),
            operation: operation.to_owned(),
            code: code.into(),
        }
    }
}

impl Trouble {
    pub(super) fn fault(&self) -> &HsmFault {
        match self {
            Self::Passing(fault) | Self::WrongKey(fault) => fault,
        }
    }
}

/// `CKR_PIN_INCORRECT` for a PKCS#11 code, the driver's words for anything else.
fn code(error: &Error) -> String {
    match error {
        Error::Pkcs11(RvError::VendorDefined(number) | RvError::UnknownErrorCode(number), _) => {
            format!("CKR_0x{number:08X}")
        }
        Error::Pkcs11(rv, _) => ckr(&format!("{rv:?}")),
        other => other.to_string(),
    }
}

/// `PinIncorrect` to `CKR_PIN_INCORRECT`.
fn ckr(name: &str) -> String {
    let mut out = "CKR".to_owned();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    #[test]
    fn codes_carry_their_pkcs11_names() {
        let place = Place::none();
        let call = |rv| place.call(Some(7), &Error::Pkcs11(rv, Function::Login));
        assert_eq!(call(RvError::PinIncorrect).code, "CKR_PIN_INCORRECT");
        assert_eq!(call(RvError::PinIncorrect).operation, "C_Login");
        assert_eq!(
            call(RvError::VendorDefined(0x8000_0001)).code,
            "CKR_0x80000001"
        );
    }
}
