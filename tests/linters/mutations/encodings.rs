//! Bytes that mean the same, or nothing, in another encoding than DER.

use super::Area;
use crate::{
    der::{self, Der},
    leaf::{LOCALITY, Leaf},
};

/// A place of the certificate.
type Place = fn(&mut Leaf) -> &mut Der;

const PLACES: [(&str, Place); 14] = [
    ("certificate", |leaf| &mut leaf.0),
    ("tbs", |leaf| leaf.tbs()),
    ("version", |leaf| leaf.version()),
    ("serial", |leaf| leaf.serial()),
    ("inner-algorithm", |leaf| leaf.inner_algorithm()),
    ("outer-algorithm", |leaf| leaf.outer_algorithm()),
    ("issuer", |leaf| leaf.issuer()),
    ("validity", |leaf| leaf.validity()),
    ("not-before", |leaf| &mut leaf.validity().parts()[0]),
    ("subject", |leaf| leaf.subject()),
    ("subject-value", |leaf| leaf.attribute(LOCALITY)),
    ("key", |leaf| leaf.spki()),
    ("extensions", |leaf| leaf.tbs().parts().last_mut().unwrap()),
    ("signature", |leaf| leaf.signature()),
];

pub fn mutations(area: &mut Area) {
    for (name, place) in PLACES {
        area.add(
            format!("encoding-{name}-long-length"),
            move |leaf: &mut Leaf| {
                let place = place(leaf);
                *place = place.with_long_length();
            },
        );
        area.add(format!("encoding-{name}-null"), move |leaf: &mut Leaf| {
            *place(leaf) = der::null();
        });
        area.add(
            format!("encoding-{name}-tag-number-31"),
            move |leaf: &mut Leaf| {
                let place = place(leaf);
                let mut bytes = place.encode();
                // The same tag number in the form for high ones (X.690 8.1.2.4).
                let number = bytes[0] & 0x1f;
                bytes[0] |= 0x1f;
                bytes.insert(1, number);
                *place = Der::Raw(bytes);
            },
        );
    }
    for (name, place) in PLACES {
        if matches!(
            name,
            "serial" | "not-before" | "subject-value" | "signature"
        ) {
            continue;
        }
        area.add(
            format!("encoding-{name}-indefinite-length"),
            move |leaf: &mut Leaf| {
                let place = place(leaf);
                *place = place.with_indefinite_length();
            },
        );
        area.add(
            format!("encoding-{name}-trailing-null"),
            move |leaf: &mut Leaf| {
                place(leaf).parts().push(der::null());
            },
        );
    }
    versions(area);
    strings(area);
    ends(area);
}

fn versions(area: &mut Area) {
    for (name, octets) in [
        ("v1-written-out", vec![0]),
        ("v2", vec![1]),
        ("v4", vec![3]),
        ("of-two-octets", vec![0, 2]),
        ("negative", vec![0xff]),
        ("empty", vec![]),
    ] {
        area.add(format!("version-{name}"), move |leaf: &mut Leaf| {
            *leaf.version() = der::context(0, [der::integer(&octets)]);
        });
    }
    area.add("version-missing", |leaf| {
        leaf.tbs().parts().remove(0);
    });
    area.add("version-implicit", |leaf| {
        *leaf.version() = der::implicit(0, [2]);
    });
    for number in [1, 2] {
        area.add(format!("unique-id-{number}"), move |leaf: &mut Leaf| {
            let id = der::implicit(number, [0, 5]);
            let before_extensions = leaf.tbs().parts().len() - 1;
            leaf.tbs().parts().insert(before_extensions, id);
        });
    }
    area.add("tbs-unknown-field", |leaf| {
        leaf.tbs().parts().push(der::context(4, [der::null()]));
    });
    area.add("tbs-extensions-twice", |leaf| {
        let again = leaf.tbs().parts().last_mut().unwrap().clone();
        leaf.tbs().parts().push(again);
    });
}

fn strings(area: &mut Area) {
    area.add("subject-value-constructed-string", |leaf| {
        let text = leaf.attribute_text(LOCALITY);
        *leaf.attribute(LOCALITY) = Der::Constructed(0x2c, vec![der::utf8(&text)]);
    });
    area.add("signature-unused-bits", |leaf| {
        leaf.signature().octets()[0] = 3;
    });
    area.add("signature-empty", |leaf| {
        leaf.signature().octets().truncate(1)
    });
    area.add("signature-no-octets", |leaf| {
        leaf.signature().octets().clear()
    });
    area.add("signature-is-octet-string", |leaf| {
        leaf.signature().retag(der::OCTET_STRING);
    });
    area.add("key-bits-unused", |leaf| {
        leaf.spki().parts()[1].octets()[0] = 1;
    });
    area.add("key-bits-constructed", |leaf| {
        let bits = leaf.spki().parts()[1].clone();
        leaf.spki().parts()[1] = Der::Constructed(0x23, vec![bits]);
    });
    area.add("extension-value-constructed", |leaf| {
        let value = leaf.extensions()[0].parts()[1].clone();
        leaf.extensions()[0].parts()[1] = Der::Constructed(0x24, vec![value]);
    });
}

fn ends(area: &mut Area) {
    let trailing: [(&str, &[u8]); 3] = [
        ("nul", &[0]),
        ("newline", b"\n"),
        ("another-element", &[5, 0]),
    ];
    for (name, octets) in trailing {
        area.add(
            format!("certificate-followed-by-{name}"),
            move |leaf: &mut Leaf| {
                let bytes = leaf.encode();
                leaf.0 = Der::Raw([&bytes, octets].concat());
            },
        );
    }
    area.add("certificate-cut-short", |leaf| {
        let mut bytes = leaf.encode();
        bytes.pop();
        leaf.0 = Der::Raw(bytes);
    });
    area.add("certificate-empty", |leaf| leaf.0 = Der::Raw(Vec::new()));
    area.add("certificate-without-signature", |leaf| {
        leaf.0.parts().pop();
    });
    area.add("certificate-is-pem", |leaf| {
        let label = pem_rfc7468::LineEnding::LF;
        let text = pem_rfc7468::encode_string("CERTIFICATE", label, &leaf.encode()).unwrap();
        leaf.0 = Der::Raw(text.into_bytes());
    });
}
