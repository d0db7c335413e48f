use super::*;
use crate::domain::{owner::IdentityName, text::Text, timestamp::days};

const NOW: Timestamp = Timestamp::EPOCH;

fn loaded(changed: &Changed<DomainControl>) -> Loaded<DomainControl> {
    Loaded::restore((**changed).clone(), changed.will_be())
}

fn begun() -> Loaded<DomainControl> {
    let domain = DomainName::parse("example.com").unwrap();
    loaded(&DomainControl::start(NewDomainControl {
        id: DomainControlId::new(NOW, [1; 10]),
        owner: Owner {
            ra: IdentityName::parse("panel").unwrap(),
            customer: Some(Text::parse("c-1").unwrap()),
        },
        record: RecordName::of(&ChallengeLabel::default(), &domain).unwrap(),
        domain,
        value: "v".repeat(26),
        acting_for: ActingFor::default(),
        terms: Terms::default(),
        now: NOW,
    }))
}

fn look(verdict: Verdict, at: Timestamp) -> Look {
    Look {
        at,
        verdict,
        quorum: "0/5".to_owned(),
        seen: vec![Sighting::primary(Sight::Absent, "")],
    }
}

fn at(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn looked(
    control: Loaded<DomainControl>,
    verdict: Verdict,
    now: Timestamp,
) -> Result<Loaded<DomainControl>, Refused> {
    let changed = control.looked(look(verdict, now), &ActingFor::default(), now)?;
    Ok(loaded(&changed))
}

#[test]
fn a_value_proves_until_its_days_are_over() {
    let control = begun();
    let last = NOW.plus(days(30)).minus(Duration::from_millis(1));
    assert_eq!(control.status(last), DomainStatus::Pending);
    assert!(looked(control.clone(), Verdict::Proven, last).is_ok());
    let late = looked(control, Verdict::Proven, NOW.plus(days(30))).unwrap_err();
    assert_eq!(late.code, "domain-value-expired");
}

#[test]
fn a_proof_carries_398_days_from_its_value() {
    let control = begun();
    let proven = looked(control, Verdict::Proven, NOW.plus(days(29))).unwrap();
    let end = NOW.plus(days(398));
    assert_eq!(
        proven.status(end.minus(Duration::from_millis(1))),
        DomainStatus::Proven
    );
    assert_eq!(proven.status(end), DomainStatus::Lapsed);
    let again = looked(proven, Verdict::Proven, end).unwrap_err();
    assert_eq!(again.code, "domain-state-conflict");
}

#[test]
fn looks_are_few_and_apart() {
    let mut control = begun();
    for number in 0..u64::from(MOST_LOOKS) {
        assert_eq!(control.state, DomainState::Pending, "{number}");
        let now = at(number * 10);
        let soon = looked(control.clone(), Verdict::NotFound, now).unwrap();
        assert_eq!(
            looked(soon.clone(), Verdict::Proven, at(number * 10 + 9))
                .unwrap_err()
                .code,
            if soon.state == DomainState::Failed {
                "domain-state-conflict"
            } else {
                "domain-check-too-soon"
            }
        );
        control = soon;
    }
    assert_eq!(control.state, DomainState::Failed);
    assert_eq!(control.proven_at, None);
}

#[test]
fn what_was_withdrawn_stays_so() {
    let user = ActingFor::default();
    let proven = looked(begun(), Verdict::Proven, at(1)).unwrap();
    let gone = loaded(&proven.withdraw(&user, at(2)).unwrap());
    assert_eq!(gone.status(at(2)), DomainStatus::Withdrawn);
    assert!(looked(gone.clone(), Verdict::Proven, at(20)).is_err());
    assert!(gone.withdraw(&user, at(3)).is_err());
}

#[test]
fn the_record_stands_under_an_underscore() {
    for wrong in ["", "_", "x", "chancery", "_A", "_a.b", "_a_b"] {
        assert_eq!(ChallengeLabel::parse(wrong), None, "{wrong}");
    }
    let label = ChallengeLabel::parse("_our-ca").unwrap();
    let domain = DomainName::parse("example.com").unwrap();
    let name = RecordName::of(&label, &domain).unwrap();
    assert_eq!(name.as_str(), "_our-ca.example.com");
    assert_eq!(RecordName::parse(name.as_str()), Some(name));
    let long = [
        "a".repeat(60),
        "b".repeat(60),
        "c".repeat(60),
        "d".repeat(60),
    ]
    .join(".");
    assert_eq!(
        RecordName::of(
            &ChallengeLabel::default(),
            &DomainName::parse(&long).unwrap()
        ),
        None
    );
}
