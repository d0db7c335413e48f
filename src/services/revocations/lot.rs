//! Several certificates in one unit, for one reason of the CA's people.

use super::{Revocations, Wish, count};
use crate::{
    domain::{
        owner::ActingFor,
        refusal::{Fault, Refused},
        text::Text,
        timestamp::Timestamp,
        unit::{Rest, Unit},
    },
    pkix::tbs_cert_list::CrlReason,
    policy::{access::RevocationScope, revocation},
    ports::store::issuance::CertificateRecord,
    services::request::Stopped,
};

/// Why a lot is revoked.
#[derive(Clone, Debug)]
pub struct Lot {
    /// A name of RFC 5280 5.3.1, or none. Not keyCompromise: a key is reported by itself.
    pub reason: Option<String>,
    pub note: Option<Text<250>>,
}

impl Revocations {
    /// Revokes these certificates at once, for `rest` has ended as it was read; gives the ids of the revocations.
    pub(in crate::services) async fn revoke_lot(
        &self,
        scope: &RevocationScope,
        lot: &Lot,
        records: &[CertificateRecord],
        rest: Rest,
        now: Timestamp,
    ) -> Result<Vec<String>, Stopped> {
        let wish = Wish {
            reason: lot.reason.clone(),
            compromised_at: None,
            note: lot.note.clone(),
            acting_for: ActingFor::default(),
        };
        let (mut unit, mut ids): (Option<Unit>, Vec<String>) = (None, Vec::new());
        let mut reason = CrlReason::Unspecified;
        for record in records {
            let certificate = &record.certificate;
            let asked = revocation::Wish {
                reason: wish.reason.as_deref(),
                compromised_at: None,
            };
            reason = revocation::judge(scope.requester(), asked, certificate, now)?;
            if reason == CrlReason::KeyCompromise {
                return Err(not_for_lots().into());
            }
            let recorded = self.record(scope.name(), &wish, reason, certificate, now)?;
            let (changed, entry, job) = recorded;
            ids.push(changed.id.to_string());
            let revocation = (*changed).clone();
            let begun = match unit {
                Some(unit) => unit.change(changed),
                None => Unit::of(scope.caller(), now, changed),
            };
            let begun = begun.change(entry).job(job);
            let mailbox = &certificate.mailbox;
            unit = Some(self.acknowledge(begun, &revocation, mailbox).await?);
        }
        if let Some(unit) = unit {
            let unit = unit.rest(rest);
            let unit = unit.granted(scope.grant()).reserved();
            self.0.store.commit(unit).await?;
            count(reason, u64::try_from(ids.len()).unwrap_or(u64::MAX));
        }
        Ok(ids)
    }
}

fn not_for_lots() -> Refused {
    Refused {
        faults: vec![Fault {
            pointer: "/reason".to_owned(),
            code: "reason-not-allowed",
        }],
        ..Refused::unacceptable("reason-not-allowed")
    }
}
