use std::fs;

use super::*;
use crate::{domain::timestamp::Timestamp, ports::entropy::EntropyFailed};

/// Counts: two draws differ.
struct Counting(std::sync::atomic::AtomicU8);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        out.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        Ok(())
    }
}

const KEYS: &str = "old 1111111111111111111111111111111111111111111111111111111111111111\n\
                    new 2222222222222222222222222222222222222222222222222222222222222222\n";

fn under(path: &Path, keys: &str) -> DocumentDirectory {
    let keys = DocumentKeys::parse(keys.as_bytes()).unwrap();
    let entropy = Counting(std::sync::atomic::AtomicU8::new(1));
    DocumentDirectory::new(path.to_owned(), Arc::new(keys), Arc::new(entropy))
}

fn id(number: u8) -> DocumentId {
    DocumentId::new(Timestamp::EPOCH, [number; 10])
}

async fn store(files: &DocumentDirectory, id: DocumentId, content: &[u8]) {
    let mut incoming = files.begin(id).await.unwrap();
    for part in content.chunks(40_000) {
        incoming.write(part).await.unwrap();
    }
    incoming.keep().await.unwrap();
}

async fn load(files: &DocumentDirectory, id: DocumentId) -> Result<Vec<u8>, FilesError> {
    let mut file = files.open(id).await?;
    let mut content = Vec::new();
    while let Some(part) = file.next().await? {
        content.extend(part);
    }
    Ok(content)
}

#[tokio::test]
async fn a_file_has_its_name_only_when_it_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let files = under(directory.path(), KEYS);
    let count = || fs::read_dir(directory.path()).unwrap().count();
    let mut dropped = files.begin(id(1)).await.unwrap();
    dropped.write(b"half").await.unwrap();
    drop(dropped);
    assert_eq!(count(), 0);
    store(&files, id(1), b"%PDF-1.7").await;
    assert_eq!(count(), 1);
    assert_eq!(load(&files, id(1)).await.unwrap(), b"%PDF-1.7");
    files.remove(id(1)).await.unwrap();
    files.remove(id(1)).await.unwrap();
    assert_eq!(load(&files, id(1)).await, Err(FilesError::Missing));
}

#[tokio::test]
async fn every_length_comes_back_and_none_can_be_read_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let files = under(directory.path(), KEYS);
    for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
        let content = b"%PDF-plain".repeat(20_000);
        let content = content.get(..length).unwrap();
        store(&files, id(1), content).await;
        assert_eq!(load(&files, id(1)).await.unwrap(), content, "{length}");
        let bytes = fs::read(directory.path().join(id(1).to_string())).unwrap();
        assert!(!bytes.windows(10).any(|part| part == b"%PDF-plain"));
        files.remove(id(1)).await.unwrap();
    }
}

#[tokio::test]
async fn an_altered_cut_lengthened_or_reordered_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let files = under(directory.path(), KEYS);
    let path = directory.path().join(id(1).to_string());
    store(&files, id(1), &[7; 140_000]).await;
    let whole = fs::read(&path).unwrap();
    let (second, third) = (HEAD + SEALED, HEAD + 2 * SEALED);
    let mut wrong = vec![
        whole[..second].to_vec(),
        whole[..third].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        whole[..HEAD].to_vec(),
        whole[..HEAD - 1].to_vec(),
        [&whole[..], &[0]].concat(),
        [
            &whole[..HEAD],
            &whole[second..third],
            &whole[HEAD..second],
            &whole[third..],
        ]
        .concat(),
        [&whole[..HEAD], &whole[second..]].concat(),
        [&whole[..second], &whole[HEAD..]].concat(),
    ];
    for at in [HEAD - 60, HEAD - 1, HEAD, second, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        wrong.push(flipped);
    }
    for (number, bytes) in wrong.iter().enumerate() {
        fs::write(&path, bytes).unwrap();
        let found = load(&files, id(1)).await;
        assert_eq!(found, Err(FilesError::Damaged), "{number}");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(load(&files, id(1)).await.unwrap(), [7; 140_000]);
}

#[tokio::test]
async fn a_file_opens_under_its_own_name_only() {
    let directory = tempfile::tempdir().unwrap();
    let files = under(directory.path(), KEYS);
    store(&files, id(1), b"one").await;
    let at = |number| directory.path().join(id(number).to_string());
    fs::rename(at(1), at(2)).unwrap();
    assert_eq!(load(&files, id(2)).await, Err(FilesError::Damaged));
}

#[tokio::test]
async fn what_is_not_encrypted_is_no_document() {
    let directory = tempfile::tempdir().unwrap();
    let files = under(directory.path(), KEYS);
    for content in [&b"%PDF-1.7"[..], b"", b"CHANDOC2"] {
        fs::write(directory.path().join(id(1).to_string()), content).unwrap();
        assert_eq!(load(&files, id(1)).await, Err(FilesError::NotSealed));
    }
}

#[tokio::test]
async fn keys_rotate_and_a_key_that_is_gone_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = KEYS.split_once('\n').unwrap();
    let before = under(directory.path(), old);
    store(&before, id(1), b"old").await;
    let both = under(directory.path(), KEYS);
    store(&both, id(2), b"new").await;
    assert_eq!(load(&both, id(1)).await.unwrap(), b"old");
    assert_eq!(load(&both, id(2)).await.unwrap(), b"new");
    let after = under(directory.path(), new);
    let gone = |name: &str| Err(FilesError::KeyGone(name.to_owned()));
    assert_eq!(load(&after, id(1)).await, gone("old"));
    assert_eq!(load(&before, id(2)).await, gone("new"));
    let other = new.replace('2', "3");
    let other = under(directory.path(), &other);
    assert_eq!(load(&other, id(2)).await, Err(FilesError::Damaged));
}
