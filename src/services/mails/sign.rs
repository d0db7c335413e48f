//! The signature on a mail, asked of the HSM by the notification key's own right.

use std::sync::Arc;

use super::MailLedger;
use crate::{
    domain::timestamp::Timestamp,
    policy::mail_signature::{MailDigest, NotificationCertificate},
    ports::{
        mailer::{MailError, MailSignature, Message},
        signer::Signer,
    },
};

/// How mails are signed.
#[derive(Clone)]
pub struct Signing {
    certificate: Arc<NotificationCertificate>,
    signer: Arc<dyn Signer>,
}

impl Signing {
    /// The end of the certificate can be read from then on as
    /// `chancery_mail_certificate_not_after_timestamp_seconds`.
    #[must_use]
    pub fn new(certificate: Arc<NotificationCertificate>, signer: Arc<dyn Signer>) -> Self {
        let not_after = i32::try_from(certificate.not_after().seconds() / 60).unwrap_or(i32::MAX);
        metrics::gauge!("chancery_mail_certificate_not_after_timestamp_seconds")
            .set(f64::from(not_after) * 60.0);
        Self {
            certificate,
            signer,
        }
    }
}

impl MailLedger {
    /// The message with its signature where mails are signed. Whatever stands in the way passes
    /// or is mended by the operator, so the mail waits; it never leaves unsigned.
    pub(super) async fn signed(
        &self,
        mut message: Message,
        now: Timestamp,
    ) -> Result<Message, MailError> {
        let Some(signing) = &self.0.signing else {
            return Ok(message);
        };
        let waits = |cause: &dyn std::fmt::Display| {
            MailError::Transient(format!("the mail cannot be signed: {cause}"))
        };
        let content = self.0.mailer.content(&message)?;
        let digest = MailDigest::of(&signing.certificate, message.id, &content, now)
            .map_err(|unfit| waits(&unfit))?;
        let signature = signing.signer.sign(digest.order()).await;
        let signature = signature.map_err(|error| waits(&error))?;
        match digest.finish(&signature) {
            Ok(cms) => {
                let micalg = signing.certificate.micalg();
                message.signature = Some(MailSignature { cms, micalg });
                Ok(message)
            }
            Err(bad) => {
                signing.signer.distrust(signing.certificate.key());
                Err(waits(&bad))
            }
        }
    }
}
