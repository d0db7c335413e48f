//! A confirmation that must not be relied on (flows 3.4): one person says so with evidence,
//! signed, and another one decides, signed. Approved, the validation is invalid for good, and so
//! is every one that was taken over from it; rejected, it stands as if nothing had been said. The
//! proposal stops nothing by itself.
//!
//! The text that each of them signs is
//!
//! ```text
//! chancery-invalidation/v1
//! <mailbox_id>
//! <propose|decide>
//! <approve|reject>
//! <digest>
//! ```
//! with a line feed after each line, the last one too: no word on a case can pass for it. The
//! digest is spelled as a case's, and is SHA-256 over `chancery-mailbox-doubt/v1\n` and then, in
//! this order, the lines `name length value\n` of mailbox, address, initiated_at, confirmed_at,
//! reason, source and evidence; the length counts the value's bytes.

use sha2::{Digest, Sha256};

use super::{MailboxState, MailboxValidation};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::event::{Approval, Event, EventKind},
    case::{
        SignedVerdict, Verdict,
        digest::{self, Lines, Step},
    },
    feed::FeedKind,
    id::MailboxId,
    refusal::Refused,
    text::Text,
    timestamp::Timestamp,
};

/// What was found about a confirmation, and the two words on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Where it was found: a complaint, a log.
    pub source: Text<200>,
    /// What it says there, or where it is kept.
    pub evidence: Text<2000>,
    /// Always to approve, and with its reason.
    pub proposal: SignedVerdict,
    /// Only ever to approve: a rejected proposal is gone.
    pub decision: Option<SignedVerdict>,
}

/// What the digest covers, as the wire spells it.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    pub mailbox: &'a str,
    pub address: &'a str,
    pub initiated_at: &'a str,
    pub confirmed_at: &'a str,
    pub reason: &'a str,
    pub source: &'a str,
    pub evidence: &'a str,
}

impl Ground<'_> {
    /// What both people sign the digest of.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut lines = Lines("chancery-mailbox-doubt/v1\n".to_owned());
        lines.add("mailbox", self.mailbox);
        lines.add("address", self.address);
        lines.add("initiated_at", self.initiated_at);
        lines.add("confirmed_at", self.confirmed_at);
        lines.add("reason", self.reason);
        lines.add("source", self.source);
        lines.add("evidence", self.evidence);
        Sha256::digest(lines.0).into()
    }
}

/// The text a person signs.
#[must_use]
pub fn signed_text(mailbox: MailboxId, step: Step, verdict: Verdict, digest: &[u8; 32]) -> String {
    format!(
        "chancery-invalidation/v1\n{mailbox}\n{}\n{}\n{}\n",
        step.name(),
        verdict.name(),
        digest::spell(digest)
    )
}

/// What one person found.
#[derive(Clone, Debug)]
pub struct Found {
    pub reason: Text<2000>,
    pub source: Text<200>,
    pub evidence: Text<2000>,
}

impl MailboxValidation {
    /// The end that two people made of it.
    #[must_use]
    pub fn invalidation(&self) -> Option<&SignedVerdict> {
        self.doubt.as_ref()?.decision.as_ref()
    }

    /// Certificates rest on confirmations only; what is disowned or invalid is so already.
    fn require_confirmed(&self) -> Result<Timestamp, Refused> {
        let stands = matches!(
            self.state,
            MailboxState::Verified | MailboxState::Superseded
        );
        let confirmed = self.confirmed_at.filter(|_| stands);
        confirmed.ok_or_else(|| Refused::state("email-not-verified"))
    }

    fn ground(&self, found: &Found, confirmed: Timestamp) -> [u8; 32] {
        Ground {
            mailbox: &self.id.to_string(),
            address: self.address.as_str(),
            initiated_at: &self.initiated_at.to_string(),
            confirmed_at: &confirmed.to_string(),
            reason: found.reason.as_str(),
            source: found.source.as_str(),
            evidence: found.evidence.as_str(),
        }
        .digest()
    }
}

impl Loaded<MailboxValidation> {
    /// One person says that the confirmation must not be relied on.
    ///
    /// # Errors
    /// 409 `email-not-verified` unless it was confirmed and is not stopped, `email-doubted` while
    /// another proposal waits; 412 when something else was signed than this.
    pub fn propose_invalidation(
        self,
        found: Found,
        word: SignedVerdict,
        now: Timestamp,
    ) -> Result<Changed<MailboxValidation>, Refused> {
        let confirmed = self.require_confirmed()?;
        if self.doubt.is_some() {
            return Err(Refused::state("email-doubted"));
        }
        if word.digest != self.ground(&found, confirmed) {
            return Err(Refused::stale());
        }
        let event = self.event(EventKind::ValidationDoubted);
        let event = spoken(event, Step::Propose, &word)
            .personal("source", found.source.as_str())
            .personal("evidence", found.evidence.as_str());
        Ok(self.change(event, |mailbox| {
            mailbox.doubt = Some(Doubt {
                source: found.source,
                evidence: found.evidence,
                proposal: word,
                decision: None,
            });
            mailbox.updated_at = now;
        }))
    }

    /// Another person approves, and the validation is invalid; or rejects, and the proposal is
    /// gone.
    ///
    /// # Errors
    /// 409 `proposal-missing`, or to approve `email-not-verified` when it was stopped meanwhile;
    /// 403 `same-officer`; 412 when something else was signed than was proposed.
    pub fn decide_invalidation(
        self,
        word: SignedVerdict,
        now: Timestamp,
    ) -> Result<Changed<MailboxValidation>, Refused> {
        let doubt = self.doubt.as_ref().filter(|doubt| doubt.decision.is_none());
        let proposal = doubt.map(|doubt| &doubt.proposal);
        let proposal = proposal.ok_or_else(|| Refused::state("proposal-missing"))?;
        if proposal.by == word.by {
            return Err(Refused::forbidden("same-officer"));
        }
        if proposal.digest != word.digest {
            return Err(Refused::stale());
        }
        let proposed = approval(proposal);
        if word.verdict == Verdict::Reject {
            let event = self.event(EventKind::ValidationUpheld);
            let event = spoken(event, Step::Decide, &word).approved_by(proposed);
            return Ok(self.change(event, |mailbox| {
                mailbox.doubt = None;
                mailbox.updated_at = now;
            }));
        }
        self.require_confirmed()?;
        let event = spoken(self.invalidated(), Step::Decide, &word)
            .approved_by(proposed)
            .approved_by(approval(&word));
        Ok(self.change(event, |mailbox| {
            mailbox.state = MailboxState::Invalidated;
            if let Some(doubt) = &mut mailbox.doubt {
                doubt.decision = Some(word);
            }
            mailbox.updated_at = now;
        }))
    }

    /// The proof that this one was taken over from is invalid: so is this. `None` when it rests
    /// on no such proof, or proves nothing any more.
    #[must_use]
    pub fn invalidate_with(
        self,
        proof: MailboxId,
        now: Timestamp,
    ) -> Option<Changed<MailboxValidation>> {
        if self.reused_from != Some(proof) || self.state != MailboxState::Verified {
            return None;
        }
        let event = self.invalidated().with("proof", proof.to_string());
        Some(self.change(event, |mailbox| {
            mailbox.state = MailboxState::Invalidated;
            mailbox.updated_at = now;
        }))
    }

    fn invalidated(&self) -> Event {
        self.event(EventKind::ValidationInvalidated)
            .with("was", self.state.name())
            .told(
                FeedKind::EmailInvalidated,
                &self.owner,
                self.id,
                Some(self.order),
            )
    }
}

/// The entry holds the signature: it proves by itself who said what.
fn spoken(event: Event, step: Step, word: &SignedVerdict) -> Event {
    let event = event
        .digest(word.digest)
        .with("step", step.name())
        .with("outcome", word.verdict.name())
        .with("digest", digest::spell(&word.digest))
        .with("signature", hex::encode(&word.signature))
        .with("by", word.by.as_str())
        .with("credential", hex::encode(word.credential))
        .with("at", word.at.to_string());
    match &word.reason {
        Some(reason) => event.personal("reason", reason.as_str()),
        None => event,
    }
}

fn approval(word: &SignedVerdict) -> Approval {
    Approval {
        id: word.by.to_string(),
        credential: word.credential,
        time: word.at,
    }
}
