//! Rules are total: whatever the bytes, a lint ends with a report, and never by a crash. Release
//! builds abort on a panic, so a panic here would be a daemon that stops.

use proptest::{prelude::*, sample::Index, test_runner::Config};

use super::{
    Object, Occasion, RuleSet,
    specimen::{ListSpecimen, RequestSpecimen, Specimen},
    tests::SPECIMENS,
};

/// A rule set, its object, and something like it.
fn subjects() -> Vec<(RuleSet, Object, Vec<u8>)> {
    let certificates = [
        Specimen::leaf(),
        Specimen::ec_leaf(),
        Specimen::strict(),
        Specimen::mailbox(),
        Specimen::sponsor(),
        Specimen::individual(),
        Specimen::issuing(),
        Specimen::root(),
        Specimen::responder(),
    ];
    let mut all = Vec::new();
    for specimen in certificates {
        all.push((specimen.rules(), Object::Certificate, specimen.der()));
    }
    for specimen in [ListSpecimen::leaves(), ListSpecimen::cas()] {
        all.push((specimen.rules(), Object::CertificateList, specimen.der()));
    }
    all.push((
        RuleSet::request(),
        Object::Request,
        RequestSpecimen::new().der(),
    ));
    for source in SPECIMENS {
        for (_, specimens) in source.certificate {
            let bad = specimens().remove(0);
            all.push((bad.rules(), Object::Certificate, bad.der()));
        }
        for (_, specimens) in source.list {
            let bad = specimens().remove(0);
            all.push((bad.rules(), Object::CertificateList, bad.der()));
        }
    }
    all
}

/// One change of the bytes.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Flip(Index, u8),
    Remove(Index),
    Insert(Index, u8),
    Cut(Index),
    /// Copies a run over another place.
    Copy(Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, to)| Change::Set(at, to)),
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        any::<Index>().prop_map(Change::Remove),
        (any::<Index>(), any::<u8>()).prop_map(|(at, new)| Change::Insert(at, new)),
        any::<Index>().prop_map(Change::Cut),
        (any::<Index>(), any::<Index>(), 1..32_usize).prop_map(|(a, b, n)| Change::Copy(a, b, n)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    match change {
        Change::Set(at, to) => bytes[at.index(length)] = *to,
        Change::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        Change::Remove(at) => {
            bytes.remove(at.index(length));
        }
        Change::Insert(at, new) => bytes.insert(at.index(length), *new),
        Change::Cut(at) => bytes.truncate(at.index(length)),
        Change::Copy(from, to, count) => {
            let (from, to) = (from.index(length), to.index(length));
            for step in 0..(*count).min(length - from.max(to)) {
                bytes[to + step] = bytes[from + step];
            }
        }
    }
}

fn judged(rules: &RuleSet, object: Object, der: &[u8]) -> bool {
    let now = Some("2027-09-20T00:00:00Z".parse().unwrap());
    let today = rules.judge(object, der, Occasion::default()).permits();
    let later = Occasion {
        signed_at: now,
        signer: None,
    };
    rules.judge(object, der, later).permits() && today
}

/// Every octet of every good object and every specimen takes every value of one bit, and is
/// left out, once. Lengths stay wrong, so most of this ends in the reader.
#[test]
fn no_single_change_crashes_a_rule() {
    for (rules, object, der) in subjects().into_iter().take(12) {
        for at in 0..der.len() {
            for bit in 0..8 {
                let mut bad = der.clone();
                bad[at] ^= 1 << bit;
                judged(&rules, object, &bad);
            }
            let mut short = der.clone();
            short.remove(at);
            judged(&rules, object, &short);
            judged(&rules, object, &der[..at]);
        }
    }
}

#[test]
fn no_changes_crash_a_rule() {
    let subjects = subjects();
    let config = Config {
        cases: 20_000,
        failure_persistence: None,
        ..Config::default()
    };
    let changes = prop::collection::vec(change(), 1..6);
    proptest!(config, |(which in any::<Index>(), changes in changes)| {
        let (rules, object, der) = &subjects[which.index(subjects.len())];
        let mut bad = der.clone();
        for change in &changes {
            apply(&mut bad, change);
        }
        judged(rules, *object, &bad);
    });
}

/// The parts stay well-formed and their contents change: rules see values nobody writes.
#[test]
fn no_content_crashes_a_rule() {
    let config = Config {
        cases: 20_000,
        failure_persistence: None,
        ..Config::default()
    };
    let all: Vec<Specimen> = SPECIMENS
        .iter()
        .flat_map(|source| source.certificate)
        .flat_map(|(_, specimens)| specimens())
        .collect();
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        "\\PC{0,80}".prop_map(String::into_bytes),
        "(NTR|VAT|LEI|PSD|GOV|INT)[A-Z]{0,3}[-+:.]{0,2}[0-9A-Zł]{0,22}"
            .prop_map(String::into_bytes),
        "[a-zł.@-]{0,40}@(xn--)?[a-zA-Zł0-9.-]{0,80}".prop_map(String::into_bytes),
    ];
    let strategy = (
        any::<Index>(),
        any::<Index>(),
        any::<Index>(),
        value,
        any::<u8>(),
    );
    proptest!(config, |((which, attribute, extension, value, tag) in strategy)| {
        let mut bad = all[which.index(all.len())].clone();
        if !bad.subject.is_empty() {
            let rdn = attribute.index(bad.subject.len());
            bad.subject[rdn][0].2.clone_from(&value);
            if tag < 40 {
                bad.subject[rdn][0].1 = tag.max(1) & 0x1e;
            }
        }
        let at = extension.index(bad.extensions.len());
        let inner = &mut bad.extensions[at].2;
        if tag & 1 == 0 && inner.len() > 3 && value.len() < 100 {
            // Content of the outermost value, its length mended.
            *inner = crate::pkix::tlv::element(inner[0], &[&value]);
        }
        let serial = value.get(..20).unwrap_or(&value).to_vec();
        bad.serial = serial;
        judged(&bad.rules(), Object::Certificate, &bad.der());
    });
}

/// Lengths that promise the world, nesting without end, and many of everything within the size
/// an object may have: the work stays that of one pass, so these end.
#[test]
fn objects_made_to_be_slow_end() {
    let mut nested = Vec::new();
    while nested.len() < 30_000 {
        nested = crate::pkix::tlv::sequence(&[&nested]);
        if nested.len() < 60 {
            nested.extend([0x30; 20]);
        }
    }
    let many_attributes = Specimen::leaf().but(|s| {
        let one = s.subject[0].clone();
        s.subject.extend(std::iter::repeat_n(one, 2_000));
    });
    let many_extensions = Specimen::leaf().but(|s| {
        let one = s.extensions[0].clone();
        s.extensions.extend(std::iter::repeat_n(one, 700));
    });
    let long_value = Specimen::leaf().but(|s| {
        s.put(super::oids::LOCALITY, 0x0c, "&amp".repeat(7_000));
    });
    let huge_key = Specimen::leaf().but(|s| {
        s.key(super::specimen::keys::rsa(&[0xff; 30_000], &[0xff; 1_000]));
    });
    let many_names = Specimen::leaf().but(|s| {
        let name: (u8, &[u8]) = (1, b"jan@xn--a.example.com");
        let all = super::specimen::alt_names(&vec![name; 1_200]);
        s.set(super::oids::SUBJECT_ALT_NAME, all);
    });
    for specimen in [
        many_attributes,
        many_extensions,
        long_value,
        huge_key,
        many_names,
    ] {
        let der = specimen.der();
        assert!(der.len() < super::MAX_CERTIFICATE + 8_000, "{}", der.len());
        assert!(!judged(&specimen.rules(), Object::Certificate, &der));
    }
    assert!(!judged(&RuleSet::root(), Object::Certificate, &nested));
}
