//! The adapter against a scanner that fails.

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;
use chancery::{
    adapters::clamd::{Address, Clamd},
    ports::{
        document_files::{FilesError, StoredFile},
        scanner::{ScanError, Scanned, Scanner},
    },
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UnixListener, UnixStream},
};

use crate::clamd::{MALWARE, NAME, socket};

/// A file of these chunks.
struct Chunks(Vec<Result<Vec<u8>, FilesError>>);

#[async_trait]
impl StoredFile for Chunks {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FilesError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        self.0.remove(0).map(Some)
    }
}

fn file(content: &[u8]) -> Chunks {
    Chunks(
        content
            .chunks(65_536)
            .map(|chunk| Ok(chunk.to_vec()))
            .collect(),
    )
}

fn at(path: PathBuf) -> Clamd {
    Clamd::new(Address::Unix(path), Duration::from_secs(60))
}

/// One that reads everything, says these, one a connection, and goes.
async fn answering(answers: &[&'static [u8]]) -> (TempDir, Clamd) {
    let dir = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(socket(dir.path())).unwrap();
    let answers = answers.to_vec();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            stream.write_all(answer).await.unwrap();
        }
    });
    let clamd = at(socket(dir.path()));
    (dir, clamd)
}

async fn read_request(stream: &mut UnixStream) -> Vec<u8> {
    let mut command = [0; 10];
    stream.read_exact(&mut command).await.unwrap();
    assert_eq!(&command, b"zINSTREAM\0");
    let mut content = Vec::new();
    loop {
        let length = stream.read_u32().await.unwrap();
        if length == 0 {
            return content;
        }
        let mut chunk = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut chunk).await.unwrap();
        content.extend(chunk);
    }
}

#[tokio::test]
async fn the_real_one_finds_its_signature_over_chunks() {
    let dir = tempfile::tempdir().unwrap();
    let real = crate::Clamd::start(dir.path());
    let clamd = at(socket(dir.path()));
    // It listens when it has read its signatures.
    let mut verdict = clamd.scan(&mut file(b"%PDF-1.7 clean")).await;
    for _ in 0..crate::PATIENCE * 50 {
        if !matches!(verdict, Err(ScanError::Away(_))) {
            break;
        }
        tokio::task::yield_now().await;
        verdict = clamd.scan(&mut file(b"%PDF-1.7 clean")).await;
    }
    assert_eq!(verdict, Ok(Scanned::Clean));
    let (first, second) = MALWARE.split_at(7);
    let mut parted = Chunks(vec![
        Ok(first.to_vec()),
        Ok(Vec::new()),
        Ok(second.to_vec()),
    ]);
    let found = clamd.scan(&mut parted).await;
    assert_eq!(found, Ok(Scanned::Infected(NAME.to_owned())));
    let long = clamd.scan(&mut file(&vec![b'x'; 3 * 1024 * 1024])).await;
    assert!(matches!(long, Ok(Scanned::Unscannable(_))), "{long:?}");
    drop(real);
    let gone = clamd.scan(&mut file(b"x")).await;
    assert!(matches!(gone, Err(ScanError::Away(_))), "{gone:?}");
}

#[tokio::test]
async fn nonsense_is_no_verdict() {
    let nonsense: [&'static [u8]; 5] = [b"", b"stream: OK", b"OK\0", b"\0", &[0xff; 5000]];
    for answer in nonsense {
        let (_dir, clamd) = answering(&[answer]).await;
        let said = clamd.scan(&mut file(b"x")).await;
        assert!(matches!(said, Err(ScanError::Away(_))), "{said:?}");
    }
}

#[tokio::test]
async fn a_fault_is_the_contents_own_when_a_harmless_one_comes_through() {
    let fails: &'static [u8] = b"stream: Can't open file ERROR\0";
    let (_dir, clamd) = answering(&[fails, b"stream: OK\0"]).await;
    let said = clamd.scan(&mut file(b"x")).await;
    assert_eq!(said, Err(ScanError::Failed("Can't open file".to_owned())));
    for harmless in [fails, b"stream: Odd.Name FOUND\0", b""] {
        let (_dir, clamd) = answering(&[fails, harmless]).await;
        let said = clamd.scan(&mut file(b"x")).await;
        assert!(matches!(said, Err(ScanError::Away(_))), "{said:?}");
    }
}

#[tokio::test]
async fn who_hangs_is_left_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp(listener.local_addr().unwrap());
    let clamd = Clamd::new(address, Duration::from_millis(50));
    let said = clamd.scan(&mut file(b"x")).await;
    assert!(matches!(said, Err(ScanError::Away(_))), "{said:?}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_scanned() {
    let (_dir, clamd) = answering(&[b"stream: OK\0"]).await;
    let mut broken = Chunks(vec![Ok(b"x".to_vec()), Err(FilesError::Damaged)]);
    let said = clamd.scan(&mut broken).await;
    assert_eq!(said, Err(ScanError::File(FilesError::Damaged)));
}
