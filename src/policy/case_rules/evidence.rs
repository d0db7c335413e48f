//! A new piece of evidence.

use std::time::Duration;

use super::{
    fault,
    sources::{self, Held},
};
use crate::domain::{
    case::{Contact, EvidenceKind},
    document::Document,
    id::EvidenceId,
    refusal::{Fault, Refused},
    register::RegisterId,
    terms::Terms,
    text::Text,
    timestamp::Timestamp,
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

/// Judges what is to be recorded: text, or one of the data set's documents; never both, never
/// from the future. A register is one of those that the CA publishes (S/MIME BR 3.2.3.3), and a
/// contact was found where the applicant has no hand in it, in a source that still counts (BR
/// 3.2.6). The contact, of one.
///
/// # Errors
/// 422 `validation-failed` with every fault.
pub fn judge(
    found: &Found<'_>,
    held: Held<'_>,
    terms: &Terms,
    now: Timestamp,
) -> Result<Option<Contact>, Refused> {
    let mut faults = substance(found);
    if found.obtained_at > now {
        faults.push(fault("/obtained_at", "date-in-future"));
    }
    faults.extend(issued_on(found, now));
    faults.extend(register(found, held));
    let contact = members(found.reached);
    faults.extend(reached(found, held));
    if let Some(contact) = &contact
        && found.kind == EvidenceKind::Contact
    {
        let code = held.contact_fault(contact, terms, now);
        faults.extend(code.map(|code| fault("/found_in", code)));
    }
    Refused::unless_clean(faults)?;
    Ok(contact)
}

fn members(reached: &Reached) -> Option<Contact> {
    Some(Contact {
        reached_at: reached.at.clone()?,
        person: reached.person.clone()?,
        found_in: reached.found_in?,
    })
}

fn substance(found: &Found<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    match (found.content, found.names_document) {
        (None, false) => faults.push(fault("/content", "member-missing")),
        (Some(_), true) => faults.push(fault("/document_id", "content-and-document")),
        (Some(_), false) if found.kind == EvidenceKind::Document => {
            faults.push(fault("/document_id", "member-missing"));
        }
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
    let ages = found.document.is_some_and(sources::tells_its_day);
    let code = match found.issued_on {
        None => ages.then_some("member-missing"),
        Some(_) if !ages => Some("member-invalid"),
        Some(day) => (day > now.plus(EARLIEST_ZONE)).then_some("date-in-future"),
    };
    let faults = code.map(|code| fault("/issued_on", code));
    faults.into_iter().collect()
}

fn register(found: &Found<'_>, held: Held<'_>) -> Vec<Fault> {
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
    match found.document {
        Some(document) if held.is_the_applicants(document) => {
            faults.push(fault("/document_id", "document-of-applicant"));
        }
        Some(document) if !sources::tells_its_day(document) => {
            faults.push(fault("/document_id", "document-kind-unfit"));
        }
        _ => {}
    }
    faults
}

fn reached(found: &Found<'_>, held: Held<'_>) -> Vec<Fault> {
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
    if found
        .document
        .is_some_and(|document| held.is_the_applicants(document))
    {
        faults.push(fault("/document_id", "contact-not-independent"));
    }
    faults
}
