use super::*;
use crate::domain::owner::{Caller, IdentityName};

fn now() -> Timestamp {
    Timestamp::from_millis(1_760_000_000_000)
}

fn queued() -> QueuedMail {
    Mail::queue(NewMail {
        id: MailId::new(now(), [1; 10]),
        job: JobId::new(now(), [2; 10]),
        kind: MailKind::Issued,
        owner: Owner {
            ra: IdentityName::parse("panel").unwrap(),
            customer: None,
        },
        order: None,
        object: "crt_x".to_owned(),
        recipient: "anna@example.com".to_owned(),
        language: Language::English,
        now: now(),
    })
}

fn stored(changed: &Changed<Mail>) -> Loaded<Mail> {
    Loaded::restore((**changed).clone(), changed.will_be())
}

#[test]
fn a_mail_and_its_job_enter_the_unit_together() {
    let unit = Unit::new(
        Caller::system("test"),
        now(),
        Event::new(EventKind::CertIssued, "cert", "crt_x"),
    );
    let unit = queued().join(unit);
    assert_eq!((unit.changes.len(), unit.jobs.len()), (1, 1));
    let kinds: Vec<EventKind> = unit.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::CertIssued]);
    assert_eq!(unit.jobs[0].object, MailId::new(now(), [1; 10]).to_string());
}

#[test]
fn a_mail_is_settled_once_and_only_a_given_up_one_is_tried_again() {
    let waiting = stored(&queued().mail);
    let later = stored(&waiting.clone().deferred("451 later", now()).unwrap());
    assert_eq!((later.state, later.attempts), (MailState::Queued, 1));
    let sent = stored(&later.clone().sent("250 ok", &[7; 32], now()).unwrap());
    assert!(sent.clone().failed("550 no", now()).is_err());
    assert!(sent.retry(JobId::new(now(), [3; 10]), now()).is_err());
    let failed = stored(&later.failed(&"x".repeat(600), now()).unwrap());
    assert_eq!(failed.reply.len(), REPLY_CAP);
    let again = failed.retry(JobId::new(now(), [3; 10]), now()).unwrap();
    assert_eq!(again.mail().state, MailState::Queued);
    assert_eq!(again.job.slot, "retry-3");
}
