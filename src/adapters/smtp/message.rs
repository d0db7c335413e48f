//! From a message of ours to the octets of RFC 5322.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use lettre::{
    Address,
    address::{AddressError, Envelope},
    message::{
        Attachment as Part, Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use secrecy::ExposeSecret;

use super::dkim::{DkimFault, DkimKey};
use crate::ports::mailer::{Attachment, MailError, MailSignature, Message};

/// From whom the CA's mails come.
#[derive(Clone, Debug)]
pub struct Sender {
    mailbox: Mailbox,
    /// Each signs every mail.
    dkim: Vec<Arc<DkimKey>>,
}

/// The configured sender is no mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sender is not a mailbox such as `Example CA <ca@example.com>`")]
pub struct InvalidSender;

impl Sender {
    /// # Errors
    /// Unless the text is one mailbox.
    pub fn parse(text: &str) -> Result<Self, InvalidSender> {
        let mailbox = text.parse().map_err(|_| InvalidSender)?;
        Ok(Self {
            mailbox,
            dkim: Vec::new(),
        })
    }

    /// `local@domain`.
    #[must_use]
    pub fn address(&self) -> &str {
        self.mailbox.email.as_ref()
    }

    /// Has its mails signed by these keys too.
    ///
    /// # Errors
    /// When a key's domain is not the address's or one above it: such a signature says nothing
    /// of who sent the mail (RFC 7489 3.1.1).
    pub fn signed_by(mut self, keys: Vec<Arc<DkimKey>>) -> Result<Self, NotAligned> {
        let of = self.mailbox.email.domain().to_ascii_lowercase();
        let aligned = |key: &Arc<DkimKey>| {
            let domain = key.domain().to_ascii_lowercase();
            of == domain || of.ends_with(&format!(".{domain}"))
        };
        if !keys.iter().all(aligned) {
            return Err(NotAligned);
        }
        self.dkim = keys;
        Ok(self)
    }
}

/// A DKIM key is of a domain that is not the sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the domain is neither that of the sender nor one above it")]
pub struct NotAligned;

/// A message as it goes over the wire.
pub(super) struct Octets {
    pub(super) envelope: Envelope,
    pub(super) content: Vec<u8>,
}

/// Words and files as one MIME entity, without a line end that would be a boundary's.
pub(super) fn content(message: &Message) -> Vec<u8> {
    let mut entity = body(message).formatted();
    if entity.ends_with(b"\r\n") {
        entity.truncate(entity.len() - 2);
    }
    entity
}

/// Builds the same octets for the same message, whenever it is tried.
pub(super) fn build(sender: &Sender, message: &Message) -> Result<Octets, MailError> {
    let unusable = |what: &dyn std::fmt::Display| MailError::Unusable(what.to_string());
    let recipient: Address = message
        .recipient
        .parse()
        .map_err(|error: AddressError| unusable(&error))?;
    let seconds = u64::try_from(message.date.seconds()).unwrap_or_default();
    let builder = lettre::Message::builder()
        .from(sender.mailbox.clone())
        .to(Mailbox::new(None, recipient))
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!(
            "<{}@{}>",
            message.id,
            sender.mailbox.email.domain()
        )))
        .subject(message.wording.subject.clone())
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", message.language.code()));
    let builder = match &message.unsubscribe {
        // RFC 2369 3.2 and RFC 8058 3.1.
        Some(url) => builder
            .raw_header(header("List-Unsubscribe", &format!("<{url}>")))
            .raw_header(header(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click",
            )),
        None => builder,
    };
    let entity = match &message.signature {
        Some(signature) => signed(message, signature),
        None => body(message),
    };
    let built = builder.multipart(entity);
    let built = built.map_err(|error| unusable(&error))?;
    let content = built.formatted();
    let envelope = match &message.return_path {
        Some(path) => returning_to(path, built.envelope())?,
        None => built.envelope().clone(),
    };
    Ok(Octets {
        envelope,
        content: stamped(sender, message, content).map_err(|fault| unusable(&fault))?,
    })
}

/// With a DKIM signature of each key before it; none of them covers another.
fn stamped(sender: &Sender, message: &Message, content: Vec<u8>) -> Result<Vec<u8>, DkimFault> {
    let mut whole = Vec::with_capacity(content.len() + 1024);
    for key in &sender.dkim {
        whole.extend(key.header(&content, message.date)?.into_bytes());
    }
    whole.extend(content);
    Ok(whole)
}

/// RFC 8551 3.5.3.
fn signed(message: &Message, signature: &MailSignature) -> MultiPart {
    let kind = "application/pkcs7-signature";
    let file = Attachment {
        name: "smime.p7s".to_owned(),
        media_type: kind,
        content: signature.cms.clone(),
    };
    MultiPart::signed(kind.to_owned(), signature.micalg.to_owned())
        .boundary(format!("=_signed_{}", message.id))
        .multipart(body(message))
        .singlepart(part(&file))
}

/// The same recipients, with another place for reports of failed deliveries.
fn returning_to(path: &str, envelope: &Envelope) -> Result<Envelope, MailError> {
    let unusable = |error: &dyn std::fmt::Display| MailError::Unusable(error.to_string());
    let path: Address = path
        .parse()
        .map_err(|error: AddressError| unusable(&error))?;
    Envelope::new(Some(path), envelope.to().to_vec()).map_err(|error| unusable(&error))
}

/// The words, plain text first (RFC 2046 5.1.4: the last is the richest), and the files after them.
/// Boundaries of our own keep the octets the same at each try; no line of ours has one.
fn body(message: &Message) -> MultiPart {
    let wording = &message.wording;
    let words = MultiPart::alternative()
        .boundary(format!("=_words_{}", message.id))
        .singlepart(SinglePart::plain(wording.text.expose_secret().to_owned()))
        .singlepart(SinglePart::html(wording.html.expose_secret().to_owned()));
    if message.attachments.is_empty() {
        return words;
    }
    let mixed = MultiPart::mixed()
        .boundary(format!("=_files_{}", message.id))
        .multipart(words);
    let parts = message.attachments.iter().map(part);
    parts.fold(mixed, MultiPart::singlepart)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// In base64, whatever it is: text as it stands has bare line feeds, which SMTP forbids (RFC 5321
/// 2.3.8) and servers refuse.
fn part(file: &Attachment) -> SinglePart {
    let media_type = ContentType::parse(file.media_type).unwrap_or(ContentType::TEXT_PLAIN);
    let base64 = ContentTransferEncoding::Base64;
    let body = Body::new_with_encoding(file.content.clone(), base64).unwrap_or_else(Body::new);
    Part::new(file.name.clone()).body(body, media_type)
}

#[cfg(test)]
pub(super) mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::{
        domain::{id::MailId, text::Language, timestamp::Timestamp},
        ports::mailer::Wording,
    };

    pub(in crate::adapters::smtp) fn message(recipient: &str) -> Message {
        let date = Timestamp::from_millis(1_760_000_000_000);
        Message {
            id: MailId::new(date, [1; 10]),
            return_path: None,
            unsubscribe: None,
            recipient: recipient.to_owned(),
            language: Language::Polish,
            date,
            wording: Wording {
                subject: "Potwierdź adres e-mail".to_owned(),
                text: SecretString::from("Twój kod:\n\nAAAAA-BBBBB\n\n.kropka\n".to_owned()),
                html: SecretString::from("<p>Twój kod:</p>\n<p>AAAAA-BBBBB</p>\n".to_owned()),
            },
            attachments: Vec::new(),
            signature: None,
        }
    }

    fn text(message: &Message) -> String {
        let sender = Sender::parse("Urząd <ca@example.com>").unwrap();
        String::from_utf8(build(&sender, message).unwrap().content).unwrap()
    }

    #[test]
    fn headers_are_stable_and_mark_an_automatic_mail() {
        let mail = message("Anna@example.com");
        let text = text(&mail);
        let id = format!("Message-ID: <{}@example.com>\r\n", mail.id);
        for line in [
            id.as_str(),
            "To: Anna@example.com\r\n",
            "Date: Thu, 09 Oct 2025 08:53:20 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Language: pl\r\n",
            "Subject: =?utf-8?b?",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "\r\nAAAAA-BBBBB\r\n",
        ] {
            assert!(text.contains(line), "{line:?} in {text}");
        }
        assert!(text.is_ascii());
    }

    #[test]
    fn a_reminder_says_how_to_get_no_more_on_one_line_however_long() {
        let mut mail = message("anna@example.com");
        assert!(!text(&mail).contains("List-Unsubscribe"));
        let url = format!("https://{}.example.com/u/x", "a".repeat(120));
        mail.unsubscribe = Some(url.clone());
        let text = text(&mail);
        for line in [
            format!("List-Unsubscribe: <{url}>\r\n"),
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".to_owned(),
        ] {
            assert_eq!(text.matches(&line).count(), 1, "{text}");
        }
    }

    #[test]
    fn the_same_message_gives_the_same_octets_with_files_too() {
        let mut mail = message("anna@example.com");
        mail.attachments = vec![Attachment {
            name: "certificate.cer".to_owned(),
            media_type: "application/pkix-cert",
            content: vec![0x30, 0x82, 0, 1],
        }];
        let first = text(&mail);
        assert_eq!(first, text(&mail));
        assert!(first.contains("Content-Type: multipart/mixed;"));
        assert!(first.contains("MIIAAQ=="));
        let at = |text: &str| first.find(text).unwrap();
        assert!(at("multipart/mixed") < at("multipart/alternative"));
        assert!(at("text/plain") < at("text/html"));
        assert!(at("text/html") < at("application/pkix-cert"));
    }

    #[test]
    fn every_line_ends_as_smtp_wants_and_is_short() {
        let mut mail = message("anna@example.com");
        let file = |name: &str, content: Vec<u8>| Attachment {
            name: name.to_owned(),
            media_type: "application/x-pem-file",
            content,
        };
        let pem = "-----BEGIN CERTIFICATE-----\nMIIAAQ==\n-----END CERTIFICATE-----\n";
        mail.attachments = vec![
            file("chain.pem", pem.repeat(50).into_bytes()),
            file("long.txt", b"x".repeat(5000)),
        ];
        let text = text(&mail);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.lines().all(|line| line.len() <= 998));
    }

    #[test]
    fn what_is_no_mailbox_is_refused_before_any_server() {
        let sender = Sender::parse("ca@example.com").unwrap();
        for recipient in [
            "",
            "anna",
            "a@example.com\r\nBcc: b@example.com",
            "A <a@example.com>",
        ] {
            assert!(matches!(
                build(&sender, &message(recipient)),
                Err(MailError::Unusable(_))
            ));
        }
        assert!(Sender::parse("nobody").is_err());
    }
}
