//! A new piece of evidence.

use std::time::Duration;

use super::fault;
use crate::{
    domain::{
        case::{Contact, Evidence, EvidenceKind},
        document::Document,
        id::EvidenceId,
        refusal::{Fault, Refused},
        register::{LookupResult, RegisterId},
        text::Text,
        timestamp::Timestamp,
    },
    policy::document_kinds,
};

/// Longest content, in bytes.
pub const MAX_CONTENT: usize = 32 * 1024;

/// How far the earliest time zone is ahead of UTC.
const EARLIEST_ZONE: Duration = Duration::from_secs(14 * 3600);

/// What is to be recorded, and what it names.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    pub kind: EvidenceKind,
    pub content: Option<&'a str>,
    /// Whether a document is named.
    pub names_document: bool,
    /// The named document, if the data set has it.
    pub document: Option<&'a Document>,
    pub register: Option<RegisterId>,
    /// Whether the CA publishes that it uses this register for the data's country.
    pub is_published: bool,
    pub reached: &'a Reached,
    pub issued_on: Option<Timestamp>,
    pub obtained_at: Timestamp,
}

/// Whom a contact reached, as it came in.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// What was called or written to.
    pub at: Option<Text<200>>,
    /// The representative who answered.
    pub person: Option<Text<200>>,
    /// Where `at` was found.
    pub found_in: Option<EvidenceId>,
}

/// What the case holds already.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub evidence: &'a [Evidence],
    pub documents: &'a [Document],
}

/// Judges what is to be recorded: text, or one of the data set's documents; never both, never
/// from the future. A register is one of those that the CA publishes (S/MIME BR 3.2.3.3), and a
/// contact was found where the applicant has no hand in it (BR 3.2.6). The contact, of one.
///
/// # Errors
/// 422 `validation-failed` with every fault.
pub fn judge(
    found: &Found<'_>,
    held: Held<'_>,
    now: Timestamp,
) -> Result<Option<Contact>, Refused> {
    let mut faults = substance(found);
    if found.obtained_at > now {
        faults.push(fault("/obtained_at", "date-in-future"));
    }
    faults.extend(issued_on(found, now));
    faults.extend(register(found));
    faults.extend(contact(found, held));
    Refused::unless_clean(faults)?;
    let Reached {
        at,
        person,
        found_in,
    } = found.reached;
    let members = at.clone().zip(person.clone()).zip(*found_in);
    Ok(members.map(|((reached_at, person), found_in)| Contact {
        reached_at,
        person,
        found_in,
    }))
}

fn substance(found: &Found<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    match (found.content, found.names_document) {
        (None, false) => faults.push(fault("/content", "member-missing")),
        (Some(_), true) => faults.push(fault("/document_id", "content-and-document")),
        (None, true) if found.document.is_none() => {
            faults.push(fault("/document_id", "document-unknown"));
        }
        _ => {}
    }
    if let Some(content) = found.content {
        if content.trim().is_empty() {
            faults.push(fault("/content", "member-missing"));
        }
        if content.len() > MAX_CONTENT {
            faults.push(fault("/content", "too-long"));
        }
        let hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if content.chars().any(hidden) {
            faults.push(fault("/content", "characters-not-allowed"));
        }
    }
    faults
}

/// A document that ages tells its day. Where it was issued, a day may have begun already.
fn issued_on(found: &Found<'_>, now: Timestamp) -> Vec<Fault> {
    let aged = |document: &&Document| document_kinds::oldest_months(document.kind).is_some();
    let ages = found.document.filter(aged).is_some();
    let code = match found.issued_on {
        None => ages.then_some("member-missing"),
        Some(_) if !ages => Some("member-invalid"),
        Some(day) => (day > now.plus(EARLIEST_ZONE)).then_some("date-in-future"),
    };
    let faults = code.map(|code| fault("/issued_on", code));
    faults.into_iter().collect()
}

fn register(found: &Found<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if found.kind != EvidenceKind::Register {
        if found.register.is_some() {
            faults.push(fault("/register", "member-invalid"));
        }
        return faults;
    }
    if found.register.is_none() || !found.is_published {
        faults.push(fault("/register", "register-not-published"));
    }
    if found.document.is_some_and(is_the_applicants) {
        faults.push(fault("/document_id", "document-of-applicant"));
    }
    faults
}

fn contact(found: &Found<'_>, held: Held<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let reached = found.reached;
    let members = [
        ("/reached_at", reached.at.is_some()),
        ("/person", reached.person.is_some()),
        ("/found_in", reached.found_in.is_some()),
    ];
    if found.kind != EvidenceKind::Contact {
        let strange = members.iter().filter(|(_, given)| *given);
        return strange
            .map(|(pointer, _)| fault(pointer, "member-invalid"))
            .collect();
    }
    for (pointer, given) in members {
        if !given {
            faults.push(fault(pointer, "member-missing"));
        }
    }
    if reached.found_in.is_some_and(|id| !is_independent(id, held)) {
        faults.push(fault("/found_in", "contact-not-independent"));
    }
    if found.document.is_some_and(is_the_applicants) {
        faults.push(fault("/document_id", "contact-not-independent"));
    }
    faults
}

/// What a register said, to the daemon or to a person, or a document that a person of the CA
/// brought.
fn is_independent(id: EvidenceId, held: Held<'_>) -> bool {
    let piece = held.evidence.iter().find(|piece| piece.id == id);
    piece.is_some_and(|piece| match piece.kind {
        EvidenceKind::Register | EvidenceKind::Lookup(LookupResult::Found) => true,
        EvidenceKind::Document => {
            let mut documents = held.documents.iter();
            let document = documents.find(|document| piece.document == Some(document.id));
            document.is_some_and(|document| !is_the_applicants(document))
        }
        EvidenceKind::Contact | EvidenceKind::Note | EvidenceKind::Lookup(_) => false,
    })
}

const fn is_the_applicants(document: &Document) -> bool {
    document.brought_by.is_none()
}
