//! A person's own PKCS#11 card in place of a key file.
//!
//! The PIN comes from the terminal without echo, or from a file that others cannot read; never
//! from the command line or the environment. It is tried once.

mod signing_key;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use rustls::sign::SigningKey;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use self::signing_key::CardKey;
use super::fault::Fault;
use crate::{
    adapters::{
        pkcs11::card::{CardPin, Inserted, KeySelector},
        system,
    },
    pkix::spki::PublicKey,
};

/// Where a person's key is.
#[derive(Args, Clone, Debug, Default)]
pub struct CardArguments {
    /// PKCS#11 module of your card. The card's key signs proposals and decisions, and without
    /// --key the connection too.
    #[arg(long, global = true, value_name = "FILE")]
    pub sign_module: Option<PathBuf>,
    /// Label of the card's token.
    #[arg(long, global = true, value_name = "LABEL")]
    pub sign_token: Option<String>,
    /// CKA_LABEL of the private key.
    #[arg(long, global = true, value_name = "LABEL")]
    pub sign_label: Option<String>,
    /// CKA_ID of the private key.
    #[arg(long, global = true, value_name = "HEX")]
    pub sign_id: Option<String>,
    /// File with the PIN, closed to others; without it the PIN is asked on the terminal.
    #[arg(long, global = true, value_name = "FILE")]
    pub sign_pin_file: Option<PathBuf>,
}

/// A card that is fully described.
#[derive(Clone, Debug)]
pub struct Card {
    module: PathBuf,
    token: String,
    key: KeySelector,
    pin_file: Option<PathBuf>,
}

impl CardArguments {
    /// These, and from `other` what is not said here. The key is said by one of them alone; a PIN
    /// is for the card it was said with, for each wrong try counts.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let is_key_said = self.sign_label.is_some() || self.sign_id.is_some();
        let (label, id) = if is_key_said {
            (self.sign_label, self.sign_id)
        } else {
            (other.sign_label, other.sign_id)
        };
        let is_other_card = self.sign_module.is_some() || self.sign_token.is_some();
        let other_pin = other.sign_pin_file.filter(|_| !is_other_card);
        Self {
            sign_module: self.sign_module.or(other.sign_module),
            sign_token: self.sign_token.or(other.sign_token),
            sign_label: label,
            sign_id: id,
            sign_pin_file: self.sign_pin_file.or(other_pin),
        }
    }

    /// The card, if one is spoken of.
    ///
    /// # Errors
    /// When something is missing, or the CKA_ID is not in hex.
    pub fn card(self) -> Result<Option<Card>, Fault> {
        let is_said = [&self.sign_token, &self.sign_label, &self.sign_id]
            .iter()
            .any(|given| given.is_some());
        if self.sign_module.is_none() && self.sign_pin_file.is_none() && !is_said {
            return Ok(None);
        }
        let missing = |what: &str| Fault::Unreadable(format!("a card needs {what}"));
        let id = self.sign_id.map(hex::decode).transpose();
        let id = id.map_err(|error| Fault::unreadable("--sign-id", error))?;
        Ok(Some(Card {
            module: self.sign_module.ok_or_else(|| missing("--sign-module"))?,
            token: self.sign_token.ok_or_else(|| missing("--sign-token"))?,
            key: KeySelector::new(self.sign_label, id)
                .ok_or_else(|| missing("--sign-label or --sign-id"))?,
            pin_file: self.sign_pin_file,
        }))
    }
}

impl Card {
    /// Logs in, once, to the key whose public half is `public`.
    ///
    /// # Errors
    /// When there is no PIN, or card or key cannot be used.
    pub fn open(&self, public: PublicKey) -> Result<Arc<dyn SigningKey>, Fault> {
        system::seal_memory().map_err(|error| Fault::unreadable("keeping the PIN safe", error))?;
        let failed = |fault| Fault::unreadable("the card", fault);
        let inserted = Inserted::find(&self.module, &self.token).map_err(failed)?;
        let pin = match &self.pin_file {
            Some(path) => read_pin(path)?,
            None => ask_pin(&self.token)?,
        };
        if pin.expose_secret().is_empty() {
            return Err(Fault::unreadable("the PIN", "it is empty"));
        }
        let pin = match &self.pin_file {
            Some(_) => CardPin::Kept(&pin),
            None => CardPin::Typed(&pin),
        };
        let card = inserted.open(pin, &self.key, public).map_err(failed)?;
        Ok(Arc::new(CardKey::new(card)))
    }
}

fn read_pin(path: &Path) -> Result<SecretString, Fault> {
    let failed = |why: &dyn ToString| Fault::unreadable(path.display(), why.to_string());
    let bytes = system::read_secret(path).map_err(|error| failed(&error))?;
    let text = std::str::from_utf8(bytes.expose_secret()).map_err(|error| failed(&error))?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}

/// A label is a stranger's text: what a terminal would obey is left out.
fn ask_pin(token: &str) -> Result<SecretString, Fault> {
    let shown: String = token.chars().filter(|c| !c.is_control()).collect();
    let typed = rpassword::prompt_password(format!("PIN of card {shown}: ")).map_err(|error| {
        let what = "asking the PIN on the terminal (or give --sign-pin-file)";
        Fault::unreadable(what, error)
    })?;
    let typed = Zeroizing::new(typed);
    Ok(SecretString::from(typed.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(names: [Option<&str>; 4]) -> CardArguments {
        let [module, token, label, id] = names.map(|name| name.map(ToOwned::to_owned));
        CardArguments {
            sign_module: module.map(PathBuf::from),
            sign_token: token,
            sign_label: label,
            sign_id: id,
            sign_pin_file: None,
        }
    }

    #[test]
    fn the_pin_of_a_profile_is_for_the_card_of_the_profile() {
        let (m, t, l) = (Some("m.so"), Some("ANNA"), Some("sign"));
        let profile = || CardArguments {
            sign_pin_file: Some("pin".into()),
            ..given([m, t, l, None])
        };
        let pin = |said: [Option<&str>; 4]| given(said).or(profile()).sign_pin_file;
        for same in [[None; 4], [None, None, Some("other"), None]] {
            assert_eq!(pin(same), Some("pin".into()), "{same:?}");
        }
        for other in [[None, Some("JAN"), None, None], [m, None, None, None]] {
            assert_eq!(pin(other), None, "{other:?}");
        }
    }

    #[test]
    fn half_a_card_is_refused() {
        let (m, t, l, i) = (Some("m.so"), Some("ANNA"), Some("sign"), Some("0a"));
        assert!(given([None; 4]).card().unwrap().is_none());
        for whole in [[m, t, l, None], [m, t, None, i], [m, t, l, i]] {
            assert!(given(whole).card().unwrap().is_some(), "{whole:?}");
        }
        let empty = Some("");
        for half in [
            [m, None, None, None],
            [m, t, None, None],
            [m, None, l, None],
            [None, t, l, None],
            [None, None, l, None],
            [m, t, empty, None],
            [m, t, None, empty],
            [m, t, None, Some("0")],
            [m, t, None, Some("xy")],
        ] {
            assert!(given(half).card().is_err(), "{half:?}");
        }
    }

    #[test]
    fn a_key_of_the_command_line_is_not_mixed_with_the_profile_s() {
        let profile = given([Some("m.so"), Some("ANNA"), Some("sign"), None]);
        let both = given([None, None, None, Some("0a")]).or(profile.clone());
        assert_eq!((both.sign_label, both.sign_id), (None, Some("0a".into())));
        let profile_s = given([None; 4]).or(profile);
        assert_eq!(profile_s.sign_label.as_deref(), Some("sign"));
    }
}
