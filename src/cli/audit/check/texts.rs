//! The texts that hashes and versions stand for, and the certificate beside its profile's.

use super::{Line, Piece, certificate};
use crate::{
    api::certificate_evidence::{AcceptedStatement, CertificateEvidence, KeptText},
    domain::kept_text::{KEY_LISTS, TextKind, statement_name},
    domain::timestamp::Timestamp,
    policy::profile::stored::StoredProfile,
};

pub fn check(evidence: &CertificateEvidence) -> Vec<Line> {
    let mut lines: Vec<Line> = evidence.texts.iter().map(text).collect();
    lines.push(whole(evidence));
    lines.push(profile(evidence));
    lines
}

/// It is what its digest says.
fn text(text: &KeptText) -> Line {
    let mut piece = Piece::new(&format!("text {} {}", text.kind, text.name));
    let known = TextKind::from_name(&text.kind).is_some();
    piece.demand(known, "is of a kind that this program does not know");
    let digest = certificate::digest(text.text.as_bytes());
    piece.same("its SHA-256", &text.sha256, &digest);
    piece.line()
}

/// Every text that something names is there, and no other.
fn whole(evidence: &CertificateEvidence) -> Line {
    let mut piece = Piece::new("texts");
    let issuance = &evidence.issuance;
    let (profile, sha256) = (&issuance.profile, Some(issuance.profile_sha256.as_str()));
    let mut named = vec![
        (TextKind::Profile, profile.clone(), sha256),
        (TextKind::LintRules, issuance.lint_rules.clone(), None),
    ];
    let statements = &evidence.organization.statements;
    let statements = evidence.statements.iter().chain(statements);
    named.extend(statements.map(|one: &AcceptedStatement| {
        let name = statement_name(&one.id, one.version);
        (TextKind::Statement, name, Some(one.sha256.as_str()))
    }));
    match &evidence.key.at_issuance {
        Some(key) => {
            let lists = Some(key.lists_sha256.as_str());
            named.push((TextKind::KeyRules, key.rules.clone(), None));
            named.push((TextKind::KeyLists, KEY_LISTS.to_owned(), lists));
        }
        None => piece.note("the log does not say how the key was judged"),
    }
    let is = |text: &KeptText, (kind, name, sha256): &(TextKind, String, Option<&str>)| {
        text.kind == kind.name()
            && text.name == *name
            && sha256.is_none_or(|sha256| text.sha256 == sha256)
    };
    for wanted in &named {
        if !evidence.texts.iter().any(|text| is(text, wanted)) {
            piece.wrong(format!("{} {} is missing", wanted.0.name(), wanted.1));
        }
    }
    for text in &evidence.texts {
        if !named.iter().any(|wanted| is(text, wanted)) {
            piece.wrong(format!("nothing names {} {}", text.kind, text.name));
        }
    }
    piece.line()
}

/// The certificate is what the text of its profile says.
fn profile(evidence: &CertificateEvidence) -> Line {
    let mut piece = Piece::new("profile");
    let issuance = &evidence.issuance;
    let mut texts = evidence.texts.iter();
    let text = texts.find(|text| {
        text.kind == TextKind::Profile.name() && text.sha256 == issuance.profile_sha256
    });
    let read = text.and_then(|text| StoredProfile::read(&text.text).ok());
    let (Some(read), Some(der)) = (read, certificate::der(evidence)) else {
        piece.wrong("the certificate or the text of its profile cannot be read");
        return piece.line();
    };
    piece.same("its name", issuance.profile.as_str(), read.name());
    match issuance.recorded_at.parse::<Timestamp>() {
        Ok(recorded_at) => {
            for departure in read.departures(&der, recorded_at) {
                piece.wrong(departure.to_string());
            }
        }
        Err(_) => piece.wrong("the time of the intent cannot be read"),
    }
    piece.line()
}
