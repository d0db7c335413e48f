//! What the evidence of a case can show: of whom it speaks, whether the applicant had a hand in it,
//! and how long it may be relied on.
//!
//! Does not know what people conclude from it, and reads no register's answer itself: what an
//! answer names is handed in.

use super::crossing::{Heard, Own};
use crate::{
    domain::{
        case::{Case, CheckKind, Contact, Evidence, EvidenceKind},
        document::{Document, DocumentKind},
        id::{DocumentId, EvidenceId},
        register::LookupResult,
        subject_data::SubjectData,
        terms::Terms,
        timestamp::Timestamp,
    },
    policy::{
        document_kinds,
        organization_identifier::{OrganizationIdentifier, Scheme},
        reuse,
    },
};

/// What a case holds, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub case: &'a Case,
    pub data: &'a SubjectData,
    pub evidence: &'a [Evidence],
    pub documents: &'a [Document],
    /// SHA-256 of the documents among these whose bytes the applicant has given, here or with
    /// other data.
    pub given: &'a [[u8; 32]],
    /// What the lookups that found a record name; one that cannot be read is not among them.
    pub heard: &'a [(EvidenceId, Heard)],
}

impl<'a> Held<'a> {
    #[must_use]
    pub fn piece(&self, id: EvidenceId) -> Option<&'a Evidence> {
        self.evidence.iter().find(|piece| piece.id == id)
    }

    /// The pieces of these names; `None` as soon as one of them is not there.
    #[must_use]
    pub fn pieces(&self, named: &[EvidenceId]) -> Option<Vec<&'a Evidence>> {
        named.iter().map(|id| self.piece(*id)).collect()
    }

    fn document(&self, id: Option<DocumentId>) -> Option<&'a Document> {
        self.documents
            .iter()
            .find(|document| Some(document.id) == id)
    }

    /// Whether a document is the applicant's own: handed in, or of the same bytes as one that was.
    /// Who of the CA brought it too changes nothing of that.
    #[must_use]
    pub fn is_the_applicants(&self, document: &Document) -> bool {
        document.brought_by.is_none() || self.given.contains(&document.sha256)
    }

    /// Whether a piece is a document of the applicant's, or one that is not there.
    #[must_use]
    pub fn is_of_applicant(&self, piece: &Evidence) -> bool {
        let document = self.document(piece.document);
        piece.document.is_some() && document.is_none_or(|one| self.is_the_applicants(one))
    }

    /// What is wrong with a contact of the applicant: it came over a way that the applicant named,
    /// or that nobody may rely on any more (Reliable Method of Communication, S/MIME BR 3.2.6).
    /// The code of it.
    #[must_use]
    pub fn contact_fault(
        &self,
        contact: &Contact,
        terms: &Terms,
        now: Timestamp,
    ) -> Option<&'static str> {
        let Some(source) = self.piece(contact.found_in) else {
            return Some("contact-not-independent");
        };
        self.source_fault(source).or_else(|| {
            (reuse::evidence_valid_until(source, terms) <= now).then_some("contact-source-too-old")
        })
    }

    /// What a register said, to the daemon or to a person, of this organisation; or a document
    /// with its day that a person of the CA brought.
    fn source_fault(&self, source: &Evidence) -> Option<&'static str> {
        if self.is_of_applicant(source) {
            return Some("contact-not-independent");
        }
        match source.kind {
            EvidenceKind::Register => None,
            EvidenceKind::Lookup(LookupResult::Found) => {
                (!self.is_about_applicant(source)).then_some("contact-source-unrelated")
            }
            EvidenceKind::Document if source.document.is_none() => Some("contact-not-independent"),
            EvidenceKind::Document => source.issued_on.is_none().then_some("document-kind-unfit"),
            EvidenceKind::Contact | EvidenceKind::Note | EvidenceKind::Lookup(_) => {
                Some("contact-not-independent")
            }
        }
    }

    /// Whether a lookup speaks of the applicant. Before anybody has said by which number it is
    /// known, none speaks of another; who approves has said so.
    fn is_about_applicant(&self, lookup: &Evidence) -> bool {
        let heard = self.heard.iter().find(|(id, _)| *id == lookup.id);
        let Some((_, heard)) = heard else {
            return false;
        };
        let own = self.own();
        !own.is_known() || own.is_of(heard, self.heard.iter().map(|(_, heard)| heard))
    }

    fn own(&self) -> Own<'a> {
        let facts = self.case.facts.as_ref();
        Own {
            data: self.data,
            identifier: facts.map(|facts| facts.organization_identifier.as_str()),
        }
    }

    /// Whether a piece can show what the check is about. A number of a register is shown by the
    /// register alone (S/MIME BR 3.2.3.2.1): a document does where the organisation has none.
    #[must_use]
    pub fn shows(&self, kind: CheckKind, piece: &Evidence) -> bool {
        let by_register = match piece.kind {
            EvidenceKind::Register => true,
            EvidenceKind::Lookup(LookupResult::Found) => self.is_about_applicant(piece),
            _ => false,
        };
        let is_paper = || {
            let document = self.document(piece.document);
            let fits = document.is_some_and(|one| one.kind == DocumentKind::Organization);
            piece.kind == EvidenceKind::Document && piece.issued_on.is_some() && fits
        };
        match kind {
            CheckKind::Identifier => by_register || self.has_no_number() && is_paper(),
            CheckKind::Existence | CheckKind::LegalName | CheckKind::ActiveStatus => {
                by_register || is_paper()
            }
            CheckKind::Address
            | CheckKind::RepresentativeAuthority
            | CheckKind::AssumedName
            | CheckKind::DenyList
            | CheckKind::DocumentAuthenticity => true,
        }
    }

    /// A government entity or a treaty organisation, as a person has recorded it.
    fn has_no_number(&self) -> bool {
        let facts = self.case.facts.as_ref();
        let identifier = facts.map(|facts| facts.organization_identifier.as_str());
        let scheme = identifier.and_then(|text| OrganizationIdentifier::parse(text).ok());
        scheme.is_some_and(|one| matches!(one.scheme(), Scheme::Gov | Scheme::Int))
    }

    /// Whether what was answered to a lookup can be read, or the piece is none.
    #[must_use]
    pub fn is_readable(&self, piece: &Evidence) -> bool {
        piece.kind != EvidenceKind::Lookup(LookupResult::Found)
            || self.heard.iter().any(|(id, _)| *id == piece.id)
    }
}

/// Whether a document tells its day wherever it is evidence.
#[must_use]
pub const fn tells_its_day(document: &Document) -> bool {
    document_kinds::oldest_months(document.kind).is_some()
}
