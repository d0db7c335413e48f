//! The link by which whoever reads a reminder wants no more of them (RFC 2369 3.2, RFC 8058 3.1).
//!
//! The link names the mail and holds a keyed tag over it, its recipient and its group: it can
//! neither be guessed nor used for another address. A tag is chosen over a random value that is
//! kept hashed because nothing must then be stored for each mail, and a mail that is tried again
//! has the same octets. The key is derived from that of the e-mail codes and has no other use.
//!
//! It has no end of its own: it is good as long as the ledger knows the mail, and for nothing but
//! this wish, which can be taken back by the same link.
//!
//! Does not know whether the wish was spoken before.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;

use crate::domain::{
    id::MailId,
    mail::{Mail, reminders::ReminderGroup},
};

/// Octets of the tag: 128 bits (RFC 8058 3.1 wants a part that is hard to forge).
const TAG: usize = 16;
const LABEL: &str = "chancery unsubscribe link v1";

/// Makes and knows the links of one public listener.
pub struct UnsubscribeLinks {
    key: SecretBox<[u8; 32]>,
    base: String,
}

/// What a link says, as long as nobody has compared its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    mail: MailId,
    tag: [u8; TAG],
}

impl UnsubscribeLinks {
    /// `base`: URL of the public listener, without a slash at the end.
    #[must_use]
    pub const fn new(key: SecretBox<[u8; 32]>, base: String) -> Self {
        Self { key, base }
    }

    /// The link of a reminder; `None` for any other mail.
    #[must_use]
    pub fn of(&self, mail: &Mail) -> Option<String> {
        let tag = self.tag(mail, mail.kind.reminds()?);
        let token = BASE64_URL_SAFE_NO_PAD.encode([mail.id.octets(), tag].concat());
        Some(format!("{}/u/{token}", self.base))
    }

    /// The group that the token is for, when it was made for this mail.
    #[must_use]
    pub fn group(&self, token: &Token, mail: &Mail) -> Option<ReminderGroup> {
        let group = mail.kind.reminds()?;
        let right = self.tag(mail, group);
        (token.mail == mail.id && bool::from(right.ct_eq(&token.tag))).then_some(group)
    }

    /// The parts are separated by NUL, which none of them can contain.
    fn tag(&self, mail: &Mail, group: ReminderGroup) -> [u8; TAG] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.expose_secret());
        let mut context = hmac::Context::with_key(&key);
        let id = mail.id.to_string();
        for part in [LABEL, &id, &mail.recipient, group.name()] {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        let mut tag = [0; TAG];
        for (to, from) in tag.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        tag
    }
}

impl Token {
    /// `None` when it cannot be a token.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let octets = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (mail, tag) = octets.split_first_chunk::<16>()?;
        Some(Self {
            mail: MailId::from_octets(*mail),
            tag: tag.try_into().ok()?,
        })
    }

    #[must_use]
    pub const fn mail(&self) -> MailId {
        self.mail
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        id::JobId,
        mail::{MailKind, NewMail},
        owner::{IdentityName, Owner},
        text::Language,
        timestamp::Timestamp,
    };

    fn mail(kind: MailKind, recipient: &str, random: u8) -> Mail {
        let now = Timestamp::from_millis(1_760_000_000_000);
        let new = NewMail {
            id: MailId::new(now, [random; 10]),
            job: JobId::new(now, [random; 10]),
            kind,
            owner: Owner {
                ra: IdentityName::parse("panel").unwrap(),
                customer: None,
            },
            order: None,
            object: "x".to_owned(),
            recipient: recipient.to_owned(),
            language: Language::English,
            now,
        };
        Mail::queue(new).mail().clone()
    }

    fn links(key: u8) -> UnsubscribeLinks {
        let key = SecretBox::new(Box::new([key; 32]));
        UnsubscribeLinks::new(key, "https://pki.example.com".to_owned())
    }

    fn token(links: &UnsubscribeLinks, mail: &Mail) -> String {
        let link = links.of(mail).unwrap();
        link.strip_prefix("https://pki.example.com/u/")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_link_is_good_for_its_mail_its_address_and_its_group_alone() {
        let links = links(1);
        let own = mail(MailKind::OrderLapsing, "a@example.com", 1);
        let text = token(&links, &own);
        assert_eq!(text.len(), 43, "short enough for a line of its own");
        let read = Token::read(&text).unwrap();
        assert_eq!(read.mail(), own.id);
        assert_eq!(links.group(&read, &own), Some(ReminderGroup::Order));
        for other in [
            mail(MailKind::OrderLapsing, "b@example.com", 1),
            mail(MailKind::CertificateExpiring, "a@example.com", 1),
            mail(MailKind::OrderLapsing, "a@example.com", 2),
            mail(MailKind::Issued, "a@example.com", 1),
        ] {
            assert_eq!(links.group(&read, &other), None, "{other:?}");
        }
        assert_eq!(super::tests::links(2).group(&read, &own), None);
    }

    #[test]
    fn each_altered_character_makes_it_worthless() {
        let links = links(1);
        let own = mail(MailKind::DataExpiring, "a@example.com", 1);
        let text = token(&links, &own);
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            let good = Token::read(&other).and_then(|token| links.group(&token, &own));
            assert_eq!(good, None, "{other}");
        }
        for other in [&text[1..], &format!("{text}A"), &format!("{text}="), ""] {
            assert_eq!(Token::read(other), None, "{other}");
        }
    }

    #[test]
    fn only_reminders_have_a_link() {
        let links = links(1);
        for kind in MailKind::ALL {
            let link = links.of(&mail(kind, "a@example.com", 1));
            assert_eq!(link.is_some(), kind.reminds().is_some(), "{kind:?}");
        }
    }
}
