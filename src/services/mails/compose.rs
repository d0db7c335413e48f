//! What a mail says, read from the objects it is about at the moment it goes out.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::MailLedger;
use crate::{
    domain::{
        activation::ActivationState,
        certificate::Certificate,
        mail::{Mail, MailKind},
        mailbox::MailboxState,
        order::Order,
        refusal::Refused,
        subject_data::SubjectDataState,
        timestamp::Timestamp,
    },
    pkix::pem,
    policy::{local_time::LocalTime, needs, revocation},
    ports::{
        mailer::{Attachment, Letter},
        store::catalogue::MailFacts,
    },
};

mod reminders;

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
    /// `is_denied`: whether the deny list names the organisation that the mail is about.
    pub(super) fn compose(
        &self,
        facts: &MailFacts,
        is_denied: bool,
        now: Timestamp,
    ) -> Result<Composed, Refused> {
        let mail = &facts.mail;
        if mail.kind == MailKind::Test {
            return Ok(ready(mail, self.house_values(mail), None, Vec::new()));
        }
        let Some(order) = &facts.order else {
            return Ok(Composed::Obsolete("the order is gone"));
        };
        let (values, time) = (self.common(facts, order), &self.0.house.time);
        match mail.kind {
            MailKind::VerifyAddress => Ok(self.verify_address(facts, order, values, now)),
            MailKind::Issued => self.issued(facts, values),
            MailKind::Reissued | MailKind::SupersededEnding => Ok(superseded(facts, values, time)),
            MailKind::Submitted => Ok(submitted(facts, values, time)),
            MailKind::RevocationRequested | MailKind::Revoked => Ok(revoked(facts, values, time)),
            MailKind::DataReceived
            | MailKind::DataApproved
            | MailKind::DataRejected
            | MailKind::AddressVerified => Ok(ready(mail, values, None, Vec::new())),
            MailKind::InformationNeeded => Ok(information_needed(facts, values, time)),
            MailKind::CertificateExpiring | MailKind::CertificateExpired => {
                let shown = reminders::certificate(facts, order, values, time, now);
                Ok(shown)
            }
            MailKind::ReadyToActivate => {
                let shown = reminders::ready_to_activate(facts, order, values, is_denied, now);
                Ok(shown)
            }
            MailKind::IssuanceDelayed
            | MailKind::IssuanceRefused
            | MailKind::DataExpiring
            | MailKind::MailboxLapsing
            | MailKind::OrderLapsing
            | MailKind::Test => Ok(reminders::of_order(facts, order, values, time, now)),
        }
    }

    fn common(&self, facts: &MailFacts, order: &Order) -> Values {
        let mail = &facts.mail;
        let (organization, message) = facts.data.as_ref().map_or_else(Default::default, |data| {
            let message = data.message.as_ref().map(ToString::to_string);
            (data.organization.to_string(), message.unwrap_or_default())
        });
        let mut values = self.house_values(mail);
        values.insert("order_number", order.number.as_str().to_owned());
        values.insert("organization", organization);
        values.insert("message", message);
        if let Some(link) = self.2.of(mail) {
            values.insert("unsubscribe", link);
        }
        values
    }

    fn house_values(&self, mail: &Mail) -> Values {
        let house = &self.0.house;
        BTreeMap::from([
            ("ca", house.name.clone()),
            ("contact", house.contact.clone()),
            ("recipient", mail.recipient.clone()),
        ])
    }

    fn verify_address(
        &self,
        facts: &MailFacts,
        order: &Order,
        mut values: Values,
        now: Timestamp,
    ) -> Composed {
        let mail = &facts.mail;
        let Some(mailbox) = &facts.mailbox else {
            return Composed::Obsolete("the validation is gone");
        };
        // A code belongs to one mail (BR 3.2.2.2): the mail queued in the unit that drew it.
        let is_current = order.mailbox == Some(mailbox.id)
            && mailbox.code.created_at == mail.created_at
            && mailbox.address.as_str() == mail.recipient;
        if !is_current {
            return Composed::Obsolete("a newer code or address replaced it");
        }
        if !matches!(mailbox.state, MailboxState::Created | MailboxState::Sent)
            || now >= mailbox.code.ends()
        {
            return Composed::Obsolete("the code can no longer be used");
        }
        let link = format!("{}/v/{}", self.0.house.public_url, mailbox.id);
        values.insert("link", link);
        let expires_at = self.0.house.time.minute(mailbox.code.ends());
        values.insert("expires_at", expires_at);
        let code = self.0.key.code(mailbox);
        ready(mail, values, Some(code), Vec::new())
    }

    fn issued(&self, facts: &MailFacts, mut values: Values) -> Result<Composed, Refused> {
        let Some(certificate) = &facts.certificate else {
            return Ok(Composed::Obsolete("the certificate is gone"));
        };
        let time = &self.0.house.time;
        values.insert("serial", hex::encode(&certificate.serial));
        values.insert("subject", certificate.subject.clone());
        values.insert("mailbox", certificate.mailbox.clone());
        values.insert("not_before", time.minute(certificate.not_before));
        values.insert("not_after", time.minute(certificate.not_after));
        // The public page that says how a PFX file is made of key and certificates.
        let (site, language) = (&self.0.house.public_url, facts.mail.language.code());
        values.insert("guide", format!("{site}/csr?lang={language}"));
        let attachments = self.files(certificate)?;
        Ok(ready(&facts.mail, values, None, attachments))
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

/// The certificate is asked for. A refusal that came first has a mail of its own.
fn submitted(facts: &MailFacts, mut values: Values, time: &LocalTime) -> Composed {
    let (Some(activation), Some(mailbox)) = (&facts.activation, &facts.mailbox) else {
        return Composed::Obsolete("the activation is gone");
    };
    if activation.state == ActivationState::Refused {
        return Composed::Obsolete("the activation was refused meanwhile");
    }
    values.insert("mailbox", mailbox.address.as_str().to_owned());
    values.insert("submitted_at", time.minute(activation.submitted_at));
    ready(&facts.mail, values, None, Vec::new())
}

/// The end of a certificate: that it is decided, and that relying parties can see it.
fn revoked(facts: &MailFacts, mut values: Values, time: &LocalTime) -> Composed {
    let (Some(certificate), Some(revocation)) = (&facts.certificate, &facts.revocation) else {
        return Composed::Obsolete("the certificate is gone");
    };
    let mail = &facts.mail;
    let reason = revocation::words(revocation.reason);
    values.insert("serial", hex::encode(&certificate.serial));
    values.insert("mailbox", certificate.mailbox.clone());
    let requested_at = time.minute(revocation.requested_at);
    if mail.kind == MailKind::Revoked {
        values.insert("revoked_at", requested_at);
    } else {
        values.insert("requested_at", requested_at);
        values.insert("publish_by", time.minute(revocation.publish_by));
    }
    values.insert("reason", reason.in_language(mail.language).to_owned());
    ready(mail, values, None, Vec::new())
}

/// A certificate took the place of another, which ends soon.
fn superseded(facts: &MailFacts, mut values: Values, time: &LocalTime) -> Composed {
    let certificate = facts.certificate.as_ref();
    let Some((new, old)) = certificate.and_then(|new| Some((new, new.replaces?))) else {
        return Composed::Obsolete("the certificate is gone");
    };
    values.insert("serial", hex::encode(&new.serial));
    values.insert("mailbox", new.mailbox.clone());
    values.insert("not_after", time.minute(new.not_after));
    values.insert("replaced_until", time.minute(old.until));
    ready(&facts.mail, values, None, Vec::new())
}

/// What is needed, in the mail's language, whatever language the specialist typed in.
fn information_needed(facts: &MailFacts, mut values: Values, time: &LocalTime) -> Composed {
    let data = facts.data.as_ref();
    let asked = data.filter(|data| data.state == SubjectDataState::WaitingForApplicant);
    let Some((data, until)) = asked.and_then(|data| Some((data, data.answer_until?))) else {
        return Composed::Obsolete("nothing is asked any more");
    };
    let mail = &facts.mail;
    values.insert("needed", needs::lines(&data.needed, mail.language));
    values.insert("answer_until", time.minute(until));
    ready(mail, values, None, Vec::new())
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
