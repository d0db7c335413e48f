//! What a stranger hands in with a report of a problem: a certificate by itself or by name, a key,
//! and what shows that the key is compromised (S/MIME BR 4.9.3, 4.9.12).
//!
//! A private key may stand in any field. It is read there and nothing of it leaves this module but
//! its public half. Whose the certificate is, and whether there is one, it does not know.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    csr::armor,
    key_report::{self, Proof, Report, ReportFault},
};
use crate::{
    domain::{
        owner::Role,
        problem_report::{Contact, Description, Problem},
        subject_key::BlockEvidence,
        text::Text,
        timestamp::Timestamp,
    },
    pkix::{private_key, serial_number::SerialNumber},
};

/// Common name of a request that shows a compromise: whoever has the key can make it, and nobody
/// asks for such a certificate.
pub const AGREED: &str = "The key that signed this CSR is compromised";
/// How long a challenge may be signed, in seconds.
pub const CHALLENGE_SECONDS: i64 = 3600;
/// Bytes of the seal of a challenge.
const SEAL: usize = 16;

/// What was handed in, as it came.
#[derive(Clone, Copy, Debug)]
pub struct Handed<'a> {
    pub problem: Problem,
    /// PEM or base64 of a certificate, a request or a key; or serial number or SHA-256 in hex.
    pub about: &'a str,
    pub description: &'a str,
    pub contact: &'a str,
    /// A challenge with its signature.
    pub signed: Option<(&'a str, &'a [u8])>,
}

/// What was read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub key: Option<Report>,
    pub name: Option<CertificateName>,
    /// The name in hex, for people.
    pub named: Option<Text<64>>,
    pub description: Option<Description>,
    pub contact: Option<Contact>,
}

/// How a certificate is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateName {
    Sha256([u8; 32]),
    Serial(SerialNumber),
}

impl Subject {
    /// What shows that the reporter has the key; `None` when nothing does.
    #[must_use]
    pub fn proof(&self) -> Option<&Report> {
        let report = self.key.as_ref()?;
        (report.evidence != BlockEvidence::Officer).then_some(report)
    }

    /// Digest over all that was said: the same again is the same report.
    #[must_use]
    pub fn digest(&self, problem: Problem) -> [u8; 32] {
        let key = self.key.as_ref().map(|report| report.key.fingerprint());
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let parts = [
            problem.name().to_owned(),
            self.proof().is_some().to_string(),
            key.map(hex::encode).unwrap_or_default(),
            text(self.named.as_ref().map(Text::as_str)),
            text(self.description.as_ref().map(Text::as_str)),
            text(self.contact.as_ref().map(Text::as_str)),
        ];
        let digest = parts.iter().fold(Sha256::new(), |digest, part| {
            digest
                .chain_update(part.len().to_be_bytes())
                .chain_update(part)
        });
        digest.finalize().into()
    }
}

/// Why a report cannot be taken: the member, and the code.
pub type Unfit = (&'static str, &'static str);

/// Reads what was handed in.
///
/// # Errors
/// The first fault: `report-about-unclear`, those of [`key_report::examine`], `contact-invalid`,
/// `description-invalid`.
pub fn read(handed: &Handed<'_>) -> Result<Subject, Unfit> {
    let contact = one_line(handed.contact);
    let contact = match contact.is_empty() {
        true => None,
        false => Some(address(&contact).ok_or(("/contact", "contact-invalid"))?),
    };
    let misplaced = shows_private_key(handed.description);
    let (key, name) = if misplaced {
        // Somebody pasted the key where the words belong: it is read, the words are dropped.
        (Some(read_key(handed.description, handed)?), None)
    } else {
        about(handed)?
    };
    let description = match misplaced {
        true => String::new(),
        false => one_line(handed.description),
    };
    let description = (!description.is_empty()).then(|| Text::parse(&description));
    let description = description
        .transpose()
        .map_err(|_| ("/description", "description-invalid"))?;
    let named = name.as_ref().and_then(|name| {
        let hex = match name {
            CertificateName::Sha256(digest) => hex::encode(digest),
            CertificateName::Serial(serial) => hex::encode(serial.as_bytes()),
        };
        Text::parse(&hex).ok()
    });
    Ok(Subject {
        key,
        name,
        named,
        description,
        contact,
    })
}

fn about(handed: &Handed<'_>) -> Result<(Option<Report>, Option<CertificateName>), Unfit> {
    if let Some(name) = by_hex(handed.about) {
        // A signature belongs to a key, and a name holds none.
        return match handed.signed {
            None => Ok((None, Some(name))),
            Some(_) => Err(("/about", "report-about-unclear")),
        };
    }
    let key = read_key(handed.about, handed)?;
    Ok((Some(key), by_digest(handed.about)))
}

/// Whether a private key stands in a text, armored or bare.
fn shows_private_key(text: &str) -> bool {
    let armored = armor::read(text);
    let mut loose = armored.loose.iter();
    armored.names_private_key || loose.any(|der| private_key::public_key_of(der).is_some())
}

/// The key with the strongest proof that comes with it.
fn read_key(text: &str, handed: &Handed<'_>) -> Result<Report, Unfit> {
    let unfit = |fault: ReportFault| match fault {
        ReportFault::Unreadable => ("/about", "report-about-unclear"),
        ReportFault::Proof | ReportFault::Agreed => ("/signature", fault.code()),
        fault => ("/about", fault.code()),
    };
    let plain = key_report::examine(text, Proof::None).map_err(unfit)?;
    if plain.evidence == BlockEvidence::PrivateKey {
        return Ok(plain);
    }
    if let Some((agreed, signature)) = handed.signed {
        let proof = Proof::Challenge { agreed, signature };
        return key_report::examine(text, proof).map_err(unfit);
    }
    Ok(key_report::examine(text, Proof::CommonName(AGREED)).unwrap_or(plain))
}

/// A serial number or digest in hex, as viewers show them: colons and spaces are passed over.
fn by_hex(text: &str) -> Option<CertificateName> {
    let is_filler = |c: char| c == ':' || c.is_whitespace();
    if text.len() > 256 {
        return None;
    }
    let digits: String = text.chars().filter(|c| !is_filler(*c)).collect();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits);
    if digits.len() == 64 {
        let octets = hex::decode(digits).ok()?;
        return Some(CertificateName::Sha256(octets.try_into().ok()?));
    }
    let serial = SerialNumber::parse(&digits.to_ascii_lowercase()).ok()?;
    Some(CertificateName::Serial(serial))
}

/// The digest of the certificate in a text.
fn by_digest(text: &str) -> Option<CertificateName> {
    let armored = armor::read(text);
    let mut blocks = armored.blocks.iter();
    let block = blocks.find(|block| block.label == "CERTIFICATE")?;
    let der = block.der.as_ref()?;
    Some(CertificateName::Sha256(
        Sha256::digest(der.as_slice()).into(),
    ))
}

/// A mail address in form: one `@`, no white space. Whether mail arrives nobody promises.
fn address(text: &str) -> Option<Contact> {
    let (local, domain) = text.split_once('@')?;
    let is_plain = !text.contains(char::is_whitespace) && !domain.contains('@');
    let is_whole = !local.is_empty() && !domain.is_empty();
    (is_plain && is_whole)
        .then(|| Text::parse(text).ok())
        .flatten()
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Whether this role may decide that there is no ground to revoke. One specialist may revoke, for
/// that is the safe side (flows 3.7).
#[must_use]
pub const fn may_decline(role: Role) -> bool {
    matches!(role, Role::ValidationOfficer | Role::SecurityOfficer)
}

/// The key that seals challenges: nothing is stored of a challenge until it is signed.
pub struct ChallengeKey(hmac::Key);

impl ChallengeKey {
    #[must_use]
    pub fn new(key: &SecretBox<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()))
    }

    /// A challenge that may be signed for [`CHALLENGE_SECONDS`], with the end of that time.
    #[must_use]
    pub fn draw(&self, random: [u8; 8], now: Timestamp) -> (String, Timestamp) {
        let until = now.seconds().saturating_add(CHALLENGE_SECONDS);
        let open = format!("{until:010x}{}", hex::encode(random));
        let seal = self.seal(&open);
        let until = Timestamp::from_millis(until.saturating_mul(1000));
        (format!("{open}{seal}"), until)
    }

    /// Whether a challenge is ours and its time is not over.
    #[must_use]
    pub fn is_open(&self, text: &str, now: Timestamp) -> bool {
        let Some((open, seal)) = text.split_at_checked(26) else {
            return false;
        };
        let until = open
            .get(..10)
            .and_then(|digits| i64::from_str_radix(digits, 16).ok());
        let is_ours: bool = self.seal(open).as_bytes().ct_eq(seal.as_bytes()).into();
        is_ours && until.is_some_and(|until| now.seconds() < until)
    }

    fn seal(&self, open: &str) -> String {
        let tag = hmac::sign(&self.0, open.as_bytes());
        hex::encode(tag.as_ref().get(..SEAL).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed(about: &str) -> Handed<'_> {
        Handed {
            problem: Problem::Other,
            about,
            description: "",
            contact: "",
            signed: None,
        }
    }

    #[test]
    fn a_certificate_is_named_as_viewers_show_it() {
        let serial = "2F:0A:11:22:33:44:55:66:77:88:99:00:AA:BB:CC:DD";
        let found = read(&handed(serial)).unwrap();
        let named = found.named.unwrap();
        assert_eq!(named.as_str(), "2f0a11223344556677889900aabbccdd");
        let digest = "AB".repeat(32);
        let found = read(&handed(&digest)).unwrap();
        assert_eq!(found.name, Some(CertificateName::Sha256([0xab; 32])));
        for wrong in ["", "hello", "zz", &"A".repeat(10_000), "\u{0}\u{202e}"] {
            let refused = read(&handed(wrong)).unwrap_err();
            assert_eq!(refused, ("/about", "report-about-unclear"), "{wrong}");
        }
    }

    #[test]
    fn what_is_written_is_one_bounded_line() {
        let about = "ab".repeat(32);
        let with = |description, contact| {
            read(&Handed {
                description,
                contact,
                ..handed(&about)
            })
        };
        let found = with(" one\r\n two\t", " a@example.com ").unwrap();
        assert_eq!(found.description.unwrap().as_str(), "one two");
        assert_eq!(found.contact.unwrap().as_str(), "a@example.com");
        let long = "x".repeat(2001);
        assert_eq!(
            with(&long, "").unwrap_err(),
            ("/description", "description-invalid")
        );
        for wrong in ["a", "@b", "a@", "a@b@c", "a b@c"] {
            let refused = with("", wrong).unwrap_err();
            assert_eq!(refused, ("/contact", "contact-invalid"), "{wrong}");
        }
    }

    #[test]
    fn a_challenge_is_ours_and_short_lived() {
        let key = |byte| ChallengeKey::new(&SecretBox::new(Box::new([byte; 32])));
        let now = Timestamp::from_millis(1_790_000_000_000);
        let (text, until) = key(7).draw([1; 8], now);
        assert!(key_report::challenge_text(&text).lines().count() == 2 && text.len() == 58);
        let last = Timestamp::from_millis(until.millis() - 1);
        assert!(key(7).is_open(&text, now) && key(7).is_open(&text, last));
        assert!(!key(7).is_open(&text, until));
        assert!(!key(8).is_open(&text, now));
        for wrong in ["", "x", &text[..57], &text.replace(&text[..1], "f")] {
            assert!(!key(7).is_open(wrong, now), "{wrong}");
        }
    }
}
