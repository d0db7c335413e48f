//! The ledger of mails: sending what is queued, and what an operator may do with it.
//!
//! A text is rendered when it is sent and never kept, for it may hold a random value. The cause
//! of a mail was committed before the mail is tried; whatever happens here repeats or blocks
//! nothing of it.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    domain::{
        aggregate::Loaded,
        id::{JobId, MailId},
        intent::IssuerName,
        mail::{Mail, MailKind, MailState, NewMail},
        owner::{Actor, Owner},
        refusal::{Fault, Refused},
        text::Language,
    },
    policy::{
        access::{StaffScope, SystemScope},
        local_time::LocalTime,
        mailbox_address,
        mailbox_code::CodeKey,
        return_path::ReturnPaths,
        unsubscribe_link::UnsubscribeLinks,
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        mailer::{Mailer, Templates},
        store::{Page, Store, catalogue::Mails},
    },
    services::{request::decide, screening::Screening},
};

mod compose;
mod reminders;
mod returned;
mod send;
pub mod sign;

pub use reminders::ReminderView;

use self::{returned::Early, sign::Signing};

/// Mails are read and sent for every owner.
const SYSTEM: SystemScope = SystemScope::new("mail");

/// What the mails need; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub mails: Arc<dyn Mails>,
    pub mailer: Arc<dyn Mailer>,
    pub templates: Arc<dyn Templates>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub key: Arc<CodeKey>,
    /// Where mails that cannot be delivered go back to; `None`: to the sender's address.
    pub return_paths: Option<ReturnPaths>,
    pub house: House,
    /// Who gets no certificate is not told that one is ready.
    pub screening: Arc<Screening>,
    /// `None`: mails leave without an S/MIME signature.
    pub signing: Option<Signing>,
}

/// What every mail says about the CA.
#[derive(Clone, Debug)]
pub struct House {
    /// The CA's name as people know it.
    pub name: String,
    /// Base URL of the public listener, without a slash at the end.
    pub public_url: String,
    /// Who answers questions: an address or a URL.
    pub contact: String,
    /// The clock that mails tell the time by.
    pub time: LocalTime,
    /// CA certificates (DER) from each issuer upward, without the root.
    pub chains: BTreeMap<IssuerName, Vec<Vec<u8>>>,
}

/// The service; also the handler of `send_mail` jobs.
#[derive(Clone)]
pub struct MailLedger(Arc<Parts>, Early, Arc<UnsubscribeLinks>);

impl MailLedger {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let key = parts.key.derived("unsubscribe links");
        let links = UnsubscribeLinks::new(key, parts.house.public_url.clone());
        Self(Arc::new(parts), Early::default(), Arc::new(links))
    }

    /// What the CA says of itself.
    #[must_use]
    pub fn house(&self) -> &House {
        &self.0.house
    }

    /// The ledger, newest first.
    ///
    /// # Errors
    /// 503.
    pub async fn list(
        &self,
        _: &StaffScope,
        states: &[MailState],
        page: &Page,
    ) -> Result<Vec<Loaded<Mail>>, Refused> {
        Ok(self.0.mails.mails(states, page).await?)
    }

    /// Sends a mail that says nothing but that it came, to see that mails arrive and are signed.
    ///
    /// # Errors
    /// 422 `email-invalid`, `email-not-supported`, `language-unsupported`; 503.
    pub async fn test(
        &self,
        scope: &StaffScope,
        to: &str,
        language: Option<&str>,
    ) -> Result<Mail, Refused> {
        let recipient = mailbox_address::parse(to).map_err(|fault| at("/to", fault.code()))?;
        let language = match language {
            None => Language::English,
            Some(code) => {
                Language::from_code(code).ok_or_else(|| at("/language", "language-unsupported"))?
            }
        };
        let Actor::Identity { name, .. } = scope.caller().actor else {
            return Err(Refused::forbidden("role-forbidden"));
        };
        decide(async || {
            let now = self.0.clock.now();
            let id = MailId::new(now, random(&*self.0.entropy)?);
            let queued = Mail::queue(NewMail {
                id,
                job: JobId::new(now, random(&*self.0.entropy)?),
                kind: MailKind::Test,
                owner: Owner {
                    ra: name.clone(),
                    customer: None,
                },
                order: None,
                object: id.to_string(),
                recipient: recipient.as_str().to_owned(),
                language,
                now,
            });
            let mail = queued.mail().clone();
            let unit = queued.begin(scope.caller(), now);
            self.0.store.commit(unit.granted(scope.grant())).await?;
            Ok(mail)
        })
        .await
    }

    /// Has a mail that was given up tried again.
    ///
    /// # Errors
    /// 404; 409 `mail-not-failed`, `mail-code-void`.
    pub async fn retry(&self, scope: &StaffScope, id: MailId) -> Result<Mail, Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let mail = self.0.mails.mail(id).await?;
            let mail = mail.ok_or_else(Refused::not_found)?;
            let job = JobId::new(now, random(&*self.0.entropy)?);
            let queued = mail.retry(job, now)?;
            let mail = queued.mail().clone();
            let unit = queued.begin(scope.caller(), now);
            self.0.store.commit(unit.granted(scope.grant())).await?;
            Ok(mail)
        })
        .await
    }
}

fn at(pointer: &str, code: &'static str) -> Refused {
    let pointer = pointer.to_owned();
    Refused {
        faults: vec![Fault { pointer, code }],
        ..Refused::unacceptable(code)
    }
}
