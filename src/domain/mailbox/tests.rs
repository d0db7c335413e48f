use std::time::Duration;

use super::{
    address_use::AddressUse,
    answer::{Answered, Attempt},
    *,
};
use crate::domain::{owner::IdentityName, refusal::Class, terms::Choice, unit::Unit};

const START: i64 = 1_760_000_000_000;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(START).plus(Duration::from_secs(seconds))
}

fn seed(byte: u8) -> FreshSeed {
    FreshSeed {
        nonce: [byte; 32],
        mac: [byte; 32],
    }
}

fn stored<T: Clone>(changed: &Changed<T>) -> Loaded<T> {
    Loaded::restore((**changed).clone(), changed.will_be())
}

fn started() -> Loaded<MailboxValidation> {
    started_under(Terms::default())
}

fn started_under(terms: Terms) -> Loaded<MailboxValidation> {
    let new = NewMailbox {
        id: MailboxId::new(at(0), [1; 10]),
        order: OrderId::new(at(0), [2; 10]),
        owner: Owner {
            ra: IdentityName::parse("panel").unwrap(),
            customer: None,
        },
        address: MailAddress::restore("Anna@example.com".to_owned()),
        language: Language::Polish,
        seed: seed(1),
        acting_for: ActingFor::default(),
        terms,
        now: at(0),
    };
    stored(&MailboxValidation::start(new))
}

fn attempt(matches: bool) -> Attempt {
    Attempt {
        matches,
        channel: ConfirmChannel::Page,
        user_agent: String::new(),
        acting_for: ActingFor::default(),
    }
}

fn confirmed(mailbox: Loaded<MailboxValidation>, now: Timestamp) -> Loaded<MailboxValidation> {
    match mailbox.confirm(&attempt(true), now) {
        Answered::Accepted(changed) => stored(&changed),
        other => panic!("{other:?}"),
    }
}

fn refusal(mailbox: Loaded<MailboxValidation>, matches: bool, now: Timestamp) -> &'static str {
    match mailbox.confirm(&attempt(matches), now) {
        Answered::Refused(refused) => refused.code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_shorter_choice_of_the_ca_holds_for_what_is_begun_under_it() {
    let terms = Terms::of(Choice {
        random_value_hours: 2,
        mailbox_days: 7,
        ..Choice::default()
    });
    let mailbox = stored(&started_under(terms).sent(at(5)));
    assert_eq!(refusal(mailbox.clone(), true, at(7200)), "code-expired");
    let mailbox = confirmed(mailbox, at(7199));
    assert_eq!(mailbox.status(at(7 * 86_400)), MailboxStatus::Lapsed);
    let lapsed = mailbox.renew(
        seed(2),
        &Terms::default(),
        &ActingFor::default(),
        at(7 * 86_400),
    );
    assert_eq!(stored(&lapsed.unwrap()).valid_until, at(37 * 86_400));
}

#[test]
fn the_right_code_confirms_once_and_carries_thirty_days_from_the_start() {
    let mailbox = confirmed(stored(&started().sent(at(5))), at(3600));
    assert_eq!(mailbox.status(at(3600)), MailboxStatus::Verified);
    assert_eq!(mailbox.valid_until, at(30 * 86_400));
    assert!(mailbox.is_verified(at(30 * 86_400 - 1)));
    assert_eq!(mailbox.status(at(30 * 86_400)), MailboxStatus::Lapsed);
    assert!(matches!(
        mailbox.clone().confirm(&attempt(true), at(3601)),
        Answered::Already
    ));
    assert_eq!(refusal(mailbox, false, at(3601)), "code-invalid");
}

/// Whatever became of the validation, the holder of its code can stop the order; nobody else can.
#[test]
fn only_the_code_disowns_and_only_an_officer_undoes_it() {
    let sent = stored(&started().sent(at(5)));
    let late = at(40 * 86_400);
    let verified = confirmed(sent.clone(), at(60));
    for (mailbox, now) in [
        (started(), at(1)),
        (sent.clone(), at(60)),
        (sent.clone(), late),
        (verified.clone(), at(61)),
        (verified.clone(), late),
        (stored(&sent.clone().undeliverable(at(9)).unwrap()), at(60)),
    ] {
        let Answered::Accepted(changed) = mailbox.disown(&attempt(true), false, now) else {
            panic!("not taken");
        };
        let disowned = stored(&changed);
        assert_eq!(disowned.status(late), MailboxStatus::Disowned);
        assert!(disowned.clone().supersede(now).is_none());
        assert!(
            disowned
                .clone()
                .renew(seed(2), &Terms::default(), &ActingFor::default(), now)
                .is_err()
        );
        assert_eq!(refusal(disowned.clone(), true, now), "code-expired");
        let again = disowned.clone().disown(&attempt(true), false, now);
        assert!(matches!(again, Answered::Already));
        let note = crate::domain::text::Text::parse("asked").unwrap();
        let released = stored(&disowned.release(&note, now).unwrap());
        assert_eq!(released.state, MailboxState::Invalidated);
        assert!(released.clone().release(&note, now).is_err());
        let after = released.clone().disown(&attempt(true), false, now);
        assert!(matches!(after, Answered::Refused(_)));
        let again = released.renew(seed(2), &Terms::default(), &ActingFor::default(), now);
        assert_eq!(again.unwrap().state, MailboxState::Created);
    }
    let wrong = sent.disown(&attempt(false), false, at(60));
    assert!(matches!(wrong, Answered::Wrong(changed, _) if changed.code.tries == 1));
    let wrong = verified.disown(&attempt(false), false, at(61));
    assert!(matches!(wrong, Answered::Refused(refused) if refused.code == "code-invalid"));
}

#[test]
fn a_code_lives_a_day_and_no_longer() {
    let last = at(86_400 - 1);
    assert_eq!(started().status(last), MailboxStatus::Created);
    confirmed(started(), last);
    assert_eq!(refusal(started(), true, at(86_400)), "code-expired");
}

#[test]
fn ten_wrong_codes_lock_and_a_new_code_opens_again() {
    let mut mailbox = started();
    for left in (0..MAX_TRIES).rev() {
        let Answered::Wrong(changed, refused) = mailbox.confirm(&attempt(false), at(1)) else {
            panic!("a wrong code was not counted");
        };
        assert_eq!(refused.code, "code-invalid");
        assert_eq!(changed.attempts_left(), left);
        mailbox = stored(&changed);
    }
    assert_eq!(mailbox.status(at(2)), MailboxStatus::Locked);
    assert_eq!(refusal(mailbox.clone(), true, at(2)), "email-locked");
    let renewed = stored(
        &mailbox
            .renew(seed(2), &Terms::default(), &ActingFor::default(), at(60))
            .unwrap(),
    );
    assert_eq!(renewed.attempts_left(), MAX_TRIES);
    assert_eq!(renewed.code.nonce, [2; 32]);
    assert_eq!(renewed.initiated_at, at(60));
    confirmed(renewed, at(61));
}

#[test]
fn what_is_replaced_or_confirmed_gets_no_new_code() {
    let replaced = stored(&started().supersede(at(1)).unwrap());
    assert_eq!(refusal(replaced.clone(), true, at(2)), "code-expired");
    assert!(replaced.clone().supersede(at(2)).is_none());
    assert!(
        replaced
            .renew(seed(2), &Terms::default(), &ActingFor::default(), at(2))
            .is_err()
    );
    let done = confirmed(started(), at(1));
    assert_eq!(
        done.clone()
            .renew(seed(2), &Terms::default(), &ActingFor::default(), at(2))
            .unwrap_err()
            .code,
        "email-already-confirmed"
    );
    assert!(
        done.renew(
            seed(2),
            &Terms::default(),
            &ActingFor::default(),
            at(31 * 86_400)
        )
        .is_ok()
    );
}

#[test]
fn a_bounce_ends_what_waits_and_leaves_what_is_confirmed() {
    let bounced = stored(&started().undeliverable(at(1)).unwrap());
    assert_eq!(refusal(bounced, true, at(2)), "code-expired");
    let done = confirmed(started(), at(1));
    assert!(done.clone().undeliverable(at(2)).is_none());
    assert_eq!(done.sent(at(3)).state, MailboxState::Verified);
}

#[test]
fn one_mail_a_minute_and_five_a_day_whoever_asks() {
    let address = MailAddress::restore("Anna@example.com".to_owned());
    let mut known = stored(&AddressUse::first(&address, at(0)));
    assert_eq!(known.abuse_key, "anna@example.com");
    let too_soon = known.clone().another(at(59)).unwrap_err();
    assert_eq!(
        too_soon.class,
        Class::Limited {
            retry_after: Duration::from_secs(1)
        }
    );
    for count in 1..5 {
        known = stored(&known.another(at(count * 60)).unwrap());
    }
    let full = known.clone().another(at(3600)).unwrap_err();
    let retry_after = Duration::from_secs(86_400 - 3600);
    assert_eq!(full.class, Class::Limited { retry_after });
    let next_day = known.another(at(86_400)).unwrap();
    assert_eq!(next_day.sent.len(), 5, "the oldest is forgotten");
}

#[test]
fn marks_and_counters_have_no_entry_of_their_own() {
    let caller = crate::domain::owner::Caller::system("test");
    let event = Event::new(EventKind::MailSent, "mail", "x");
    let unit = Unit::new(caller, at(0), event)
        .change(started().sent(at(0)))
        .change(AddressUse::first(
            &MailAddress::restore("a@example.com".to_owned()),
            at(0),
        ));
    assert_eq!(unit.events.len(), 1);
}
