use super::{
    Contacts, Order, OrderNumber, OrderState,
    rejection::{Objection, Rejection, RejectionReason},
    transition::{NewOrder, OrderEdit},
};
use crate::domain::{
    aggregate::{Changed, Loaded, Version},
    audit::event::EventKind,
    certificate::Replaced,
    id::{ActivationId, CaseId, CertificateId, MailboxId, OrderId, SubjectDataId},
    owner::{ActingFor, IdentityName, Owner},
    product::ProductCode,
    refusal::{Class, Refused},
    subject_data::{SubjectData, SubjectDataState, VerificationMethod, transition::NewSubjectData},
    terms::Terms,
    text::{Country, Language, Text},
    timestamp::Timestamp,
};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

fn owner(customer: &str) -> Owner {
    Owner {
        ra: IdentityName::parse("panel").unwrap(),
        customer: Some(Text::parse(customer).unwrap()),
    }
}

fn order() -> Changed<Order> {
    let new = NewOrder {
        id: OrderId::new(now(), [1; 10]),
        number: OrderNumber::draw([7; 8]),
        owner: owner("c-1"),
        product: ProductCode::parse("smime-org-multipurpose-365-issue").unwrap(),
        alias: None,
        partner_order_ref: None,
        language: Language::Polish,
        contacts: Contacts::default(),
        acting_for: ActingFor::default(),
        window_ends: Terms::default().window_ends(now()),
    };
    Order::create(new, now())
}

/// Other data than the order has.
fn newer(state: SubjectDataState) -> SubjectData {
    SubjectData {
        id: SubjectDataId::new(now(), [9; 10]),
        ..set("c-1", state)
    }
}

fn set(customer: &str, state: SubjectDataState) -> SubjectData {
    let new = NewSubjectData {
        id: SubjectDataId::new(now(), [2; 10]),
        owner: owner(customer),
        organization: Text::parse("Example").unwrap(),
        country: Country::parse("PL").unwrap(),
        state_or_province: Text::parse("mazowieckie").unwrap(),
        locality: Text::parse("Warszawa").unwrap(),
        method: VerificationMethod::Document,
        acting_for: ActingFor::default(),
    };
    let mut set = SubjectData::clone(&SubjectData::create(new, None, now()));
    set.state = state;
    set.case = Some(CaseId::new(now(), [3; 10]));
    set
}

fn in_state(state: OrderState) -> Loaded<Order> {
    let mut order = Order::clone(&order());
    order.state = state;
    order.subject_data = Some(SubjectDataId::new(now(), [2; 10]));
    Loaded::restore(order, Version(4))
}

/// A name, what it does, from where it is allowed, and where it leads.
struct Event(
    &'static str,
    fn(Loaded<Order>) -> Result<Changed<Order>, Refused>,
    &'static [OrderState],
    Option<OrderState>,
);

const OPEN: &[OrderState] = &[OrderState::Open];
const ISSUED: &[OrderState] = &[OrderState::Issued];
const SUBMITTED: &[OrderState] = &[OrderState::Submitted];

/// flows 3.1.
const EVENTS: [Event; 14] = [
    Event(
        "edit",
        |order| order.edit(OrderEdit::default(), now()),
        &[OrderState::Open, OrderState::Submitted, OrderState::Issued],
        None,
    ),
    Event(
        "bind data",
        |order| order.bind_data(&newer(SubjectDataState::UnderVerification), now()),
        &[OrderState::Open, OrderState::Issued],
        None,
    ),
    Event(
        "bind mailbox",
        |order| order.bind_mailbox(MailboxId::new(now(), [4; 10]), now()),
        OPEN,
        None,
    ),
    Event(
        "renew",
        |order| order.renewed(OrderId::new(now(), [9; 10]), now()),
        ISSUED,
        None,
    ),
    Event(
        "begin a reissue",
        |order| order.begin_reissue(ActivationId::new(now(), [5; 10]), now()),
        ISSUED,
        None,
    ),
    Event(
        "reissue",
        |mut order| {
            let certificate = CertificateId::new(now(), [6; 10]);
            let until = now();
            order = Loaded::restore(
                Order {
                    certificate: Some(certificate),
                    ..Order::clone(&order)
                },
                order.version(),
            );
            let old = Replaced { certificate, until };
            order.reissued(CertificateId::new(now(), [7; 10]), old, now())
        },
        ISSUED,
        None,
    ),
    Event(
        "activate",
        |order| order.begin_activation(ActivationId::new(now(), [5; 10]), now()),
        OPEN,
        Some(OrderState::Submitted),
    ),
    Event(
        "reopen",
        |order| order.reopen(now()),
        SUBMITTED,
        Some(OrderState::Open),
    ),
    Event(
        "issue",
        |order| order.issued(CertificateId::new(now(), [6; 10]), now()),
        SUBMITTED,
        Some(OrderState::Issued),
    ),
    Event(
        "cancel",
        |order| order.cancel(None, now()),
        OPEN,
        Some(OrderState::Cancelled),
    ),
    Event(
        "propose to reject",
        |order| order.propose_rejection(&objection("eva", RejectionReason::HighRisk), now()),
        OPEN,
        None,
    ),
    Event(
        "reject",
        |order| {
            let eva = IdentityName::parse("eva").unwrap();
            let by_eva = Rejection::new(RejectionReason::HighRisk, &eva);
            let mut proposed = Order::clone(&order);
            proposed.rejection = Some(by_eva);
            let order = Loaded::restore(proposed, order.version());
            order.reject(&objection("jan", RejectionReason::HighRisk), now())
        },
        OPEN,
        Some(OrderState::Rejected),
    ),
    Event(
        "lapse",
        |order| order.lapse(now()),
        OPEN,
        Some(OrderState::Lapsed),
    ),
    Event(
        "cancel with a note",
        |order| order.cancel(Some(Text::parse("changed my mind").unwrap()), now()),
        OPEN,
        Some(OrderState::Cancelled),
    ),
];

#[test]
fn every_event_in_every_state() {
    for state in OrderState::ALL {
        for Event(name, event, from, to) in EVENTS {
            let done = event(in_state(state));
            match (done, from.contains(&state)) {
                (Ok(changed), true) => {
                    assert_eq!(changed.state, to.unwrap_or(state), "{name} in {state:?}");
                    assert_eq!(changed.was(), Some(Version(4)));
                    assert_eq!(changed.events().len(), 1, "{name} explains itself once");
                }
                (Err(refused), false) => {
                    assert_eq!(refused.code, "order-state-conflict", "{name} in {state:?}");
                    assert_eq!(refused.class, Class::State);
                }
                (done, _) => panic!("{name} in {state:?}: {done:?}"),
            }
        }
    }
}

fn objection(by: &str, reason: RejectionReason) -> Objection {
    Objection {
        by: IdentityName::parse(by).unwrap(),
        reason,
        note: None,
    }
}

#[test]
fn two_people_reject_for_one_reason() {
    let open = || in_state(OrderState::Open);
    let (risk, terms) = (RejectionReason::HighRisk, RejectionReason::TermsNotMet);
    let alone = open().reject(&objection("eva", risk), now());
    assert_eq!(alone.unwrap_err().code, "proposal-missing");
    let proposed = open().propose_rejection(&objection("eva", risk), now());
    let proposed = Order::clone(&proposed.unwrap());
    let proposed = || Loaded::restore(proposed.clone(), Version(5));
    assert_eq!(proposed().proposed_rejection().unwrap().by, "eva");
    assert_eq!(proposed().rejected_for(), None);
    let same = proposed().reject(&objection("eva", risk), now());
    assert_eq!(same.unwrap_err().code, "same-officer");
    let other = proposed().reject(&objection("jan", terms), now());
    assert_eq!(other.unwrap_err().code, "proposal-missing");
    let rejected = proposed().reject(&objection("jan", risk), now()).unwrap();
    assert_eq!(rejected.rejected_for(), Some(risk));
    assert_eq!(rejected.proposed_rejection(), None);
    // What ends another way says nothing of it any more.
    let cancelled = proposed().cancel(None, now()).unwrap();
    let lapsed = proposed().lapse(now()).unwrap();
    assert_eq!((&cancelled.rejection, &lapsed.rejection), (&None, &None));
}

#[test]
fn only_the_newest_certificate_is_replaced() {
    let old = Replaced {
        certificate: CertificateId::new(now(), [8; 10]),
        until: now(),
    };
    let order = in_state(OrderState::Issued);
    let refused = order.reissued(CertificateId::new(now(), [7; 10]), old, now());
    assert_eq!(refused.unwrap_err().code, "certificate-replaced");
}

#[test]
fn an_issued_order_takes_other_data_than_it_has() {
    let order = || in_state(OrderState::Issued);
    let same = set("c-1", SubjectDataState::Verified);
    assert_eq!(order().subject_data, Some(same.id));
    let refused = order().bind_data(&same, now()).unwrap_err();
    assert_eq!(refused.code, "order-state-conflict");
    let other = newer(SubjectDataState::Verified);
    assert!(order().bind_data(&other, now()).is_ok());
}

#[test]
fn an_issued_order_says_to_revoke_instead() {
    let refused = in_state(OrderState::Issued)
        .cancel(None, now())
        .unwrap_err();
    assert_eq!(refused.blocked_by, ["revoke-first"]);
}

#[test]
fn data_is_bound_when_it_is_submitted_and_the_owners() {
    use SubjectDataState as S;
    let bind = |set: &SubjectData| in_state(OrderState::Open).bind_data(set, now());
    for state in [S::UnderVerification, S::WaitingForApplicant, S::Verified] {
        assert!(bind(&set("c-1", state)).is_ok(), "{state:?}");
    }
    for (state, code) in [
        (S::Draft, "data-set-not-submitted"),
        (S::Rejected, "data-set-rejected"),
        (S::Withdrawn, "data-set-withdrawn"),
        (S::Suspended, "data-set-suspended"),
        (S::Replaced, "data-set-replaced"),
    ] {
        assert_eq!(bind(&set("c-1", state)).unwrap_err().code, code);
    }
    let foreign = bind(&set("c-2", S::Verified)).unwrap_err();
    assert_eq!(foreign.class, Class::NotFound);
}

#[test]
fn the_mailbox_waits_for_the_data() {
    let mut order = Order::clone(&order());
    order.subject_data = None;
    let loaded = Loaded::restore(order, Version(1));
    let refused = loaded
        .bind_mailbox(MailboxId::new(now(), [4; 10]), now())
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.blocked_by),
        ("step-blocked", vec!["data-not-saved"])
    );
}

#[test]
fn people_stand_beside_the_entry_only() {
    let user = ActingFor {
        user_id: Some(Text::parse("u-7").unwrap()),
        ..ActingFor::default()
    };
    let edit = OrderEdit {
        alias: Some(Some(Text::parse("Jan's").unwrap())),
        ..OrderEdit::default()
    };
    let changed = in_state(OrderState::Open).edit(edit, now()).unwrap();
    let changed = changed.asserted_by(&user);
    let [event] = changed.events() else {
        panic!("one event")
    };
    assert_eq!(event.kind, EventKind::OrderChanged);
    let names = |map: &std::collections::BTreeMap<String, _>| -> Vec<String> {
        map.keys().cloned().collect()
    };
    assert_eq!(names(&event.data), ["language", "told", "told_of", "what"]);
    assert_eq!(names(&event.detail), ["alias", "user_id"]);
}
