//! The transcript of a key ceremony: a directory nothing in which is ever written twice.
//!
//! `transcript.jsonl` has one line a step, canonical JSON (RFC 8785 restricted to strings,
//! integers, booleans, lists and objects), each with the SHA-256 of the line before it. A line is
//! written and synced *before* the act it announces, so a power cut leaves a transcript that says
//! what may have happened. What the steps mean is not known here.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{domain::unit::Committed, ports::clock::Clock};

/// The name of the transcript in its directory.
pub const FILE: &str = "transcript.jsonl";

/// Longest line that is read back.
const LONGEST_LINE: usize = 1 << 20;

/// An open transcript.
pub struct Transcript {
    dir: PathBuf,
    file: File,
    previous: [u8; 32],
    seq: i64,
    clock: Arc<dyn Clock>,
    lines: Vec<Value>,
}

/// Why the directory cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptError {
    /// The output directory or a file in it exists already: nothing is ever overwritten.
    #[error("{0} exists already")]
    Exists(PathBuf),
    #[error("writing {0}")]
    Io(PathBuf, #[source] io::Error),
}

/// What is wrong with a transcript that is read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    #[error("line {0} is not canonical JSON of a step")]
    Form(usize),
    #[error("line {0} does not carry the hash of the line before it")]
    Link(usize),
    #[error("line {0} has another sequence number")]
    Sequence(usize),
    #[error("the transcript has no line, or its last one is cut")]
    Cut,
}

impl Transcript {
    /// Makes the directory and the empty transcript in it.
    ///
    /// # Errors
    /// When the directory exists or cannot be made.
    pub fn create(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, TranscriptError> {
        fs::create_dir(dir).map_err(|error| fault(dir, error))?;
        let file = new_file(&dir.join(FILE))?;
        sync_dir(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            file,
            previous: [0; 32],
            seq: 0,
            clock,
            lines: Vec::new(),
        })
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// SHA-256 of the last line: what the transcript says so far.
    #[must_use]
    pub const fn head(&self) -> [u8; 32] {
        self.previous
    }

    /// The lines written, for the report.
    #[must_use]
    pub fn lines(&self) -> &[Value] {
        &self.lines
    }

    /// Writes one line and syncs it. The proof that comes back names `tbs`, the SHA-256 of the
    /// bytes about to be signed, if the line announces a signature.
    ///
    /// # Errors
    /// When the line is not known to be on the disk; the announced act must not happen then.
    pub fn write(
        &mut self,
        kind: &str,
        data: Map<String, Value>,
        tbs: Option<[u8; 32]>,
    ) -> Result<Committed, TranscriptError> {
        let now = self.clock.now();
        let mut line = Map::new();
        let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
        put("v", 1.into());
        put("type", kind.into());
        put("seq", self.seq.into());
        put("time", now.to_string().into());
        put("prev", hex::encode(self.previous).into());
        let mut data = data;
        if let Some(tbs) = tbs {
            data.insert("tbs_sha256".to_owned(), hex::encode(tbs).into());
        }
        put("data", Value::Object(data));
        let line = Value::Object(line);
        let text = canonical(&line);
        let path = self.dir.join(FILE);
        let write = |file: &mut File| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        };
        write(&mut self.file).map_err(|error| TranscriptError::Io(path, error))?;
        self.previous = Sha256::digest(text.as_bytes()).into();
        let proof = Committed::new(now, self.seq, tbs.into_iter().collect());
        self.seq += 1;
        self.lines.push(line);
        Ok(proof)
    }

    /// Writes a new file below the directory and syncs it. Returns its SHA-256.
    ///
    /// # Errors
    /// When it exists already or cannot be written.
    pub fn store(&self, name: &str, bytes: &[u8]) -> Result<[u8; 32], TranscriptError> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| fault(parent, error))?;
        }
        let mut file = new_file(&path)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|error| TranscriptError::Io(path.clone(), error))?;
        sync_dir(path.parent().unwrap_or(&self.dir))?;
        Ok(Sha256::digest(bytes).into())
    }
}

/// Reads a transcript back and follows its chain. Returns the lines.
///
/// # Errors
/// The first break.
pub fn read(bytes: &[u8]) -> Result<Vec<Value>, ChainFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| ChainFault::Form(1))?;
    let text = text.strip_suffix('\n').ok_or(ChainFault::Cut)?;
    let mut previous = hex::encode([0; 32]);
    let mut lines = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let number = index + 1;
        if line.len() > LONGEST_LINE {
            return Err(ChainFault::Form(number));
        }
        let value: Value = serde_json::from_str(line).map_err(|_| ChainFault::Form(number))?;
        // Writing it again finds duplicate keys, blanks and another order.
        if canonical(&value) != line || value.get("data").is_none_or(|data| !data.is_object()) {
            return Err(ChainFault::Form(number));
        }
        if value.get("prev").and_then(Value::as_str) != Some(&previous) {
            return Err(ChainFault::Link(number));
        }
        if value.get("seq").and_then(Value::as_u64) != u64::try_from(index).ok() {
            return Err(ChainFault::Sequence(number));
        }
        previous = hex::encode(Sha256::digest(line.as_bytes()));
        lines.push(value);
    }
    Ok(lines)
}

/// `serde_json` keeps objects sorted by key and escapes as RFC 8785 does; keys are ASCII, so the
/// order by UTF-16 units is the same.
fn canonical(value: &Value) -> String {
    value.to_string()
}

fn new_file(path: &Path) -> Result<File, TranscriptError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| fault(path, error))
}

/// Makes the name itself durable.
fn sync_dir(dir: &Path) -> Result<(), TranscriptError> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(|error| fault(dir, error))
}

fn fault(path: &Path, error: io::Error) -> TranscriptError {
    if error.kind() == io::ErrorKind::AlreadyExists {
        TranscriptError::Exists(path.to_owned())
    } else {
        TranscriptError::Io(path.to_owned(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::system::SystemClock;

    fn written() -> (tempfile::TempDir, Vec<u8>) {
        let home = tempfile::tempdir().unwrap();
        let clock = Arc::new(SystemClock::start());
        let mut transcript = Transcript::create(&home.path().join("out"), clock).unwrap();
        for step in ["one", "zwei ü \u{2028}\n", "three"] {
            let data = Map::from_iter([("step".to_owned(), step.into())]);
            let tbs = [7; 32];
            let proof = transcript.write("ceremony.step", data, Some(tbs)).unwrap();
            assert!(proof.holds_tbs(&tbs) && !proof.holds_tbs(&[8; 32]));
        }
        let bytes = fs::read(transcript.dir().join(FILE)).unwrap();
        assert_eq!(transcript.lines(), read(&bytes).unwrap());
        (home, bytes)
    }

    #[test]
    fn nothing_is_overwritten() {
        let (home, _) = written();
        let clock = Arc::new(SystemClock::start());
        let again = Transcript::create(&home.path().join("out"), clock).err();
        assert!(matches!(again, Some(TranscriptError::Exists(_))));
    }

    #[test]
    fn every_edit_breaks_the_chain() {
        let (_home, bytes) = written();
        let text = String::from_utf8(bytes.clone()).unwrap();
        for index in 0..bytes.len() - 1 {
            let mut edited = bytes.clone();
            edited[index] ^= 1;
            // The last line is held by the next one only; its own edit needs the seal.
            let in_last = text[..text.len() - 1].rfind('\n').unwrap() < index;
            assert!(read(&edited).is_err() || in_last, "byte {index}");
        }
        let lines: Vec<&str> = text.lines().collect();
        let swapped = format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2]);
        assert_eq!(read(swapped.as_bytes()), Err(ChainFault::Link(1)));
        let dropped = format!("{}\n{}\n", lines[0], lines[2]);
        assert_eq!(read(dropped.as_bytes()), Err(ChainFault::Link(2)));
        assert_eq!(read(&bytes[..bytes.len() - 1]), Err(ChainFault::Cut));
        let spaced = text.replacen("{", "{ ", 1);
        assert_eq!(read(spaced.as_bytes()), Err(ChainFault::Form(1)));
    }
}
