//! `chancery case document …`: files of a case or a data set, sent, listed and fetched.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use hyper::Method;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::text;
use crate::{
    adapters::system::OsEntropy,
    api::{
        cases::{CaseDocument, CaseResource},
        list::List,
        subject_data::Document,
    },
    cli::{
        client::{
            Client, Extra, idempotency_key,
            transfer::{Form, Sent},
        },
        command::escaped,
        fault::Fault,
        report::Report,
    },
    domain::id::{CaseId, SubjectDataId},
    policy::documents::MAX_SIZE,
    ports::entropy::random,
};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum DocumentVerb {
    /// Send a file: a specialist or officer to the case that they work on, a frontend to its data.
    #[command(after_help = "Example:
  chancery case document add cas_0198f... extract.pdf --kind organization --profile anna.toml
  chancery case document add sd_0198f... extract.pdf --kind organization --acting-for c-1 \\
    --profile panel.toml

What is sent to a case becomes evidence by `chancery case evidence add --document`. Where the CA
scans for malware, a document counts once `list` says `clean`.")]
    Add(AddArguments),
    /// The documents of a case, the CA's own among them, or those of a frontend's data.
    #[command(after_help = "Example:
  chancery case document list cas_0198f... --profile anna.toml
  chancery case document list sd_0198f... --acting-for c-1 --profile panel.toml

How long a document is kept is settled when nobody works on its data any more, and said of data.")]
    List {
        /// Id of a case or of data.
        of: String,
        /// The customer a frontend acts for.
        #[arg(long, value_name = "CUSTOMER")]
        acting_for: Option<String>,
    },
    /// Fetch a document of a case into a new file, which only you can read.
    #[command(after_help = "Example:
  chancery case document get cas_0198f... doc_0198f... --out extract.pdf --profile anna.toml

Exit status: 1 as well when what came has not the hash that the case names; nothing is kept then.")]
    Get {
        case: String,
        document: String,
        /// The file. One that exists is not overwritten.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct AddArguments {
    /// Id of a case or of data.
    pub to: String,
    /// PDF, PNG, JPEG, ASiC container or CMS signature, at most 30 MiB.
    pub file: PathBuf,
    /// organization, authorization, applicant or additional.
    #[arg(long)]
    pub kind: String,
    /// What it is, at most 1000 characters.
    #[arg(long)]
    pub description: Option<String>,
    /// Its name; the file's by default.
    #[arg(long)]
    pub name: Option<String>,
    /// The customer a frontend acts for.
    #[arg(long, value_name = "CUSTOMER")]
    pub acting_for: Option<String>,
    /// Names the act: repeated, it is done once.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
}

/// # Errors
/// The daemon's refusal, or what cannot be read or written.
pub fn run(client: &Client, verb: &DocumentVerb) -> Result<Report, Fault> {
    match verb {
        DocumentVerb::Add(given) => add(client, given),
        DocumentVerb::List { of, acting_for } => list(client, of, acting_for.as_deref()),
        DocumentVerb::Get {
            case,
            document,
            out,
        } => get(client, case, document, out),
    }
}

fn add(client: &Client, given: &AddArguments) -> Result<Report, Fault> {
    let form = form(given)?;
    let key = idempotency_key(given.idempotency_key.as_deref())?;
    let extra = Extra {
        if_match: None,
        idempotency_key: Some(&key),
        acting_for: given.acting_for.as_deref(),
    };
    let bar = bar(form.size);
    let moved = bar.clone();
    let sent: Sent = Box::new(move |bytes| moved.inc(bytes));
    let reply = client.upload(&Whose::of(&given.to)?.documents(), form, &extra, sent);
    bar.finish_and_clear();
    let document: Document = reply?.json()?;
    Ok(Report::new(text::document(&document), &document))
}

fn list(client: &Client, of: &str, acting_for: Option<&str>) -> Result<Report, Fault> {
    let whose = Whose::of(of)?;
    if let Whose::Case(id) = whose {
        let case: CaseResource = client.get(&format!("/cases/{id}"))?.json()?;
        let items = case.documents;
        let list = List { items, next: None };
        return Ok(Report::new(text::case_documents(&list.items), &list));
    }
    let extra = Extra {
        acting_for,
        ..Extra::default()
    };
    // Data has fewer than a page holds.
    let path = format!("{}?limit=200", whose.documents());
    let list: List<Document> = client
        .send(Method::GET, &path, None::<&()>, &extra)?
        .json()?;
    Ok(Report::new(text::documents(&list.items), &list))
}

fn get(client: &Client, case: &str, document: &str, out: &Path) -> Result<Report, Fault> {
    let failed = |error: &std::io::Error| Fault::unreadable(out.display(), error);
    // Seen before 30 MB have come; the last word is the file system's.
    if out.try_exists().map_err(|error| failed(&error))? {
        return Err(Fault::unreadable(out.display(), "is there already"));
    }
    let resource = client.get(&super::at(case, ""))?;
    let resource: CaseResource = resource.json()?;
    let known = resource.documents.iter().find(|one| one.id == document);
    let known = known.ok_or_else(|| Fault::Finding(format!("{case} has no {document}")))?;
    let dir = out.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or_else(|| Path::new("."));
    let mut file = NamedTempFile::new_in(dir).map_err(|error| failed(&error))?;
    fetch(client, case, known, &mut file, out)?;
    let kept = file.persist_noclobber(out);
    kept.map_err(|error| failed(&error.error))?;
    let said = json!({
        "document_id": known.id,
        "file": out,
        "size": known.size,
        "sha256": known.sha256,
    });
    let words = format!(
        "{} is in {}: {} bytes, sha256 {}",
        known.id,
        out.display(),
        known.size,
        known.sha256
    );
    Ok(Report::new(words, &said))
}

/// Writes the content, which must be what the case names.
fn fetch(
    client: &Client,
    case: &str,
    known: &CaseDocument,
    file: &mut NamedTempFile,
    out: &Path,
) -> Result<(), Fault> {
    let failed = |error: std::io::Error| Fault::unreadable(out.display(), error);
    let bar = bar(known.size);
    let mut hash = Sha256::new();
    let path = super::at(case, &format!("/documents/{}", escaped(&known.id)));
    let fetched = client.download(&path, |piece| {
        hash.update(piece);
        bar.inc(u64::try_from(piece.len()).unwrap_or_default());
        file.write_all(piece).map_err(failed)
    });
    bar.finish_and_clear();
    fetched?;
    let sha256 = hex::encode(hash.finalize());
    if sha256 != known.sha256 {
        let what = format!(
            "what came is not {}: its sha256 is {sha256}, not {}",
            known.id, known.sha256
        );
        return Err(Fault::Finding(what));
    }
    file.as_file().sync_all().map_err(failed)
}

/// Where documents are.
enum Whose {
    Case(CaseId),
    Data(SubjectDataId),
}

impl Whose {
    fn of(id: &str) -> Result<Self, Fault> {
        let case = id.parse().ok().map(Self::Case);
        let found = case.or_else(|| id.parse().ok().map(Self::Data));
        found.ok_or_else(|| Fault::unreadable(id, "is no id of a case or of data"))
    }

    fn documents(&self) -> String {
        match self {
            Self::Case(id) => format!("/cases/{id}/documents"),
            Self::Data(id) => format!("/subject-data/{id}/documents"),
        }
    }
}

/// The form of an upload (RFC 7578), with the file last.
fn form(given: &AddArguments) -> Result<Form, Fault> {
    let refused = |why: &str| Fault::unreadable(given.file.display(), why);
    let failed = |error: std::io::Error| Fault::unreadable(given.file.display(), error);
    let own = given.file.file_name().and_then(|name| name.to_str());
    let name = given.name.as_deref().or(own).unwrap_or_default();
    // A name with one of these would end its quotes, or the line.
    if name.is_empty() || name.contains(|c: char| c == '"' || c == '\\' || c.is_control()) {
        return Err(refused("cannot be sent by this name: give --name"));
    }
    let file = File::open(&given.file).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    if !found.is_file() {
        return Err(refused("is no file"));
    }
    if found.len() > MAX_SIZE {
        return Err(refused("longer than 30 MiB"));
    }
    let edge = random::<16>(&OsEntropy).map(hex::encode);
    let edge = edge.map_err(|error| Fault::unreadable("the form", error))?;
    let part = |name: &str, value: &str| {
        format!("--{edge}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut before = part("kind", &given.kind);
    if let Some(description) = &given.description {
        before.push_str(&part("description", description));
    }
    before.push_str(&format!(
        "--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    ));
    Ok(Form {
        media_type: format!("multipart/form-data; boundary={edge}"),
        before: before.into_bytes(),
        file,
        size: found.len(),
        after: format!("\r\n--{edge}--\r\n").into_bytes(),
    })
}

/// On standard error, and only where that is a terminal.
fn bar(size: u64) -> ProgressBar {
    let bar = ProgressBar::new(size);
    match ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
