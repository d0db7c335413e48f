//! The content of evidence under the keys of documents: the form of a file, in one piece. Its name
//! is the id of its row. Knows nothing of databases.

use std::sync::Arc;

use super::{
    keys::DocumentKeys,
    sealed::{HEAD, Opening, SEALED, Sealing},
};
use crate::ports::{
    content_seal::{ContentSeal, SealError},
    document_files::FilesError,
    entropy::Entropy,
};

/// Seals under the newest key, opens under any.
pub struct SealedContent {
    keys: Arc<DocumentKeys>,
    entropy: Arc<dyn Entropy>,
}

impl SealedContent {
    #[must_use]
    pub fn new(keys: Arc<DocumentKeys>, entropy: Arc<dyn Entropy>) -> Self {
        Self { keys, entropy }
    }
}

impl ContentSeal for SealedContent {
    fn seal(&self, id: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let (mut sealed, mut sealing) = Sealing::begin(&self.keys, &*self.entropy, id)?;
        sealed.extend(sealing.write(plain)?);
        sealed.extend(sealing.end()?);
        Ok(sealed)
    }

    fn open(&self, id: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (head, mut rest) = sealed.split_at_checked(HEAD).unwrap_or((sealed, &[]));
        let mut opening = Opening::begin(&self.keys, head, id)?;
        let mut plain = Vec::with_capacity(rest.len());
        loop {
            let (chunk, after) = rest.split_at_checked(SEALED).unwrap_or((rest, &[]));
            plain.extend(opening.chunk(chunk.to_vec(), after.is_empty())?);
            rest = after;
            if rest.is_empty() {
                return Ok(plain);
            }
        }
    }
}

impl From<FilesError> for SealError {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::NotSealed => Self::NotSealed,
            FilesError::KeyGone(key) => Self::KeyGone(key),
            FilesError::Missing | FilesError::Damaged => Self::Damaged,
            FilesError::Unavailable(what) => Self::Unavailable(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::entropy::EntropyFailed;

    /// Counts: two draws differ. After 200 draws it is worn out.
    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) -> Result<(), EntropyFailed> {
            let next = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if next > 200 {
                return Err(EntropyFailed);
            }
            out.fill(next);
            Ok(())
        }
    }

    const OLD: &str = "old 1111111111111111111111111111111111111111111111111111111111111111";
    const NEW: &str = "new 2222222222222222222222222222222222222222222222222222222222222222";

    fn under(keys: &[&str]) -> SealedContent {
        let keys = DocumentKeys::parse(keys.join("\n").as_bytes()).unwrap();
        let entropy = Counting(std::sync::atomic::AtomicU8::new(1));
        SealedContent::new(Arc::new(keys), Arc::new(entropy))
    }

    #[test]
    fn what_was_sealed_comes_back_whatever_its_length() {
        let seal = under(&[OLD]);
        for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let plain = vec![b'x'; length];
            let sealed = seal.seal("evd_1", &plain).unwrap();
            assert!(length == 0 || !sealed.windows(16).any(|part| part == [b'x'; 16]));
            assert_eq!(seal.open("evd_1", &sealed).unwrap(), plain);
        }
    }

    #[test]
    fn it_opens_in_its_own_row_and_unaltered_only() {
        let seal = under(&[OLD]);
        let sealed = seal.seal("evd_1", &vec![b'x'; 70_000]).unwrap();
        assert_eq!(seal.open("evd_2", &sealed), Err(SealError::Damaged));
        for at in [8, HEAD - 1, HEAD, HEAD + SEALED, sealed.len() - 1] {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(seal.open("evd_1", &altered).is_err(), "byte {at}");
        }
        for length in [9, HEAD, HEAD + SEALED, sealed.len() - 1] {
            let cut = seal.open("evd_1", &sealed[..length]);
            assert_eq!(cut, Err(SealError::Damaged), "{length}");
        }
        let longer = [&sealed[..], b"x"].concat();
        assert_eq!(seal.open("evd_1", &longer), Err(SealError::Damaged));
        for plain in [&b""[..], b"{\"format\": \"chancery-lookup/v1\"}"] {
            assert_eq!(seal.open("evd_1", plain), Err(SealError::NotSealed));
        }
    }

    #[test]
    fn an_old_key_opens_and_the_newest_seals() {
        let sealed = under(&[OLD]).seal("evd_1", b"seen").unwrap();
        let rotated = under(&[OLD, NEW]);
        assert_eq!(rotated.open("evd_1", &sealed).unwrap(), b"seen");
        let newer = rotated.seal("evd_1", b"seen").unwrap();
        assert_eq!(under(&[NEW]).open("evd_1", &newer).unwrap(), b"seen");
        let gone = under(&[NEW]).open("evd_1", &sealed);
        assert_eq!(gone, Err(SealError::KeyGone("old".to_owned())));
    }

    #[test]
    fn without_key_or_randomness_nothing_is_sealed() {
        let keyless = SealedContent::new(
            Arc::new(DocumentKeys::none()),
            Arc::new(Counting(std::sync::atomic::AtomicU8::new(1))),
        );
        assert!(keyless.seal("evd_1", b"seen").is_err());
        let keys = Arc::new(DocumentKeys::parse(OLD.as_bytes()).unwrap());
        let worn = Counting(std::sync::atomic::AtomicU8::new(201));
        let worn = SealedContent::new(keys, Arc::new(worn));
        assert!(matches!(
            worn.seal("evd_1", b"seen"),
            Err(SealError::Unavailable(_))
        ));
    }
}
