//! What must hold of any text: no panic, and nothing is taken for a request that is none.

use std::collections::BTreeSet;

use chancery::policy::csr::{self, MAX_TEXT};
use proptest::prelude::*;

use crate::{
    differential::agreed,
    hostile::{
        self,
        maker::{self, Maker},
    },
};

/// Cases of each property: seconds by default, hours when somebody wants them.
#[expect(
    clippy::disallowed_methods,
    reason = "who looks for faults asks for more cases"
)]
fn cases() -> ProptestConfig {
    let cases = std::env::var("CHANCERY_CASES").map_or(2_000, |count| count.parse().unwrap());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

#[test]
fn every_hostile_request_gets_its_one_code() {
    let list = hostile::all();
    assert!(list.len() >= 195, "{}", list.len());
    let mut wrong = Vec::new();
    for bad in &list {
        let codes: BTreeSet<&str> = match csr::examine(&bad.text) {
            Ok(_) => BTreeSet::new(),
            Err(refused) => refused.faults.iter().map(|fault| fault.as_str()).collect(),
        };
        if codes != BTreeSet::from([bad.code]) {
            wrong.push((&bad.name, codes, bad.code));
        }
    }
    assert!(wrong.is_empty(), "of {}: {wrong:#?}", list.len());
}

/// A number beyond the limit is told by its length: were any rule of arithmetic asked, it would
/// have said that a power of two is even.
#[test]
fn no_arithmetic_is_done_with_numbers_beyond_the_limits() {
    let large = hostile::all().into_iter();
    let large: Vec<_> = large.filter(|bad| bad.code == hostile::TOO_LARGE).collect();
    assert_eq!(large.len(), 5);
    for bad in large {
        let refused = csr::examine(&bad.text).unwrap_err();
        assert_eq!(refused.faults.len(), 1, "{}", bad.name);
    }
}

/// A change of bytes, at a place that is a share of the length.
#[derive(Clone, Debug)]
enum Change {
    Flip(u8),
    Set(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Repeat(usize),
    Cut,
}

fn change() -> impl Strategy<Value = (usize, Change)> {
    let change = prop_oneof![
        (0..8_u8).prop_map(|bit| Change::Flip(1 << bit)),
        prop_oneof![
            Just(0),
            Just(0x7f),
            Just(0x80),
            Just(0x84),
            Just(0xff),
            any::<u8>()
        ]
        .prop_map(Change::Set),
        prop::collection::vec(any::<u8>(), 1..9).prop_map(Change::Insert),
        (1..40_usize).prop_map(Change::Remove),
        (1..200_usize).prop_map(Change::Repeat),
        Just(Change::Cut),
    ];
    (0..10_000_usize, change)
}

fn applied(mut bytes: Vec<u8>, changes: &[(usize, Change)]) -> Vec<u8> {
    for (place, change) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = place * bytes.len() / 10_000;
        let length = bytes.len();
        let end = |count: usize| length.min(at + count);
        match change {
            Change::Flip(mask) => bytes[at] ^= mask,
            Change::Set(value) => bytes[at] = *value,
            Change::Insert(more) => drop(bytes.splice(at..at, more.clone())),
            Change::Remove(count) => drop(bytes.drain(at..end(*count))),
            Change::Repeat(count) => {
                let copy = bytes[at..end(*count)].to_vec();
                drop(bytes.splice(at..at, copy));
            }
            Change::Cut => bytes.truncate(at),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,400}") {
        prop_assert!(csr::examine(&text).is_err());
    }

    #[test]
    fn no_bytes_in_armour_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(csr::examine(&maker::pem(maker::REQUEST, &bytes)).is_err());
    }

    /// A request whose bytes were changed under its signature proves nothing, unless the change
    /// left it a signature of the same key over the same info.
    #[test]
    fn a_changed_request_is_refused(changes in prop::collection::vec(change(), 1..4)) {
        let good = Maker::new(0x11).good();
        let bytes = applied(good.clone(), &changes);
        if let Ok(proven) = csr::examine(&maker::pem(maker::REQUEST, &bytes)) {
            prop_assert_eq!(&bytes, &good);
            prop_assert_eq!(proven.key().to_spki(), Maker::new(0x11).spki().encode());
        }
    }

    #[test]
    fn a_changed_text_is_no_other_request(changes in prop::collection::vec(change(), 1..6)) {
        let maker = Maker::new(0x11);
        let text = maker::pem(maker::REQUEST, &maker.good()).into_bytes();
        let text = String::from_utf8_lossy(&applied(text, &changes)).into_owned();
        if let Ok(proven) = csr::examine(&text) {
            prop_assert_eq!(proven.key().to_spki(), maker.spki().encode());
        }
    }

    /// Whoever signs what he has changed passes our reader only with what x509-parser reads the
    /// same way.
    #[test]
    fn what_we_accept_x509_parser_reads_alike(changes in prop::collection::vec(change(), 1..4)) {
        let maker = Maker::new(0x11);
        let info = applied(maker.info().encode(), &changes);
        let der = maker.signed(&crate::der::Der::Raw(info)).encode();
        if csr::examine(&maker::pem(maker::REQUEST, &der)).is_ok() {
            prop_assert!(agreed(&der), "{}", hex::encode(&der));
        }
    }
}

#[test]
fn the_limit_of_size_comes_first() {
    let good = maker::pem(maker::REQUEST, &Maker::new(0x11).good());
    let filled = |octets: usize| format!("{good}{}", "\n".repeat(octets - good.len()));
    assert!(csr::examine(&filled(MAX_TEXT)).is_ok());
    assert!(csr::examine(&filled(MAX_TEXT + 1)).is_err());
}
