//! S4: the slot, the certificate as it would be signed, and its lint.

use std::sync::Arc;

use super::{
    Issuance,
    steps::{in_time, metered},
};
use crate::{
    domain::{
        audit::event::{Event, EventKind, Outcome as Fate},
        certificate::Certificate,
        owner::Caller,
        product::Product,
        refusal::Refused,
        timestamp::Timestamp,
        unit::Unit,
    },
    pkix::{certificate::CertificateView, serial_number::SerialNumber, spki::PublicKey},
    policy::{
        activation::Grounds,
        caa,
        issuance::{
            Linted,
            artifact::CertificateTbs,
            leaf::{self, LeafFault, LeafOrder, Predecessor, Term},
        },
        lint::report::Report,
        profile::CertificateProfile,
    },
    ports::{entropy::random, store::issuance::ActivationFacts},
    services::{
        authority::{Authority, slot::SigningSlot},
        caa::{Finding as Permission, Reach},
        request::Stopped,
    },
};

/// A judged certificate that is not yet durable.
pub(super) struct Drawn {
    pub authority: Arc<Authority>,
    pub slot: SigningSlot,
    pub profile: Arc<CertificateProfile>,
    pub grounds: Grounds,
    pub linted: Linted<CertificateTbs>,
    pub partition: u32,
}

/// What a certificate is made of, beside the CA.
struct Content<'a> {
    product: &'a Product,
    grounds: &'a Grounds,
    key: &'a PublicKey,
    now: Timestamp,
}

/// A CA and the profile it issues a product by.
pub(super) type Bound = (Arc<Authority>, Arc<CertificateProfile>);

/// A certificate that may be recorded, with its partition; or what the rules say against it.
type Composed = Result<(Linted<CertificateTbs>, u32), Report>;

impl Issuance {
    /// The permission of the mailbox's domain (BR 4.2.2.1) joins what the intent rests on.
    pub(super) async fn with_caa(
        &self,
        mut grounds: Grounds,
        facts: &ActivationFacts,
        caller: &Caller,
    ) -> Result<Grounds, Refused> {
        let permission = self.permission(facts, caller).await?;
        grounds.lapses_at = grounds.lapses_at.min(permission.usable_until);
        grounds.rests_on.push(permission.rest);
        Ok(grounds)
    }

    /// What the domain's owner says now, if it permits.
    pub(super) async fn permission(
        &self,
        facts: &ActivationFacts,
        caller: &Caller,
    ) -> Result<Permission, Refused> {
        let mailbox = facts.mailbox.as_ref();
        let domain = mailbox.and_then(|mailbox| caa::domain_of(&mailbox.address));
        let domain = domain.ok_or_else(|| Refused::unacceptable("email-invalid"))?;
        let by_domain = mailbox.is_some_and(|mailbox| mailbox.method.domain().is_some());
        let reach = match by_domain {
            true => Reach::Everywhere,
            false => Reach::Own,
        };
        self.0.caa.permission(caller, &domain, reach).await
    }

    /// Slot, TBS and lint. Nothing is stored but a lint failure's entry.
    pub(super) async fn draw(
        &self,
        product: &Product,
        grounds: Grounds,
        key: &PublicKey,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Drawn, Stopped> {
        let (authority, profile) = self.0.authorities.issuing_by(&product.profile, now)?;
        let slot = self.ready(&authority)?;
        let content = Content {
            product,
            grounds: &grounds,
            key,
            now,
        };
        match self.composed(&authority, &profile, content)? {
            Ok((linted, partition)) => Ok(Drawn {
                authority,
                slot,
                profile,
                grounds,
                linted,
                partition,
            }),
            Err(report) => Err(self.lint_failed(&report, caller, now).await.into()),
        }
    }

    /// The CA that would sign for the product, if it can now.
    pub(super) fn issuer(&self, product: &Product, now: Timestamp) -> Result<Bound, Refused> {
        let bound = self.0.authorities.issuing_by(&product.profile, now)?;
        self.able(&bound.0)?;
        Ok(bound)
    }

    /// What [`Issuance::draw`] would say of this certificate: with no slot, and a serial that is
    /// drawn and let go. Nothing is stored.
    pub(super) fn sketch(
        &self,
        (authority, profile): &Bound,
        product: &Product,
        grounds: &Grounds,
        key: &PublicKey,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let content = Content {
            product,
            grounds,
            key,
            now,
        };
        let composed = self.composed(authority, profile, content)?;
        composed.map(drop).map_err(|_| lint_failed())
    }

    fn composed(
        &self,
        authority: &Authority,
        profile: &CertificateProfile,
        content: Content<'_>,
    ) -> Result<Composed, Refused> {
        let partition = u32::from_be_bytes(random(self.0.entropy.as_ref())?) % authority.partitions;
        let serial = SerialNumber::from_random(random(self.0.entropy.as_ref())?);
        let urls = authority
            .leaf_urls(partition)
            .map_err(|error| Refused::unavailable("issuance-suspended", error))?;
        let clock = self.0.clock.as_ref();
        let old = content.grounds.in_place_of.as_ref();
        let old = old.map(predecessor).transpose()?;
        let term = match &old {
            Some(old) => Term::InPlaceOf(old),
            None => Term::Days(content.product.validity_days),
        };
        let order = LeafOrder {
            profile,
            issuer: &authority.certificate,
            key: &authority.key,
            serial,
            issued_at: content.now,
            term,
            subject_key: content.key,
            subject: &content.grounds.subject,
            email_in_subject: false,
            urls: &urls,
        };
        let draft = metered(clock, "S4 TBS", || leaf::draft(order));
        let draft = draft.map_err(|fault| Refused {
            cause: Some(fault.to_string()),
            ..match fault {
                LeafFault::OtherSubject => Refused::unacceptable("subject-differs"),
                _ => lint_failed(),
            }
        })?;
        let rules = authority.leaf_rules(profile.leaf_type());
        let lint = || in_time(clock, || draft.lint(&rules, content.now));
        let linted = metered(clock, "S4 lint", lint)?;
        Ok(linted.map(|linted| (linted, partition)))
    }

    /// A finding stops the act; the auditors read which rule it was.
    async fn lint_failed(&self, report: &Report, caller: &Caller, now: Timestamp) -> Refused {
        let event = Event::new(EventKind::LintFailed, "cert", "").outcome(Fate::Denied);
        let event = report.record().tell(event);
        match self
            .0
            .store
            .commit(Unit::new(caller.clone(), now, event))
            .await
        {
            Ok(_) => lint_failed(),
            Err(error) => Refused::unavailable("store-unavailable", error),
        }
    }
}

/// What a stored certificate lays down for the one that takes its place.
fn predecessor(old: &Certificate) -> Result<Predecessor, Refused> {
    let unreadable = |_| Refused::unavailable("internal-error", "a stored certificate is no more");
    let view = CertificateView::parse(&old.der).map_err(unreadable)?;
    Ok(Predecessor {
        not_after: old.not_after,
        subject: view.subject.to_vec(),
    })
}

const fn lint_failed() -> Refused {
    Refused::unacceptable("lint-failed")
}
