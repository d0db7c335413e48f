//! Files with bounds, and faults that name file, line and reason.

use std::{
    fmt, fs,
    io::Read,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub file: PathBuf,
    /// From 1; `None` when the file as a whole is at fault.
    pub line: Option<usize>,
    pub reason: String,
}

impl ConfigError {
    /// A fault of the whole file.
    #[must_use]
    pub fn of_file(file: &Path, reason: impl ToString) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.reason)
    }
}

impl std::error::Error for ConfigError {}

/// The text of a file.
#[derive(Clone, Debug)]
pub struct Text {
    path: PathBuf,
    text: String,
}

/// Reads a file of at most `largest` bytes of UTF-8.
///
/// # Errors
/// When it cannot be read, is longer, or is not UTF-8.
pub fn read(path: &Path, largest: u64) -> Result<Text, ConfigError> {
    let text = String::from_utf8(bytes(path, largest)?)
        .map_err(|error| ConfigError::of_file(path, format!("cannot be read: {error}")))?;
    Ok(Text {
        path: path.to_owned(),
        text,
    })
}

/// Reads a file of at most `largest` bytes.
///
/// # Errors
/// When it cannot be read or is longer.
pub fn bytes(path: &Path, largest: u64) -> Result<Vec<u8>, ConfigError> {
    let fault = |reason: String| ConfigError::of_file(path, reason);
    let file = fs::File::open(path).map_err(|error| fault(format!("cannot be opened: {error}")))?;
    let mut bytes = Vec::new();
    let mut bounded = file.take(largest.saturating_add(1));
    bounded
        .read_to_end(&mut bytes)
        .map_err(|error| fault(format!("cannot be read: {error}")))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > largest) {
        return Err(fault(format!("is longer than {largest} bytes")));
    }
    Ok(bytes)
}

impl Text {
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads the text as strict TOML.
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text).map_err(|error| match error.span() {
            Some(span) => self.fault(span.start, error.message()),
            None => ConfigError::of_file(&self.path, error.message()),
        })
    }

    /// A fault at a byte of the text.
    pub fn fault(&self, at: usize, reason: impl ToString) -> ConfigError {
        let before = self.text.bytes().take(at);
        let line = before.filter(|byte| *byte == b'\n').count();
        ConfigError {
            line: Some(line.saturating_add(1)),
            ..ConfigError::of_file(&self.path, reason)
        }
    }
}
