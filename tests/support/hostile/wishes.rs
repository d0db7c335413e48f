//! Requests in order whose wishes a CA must not fulfil: each gives its key and nothing else.

use super::maker::*;
use crate::der::{self, Der};

/// Name and text; all have sound keys, so they are valid with warnings.
pub fn stripped() -> Vec<(String, String)> {
    let maker = Maker::new(0x44);
    let mut out = Vec::new();
    for (name, kind, value) in [
        ("basicConstraints CA", "2.5.29.19", "30030101ff"),
        ("keyUsage keyCertSign", "2.5.29.15", "03020106"),
        ("anyExtendedKeyUsage", "2.5.29.37", "300606042a868d00"),
        ("OCSP signing", "2.5.29.37", "300a06082b06010505070309"),
        (
            "a name of another",
            "2.5.29.17",
            "301581136d616c6c6f7279406578616d706c652e6f7267",
        ),
        ("a DNS name", "2.5.29.17", "300d820b6578616d706c652e636f6d"),
        ("EV policy", "2.5.29.32", "300730050603550001"),
        ("nameConstraints", "2.5.29.30", "3000"),
        ("own AIA", "1.3.6.1.5.5.7.1.1", "3000"),
        ("no revocation", "1.3.6.1.5.5.7.48.1.5", "0500"),
        ("bytes that are no DER", "2.5.29.17", "ffffffff"),
        ("unknown", "1.3.6.1.4.1.99999.4", "0500"),
    ] {
        let attributes = [extension_request([extension(kind, value)])];
        let info = info(subject("Mallory"), maker.spki(), attributes);
        out.push((
            format!("extension {name}"),
            pem(REQUEST, &maker.signed(&info).encode()),
        ));
    }
    out.extend(subjects(&maker));
    out.extend(armours(&maker));
    out
}

fn subjects(maker: &Maker) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (name, subject) in [
        (
            "of a government",
            der::sequence([
                rdn("2.5.4.6", der::text(der::PRINTABLE, "US")),
                rdn("2.5.4.10", der::utf8("Mallory Government")),
                rdn("2.5.4.97", der::utf8("GOVUS")),
            ]),
        ),
        (
            "of five common names",
            der::sequence(vec![rdn("2.5.4.3", der::utf8("Mallory")); 5]),
        ),
        (
            "with an address",
            der::sequence([rdn(
                "1.2.840.113549.1.9.1",
                der::text(der::IA5, "mallory@example.com"),
            )]),
        ),
        (
            "with a country of three letters",
            der::sequence([rdn("2.5.4.6", der::text(der::PRINTABLE, "MAL"))]),
        ),
        (
            "with an empty value",
            der::sequence([rdn("2.5.4.3", der::utf8(""))]),
        ),
        (
            "in Latin-1",
            der::sequence([rdn(
                "2.5.4.3",
                Der::Primitive(der::TELETEX, b"Mall\xf6ry".to_vec()),
            )]),
        ),
        (
            "with a NUL",
            der::sequence([rdn("2.5.4.3", der::utf8("Mallory\0.example.com"))]),
        ),
        (
            "with markup",
            der::sequence([rdn("2.5.4.3", der::utf8("<script>Mallory</script>'\"; --"))]),
        ),
        (
            "of 20 000 letters",
            der::sequence([rdn("2.5.4.3", der::utf8(&"Mallory".repeat(2857)))]),
        ),
    ] {
        let info = info(subject, maker.spki(), []);
        out.push((
            format!("subject {name}"),
            pem(REQUEST, &maker.signed(&info).encode()),
        ));
    }
    out
}

fn armours(maker: &Maker) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (name, text) in [
        (
            "BOM before",
            format!("\u{feff}{}", pem(REQUEST, &maker.good())),
        ),
        ("CRLF", pem(REQUEST, &maker.good()).replace('\n', "\r\n")),
        ("CR", pem(REQUEST, &maker.good()).replace('\n', "\r")),
        (
            "words around",
            format!("Zażółć:\n{}Mallory\n", pem(REQUEST, &maker.good())),
        ),
    ] {
        out.push((format!("armour with {name}"), text));
    }
    out
}

/// One request that wishes for everything at once.
pub fn greedy(maker: &Maker) -> String {
    let attributes = [
        extension_request([
            extension("2.5.29.19", "30030101ff"),
            extension("2.5.29.15", "03020106"),
            extension(
                "2.5.29.17",
                "301581136d616c6c6f7279406578616d706c652e6f7267",
            ),
        ]),
        attribute("1.2.840.113549.1.9.7", [der::utf8("Mallory's password")]),
    ];
    let subject = der::sequence([
        rdn("2.5.4.10", der::utf8("Mallory Government")),
        rdn("2.5.4.3", der::utf8("Mallory")),
    ]);
    let info = info(subject, maker.spki(), attributes);
    pem(REQUEST, &maker.signed(&info).encode())
}
