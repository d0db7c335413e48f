//! What both people sign.
//!
//! The digest is SHA-256 over lines `name length value\n`: the length counts the value's bytes,
//! so no value can pass for another line. The first line is `chancery-case/v1`; then, in this
//! order: the case, the data set with everything the applicant said, each document, the facts,
//! each check in the order of [`CheckKind::ALL`](super::CheckKind::ALL), each piece of evidence with
//! its register or whom it reached.
//! What is absent has no line. Evidence that is not there, or whose content is not the one that was
//! recorded, has no digest: nobody signs for what nobody can read.
//!
//! On the wire and in the signed text a digest is spelled `sha256:` and 64 lower-case hex digits.
//! The signed text is
//!
//! ```text
//! chancery-decision/v1
//! <case_id>
//! <propose|decide>
//! <approve|reject>
//! <case_digest>
//! ```
//! with a line feed after each line, the last one too.

use sha2::{Digest, Sha256};

use super::{Case, CaseFacts, Check, Evidence, Verdict};
use crate::domain::{
    document::Document,
    id::CaseId,
    refusal::Refused,
    register::RegisterId,
    subject_data::{SubjectData, VerificationMethod},
    timestamp::Timestamp,
};

/// Which of the two words a person gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Propose,
    Decide,
}

impl Step {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Propose => "propose",
            Self::Decide => "decide",
        }
    }
}

/// The spelling of a digest on the wire.
#[must_use]
pub fn spell(digest: &[u8; 32]) -> String {
    format!("sha256:{}", hex::encode(digest))
}

/// Reads [`spell`]'s form and no other.
#[must_use]
pub fn read(text: &str) -> Option<[u8; 32]> {
    let digest = hex::decode(text.strip_prefix("sha256:")?).ok()?;
    let digest = digest.try_into().ok()?;
    (spell(&digest) == text).then_some(digest)
}

/// The text a person signs.
#[must_use]
pub fn signed_text(case: CaseId, step: Step, verdict: Verdict, digest: &[u8; 32]) -> String {
    format!(
        "chancery-decision/v1\n{case}\n{}\n{}\n{}\n",
        step.name(),
        verdict.name(),
        spell(digest)
    )
}

impl Case {
    /// The digest of the case as it stands. `data` is the case's data set, `documents` all of
    /// its documents, oldest first, `evidence` all of the case's.
    ///
    /// # Errors
    /// 503 `evidence-unreadable` when a piece of the case is not there as it was recorded.
    pub fn digest(
        &self,
        data: &SubjectData,
        documents: &[Document],
        evidence: &[Evidence],
    ) -> Result<[u8; 32], Refused> {
        let content = self.content(data, documents, evidence)?;
        Ok(Sha256::digest(content).into())
    }

    /// The octets under the digest.
    ///
    /// # Errors
    /// As [`Case::digest`].
    pub fn content(
        &self,
        data: &SubjectData,
        documents: &[Document],
        evidence: &[Evidence],
    ) -> Result<String, Refused> {
        let mut lines = Lines::begin();
        lines.add("case", self.id);
        lines.data(data);
        for document in documents {
            lines.add("document", document.id);
            lines.add("document.sha256", hex::encode(document.sha256));
        }
        if let Some(facts) = &self.facts {
            lines.facts(facts);
        }
        for check in &self.checks {
            lines.check(check);
        }
        for (id, sha256) in &self.evidence {
            lines.add("evidence", id);
            lines.add("evidence.sha256", hex::encode(sha256));
            let piece = evidence.iter().find(|piece| piece.id == *id);
            let piece = piece.filter(|piece| piece.sha256 == *sha256 && piece.is_whole(documents));
            lines.piece(piece.ok_or_else(|| Refused::unavailable("evidence-unreadable", id))?);
        }
        Ok(lines.0)
    }
}

impl Evidence {
    /// Whether its content is the one that its digest is of.
    fn is_whole(&self, documents: &[Document]) -> bool {
        let content = || Sha256::digest(&self.content);
        match self.document {
            Some(id) => documents
                .iter()
                .any(|document| document.id == id && document.sha256 == self.sha256),
            None => content().as_slice() == self.sha256,
        }
    }
}

/// Lines of a case's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines(pub String);

impl Lines {
    /// With the first line.
    #[must_use]
    pub fn begin() -> Self {
        Self("chancery-case/v1\n".to_owned())
    }

    pub fn add(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        self.0
            .push_str(&format!("{name} {} {value}\n", value.len()));
    }

    pub fn maybe(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    fn data(&mut self, data: &SubjectData) {
        self.add("data", data.id);
        self.add("data.revision", data.revision);
        self.add("data.organization", &data.organization);
        self.maybe("data.abbreviation", data.abbreviation.as_ref());
        self.add("data.country", data.country);
        self.add("data.state_or_province", &data.state_or_province);
        self.add("data.locality", &data.locality);
        match &data.method {
            VerificationMethod::RegistrationNumber { register, number } => {
                self.add("data.register", register);
                self.add("data.number", number);
            }
            VerificationMethod::Document => self.add("data.method", "document"),
        }
    }

    fn facts(&mut self, facts: &CaseFacts) {
        self.add("facts.organization", &facts.organization);
        self.add(
            "facts.organization_identifier",
            &facts.organization_identifier,
        );
        self.add("facts.country", facts.country);
        self.maybe("facts.state_or_province", facts.state_or_province.as_ref());
        self.maybe("facts.locality", facts.locality.as_ref());
    }

    /// What is told of a piece beside its content.
    fn piece(&mut self, piece: &Evidence) {
        self.maybe("evidence.issued_on", piece.issued_on.map(Timestamp::date));
        self.maybe("evidence.register", piece.register.map(RegisterId::name));
        if let Some(contact) = &piece.contact {
            self.add("evidence.reached_at", &contact.reached_at);
            self.add("evidence.person", &contact.person);
            self.add("evidence.found_in", contact.found_in);
        }
    }

    fn check(&mut self, check: &Check) {
        self.add("check", check.kind.name());
        self.add("check.state", check.state.name());
        self.maybe("check.checked_at", check.checked_at);
        for id in &check.evidence {
            self.add("check.evidence", id);
        }
        self.maybe("check.note", check.note.as_ref());
        self.maybe("check.recorded_by", check.recorded_by.as_ref());
    }
}
