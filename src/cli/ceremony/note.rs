//! Signed notes (c2sp.org/signed-note v1.0.0) with Ed25519 keys, type 0x01.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::checksum;
use crate::pkix::{algorithm::SignatureAlgorithm, signature, spki::PublicKey};

const ED25519: u8 = 1;
/// The specification wants at least 16 signatures to be accepted.
const MOST_SIGNATURES: usize = 16;

/// A verifier key: `<name>+<8 hex digits of the key id>+<base64 of type and key>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vkey {
    name: String,
    key: [u8; 32],
}

/// The private key of a person.
pub(crate) struct NoteKey(Ed25519KeyPair);

/// A note whose signatures are not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// With its final line feed.
    pub(crate) text: String,
    lines: Vec<(String, [u8; 4], Vec<u8>)>,
}

/// A note or a key in another form than the specification's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoteFault {
    #[error("not a verifier key of the form name+hash+base64 with an Ed25519 key")]
    Vkey,
    #[error("not a PEM PKCS#8 file with an Ed25519 private key")]
    Key,
    #[error("not a signed note")]
    Form,
    /// A line by a known key that does not verify spoils the whole note.
    #[error("a signature of a known key does not verify")]
    Signature,
}

impl Vkey {
    /// A name without white space and plus sign.
    pub(crate) fn new(name: &str, key: [u8; 32]) -> Option<Self> {
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        (!name.is_empty() && name.chars().all(plain)).then(|| Self {
            name: name.to_owned(),
            key,
        })
    }

    pub(crate) fn parse(text: &str) -> Result<Self, NoteFault> {
        // The name has no plus sign, the base64 may have one.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::Vkey);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteFault::Vkey)?;
        let (&kind, key) = key.split_first().ok_or(NoteFault::Vkey)?;
        let key = key.try_into().map_err(|_| NoteFault::Vkey)?;
        let vkey = Self::new(name, key).ok_or(NoteFault::Vkey)?;
        if kind == ED25519 && id == hex::encode(vkey.id()) {
            Ok(vkey)
        } else {
            Err(NoteFault::Vkey)
        }
    }

    pub(crate) const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    fn id(&self) -> [u8; 4] {
        let input = [self.name.as_bytes(), b"\n", &[ED25519], &self.key].concat();
        let [a, b, c, d, ..] = checksum::sha256(&input);
        [a, b, c, d]
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519][..], &self.key].concat();
        let (id, key) = (hex::encode(self.id()), STANDARD.encode(key));
        write!(f, "{}+{id}+{key}", self.name)
    }
}

impl NoteKey {
    /// Reads what `openssl genpkey -algorithm ed25519` writes.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, NoteFault> {
        let (label, der) =
            pem_rfc7468::decode_vec(pem.trim().as_bytes()).map_err(|_| NoteFault::Key)?;
        let der = Zeroizing::new(der);
        if label != "PRIVATE KEY" {
            return Err(NoteFault::Key);
        }
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| NoteFault::Key)?;
        Ok(Self(pair))
    }

    pub(crate) fn public(&self) -> Result<[u8; 32], NoteFault> {
        let key = self.0.public_key().as_ref();
        key.try_into().map_err(|_| NoteFault::Key)
    }

    /// Signs `text`, which ends in a line feed.
    pub(crate) fn sign(&self, text: &str, vkey: &Vkey) -> String {
        let value = self.0.sign(text.as_bytes());
        let line = [&vkey.id()[..], value.as_ref()].concat();
        format!("{text}\n\u{2014} {} {}\n", vkey.name, STANDARD.encode(line))
    }
}

impl Note {
    pub(crate) fn parse(note: &str) -> Result<Self, NoteFault> {
        let control = |c: char| c.is_ascii_control() && c != '\n';
        if note.contains(control) {
            return Err(NoteFault::Form);
        }
        // The text ends at the last blank line.
        let end = note.rfind("\n\n").ok_or(NoteFault::Form)?;
        let (text, signatures) = note.split_at(end + 1);
        let signatures = signatures.strip_prefix('\n').ok_or(NoteFault::Form)?;
        let signatures = signatures.strip_suffix('\n').ok_or(NoteFault::Form)?;
        let lines = signatures
            .split('\n')
            .map(line)
            .collect::<Option<Vec<_>>>()
            .filter(|lines| lines.len() <= MOST_SIGNATURES)
            .ok_or(NoteFault::Form)?;
        Ok(Self {
            text: text.to_owned(),
            lines,
        })
    }

    /// Which of the known keys have signed. Lines by unknown keys are ignored.
    pub(crate) fn signers<'a>(&self, known: &'a [Vkey]) -> Result<Vec<&'a Vkey>, NoteFault> {
        let mut signers: Vec<&Vkey> = Vec::new();
        for (name, id, value) in &self.lines {
            let of_line = |vkey: &&Vkey| vkey.name == *name && vkey.id() == *id;
            let Some(vkey) = known.iter().find(of_line) else {
                continue;
            };
            let key = PublicKey::Ed25519(vkey.key);
            signature::verify(
                &key,
                SignatureAlgorithm::Ed25519,
                self.text.as_bytes(),
                value,
            )
            .map_err(|_| NoteFault::Signature)?;
            if !signers.contains(&vkey) {
                signers.push(vkey);
            }
        }
        Ok(signers)
    }
}

fn line(line: &str) -> Option<(String, [u8; 4], Vec<u8>)> {
    let (name, value) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(value).ok()?;
    let (id, value) = bytes.split_at_checked(4)?;
    Some((name.to_owned(), id.try_into().ok()?, value.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The note of the specification's own example.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    /// A checkpoint signed by a SoftHSM key (type 0x01) and a cosigner (0x04, unknown here).
    const LOG: &str =
        "ca.example.org/audit/2026-a+9755634a+AXglrLcmtkDKd9mPjovgy1hE+jO4mveWqRqSe3tf9dtw";
    const CHECKPOINT: &str = "ca.example.org/audit/2026-a\n300\n\
6iMxlEAAzA5KZ5U2Enchi/zZwpjY7VxlhHJXsVpdiNc=\n\n\
\u{2014} ca.example.org/audit/2026-a l1VjSleiQhzMo+y3Bp1quMsl7M9BjOvzlcgzm8jtDIesV5KDjpK8BJYiCCWPJVnmpwCYnjv10+hnJnS322s5x0Qj2Q8=\n\
\u{2014} auditor.example.org/w1 i26t9wAAAABpVbosju5qGvrUu0+k4ghkBGJa8l8tsorxE09rccS5dn0WYMlatFzzAhbLhuuuE4s/wjwpuqJZ3zD6gFCWIA5YnKvaDg==\n";

    #[test]
    fn foreign_keys_and_notes_are_understood() {
        assert_eq!(Vkey::parse(VKEY).unwrap().to_string(), VKEY);
        let log = [Vkey::parse(LOG).unwrap()];
        let note = Note::parse(CHECKPOINT).unwrap();
        assert_eq!(note.signers(&log).unwrap(), [&log[0]]);
        let edited = Note::parse(&CHECKPOINT.replace("300", "301")).unwrap();
        assert_eq!(edited.signers(&log), Err(NoteFault::Signature));
        let other = [Vkey::parse(VKEY).unwrap()];
        assert!(note.signers(&other).unwrap().is_empty());
    }

    #[test]
    fn other_forms_are_refused() {
        for bad in [
            "",
            "name",
            "name+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U",
        ] {
            assert_eq!(Vkey::parse(bad), Err(NoteFault::Vkey), "{bad}");
        }
        for bad in [
            "",
            "text\n",
            "text\n\n",
            "text\n\nname value\n",
            "a\tb\n\n\u{2014} n AAAAAA==\n",
        ] {
            assert_eq!(Note::parse(bad), Err(NoteFault::Form), "{bad:?}");
        }
    }
}
