//! Signature algorithms, public key algorithms, and keys.

use super::{Area, BASES, Base};
use crate::{
    der::{self, Der, hex},
    issuer,
    leaf::{KEY_USAGE, Leaf},
};

pub fn mutations(area: &mut Area) {
    signatures(area);
    lawful_keys(area);
    key_algorithms(area);
    moduli(area);
    exponents(area);
    points(area);
}

const RSA_SHA256: &str = "300d06092a864886f70d01010b0500";
const RSA_ENCRYPTION: &str = "300d06092a864886f70d0101010500";
const P256: &str = "301306072a8648ce3d020106082a8648ce3d030107";

fn signatures(area: &mut Area) {
    // Of any kind on either issuer; those that are lawful are so for one kind of issuer only.
    let algorithms: [(&str, String); 30] = [
        ("md5-rsa", "300d06092a864886f70d0101040500".into()),
        ("sha1-rsa", "300d06092a864886f70d0101050500".into()),
        ("sha224-rsa", "300d06092a864886f70d01010e0500".into()),
        ("sha256-rsa", RSA_SHA256.into()),
        ("sha384-rsa", "300d06092a864886f70d01010c0500".into()),
        ("sha512-rsa", "300d06092a864886f70d01010d0500".into()),
        (
            "sha256-rsa-without-null",
            "300b06092a864886f70d01010b".into(),
        ),
        (
            "sha256-rsa-with-empty-sequence",
            "300d06092a864886f70d01010b3000".into(),
        ),
        ("sha512-256-rsa", "300d06092a864886f70d0101100500".into()),
        ("rsa-encryption", RSA_ENCRYPTION.into()),
        ("pss-sha256", pss("01", "01", "20")),
        ("pss-sha384", pss("02", "02", "30")),
        ("pss-sha512", pss("03", "03", "40")),
        ("pss-sha256-mgf-sha1-oid", pss("01", "04", "20")),
        ("pss-hashes-differ", pss("01", "02", "20")),
        ("pss-salt-20", pss("01", "01", "14")),
        ("pss-defaults", "300d06092a864886f70d01010a3000".into()),
        (
            "pss-without-parameters",
            "300b06092a864886f70d01010a".into(),
        ),
        ("ecdsa-sha1", "300906072a8648ce3d0401".into()),
        ("ecdsa-sha224", "300a06082a8648ce3d040301".into()),
        ("ecdsa-sha256", "300a06082a8648ce3d040302".into()),
        ("ecdsa-sha384", "300a06082a8648ce3d040303".into()),
        ("ecdsa-sha512", "300a06082a8648ce3d040304".into()),
        (
            "ecdsa-sha384-with-null",
            "300c06082a8648ce3d0403030500".into(),
        ),
        ("dsa-sha256", "300b0609608648016503040302".into()),
        ("ed25519", "300506032b6570".into()),
        ("ed25519-with-null", "300706032b65700500".into()),
        ("ed448", "300506032b6571".into()),
        ("ml-dsa-44", "300b0609608648016503040311".into()),
        ("unknown", "300a06082b06010401868d1f".into()),
    ];
    for base in [Base::MultipurposeRsa, Base::StrictEc] {
        for (name, der) in &algorithms {
            let algorithm = hex(der);
            let name = format!("signature-{name}-{}", base.name());
            area.on(base, name, move |leaf| leaf.set_algorithm(&algorithm));
        }
    }
    area.on(Base::MultipurposeRsa, "signature-inner-differs", |leaf| {
        *leaf.inner_algorithm() = hex("300d06092a864886f70d01010c0500");
    });
    area.on(Base::StrictRsa, "signature-outer-differs", |leaf| {
        *leaf.outer_algorithm() = hex("300d06092a864886f70d01010c0500");
    });
    area.on(Base::StrictRsa, "signature-outer-without-null", |leaf| {
        *leaf.outer_algorithm() = hex("300b06092a864886f70d01010b");
    });
    area.on(Base::MultipurposeEc, "signature-outer-sha1", |leaf| {
        *leaf.outer_algorithm() = hex("300906072a8648ce3d0401");
    });
}

fn pss(hash: &str, mask: &str, salt: &str) -> String {
    format!(
        "304106092a864886f70d01010a3034a00f300d06096086480165030402{hash}0500\
         a11c301a06092a864886f70d010108300d06096086480165030402{mask}0500a2030201{salt}"
    )
}

/// The bits of another key of ours, with the usage that fits its kind.
fn replace_key(leaf: &mut Leaf, name: &str) {
    let mut spki = Der::read(&issuer::spki(name));
    let algorithm = spki.parts()[0].clone();
    let bits = spki.parts()[1].content();
    leaf.set_key(algorithm, &bits[1..]);
    let usage = if name.starts_with("rsa") {
        "030205a0"
    } else {
        "03020388"
    };
    leaf.set_value(KEY_USAGE, &hex(usage));
}

fn lawful_keys(area: &mut Area) {
    for base in BASES {
        for name in ["rsa-2048", "rsa-3072", "rsa-4096", "p256", "p384", "p521"] {
            area.on(base, format!("key-{name}-{}", base.name()), |leaf| {
                replace_key(leaf, name);
            });
        }
    }
}

fn key_algorithms(area: &mut Area) {
    let algorithms = [
        ("without-null", "300b06092a864886f70d010101"),
        ("with-empty-sequence", "300d06092a864886f70d0101013000"),
        ("pss", "300b06092a864886f70d01010a"),
        ("oaep", "300b06092a864886f70d010107"),
        ("x500", "30080604550801010500"),
        ("dsa", "300906072a8648ce380401"),
        ("sha256-rsa", RSA_SHA256),
    ];
    for (name, algorithm) in algorithms {
        area.on(
            Base::MultipurposeRsa,
            format!("rsa-key-algorithm-{name}"),
            |leaf| {
                leaf.spki().parts()[0] = hex(algorithm);
            },
        );
    }
    let algorithms = [
        ("without-curve", "300906072a8648ce3d0201"),
        ("null-curve", "300b06072a8648ce3d02010500"),
        ("p192", "301306072a8648ce3d020106082a8648ce3d030101"),
        ("p224", "301006072a8648ce3d020106052b81040021"),
        (
            "p384-with-a-p256-point",
            "301006072a8648ce3d020106052b81040022",
        ),
        ("secp256k1", "301006072a8648ce3d020106052b8104000a"),
        (
            "brainpool-p256r1",
            "301406072a8648ce3d020106092b2403030208010107",
        ),
        ("sm2", "301306072a8648ce3d020106082a811ccf5501822d"),
        ("ecdh", "301106052b8104010c06082a8648ce3d030107"),
        ("explicit-curve", "300b06072a8648ce3d02013000"),
        (
            "trailing-null",
            "301506072a8648ce3d020106082a8648ce3d0301070500",
        ),
    ];
    for (name, algorithm) in algorithms {
        area.on(Base::StrictEc, format!("ec-key-algorithm-{name}"), |leaf| {
            leaf.spki().parts()[0] = hex(algorithm);
        });
    }
    let others: [(&str, &str, usize, &str); 9] = [
        ("ed25519", "300506032b6570", 32, "03020780"),
        ("ed448", "300506032b6571", 57, "03020780"),
        ("x25519", "300506032b656e", 32, "03020308"),
        ("x448", "300506032b656f", 56, "03020308"),
        ("ml-dsa-44", "300b0609608648016503040311", 1312, "03020780"),
        ("ml-dsa-65", "300b0609608648016503040312", 1952, "03020780"),
        ("ml-kem-512", "300b0609608648016503040401", 800, "03020520"),
        ("ml-kem-768", "300b0609608648016503040402", 1184, "03020520"),
        ("slh-dsa", "300b0609608648016503040314", 32, "03020780"),
    ];
    for (name, algorithm, length, usage) in others {
        area.add(format!("key-{name}"), move |leaf: &mut Leaf| {
            leaf.set_key(hex(algorithm), &vec![7; length]);
            leaf.set_value(KEY_USAGE, &hex(usage));
        });
    }
}

/// The modulus of a key in `keys/`, without sign octet.
fn modulus(name: &str) -> Vec<u8> {
    let mut spki = Der::read(&issuer::spki(name));
    let bits = spki.parts()[1].content();
    let mut key = Der::read(&bits[1..]);
    key.parts()[0].content()[1..].to_vec()
}

/// An INTEGER of this magnitude.
fn unsigned(magnitude: &[u8]) -> Der {
    let sign: &[u8] = if magnitude[0] >= 0x80 { &[0] } else { &[] };
    der::integer(&[sign, magnitude].concat())
}

fn set_rsa(leaf: &mut Leaf, modulus: Der, exponent: Der) {
    let key = der::sequence([modulus, exponent]).encode();
    leaf.set_key(hex(RSA_ENCRYPTION), &key);
}

fn moduli(area: &mut Area) {
    let cut = |octets: usize| {
        let mut modulus = modulus("rsa-2048");
        modulus.truncate(octets);
        if let Some(last) = modulus.last_mut() {
            *last |= 1;
        }
        modulus
    };
    let changed = |change: fn(&mut Vec<u8>)| {
        let mut modulus = modulus("rsa-2048");
        change(&mut modulus);
        modulus
    };
    let moduli: [(&str, Vec<u8>); 12] = [
        ("512-bits", cut(64)),
        ("1024-bits", cut(128)),
        ("1536-bits", cut(192)),
        ("2040-bits", cut(255)),
        ("2047-bits", changed(|modulus| modulus[0] = 0x7f)),
        ("2041-bits", changed(|modulus| modulus[0] = 1)),
        (
            "even",
            changed(|modulus| *modulus.last_mut().unwrap() &= 0xfe),
        ),
        ("2056-bits", changed(|modulus| modulus.insert(0, 0xc1))),
        ("8200-bits", vec![0xc1; 1025]),
        ("16384-bits", vec![0xc1; 2048]),
        ("factor-3", times(&modulus("rsa-2048"), 3)),
        ("factor-751", times(&modulus("rsa-2048"), 751)),
    ];
    for (name, modulus) in moduli {
        area.on(
            Base::MultipurposeRsa,
            format!("rsa-modulus-{name}"),
            move |leaf| {
                set_rsa(leaf, unsigned(&modulus), der::integer(&[1, 0, 1]));
            },
        );
    }
    area.on(Base::StrictRsa, "rsa-modulus-negative", |leaf| {
        set_rsa(
            leaf,
            der::integer(&modulus("rsa-2048")),
            der::integer(&[1, 0, 1]),
        );
    });
    area.on(Base::StrictRsa, "rsa-modulus-zero", |leaf| {
        set_rsa(leaf, der::integer(&[0]), der::integer(&[1, 0, 1]));
    });
    area.on(Base::StrictRsa, "rsa-modulus-leading-zeros", |leaf| {
        let padded = [&[0, 0][..], &modulus("rsa-2048")].concat();
        set_rsa(leaf, der::integer(&padded), der::integer(&[1, 0, 1]));
    });
}

/// The modulus times a small number: longer by one octet, with a small factor.
fn times(magnitude: &[u8], factor: u32) -> Vec<u8> {
    let (mut carry, mut out) = (0_u32, Vec::new());
    for octet in magnitude.iter().rev() {
        let value = u32::from(*octet) * factor + carry;
        out.push(value.to_be_bytes()[3]);
        carry = value >> 8;
    }
    while carry > 0 {
        out.push(carry.to_be_bytes()[3]);
        carry >>= 8;
    }
    out.reverse();
    out
}

fn exponents(area: &mut Area) {
    let exponents: [(&str, Vec<u8>); 12] = [
        ("zero", vec![0]),
        ("one", vec![1]),
        ("two", vec![2]),
        ("three", vec![3]),
        ("17", vec![17]),
        ("65535", vec![0, 0xff, 0xff]),
        ("65536", vec![1, 0, 0]),
        ("65539", vec![1, 0, 3]),
        ("negative", vec![0x81, 0, 1]),
        ("leading-zero", vec![0, 1, 0, 1]),
        ("256-bits", [&[0][..], &[0xff; 32]].concat()),
        ("257-bits", [&[1][..], &[0xff; 32]].concat()),
    ];
    for (name, exponent) in exponents {
        area.on(
            Base::StrictRsa,
            format!("rsa-exponent-{name}"),
            move |leaf| {
                let modulus = unsigned(&modulus("rsa-2048"));
                set_rsa(leaf, modulus, der::integer(&exponent));
            },
        );
    }
    area.on(Base::StrictRsa, "rsa-key-third-number", |leaf| {
        let parts = [
            unsigned(&modulus("rsa-2048")),
            der::integer(&[1, 0, 1]),
            der::integer(&[5]),
        ];
        leaf.set_key(hex(RSA_ENCRYPTION), &der::sequence(parts).encode());
    });
    area.on(Base::StrictRsa, "rsa-key-trailing-octet", |leaf| {
        let parts = [unsigned(&modulus("rsa-2048")), der::integer(&[1, 0, 1])];
        let key = [der::sequence(parts).encode(), vec![0]].concat();
        leaf.set_key(hex(RSA_ENCRYPTION), &key);
    });
    area.on(Base::StrictRsa, "rsa-key-empty", |leaf| {
        leaf.set_key(hex(RSA_ENCRYPTION), &[]);
    });
}

fn points(area: &mut Area) {
    let point = || {
        let mut spki = Der::read(&issuer::spki("p256"));
        spki.parts()[1].content()[1..].to_vec()
    };
    let changed = move |change: fn(&mut Vec<u8>)| {
        let mut point = point();
        change(&mut point);
        point
    };
    let compressed = changed(|point| {
        point[0] = 2 + (point[64] & 1);
        point.truncate(33);
    });
    let points: [(&str, Vec<u8>); 10] = [
        ("compressed", compressed),
        ("hybrid", changed(|point| point[0] = 6 + (point[64] & 1))),
        ("infinity", vec![0]),
        ("empty", Vec::new()),
        ("off-the-curve", changed(|point| point[64] ^= 1)),
        ("coordinates-zero", [&[4][..], &[0; 64]].concat()),
        (
            "coordinates-beyond-the-field",
            [&[4][..], &[0xff; 64]].concat(),
        ),
        ("one-octet-short", changed(|point| point.truncate(64))),
        ("one-octet-more", changed(|point| point.push(0))),
        ("unknown-form", changed(|point| point[0] = 9)),
    ];
    for (name, point) in points {
        area.on(Base::StrictEc, format!("ec-point-{name}"), move |leaf| {
            leaf.set_key(hex(P256), &point);
        });
    }
}
