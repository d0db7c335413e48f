//! The request as it came, and what was taken from it.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use super::{Line, Piece, certificate};
use crate::{
    api::certificate_evidence::CertificateEvidence, cli::audit::saved,
    pkix::certificate::CertificateView, policy::csr,
};

pub fn check(evidence: &CertificateEvidence) -> Vec<Line> {
    let mut lines = vec![key_taken(evidence)];
    let mut piece = Piece::new("request");
    let Some(body) = &evidence.request.body else {
        piece.absent("erased");
        lines.push(piece.line());
        return lines;
    };
    let body = BASE64_STANDARD.decode(body).ok();
    let read = body
        .as_deref()
        .and_then(|body| Some((body, serde_json::from_slice(body).ok()?)));
    let Some((body, told)) = read else {
        piece.wrong("cannot be read");
        lines.push(piece.line());
        return lines;
    };
    agrees(evidence, &told, &mut piece);
    if let Some(http) = &evidence.request.http {
        let path = format!("/orders/{}/activation", evidence.request.order_id);
        let asked = [b"POST\0", path.as_bytes(), b"\0", body].concat();
        piece.same("the frontend", &http.identity, &evidence.request.ra);
        piece.same("SHA-256", &http.sha256, &certificate::digest(&asked));
    }
    lines.push(piece.line());
    lines.push(possession(evidence, body));
    lines
}

/// The key that was taken is the one that was certified.
fn key_taken(evidence: &CertificateEvidence) -> Line {
    let mut piece = Piece::new("requested key");
    let spki = BASE64_STANDARD.decode(&evidence.request.spki).ok();
    let der = certificate::der(evidence);
    let view = der
        .as_deref()
        .and_then(|der| CertificateView::parse(der).ok());
    let certified = view.map(|view| view.spki.to_vec());
    piece.demand(
        certified.is_some() && spki == certified,
        "is not the certificate's",
    );
    piece.line()
}

/// What is told of the request stands in its body.
fn agrees(evidence: &CertificateEvidence, told: &Value, piece: &mut Piece) {
    let request = &evidence.request;
    let shown = |value: Result<Value, serde_json::Error>| value.unwrap_or(Value::Null);
    let fields = shown(serde_json::to_value(&request.fields));
    let found = told.get("fields");
    piece.same("the choice of fields", &Some(&fields), &found);
    let members = shown(serde_json::to_value(&request.acting_for));
    for (name, value) in members.as_object().into_iter().flatten() {
        let found = told.get("acting_for").and_then(|user| user.get(name));
        let found = found.unwrap_or(&Value::Null);
        piece.same(&format!("the user's {name}"), value, found);
    }
    let given = told.get("statements").and_then(Value::as_array);
    let given = given.into_iter().flatten();
    let given = given.map(|one| {
        let (id, version) = (one.get("id"), one.get("version"));
        (id.and_then(Value::as_str), version.and_then(Value::as_u64))
    });
    let accepted = evidence.statements.iter();
    let accepted = accepted.map(|one| (Some(one.id.as_str()), Some(u64::from(one.version))));
    let [mut given, mut accepted] = [given.collect::<Vec<_>>(), accepted.collect()];
    given.sort_unstable();
    accepted.sort_unstable();
    piece.same("what was accepted", &accepted, &given);
}

/// The certification request proves possession of the key.
fn possession(evidence: &CertificateEvidence, body: &[u8]) -> Line {
    let mut piece = Piece::new("certification request");
    let Some(text) = saved::csr_in(body) else {
        piece.wrong("is not in the request");
        return piece.line();
    };
    match csr::examine(&text) {
        Ok(proven) => {
            let spki = BASE64_STANDARD.encode(proven.key().to_spki());
            piece.same("its key", &evidence.request.spki, &spki);
        }
        Err(refused) => {
            for fault in refused.faults {
                piece.wrong(fault.as_str());
            }
        }
    }
    piece.line()
}
