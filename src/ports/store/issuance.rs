//! Activations, intents, certificates and revocation lists.

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::{
    domain::{
        activation::Activation,
        aggregate::{Loaded, Version},
        caa::CaaCheck,
        certificate::{Certificate, Replaced},
        domain_control::DomainControl,
        id::{ActivationId, BootId, CaaCheckId, CertificateId, MailboxId, OrderId, RevocationId},
        intent::{Intent, IssuerName},
        kept_text::{TextKey, TextKind},
        mailbox::MailboxValidation,
        order::Order,
        profile::ProfileRecord,
        revocation::Revocation,
        revocation_list::{RevocationList, RevokedSerial},
        subject_data::SubjectData,
        timestamp::Timestamp,
        unit::Aggregate,
    },
    policy::access::ReadScope,
};

/// Everything the decision to issue needs about one order, read in at most three queries.
#[derive(Clone, Debug)]
pub struct ActivationFacts {
    pub order: Loaded<Order>,
    pub subject_data: Option<Loaded<SubjectData>>,
    pub mailbox: Option<Loaded<MailboxValidation>>,
    /// The check that the mailbox's validation took over, if it did.
    pub proof: Option<Loaded<MailboxValidation>>,
    /// What the mailbox rests on, when that is its domain.
    pub domain: Option<Loaded<DomainControl>>,
    /// The activation that lives now, if any.
    pub live: Option<Loaded<Activation>>,
}

#[async_trait]
pub trait Activations: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn activation_facts(
        &self,
        scope: &ReadScope,
        order: OrderId,
    ) -> Result<Option<ActivationFacts>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn activation(
        &self,
        scope: &ReadScope,
        id: ActivationId,
    ) -> Result<Option<Loaded<Activation>>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn intent(
        &self,
        issuer: &IssuerName,
        serial: &[u8],
    ) -> Result<Option<Loaded<Intent>>, StoreError>;

    /// How many intents the activation has had so far, settled or not.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn intents_of(&self, activation: ActivationId) -> Result<u32, StoreError>;

    /// Recorded intents of boots whose lease has ended (on SQLite: of any boot but `own`), at
    /// most `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn orphaned_intents(
        &self,
        own: BootId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Loaded<Intent>>, StoreError>;
}

/// The checks of CAA records that intents rest on.
#[async_trait]
pub trait CaaEvidence: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn caa_check(&self, id: CaaCheckId) -> Result<Option<Loaded<CaaCheck>>, StoreError>;
}

/// A version of an object that an intent rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    /// For example `subject_data`.
    pub kind: String,
    pub id: String,
    pub version: Version,
}

#[async_trait]
pub trait RestsOn: Send + Sync {
    /// What the intent's decision read, by kind and id.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn rests_of(
        &self,
        issuer: &IssuerName,
        serial: &[u8],
    ) -> Result<Vec<Resting>, StoreError>;

    /// Whether an intent whose end is not known rests on any version of an object: a certificate
    /// that rests on it may come yet.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn is_rested_on(&self, aggregate: Aggregate, id: &str) -> Result<bool, StoreError>;

    /// The same of a mailbox's proof: of the validation itself, and of those that took over what
    /// it confirms now.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn is_proof_rested_on(&self, proof: MailboxId) -> Result<bool, StoreError>;
}

/// Filters of the certificate list.
#[derive(Clone, Debug, Default)]
pub struct CertificateFilter {
    pub order: Option<OrderId>,
    pub serial: Option<Vec<u8>>,
    /// Exact mailbox.
    pub mailbox: Option<String>,
}

/// A certificate with its revocation, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRecord {
    pub certificate: Certificate,
    pub revoked: Option<RevokedSerial>,
    /// It is revoked and no CRL lists it yet.
    pub revocation_runs: bool,
    /// The certificate that took its place, and when this one is revoked for it.
    pub replaced: Option<Replaced>,
}

#[async_trait]
pub trait Certificates: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn certificate(
        &self,
        scope: &ReadScope,
        id: CertificateId,
    ) -> Result<Option<CertificateRecord>, StoreError>;

    /// These certificates, as far as the scope sees them, in no order; at most 200 are asked for.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn certificates_of(
        &self,
        scope: &ReadScope,
        ids: &[CertificateId],
    ) -> Result<Vec<CertificateRecord>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn certificates(
        &self,
        scope: &ReadScope,
        filter: &CertificateFilter,
        page: &Page,
    ) -> Result<Vec<CertificateRecord>, StoreError>;

    /// Certificates whose issuance rested on any version of an object, newest first. With
    /// `valid_at` those only that were not revoked and had not expired then.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn certificates_resting_on(
        &self,
        aggregate: Aggregate,
        id: &str,
        valid_at: Option<Timestamp>,
        page: &Page,
    ) -> Result<Vec<CertificateRecord>, StoreError>;

    /// How many of them are valid.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn valid_resting_on(
        &self,
        aggregate: Aggregate,
        id: &str,
        at: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Certificates whose issuance rested on a mailbox's proof: on the validation itself, or on
    /// those that took over what it confirms now. Otherwise as `certificates_resting_on`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn certificates_of_proof(
        &self,
        proof: MailboxId,
        valid_at: Option<Timestamp>,
        page: &Page,
    ) -> Result<Vec<CertificateRecord>, StoreError>;

    /// How many of them are valid.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn valid_of_proof(&self, proof: MailboxId, at: Timestamp) -> Result<u64, StoreError>;

    /// When the oldest certificate that the scope sees was issued.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn oldest_certificate(&self, scope: &ReadScope) -> Result<Option<Timestamp>, StoreError>;
}

/// What the log knows of certificate profiles.
#[async_trait]
pub trait KnownProfiles: Send + Sync {
    /// Every profile that was ever in force, by name. Few: they are the CA's own files.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn known_profiles(&self) -> Result<Vec<Loaded<ProfileRecord>>, StoreError>;
}

/// Texts behind certificates, kept whole.
#[async_trait]
pub trait KeptTexts: Send + Sync {
    /// What every kept text is known by. Few: each is the CA's own.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn kept_texts(&self) -> Result<Vec<TextKey>, StoreError>;

    /// The forms that a text of this name has had, with the times at which they were kept, oldest
    /// first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn texts_named(
        &self,
        kind: TextKind,
        name: &str,
    ) -> Result<Vec<(TextKey, Timestamp)>, StoreError>;

    /// What a text says, as it is stored: its digest is not judged here.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn text(&self, key: &TextKey) -> Result<Option<Vec<u8>>, StoreError>;
}

/// What was in force before.
pub trait Known: KnownProfiles + KeptTexts {}

impl<T: KnownProfiles + KeptTexts> Known for T {}

#[async_trait]
pub trait Revocations: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn revocation(
        &self,
        scope: &ReadScope,
        id: RevocationId,
    ) -> Result<Option<Loaded<Revocation>>, StoreError>;

    /// Those that no CRL lists yet, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unlisted(&self, limit: u32) -> Result<Vec<Loaded<Revocation>>, StoreError>;
}

#[async_trait]
pub trait RevocationLists: Send + Sync {
    /// The newest signed CRL of the scope.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn newest_crl(
        &self,
        issuer: &IssuerName,
        partition: u32,
    ) -> Result<Option<Loaded<RevocationList>>, StoreError>;

    /// The highest number ever recorded for the scope, signed or not.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn highest_crl_number(
        &self,
        issuer: &IssuerName,
        partition: u32,
    ) -> Result<Option<i64>, StoreError>;

    /// Recorded lists whose signature will not come: of boots whose lease has ended (on SQLite:
    /// of any boot but `own`), and of `own`, whose caller signs none now. At most `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unsettled_crls(
        &self,
        own: BootId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Loaded<RevocationList>>, StoreError>;

    /// Entries of the scope whose certificate had not expired before `floor`, by serial.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn revoked_serials(
        &self,
        issuer: &IssuerName,
        partition: u32,
        floor: Timestamp,
    ) -> Result<Vec<RevokedSerial>, StoreError>;
}
