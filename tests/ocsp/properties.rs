//! What must hold of any octets.

use chancery::pkix::{
    ocsp::{
        cert_id::{CertId, NameHash},
        request::{Nonce, OcspRequest},
        response::{CertStatus, DataView, OcspView},
    },
    serial_number::SerialNumber,
};
use proptest::prelude::*;

use crate::world::{WORLD, serial};

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

fn request(hash: NameHash, serial: &SerialNumber, nonce: Option<&[u8]>) -> OcspRequest {
    OcspRequest {
        cert_id: CertId::of(hash, &WORLD.ca, serial),
        nonce: nonce.map(|octets| Nonce::new(octets).unwrap()),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_request_is_read_as_it_was_written(
        random: [u8; 16],
        sha256: bool,
        nonce in proptest::option::of(proptest::collection::vec(any::<u8>(), 1..=128)),
    ) {
        let hash = if sha256 { NameHash::Sha256 } else { NameHash::Sha1 };
        let serial = SerialNumber::from_random(random);
        let made = request(hash, &serial, nonce.as_deref());
        let read = OcspRequest::parse(&made.to_der()).unwrap();
        prop_assert_eq!(&read, &made);
        prop_assert_eq!(read.cert_id.serial(), &serial);
    }

    /// One question has one encoding: what is read of changed octets is written as those octets,
    /// or holds parts that are allowed and not kept.
    #[test]
    fn no_octets_are_read_as_another_question(
        at in any::<proptest::sample::Index>(),
        octet: u8,
        cut in any::<proptest::sample::Index>(),
    ) {
        let asked = request(NameHash::Sha1, &serial("4a11c0de4a11c0de"), Some(&[7; 16]));
        let whole = asked.to_der();
        let mut changed = whole.clone();
        let place = at.index(changed.len());
        changed[place] = octet;
        if let Ok(read) = OcspRequest::parse(&changed) {
            prop_assert!(changed == whole || read != asked || read.nonce.is_some());
            let id = read.cert_id.as_der();
            prop_assert!(changed.windows(id.len()).any(|part| part == id));
        }
        let short = &whole[..cut.index(whole.len())];
        prop_assert!(OcspRequest::parse(short).is_err());
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = OcspRequest::parse(&octets);
        let _ = OcspView::parse(&octets);
        let _ = DataView::parse(&octets);
    }

    #[test]
    fn a_changed_answer_is_read_or_refused(at in any::<proptest::sample::Index>(), octet: u8) {
        let asked = request(NameHash::Sha256, &serial("4a11"), None);
        let mut answer = WORLD.answer(&asked, CertStatus::Good);
        let place = at.index(answer.len());
        answer[place] = octet;
        if let Ok(view) = OcspView::parse(&answer) {
            let _ = DataView::parse(view.data);
        }
    }
}
