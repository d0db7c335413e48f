//! Reissue: a certificate takes the place of another of its order, with a key of the applicant's
//! choice, the same subject and the same end (flows 3.6). One more activation, judged afresh by
//! the path of every certificate; the earlier certificate ends by a job of its own.

use std::time::Duration;

use super::{Asked, Issuance, Told, Wish, prepare::InFlight};
use crate::{
    domain::{
        certificate::Replaced,
        id::{CertificateId, JobId, NotificationId},
        job::{JobKind, NewJob},
        mail::MailKind,
        notification::{Notification, Topic},
        owner::ActingFor,
        refusal::Refused,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{
        access::{ReadScope, TenantScope},
        statements::StatementGiven,
        warnings,
    },
    ports::{entropy::random, store::issuance::CertificateRecord},
    services::{certificates::Reference, order_mail},
};

/// What is asked for: common name and fields are those of the earlier certificate.
#[derive(Clone, Debug)]
pub struct Successor {
    pub csr: String,
    pub statements: Vec<StatementGiven>,
    pub acting_for: ActingFor,
}

impl Issuance {
    /// Issues a certificate in place of `which`, and waits for it as [`Issuance::activate`] does.
    ///
    /// # Errors
    /// 404; 409 `certificate-replaced` for any but the newest of its order, `already-revoked`,
    /// `certificate-expired`; 422 `subject-differs` when the data says something else by now; else
    /// as [`Issuance::activate`].
    pub async fn reissue(
        &self,
        scope: TenantScope,
        which: &Reference,
        asked_for: Successor,
        asked: Asked,
        wait: Duration,
    ) -> Result<Told, Refused> {
        let read = scope.read();
        let record = match self.0.certificates.find(&read, which).await {
            Ok(found) => found.record,
            Err(refused) => return Err(self.without(&scope, &asked_for, refused).await),
        };
        let certificate = record.certificate;
        let earlier = self.activation(&read, certificate.activation).await?;
        let wish = Wish {
            common_name: earlier.common_name.name().to_owned(),
            fields: earlier.fields.clone(),
            csr: asked_for.csr,
            statements: asked_for.statements,
            acting_for: asked_for.acting_for,
            replaces: Some(certificate.id),
        };
        self.activate(scope, certificate.order, wish, asked, wait)
            .await
    }

    /// What is not there is refused as such, after a private key in the text is burnt: it has
    /// leaked whatever it was sent for (contract, Activation).
    async fn without(
        &self,
        scope: &TenantScope,
        asked_for: &Successor,
        refused: Refused,
    ) -> Refused {
        let (caller, now) = (scope.caller(), self.0.clock.now());
        match self.proven_key(&caller, &asked_for.csr, now).await {
            Err(trouble) if trouble.is_trouble() => trouble,
            _ => refused,
        }
    }

    /// The certificate that is to be replaced, as it stands now.
    pub(super) async fn replaced(
        &self,
        scope: &ReadScope,
        id: Option<CertificateId>,
    ) -> Result<Option<CertificateRecord>, Refused> {
        match id {
            Some(id) => {
                let found = self.0.certificates.find(scope, &Reference::Id(id)).await?;
                Ok(Some(found.record))
            }
            None => Ok(None),
        }
    }

    /// What the new certificate says of the one it replaces.
    pub(super) fn replacing(&self, act: &InFlight, now: Timestamp) -> Option<Replaced> {
        let old = act.in_place_of.as_ref()?;
        Some(Replaced {
            certificate: old.id,
            until: now.plus(self.0.overlap).min(old.not_after),
        })
    }

    /// The end of the earlier certificate: its job, a line, and mails to those who use it.
    pub(super) fn succeeded(
        &self,
        unit: Unit,
        act: &InFlight,
        id: CertificateId,
        old: Replaced,
        now: Timestamp,
    ) -> Result<Unit, Refused> {
        let entropy = self.0.entropy.as_ref();
        let order = &act.order;
        let reminder = warnings::first(old.until, &warnings::SUPERSEDED);
        let unit = unit.job(NewJob {
            id: JobId::new(now, random(entropy)?),
            kind: JobKind::RevokeSuperseded,
            object: old.certificate.to_string(),
            slot: String::new(),
            due: if reminder > now { reminder } else { old.until },
        });
        let unit = unit.tells(Notification::raise(
            NotificationId::new(now, random(entropy)?),
            order.owner.clone(),
            Topic::CertificateSuperseded,
            Some(order.id),
            old.certificate,
            now,
        ));
        let recipients = order_mail::affected(order, &act.subject.mailbox);
        let mails = order_mail::each(order, MailKind::Reissued, id, recipients, entropy, now)?;
        Ok(order_mail::join(unit, mails))
    }
}
