//! Why a certificate was issued: everything that its issuance rested on, gathered so that it can
//! be explained and every signature in it verified years later, without this daemon.
//!
//! Reads only, but for the entry that it was read. Does not judge again: what is told is what was
//! stored then, and where an object lives on, the state it has now.

use std::sync::Arc;

use crate::{
    domain::{
        activation::{self, Activation},
        audit::event::{Event, EventKind},
        caa::CaaCheck,
        case::{Case, Evidence, SignedVerdict, digest},
        certificate::Certificate,
        document::Document,
        domain_control::DomainControl,
        id::CaaCheckId,
        idempotency::StoredRequest,
        intent::Intent,
        mailbox::MailboxValidation,
        order::Order,
        owner::Caller,
        refusal::Refused,
        subject_data::{SubjectData, lookup::DataLookup},
        unit::Unit,
    },
    pkix::spki::PublicKey,
    policy::{access::ReadScope, case_rules::signature, key_policy},
    ports::{
        clock::Clock,
        store::{
            Page, Store,
            catalogue::{AuditLog, Requests},
            domains::DomainControls,
            issuance::{Activations, CaaEvidence, KeptTexts, Resting, RestsOn},
            people::Identities,
            registration::{Cases, DataLookups, Mailboxes, Orders, SubjectDataSets},
            subject_keys::SubjectKeyFacts,
        },
    },
    services::{
        authority::Authorities,
        certificates::{Certificates, ChainEncoding, Judged, Reference, encode_chain},
    },
};

pub mod entries;
pub mod texts;

use entries::{Found, Root, Search};
use texts::{KeyJudgement, Text};

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub certificates: Certificates,
    pub activations: Arc<dyn Activations>,
    pub rests: Arc<dyn RestsOn>,
    pub orders: Arc<dyn Orders>,
    pub sets: Arc<dyn SubjectDataSets>,
    pub cases: Arc<dyn Cases>,
    pub lookups: Arc<dyn DataLookups>,
    pub mailboxes: Arc<dyn Mailboxes>,
    pub domains: Arc<dyn DomainControls>,
    pub requests: Arc<dyn Requests>,
    pub people: Arc<dyn Identities>,
    pub keys: Arc<dyn SubjectKeyFacts>,
    pub caa: Arc<dyn CaaEvidence>,
    pub audit: Arc<dyn AuditLog>,
    pub texts: Arc<dyn KeptTexts>,
    pub authorities: Arc<Authorities>,
    pub clock: Arc<dyn Clock>,
}

/// Later lookups that are told.
const LATER: Page = Page {
    limit: 200,
    after: None,
};

/// The service.
pub struct CertificateEvidence(Parts);

/// All about one certificate.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub certificate: Judged,
    /// From the issuer upward, without leaf and root. `None` when the configuration does not know
    /// the issuer any more.
    pub chain_pem: Option<String>,
    pub order: Order,
    pub activation: Activation,
    /// `None` once the key's retention is over.
    pub request: Option<StoredRequest>,
    pub intent: Intent,
    pub rests_on: Vec<Resting>,
    /// The looks at CAA records among these.
    pub caa: Vec<CaaCheck>,
    pub data: SubjectData,
    pub documents: Vec<Document>,
    pub decided: Option<Decided>,
    /// What registers said of the data since, newest first, at most 200, without the content.
    pub later: Vec<DataLookup>,
    /// The validation of the order, and the one whose proof it uses again while that still tells
    /// of this proof.
    pub mailboxes: Vec<MailboxValidation>,
    /// What the order's validation rests on, when that is its domain.
    pub domain: Option<DomainControl>,
    pub key: KeyFacts,
    /// Every text that the intent, its entry and what users accepted name.
    pub texts: Vec<Text>,
    /// Entries of the log about it, oldest first.
    pub entries: Vec<Found>,
    /// Of the logs in which they stand.
    pub roots: Vec<Root>,
}

/// The case that verified the data.
#[derive(Clone, Debug)]
pub struct Decided {
    pub case: Case,
    pub evidence: Vec<Evidence>,
    pub words: Vec<Word>,
    /// The octets whose digest both people signed.
    pub content: String,
}

/// A person's signed word with what is needed to verify it.
#[derive(Clone, Debug)]
pub struct Word {
    pub step: digest::Step,
    pub verdict: SignedVerdict,
    /// The octets that were signed.
    pub text: String,
    /// Name of the algorithm and DER of the public key; `None` when the registry has no key of
    /// this digest for the person.
    pub key: Option<(&'static str, Vec<u8>)>,
}

/// The certified key.
#[derive(Clone, Debug)]
pub struct KeyFacts {
    pub key: PublicKey,
    /// How it stood when the intent was decided; `None` when the log does not say.
    pub judged: Option<KeyJudgement>,
    /// Rules of today that it breaks by itself.
    pub faults: Vec<String>,
    /// Whether it stands on the block list now.
    pub is_blocked: bool,
}

impl Bundle {
    /// The body of the activation as it was received; `None` once it has been erased.
    #[must_use]
    pub fn request_body(&self) -> Option<String> {
        let mut found = self.entries.iter();
        let submitted = found.find(|found| found.kind == EventKind::ActivationSubmitted.name());
        submitted?.personal(activation::REQUEST)
    }
}

impl CertificateEvidence {
    #[must_use]
    pub const fn new(parts: Parts) -> Self {
        Self(parts)
    }

    /// Gathers the evidence behind a certificate. That it was read is an entry of the log;
    /// without the entry nobody sees it.
    ///
    /// # Errors
    /// 404; 503 when the store cannot answer, or has lost what a certificate rests on.
    pub async fn bundle(
        &self,
        scope: &ReadScope,
        caller: Caller,
        which: &Reference,
    ) -> Result<Bundle, Refused> {
        let parts = &self.0;
        let found = parts.certificates.find(scope, which).await?;
        let certificate = &found.record.certificate;
        let activation = parts.activations.activation(scope, certificate.activation);
        let activation = there(activation.await?)?;
        let intent = parts
            .activations
            .intent(&certificate.issuer, &certificate.serial);
        let intent = there(intent.await?)?;
        let order = there(parts.orders.order(scope, certificate.order).await?)?;
        let data = there(
            parts
                .sets
                .subject_data(scope, activation.subject_data)
                .await?,
        )?;
        let chain = self.chain(certificate)?;
        let rests_on = parts.rests.rests_of(&intent.issuer, &intent.serial);
        let rests_on = rests_on.await?;
        let documents = parts.sets.documents(data.id).await?;
        let mailboxes = self.mailboxes(&activation).await?;
        let mut bundle = Bundle {
            chain_pem: chain,
            request: parts
                .requests
                .request_of_act(&activation.id.to_string())
                .await?,
            caa: self.caa(&rests_on).await?,
            rests_on,
            decided: self.decided(&data, &documents).await?,
            later: parts.lookups.data_lookups(data.id, &LATER).await?,
            documents,
            domain: self.domain(scope, &mailboxes).await?,
            mailboxes,
            key: self.key(&activation).await?,
            order: Order::clone(&order),
            activation: Activation::clone(&activation),
            intent: Intent::clone(&intent),
            data: SubjectData::clone(&data),
            texts: Vec::new(),
            entries: Vec::new(),
            roots: Vec::new(),
            certificate: found,
        };
        self.entries(&mut bundle).await?;
        self.read(caller, &bundle).await?;
        Ok(bundle)
    }

    /// The log's entries and the texts that they name: of the rules only the versions stand in the
    /// intent's, so the entries that these were kept go with it.
    async fn entries(&self, bundle: &mut Bundle) -> Result<(), Refused> {
        let (log, intent) = (self.0.audit.as_ref(), &bundle.intent);
        let mut intents = Search::new(log);
        let serial = hex::encode(&intent.serial);
        intents.want(EventKind::CertSignIntent, serial, intent.recorded_at);
        let (intents, _) = intents.run().await?;
        bundle.key.judged = intents.first().and_then(KeyJudgement::of);
        let judged = bundle.key.judged.as_ref();
        let gathered = texts::gather(self.0.texts.as_ref(), bundle, judged).await?;
        let (texts, named) = gathered;
        let mut search = search(log, bundle);
        for (key, kept_at) in &named {
            search.want(EventKind::TextKept, key.id(), *kept_at);
        }
        (bundle.entries, bundle.roots) = search.run().await?;
        bundle.texts = texts;
        Ok(())
    }

    fn chain(&self, certificate: &Certificate) -> Result<Option<String>, Refused> {
        let Some(authority) = self.0.authorities.issuer(&certificate.issuer) else {
            return Ok(None);
        };
        let chain = encode_chain(&authority.chain, ChainEncoding::Pem)?;
        Ok(Some(String::from_utf8_lossy(&chain).into_owned()))
    }

    async fn caa(&self, rests_on: &[Resting]) -> Result<Vec<CaaCheck>, Refused> {
        let mut checks = Vec::new();
        for resting in rests_on {
            // Identifiers say what they are of.
            if let Ok(id) = resting.id.parse::<CaaCheckId>() {
                let check = there(self.0.caa.caa_check(id).await?)?;
                checks.push(CaaCheck::clone(&check));
            }
        }
        Ok(checks)
    }

    async fn decided(
        &self,
        data: &SubjectData,
        documents: &[Document],
    ) -> Result<Option<Decided>, Refused> {
        let Some(id) = data.case else {
            return Ok(None);
        };
        let case = there(self.0.cases.case(id).await?)?;
        let given = [
            (digest::Step::Propose, &case.proposal),
            (digest::Step::Decide, &case.decision),
        ];
        let mut words = Vec::new();
        for (step, verdict) in given {
            if let Some(verdict) = verdict {
                words.push(self.word(&case, step, verdict).await?);
            }
        }
        let evidence = self.0.cases.evidence_of(id).await?;
        Ok(Some(Decided {
            words,
            content: case.content(data, documents, &evidence)?,
            evidence,
            case: Case::clone(&case),
        }))
    }

    async fn word(
        &self,
        case: &Case,
        step: digest::Step,
        verdict: &SignedVerdict,
    ) -> Result<Word, Refused> {
        let person = self.0.people.identity(&verdict.by).await?;
        let spki = person.and_then(|person| person.spki.clone());
        let key = spki.and_then(|spki| {
            let key = PublicKey::from_spki(&spki).ok()?;
            let is_theirs = key.spki_sha256() == verdict.credential;
            is_theirs.then(|| (signature::algorithm_of(&key).0, spki))
        });
        Ok(Word {
            step,
            text: digest::signed_text(case.id, step, verdict.verdict, &verdict.digest),
            verdict: verdict.clone(),
            key,
        })
    }

    async fn mailboxes(&self, activation: &Activation) -> Result<Vec<MailboxValidation>, Refused> {
        let own = there(self.0.mailboxes.mailbox(activation.mailbox).await?)?;
        let mut found = vec![MailboxValidation::clone(&own)];
        if let Some(origin) = own.reused_from {
            let origin = there(self.0.mailboxes.mailbox(origin).await?)?;
            // A later check of the same order writes over its row: then it tells of another proof.
            if origin.confirmed_at == own.confirmed_at {
                found.push(MailboxValidation::clone(&origin));
            }
        }
        Ok(found)
    }

    async fn domain(
        &self,
        scope: &ReadScope,
        mailboxes: &[MailboxValidation],
    ) -> Result<Option<DomainControl>, Refused> {
        let Some(id) = mailboxes.first().and_then(|own| own.method.domain()) else {
            return Ok(None);
        };
        let control = there(self.0.domains.domain_control(scope, id).await?)?;
        Ok(Some(DomainControl::clone(&control)))
    }

    async fn key(&self, activation: &Activation) -> Result<KeyFacts, Refused> {
        let key = there(PublicKey::from_spki(&activation.spki).ok())?;
        let blocked = self.0.keys.blocked_key(&key.fingerprint()).await?;
        let faults = key_policy::faults(&key).into_iter();
        Ok(KeyFacts {
            faults: faults.map(|fault| fault.to_string()).collect(),
            is_blocked: blocked.is_some(),
            judged: None,
            key,
        })
    }

    async fn read(&self, caller: Caller, bundle: &Bundle) -> Result<(), Refused> {
        let certificate = &bundle.certificate.record.certificate;
        let event = Event::new(
            EventKind::EvidenceRead,
            "cert",
            hex::encode(&certificate.serial),
        )
        .digest(certificate.sha256)
        .with("certificate", certificate.id.to_string());
        let unit = Unit::new(caller, self.0.clock.now(), event);
        let committed = self.0.store.commit(unit).await;
        committed
            .map(drop)
            .map_err(|error| Refused::unavailable("store-unavailable", error))
    }
}

/// What the log says of each step on the way to the certificate.
fn search<'a>(log: &'a dyn AuditLog, bundle: &Bundle) -> Search<'a> {
    let mut search = Search::new(log);
    if let Some(own) = bundle.mailboxes.first() {
        if own.reused_from.is_some() {
            search.want(EventKind::ValidationReused, own.id, own.created_at);
        }
        let proof = own.reused_from.unwrap_or(own.id);
        // A validation that rests on its domain began with the value, and was written here later.
        let begun = match own.method.domain() {
            Some(_) => own.created_at,
            None => own.initiated_at,
        };
        search.want(EventKind::ValidationStarted, proof, begun);
        if let Some(at) = own.confirmed_at {
            search.want(EventKind::ValidationPassed, proof, at);
        }
    }
    if let Some(control) = &bundle.domain {
        search.want(EventKind::DomainStarted, control.id, control.created_at);
        if let Some(at) = control.proven_at {
            search.want(EventKind::DomainProven, control.id, at);
        }
    }
    if let Some(at) = bundle.data.submitted_at {
        search.want(EventKind::RequestReceived, bundle.data.id, at);
    }
    if let Some(Decided { case, .. }) = &bundle.decided {
        if let Some(proposal) = &case.proposal {
            search.want(EventKind::CaseProposed, case.id, proposal.at);
        }
        if let Some(decision) = &case.decision {
            search.want(EventKind::CaseDecided, case.id, decision.at);
        }
    }
    for check in &bundle.caa {
        search.want(EventKind::CaaChecked, check.id, check.checked_at);
    }
    let (activation, intent) = (&bundle.activation, &bundle.intent);
    let serial = hex::encode(&intent.serial);
    let issued_at = bundle.certificate.record.certificate.issued_at;
    let issued_at = intent.settled_at.unwrap_or(issued_at);
    search.want(
        EventKind::ActivationSubmitted,
        activation.id,
        activation.submitted_at,
    );
    search.want(EventKind::CertSignIntent, &serial, intent.recorded_at);
    search.want(EventKind::CertIssued, &serial, issued_at);
    search
}

/// A certificate is never without what it was made of.
fn there<T>(found: Option<T>) -> Result<T, Refused> {
    let lost = "a certificate rests on something that is not stored";
    found.ok_or_else(|| Refused::unavailable("store-unavailable", lost))
}
