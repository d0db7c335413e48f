//! The organization: what two people signed is what is told of it.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use super::{Line, Piece};
use crate::{
    api::certificate_evidence::{CertificateEvidence, OrganizationEvidence, SignedDecision},
    domain::case::{
        CheckKind,
        digest::{self, Lines},
    },
    pkix::{pem, signature, spki::PublicKey},
    policy::case_rules::signature::algorithm_of,
};

pub fn check(evidence: &CertificateEvidence) -> Vec<Line> {
    let organization = &evidence.organization;
    let mut lines = vec![content(organization)];
    lines.extend(organization.decisions.iter().map(|w| word(organization, w)));
    lines.push(people(organization));
    lines
}

/// What is told of the organization is what has the signed digest.
fn content(organization: &OrganizationEvidence) -> Line {
    let mut piece = Piece::new("organization");
    let (Some(content), Some(case)) = (&organization.signed_content, &organization.case_id) else {
        piece.demand(
            organization.decisions.is_empty(),
            "what was signed is missing",
        );
        piece.absent("no case verified it");
        return piece.line();
    };
    if let Some(verified) = &organization.verified {
        let reached = reached(organization);
        let told: BTreeSet<&str> = verified
            .representatives
            .iter()
            .map(String::as_str)
            .collect();
        piece.demand(
            told == reached,
            "its representatives are not who was reached",
        );
    }
    let told = told(organization, case);
    let differing = lines_of(&told)
        .into_iter()
        .zip(lines_of(content))
        .find(|(told, signed)| told != signed);
    if let Some((told, signed)) = differing {
        let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        let (told, signed) = (name(&told), name(&signed));
        piece.wrong(format!("{told} is not what was signed as {signed}"));
    } else if told.len() != content.len() {
        piece.wrong("more or less was signed than is told");
    }
    piece.line()
}

/// Who was reached, by the evidence on the representative's authority.
fn reached(organization: &OrganizationEvidence) -> BTreeSet<&str> {
    let mut checks = organization.checks.iter();
    let authority = checks.find(|line| line.check == CheckKind::RepresentativeAuthority.name());
    let named = authority.map_or(&[][..], |line| line.evidence.as_slice());
    let pieces = organization.evidence.iter();
    pieces
        .filter(|piece| named.contains(&piece.id))
        .filter_map(|piece| piece.person.as_deref())
        .collect()
}

/// The content's lines; pieces of evidence by their names, whatever the order in which they came.
fn lines_of(content: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut pieces: Vec<String> = Vec::new();
    for line in content.split_inclusive('\n') {
        let name = line.split(' ').next().unwrap_or_default();
        match pieces.last_mut() {
            Some(piece) if name.starts_with("evidence.") => piece.push_str(line),
            _ if name == "evidence" => pieces.push(line.to_owned()),
            _ => lines.push(line.to_owned()),
        }
    }
    pieces.sort_unstable();
    lines.extend(pieces);
    lines
}

/// The lines under the digest (`domain/case/digest.rs`), from what is told.
fn told(organization: &OrganizationEvidence, case: &str) -> String {
    let mut lines = Lines::begin();
    lines.add("case", case);
    let data = &organization.data;
    lines.add("data", &data.id);
    lines.add("data.revision", data.revision);
    lines.add("data.organization", &data.organization);
    lines.add("data.country", &data.country);
    lines.add("data.state_or_province", &data.state_or_province);
    lines.add("data.locality", &data.locality);
    match (&data.registration_type, &data.registration_number) {
        (Some(register), Some(number)) => {
            lines.add("data.register", register);
            lines.add("data.number", number);
        }
        _ => lines.add("data.method", &data.method),
    }
    for document in &organization.documents {
        lines.add("document", &document.id);
        lines.add("document.sha256", &document.sha256);
    }
    if let Some(verified) = &organization.verified {
        let facts = &verified.facts;
        lines.add("facts.organization", &facts.organization);
        let identifier = &facts.organization_identifier;
        lines.add("facts.organization_identifier", identifier);
        lines.add("facts.country", &facts.country);
        let state = facts.state_or_province.as_ref();
        lines.maybe("facts.state_or_province", state);
        lines.maybe("facts.locality", facts.locality.as_ref());
    }
    for check in &organization.checks {
        lines.add("check", &check.check);
        lines.add("check.state", &check.state);
        lines.maybe("check.checked_at", check.checked_at.as_ref());
        for id in &check.evidence {
            lines.add("check.evidence", id);
        }
        lines.maybe("check.note", check.note.as_ref());
        lines.maybe("check.recorded_by", check.recorded_by.as_ref());
    }
    for evidence in &organization.evidence {
        lines.add("evidence", &evidence.id);
        lines.add("evidence.sha256", &evidence.sha256);
        lines.maybe("evidence.issued_on", evidence.issued_on.as_ref());
        lines.maybe("evidence.register", evidence.register.as_ref());
        lines.maybe("evidence.reached_at", evidence.reached_at.as_ref());
        lines.maybe("evidence.person", evidence.person.as_ref());
        lines.maybe("evidence.found_in", evidence.found_in.as_ref());
    }
    lines.0
}

/// A person's word: its text speaks of this content, and its signature verifies.
fn word(organization: &OrganizationEvidence, word: &SignedDecision) -> Line {
    let mut piece = Piece::new(&format!("word of who had to {}", word.step));
    let content = organization.signed_content.as_deref().unwrap_or_default();
    let digest = digest::spell(&Sha256::digest(content).into());
    let case = organization.case_id.as_deref().unwrap_or_default();
    let (step, outcome) = (&word.step, &word.outcome);
    let expected = format!("chancery-decision/v1\n{case}\n{step}\n{outcome}\n{digest}\n");
    piece.same("the signed text", &word.signed_text, &expected);
    let Some(key) = &word.public_key else {
        piece.absent("the registry has no key with which to verify it any more");
        return piece.line();
    };
    let spki = pem::decode(pem::PUBLIC_KEY, key).ok();
    let key = spki.and_then(|spki| PublicKey::from_spki(&spki).ok());
    let Some(key) = key else {
        piece.wrong("its public key cannot be read");
        return piece.line();
    };
    let named = hex::encode(key.spki_sha256());
    piece.same("the key's SHA-256", &word.public_key_sha256, &named);
    let (name, algorithm) = algorithm_of(&key);
    piece.same("the algorithm", &word.alg.as_deref(), &Some(name));
    let octets = BASE64_STANDARD.decode(&word.signature).ok();
    let verified = octets.is_some_and(|octets| {
        signature::verify(&key, algorithm, word.signed_text.as_bytes(), &octets).is_ok()
    });
    piece.demand(verified, "its signature does not verify");
    piece.line()
}

/// Two people, of whom one proposed and the other decided, both to approve.
fn people(organization: &OrganizationEvidence) -> Line {
    let mut piece = Piece::new("two people");
    match organization.decisions.as_slice() {
        [] => piece.absent("no case verified the organization"),
        [first, second] => {
            let steps = (first.step.as_str(), second.step.as_str());
            piece.demand(steps == ("propose", "decide"), "did not propose and decide");
            piece.demand(first.by != second.by, "are one person");
            let keys = (&first.public_key_sha256, &second.public_key_sha256);
            piece.demand(keys.0 != keys.1, "have one key");
            let approved = [first, second].map(|word| word.outcome == "approve");
            piece.demand(approved == [true, true], "did not both approve");
        }
        _ => piece.wrong("are not two"),
    }
    piece.line()
}
