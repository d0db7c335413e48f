//! Validation cases worked by people: the queue, the work on one case, and the two signed words
//! that end it (S/MIME BR 3.2.3, 3.2.6; contract, Identities).
//!
//! Decides nothing by itself, also where a register's answer is plain.

use std::sync::Arc;

use crate::{
    domain::{
        aggregate::{Changed, Loaded, Version},
        case::{Case, Evidence},
        document::Document,
        id::{CaseId, EvidenceId, SubjectDataId},
        refusal::Refused,
        subject_data::SubjectData,
        terms::Terms,
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::{OfficerScope, ReadScope},
        case_rules::{crossing::Heard, facts, sources::Held},
        mail_domains::AddressFlag,
        warnings::Warnings,
    },
    ports::{
        clock::Clock,
        document_files::DocumentFiles,
        entropy::Entropy,
        store::{
            Store,
            registration::{Cases, Mailboxes, Orders, SubjectDataSets},
        },
    },
    services::{
        known_domains::KnownDomains, registers::Registers, request::Stopped, screening::Screening,
    },
};

mod chase;
pub mod evidence;
pub mod lookup;
pub mod reading;
mod screening;
mod telling;
pub mod verdict;
pub mod work;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub cases: Arc<dyn Cases>,
    pub subject_data: Arc<dyn SubjectDataSets>,
    pub orders: Arc<dyn Orders>,
    pub mailboxes: Arc<dyn Mailboxes>,
    pub files: Arc<dyn DocumentFiles>,
    pub registers: Registers,
    pub screening: Arc<Screening>,
    pub domains: Arc<KnownDomains>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub warnings: Arc<Warnings>,
    /// How long things may take, as the CA has chosen.
    pub terms: Terms,
}

/// The work on cases.
#[derive(Clone)]
pub struct CaseWork(Arc<Parts>);

/// A case with everything a person needs to judge it.
#[derive(Clone, Debug)]
pub struct CaseView {
    pub case: Case,
    pub version: Version,
    pub data: SubjectData,
    pub documents: Vec<Document>,
    pub evidence: Vec<Evidence>,
    /// What is to be looked at of addresses to be certified with the data.
    pub flags: Vec<AddressFlag>,
    /// What a proposal or decision made now must sign.
    pub digest: [u8; 32],
    /// The instant of the use case.
    pub now: Timestamp,
}

/// A case as loaded, with what its digest covers.
struct Ground {
    case: Loaded<Case>,
    data: Loaded<SubjectData>,
    documents: Vec<Document>,
    evidence: Vec<Evidence>,
    /// See [`Held::given`].
    given: Vec<[u8; 32]>,
    /// See [`Held::heard`].
    heard: Vec<(EvidenceId, Heard)>,
    flags: Vec<AddressFlag>,
    now: Timestamp,
}

impl CaseWork {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Loads the case of somebody who may see every owner's objects.
    async fn ground(&self, scope: &OfficerScope, id: CaseId) -> Result<Ground, Refused> {
        self.ground_in(&scope.read(), id).await
    }

    async fn ground_in(&self, scope: &ReadScope, id: CaseId) -> Result<Ground, Refused> {
        let now = self.0.clock.now();
        let case = self.0.cases.case(id).await?;
        let case = case.ok_or_else(Refused::not_found)?;
        let sets = &self.0.subject_data;
        let data = sets.subject_data(scope, case.subject_data).await?;
        let data = data.ok_or_else(Refused::not_found)?;
        let documents = sets.documents(data.id).await?;
        let evidence = self.0.cases.evidence_of(id).await?;
        let brought = documents.iter().filter(|one| one.brought_by.is_some());
        let brought: Vec<_> = brought.map(|one| one.sha256).collect();
        Ok(Ground {
            given: sets.given_by(&data.owner, &brought).await?,
            heard: lookup::heard(&evidence),
            documents,
            evidence,
            flags: self.flags(data.id).await?,
            case,
            data,
            now,
        })
    }

    /// What is to be looked at of the addresses of live orders on the data (flows 5.8, 5.9), each
    /// once.
    async fn flags(&self, data: SubjectDataId) -> Result<Vec<AddressFlag>, Refused> {
        let orders = self.0.orders.orders_of_subject_data(data).await?;
        let ids: Vec<_> = orders.iter().filter_map(|order| order.mailbox).collect();
        let mailboxes = self.0.mailboxes.mailboxes(&ids).await?;
        let known = self.0.domains.current();
        let mut flags: Vec<AddressFlag> = mailboxes
            .iter()
            .flat_map(|mailbox| known.flags(&mailbox.address))
            .collect();
        flags.sort_unstable();
        flags.dedup();
        Ok(flags)
    }

    /// Commits a unit that rests on the officer's registry entry.
    async fn commit(&self, scope: &OfficerScope, unit: Unit) -> Result<(), Stopped> {
        self.0.store.commit(unit.granted(scope.grant())).await?;
        Ok(())
    }
}

impl Ground {
    fn held(&self) -> Held<'_> {
        Held {
            case: &self.case,
            data: &self.data,
            evidence: &self.evidence,
            documents: &self.documents,
            given: &self.given,
            heard: &self.heard,
        }
    }

    fn digest(&self) -> Result<[u8; 32], Refused> {
        self.case
            .digest(&self.data, &self.documents, &self.evidence)
    }

    /// Documents that a check rests on can be looked at. One that no check names any more was set
    /// aside: evidence stays, and nothing is shown by it.
    fn require_documents_shown(&self) -> Result<(), Refused> {
        let named = |document: &&Document| {
            let mut relied_on = facts::relied_on(&self.case, &self.evidence);
            relied_on.any(|piece| piece.document == Some(document.id))
        };
        let mut documents = self.documents.iter().filter(named);
        documents.try_for_each(Document::require_shown)
    }

    /// A unit that changes the case and rests on the data it was judged by.
    fn unit(&self, scope: &OfficerScope, changed: &Changed<Case>) -> Unit {
        Unit::of(scope.caller(), self.now, changed.clone()).rests_on(
            Aggregate::SubjectData,
            self.data.id,
            self.data.version(),
        )
    }

    /// The ground once this is recorded in the same unit.
    fn with(mut self, piece: &Evidence) -> Self {
        self.evidence.push(piece.clone());
        self
    }

    /// How the case looks after the change.
    fn after(&self, changed: &Changed<Case>, data: &SubjectData) -> Result<CaseView, Refused> {
        Ok(CaseView {
            case: Case::clone(changed),
            version: changed.will_be(),
            data: data.clone(),
            documents: self.documents.clone(),
            evidence: self.evidence.clone(),
            flags: self.flags.clone(),
            digest: changed.digest(data, &self.documents, &self.evidence)?,
            now: self.now,
        })
    }
}
