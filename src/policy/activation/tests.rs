use std::time::Duration;

use super::{Choice, DomainGround, Facts, Grounds, judge};
use crate::{
    domain::{
        activation::CommonNameSource,
        aggregate::{Loaded, Version},
        id::{MailboxId, OrderId, SubjectDataId},
        mailbox::{
            FreshSeed, MailAddress, MailboxState, MailboxStatus, MailboxValidation, NewMailbox,
        },
        order::{Contacts, Order, OrderNumber, transition::NewOrder},
        owner::{ActingFor, IdentityName, Owner},
        product::ProductCode,
        refusal::Refused,
        subject_data::{
            SubjectData, SubjectDataState, VerificationMethod, VerifiedFacts,
            transition::NewSubjectData,
        },
        terms::{self, Terms},
        text::{Country, Language, Text},
        timestamp::{Timestamp, days},
    },
    policy::reuse,
};

const SECOND: Duration = Duration::from_secs(1);

/// Whole years and months of evidence lie before it.
fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

/// When each piece of evidence was obtained.
#[derive(Clone, Copy)]
struct Ages {
    organization: Timestamp,
    authority: Timestamp,
    mailbox: Timestamp,
}

fn owner() -> Owner {
    Owner {
        ra: IdentityName::parse("panel").unwrap(),
        customer: Some(Text::parse("c-1").unwrap()),
    }
}

fn order() -> Loaded<Order> {
    let new = NewOrder {
        id: OrderId::new(now(), [1; 10]),
        number: OrderNumber::draw([7; 8]),
        owner: owner(),
        product: ProductCode::parse("smime-org-multipurpose-365-issue").unwrap(),
        alias: None,
        partner_order_ref: None,
        language: Language::Polish,
        contacts: Contacts::default(),
        acting_for: ActingFor::default(),
        window_ends: Terms::default().window_ends(now()),
    };
    Loaded::restore(Order::clone(&Order::create(new, now())), Version(1))
}

fn data(ages: Ages) -> Loaded<SubjectData> {
    let country = Country::parse("PL").unwrap();
    let new = NewSubjectData {
        id: SubjectDataId::new(now(), [2; 10]),
        owner: owner(),
        organization: Text::parse("Example").unwrap(),
        country,
        state_or_province: Text::parse("mazowieckie").unwrap(),
        locality: Text::parse("Warszawa").unwrap(),
        method: VerificationMethod::Document,
        acting_for: ActingFor::default(),
    };
    let mut data = SubjectData::clone(&SubjectData::create(new, None, now()));
    data.state = SubjectDataState::Verified;
    data.verified = Some(VerifiedFacts {
        organization: Text::parse("Example").unwrap(),
        organization_identifier: Text::parse("NTRPL-0000123456").unwrap(),
        country,
        state_or_province: None,
        locality: None,
        organization_checked_at: ages.organization,
        authority_checked_at: ages.authority,
        organization_paper_of: None,
        authority_paper_of: None,
        carries_days: 825,
        representatives: Vec::new(),
        // The decision is new whatever it rests on: no age runs from it.
        decided_at: now(),
    });
    Loaded::restore(data, Version(2))
}

fn mailbox(ages: Ages) -> Loaded<MailboxValidation> {
    let new = NewMailbox {
        id: MailboxId::new(now(), [3; 10]),
        order: OrderId::new(now(), [1; 10]),
        owner: owner(),
        address: MailAddress::restore("anna@example.com".to_owned()),
        language: Language::Polish,
        seed: FreshSeed {
            nonce: [1; 32],
            mac: [1; 32],
        },
        acting_for: ActingFor::default(),
        terms: Terms::default(),
        now: ages.mailbox,
    };
    let mut mailbox = MailboxValidation::clone(&MailboxValidation::start(new));
    mailbox.state = MailboxState::Verified;
    // Nor from the confirmation, nor from a row that reuses an older proof.
    mailbox.confirmed_at = Some(now());
    mailbox.created_at = now();
    Loaded::restore(mailbox, Version(3))
}

fn judged(ages: Ages, resumed: bool) -> Result<Grounds, Refused> {
    let (order, data, mailbox) = (order(), data(ages), mailbox(ages));
    let facts = Facts {
        replaced: None,
        order: &order,
        subject_data: Some(&data),
        is_denied: false,
        mailbox: Some(&mailbox),
        proof: None,
        domain: DomainGround {
            control: None,
            is_taken: false,
            good_until: Err("domain-control-off"),
        },
    };
    let required = [
        "email",
        "organization",
        "organization_identifier",
        "country",
    ];
    let choice = Choice {
        common_name: CommonNameSource::Organization,
        fields: required.map(str::to_owned).to_vec(),
    };
    judge(facts, &choice, resumed, now())
}

/// What an age is of, how many days it may have, how the refusal calls it, and where it stands.
type Row = (
    &'static str,
    u32,
    &'static str,
    fn(&mut Ages) -> &mut Timestamp,
);

/// S/MIME BR 4.2.1: one old piece is enough, however new the others are.
const ROWS: [Row; 3] = [
    ("organization", 825, "data-set-expired", |ages| {
        &mut ages.organization
    }),
    ("authority", 825, "data-set-expired", |ages| {
        &mut ages.authority
    }),
    ("mailbox", 30, "email-verification-lapsed", |ages| {
        &mut ages.mailbox
    }),
];

fn fresh() -> Ages {
    Ages {
        organization: now(),
        authority: now(),
        mailbox: now(),
    }
}

#[test]
fn each_piece_of_evidence_ends_by_itself() {
    for (name, count, code, piece) in ROWS {
        for resumed in [false, true] {
            let mut ages = fresh();
            *piece(&mut ages) = now().minus(days(count)).plus(SECOND);
            let grounds = judged(ages, resumed).unwrap();
            assert_eq!(grounds.lapses_at, now().plus(SECOND), "{name}");
            assert_eq!(grounds.rests_on.len(), 2, "{name}");

            for beyond in [Duration::ZERO, SECOND, days(365)] {
                *piece(&mut ages) = now().minus(days(count)).minus(beyond);
                let refused = judged(ages, resumed).unwrap_err();
                let told = (refused.code, refused.blocked_by.as_slice());
                assert_eq!(told, ("step-blocked", &[code][..]), "{name} {beyond:?}");
            }
        }
    }
    assert_eq!((terms::ORGANIZATION_DAYS, terms::MAILBOX_DAYS), (825, 30));
}

/// A row that was altered, or written under other rules, gains nothing.
#[test]
fn what_a_row_says_beyond_the_rules_is_not_used() {
    let ages = Ages {
        organization: now().minus(days(3)),
        authority: now().minus(days(2)),
        mailbox: now().minus(days(1)),
    };
    let mut data = SubjectData::clone(&data(ages));
    data.verified.as_mut().unwrap().carries_days = u32::MAX;
    let mut mailbox = MailboxValidation::clone(&mailbox(ages));
    mailbox.valid_until = now().plus(days(9_000));
    mailbox.code.expires_at = mailbox.valid_until;
    let facts = reuse::usable_facts(Some(&data), now()).map(|(_, until)| until);
    assert_eq!(facts, Ok(ages.organization.plus(days(825))));
    let control = reuse::usable_mailbox(Some(&mailbox), now()).map(|(_, until)| until);
    assert_eq!(control, Ok(ages.mailbox.plus(days(30))));
    assert!(mailbox.is_verified(ages.mailbox.plus(days(30)).minus(SECOND)));
    assert!(!mailbox.is_verified(ages.mailbox.plus(days(30))));
    assert_eq!(mailbox.code.ends(), ages.mailbox.plus(days(1)));
    mailbox.state = MailboxState::Sent;
    assert_eq!(
        mailbox.status(ages.mailbox.plus(days(1))),
        MailboxStatus::Expired
    );
}

#[test]
fn of_several_ends_the_first_counts() {
    // Days each piece has left, and how many the whole has.
    for (organization, authority, mailbox, left) in [
        (800, 825, 30, 30),
        (5, 6, 7, 5),
        (6, 5, 7, 5),
        (7, 6, 5, 5),
        (1, 825, 1, 1),
    ] {
        let ages = Ages {
            organization: now().minus(days(825 - organization)),
            authority: now().minus(days(825 - authority)),
            mailbox: now().minus(days(30 - mailbox)),
        };
        let lapses_at = judged(ages, false).unwrap().lapses_at;
        assert_eq!(
            lapses_at,
            now().plus(days(left)),
            "{organization} {authority} {mailbox}"
        );
    }
    // Where both gates are shut, both are told.
    let old = now().minus(days(825));
    let ages = Ages {
        authority: old,
        mailbox: old,
        ..fresh()
    };
    let blocked = judged(ages, false).unwrap_err().blocked_by;
    assert_eq!(blocked, ["data-set-expired", "email-verification-lapsed"]);
}
