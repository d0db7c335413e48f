//! Keys that may not be certified and signatures that prove nothing.

use num_bigint::BigUint;

use super::{
    ALGORITHM, CURVE, EXPONENT, Hostile, MALFORMED, SIGNATURE, TOO_LARGE, TOO_SMALL, WEAK, fixture,
    maker::*,
};
use crate::der::{self, Der};

const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_SHA256: &str = "1.2.840.113549.1.1.11";

pub fn all() -> Vec<Hostile> {
    let maker = Maker::new(0x11);
    let mut out = algorithms(&maker);
    out.extend(points(&maker));
    out.extend(moduli());
    out.extend(exponents());
    out.extend(signatures(&maker));
    out.extend(other_signatures(&maker));
    out.extend(rsa_signatures());
    out
}

/// An EC maker's signature over an info with another key: the key is judged first.
fn keyed(maker: &Maker, name: impl Into<String>, code: &'static str, spki: Der) -> Hostile {
    let info = info(subject("Mallory"), spki, []);
    Hostile::tree(name, code, &maker.signed(&info))
}

fn algorithms(maker: &Maker) -> Vec<Hostile> {
    let mut out = Vec::new();
    for (name, oid, octets) in [
        ("X25519", "1.3.101.110", 32),
        ("X448", "1.3.101.111", 56),
        ("Ed25519", "1.3.101.112", 32),
        ("Ed448", "1.3.101.113", 57),
        ("ML-DSA-44", "2.16.840.1.101.3.4.3.17", 1312),
        ("ML-DSA-65", "2.16.840.1.101.3.4.3.18", 1952),
        ("ML-DSA-87", "2.16.840.1.101.3.4.3.19", 2592),
        ("SLH-DSA", "2.16.840.1.101.3.4.3.20", 32),
        ("ML-KEM-512", "2.16.840.1.101.3.4.4.1", 800),
        ("ML-KEM-768", "2.16.840.1.101.3.4.4.2", 1184),
        ("DSA", "1.2.840.10040.4.1", 128),
        ("Diffie-Hellman", "1.2.840.10046.2.1", 128),
        ("RSA-PSS", "1.2.840.113549.1.1.10", 270),
        ("RSA-OAEP", "1.2.840.113549.1.1.7", 270),
        ("ECDH", "1.3.132.1.12", 65),
        ("GOST", "1.2.643.7.1.1.1.1", 64),
        ("unknown", "1.3.6.1.4.1.99999.1", 32),
    ] {
        let spki = spki([der::oid(oid)], &vec![7; octets]);
        out.push(keyed(maker, format!("key of {name}"), ALGORITHM, spki));
    }
    for (name, curve) in [
        ("P-192", "1.2.840.10045.3.1.1"),
        ("P-224", "1.3.132.0.33"),
        ("secp256k1", "1.3.132.0.10"),
        ("brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7"),
        ("brainpoolP384r1", "1.3.36.3.3.2.8.1.1.11"),
        ("sect283r1", "1.3.132.0.17"),
        ("SM2", "1.2.156.10197.1.301"),
        ("unknown", "1.3.6.1.4.1.99999.2"),
    ] {
        let spki = spki([der::oid(EC_PUBLIC_KEY), der::oid(curve)], &maker.point());
        out.push(keyed(maker, format!("curve {name}"), CURVE, spki));
    }
    for (name, parameters) in [
        ("curve of the issuer", vec![der::null()]),
        ("no curve", vec![]),
        ("two curves", vec![der::oid(P256), der::oid(P256)]),
        ("explicit curve", vec![der::sequence([der::integer(&[1])])]),
    ] {
        let algorithm = [vec![der::oid(EC_PUBLIC_KEY)], parameters].concat();
        let spki = spki(algorithm, &maker.point());
        out.push(keyed(maker, name, CURVE, spki));
    }
    out
}

fn points(maker: &Maker) -> Vec<Hostile> {
    let good = maker.point();
    let with = |name: &str, code, point: &[u8]| {
        let spki = spki([der::oid(EC_PUBLIC_KEY), der::oid(P256)], point);
        keyed(maker, name, code, spki)
    };
    let flipped = |at: usize| {
        let mut point = good.clone();
        point[at] ^= 1;
        point
    };
    let unused = |count: u8| {
        let mut point = good.clone();
        *point.last_mut().unwrap() = 0;
        let algorithm = der::sequence([der::oid(EC_PUBLIC_KEY), der::oid(P256)]);
        der::sequence([algorithm, der::bit_string(count, &point)])
    };
    let form = |first: u8, octets: usize| [&[first], &good[1..=octets]].concat();
    let other = [der::oid(EC_PUBLIC_KEY), der::oid("1.3.132.0.34")];
    vec![
        with("compressed point, even", ALGORITHM, &form(2, 32)),
        with("compressed point, odd", ALGORITHM, &form(3, 32)),
        with("hybrid point, even", ALGORITHM, &form(6, 64)),
        with("hybrid point, odd", ALGORITHM, &form(7, 64)),
        with("point at infinity", MALFORMED, &[0]),
        with("no point", MALFORMED, &[]),
        with("point one short", MALFORMED, &good[..64]),
        with("point one long", MALFORMED, &[&good[..], &[0]].concat()),
        with("point of another form", MALFORMED, &form(5, 64)),
        with("x changed", WEAK, &flipped(1)),
        with("y changed", WEAK, &flipped(64)),
        with("point of zeros", WEAK, &[&[4][..], &[0; 64]].concat()),
        with(
            "coordinates beyond the field",
            WEAK,
            &[&[4][..], &[0xff; 64]].concat(),
        ),
        keyed(maker, "unused bit in the key", MALFORMED, unused(1)),
        keyed(maker, "seven unused bits in the key", MALFORMED, unused(7)),
        keyed(maker, "P-256 point on P-384", MALFORMED, spki(other, &good)),
    ]
}

fn rsa(name: impl Into<String>, code: &'static str, modulus: &[u8], exponent: &[u8]) -> Hostile {
    let key = der::sequence([der::integer(modulus), der::integer(exponent)]);
    let spki = spki([der::oid(RSA), der::null()], &key.encode());
    let info = info(subject("Mallory"), spki, []);
    let algorithm = der::sequence([der::oid(RSA_SHA256), der::null()]);
    let tree = request(info, algorithm, der::bit_string(0, &[1; 256]));
    Hostile::tree(name, code, &tree)
}

/// The modulus of a sound key with 2048 bits.
fn modulus() -> BigUint {
    let mut tree = Der::read(&unpem(&fixture("openssl-rsa-2048.pem")));
    let spki = &mut tree.parts()[0].parts()[2];
    let bits = spki.parts()[1].content();
    let number = Der::read(&bits[1..]).parts()[0].content();
    BigUint::from_bytes_be(&number)
}

/// INTEGER octets of a number.
fn octets(number: &BigUint) -> Vec<u8> {
    let digits = number.to_bytes_be();
    if digits[0] & 0x80 == 0 {
        digits
    } else {
        [&[0], digits.as_slice()].concat()
    }
}

const F4: [u8; 3] = [1, 0, 1];

fn moduli() -> Vec<Hostile> {
    let mut out = Vec::new();
    let with = |name: String, code, number: &BigUint| rsa(name, code, &octets(number), &F4);
    let one = BigUint::from(1_u8);
    for bits in [512_usize, 768, 1024, 1536, 2040, 2047] {
        let number = (&one << (bits - 1)) + &one;
        out.push(with(format!("RSA of {bits} bits"), TOO_SMALL, &number));
    }
    // Powers of two: any rule of arithmetic would say more than that they are too large.
    for bits in [8193_usize, 8200, 16_384, 65_536, 262_144] {
        let number = &one << (bits - 1);
        out.push(with(format!("RSA of {bits} bits"), TOO_LARGE, &number));
    }
    for bits in [2049_usize, 2052, 2055] {
        let number = (&one << (bits - 1)) + &one;
        out.push(with(format!("RSA of {bits} bits"), WEAK, &number));
    }
    let good = modulus();
    for factor in [2_u16, 3, 5, 7, 11, 101, 251, 257, 499, 733, 743, 751] {
        let number = &good - (&good % factor);
        out.push(with(format!("modulus times {factor}"), WEAK, &number));
    }
    let half = &good >> 1024_usize;
    let odd = (&half | &one) | (BigUint::from(3_u8) << 1022_usize);
    out.push(with("a square".to_owned(), WEAK, &(&odd * &odd)));
    let near = &odd * (&odd + 2_u8);
    out.push(with("neighbours".to_owned(), WEAK, &near));
    for (name, integer) in [
        ("modulus negative", vec![0x80; 256]),
        (
            "modulus padded",
            [&[0, 0], octets(&good).as_slice()].concat(),
        ),
        ("modulus of nothing", vec![]),
    ] {
        out.push(rsa(name, MALFORMED, &integer, &F4));
    }
    out.push(rsa("modulus zero", TOO_SMALL, &[0], &F4));
    out.push(rsa("modulus one", TOO_SMALL, &[1], &F4));
    out
}

fn exponents() -> Vec<Hostile> {
    let good = octets(&modulus());
    let mut out = Vec::new();
    for exponent in [
        &[0][..],
        &[1],
        &[2],
        &[3],
        &[17],
        &[1, 1],
        &[0, 0xff, 0xff],
        &[1, 0, 0],
        &[1, 0, 2],
    ] {
        out.push(rsa(
            format!("exponent {exponent:02x?}"),
            EXPONENT,
            &good,
            exponent,
        ));
    }
    let mut long = vec![1; 33];
    out.push(rsa("exponent of 257 bits", EXPONENT, &good, &long));
    long.resize(4096, 1);
    out.push(rsa("exponent of 32 768 bits", EXPONENT, &good, &long));
    for exponent in [&[][..], &[0xff], &[0, 1, 0, 1]] {
        out.push(rsa(
            format!("exponent {exponent:02x?}"),
            MALFORMED,
            &good,
            exponent,
        ));
    }
    let key = der::sequence([der::integer(&good), der::integer(&F4)]);
    let three = der::sequence([der::integer(&good), der::integer(&F4), der::integer(&[1])]);
    let maker = Maker::new(0x11);
    for (name, algorithm, key) in [
        ("RSA without NULL", vec![der::oid(RSA)], key.encode()),
        (
            "RSA with a curve",
            vec![der::oid(RSA), der::oid(P256)],
            key.encode(),
        ),
        (
            "RSA with two NULLs",
            vec![der::oid(RSA), der::null(), der::null()],
            key.encode(),
        ),
        (
            "RSA with three numbers",
            vec![der::oid(RSA), der::null()],
            three.encode(),
        ),
        (
            "RSA with a point",
            vec![der::oid(RSA), der::null()],
            maker.point(),
        ),
        (
            "RSA with more",
            vec![der::oid(RSA), der::null()],
            [key.encode(), vec![0]].concat(),
        ),
    ] {
        out.push(keyed(&maker, name, MALFORMED, spki(algorithm, &key)));
    }
    out
}

fn signatures(maker: &Maker) -> Vec<Hostile> {
    let info = maker.info();
    let good = maker.sign(&info.encode());
    let with = |name: &str, bits: Der| {
        let tree = request(info.clone(), ecdsa_sha256(), bits);
        Hostile::tree(name, SIGNATURE, &tree)
    };
    let over = |name: &str, signature: &[u8]| with(name, der::bit_string(0, signature));
    let pair = |r: &[u8], s: &[u8]| der::sequence([der::integer(r), der::integer(s)]).encode();
    let mut numbers = Der::read(&good);
    let r = numbers.parts()[0].content();
    let s = numbers.parts()[1].content();
    let flipped = |at: usize| {
        let mut signature = good.clone();
        signature[at] ^= 1;
        signature
    };
    vec![
        over("signature empty", &[]),
        over("signature of zeros", &[0; 70]),
        over("signature cut", &good[..good.len() - 1]),
        over("signature with more", &[&good[..], &[0]].concat()),
        over("signature with r changed", &flipped(10)),
        over("signature with s changed", &flipped(good.len() - 1)),
        over("signature of zero and zero", &pair(&[0], &[0])),
        over("signature of one and one", &pair(&[1], &[1])),
        over("signature with r alone", &pair(&r, &[0])),
        over("signature with s alone", &pair(&[0], &s)),
        over("signature swapped", &pair(&s, &r)),
        over("signature with a huge r", &pair(&[1; 4000], &s)),
        over("signature with r negative", &pair(&[0xff; 32], &s)),
        over(
            "signature padded",
            &pair(&[&[0, 0], r.as_slice()].concat(), &s),
        ),
        over("signature without its frame", &[r.as_slice(), &s].concat()),
        over(
            "signature of another key",
            &Maker::new(0x33).sign(&info.encode()),
        ),
        over(
            "signature over another name",
            &maker.sign(&other(maker).encode()),
        ),
        over(
            "signature over the key only",
            &maker.sign(&maker.spki().encode()),
        ),
        over("signature over nothing", &maker.sign(&[])),
    ]
}

/// Another request's info with the same key.
fn other(maker: &Maker) -> Der {
    info(subject("Alice"), maker.spki(), [])
}

fn other_signatures(maker: &Maker) -> Vec<Hostile> {
    let info = maker.info();
    let bits = || der::bit_string(0, &maker.sign(&info.encode()));
    let named = |oid: &str| der::sequence([der::oid(oid)]);
    let mut out = Vec::new();
    for (name, algorithm) in [
        ("ECDSA with SHA-1", named("1.2.840.10045.4.1")),
        ("ECDSA with SHA-224", named("1.2.840.10045.4.3.1")),
        ("ECDSA with SHA3-256", named("2.16.840.1.101.3.4.3.10")),
        (
            "ECDSA with a digest named apart",
            named("1.2.840.10045.4.3"),
        ),
        ("Ed25519", named("1.3.101.112")),
        (
            "RSA with SHA-256",
            der::sequence([der::oid(RSA_SHA256), der::null()]),
        ),
        ("SHA-256 alone", named("2.16.840.1.101.3.4.2.1")),
        ("no signature (RFC 9925)", named("1.3.6.1.5.5.7.6.36")),
        ("unknown", named("1.3.6.1.4.1.99999.3")),
        (
            "ECDSA with NULL",
            der::sequence([der::oid("1.2.840.10045.4.3.2"), der::null()]),
        ),
        ("nothing", der::sequence([])),
    ] {
        let tree = request(info.clone(), algorithm, bits());
        out.push(Hostile::tree(
            format!("signed with {name}"),
            ALGORITHM,
            &tree,
        ));
    }
    let unused = der::bit_string(1, &[0x30, 0]);
    let tree = request(info, ecdsa_sha256(), unused);
    out.push(Hostile::tree(
        "signature with an unused bit",
        MALFORMED,
        &tree,
    ));
    out
}

/// On a request that OpenSSL has signed.
fn rsa_signatures() -> Vec<Hostile> {
    let good = Der::read(&unpem(&fixture("openssl-rsa-2048.pem")));
    let mut out = Vec::new();
    let with = |change: &dyn Fn(&mut Vec<Der>)| {
        let mut tree = good.clone();
        change(tree.parts());
        tree
    };
    for (name, oid) in [
        ("MD2", "1.2.840.113549.1.1.2"),
        ("MD5", "1.2.840.113549.1.1.4"),
        ("SHA-1", "1.2.840.113549.1.1.5"),
        ("SHA-224", "1.2.840.113549.1.1.14"),
        ("SHA-512/256", "1.2.840.113549.1.1.16"),
        ("PSS of defaults", "1.2.840.113549.1.1.10"),
        ("no digest", RSA),
    ] {
        let algorithm = der::sequence([der::oid(oid), der::null()]);
        let tree = with(&|parts| parts[1] = algorithm.clone());
        out.push(Hostile::tree(format!("RSA with {name}"), ALGORITHM, &tree));
    }
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 6] = [
        ("flipped", |bits| bits[100] ^= 1),
        ("cut", |bits| bits.truncate(256)),
        ("longer", |bits| bits.push(0)),
        ("padded", |bits| bits.insert(1, 0)),
        ("of zeros", |bits| bits[1..].fill(0)),
        ("beyond the modulus", |bits| bits[1..].fill(0xff)),
    ];
    for (name, change) in changes {
        let tree = with(&|parts| change(parts[2].octets()));
        out.push(Hostile::tree(
            format!("RSA signature {name}"),
            SIGNATURE,
            &tree,
        ));
    }
    let tree = with(&|parts| parts[0].parts()[1] = subject("Alice"));
    out.push(Hostile::tree("RSA subject changed", SIGNATURE, &tree));
    out
}
