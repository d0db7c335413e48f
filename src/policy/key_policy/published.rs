//! Lists of keys whose private half is public: Debian's weak keys (CVE-2008-0166) and others.
//!
//! Three published formats are read; a key is looked up in all of them. The lists say nothing of
//! keys or sizes they do not hold, and nothing here knows where they come from.

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::pkix::spki::PublicKey;

/// Last octets of the SHA-1 of `Modulus=<hexadecimal>\n`, as `openssl-blacklist` has them.
type ModulusTail = [u8; 10];
/// First octets of the SHA-256 of the modulus or of a point's x, without leading zeros.
type ValueHead = [u8; 15];

/// All lists together.
#[derive(Clone, Debug, Default)]
pub struct PublishedKeys {
    tails: Vec<ModulusTail>,
    heads: Vec<ValueHead>,
}

/// Why a list cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    #[error("line {0} is neither a comment nor 20 or 64 hexadecimal digits")]
    Line(usize),
    #[error("it is neither text nor a sequence of 16-octet blocks in rising order")]
    Blocks,
    #[error("it names no key")]
    Empty,
}

impl PublishedKeys {
    /// Reads one list more. Text: `#` comments, lines of 20 digits (`openssl-blacklist`) or 64
    /// (SHA-256 of the modulus or x). Else the blocks of badkeys' `blocklist.dat`: 15 octets of
    /// that SHA-256 and one that names the source, sorted.
    ///
    /// # Errors
    /// When the list is of another form or empty; nothing of it is taken then.
    pub fn read(&mut self, list: &[u8]) -> Result<(), ListFault> {
        let mut new = Self::default();
        match std::str::from_utf8(list) {
            Ok(text) if !text.contains('\0') => new.lines(text)?,
            _ => new.blocks(list)?,
        }
        if new.is_empty() {
            return Err(ListFault::Empty);
        }
        self.tails.append(&mut new.tails);
        self.heads.append(&mut new.heads);
        self.tails.sort_unstable();
        self.tails.dedup();
        self.heads.sort_unstable();
        self.heads.dedup();
        Ok(())
    }

    /// How many keys the lists name.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.tails.len() + self.heads.len()
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the lists name, as one digest: the same for the same keys in whatever files.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(
            u64::try_from(self.tails.len())
                .unwrap_or(u64::MAX)
                .to_be_bytes(),
        );
        for tail in &self.tails {
            digest.update(tail);
        }
        for head in &self.heads {
            digest.update(head);
        }
        digest.finalize().into()
    }

    /// Whether a list names the key.
    #[must_use]
    pub fn name(&self, key: &PublicKey) -> bool {
        let value = match key {
            PublicKey::Rsa { modulus, .. } => {
                if !self.tails.is_empty()
                    && self.tails.binary_search(&modulus_tail(modulus)).is_ok()
                {
                    return true;
                }
                modulus.as_slice()
            }
            PublicKey::Ec { curve, point } => {
                let x = point.get(1..=curve.field_len()).unwrap_or_default();
                let zeros = x.iter().take_while(|octet| **octet == 0).count();
                x.get(zeros..).unwrap_or_default()
            }
            PublicKey::Ed25519(_) => return false,
        };
        !self.heads.is_empty() && self.heads.binary_search(&value_head(value)).is_ok()
    }

    fn lines(&mut self, text: &str) -> Result<(), ListFault> {
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fault = ListFault::Line(number);
            let octets = hex::decode(line).map_err(|_| fault)?;
            if let Ok(tail) = ModulusTail::try_from(octets.as_slice()) {
                self.tails.push(tail);
            } else if octets.len() == 32 {
                self.heads.extend(octets.first_chunk().copied());
            } else {
                return Err(fault);
            }
        }
        Ok(())
    }

    fn blocks(&mut self, list: &[u8]) -> Result<(), ListFault> {
        let (blocks, rest) = list.as_chunks::<16>();
        if !rest.is_empty() || !blocks.is_sorted() {
            return Err(ListFault::Blocks);
        }
        let heads = blocks.iter().filter_map(|block| block.first_chunk());
        self.heads.extend(heads.copied());
        Ok(())
    }
}

fn modulus_tail(modulus: &[u8]) -> ModulusTail {
    let line = format!("Modulus={}\n", hex::encode_upper(modulus));
    let digest = Sha1::digest(line);
    digest.last_chunk().copied().unwrap_or_default()
}

fn value_head(value: &[u8]) -> ValueHead {
    let digest = Sha256::digest(value);
    digest.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{spki::Curve, test_key::TestKey};

    fn rsa(last: u8) -> PublicKey {
        let mut modulus = vec![0xab; 256];
        modulus[255] = last;
        PublicKey::Rsa {
            modulus,
            exponent: vec![1, 0, 1],
        }
    }

    fn listed(list: &[u8]) -> PublishedKeys {
        let mut keys = PublishedKeys::default();
        keys.read(list).unwrap();
        keys
    }

    #[test]
    fn openssl_blacklist() {
        // printf 'Modulus=ABAB…AB01\n' | sha1sum | cut -c 21-40
        let list = b"# OpenSSL blacklist file\n\n0123456789abcdef0123\n8b2c\n";
        let mut keys = PublishedKeys::default();
        assert_eq!(keys.read(list), Err(ListFault::Line(4)));
        assert!(keys.is_empty());
        let keys = listed(TAIL_OF_1);
        assert!(keys.name(&rsa(1)) && !keys.name(&rsa(3)));
        assert!(!keys.name(&TestKey::ec(Curve::P256).public()));
    }

    #[test]
    fn sha256_of_modulus_or_x_as_text_and_as_blocks() {
        let mut point = vec![4; 65];
        // A leading zero of x does not count.
        point[1] = 0;
        let ec = PublicKey::Ec {
            curve: Curve::P256,
            point,
        };
        let PublicKey::Rsa { modulus, .. } = rsa(1) else {
            panic!()
        };
        let hashes = [Sha256::digest(modulus), Sha256::digest([4; 31])];
        let text = hashes.map(hex::encode).join("\n");
        let mut blocks = hashes.map(|hash| {
            let mut block: [u8; 16] = *hash.first_chunk().unwrap();
            block[15] = 7;
            block
        });
        blocks.sort_unstable();
        for keys in [listed(text.as_bytes()), listed(blocks.as_flattened())] {
            assert_eq!(keys.len(), 2);
            assert!(keys.name(&rsa(1)) && keys.name(&ec));
            assert!(!keys.name(&rsa(3)));
            assert!(!keys.name(&TestKey::ed25519().public()));
        }
        blocks.reverse();
        let mut keys = PublishedKeys::default();
        assert_eq!(keys.read(blocks.as_flattened()), Err(ListFault::Blocks));
        assert_eq!(keys.read(&[0xff; 17]), Err(ListFault::Blocks));
    }

    #[test]
    fn a_list_without_keys_is_a_mistake() {
        for list in [&b""[..], b"\n", b"# nothing\n"] {
            let mut keys = PublishedKeys::default();
            assert_eq!(keys.read(list), Err(ListFault::Empty));
        }
    }

    const TAIL_OF_1: &[u8] = b"6a682908ad3e50b8f94d\r\n";
}
