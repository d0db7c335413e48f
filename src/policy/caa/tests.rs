use proptest::{collection::vec, prelude::*};

use super::*;
use crate::domain::caa::Chain;

fn name(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

fn us() -> [DomainName; 2] {
    [name("ca.example.com"), name("pki.example.com")]
}

fn property(flags: u8, tag: &str, value: &str) -> Property {
    Property {
        flags,
        tag: tag.to_owned(),
        value: value.as_bytes().to_vec(),
    }
}

fn judged(properties: &[(u8, &str, &str)]) -> &'static str {
    let properties: Vec<Property> = properties
        .iter()
        .map(|(f, t, v)| property(*f, t, v))
        .collect();
    let decision = decide(&properties, &us());
    let permits = decision.verdict == Verdict::Permitted;
    assert_eq!(
        permits,
        ["names-us", "no-issuemail"].contains(&decision.reason)
    );
    decision.reason
}

fn answer(properties: Vec<Property>, ttl: u64) -> Lookup {
    Ok(Answer {
        name: name("example.com"),
        chain: Chain::Secure,
        aliases: Vec::new(),
        properties,
        ttl: Duration::from_secs(ttl),
    })
}

fn failure(fault: Fault, proven_insecure: bool, tries: u32) -> Lookup {
    Err(Failure {
        name: name("example.com"),
        fault,
        proven_insecure,
        tries,
        detail: String::new(),
    })
}

#[test]
fn issuemail_alone_decides() {
    assert_eq!(judged(&[(0, "issuemail", "ca.example.com")]), "names-us");
    assert_eq!(
        judged(&[(128, "ISSUEMAIL", "\tPKI.Example.COM ")]),
        "names-us"
    );
    assert_eq!(judged(&[(0, "issuemail", "other.example")]), "names-others");
    assert_eq!(
        judged(&[(0, "issue", ";"), (0, "issuewild", ";")]),
        "no-issuemail"
    );
    assert_eq!(
        judged(&[(0, "iodef", "mailto:a@example.com")]),
        "no-issuemail"
    );
    let two = [
        (0, "issuemail", "other.example"),
        (0, "issuemail", "pki.example.com"),
    ];
    assert_eq!(judged(&two), "names-us");
    // RFC 9495 4: a value for `issue` is none for mail.
    let other = [(0, "issue", "ca.example.com"), (0, "issuemail", ";")];
    assert_eq!(judged(&other), "names-others");
    // The parent's name, and a name below ours, are others.
    assert_eq!(judged(&[(0, "issuemail", "example.com")]), "names-others");
    assert_eq!(
        judged(&[(0, "issuemail", "a.ca.example.com")]),
        "names-others"
    );
}

#[test]
fn the_critical_flag_binds_for_unknown_properties_only() {
    let permit = (0, "issuemail", "ca.example.com");
    assert_eq!(judged(&[permit, (128, "tbs", "x")]), "unknown-critical");
    assert_eq!(judged(&[permit, (129, "tbs", "x")]), "unknown-critical");
    assert_eq!(judged(&[permit, (0, "tbs", "x")]), "names-us");
    assert_eq!(judged(&[permit, (127, "tbs", "x")]), "names-us");
    assert_eq!(judged(&[permit, (128, "issue", ";")]), "names-us");
    assert_eq!(judged(&[(128, "tbs", "x")]), "unknown-critical");
}

#[test]
fn what_breaks_the_grammar_names_nobody() {
    for wrong in [
        "",
        " ",
        ";",
        " ; ",
        "%%%%%",
        "ca.example.com.",
        "ca..example.com",
        "ca.example.com pki.example.com",
        "ca.example.com;account",
        "ca.example.com;=1",
        "ca.example.com;a=1;",
        "ca.example.com;;a=1",
        "ca.example.com;a=1 2",
        "ca.example.com;a_b=1",
        "ca.example.com;a=\u{e9}",
        "ca.example.com\n",
        "\u{a0}ca.example.com",
        "\"ca.example.com\"",
    ] {
        assert_eq!(
            judged(&[(0, "issuemail", wrong)]),
            "names-others",
            "{wrong:?}"
        );
    }
    let bytes = Property {
        value: vec![0xFF, 0xFE],
        ..property(0, "issuemail", "")
    };
    assert_eq!(decide(&[bytes], &us()).reason, "names-others");
}

#[test]
fn parameters_are_read_and_two_of_them_bind() {
    for right in [
        "ca.example.com;",
        "ca.example.com ; a=1",
        "ca.example.com;a=1;b-2 = 3",
        "ca.example.com;a=",
        "ca.example.com;a=b=c",
    ] {
        assert_eq!(judged(&[(0, "issuemail", right)]), "names-us", "{right:?}");
    }
    let read = read_value(b"CA.example.com; a = 1 ;b=2").unwrap();
    assert_eq!(read.issuer, Some(name("ca.example.com")));
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(read.parameters, [pair("a", "1"), pair("b", "2")]);
    // RFC 8657: the owner bound the permission to what we do not offer.
    for bound in [
        "accounturi=https://a.example/1",
        "ValidationMethods=ca-email",
    ] {
        let value = format!("ca.example.com; {bound}");
        assert_eq!(
            judged(&[(0, "issuemail", &value)]),
            "names-others",
            "{value}"
        );
    }
}

#[test]
fn a_failure_permits_only_outside_asked_again_and_proven_insecure() {
    let weighed = |fault, insecure, tries| weigh(&failure(fault, insecure, tries), &us());
    for fault in Fault::ALL {
        for insecure in [false, true] {
            for tries in [1, 2] {
                let may = fault == Fault::Failed && insecure && tries > 1;
                let found = weighed(fault, insecure, tries);
                assert_eq!(found == Weighed::Climb, may, "{fault:?} {insecure} {tries}");
            }
        }
    }
    let verdict = |fault| match weighed(fault, true, 1) {
        Weighed::Decided(decision) => decision.verdict,
        Weighed::Climb => Verdict::Permitted,
    };
    assert_eq!(verdict(Fault::Bogus), Verdict::Unknowable);
    assert_eq!(verdict(Fault::Failed), Verdict::Unknowable);
    assert_eq!(verdict(Fault::Silent), Verdict::Unavailable);
}

#[test]
fn an_answer_serves_for_its_ttl_but_eight_hours_at_least() {
    let at = Timestamp::from_millis(1_760_000_000_000);
    let hours = |steps: &[Lookup]| usable_until(at, steps).since(at).as_secs() / 3600;
    assert_eq!(hours(&[answer(Vec::new(), 0)]), 8);
    assert_eq!(hours(&[answer(Vec::new(), 12 * 3600)]), 12);
    assert_eq!(
        hours(&[answer(Vec::new(), 12 * 3600), answer(Vec::new(), 60)]),
        8
    );
    assert_eq!(hours(&[answer(Vec::new(), u64::from(u32::MAX))]), 24);
    assert_eq!(hours(&[failure(Fault::Failed, true, 2)]), 8);
}

#[test]
fn an_empty_answer_climbs_and_the_top_says_how_it_was_reached() {
    assert_eq!(weigh(&answer(Vec::new(), 1), &us()), Weighed::Climb);
    assert_eq!(unrestricted(&[answer(Vec::new(), 1)]).reason, "no-records");
    let after = [failure(Fault::Failed, true, 2), answer(Vec::new(), 1)];
    assert_eq!(unrestricted(&after).reason, "failure-insecure");
}

fn any_property() -> impl Strategy<Value = Property> {
    let tag = prop_oneof![
        Just("issuemail"),
        Just("issue"),
        Just("tbs"),
        Just("IssueMail")
    ];
    let value = prop_oneof![
        Just(b"ca.example.com".to_vec()),
        Just(b"pki.example.com; a=1".to_vec()),
        Just(b";".to_vec()),
        Just(b"other.example".to_vec()),
        vec(any::<u8>(), 0..40),
    ];
    (any::<u8>(), tag, value).prop_map(|(flags, tag, value)| Property {
        flags,
        tag: tag.to_owned(),
        value,
    })
}

proptest! {
    /// A permission needs our name among the values, or no `issuemail` at all.
    #[test]
    fn nobody_is_permitted_by_accident(properties in vec(any_property(), 0..6)) {
        let mail: Vec<_> = properties.iter().filter(|p| is(p, ISSUEMAIL)).collect();
        let named = mail.iter().any(|p| {
            let text = String::from_utf8_lossy(&p.value).to_ascii_lowercase();
            us().iter().any(|us| text.contains(us.as_str()))
        });
        let unknown = properties.iter().any(|p| p.flags & 128 != 0 && p.tag == "tbs");
        let permits = decide(&properties, &us()).verdict == Verdict::Permitted;
        prop_assert_eq!(permits, !unknown && (mail.is_empty() || named));
    }

    /// The order of records carries no meaning.
    #[test]
    fn order_does_not_matter(mut properties in vec(any_property(), 0..6)) {
        let before = decide(&properties, &us());
        properties.reverse();
        prop_assert_eq!(decide(&properties, &us()), before);
    }

    /// Every value of the grammar is read back; nothing panics.
    #[test]
    fn values_are_read(value in vec(any::<u8>(), 0..200), spaces in "[ \t]{0,3}", tag in "[a-z0-9]{1,5}", text in "[!-:<-~]{0,9}") {
        let _ = read_value(&value);
        let made = format!("{spaces}ca.example.com{spaces};{spaces}{tag}{spaces}={spaces}{text}{spaces}");
        let read = read_value(made.as_bytes()).unwrap();
        prop_assert_eq!(read.parameters, vec![(tag, text)]);
    }
}
