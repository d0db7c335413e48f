//! What people paste: other files, damaged files, several files, and private keys.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};

use super::{CERTIFICATE, Hostile, MALFORMED, NOT_PEM, PRIVATE_KEY, maker::*};
use crate::der;

const BEGIN: &str = "-----BEGIN CERTIFICATE REQUEST-----\n";
const END: &str = "-----END CERTIFICATE REQUEST-----\n";

pub fn all() -> Vec<Hostile> {
    let maker = Maker::new(0x11);
    let mut out = labels(&maker);
    out.extend(damage(&maker));
    out.extend(several(&maker));
    out.extend(private_keys());
    out.extend(bare_keys());
    out
}

fn labels(maker: &Maker) -> Vec<Hostile> {
    let good = maker.good();
    let with =
        |label: &str, code| Hostile::text(format!("labelled {label}"), code, pem(label, &good));
    let mut out: Vec<Hostile> = [
        "PUBLIC KEY",
        "RSA PUBLIC KEY",
        "SSH2 PUBLIC KEY",
        "PKCS7",
        "CMS",
        "X509 CRL",
        "EC PARAMETERS",
        "DH PARAMETERS",
        "ATTRIBUTE CERTIFICATE",
        "OCSP REQUEST",
        "CSR",
        "X509 CERTIFICATE REQUEST",
        "OLD CERTIFICATE REQUEST",
        "certificate request",
        "CERTIFICATE REQUEST ",
        " CERTIFICATE REQUEST",
        "CERTIFICATE  REQUEST",
        "",
    ]
    .map(|label| with(label, NOT_PEM))
    .into();
    out.extend(
        ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]
            .map(|label| with(label, CERTIFICATE)),
    );
    for (name, text) in [
        ("no text", String::new()),
        ("blanks", " \r\n\t\n".to_owned()),
        (
            "words",
            "Dear CA, please find my request attached.".to_owned(),
        ),
        ("base64 alone", STANDARD.encode(&good)),
        ("hex", hex::encode(&good)),
        (
            "SSH key",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHh5 me@example.com".to_owned(),
        ),
        ("four dashes", pem(REQUEST, &good).replace("-----", "----")),
        (
            "other dashes",
            pem(REQUEST, &good).replace("-----", "\u{2013}\u{2013}\u{2013}"),
        ),
        ("minus signs", pem(REQUEST, &good).replace('-', "\u{2212}")),
        (
            "begin in small letters",
            pem(REQUEST, &good).replace("BEGIN", "begin"),
        ),
        (
            "XML",
            "<CertificateRequest>MIIB</CertificateRequest>".to_owned(),
        ),
        ("JSON", "{\"csr\":\"MIIB\"}".to_owned()),
        (
            "JWK",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}".to_owned(),
        ),
        ("SPKAC", format!("SPKAC={}", STANDARD.encode(&good))),
        ("NULs", "\0".repeat(1000)),
        ("UTF-16 read as Latin-1", spaced(&pem(REQUEST, &good))),
    ] {
        out.push(Hostile::text(name, NOT_PEM, text));
    }
    out
}

fn spaced(text: &str) -> String {
    text.chars().flat_map(|c| [c, '\0']).collect()
}

fn damage(maker: &Maker) -> Vec<Hostile> {
    let good = pem(REQUEST, &maker.good());
    let body = good.replace(BEGIN, "").replace(END, "");
    let with = |name: &str, text: String| Hostile::text(name, MALFORMED, text);
    let around = |name: &str, body: &str| with(name, format!("{BEGIN}{body}{END}"));
    let inside = |name: &str, what: &str| {
        let (head, tail) = body.split_at(20);
        around(name, &format!("{head}{what}{tail}"))
    };
    let padded = padded(maker);
    let bare = padded.trim_end_matches('=');
    vec![
        with("begin alone", BEGIN.to_owned()),
        with("no end", format!("{BEGIN}{body}")),
        with(
            "half an end",
            good.trim_end().trim_end_matches('-').to_owned(),
        ),
        with(
            "end of another label",
            good.replace("END CERTIFICATE", "END NEW CERTIFICATE"),
        ),
        with("end in small letters", good.replace("-----END", "-----end")),
        with("begin twice", format!("{BEGIN}{good}")),
        around("no content", ""),
        around("one letter", "A\n"),
        around("dots", "....\n"),
        around("hex in armour", &hex::encode(maker.good())),
        around("base64 twice", &STANDARD.encode(&body)),
        around(
            "base64 for addresses",
            &format!("-_{}", URL_SAFE.encode(maker.good())),
        ),
        around("padding missing", bare),
        around("padding too long", &format!("{padded}=")),
        around("padding within", &format!("{padded}AAAA")),
        around("bits behind the end", &bits_behind(bare)),
        around("a header", &format!("Proc-Type: 4,CLEAR\n\n{body}")),
        around("a checksum of PGP", &format!("{body}=njUN\n")),
        inside("NUL within", "\0"),
        inside("BOM within", "\u{feff}"),
        inside("zero-width space within", "\u{200b}"),
        inside("no-break space within", "\u{a0}"),
        inside("Latin-1 letter within", "\u{e9}"),
        inside("quotation mark within", "> "),
        inside("line end written out", "\\n"),
        inside("end of text within", "\u{1a}"),
        with("lines quoted in a mail", good.replace('\n', "\n> ")),
        Hostile::text(
            "far too long",
            MALFORMED,
            format!("{good}{}", " ".repeat(64 * 1024)),
        ),
        with("long content", pem(REQUEST, &vec![0x30; 40_000])),
        with("nothing but NULs", pem(REQUEST, &[0; 1000])),
        with("frames in frames", pem(REQUEST, &nested(12_000))),
        with(
            "a number of 40 000 octets",
            pem(REQUEST, &der::integer(&[1; 40_000]).encode()),
        ),
        with(
            "thousands of elements",
            pem(REQUEST, &der::sequence(vec![der::null(); 20_000]).encode()),
        ),
    ]
}

/// Base64 of a good request whose last group holds two padding letters.
fn padded(maker: &Maker) -> String {
    loop {
        let good = maker.good();
        if good.len() % 3 == 1 {
            return STANDARD.encode(good);
        }
    }
}

/// The same octets, but bits that no octet holds are set.
fn bits_behind(bare: &str) -> String {
    let (head, last) = bare.split_at(bare.len() - 1);
    let other = match last {
        "A" => 'B',
        "Q" => 'R',
        "g" => 'h',
        _ => 'x',
    };
    format!("{head}{other}==")
}

/// Indefinite frames, each in the one before.
fn nested(levels: usize) -> Vec<u8> {
    [0x30, 0x80].repeat(levels)
}

fn several(maker: &Maker) -> Vec<Hostile> {
    let one = pem(REQUEST, &maker.good());
    let other = pem(REQUEST, &Maker::new(0x33).good());
    let key = pem("PUBLIC KEY", &maker.spki().encode());
    let certificate = pem("CERTIFICATE", &maker.good());
    let with = |name: &str, text: String| Hostile::text(name, MALFORMED, text);
    vec![
        with("the same twice", format!("{one}{one}")),
        with("two requests", format!("{one}{other}")),
        with(
            "two labels",
            format!("{one}{}", other.replace("CERT", "NEW CERT")),
        ),
        with("certificate behind", format!("{one}{certificate}")),
        with("certificate before", format!("{certificate}{one}")),
        with("public key behind", format!("{one}{key}")),
        with("public key before", format!("{key}{one}")),
        with("unknown block behind", format!("{one}{}", pem("FOO", b"x"))),
        with("half a block behind", format!("{one}{BEGIN}")),
        with("half a block before", format!("{BEGIN}MIIB\n{one}")),
        with("seventeen requests", one.repeat(17)),
        Hostile::text(
            "fifty blocks, then a request",
            NOT_PEM,
            format!("{}{one}", key.repeat(50)),
        ),
        with(
            "one block in another",
            one.replacen("MI", &format!("{key}MI"), 1),
        ),
    ]
}

/// These keys are burnt, so no other request here has them.
fn private_keys() -> Vec<Hostile> {
    let maker = Maker::new(0x22);
    let request = pem(REQUEST, &maker.good());
    let key = pem("EC PRIVATE KEY", &maker.private);
    let with = |name: &str, text: String| Hostile::text(name, PRIVATE_KEY, text);
    let beside = |name: &str, text: &str| with(name, format!("{request}{text}\n"));
    vec![
        with("a private key", key.clone()),
        beside("private key behind", &key),
        with("private key before", format!("{key}{request}")),
        with("private key between", format!("{request}{key}{request}")),
        beside("private key with CRLF", &key.replace('\n', "\r\n")),
        beside("private key in CR", &key.replace('\n', "\r")),
        beside("private key in one line", &key.replace('\n', " ")),
        beside("private key indented", &key.replace('\n', "\n    ")),
        beside("private key in small letters", &key.to_lowercase()),
        beside(
            "private key between other dashes",
            &key.replace("-----", "\u{2014}"),
        ),
        beside(
            "private key with four dashes",
            &key.replace("-----", "----"),
        ),
        beside("private key cut", &key[..60]),
        beside("end of a private key", "-----END EC PRIVATE KEY-----"),
        beside(
            "encrypted private key",
            &pem("ENCRYPTED PRIVATE KEY", b"\x30\x00"),
        ),
        beside(
            "encrypted in the old way",
            &key.replacen('\n', "\nProc-Type: 4,ENCRYPTED\n\n", 1),
        ),
        beside("OpenSSH", &pem("OPENSSH PRIVATE KEY", b"openssh-key-v1\0")),
        beside("PGP", "-----BEGIN PGP PRIVATE KEY BLOCK-----"),
        beside("PuTTY", "PuTTY-User-Key-File-3: ecdsa-sha2-nistp256"),
        beside("PKCS #12", &pem("PKCS12", b"\x30\x00")),
        beside(
            "JWK with d",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"IiIi\"}",
        ),
        beside(
            "XML with D",
            "<RSAKeyValue><Modulus>AA</Modulus><D>AA</D></RSAKeyValue>",
        ),
        beside(
            "text of an EC key",
            "Private-Key: (256 bit)\npriv:\n    22:22",
        ),
        beside("text of an RSA key", "privateExponent:\n    00:22"),
        beside(
            "behind sixteen blocks",
            &format!("{}{key}", pem("FOO", b"x").repeat(16)),
        ),
    ]
}

/// The key where only its bytes give it away.
fn bare_keys() -> Vec<Hostile> {
    let maker = Maker::new(0x22);
    let request = pem(REQUEST, &maker.good());
    let der = &maker.private;
    let digits = STANDARD.encode(der);
    let with = |name: &str, text: String| Hostile::text(name, PRIVATE_KEY, text);
    let beside = |name: &str, text: &str| with(name, format!("{request}{text}\n"));
    vec![
        beside("private key without armour", &digits),
        beside(
            "private key in lines without armour",
            &format!("{}\n{}", &digits[..64], &digits[64..]),
        ),
        beside(
            "private key in CRLF lines without armour",
            &format!("{}\r\n{}\r\n", &digits[..64], &digits[64..]),
        ),
        with("private key alone, without armour", digits.clone()),
        with(
            "private key before, without armour",
            format!("{digits}\n{request}"),
        ),
        beside("private key as a certificate", &pem("CERTIFICATE", der)),
        beside("private key as a public one", &pem("PUBLIC KEY", der)),
        with("private key as a request", pem(REQUEST, der)),
        with(
            "private key behind the request's DER",
            pem(REQUEST, &[maker.good(), der.clone()].concat()),
        ),
        with(
            "private key before the request's DER",
            pem(REQUEST, &[der.clone(), maker.good()].concat()),
        ),
    ]
}
