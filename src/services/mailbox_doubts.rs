//! A mailbox's confirmation that must not be relied on: proposed by one of the CA's people, decided
//! by another, and what was issued on it named and revoked in small lots (S/MIME BR 4.9.1.1).
//!
//! Activations need no word here: the validation's version moves, so an intent that rests on it
//! is judged again and finds it invalid (I8).

use std::sync::Arc;

use crate::{
    domain::{
        aggregate::{Loaded, Version},
        case::{Verdict, digest::Step},
        id::MailboxId,
        mailbox::{
            MailboxState, MailboxValidation,
            doubt::{self, Found},
        },
        refusal::Refused,
        timestamp::Timestamp,
        unit::{Aggregate, Rest, Unit},
    },
    policy::{
        access::{OfficerScope, RevocationScope},
        case_rules::signature::{self, SignatureInput},
        revocation::ON_MAILBOX_WITHIN,
    },
    ports::{
        clock::Clock,
        store::{
            Page, Store,
            issuance::{Certificates, RestsOn},
            registration::Mailboxes,
        },
    },
    services::{
        cases::verdict::Word,
        certificates::Judged,
        doubts::LOT,
        mailboxes::MailboxControl,
        request::{Request, Stopped, decide},
        revocations::{Lot, Revocations},
    },
};

/// Of what fell with a validation so many are named.
const NAMED: u32 = 200;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub mailboxes: Arc<dyn Mailboxes>,
    pub certificates: Arc<dyn Certificates>,
    pub rests: Arc<dyn RestsOn>,
    pub revocations: Revocations,
    pub control: MailboxControl,
    pub clock: Arc<dyn Clock>,
}

/// The service.
#[derive(Clone)]
pub struct MailboxDoubts(Arc<Parts>);

/// A proposal as it came in.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub found: Found,
    /// What the person signed, of [`doubt::Ground`].
    pub digest: [u8; 32],
    pub signature: SignatureInput,
}

impl Proposal {
    /// The proposal as the word it is.
    fn word(&self) -> Word {
        Word {
            verdict: Verdict::Approve,
            digest: self.digest,
            reason: Some(self.found.reason.clone()),
            signature: self.signature.clone(),
        }
    }
}

/// A validation, for the people of the CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubtView {
    pub mailbox: MailboxValidation,
    pub version: Version,
    /// How many certificates that are valid rest on it, or on what was taken over from it.
    pub certificates: u64,
    /// By when they must be revoked, once it is invalid.
    pub revoke_by: Option<Timestamp>,
    /// What took its proof over and fell with it, once it is invalid; at most 200.
    pub voided: Vec<MailboxId>,
    pub judged_at: Timestamp,
}

/// Which validations are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listed {
    /// With a proposal that waits for its decision.
    #[default]
    Proposed,
    /// Whose end was decided.
    Invalidated,
}

impl Listed {
    /// As the wire has it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "proposed" => Some(Self::Proposed),
            "invalidated" => Some(Self::Invalidated),
            _ => None,
        }
    }
}

impl MailboxDoubts {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Validations that people spoke against, newest first.
    ///
    /// # Errors
    /// 503.
    pub async fn list(&self, listed: Listed, page: &Page) -> Result<Vec<DoubtView>, Refused> {
        let now = self.0.clock.now();
        let mailboxes = &self.0.mailboxes;
        let found = match listed {
            Listed::Proposed => mailboxes.doubted_mailboxes(page).await?,
            Listed::Invalidated => mailboxes.invalidated_mailboxes(page).await?,
        };
        let mut views = Vec::new();
        for mailbox in found {
            let version = mailbox.version();
            views.push(self.view(&mailbox, version, now).await?);
        }
        Ok(views)
    }

    /// # Errors
    /// 404, 503.
    pub async fn read(&self, id: MailboxId) -> Result<DoubtView, Refused> {
        let mailbox = self.load(id).await?;
        let now = self.0.clock.now();
        self.view(&mailbox, mailbox.version(), now).await
    }

    /// Says that a confirmation must not be relied on.
    ///
    /// # Errors
    /// 404; 409 `email-not-verified`, `email-doubted`, or `email-proof-elsewhere` when it was
    /// taken over from another, which is to be named; 412 when something else was signed; 403
    /// `officer-signature-invalid`.
    pub async fn propose(
        &self,
        scope: &OfficerScope,
        id: MailboxId,
        proposal: &Proposal,
        request: &Request<DoubtView>,
    ) -> Result<DoubtView, Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let mailbox = self.load(id).await?;
            let proof = self.proof_of(&mailbox).await?;
            let word = proposal.word();
            let found = proposal.found.clone();
            let changed = mailbox.propose_invalidation(found, word.of(scope, now), now)?;
            verify(scope, id, Step::Propose, &word)?;
            let view = self.view(&changed, changed.will_be(), now).await?;
            let unit = Unit::of(scope.caller(), now, changed).granted(scope.grant());
            let unit = proof.into_iter().fold(unit, Unit::rest);
            let unit = request.complete(unit, &view).reserved();
            self.0.store.commit(unit).await?;
            Ok(view)
        })
        .await
    }

    /// Decides, as another person. Approved, the validation and what was taken over from it is
    /// invalid in the same unit, and its owners are told.
    ///
    /// # Errors
    /// 404; 409 `proposal-missing`, `email-not-verified`; 412 when something else was proposed
    /// than was signed; 403 `same-officer`, `officer-signature-invalid`.
    pub async fn decide(
        &self,
        scope: &OfficerScope,
        id: MailboxId,
        word: &Word,
        request: &Request<DoubtView>,
    ) -> Result<DoubtView, Refused> {
        let view = decide(async || {
            let now = self.0.clock.now();
            let signed = word.of(scope, now);
            let changed = self.load(id).await?.decide_invalidation(signed, now)?;
            verify(scope, id, Step::Decide, word)?;
            let view = self.view(&changed, changed.will_be(), now).await?;
            let unit = Unit::of(scope.caller(), now, changed).granted(scope.grant());
            let unit = match word.verdict {
                Verdict::Approve => self.0.control.void(unit, &view.mailbox, now).await?,
                Verdict::Reject => unit,
            };
            let unit = request.complete(unit, &view).reserved();
            self.0.store.commit(unit).await?;
            Ok::<_, Stopped>(view)
        })
        .await?;
        if word.verdict == Verdict::Approve {
            self.announce(&view).await;
        }
        Ok(view)
    }

    /// Certificates that rest on the validation or on what was taken over from it, newest first.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn resting(&self, id: MailboxId, page: &Page) -> Result<Vec<Judged>, Refused> {
        let mailbox = self.load(id).await?;
        let at = self.0.clock.now();
        let certificates = &self.0.certificates;
        let found = certificates.certificates_of_proof(mailbox.id, None, page);
        let found = found.await?.into_iter();
        Ok(found.map(|record| Judged { record, at }).collect())
    }

    /// Revokes up to [`LOT`] of them; called again while more are left or may come: what was
    /// recorded before the decision is still signed.
    ///
    /// # Errors
    /// 404; 409 `email-not-invalidated` while the validation stands; 422 `reason-not-allowed`.
    pub async fn revoke_resting(
        &self,
        scope: &RevocationScope,
        id: MailboxId,
        lot: &Lot,
    ) -> Result<(Vec<String>, bool), Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let mailbox = self.load(id).await?;
            if !matches!(
                mailbox.state,
                MailboxState::Invalidated | MailboxState::Disowned
            ) {
                return Err(Refused::state("email-not-invalidated").into());
            }
            let page = Page {
                limit: LOT.saturating_add(1),
                after: None,
            };
            // Before the look at certificates: an intent that ends between the two is one of them.
            let may_come = self.0.rests.is_proof_rested_on(id).await?;
            let certificates = &self.0.certificates;
            let found = certificates.certificates_of_proof(id, Some(now), &page);
            let mut found = found.await?;
            let lot_size = usize::try_from(LOT).unwrap_or(usize::MAX);
            let has_more = found.len() > lot_size;
            found.truncate(lot_size);
            let rest = rest(&mailbox);
            let revoked = self.0.revocations.revoke_lot(scope, lot, &found, rest, now);
            Ok((revoked.await?, has_more || may_come))
        })
        .await
    }

    async fn load(&self, id: MailboxId) -> Result<Loaded<MailboxValidation>, Refused> {
        let mailbox = self.0.mailboxes.mailbox(id).await?;
        mailbox.ok_or_else(Refused::not_found)
    }

    /// A proof is doubted where it was made, so that all that rests on it falls with it. What is
    /// no longer that proof cannot fall with it.
    async fn proof_of(&self, mailbox: &MailboxValidation) -> Result<Option<Rest>, Refused> {
        let Some(proof) = mailbox.reused_from else {
            return Ok(None);
        };
        let proof = self.load(proof).await?;
        if proof.confirmed_at == mailbox.confirmed_at {
            return Err(Refused::state("email-proof-elsewhere"));
        }
        Ok(Some(rest(&proof)))
    }

    async fn view(
        &self,
        mailbox: &MailboxValidation,
        version: Version,
        now: Timestamp,
    ) -> Result<DoubtView, Refused> {
        let certificates = &self.0.certificates;
        let count = certificates.valid_of_proof(mailbox.id, now).await?;
        let voided = if mailbox.invalidation().is_some() {
            let mailboxes = &self.0.mailboxes;
            mailboxes.mailboxes_fallen_with(mailbox.id, NAMED).await?
        } else {
            Vec::new()
        };
        let decided = mailbox.invalidation().filter(|_| count > 0);
        Ok(DoubtView {
            mailbox: mailbox.clone(),
            version,
            certificates: count,
            revoke_by: decided.map(|word| word.at.plus(ON_MAILBOX_WITHIN)),
            voided,
            judged_at: now,
        })
    }

    /// Names to the operators what officers must revoke; the first lot of it.
    async fn announce(&self, view: &DoubtView) {
        metrics::counter!("chancery_mailboxes_invalidated_total").increment(1);
        let page = Page {
            limit: LOT,
            after: None,
        };
        let (certificates, now) = (&self.0.certificates, view.judged_at);
        let found = certificates.certificates_of_proof(view.mailbox.id, Some(now), &page);
        let found = found.await.unwrap_or_default();
        let ids: Vec<String> = found
            .iter()
            .map(|record| record.certificate.id.to_string())
            .collect();
        tracing::warn!(
            mailbox = %view.mailbox.id,
            certificates = view.certificates,
            revoke_by = ?view.revoke_by.map(|at| at.to_string()),
            first = ids.join(" "),
            "a mailbox validation is invalid: an officer must revoke what rests on it \
             (chancery mailbox revoke)"
        );
    }
}

fn rest(mailbox: &Loaded<MailboxValidation>) -> Rest {
    Rest {
        aggregate: Aggregate::Mailbox,
        id: mailbox.id.to_string(),
        version: mailbox.version(),
    }
}

fn verify(scope: &OfficerScope, id: MailboxId, step: Step, word: &Word) -> Result<(), Refused> {
    let text = doubt::signed_text(id, step, word.verdict, &word.digest);
    signature::verify_text(scope.spki(), &word.signature, &text)
}
