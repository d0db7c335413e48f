//! An upload as its bytes arrive: counted, hashed and encrypted on their way to the disk, never
//! held together in memory.

use sha2::{Digest, Sha256};

use crate::{
    domain::{
        document::MediaType,
        id::DocumentId,
        refusal::{Fault, Refused},
    },
    policy::documents::{HEAD, MAX_SIZE, contradicts, media_type},
    ports::document_files::IncomingFile,
};

/// An upload of which bytes arrive.
pub struct Receiving {
    id: DocumentId,
    file: Box<dyn IncomingFile>,
    hash: Sha256,
    size: u64,
    head: Vec<u8>,
    declared: Option<String>,
}

/// An upload that has arrived whole and is of an accepted kind.
pub struct Received {
    facts: Facts,
    file: Box<dyn IncomingFile>,
}

/// What is known of an upload from its bytes.
pub(super) struct Facts {
    pub(super) id: DocumentId,
    pub(super) sha256: [u8; 32],
    pub(super) size: u64,
    pub(super) media_type: MediaType,
}

impl Received {
    /// SHA-256 of what was sent.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.facts.sha256
    }

    pub(super) fn part(self) -> (Facts, Box<dyn IncomingFile>) {
        (self.facts, self.file)
    }
}

impl Receiving {
    pub(super) fn begin(id: DocumentId, file: Box<dyn IncomingFile>) -> Self {
        Self {
            id,
            file,
            hash: Sha256::new(),
            size: 0,
            head: Vec::new(),
            declared: None,
        }
    }

    /// The media type that the sender says, where one is said.
    pub fn declared(&mut self, media_type: Option<&str>) {
        self.declared = media_type.map(ToOwned::to_owned);
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// 422 `payload-too-large`, or 503.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), Refused> {
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(length);
        if self.size > MAX_SIZE {
            return Err(Refused::unacceptable("payload-too-large"));
        }
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(missing));
        self.hash.update(chunk);
        Ok(self.file.write(chunk).await?)
    }

    /// Ends the upload and judges its content.
    ///
    /// # Errors
    /// 422 `document-type-rejected`, also when the declared type is another.
    pub fn end(self) -> Result<Received, Refused> {
        let found = media_type(&self.head);
        let found = found.filter(|found| !contradicts(self.declared.as_deref(), *found));
        let Some(media_type) = found else {
            return Err(at("/file", "document-type-rejected"));
        };
        let facts = Facts {
            id: self.id,
            sha256: self.hash.finalize().into(),
            size: self.size,
            media_type,
        };
        Ok(Received {
            facts,
            file: self.file,
        })
    }
}

/// A refusal of one member.
pub(super) fn at(pointer: &str, code: &'static str) -> Refused {
    Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code,
        }],
        ..Refused::unacceptable(code)
    }
}
