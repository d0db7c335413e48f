//! Ten thousand certificates from random valid requests: our rules over all, pkilint over some,
//! and the bits of their serials.

use std::{collections::HashSet, fmt::Write as _, fs, sync::LazyLock, time::Duration};

use chancery::{
    adapters::system::OsEntropy,
    pkix::{
        serial_number::SerialNumber,
        spki::{Curve, PublicKey},
    },
    policy::{key_policy, profile::leaf_type::LeafType},
    ports::entropy::random,
};
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PublicKeyData,
};

use crate::{
    issuer::{self, Issuer, Request},
    leaf::Leaf,
    pkilint::{self, Paper},
    requests::{self, Dice},
};

const COUNT: usize = 10_000;
/// How many of them pkilint judges.
const SAMPLE: usize = 200;
/// Requests differ from run to run only when `CHANCERY_SEED` says so.
const SEED: u64 = 20_261_122;

static RSA_KEYS: LazyLock<Vec<PublicKey>> = LazyLock::new(|| {
    let names = ["rsa-2048", "rsa-3072", "rsa-4096"];
    names.map(issuer::public_key).to_vec()
});

struct Made {
    leaf_type: LeafType,
    issuer: &'static Issuer,
    key: PublicKey,
    der: Vec<u8>,
    serial: Vec<u8>,
}

#[test]
#[ignore = "a stage of its own in tests/run"]
fn ten_thousand_random_requests_give_certificates_without_a_finding() {
    let seed = seed();
    let mut dice = Dice::new(seed);
    let made: Vec<Made> = (0..COUNT).map(|_| one(&mut dice)).collect();
    for certificate in &made {
        let found = certificate
            .issuer
            .judge(certificate.leaf_type, &certificate.der);
        assert!(
            found.is_empty(),
            "{found:?} in {}",
            hex::encode(&certificate.der)
        );
    }
    serials(&made);
    let sampled = sample(&mut dice, &made);
    let mut report = format!("{COUNT} certificates from random valid requests, seed {seed}\n");
    for (name, count) in kinds_of_key(&made) {
        writeln!(report, "   {name}: {count}").unwrap();
    }
    writeln!(
        report,
        "our rules: no finding\npkilint on {sampled}: no finding of warning or worse"
    )
    .unwrap();
    writeln!(
        report,
        "serials: {COUNT} distinct, 126 bits each that take both values evenly"
    )
    .unwrap();
    println!("{report}");
    fs::write(pkilint::reports().join("certificates.txt"), report).unwrap();
}

#[expect(
    clippy::disallowed_methods,
    reason = "who looks for faults asks for other requests"
)]
fn seed() -> u64 {
    std::env::var("CHANCERY_SEED").map_or(SEED, |seed| seed.parse().unwrap())
}

/// One certificate through builder and lint of production.
fn one(dice: &mut Dice) -> Made {
    let subject = requests::subject(dice);
    let profile = if dice.one_in(2) {
        &*issuer::MULTIPURPOSE
    } else {
        &*issuer::STRICT
    };
    let issuer: &'static Issuer = if dice.one_in(2) {
        &issuer::EC
    } else {
        &issuer::RSA
    };
    let key = key(dice);
    assert_eq!(key_policy::faults(&key), []);
    let first = "2026-11-22T12:00:00Z".parse::<chancery::domain::timestamp::Timestamp>();
    let three_years = 3 * 365 * 86_400_000;
    let later = Duration::from_millis(dice.next() % three_years);
    let days = if dice.one_in(2) {
        dice.of(&[365, 730])
    } else {
        u32::try_from(dice.between(1, 730)).unwrap()
    };
    let request = Request {
        profile,
        serial: SerialNumber::from_random(random(&OsEntropy).unwrap()),
        issued_at: first.unwrap().plus(later),
        days,
        key: &key,
        subject: &subject,
        email_in_subject: dice.one_in(8),
        partition: u32::try_from(dice.below(16)).unwrap(),
    };
    let linted = issuer
        .linted(&request)
        .unwrap_or_else(|refused| panic!("{refused}: {subject:?}"));
    let der = issuer.signed(&linted);
    let serial = Leaf::read(&der).serial().content();
    Made {
        leaf_type: profile.leaf_type(),
        issuer,
        key,
        der,
        serial,
    }
}

/// Elliptic keys are fresh; RSA keys take too long to make and come from a few.
fn key(dice: &mut Dice) -> PublicKey {
    let algorithm = match dice.below(4) {
        0 => return dice.of(&RSA_KEYS),
        1 => &PKCS_ECDSA_P256_SHA256,
        2 => &PKCS_ECDSA_P384_SHA384,
        _ => &PKCS_ECDSA_P521_SHA512,
    };
    let pair = KeyPair::generate_for(algorithm).unwrap();
    PublicKey::from_spki(&pair.subject_public_key_info()).unwrap()
}

const fn is_p521(key: &PublicKey) -> bool {
    matches!(
        key,
        PublicKey::Ec {
            curve: Curve::P521,
            ..
        }
    )
}

fn kinds_of_key(made: &[Made]) -> Vec<(&'static str, usize)> {
    let count = |wanted: fn(&PublicKey) -> bool| made.iter().filter(|one| wanted(&one.key)).count();
    vec![
        ("RSA", count(|key| matches!(key, PublicKey::Rsa { .. }))),
        (
            "P-256",
            count(|key| {
                matches!(
                    key,
                    PublicKey::Ec {
                        curve: Curve::P256,
                        ..
                    }
                )
            }),
        ),
        (
            "P-384",
            count(|key| {
                matches!(
                    key,
                    PublicKey::Ec {
                        curve: Curve::P384,
                        ..
                    }
                )
            }),
        ),
        ("P-521", count(is_p521)),
    ]
}

/// pkilint over some of them. It refuses P-521, which is lawful (`kinds.rs`).
fn sample(dice: &mut Dice, made: &[Made]) -> usize {
    let mut drawn = HashSet::new();
    while drawn.len() < SAMPLE {
        let at = dice.below(made.len());
        if !is_p521(&made[at].key) {
            drawn.insert(at);
        }
    }
    let paper = |at: &usize| Paper {
        name: format!("{at:05}.der"),
        leaf_type: made[*at].leaf_type,
        der: made[*at].der.clone(),
    };
    let papers: Vec<Paper> = drawn.iter().map(paper).collect();
    for (name, found) in pkilint::judge("sample", &papers) {
        assert!(found.is_empty(), "{name}: {found:?}");
    }
    papers.len()
}

/// S/MIME BR 7.1: positive, at most 20 octets, at least 64 bits of a CSPRNG.
fn serials(made: &[Made]) {
    let distinct: HashSet<&[u8]> = made.iter().map(|one| one.serial.as_slice()).collect();
    assert_eq!(distinct.len(), made.len(), "a serial came twice");
    for one in made {
        assert_eq!(one.serial.len(), 16);
        assert!(
            (0x40..0x80).contains(&one.serial[0]),
            "positive, and of one length"
        );
    }
    let numbers: Vec<u128> = made
        .iter()
        .map(|one| u128::from_be_bytes(one.serial.as_slice().try_into().unwrap()))
        .collect();
    // A bit that takes both values evenly, and independently of the serial before.
    let changes: Vec<u128> = numbers.windows(2).map(|pair| pair[0] ^ pair[1]).collect();
    for bit in 0..126 {
        for (what, values) in [("value", &numbers), ("change", &changes)] {
            let ones = values.iter().filter(|value| *value >> bit & 1 == 1).count();
            // Six standard deviations: one run in a million would fail by chance.
            let off = ones.abs_diff(values.len() / 2);
            assert!(
                off * off < 9 * values.len(),
                "{what} of bit {bit}: {ones} ones"
            );
        }
    }
}
