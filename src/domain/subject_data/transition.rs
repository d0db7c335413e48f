//! What can happen to a data set. A version never changes its data after it was submitted.

use super::{
    NAME_CAP, SubjectData, SubjectDataState, VerificationMethod, VerifiedFacts, need::Question,
};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    feed::FeedKind,
    id::{CaseId, SubjectDataId},
    owner::{AcceptedStatement, ActingFor, CustomerRef, Owner, told},
    refusal::Refused,
    text::{Country, Text},
    timestamp::Timestamp,
};

/// What a frontend gives for a new data set.
#[derive(Clone, Debug)]
pub struct NewSubjectData {
    pub id: SubjectDataId,
    pub owner: Owner,
    pub organization: Text<255>,
    pub country: Country,
    pub state_or_province: Text<128>,
    pub locality: Text<128>,
    pub method: VerificationMethod,
    pub acting_for: ActingFor,
}

impl SubjectData {
    /// New data: a draft, the first of its line or the next version of `previous`.
    #[must_use]
    pub fn create(new: NewSubjectData, previous: Option<&Self>, now: Timestamp) -> Changed<Self> {
        let revision = previous.map_or(1, |set| set.revision.saturating_add(1));
        let mut event = Event::new(EventKind::DataCreated, "subject_data", new.id)
            .with("ra", new.owner.ra.as_str())
            .with("revision", Value::integer(i64::from(revision)))
            .with("country", new.country.to_string())
            .with("method", new.method.name());
        if let Some(previous) = previous {
            event = event.with("previous", previous.id.to_string());
        }
        let event = new
            .acting_for
            .tell(new.owner.tell(event))
            .personal("organization", new.organization.as_str())
            .personal("state_or_province", new.state_or_province.as_str())
            .personal("locality", new.locality.as_str());
        let event = match &new.method {
            VerificationMethod::RegistrationNumber { register, number } => event
                .personal("register", register.as_str())
                .personal("register_number", number.as_str()),
            VerificationMethod::Document => event,
        };
        let set = Self {
            id: new.id,
            owner: new.owner,
            revision,
            previous: previous.map(|set| set.id),
            organization: new.organization,
            abbreviation: None,
            country: new.country,
            state_or_province: new.state_or_province,
            locality: new.locality,
            method: new.method,
            state: SubjectDataState::Draft,
            statements: Vec::new(),
            submitted_at: None,
            case: None,
            verified: None,
            needed: Vec::new(),
            message: None,
            answer_until: None,
            doubt: None,
            doubted_at: None,
            proposed: None,
            acting_for: new.acting_for,
            created_at: now,
            updated_at: now,
        };
        Changed::created(set, event)
    }

    /// Whether an order may take the set.
    ///
    /// # Errors
    /// 409 `data-set-not-submitted` for a draft; 409 with the state's code when the set was
    /// rejected, withdrawn, suspended or replaced.
    pub fn require_bindable(&self) -> Result<(), Refused> {
        use SubjectDataState as S;
        match self.state {
            S::UnderVerification | S::WaitingForApplicant | S::Verified => Ok(()),
            S::Draft => Err(Refused::state("data-set-not-submitted")),
            S::Rejected => Err(Refused::state("data-set-rejected")),
            S::Withdrawn => Err(Refused::state("data-set-withdrawn")),
            S::Suspended => Err(Refused::state("data-set-suspended")),
            S::Replaced => Err(Refused::state("data-set-replaced")),
        }
    }
}

/// An abbreviation of the organisation's name that was chosen for its certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenAbbreviation {
    pub name: Text<NAME_CAP>,
    /// ISO 20275 codes of the legal forms that were abbreviated, in the order of the name.
    pub forms: Vec<&'static str>,
    /// The version of the table that documents the abbreviations.
    pub tables: &'static str,
}

impl Changed<SubjectData> {
    /// Takes the abbreviation for certificates, in a draft or as it is handed over. What was
    /// chosen before is void; the same again changes nothing.
    #[must_use]
    pub fn abbreviated(self, chosen: ChosenAbbreviation) -> Self {
        if self.abbreviation.as_ref() == Some(&chosen.name) {
            return self;
        }
        let forms = chosen.forms.into_iter().map(Value::text).collect();
        let event = Event::new(EventKind::DataAbbreviated, "subject_data", self.id)
            .with("forms", Value::List(forms))
            .with("tables", chosen.tables)
            .personal("organization", self.organization.as_str())
            .personal("abbreviation", chosen.name.as_str());
        self.and(event, |set| set.abbreviation = Some(chosen.name))
    }
}

impl VerificationMethod {
    /// The wire's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RegistrationNumber { .. } => "registration_number",
            Self::Document => "document",
        }
    }
}

impl Loaded<SubjectData> {
    /// Hands the data over for verification; `case` is opened in the same unit, `documents` is
    /// how many the set has.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless a draft, 409 `document-missing` when the method needs
    /// a document and there is none.
    pub fn submit(
        self,
        statements: Vec<AcceptedStatement>,
        documents: usize,
        case: CaseId,
        now: Timestamp,
    ) -> Result<Changed<SubjectData>, Refused> {
        require(&self, &[SubjectDataState::Draft])?;
        if self.method == VerificationMethod::Document && documents == 0 {
            return Err(Refused::state("document-missing"));
        }
        let event = Event::new(EventKind::RequestReceived, "subject_data", self.id)
            .with("case", case.to_string())
            .with("statements", told(&statements))
            .told(FeedKind::DataSubmitted, &self.owner, self.id, None);
        Ok(self.change(event, |set| {
            set.state = SubjectDataState::UnderVerification;
            set.statements = statements;
            set.case = Some(case);
            set.submitted_at = Some(now);
            set.updated_at = now;
        }))
    }

    /// The specialist needs something of the applicant by `until`; the case waits in the same unit.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless under verification.
    pub fn ask(
        self,
        question: Question,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Changed<SubjectData>, Refused> {
        require(&self, &[SubjectDataState::UnderVerification])?;
        let event = Event::new(EventKind::InformationRequested, "subject_data", self.id);
        let event = question.tell(event, until);
        let event = event.told(FeedKind::DataNeedsInformation, &self.owner, self.id, None);
        Ok(self.change(event, |set| {
            set.state = SubjectDataState::WaitingForApplicant;
            set.needed = question.needed;
            set.message = question.message;
            set.answer_until = Some(until);
            set.updated_at = now;
        }))
    }

    /// A document came in, and tells it itself. That moves the version: of two uploads that counted
    /// the same documents, one counts again.
    #[must_use]
    pub fn takes_document(self) -> Changed<SubjectData> {
        self.follow(|_| {})
    }

    /// The applicant answered, with a document or in another way.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless waiting for the applicant.
    pub fn answered(self, now: Timestamp) -> Result<Changed<SubjectData>, Refused> {
        require(&self, &[SubjectDataState::WaitingForApplicant])?;
        let event =
            Event::new(EventKind::RequestReceived, "subject_data", self.id).with("answer", true);
        let event = event.told(FeedKind::DataUpdated, &self.owner, self.id, None);
        Ok(self.change(event, |set| {
            set.state = SubjectDataState::UnderVerification;
            set.needed = Vec::new();
            set.answer_until = None;
            set.message = None;
            set.updated_at = now;
        }))
    }

    /// Two people established the facts; the case is decided in the same unit.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless under verification.
    pub fn verify(
        self,
        facts: VerifiedFacts,
        now: Timestamp,
    ) -> Result<Changed<SubjectData>, Refused> {
        require(&self, &[SubjectDataState::UnderVerification])?;
        let representatives = facts.representatives.iter().map(|one| one.as_str().into());
        let mut event = Event::new(EventKind::RequestApproved, "subject_data", self.id)
            .with(
                "organization_checked_at",
                facts.organization_checked_at.to_string(),
            )
            .with(
                "authority_checked_at",
                facts.authority_checked_at.to_string(),
            )
            .with("carries_days", i64::from(facts.carries_days))
            .with("decided_at", facts.decided_at.to_string())
            .personal("organization", facts.organization.as_str())
            .personal(
                "organization_identifier",
                facts.organization_identifier.as_str(),
            )
            .personal("country", facts.country.to_string())
            .personal("representatives", Value::List(representatives.collect()))
            .told(FeedKind::DataVerified, &self.owner, self.id, None);
        for (name, day) in [
            ("organization_paper_of", facts.organization_paper_of),
            ("authority_paper_of", facts.authority_paper_of),
        ] {
            if let Some(day) = day {
                event = event.with(name, day.to_string());
            }
        }
        if let Some(state) = &facts.state_or_province {
            event = event.personal("state_or_province", state.as_str());
        }
        if let Some(locality) = &facts.locality {
            event = event.personal("locality", locality.as_str());
        }
        Ok(self.change(event, |set| {
            set.state = SubjectDataState::Verified;
            set.verified = Some(facts);
            set.message = None;
            set.updated_at = now;
        }))
    }

    /// Two people refused the data; `message` tells the applicant why.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless under verification or waiting for the applicant.
    pub fn reject(
        self,
        message: Option<Text<2000>>,
        now: Timestamp,
    ) -> Result<Changed<SubjectData>, Refused> {
        let from = [
            SubjectDataState::UnderVerification,
            SubjectDataState::WaitingForApplicant,
        ];
        require(&self, &from)?;
        let mut event = Event::new(EventKind::RequestRejected, "subject_data", self.id).told(
            FeedKind::DataRejected,
            &self.owner,
            self.id,
            None,
        );
        if let Some(message) = &message {
            event = event.personal("message", message.as_str());
        }
        Ok(self.change(event, |set| {
            set.state = SubjectDataState::Rejected;
            set.needed = Vec::new();
            set.answer_until = None;
            set.message = message;
            set.updated_at = now;
        }))
    }

    /// The owner takes the data back. `live_orders` is how many orders still lean on it; an open
    /// case is closed in the same unit.
    ///
    /// # Errors
    /// 409 `data-set-in-use` while a live order leans on it, 409 `data-set-state-conflict` when
    /// it was withdrawn or replaced before.
    pub fn withdraw(
        self,
        live_orders: usize,
        now: Timestamp,
    ) -> Result<Changed<SubjectData>, Refused> {
        if matches!(
            self.state,
            SubjectDataState::Withdrawn | SubjectDataState::Replaced
        ) {
            return Err(conflict());
        }
        if live_orders > 0 {
            return Err(Refused::state("data-set-in-use"));
        }
        let event = Event::new(EventKind::RequestWithdrawn, "subject_data", self.id)
            .with("what", "withdrawn")
            .told(FeedKind::DataWithdrawn, &self.owner, self.id, None);
        Ok(self.change(event, |set| {
            set.state = SubjectDataState::Withdrawn;
            set.updated_at = now;
        }))
    }

    /// The next version is submitted in the same unit: nobody may decide on this one any more;
    /// its case is closed in the same unit. `None` when it was decided or ended before: what is
    /// verified stays usable until it lapses (flows 3.2).
    #[must_use]
    pub fn replaced(self, by: SubjectDataId, now: Timestamp) -> Option<Changed<SubjectData>> {
        let from = [
            SubjectDataState::Draft,
            SubjectDataState::UnderVerification,
            SubjectDataState::WaitingForApplicant,
        ];
        require(&self, &from).ok()?;
        let event = Event::new(EventKind::RequestWithdrawn, "subject_data", self.id)
            .with("what", "replaced")
            .with("by", by.to_string())
            .told(FeedKind::DataWithdrawn, &self.owner, self.id, None);
        Some(self.change(event, |set| {
            set.state = SubjectDataState::Replaced;
            set.needed = Vec::new();
            set.answer_until = None;
            set.message = None;
            set.updated_at = now;
        }))
    }

    /// Gives a set without a customer to the customer of the first order that takes it.
    ///
    /// # Errors
    /// 404 when it has another customer or another frontend.
    pub fn adopt(self, owner: &Owner, now: Timestamp) -> Result<Changed<SubjectData>, Refused> {
        let Some(customer) = self.adopter(owner) else {
            return Err(Refused::not_found());
        };
        let event = Event::new(EventKind::DataBound, "subject_data", self.id)
            .with("what", "adopted")
            .personal("customer_ref", customer.as_str())
            .told(FeedKind::DataUpdated, owner, self.id, None);
        Ok(self.change(event, |set| {
            set.owner.customer = Some(customer);
            set.updated_at = now;
        }))
    }

    /// The customer of `owner` if the set waits for one.
    fn adopter(&self, owner: &Owner) -> Option<CustomerRef> {
        let free = self.owner.customer.is_none() && self.owner.ra == owner.ra;
        free.then(|| owner.customer.clone()).flatten()
    }
}

const fn conflict() -> Refused {
    Refused::state("data-set-state-conflict")
}

pub(super) fn require(set: &SubjectData, from: &[SubjectDataState]) -> Result<(), Refused> {
    if from.contains(&set.state) {
        Ok(())
    } else {
        Err(conflict())
    }
}
