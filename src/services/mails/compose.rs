//! What a mail says, read from the objects it is about at the moment it goes out.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{MailLedger, SYSTEM};
use crate::{
    domain::{
        certificate::Certificate,
        id::{CertificateId, MailboxId, SubjectDataId},
        mail::{Mail, MailKind},
        mailbox::MailboxState,
        order::Order,
        refusal::Refused,
        subject_data::SubjectDataState,
        timestamp::Timestamp,
    },
    pkix::pem,
    policy::needs,
    ports::mailer::{Attachment, Letter},
};

/// A letter, or why it must not be sent.
pub(super) enum Composed {
    Ready {
        letter: Letter,
        attachments: Vec<Attachment>,
    },
    /// It would say what is no longer true.
    Obsolete(&'static str),
}

type Values = BTreeMap<&'static str, String>;

impl MailLedger {
    pub(super) async fn compose(&self, mail: &Mail, now: Timestamp) -> Result<Composed, Refused> {
        let order = match mail.order {
            Some(id) => self.0.orders.order(&SYSTEM.read(), id).await?,
            None => None,
        };
        let Some(order) = order else {
            return Ok(Composed::Obsolete("the order is gone"));
        };
        let values = self.common(mail, &order).await?;
        match mail.kind {
            MailKind::VerifyAddress => self.verify_address(mail, &order, values, now).await,
            MailKind::Issued => self.issued(mail, values).await,
            MailKind::DataReceived
            | MailKind::DataApproved
            | MailKind::DataRejected
            | MailKind::ReadyToActivate => Ok(ready(mail, values, None, Vec::new())),
            MailKind::InformationNeeded => self.information_needed(mail, values).await,
        }
    }

    /// What is needed, in the mail's language, whatever language the specialist typed in.
    async fn information_needed(
        &self,
        mail: &Mail,
        mut values: Values,
    ) -> Result<Composed, Refused> {
        let scope = SYSTEM.read();
        let data = match mail.object.parse::<SubjectDataId>() {
            Ok(id) => self.0.data.subject_data(&scope, id).await?,
            Err(_) => None,
        };
        let Some(data) = data.filter(|data| data.state == SubjectDataState::WaitingForApplicant)
        else {
            return Ok(Composed::Obsolete("nothing is asked any more"));
        };
        let message = data.message.as_ref().map(ToString::to_string);
        values.insert("message", message.unwrap_or_default());
        values.insert("needed", needs::lines(&data.needed, mail.language));
        Ok(ready(mail, values, None, Vec::new()))
    }

    async fn common(&self, mail: &Mail, order: &Order) -> Result<Values, Refused> {
        let data = match order.subject_data {
            Some(id) => {
                let scope = SYSTEM.read();
                self.0.data.subject_data(&scope, id).await?
            }
            None => None,
        };
        let (organization, message) = data.map_or_else(Default::default, |data| {
            let message = data.message.as_ref().map(ToString::to_string);
            (data.organization.to_string(), message.unwrap_or_default())
        });
        let house = &self.0.house;
        Ok(BTreeMap::from([
            ("ca", house.name.clone()),
            ("contact", house.contact.clone()),
            ("order_number", order.number.as_str().to_owned()),
            ("recipient", mail.recipient.clone()),
            ("organization", organization),
            ("message", message),
        ]))
    }

    async fn verify_address(
        &self,
        mail: &Mail,
        order: &Order,
        mut values: Values,
        now: Timestamp,
    ) -> Result<Composed, Refused> {
        let id = mail.object.parse::<MailboxId>().ok();
        let mailbox = match id {
            Some(id) => self.0.mailboxes.mailbox(id).await?,
            None => None,
        };
        let Some(mailbox) = mailbox else {
            return Ok(Composed::Obsolete("the validation is gone"));
        };
        // A code belongs to one mail (BR 3.2.2.2): the mail queued in the unit that drew it.
        let is_current = order.mailbox == Some(mailbox.id)
            && mailbox.code.created_at == mail.created_at
            && mailbox.address.as_str() == mail.recipient;
        if !is_current {
            return Ok(Composed::Obsolete("a newer code or address replaced it"));
        }
        if !matches!(mailbox.state, MailboxState::Created | MailboxState::Sent)
            || now >= mailbox.code.expires_at
        {
            return Ok(Composed::Obsolete("the code can no longer be used"));
        }
        let link = format!("{}/v/{}", self.0.house.public_url, mailbox.id);
        values.insert("link", link);
        values.insert("expires_at", minute(mailbox.code.expires_at));
        let code = self.0.key.code(&mailbox);
        Ok(ready(mail, values, Some(code), Vec::new()))
    }

    async fn issued(&self, mail: &Mail, mut values: Values) -> Result<Composed, Refused> {
        let scope = SYSTEM.read();
        let record = match mail.object.parse::<CertificateId>() {
            Ok(id) => self.0.certificates.certificate(&scope, id).await?,
            Err(_) => None,
        };
        let Some(record) = record else {
            return Ok(Composed::Obsolete("the certificate is gone"));
        };
        let certificate = record.certificate;
        values.insert("serial", hex::encode(&certificate.serial));
        values.insert("subject", certificate.subject.clone());
        values.insert("mailbox", certificate.mailbox.clone());
        values.insert("not_before", minute(certificate.not_before));
        values.insert("not_after", minute(certificate.not_after));
        let attachments = self.files(&certificate)?;
        Ok(ready(mail, values, None, attachments))
    }

    /// Certificate as PEM and DER, and the chain above it as PEM.
    fn files(&self, certificate: &Certificate) -> Result<Vec<Attachment>, Refused> {
        let file = |name: &str, media_type, content| Attachment {
            name: name.to_owned(),
            media_type,
            content,
        };
        let chain = self.0.house.chains.get(&certificate.issuer);
        let chain: String = chain
            .into_iter()
            .flatten()
            .map(|der| armored(der))
            .collect::<Result<_, _>>()?;
        let leaf = armored(&certificate.der)?;
        Ok(vec![
            file(
                "certificate.pem",
                "application/x-pem-file",
                leaf.into_bytes(),
            ),
            file(
                "certificate.cer",
                "application/pkix-cert",
                certificate.der.clone(),
            ),
            file("chain.pem", "application/x-pem-file", chain.into_bytes()),
        ])
    }
}

fn ready(
    mail: &Mail,
    values: Values,
    code: Option<SecretString>,
    attachments: Vec<Attachment>,
) -> Composed {
    Composed::Ready {
        letter: Letter {
            kind: mail.kind,
            language: mail.language,
            values,
            code,
        },
        attachments,
    }
}

fn armored(der: &[u8]) -> Result<String, Refused> {
    pem::encode(pem::CERTIFICATE, der)
        .map_err(|error| Refused::unavailable("internal-error", error))
}

/// `2026-11-22 17:42 UTC`.
fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    let time: String = time.chars().take(5).collect();
    format!("{day} {time} UTC")
}
