//! The Random Value that proves control of a mailbox (S/MIME BR 3.2.2.2).
//!
//! The value is never stored. It is the first 130 bits of HMAC-SHA256 under a key that is kept
//! outside the database, over a label, the validation, its address and a nonce of 256 fresh
//! random bits. Therefore:
//!
//! - *At least 112 bits of entropy*: without the key the value cannot be told from 130 random
//!   bits, even by somebody who reads the database, nonce included; with the key but without
//!   the nonce the 256 random bits of the nonce leave 130 bits open just the same.
//! - *Unique in each mail*: a mail belongs to one nonce, and each mail is written for a new one.
//! - *To that address only*: the value exists in the mail's text, rendered when it is handed to
//!   the mail server, and nowhere else.
//!
//! What is compared is another keyed hash of what was typed, so even a timing difference would
//! speak about hashes only.
//!
//! Does not know tries, times or states: `domain::mailbox` judges those.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use subtle::ConstantTimeEq;

use crate::domain::{
    id::MailboxId,
    mailbox::{FreshSeed, MailAddress, MailboxValidation},
};

/// Crockford's base32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS: usize = 26;
/// After so many symbols stands a dash (contract: 5-5-5-5-6).
const GROUPS: [usize; 4] = [5, 10, 15, 20];
/// Longest input that is looked at: a code with a separator after each symbol.
const TYPED_CAP: usize = 4 * SYMBOLS;

/// The key behind the codes, 256 bits.
pub struct CodeKey(SecretBox<[u8; 32]>);

/// The key has another length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key of the e-mail codes must have exactly 32 bytes")]
pub struct InvalidCodeKey;

impl CodeKey {
    /// # Errors
    /// Unless there are 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidCodeKey> {
        let mut key = Box::new([0; 32]);
        if bytes.len() != key.len() {
            return Err(InvalidCodeKey);
        }
        key.copy_from_slice(bytes);
        Ok(Self(SecretBox::new(key)))
    }

    /// A key of its own for another purpose of this daemon: nothing made with it says anything
    /// about codes, nor the other way round.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> SecretBox<[u8; 32]> {
        let mut key = Box::new([0; 32]);
        *key = self.keyed(["chancery derived key v1", purpose], b"");
        SecretBox::new(key)
    }

    /// What is stored of a new code.
    #[must_use]
    pub fn seed(&self, id: MailboxId, address: &MailAddress, nonce: [u8; 32]) -> FreshSeed {
        let code = self.symbols(id, address, &nonce);
        FreshSeed {
            nonce,
            mac: self.check(id, address, &code),
        }
    }

    /// The code as it stands in the mail, for the nonce that is stored now.
    #[must_use]
    pub fn code(&self, mailbox: &MailboxValidation) -> SecretString {
        let symbols = self.symbols(mailbox.id, &mailbox.address, &mailbox.code.nonce);
        let mut text = String::with_capacity(SYMBOLS + GROUPS.len());
        for (place, symbol) in symbols.chars().enumerate() {
            if GROUPS.contains(&place) {
                text.push('-');
            }
            text.push(symbol);
        }
        SecretString::from(text)
    }

    /// Whether `typed` is the mailed value, in whatever case and grouping, with O for 0 and I
    /// or L for 1. Takes the same time for every wrong value of full length.
    #[must_use]
    pub fn matches(&self, mailbox: &MailboxValidation, typed: &str) -> bool {
        let Some(symbols) = normalized(typed) else {
            return false;
        };
        let mac = self.check(mailbox.id, &mailbox.address, &symbols);
        mac.ct_eq(&mailbox.code.mac).into()
    }

    fn symbols(&self, id: MailboxId, address: &MailAddress, nonce: &[u8; 32]) -> String {
        encode(&self.mac("chancery mailbox code v1", id, address, nonce))
    }

    fn check(&self, id: MailboxId, address: &MailAddress, symbols: &str) -> [u8; 32] {
        self.mac("chancery mailbox check v1", id, address, symbols.as_bytes())
    }

    fn mac(&self, label: &str, id: MailboxId, address: &MailAddress, last: &[u8]) -> [u8; 32] {
        self.keyed([label, &id.to_string(), address.as_str()], last)
    }

    /// The parts are separated by NUL, which none but the last can contain.
    fn keyed<const N: usize>(&self, parts: [&str; N], last: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose_secret());
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        context.update(last);
        let mut out = [0; 32];
        for (to, from) in out.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        out
    }
}

/// The first 26 × 5 bits, most significant first.
fn encode(bytes: &[u8; 32]) -> String {
    let bit = |at: usize| {
        let byte = bytes.get(at / 8).copied().unwrap_or_default();
        usize::from(byte >> (7 - at % 8) & 1)
    };
    let symbol = |place: usize| {
        let index = (0..5).fold(0, |value, offset| value << 1 | bit(place * 5 + offset));
        char::from(ALPHABET.get(index).copied().unwrap_or_default())
    };
    (0..SYMBOLS).map(symbol).collect()
}

/// The 26 symbols that were meant; `None` when it cannot be a code.
fn normalized(typed: &str) -> Option<String> {
    if typed.len() > TYPED_CAP {
        return None;
    }
    let is_separator = |c: &char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}');
    let symbols: String = typed
        .chars()
        .filter(|c| !is_separator(c))
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            upper => upper,
        })
        .collect();
    let known = |byte: u8| ALPHABET.contains(&byte);
    (symbols.len() == SYMBOLS && symbols.bytes().all(known)).then_some(symbols)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        id::OrderId,
        mailbox::NewMailbox,
        owner::{ActingFor, IdentityName, Owner},
        terms::Terms,
        text::Language,
        timestamp::Timestamp,
    };

    fn key(byte: u8) -> CodeKey {
        CodeKey::from_bytes(&[byte; 32]).unwrap()
    }

    fn mailbox(key: &CodeKey, address: &str, nonce: [u8; 32]) -> MailboxValidation {
        let now = Timestamp::from_millis(1_760_000_000_000);
        let id = MailboxId::new(now, [1; 10]);
        let address = MailAddress::restore(address.to_owned());
        let new = NewMailbox {
            id,
            order: OrderId::new(now, [2; 10]),
            owner: Owner {
                ra: IdentityName::parse("panel").unwrap(),
                customer: None,
            },
            seed: key.seed(id, &address, nonce),
            address,
            language: Language::English,
            acting_for: ActingFor::default(),
            terms: Terms::default(),
            now,
        };
        (*MailboxValidation::start(new)).clone()
    }

    fn code(key: &CodeKey, nonce: [u8; 32]) -> String {
        let mailbox = mailbox(key, "a@example.com", nonce);
        key.code(&mailbox).expose_secret().to_owned()
    }

    #[test]
    fn has_the_form_of_the_contract() {
        let code = code(&key(1), [7; 32]);
        let groups: Vec<&str> = code.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        assert_eq!(lengths, [5, 5, 5, 5, 6]);
        assert!(groups.concat().bytes().all(|b| ALPHABET.contains(&b)));
        assert_eq!(encode(&[0xFF; 32]), "Z".repeat(26));
        let mut first = [0; 32];
        first[0] = 0b0000_1000;
        assert_eq!(encode(&first), format!("1{}", "0".repeat(25)));
    }

    #[test]
    fn each_key_nonce_and_address_gives_another_code() {
        let mut seen = HashSet::new();
        for byte in 0..100 {
            assert!(seen.insert(code(&key(1), [byte; 32])));
        }
        assert!(seen.insert(code(&key(2), [7; 32])));
        let (one, other) = (key(1), mailbox(&key(1), "b@example.com", [7; 32]));
        assert!(seen.insert(one.code(&other).expose_secret().to_owned()));
    }

    #[test]
    fn people_may_type_it_their_way() {
        let key = key(3);
        // A nonce whose code holds both digits that have look-alikes.
        let nonce = (0..=255)
            .map(|byte| [byte; 32])
            .find(|nonce| {
                let code = code(&key, *nonce);
                code.contains('0') && code.contains('1')
            })
            .unwrap();
        let mailbox = mailbox(&key, "a@example.com", nonce);
        let right = key.code(&mailbox).expose_secret().to_owned();
        for typed in [
            right.clone(),
            right.to_lowercase(),
            right.replace('-', ""),
            right.replace('-', " – "),
            right.replace('0', "o").replace('1', "l"),
            right.replace('0', "O").replace('1', "I"),
            format!("  {right}\r\n"),
        ] {
            assert!(key.matches(&mailbox, &typed), "{typed:?}");
        }
        let swapped = if right.starts_with('2') { "3" } else { "2" };
        let near = format!("{swapped}{}", &right[1..]);
        let long = format!("{right}0");
        let padded = format!("{right}{}", " ".repeat(200));
        for typed in [
            "",
            "code",
            &near,
            &long,
            &right[1..],
            &padded,
            &"0".repeat(26),
        ] {
            assert!(!key.matches(&mailbox, typed), "{typed:?}");
        }
        assert!(
            !CodeKey::from_bytes(&[4; 32])
                .unwrap()
                .matches(&mailbox, &right)
        );
        assert!(CodeKey::from_bytes(&[4; 31]).is_err());
    }

    proptest! {
        #[test]
        fn hostile_input_is_only_wrong(typed in "\\PC{0,120}") {
            let key = key(5);
            prop_assert!(!key.matches(&mailbox(&key, "a@example.com", [9; 32]), &typed));
        }
    }
}
