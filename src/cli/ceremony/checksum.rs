//! Checksums people can read aloud.

use std::{io::Read, path::Path};

use sha2::{Digest, Sha256};

use super::{fault::Fault, input};

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Of a file of any size.
pub(crate) fn of_file(path: &Path) -> Result<[u8; 32], Fault> {
    let mut file = input::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file
            .read(&mut buffer)
            .map_err(|error| input::unreadable(path, error))?;
        match buffer.get(..read) {
            Some([]) | None => return Ok(hash.finalize().into()),
            Some(bytes) => hash.update(bytes),
        }
    }
}

/// The first eight bytes in words of the PGP list: even positions have two syllables, odd ones
/// three, so a swapped or forgotten word is heard.
pub(crate) fn words(hash: &[u8; 32]) -> String {
    let (head, _) = hash.split_at(8);
    pgp_words::to_words(head).join(" ")
}

/// Whether `text` is the hash in hex, in any case.
pub(crate) fn is(text: &str, hash: &[u8; 32]) -> bool {
    hex::decode(text).is_ok_and(|bytes| bytes == hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_list() {
        // As `kskm-sha2wordlist` of IANA's key signing tools says it.
        let hash = sha256(b"hello, world\n");
        assert_eq!(hex::encode(&hash[..4]), "853ff937");
        let said = words(&hash);
        assert!(
            said.starts_with("music customer waffle consensus"),
            "{said}"
        );
        assert_eq!(said.split(' ').count(), 8);
    }
}
