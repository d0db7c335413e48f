//! Orders, data sets, documents, cases and mailboxes.

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::{
    domain::{
        aggregate::Loaded,
        case::{Case, CaseState, Evidence, lookup::LookupState},
        document::Document,
        domain_control::DomainControl,
        id::{
            CaseId, DataLookupId, DocumentId, DomainControlId, EvidenceId, MailboxId, OrderId,
            SubjectDataId,
        },
        mailbox::{MailAddress, MailboxValidation, address_use::AddressUse},
        order::{Order, OrderState},
        owner::{IdentityName, Owner},
        subject_data::{SubjectData, SubjectDataState, lookup::DataLookup},
        text::Country,
        timestamp::Timestamp,
    },
    policy::access::ReadScope,
};

/// Filters of the order list; all given ones must match.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    pub states: Vec<OrderState>,
    /// Part of number, alias or partner's reference, case-insensitive for ASCII.
    pub text: Option<String>,
}

#[async_trait]
pub trait Orders: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn order(
        &self,
        scope: &ReadScope,
        id: OrderId,
    ) -> Result<Option<Loaded<Order>>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn orders(
        &self,
        scope: &ReadScope,
        filter: &OrderFilter,
        page: &Page,
    ) -> Result<Vec<Loaded<Order>>, StoreError>;

    /// Live orders (open or submitted) bound to this data set, oldest first, at most 200.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn orders_of_subject_data(
        &self,
        id: SubjectDataId,
    ) -> Result<Vec<Loaded<Order>>, StoreError>;

    /// Orders whose people an end of this data concerns at `now`: those that can still be
    /// activated, and those whose certificate is neither over nor revoked. Of many with the same
    /// contacts only the oldest; oldest first, at most 200.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn told_of_subject_data(
        &self,
        id: SubjectDataId,
        now: Timestamp,
    ) -> Result<Vec<Loaded<Order>>, StoreError>;

    /// The slot of the newest reminder that the order can be activated, if it was ever told so.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn newest_ready_slot(&self, id: OrderId) -> Result<Option<String>, StoreError>;
}

#[async_trait]
pub trait SubjectDataSets: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn subject_data(
        &self,
        scope: &ReadScope,
        id: SubjectDataId,
    ) -> Result<Option<Loaded<SubjectData>>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn subject_data_sets(
        &self,
        scope: &ReadScope,
        states: &[SubjectDataState],
        page: &Page,
    ) -> Result<Vec<Loaded<SubjectData>>, StoreError>;

    /// These sets, as far as the scope sees them, in no order; at most 200 are asked for.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn subject_data_of(
        &self,
        scope: &ReadScope,
        ids: &[SubjectDataId],
    ) -> Result<Vec<Loaded<SubjectData>>, StoreError>;

    /// Metadata of the set's documents, oldest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn documents(&self, id: SubjectDataId) -> Result<Vec<Document>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn document(&self, id: DocumentId) -> Result<Option<Loaded<Document>>, StoreError>;

    /// Which of these SHA-256 are of documents that the applicant itself has given, with whatever
    /// data of this owner; at most 100 are asked for.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn given_by(
        &self,
        owner: &Owner,
        sha256: &[[u8; 32]],
    ) -> Result<Vec<[u8; 32]>, StoreError>;

    /// Those of these documents that have a row, in no order; at most 500 are asked for.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn documents_among(&self, ids: &[DocumentId]) -> Result<Vec<Document>, StoreError>;

    /// Documents that came in while nobody scanned and are not erased, by id, those after `after`;
    /// at most 200.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn not_scanned(&self, after: Option<DocumentId>) -> Result<Vec<DocumentId>, StoreError>;

    /// The end of the last certificate that was issued on the set; `None` when there is none.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn relied_until(&self, id: SubjectDataId) -> Result<Option<Timestamp>, StoreError>;
}

/// What registers said of data after their decision.
#[async_trait]
pub trait DataLookups: Send + Sync {
    /// A page of those about one data set, newest first, without their content.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn data_lookups(
        &self,
        of: SubjectDataId,
        page: &Page,
    ) -> Result<Vec<DataLookup>, StoreError>;

    /// One of them, with its content.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn data_lookup(
        &self,
        of: SubjectDataId,
        id: DataLookupId,
    ) -> Result<Option<DataLookup>, StoreError>;

    /// Those on whose word the data were stopped, newest first, at most 50.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn lookups_that_stopped(&self, of: SubjectDataId) -> Result<Vec<DataLookup>, StoreError>;
}

/// Filters of the case queue.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    pub states: Vec<CaseState>,
    /// Whose claim is recorded, also one that ended.
    pub claimed_by: Option<IdentityName>,
    /// Somebody holds it at this time.
    pub held_at: Option<Timestamp>,
    /// Nobody holds it at this time.
    pub free_at: Option<Timestamp>,
    pub lookup: Option<LookupState>,
    pub country: Option<Country>,
    /// Neither decided nor closed.
    pub is_open: bool,
    pub opened_before: Option<Timestamp>,
}

impl CaseFilter {
    /// Whether no case passes that has its end.
    #[must_use]
    pub fn is_open_only(&self) -> bool {
        let has_end = |state: &CaseState| matches!(state, CaseState::Decided | CaseState::Closed);
        self.is_open || !self.states.is_empty() && !self.states.iter().any(has_end)
    }
}

#[async_trait]
pub trait Cases: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn case(&self, id: CaseId) -> Result<Option<Loaded<Case>>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn cases(
        &self,
        filter: &CaseFilter,
        page: &Page,
    ) -> Result<Vec<Loaded<Case>>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn evidence(&self, case: CaseId, id: EvidenceId) -> Result<Option<Evidence>, StoreError>;

    /// All evidence of a case, oldest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn evidence_of(&self, case: CaseId) -> Result<Vec<Evidence>, StoreError>;
}

#[async_trait]
pub trait Mailboxes: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn mailbox(&self, id: MailboxId)
    -> Result<Option<Loaded<MailboxValidation>>, StoreError>;

    /// These validations, in no order; at most 200 are asked for.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn mailboxes(
        &self,
        ids: &[MailboxId],
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError>;

    /// The proofs of domains that validations name, in no order; at most 200 are asked for.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn domains_of(
        &self,
        ids: &[DomainControlId],
    ) -> Result<Vec<Loaded<DomainControl>>, StoreError>;

    /// Of the confirmed validations of exactly this address by exactly this owner that carry at
    /// `at`, and took over nothing that has fallen, the one that carries longest. An owner without
    /// a customer has none.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn verified_mailbox(
        &self,
        owner: &Owner,
        address: &MailAddress,
        at: Timestamp,
    ) -> Result<Option<Loaded<MailboxValidation>>, StoreError>;

    /// Confirmed validations that were taken over from `proof` as it was confirmed until
    /// `confirmed_until`, at most `limit`, in no order.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn mailboxes_reusing(
        &self,
        proof: MailboxId,
        confirmed_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError>;

    /// Confirmed validations that took over what `proof` confirms now, at most `limit`, in no
    /// order.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn mailboxes_of_proof(
        &self,
        proof: MailboxId,
        limit: u32,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError>;

    /// Validations whose invalidation was proposed and not decided, over all owners, newest
    /// first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn doubted_mailboxes(
        &self,
        page: &Page,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError>;

    /// Validations whose invalidation was decided, over all owners, newest first. What was taken over
    /// from them is not among them.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn invalidated_mailboxes(
        &self,
        page: &Page,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError>;

    /// Validations that took over what `proof`, which is invalid, confirmed, and fell with it.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn mailboxes_fallen_with(
        &self,
        proof: MailboxId,
        limit: u32,
    ) -> Result<Vec<MailboxId>, StoreError>;

    /// Validations that their holders disowned and no officer has released, over all owners,
    /// newest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn disowned_mailboxes(
        &self,
        page: &Page,
    ) -> Result<Vec<Loaded<MailboxValidation>>, StoreError>;

    /// Mails of late to this address, over all owners: a limit's fact, never an answer.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn address_use(&self, abuse_key: &str) -> Result<Option<Loaded<AddressUse>>, StoreError>;

    /// Whether at least so many codes were mailed for this owner since then.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn has_mailed_for(
        &self,
        owner: &Owner,
        since: Timestamp,
        count: u32,
    ) -> Result<bool, StoreError>;

    /// The same for this frontend, over all its customers.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn has_mailed_by(
        &self,
        frontend: &IdentityName,
        since: Timestamp,
        count: u32,
    ) -> Result<bool, StoreError>;

    /// The same to addresses of this mail domain, over all owners: a limit's fact, never an
    /// answer.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn has_mailed_to(
        &self,
        domain: &str,
        since: Timestamp,
        count: u32,
    ) -> Result<bool, StoreError>;
}
