//! The entries of the log: each stands in its log, has its personal data, and says what the
//! evidence says.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Line, Piece, certificate};
use crate::{
    api::certificate_evidence::{
        AcceptedStatement, AuditDetail, AuditEntry, CaaCheck, CertificateEvidence, MailboxEvidence,
    },
    domain::{
        activation,
        audit::{
            canonical,
            entry::{self, Entry},
            event::EventKind,
            tree,
            value::Value,
        },
        kept_text::TextKind,
        key_checks,
    },
};

type Members = BTreeMap<String, Value>;

/// An entry that was read, with its personal data where they are.
struct Read {
    entry: Entry,
    /// Who acted.
    actor: Option<String>,
    detail: Option<Members>,
}

/// Entries without which no certificate is.
const NEEDED: [EventKind; 4] = [
    EventKind::RequestReceived,
    EventKind::ActivationSubmitted,
    EventKind::CertSignIntent,
    EventKind::CertIssued,
];

pub fn check(evidence: &CertificateEvidence) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut reads = Vec::new();
    for shown in &evidence.audit {
        let mut piece = Piece::new(&format!("entry {} {}", shown.kind, shown.seq));
        if let Some(read) = read(evidence, shown, &mut piece) {
            agrees(evidence, &read, &mut piece);
            reads.push(read);
        }
        lines.push(piece.line());
    }
    lines.push(whole(evidence, &reads));
    lines
}

/// The leaf, once it is known to stand in its log.
fn read(evidence: &CertificateEvidence, shown: &AuditEntry, piece: &mut Piece) -> Option<Read> {
    let leaf = BASE64_STANDARD.decode(&shown.leaf).ok();
    let read = leaf
        .as_deref()
        .and_then(|leaf| Some((leaf, entry::decode(leaf).ok()?)));
    let Some((leaf, entry)) = read else {
        piece.wrong("is no entry");
        return None;
    };
    piece.same("its type", &shown.kind, &entry.kind);
    piece.same("its place", &shown.seq, &entry.seq);
    piece.same("its time", &shown.time, &entry.time.to_string());
    let root = evidence.logs.iter().find(|log| log.log == shown.log);
    let path: Option<Vec<tree::Hash>> = shown.path.iter().map(|hash| octets(hash)).collect();
    let led = root.zip(path).and_then(|(root, path)| {
        let leaf = tree::leaf_hash(leaf);
        let led = tree::root_by(&leaf, shown.seq, root.size, &path)?;
        Some(hex::encode(led) == root.root)
    });
    piece.demand(
        led == Some(true),
        "its proof does not lead to the log's root",
    );
    let detail = detail(&entry, shown.detail.as_ref(), piece);
    Some(Read {
        actor: actor(leaf),
        entry,
        detail,
    })
}

fn actor(leaf: &[u8]) -> Option<String> {
    let Ok(Value::Object(members)) = canonical::decode(leaf) else {
        return None;
    };
    match members.get("actor")? {
        Value::Object(actor) => match actor.get("id")? {
            Value::Text(id) => Some(id.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Personal data, if they are what the entry has the hash of.
fn detail(entry: &Entry, shown: Option<&AuditDetail>, piece: &mut Piece) -> Option<Members> {
    let (hash, shown) = match (&entry.detail, shown) {
        (None, None) => return None,
        (Some(_), None) => {
            piece.note("its personal data are erased");
            return None;
        }
        (None, Some(_)) => {
            piece.wrong("has personal data of which it says nothing");
            return None;
        }
        (Some(hash), Some(shown)) => (hash, shown),
    };
    let json = BASE64_STANDARD.decode(&shown.json).ok();
    let salted = octets(&shown.salt).zip(json);
    let held = salted.filter(|(salt, json)| hex::encode(entry::detail_hash(salt, json)) == *hash);
    let members = held.and_then(|(_, json)| match canonical::decode(&json) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    });
    piece.demand(
        members.is_some(),
        "its personal data are not what it was written with",
    );
    members
}

/// What the entry says, the evidence says too.
fn agrees(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let kind = EventKind::ALL
        .iter()
        .find(|kind| kind.name() == read.entry.kind);
    match kind {
        Some(EventKind::RequestReceived) => submission(evidence, read, piece),
        Some(EventKind::TextKept) => kept(evidence, read, piece),
        Some(EventKind::ActivationSubmitted) => activation(evidence, read, piece),
        Some(EventKind::CertSignIntent) => intent(evidence, read, piece),
        Some(EventKind::CertIssued) => issued(evidence, read, piece),
        Some(EventKind::CaaChecked) => caa(evidence, read, piece),
        Some(EventKind::CaseProposed) => word(evidence, read, "propose", piece),
        Some(EventKind::CaseDecided) => word(evidence, read, "decide", piece),
        Some(
            EventKind::ValidationStarted
            | EventKind::ValidationPassed
            | EventKind::ValidationReused,
        ) => mailbox(evidence, read, piece),
        Some(EventKind::DomainStarted | EventKind::DomainProven) => domain(evidence, read, piece),
        _ => piece.wrong("is of a type that this program does not know here"),
    }
}

/// The data were handed over with what was accepted.
fn submission(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let organization = &evidence.organization;
    let (entry, data) = (&read.entry, &read.entry.data);
    piece.same("the data", &organization.data.id, &entry.object_id);
    piece.same(
        "the frontend",
        &Some(&organization.data.ra),
        &read.actor.as_ref(),
    );
    let case = organization.case_id.as_deref().unwrap_or_default();
    says(piece, data, "case", case);
    let accepted = accepted(&organization.statements);
    says_all(piece, data, "statements", accepted);
}

/// Statements as entries tell them.
fn accepted(statements: &[AcceptedStatement]) -> impl Iterator<Item = String> {
    statements.iter().map(|one| {
        let (id, version, sha256, at) = (&one.id, one.version, &one.sha256, &one.accepted_at);
        format!("{id} v{version} {sha256} {at}")
    })
}

/// Rules are named by their version: this entry says which text that was.
fn kept(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let shown = evidence.texts.iter().any(|text| {
        read.entry.object_id == format!("{} {}", text.kind, text.name)
            && read.entry.object_sha256.as_ref() == Some(&text.sha256)
    });
    piece.demand(shown, "is about a text that is not shown");
}

fn activation(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let request = &evidence.request;
    let (entry, data) = (&read.entry, &read.entry.data);
    piece.same("the activation", &request.activation_id, &entry.object_id);
    piece.same("the frontend", &Some(&request.ra), &read.actor.as_ref());
    says(piece, data, "order", &request.order_id);
    says(piece, data, "common_name", &request.common_name);
    let spki = BASE64_STANDARD.decode(&request.spki).unwrap_or_default();
    says(piece, data, "spki", &certificate::digest(&spki));
    says_all(piece, data, "statements", accepted(&evidence.statements));
    if let Some(detail) = &read.detail {
        let body = request.body.as_deref();
        let body = body.and_then(|body| BASE64_STANDARD.decode(body).ok());
        let body = body.and_then(|body| String::from_utf8(body).ok());
        let told = detail.get(activation::REQUEST).cloned();
        piece.demand(body.map(Value::whole) == told, "the request differs");
    }
}

fn intent(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let issuance = &evidence.issuance;
    let (entry, data) = (&read.entry, &read.entry.data);
    piece.same("the serial", &issuance.serial, &entry.object_id);
    let tbs = Some(issuance.tbs_sha256.clone());
    piece.same("the TBS", &tbs, &entry.object_sha256);
    says(piece, data, "issuer", &issuance.issuer);
    says(piece, data, "activation", &evidence.request.activation_id);
    says(piece, data, "profile", &issuance.profile);
    says(piece, data, "profile_sha256", &issuance.profile_sha256);
    says(piece, data, "lint_rules", &issuance.lint_rules);
    let rule = |found: &Value| match found {
        Value::Object(members) => members.get("rule").cloned(),
        _ => None,
    };
    let told = match data.get("lint_findings") {
        Some(Value::List(found)) => found.iter().map(rule).collect(),
        _ => None,
    };
    let shown = issuance.lint_findings.iter().map(Value::text).collect();
    piece.same::<Option<Vec<Value>>>("the lint's findings", &Some(shown), &told);
    match &evidence.key.at_issuance {
        Some(key) => {
            says(piece, data, key_checks::RULES, &key.rules);
            says(piece, data, key_checks::LISTS, &key.lists_sha256);
            says_all(piece, data, key_checks::KEPT, key.kept.iter().cloned());
        }
        None => piece.demand(
            !data.contains_key(key_checks::RULES),
            "the judgement of the key is not shown",
        ),
    }
}

fn issued(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let shown = &evidence.certificate;
    let (entry, data) = (&read.entry, &read.entry.data);
    piece.same("the serial", &shown.serial, &entry.object_id);
    let tbs = Some(evidence.issuance.tbs_sha256.clone());
    piece.same("the TBS", &tbs, &entry.object_sha256);
    says(piece, data, "certificate", &shown.id);
    says(piece, data, "certificate_sha256", &shown.sha256);
}

fn caa(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let checks = &evidence.caa;
    let found = checks.iter().find(|check| check.id == read.entry.object_id);
    let Some(check) = found else {
        piece.wrong("is about a look that is not shown");
        return;
    };
    let CaaCheck {
        domain,
        verdict,
        reason,
        issuers,
        lookups,
        quorum,
        seen,
        usable_until,
        ..
    } = check;
    let data = &read.entry.data;
    piece.demand(verdict == "permitted", "the domain did not permit");
    says(piece, data, "verdict", verdict);
    says(piece, data, "reason", reason);
    says(piece, data, "usable_until", usable_until);
    says_all(piece, data, "issuers", issuers.iter().cloned());
    piece.same(
        "quorum",
        &quorum.as_deref().map(Value::text).as_ref(),
        &data.get("quorum"),
    );
    if let Some(detail) = &read.detail {
        says(piece, detail, "domain", domain);
        says_all(piece, detail, "lookups", lookups.iter().cloned());
        if quorum.is_some() {
            says_all(piece, detail, "seen", seen.iter().cloned());
        }
    }
}

fn word(evidence: &CertificateEvidence, read: &Read, step: &str, piece: &mut Piece) {
    let organization = &evidence.organization;
    let case = Some(&read.entry.object_id);
    piece.same("the case", &organization.case_id.as_ref(), &case);
    let mut words = organization.decisions.iter();
    let Some(word) = words.find(|word| word.step == step) else {
        piece.wrong("is about a word that is not shown");
        return;
    };
    let data = &read.entry.data;
    let signature = BASE64_STANDARD.decode(&word.signature).unwrap_or_default();
    piece.same("the person", &Some(&word.by), &read.actor.as_ref());
    says(piece, data, "signature", &hex::encode(signature));
    says(piece, data, "outcome", &word.outcome);
    says(piece, data, "step", step);
    if let Some(detail) = &read.detail {
        let told = detail.get("reason").cloned();
        let shown = word.reason.as_deref().map(Value::text);
        piece.same("the reason", &shown, &told);
    }
}

/// The order's own validation says the same as the proof that it uses again.
fn mailbox(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let Some(own) = evidence.mailboxes.first() else {
        piece.wrong("is about a validation that is not shown");
        return;
    };
    let MailboxEvidence {
        id,
        email,
        method,
        initiated_at,
        confirmed_by,
        reused_from,
        lapses_at,
        ..
    } = own;
    let proof = reused_from.as_ref().unwrap_or(id);
    let reused = read.entry.kind == EventKind::ValidationReused.name();
    let about = if reused { id } else { proof };
    piece.same("the validation", about, &read.entry.object_id);
    let data = &read.entry.data;
    says(piece, data, "method", method);
    if read.entry.kind != EventKind::ValidationStarted.name() {
        says(piece, data, "initiated_at", initiated_at);
        says(piece, data, "valid_until", lapses_at);
    }
    if reused {
        says(piece, data, "from", proof);
    }
    if read.entry.kind == EventKind::ValidationPassed.name() {
        let channel = confirmed_by.as_deref().unwrap_or_default();
        says(piece, data, "channel", channel);
    }
    if let Some(detail) = &read.detail {
        says(piece, detail, "address", email);
    }
}

/// The proof of the domain that the mailbox rests on.
fn domain(evidence: &CertificateEvidence, read: &Read, piece: &mut Piece) {
    let Some(shown) = &evidence.domain else {
        piece.wrong("is about a domain that is not shown");
        return;
    };
    let (entry, data) = (&read.entry, &read.entry.data);
    piece.same("the domain's proof", &shown.id, &entry.object_id);
    says(piece, data, "method", &shown.method);
    if entry.kind == EventKind::DomainStarted.name() {
        says(piece, data, "value", &shown.value);
        says(piece, data, "valid_until", &shown.lapses_at);
    } else {
        let quorum = shown.quorum.as_deref().unwrap_or_default();
        says(piece, data, "quorum", quorum);
        says(piece, data, "verdict", "proven");
    }
    let Some(detail) = &read.detail else {
        return;
    };
    says(piece, detail, "domain", &shown.domain);
    if entry.kind == EventKind::DomainStarted.name() {
        says(piece, detail, "record", &shown.record);
    } else {
        says_all(piece, detail, "seen", shown.seen.iter().cloned());
    }
}

/// What must be there is there.
fn whole(evidence: &CertificateEvidence, reads: &[Read]) -> Line {
    let mut piece = Piece::new("log");
    let there = |kind: &EventKind| reads.iter().any(|read| read.entry.kind == kind.name());
    for kind in NEEDED.iter().filter(|kind| !there(kind)) {
        piece.wrong(format!("{} is missing", kind.name()));
    }
    let rules = evidence.texts.iter().filter(|text| {
        [TextKind::LintRules, TextKind::KeyRules]
            .map(TextKind::name)
            .contains(&text.kind.as_str())
    });
    for text in rules {
        let id = format!("{} {}", text.kind, text.name);
        let mut kept = reads.iter().filter(|read| read.entry.object_id == id);
        let kept = kept.any(|read| read.entry.object_sha256.as_ref() == Some(&text.sha256));
        if !kept {
            piece.wrong(format!("nothing says that {id} was kept"));
        }
    }
    let about = |id: &str| reads.iter().any(|read| read.entry.object_id == id);
    for check in evidence.caa.iter().filter(|check| !about(&check.id)) {
        piece.wrong(format!("nothing says {}", check.id));
    }
    if evidence.caa.is_empty() {
        piece.wrong("no look at CAA records is shown");
    }
    let rests = |kind: &str, id: &str| {
        let mut rests = evidence.issuance.rests_on.iter();
        rests.any(|rest| rest.kind == kind && rest.id == id)
    };
    let data = &evidence.organization.data;
    piece.same("whose data they are", &data.ra, &evidence.request.ra);
    piece.demand(
        rests("subject_data", &data.id),
        "the act rests on other data",
    );
    let own = evidence.mailboxes.first();
    let order = own.map(|own| &own.order_id);
    let asked = &evidence.request.order_id;
    piece.same("the mailbox's order", &order, &Some(asked));
    let rested = own.is_some_and(|own| rests("mailbox", &own.id));
    piece.demand(rested, "the act rests on another mailbox");
    if let Some(control) = own.and_then(|own| own.domain_control.as_ref()) {
        let rested = rests("domain_control", control) && about(control);
        piece.demand(rested, "the act rests on another proof of the domain");
        let everywhere = evidence.caa.iter().all(|check| check.quorum.is_some());
        piece.demand(everywhere, "CAA was not looked up from everywhere");
    }
    let rested = evidence
        .caa
        .iter()
        .all(|check| rests("caa_check", &check.id));
    piece.demand(rested, "the act rests on another look at CAA records");
    for log in &evidence.logs {
        piece.note(&format!(
            "{} has root {} at size {}",
            log.log, log.root, log.size
        ));
    }
    piece.line()
}

fn says(piece: &mut Piece, told: &Members, name: &str, shown: &str) {
    piece.same(name, &Some(&Value::text(shown)), &told.get(name));
}

fn says_all(piece: &mut Piece, told: &Members, name: &str, shown: impl Iterator<Item = String>) {
    let shown = Value::List(shown.map(Value::text).collect());
    piece.same(name, &Some(&shown), &told.get(name));
}

fn octets(text: &str) -> Option<[u8; 32]> {
    hex::decode(text).ok()?.try_into().ok()
}
