//! The form of a file: AES-256-GCM in chunks, as in STREAM (Hoang, Reyhanitabar, Rogaway, Vizár,
//! "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015).
//!
//! ```text
//! head   "CHANDOC1" | id of the wrapping key, padded with zeros to 32 | nonce (12) | wrapped key (48)
//! chunk  ciphertext of 65536 bytes, fewer only in the last, and a tag of 16
//! ```
//! A data key is drawn for each file and wrapped under the newest key of the secret. The nonce of
//! a chunk is seven zeros, its number from 0 in four bytes, and 1 in the last chunk, else 0: so a
//! chunk stands in its place and the end is the end. Head and id (of the document, or of the row
//! whose content it is) are authenticated with each chunk: it opens under its own name only.
//!
//! Bytes in, bytes out; knows nothing of files.

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use zeroize::Zeroizing;

use super::keys::{DocumentKeys, ID, key_of};
use crate::ports::{
    document_files::FilesError,
    entropy::{Entropy, random},
};

/// Form and version.
const MARK: &[u8; 8] = b"CHANDOC1";
const TAG: usize = 16;
/// Length of the head.
pub(super) const HEAD: usize = MARK.len() + ID + NONCE_LEN + 32 + TAG;
/// Plaintext of a chunk but the last.
const CHUNK: usize = 64 * 1024;
/// A chunk as it lies in the file.
pub(super) const SEALED: usize = CHUNK + TAG;

/// The data key, what each chunk is bound to, and the next chunk's number.
struct Stream {
    key: LessSafeKey,
    bound: Vec<u8>,
    number: u32,
}

impl Stream {
    fn nonce(&mut self, last: bool) -> Result<Nonce, FilesError> {
        let mut nonce = [0; NONCE_LEN];
        let [a, b, c, d] = self.number.to_be_bytes();
        for (to, from) in nonce.iter_mut().skip(7).zip([a, b, c, d, u8::from(last)]) {
            *to = from;
        }
        self.number = self.number.checked_add(1).ok_or(FilesError::Damaged)?;
        Ok(Nonce::assume_unique_for_key(nonce))
    }
}

/// A file being encrypted.
pub(super) struct Sealing {
    stream: Stream,
    /// Plaintext of a chunk of which it is not known whether it is the last.
    waiting: Zeroizing<Vec<u8>>,
}

impl Sealing {
    /// Draws a data key; gives the head.
    pub(super) fn begin(
        keys: &DocumentKeys,
        entropy: &dyn Entropy,
        id: &str,
    ) -> Result<(Vec<u8>, Self), FilesError> {
        let weak = |_| FilesError::Unavailable("the random number generator failed".to_owned());
        let (name, wrapping) = keys.newest().ok_or_else(|| refused("there is no key"))?;
        let data = Zeroizing::new(random::<32>(entropy).map_err(weak)?);
        let nonce: [u8; NONCE_LEN] = random(entropy).map_err(weak)?;
        let mut head = MARK.to_vec();
        head.extend(name.bytes().chain(std::iter::repeat(0)).take(ID));
        let mut wrapped = Zeroizing::new(data.to_vec());
        wrapping
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound(&head, id)),
                &mut *wrapped,
            )
            .map_err(|_| refused("wrapping failed"))?;
        head.extend(nonce);
        head.extend(wrapped.iter());
        let sealing = Self {
            stream: Stream {
                key: key_of(&data).ok_or_else(|| refused("no data key"))?,
                bound: bound(&head, id),
                number: 0,
            },
            waiting: Zeroizing::new(Vec::with_capacity(SEALED)),
        };
        Ok((head, sealing))
    }

    /// Takes plaintext; gives the chunks that are full and followed by more.
    pub(super) fn write(&mut self, mut plain: &[u8]) -> Result<Vec<u8>, FilesError> {
        let mut sealed = Vec::new();
        while !plain.is_empty() {
            if self.waiting.len() == CHUNK {
                sealed.extend(self.chunk(false)?);
            }
            let room = CHUNK.saturating_sub(self.waiting.len()).min(plain.len());
            let (now, later) = plain.split_at_checked(room).unwrap_or((plain, &[]));
            self.waiting.extend_from_slice(now);
            plain = later;
        }
        Ok(sealed)
    }

    /// Gives the last chunk, an empty one for an empty file.
    pub(super) fn end(mut self) -> Result<Vec<u8>, FilesError> {
        self.chunk(true)
    }

    fn chunk(&mut self, last: bool) -> Result<Vec<u8>, FilesError> {
        let nonce = self.stream.nonce(last)?;
        let mut chunk = std::mem::replace(&mut *self.waiting, Vec::with_capacity(SEALED));
        let bound = Aad::from(&self.stream.bound);
        let key = &self.stream.key;
        key.seal_in_place_append_tag(nonce, bound, &mut chunk)
            .map_err(|_| refused("encryption failed"))?;
        Ok(chunk)
    }
}

/// A file being decrypted.
pub(super) struct Opening(Stream);

impl Opening {
    /// Reads the head of this document's file.
    pub(super) fn begin(keys: &DocumentKeys, head: &[u8], id: &str) -> Result<Self, FilesError> {
        let rest = head.strip_prefix(MARK).ok_or(FilesError::NotSealed)?;
        let (name, rest) = rest.split_first_chunk::<ID>().ok_or(FilesError::Damaged)?;
        let (nonce, wrapped) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(FilesError::Damaged)?;
        let name = std::str::from_utf8(name).map_err(|_| FilesError::Damaged)?;
        let name = name.trim_end_matches('\0');
        let wrapping = keys.of(name);
        let wrapping = wrapping.ok_or_else(|| FilesError::KeyGone(printable(name)))?;
        let mut data = Zeroizing::new(wrapped.to_vec());
        let named = head.get(..MARK.len() + ID).ok_or(FilesError::Damaged)?;
        let data = wrapping
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(bound(named, id)),
                &mut data,
            )
            .map_err(|_| FilesError::Damaged)?;
        let data = <&[u8; 32]>::try_from(&*data).map_err(|_| FilesError::Damaged)?;
        Ok(Self(Stream {
            key: key_of(data).ok_or(FilesError::Damaged)?,
            bound: bound(head, id),
            number: 0,
        }))
    }

    /// Decrypts the next chunk; `last` when nothing follows it in the file.
    pub(super) fn chunk(&mut self, mut sealed: Vec<u8>, last: bool) -> Result<Vec<u8>, FilesError> {
        let nonce = self.0.nonce(last)?;
        let bound = Aad::from(&self.0.bound);
        let opened = self.0.key.open_in_place(nonce, bound, &mut sealed);
        let length = opened.map_err(|_| FilesError::Damaged)?.len();
        sealed.truncate(length);
        Ok(sealed)
    }
}

/// What is authenticated besides the content.
fn bound(head: &[u8], id: &str) -> Vec<u8> {
    let mut bound = head.to_vec();
    bound.extend(id.bytes());
    bound
}

/// The id of a key as a damaged file may name it.
fn printable(name: &str) -> String {
    name.chars().filter(char::is_ascii_graphic).collect()
}

fn refused(what: &str) -> FilesError {
    FilesError::Unavailable(what.to_owned())
}
