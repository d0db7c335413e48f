//! The return path of each mail (VERP): which mail came back, provably.
//!
//! Anybody can send a report that says "not delivered". Only whoever had the mail, or carried it,
//! knows its return path, for that holds a keyed tag over the mail's id.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;

use crate::domain::id::MailId;

/// Octets of the tag: 80 bits, so many guesses would have to be mailed.
const TAG: usize = 10;
const MARK: &str = "b+";

/// Makes and knows return paths of one domain.
pub struct ReturnPaths {
    key: SecretBox<[u8; 32]>,
    domain: String,
}

impl ReturnPaths {
    /// `domain` is the host of the return paths, in lower-case A-labels.
    #[must_use]
    pub const fn new(key: SecretBox<[u8; 32]>, domain: String) -> Self {
        Self { key, domain }
    }

    /// The return path of a mail: `b+<id>-<tag>@<domain>`, 55 octets before the `@` (RFC 5321
    /// 4.5.3.1.1 allows 64).
    #[must_use]
    pub fn of(&self, mail: MailId) -> String {
        let id = mail.to_string();
        let tag = hex::encode(self.tag(&id));
        let id = id.strip_prefix("mai_").unwrap_or(&id).replace('-', "");
        format!("{MARK}{id}-{tag}@{}", self.domain)
    }

    /// The mail whose return path this is. Servers may have changed the case of its letters.
    #[must_use]
    pub fn mail_of(&self, address: &str) -> Option<MailId> {
        let address = address.to_ascii_lowercase();
        let (local, domain) = address.rsplit_once('@')?;
        if domain != self.domain {
            return None;
        }
        let (id, tag) = local.strip_prefix(MARK)?.split_once('-')?;
        let id: MailId = dashed(id)?.parse().ok()?;
        let tag = hex::decode(tag).ok()?;
        let right = self.tag(&id.to_string());
        bool::from(right.as_slice().ct_eq(&tag)).then_some(id)
    }

    fn tag(&self, id: &str) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.expose_secret());
        let full = hmac::sign(&key, id.as_bytes());
        full.as_ref().iter().copied().take(TAG).collect()
    }
}

/// The id as it is spelled, from its 32 digits.
fn dashed(digits: &str) -> Option<String> {
    let part = |from: usize, to: usize| digits.get(from..to);
    if digits.len() != 32 {
        return None;
    }
    let parts = [
        part(0, 8)?,
        part(8, 12)?,
        part(12, 16)?,
        part(16, 20)?,
        part(20, 32)?,
    ];
    Some(format!("mai_{}", parts.join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    fn paths(byte: u8) -> ReturnPaths {
        let key = SecretBox::new(Box::new([byte; 32]));
        ReturnPaths::new(key, "bounces.example.com".to_owned())
    }

    fn mail(byte: u8) -> MailId {
        MailId::new(Timestamp::from_millis(1_760_000_000_000), [byte; 10])
    }

    #[test]
    fn a_return_path_names_its_mail_and_fits_into_an_address() {
        let address = paths(1).of(mail(7));
        assert_eq!(paths(1).mail_of(&address), Some(mail(7)));
        assert_eq!(paths(1).mail_of(&address.to_uppercase()), Some(mail(7)));
        let (local, _) = address.split_once('@').unwrap();
        assert!(local.len() <= 64, "{local}");
        assert_ne!(address, paths(1).of(mail(8)));
    }

    #[test]
    fn what_another_made_up_names_no_mail() {
        let right = paths(1).of(mail(7));
        let tag_of = |address: &str| address.split(['-', '@']).nth(1).unwrap().to_owned();
        let other_tag = tag_of(&paths(1).of(mail(8)));
        for wrong in [
            paths(2).of(mail(7)),
            right.replace(&tag_of(&right), &other_tag),
            right.replace(&tag_of(&right), ""),
            right.replace("bounces.example.com", "example.com"),
            right.replace("b+", ""),
            right.replace('-', ""),
            "b+żółw-aaaa@bounces.example.com".to_owned(),
            "anna@example.com".to_owned(),
            String::new(),
        ] {
            assert_eq!(paths(1).mail_of(&wrong), None, "{wrong}");
        }
    }
}
