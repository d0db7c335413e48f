//! Files the ceremony tool reads: small, whole, and named when they cannot be read.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use anyhow::Context;

use super::fault::Fault;
use crate::pkix::pem;

/// Most bytes of a plan, a note, a certificate, a request or a CRL.
const MAX: u64 = 1 << 20;

pub(crate) fn open(path: &Path) -> Result<File, Fault> {
    File::open(path).map_err(|error| unreadable(path, error))
}

pub(crate) fn unreadable(path: &Path, error: io::Error) -> Fault {
    Fault::Unreadable(anyhow::Error::new(error).context(format!("reading {}", path.display())))
}

/// A whole file.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    open(path)?
        .take(MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= MAX) {
        Ok(bytes)
    } else {
        Err(Fault::refused(
            "file-too-large",
            format!("{} is larger than {MAX} bytes", path.display()),
        ))
    }
}

/// A whole text file.
pub(crate) fn text(path: &Path) -> Result<String, Fault> {
    let text = String::from_utf8(bytes(path)?);
    Ok(text.with_context(|| format!("{} is not UTF-8", path.display()))?)
}

/// DER from DER or PEM with exactly this label. The label of a rehearsal's artefact is another
/// one.
pub(crate) fn der(bytes: &[u8], label: &str) -> Option<Vec<u8>> {
    if bytes.first() == Some(&0x30) {
        return Some(bytes.to_vec());
    }
    pem::decode(label, std::str::from_utf8(bytes).ok()?).ok()
}
