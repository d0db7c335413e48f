//! Evidence in a directory or file. Beside the daemon's answer stand copies of its pieces in the
//! forms that other tools read; they must be what the answer says.

use std::{
    fs::{self, OpenOptions},
    io::{Read, Write},
    path::Path,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::check::{Line, Piece};
use crate::{
    api::certificate_evidence::CertificateEvidence, cli::fault::Fault, domain::kept_text::TextKind,
};

const ANSWER: &str = "evidence.json";
/// Longest file that is read.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Writes a new directory.
///
/// # Errors
/// When it exists, or cannot be written.
pub fn write(dir: &Path, evidence: &CertificateEvidence, answer: &[u8]) -> Result<(), Fault> {
    fs::create_dir(dir).map_err(|error| Fault::unreadable(dir.display(), error))?;
    let answer = (ANSWER.to_owned(), answer.to_vec());
    for (name, bytes) in std::iter::once(answer).chain(pieces(evidence)) {
        let path = dir.join(name);
        let failed = |error| Fault::unreadable(path.display(), error);
        let opened = OpenOptions::new().write(true).create_new(true).open(&path);
        let mut file = opened.map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
    }
    Ok(())
}

/// Reads a directory or file. The evidence is `None` when it is none, which the lines then say.
///
/// # Errors
/// When a file is missing or cannot be read.
pub fn read(path: &Path) -> Result<(Option<CertificateEvidence>, Vec<Line>), Fault> {
    let is_dir = path.is_dir();
    let answer = if is_dir {
        bytes(&path.join(ANSWER))?
    } else {
        bytes(path)?
    };
    let mut piece = Piece::new(ANSWER);
    let evidence = parse(&answer, &mut piece);
    let mut lines = vec![piece.line()];
    if let Some(evidence) = evidence.as_ref().filter(|_| is_dir) {
        for (name, expected) in pieces(evidence) {
            let mut piece = Piece::new(&name);
            let same = bytes(&path.join(&name))? == expected;
            piece.demand(same, "is not what evidence.json holds");
            lines.push(piece.line());
        }
    }
    Ok((evidence, lines))
}

/// Certificates that the user trusts.
///
/// # Errors
/// When the file cannot be read or holds none.
pub fn trusted(path: Option<&Path>) -> Result<Vec<Vec<u8>>, Fault> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let read = certificates(&bytes(path)?).filter(|found| !found.is_empty());
    read.ok_or_else(|| Fault::unreadable(path.display(), "holds no PEM certificates"))
}

/// DER of the certificates in a PEM text; `None` when one is broken.
pub fn certificates(pem: &[u8]) -> Option<Vec<Vec<u8>>> {
    let found = CertificateDer::pem_slice_iter(pem);
    let found = found.map(|one| one.map(|der| der.to_vec()));
    found.collect::<Result<_, _>>().ok()
}

fn parse(answer: &[u8], piece: &mut Piece) -> Option<CertificateEvidence> {
    let evidence: CertificateEvidence = match serde_json::from_slice(answer) {
        Ok(evidence) => evidence,
        Err(error) => {
            piece.wrong(format!("is no evidence of a certificate: {error}"));
            return None;
        }
    };
    // What is not known here cannot be checked.
    let known = serde_json::to_value(&evidence).ok();
    let whole = serde_json::from_slice(answer).ok();
    piece.demand(
        known == whole,
        "has members that this program does not know",
    );
    Some(evidence)
}

fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    let failed = |why: &dyn ToString| Fault::unreadable(path.display(), why.to_string());
    let file = fs::File::open(path).map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    let read = file.take(LONGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| failed(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(failed(&"is longer than 64 MB"));
    }
    Ok(bytes)
}

/// The files beside the answer.
fn pieces(evidence: &CertificateEvidence) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut add = |name: String, bytes: Option<Vec<u8>>| {
        files.extend(bytes.map(|bytes| (name, bytes)));
    };
    let text = |text: &Option<String>| text.as_ref().map(|text| text.clone().into_bytes());
    let octets = |text: &str| BASE64_STANDARD.decode(text).ok();
    add(
        "certificate.pem".to_owned(),
        text(&evidence.certificate.pem),
    );
    add("chain.pem".to_owned(), text(&evidence.chain));
    let body = evidence.request.body.as_deref().and_then(octets);
    let csr = body.as_deref().and_then(csr_in).map(String::into_bytes);
    add("request.json".to_owned(), body);
    add("request.csr".to_owned(), csr);
    let organization = &evidence.organization;
    let content = text(&organization.signed_content);
    add("organization.txt".to_owned(), content);
    // Two words at most are known; a name that was tampered with must not lead out of here.
    let steps = ["propose", "decide"];
    for word in &organization.decisions {
        if let Some(step) = steps.into_iter().find(|step| *step == word.step) {
            let signed = word.signed_text.clone().into_bytes();
            add(format!("{step}.txt"), Some(signed));
            add(format!("{step}.signature"), octets(&word.signature));
            add(format!("{step}.pem"), text(&word.public_key));
        }
    }
    for (at, text) in evidence.texts.iter().enumerate() {
        // Kinds are known; what else a text may be called must not lead out of here.
        if let Some(kind) = TextKind::from_name(&text.kind) {
            let content = text.text.clone().into_bytes();
            add(format!("text-{at}-{}.txt", kind.name()), Some(content));
        }
    }
    for (at, entry) in evidence.audit.iter().enumerate() {
        add(format!("entry-{at}.json"), octets(&entry.leaf));
    }
    files
}

/// The certification request in a body.
pub fn csr_in(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(body.get("csr")?.as_str()?.to_owned())
}
