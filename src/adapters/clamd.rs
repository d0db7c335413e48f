//! Malware scans by `clamd`: the command INSTREAM over a socket of the host or TCP.
//!
//! A scan is one connection: `zINSTREAM\0`, chunks of a length in four bytes and as many bytes, a
//! chunk of none, and the answer up to a zero byte. Whatever else comes is no answer.
//!
//! A scan that fails or takes too long may be the fault of the host (no room for temporary files,
//! no memory): then a harmless content fails too, and the scanner counts as away.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use async_trait::async_trait;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

use crate::ports::{
    document_files::{FilesError, StoredFile},
    scanner::{ScanError, Scanned, Scanner},
};

/// Longest answer that is read.
const ANSWER: u64 = 4096;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// What no signature finds and no limit is too small for.
const HARMLESS: &[u8] = b"harmless\n";
/// How long the scan of [`HARMLESS`] may take at most.
const BRIEF: Duration = Duration::from_secs(30);

/// Where `clamd` listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

/// A `clamd`.
#[derive(Clone, Debug)]
pub struct Clamd {
    address: Address,
    deadline: Duration,
}

impl Clamd {
    /// `deadline` bounds a scan from the connection to the answer; after a fault half a minute at
    /// most comes to it.
    #[must_use]
    pub const fn new(address: Address, deadline: Duration) -> Self {
        Self { address, deadline }
    }

    /// Why there is no verdict, a harmless content having had its turn.
    async fn blame(&self, fault: ScanError) -> ScanError {
        let mut harmless = Harmless(true);
        let asked = timeout(self.deadline.min(BRIEF), self.ask(&mut harmless)).await;
        match asked {
            Ok(Ok(Scanned::Clean)) => fault,
            _ => ScanError::Away(format!(
                "{fault}; a harmless content did not come through either"
            )),
        }
    }

    async fn ask(&self, content: &mut dyn StoredFile) -> Result<Scanned, ScanError> {
        let late = |_| ScanError::Away("it does not accept connections".to_owned());
        match &self.address {
            Address::Unix(path) => {
                let stream = timeout(CONNECT, UnixStream::connect(path)).await;
                converse(stream.map_err(late)?.map_err(away)?, content).await
            }
            Address::Tcp(address) => {
                let stream = timeout(CONNECT, TcpStream::connect(address)).await;
                converse(stream.map_err(late)?.map_err(away)?, content).await
            }
        }
    }
}

#[async_trait]
impl Scanner for Clamd {
    async fn scan(&self, content: &mut dyn StoredFile) -> Result<Scanned, ScanError> {
        let asked = timeout(self.deadline, self.ask(content)).await;
        match asked.unwrap_or(Err(ScanError::Late)) {
            Err(fault @ (ScanError::Failed(_) | ScanError::Late)) => Err(self.blame(fault).await),
            said => said,
        }
    }
}

/// [`HARMLESS`] as a file; whether it is still to be read.
struct Harmless(bool);

#[async_trait]
impl StoredFile for Harmless {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FilesError> {
        let first = std::mem::take(&mut self.0);
        Ok(first.then(|| HARMLESS.to_vec()))
    }
}

async fn converse<S>(mut stream: S, content: &mut dyn StoredFile) -> Result<Scanned, ScanError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    // A clamd that has had enough answers and closes: then its answer explains the broken pipe.
    let sent = send(&mut stream, content).await;
    if let Err(error @ ScanError::File(_)) = sent {
        return Err(error);
    }
    let mut answer = Vec::new();
    let read = stream.take(ANSWER).read_to_end(&mut answer).await;
    match (verdict(&answer), sent, read) {
        (Some(verdict), ..) => verdict,
        (None, Err(error), _) => Err(error),
        (None, Ok(()), Err(error)) => Err(away(error)),
        (None, Ok(()), Ok(_)) => Err(ScanError::Away("its answer is none".to_owned())),
    }
}

async fn send<S>(stream: &mut S, content: &mut dyn StoredFile) -> Result<(), ScanError>
where
    S: AsyncWrite + Unpin + Send,
{
    stream.write_all(b"zINSTREAM\0").await.map_err(away)?;
    while let Some(chunk) = content.next().await? {
        // A chunk of no length would be the end.
        if chunk.is_empty() {
            continue;
        }
        let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        stream
            .write_all(&length.to_be_bytes())
            .await
            .map_err(away)?;
        stream.write_all(&chunk).await.map_err(away)?;
    }
    stream.write_all(&[0; 4]).await.map_err(away)?;
    stream.flush().await.map_err(away)
}

/// Reads an answer; `None` when it is none.
fn verdict(answer: &[u8]) -> Option<Result<Scanned, ScanError>> {
    let answer = answer.strip_suffix(b"\0")?;
    let answer = std::str::from_utf8(answer).ok()?;
    if answer.contains(|c: char| c.is_control()) {
        return None;
    }
    if answer == "INSTREAM size limit exceeded. ERROR" {
        let reason = "longer than the scanner takes (StreamMaxLength)";
        return Some(Ok(Scanned::Unscannable(reason.to_owned())));
    }
    if answer == "stream: OK" {
        return Some(Ok(Scanned::Clean));
    }
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if let Some(reason) = said.strip_suffix(" ERROR") {
        return Some(Err(ScanError::Failed(reason.to_owned())));
    }
    let name = answer.strip_prefix("stream: ")?.strip_suffix(" FOUND")?;
    // Not malware: what clamd calls so when it was told to say what it cannot look into.
    let opaque = ["Heuristics.Limits.Exceeded", "Heuristics.Encrypted"];
    let found = name.to_owned();
    Some(Ok(
        if opaque.iter().any(|prefix| name.starts_with(prefix)) {
            Scanned::Unscannable(found)
        } else {
            Scanned::Infected(found)
        },
    ))
}

fn away(error: std::io::Error) -> ScanError {
    ScanError::Away(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_is_an_answer() {
        let read = |text: &str| verdict(text.as_bytes());
        let infected = |name: &str| Some(Ok(Scanned::Infected(name.to_owned())));
        let unscannable = |name: &str| Some(Ok(Scanned::Unscannable(name.to_owned())));
        assert_eq!(read("stream: OK\0"), Some(Ok(Scanned::Clean)));
        assert_eq!(read("stream: Win.Test FOUND\0"), infected("Win.Test"));
        let encrypted = "Heuristics.Encrypted.PDF";
        assert_eq!(
            read(&format!("stream: {encrypted} FOUND\0")),
            unscannable(encrypted)
        );
        let limit = read("INSTREAM size limit exceeded. ERROR\0");
        assert!(matches!(limit, Some(Ok(Scanned::Unscannable(_)))));
        let failed = |reason: &str| Some(Err(ScanError::Failed(reason.to_owned())));
        assert_eq!(
            read("stream: Can't allocate memory ERROR\0"),
            failed("Can't allocate memory")
        );
        for none in [
            "",
            "\0",
            "stream: OK",
            "stream: OK\n",
            "stream: ok\0",
            "stream: OK\0stream: OK\0",
            "OK\0",
            "Win.Test FOUND\0",
            "UNKNOWN COMMAND\0",
            "HTTP/1.1 400 Bad Request\r\n\r\n\0",
        ] {
            assert_eq!(read(none), None, "{none:?}");
        }
        assert_eq!(verdict(b"stream: \xff FOUND\0"), None);
    }
}
