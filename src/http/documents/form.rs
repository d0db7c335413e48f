//! The form of an upload: text parts and one file, each at most once, the file written to disk as it
//! arrives.

use std::time::Duration;

use axum::{
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::{StatusCode, header::CONTENT_TYPE},
};
use sha2::{Digest, Sha256};

use crate::{
    domain::{document::DocumentKind, text::Text},
    http::{extract::members::Members, refusal::Refusal, state::AppState},
    policy::documents::MAX_SIZE,
    services::documents::{
        UploadWish, name_of_file,
        receiving::{Received, Receiving},
    },
};

/// How long an upload may take.
const DEADLINE: Duration = Duration::from_secs(600);
/// Longest text part of the form, in bytes.
const TEXT_LIMIT: usize = 8 * 1024;

/// An upload that arrived.
pub(super) struct Upload {
    pub(super) wish: UploadWish,
    pub(super) received: Received,
}

/// Reads the form to its end.
pub(super) async fn receive(
    app: &AppState,
    mut receiving: Receiving,
    request: Request,
) -> Result<Upload, Refusal> {
    let mut form = form(app, request).await?;
    let read = tokio::time::timeout(DEADLINE, read(&mut form, &mut receiving)).await;
    let parts = match read.unwrap_or_else(|_| Err(Refusal::new(408, "body-timeout"))) {
        Ok(parts) => parts,
        Err(refusal) => return Err(skip(form, refusal).await),
    };
    Ok(Upload {
        wish: parts.wish()?,
        received: receiving.end()?,
    })
}

impl Upload {
    /// What makes two uploads the same: boundaries and the order of parts do not matter.
    pub(super) fn content(&self) -> [u8; 32] {
        let wish = &self.wish;
        let description = wish.description.as_ref().map_or("", Text::as_str);
        let mut hash = Sha256::new();
        for part in [wish.kind.name(), description, wish.file_name.as_str()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(self.received.sha256());
        hash.finalize().into()
    }
}

async fn form(app: &AppState, request: Request) -> Result<Multipart, Refusal> {
    let media = request.headers().get(CONTENT_TYPE);
    let media = media
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !media
        .to_ascii_lowercase()
        .starts_with("multipart/form-data")
    {
        return Err(Refusal::new(415, "unsupported-media-type"));
    }
    let form = Multipart::from_request(request, app).await;
    form.map_err(|_| Refusal::new(400, "multipart-malformed").closing())
}

/// The parts of the form, each at most once.
#[derive(Default)]
struct Parts {
    kind: Option<String>,
    description: Option<String>,
    file_name: Option<String>,
}

impl Parts {
    fn wish(self) -> Result<UploadWish, Refusal> {
        let mut members = Members::default();
        let kind = members.value("/kind", "member-missing", self.kind);
        let kind = kind.and_then(|name| {
            members.value("/kind", "member-invalid", DocumentKind::from_name(&name))
        });
        let description = self.description.filter(|text| !text.is_empty());
        let description: Option<Text<1000>> =
            members.optional("/description", description.as_deref());
        let name = members.value("/file", "member-missing", self.file_name);
        let (kind, name) = members.end(kind.zip(name))?;
        Ok(UploadWish {
            kind,
            description,
            file_name: name_of_file(&name)?,
        })
    }
}

async fn read(form: &mut Multipart, receiving: &mut Receiving) -> Result<Parts, Refusal> {
    let mut parts = Parts::default();
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let slot = match name.as_str() {
            "kind" => &mut parts.kind,
            "description" => &mut parts.description,
            "file" => &mut parts.file_name,
            _ => return Err(Refusal::at(&name, "unknown-member")),
        };
        if slot.is_some() {
            return Err(Refusal::new(400, "multipart-malformed"));
        }
        *slot = Some(if name == "file" {
            let file_name = field.file_name().unwrap_or_default().to_owned();
            receiving.declared(field.content_type());
            take(&mut field, receiving).await?;
            file_name
        } else {
            text(&mut field).await?
        });
    }
    Ok(parts)
}

/// Reads the rest of a refused form away, so that the client sees the answer.
async fn skip(mut form: Multipart, refusal: Refusal) -> Refusal {
    let rest = async { while let Ok(Some(_)) = form.next_field().await {} };
    let _ = tokio::time::timeout(Duration::from_secs(30), rest).await;
    refusal.closing()
}

async fn take(field: &mut Field<'_>, receiving: &mut Receiving) -> Result<(), Refusal> {
    let mut size = 0_u64;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        size = size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if size > MAX_SIZE {
            return Err(Refusal::new(413, "payload-too-large"));
        }
        receiving.write(&chunk).await?;
    }
    Ok(())
}

async fn text(field: &mut Field<'_>) -> Result<String, Refusal> {
    let mut whole = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        whole.extend_from_slice(&chunk);
        if whole.len() > TEXT_LIMIT {
            return Err(Refusal::new(413, "payload-too-large"));
        }
    }
    String::from_utf8(whole).map_err(|_| Refusal::new(400, "multipart-malformed"))
}

fn broken(error: MultipartError) -> Refusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::new(413, "payload-too-large");
    }
    Refusal::new(400, "multipart-malformed")
}
