use super::{
    CertificateFacts, DataStatus, Evidence, OrderFacts, StatusCode, StepState, Steps,
    VerificationState, data_status, status_code, steps, verifications,
};
use crate::{
    domain::{
        id::{CaseId, MailboxId, OrderId, SubjectDataId},
        mailbox::{FreshSeed, MailboxState, MailboxValidation, NewMailbox},
        order::{Contacts, Order, OrderNumber, OrderState, transition::NewOrder},
        owner::{ActingFor, IdentityName, Owner},
        product::ProductCode,
        subject_data::{
            SubjectData, SubjectDataState, VerificationMethod, VerifiedFacts,
            transition::NewSubjectData,
        },
        terms::Terms,
        text::{Country, Language, Text},
        timestamp::{Timestamp, days},
    },
    policy::mailbox_address,
};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

fn owner() -> Owner {
    Owner {
        ra: IdentityName::parse("panel").unwrap(),
        customer: Some(Text::parse("c-1").unwrap()),
    }
}

fn order(state: OrderState) -> Order {
    let new = NewOrder {
        id: OrderId::new(now(), [1; 10]),
        number: OrderNumber::draw([7; 8]),
        owner: owner(),
        product: ProductCode::parse("smime-org-multipurpose-365-issue").unwrap(),
        alias: None,
        partner_order_ref: None,
        language: Language::English,
        contacts: Contacts::default(),
        acting_for: ActingFor::default(),
        window_ends: Terms::default().window_ends(now()),
    };
    let mut order = Order::clone(&Order::create(new, now()));
    order.state = state;
    order
}

fn set(state: SubjectDataState, checked_days_ago: u32) -> SubjectData {
    let checked = now().minus(days(checked_days_ago));
    let new = NewSubjectData {
        id: SubjectDataId::new(now(), [2; 10]),
        owner: owner(),
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
    set.verified = (state == SubjectDataState::Verified).then(|| VerifiedFacts {
        organization: Text::parse("Example").unwrap(),
        organization_identifier: Text::parse("NTRPL-0012345678").unwrap(),
        country: Country::parse("PL").unwrap(),
        state_or_province: None,
        locality: None,
        organization_checked_at: checked,
        authority_checked_at: now(),
        organization_paper_of: None,
        authority_paper_of: None,
        carries_days: 825,
        representatives: Vec::new(),
        decided_at: now(),
    });
    set
}

fn mailbox(state: MailboxState, begun_days_ago: u32) -> MailboxValidation {
    let new = NewMailbox {
        id: MailboxId::new(now(), [4; 10]),
        order: OrderId::new(now(), [1; 10]),
        owner: owner(),
        address: mailbox_address::parse("jan@example.com").unwrap(),
        language: Language::English,
        seed: FreshSeed {
            nonce: [1; 32],
            mac: [2; 32],
        },
        acting_for: ActingFor::default(),
        terms: Terms::default(),
        now: now().minus(days(begun_days_ago)),
    };
    let mut mailbox = MailboxValidation::clone(&MailboxValidation::start(new));
    mailbox.state = state;
    mailbox
}

/// One line of the walk: what is known, and what the customer is shown of it.
struct Line {
    data: Option<(SubjectDataState, u32)>,
    mailbox: Option<(MailboxState, u32)>,
    status: StatusCode,
    panel: DataStatus,
    steps: [StepState; 3],
    blocked_by: &'static [&'static str],
    verified: [VerificationState; 3],
}

use self::{
    DataStatus as P, MailboxState as M, StatusCode as C, StepState as S, SubjectDataState as D,
    VerificationState as V,
};

const DATA: &str = "data-set-not-verified";
const EMAIL: &str = "email-not-verified";

/// An open order through flows 3.2 × 3.4.
const OPEN: [Line; 16] = [
    line(
        None,
        None,
        C::WaitingForActivation,
        P::WaitingForData,
        [S::Available, S::Blocked, S::Blocked],
        &[DATA, EMAIL],
        [V::Required; 3],
    ),
    line(
        Some((D::UnderVerification, 0)),
        None,
        C::UnderVerification,
        P::UnderVerification,
        [S::InProgress, S::Available, S::Blocked],
        &[DATA, EMAIL],
        [V::Required; 3],
    ),
    line(
        Some((D::UnderVerification, 0)),
        Some((M::Created, 0)),
        C::WaitingForEmailConfirmation,
        P::UnderVerification,
        [S::InProgress, S::InProgress, S::Blocked],
        &[DATA, EMAIL],
        [V::Required; 3],
    ),
    line(
        Some((D::UnderVerification, 0)),
        Some((M::Sent, 0)),
        C::WaitingForEmailConfirmation,
        P::UnderVerification,
        [S::InProgress, S::InProgress, S::Blocked],
        &[DATA, EMAIL],
        [V::Required; 3],
    ),
    line(
        Some((D::UnderVerification, 0)),
        Some((M::Verified, 0)),
        C::UnderVerification,
        P::UnderVerification,
        [S::InProgress, S::Done, S::Blocked],
        &[DATA],
        [V::Required, V::Required, V::Verified],
    ),
    line(
        Some((D::WaitingForApplicant, 0)),
        Some((M::Sent, 0)),
        C::AdditionalInformationNeeded,
        P::AdditionalInformationNeeded,
        [S::Available, S::InProgress, S::Blocked],
        &[DATA, EMAIL],
        [V::Required; 3],
    ),
    line(
        Some((D::Verified, 0)),
        None,
        C::UnderVerification,
        P::Verified,
        [S::Done, S::Available, S::Blocked],
        &[EMAIL],
        [V::Verified, V::Verified, V::Required],
    ),
    line(
        Some((D::Verified, 0)),
        Some((M::Sent, 0)),
        C::WaitingForEmailConfirmation,
        P::Verified,
        [S::Done, S::InProgress, S::Blocked],
        &[EMAIL],
        [V::Verified, V::Verified, V::Required],
    ),
    line(
        Some((D::Verified, 0)),
        Some((M::Undeliverable, 0)),
        C::AdditionalInformationNeeded,
        P::Verified,
        [S::Done, S::Available, S::Blocked],
        &[EMAIL],
        [V::Verified, V::Verified, V::Failed],
    ),
    line(
        Some((D::Verified, 0)),
        Some((M::Locked, 0)),
        C::AdditionalInformationNeeded,
        P::Verified,
        [S::Done, S::Available, S::Blocked],
        &[EMAIL],
        [V::Verified, V::Verified, V::Failed],
    ),
    line(
        Some((D::Verified, 824)),
        Some((M::Verified, 29)),
        C::ReadyForActivation,
        P::Verified,
        [S::Done, S::Done, S::Available],
        &[],
        [V::Verified; 3],
    ),
    line(
        Some((D::Verified, 0)),
        Some((M::Verified, 30)),
        C::UnderVerification,
        P::Verified,
        [S::Done, S::Available, S::Blocked],
        &["email-verification-lapsed"],
        [V::Verified, V::Verified, V::Required],
    ),
    line(
        Some((D::Verified, 825)),
        Some((M::Verified, 0)),
        C::AdditionalInformationNeeded,
        P::Expired,
        [S::Available, S::Done, S::Blocked],
        &["data-set-expired"],
        [V::Required, V::Verified, V::Verified],
    ),
    line(
        Some((D::Verified, 825)),
        Some((M::Verified, 30)),
        C::AdditionalInformationNeeded,
        P::Expired,
        [S::Available, S::Available, S::Blocked],
        &["data-set-expired", "email-verification-lapsed"],
        [V::Required, V::Verified, V::Required],
    ),
    line(
        Some((D::Rejected, 0)),
        Some((M::Verified, 0)),
        C::AdditionalInformationNeeded,
        P::Rejected,
        [S::Available, S::Done, S::Blocked],
        &[DATA],
        [V::Failed, V::Failed, V::Verified],
    ),
    line(
        Some((D::Suspended, 0)),
        Some((M::Verified, 0)),
        C::AdditionalInformationNeeded,
        P::Suspended,
        [S::Available, S::Done, S::Blocked],
        &["data-set-suspended"],
        [V::Failed, V::Failed, V::Verified],
    ),
];

const fn line(
    data: Option<(D, u32)>,
    mailbox: Option<(M, u32)>,
    status: C,
    panel: P,
    steps: [S; 3],
    blocked_by: &'static [&'static str],
    verified: [V; 3],
) -> Line {
    Line {
        data,
        mailbox,
        status,
        panel,
        steps,
        blocked_by,
        verified,
    }
}

fn states(steps: &Steps) -> [StepState; 3] {
    [steps.data.state, steps.email.state, steps.activation.state]
}

#[test]
fn an_open_order_is_shown_as_the_table_says() {
    for (number, line) in OPEN.iter().enumerate() {
        let data = line.data.map(|(state, age)| set(state, age));
        let mailbox = line.mailbox.map(|(state, age)| mailbox(state, age));
        let mut order = order(OrderState::Open);
        order.subject_data = data.as_ref().map(|set| set.id);
        let facts = OrderFacts {
            order: &order,
            evidence: Evidence {
                data: data.as_ref(),
                mailbox: mailbox.as_ref(),
                ..Evidence::default()
            },
            certificate: None,
        };
        assert_eq!(status_code(facts, now()), line.status, "line {number}");
        assert_eq!(
            data_status(facts.evidence.data, now()),
            line.panel,
            "line {number}"
        );
        let steps = steps(facts, now());
        assert_eq!(states(&steps), line.steps, "line {number}");
        assert_eq!(
            steps.activation.blocked_by, line.blocked_by,
            "line {number}"
        );
        assert_eq!(facts.evidence.blockers(now()), line.blocked_by);
        let opens_email: &[&str] = if line.data.is_none() {
            &["data-not-saved"]
        } else {
            &[]
        };
        assert_eq!(steps.email.blocked_by, opens_email, "line {number}");
        let found = verifications(facts, now()).map(|view| view.state);
        assert_eq!(found, line.verified, "line {number}");
    }
}

/// What the deny list gained since is no more ready than what lapsed or fell.
#[test]
fn an_order_of_a_denied_organisation_is_not_ready() {
    let mut order = order(OrderState::Open);
    let (data, mailbox) = (set(D::Verified, 10), mailbox(M::Verified, 10));
    order.subject_data = Some(data.id);
    let mut evidence = Evidence {
        data: Some(&data),
        mailbox: Some(&mailbox),
        ..Evidence::default()
    };
    assert!(evidence.ready(&order, now()).is_some());
    evidence.is_denied = true;
    assert!(evidence.ready(&order, now()).is_none());
    let facts = OrderFacts {
        order: &order,
        evidence,
        certificate: None,
    };
    assert_eq!(status_code(facts, now()), C::UnderVerification);
    let activation = steps(facts, now()).activation;
    assert_eq!(activation.state, S::Blocked);
    assert_eq!(activation.blocked_by, ["deny-list-hit"]);
    // Nor one whose proof no longer stands where it was taken over from.
    let mut reused = mailbox.clone();
    reused.reused_from = Some(mailbox.id);
    let taken = Evidence {
        mailbox: Some(&reused),
        is_denied: false,
        ..evidence
    };
    assert_eq!(taken.blockers(now()), ["email-not-verified"]);
    let proof = Some(&mailbox);
    assert!(Evidence { proof, ..taken }.blockers(now()).is_empty());
}

/// State, days left of the certificate, revoked, being revoked; status and last button.
type Later = (OrderState, Option<(i64, bool, bool)>, C, S);

const LATER: [Later; 11] = [
    (OrderState::Cancelled, None, C::Cancelled, S::Blocked),
    (OrderState::Rejected, None, C::Rejected, S::Blocked),
    (OrderState::Lapsed, None, C::Lapsed, S::Blocked),
    (
        OrderState::Submitted,
        None,
        C::SubmittedForIssuance,
        S::InProgress,
    ),
    (
        OrderState::Issued,
        Some((300, false, false)),
        C::Issued,
        S::Done,
    ),
    (
        OrderState::Issued,
        Some((30, false, false)),
        C::Issued,
        S::Done,
    ),
    (
        OrderState::Issued,
        Some((29, false, false)),
        C::Expiring,
        S::Done,
    ),
    (
        OrderState::Issued,
        Some((-1, false, false)),
        C::Expired,
        S::Done,
    ),
    (
        OrderState::Issued,
        Some((29, false, true)),
        C::RevocationInProgress,
        S::Done,
    ),
    (
        OrderState::Issued,
        Some((300, true, false)),
        C::Revoked,
        S::Done,
    ),
    (
        OrderState::Issued,
        Some((300, true, true)),
        C::Revoked,
        S::Done,
    ),
];

#[test]
fn later_states_are_shown_as_the_contract_says() {
    for (state, certificate, status, activation) in LATER {
        let certificate = certificate.map(|(days_left, is_revoked, revocation_runs)| {
            let left = days_left * 86_400_000;
            CertificateFacts {
                not_after: Timestamp::from_millis(now().millis() + left),
                is_revoked,
                revocation_runs,
            }
        });
        let order = order(state);
        let (data, mailbox) = (set(D::Verified, 900), mailbox(M::Verified, 900));
        let facts = OrderFacts {
            order: &order,
            evidence: Evidence {
                data: Some(&data),
                mailbox: Some(&mailbox),
                ..Evidence::default()
            },
            certificate,
        };
        assert_eq!(status_code(facts, now()), status);
        let activation_step = steps(facts, now()).activation.state;
        assert_eq!(activation_step, activation, "{status:?}");
        if state == OrderState::Issued {
            // What was verified for the certificate stays so.
            let found = verifications(facts, now()).map(|view| view.state);
            assert_eq!(found, [V::Verified; 3]);
        }
    }
}

#[test]
fn every_status_has_words_of_its_own_in_both_languages() {
    let mut words: Vec<_> = StatusCode::ALL.iter().map(|code| code.words()).collect();
    assert!(
        words
            .iter()
            .all(|word| !word.en.is_empty() && word.en != word.pl)
    );
    words.sort_by_key(|word| word.pl);
    words.dedup_by_key(|word| word.pl);
    assert_eq!(words.len(), StatusCode::ALL.len());
    let waiting = DataStatus::WaitingForData.words();
    assert_eq!(
        (waiting.en, waiting.pl),
        ("Waiting for data", "Oczekuje na dane")
    );
}
