//! Other readers of the same requests: what we accept they accept, with the same key and the same
//! subject.

use std::{fs, path::Path, process::Command};

use chancery::{pkix::certification_request::RequestView, policy::csr};
use x509_parser::{certification_request::X509CertificationRequest, prelude::FromDer};

use crate::{
    der::{self, Der},
    hostile::{
        self,
        maker::{self, Maker, unpem},
    },
};

/// x509-parser reads key and subject as we do, to the last byte.
pub fn agreed(der: &[u8]) -> bool {
    let ours = RequestView::parse(der).unwrap();
    let Ok((rest, theirs)) = X509CertificationRequest::from_der(der) else {
        return false;
    };
    let info = theirs.certification_request_info;
    rest.is_empty()
        && info.subject_pki.raw == ours.spki
        && info.subject.as_raw() == ours.subject
        && info.raw == ours.info
}

/// Requests of tools, wishes, and names of chance under our own keys.
fn accepted() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/csr/good");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut out: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), unpem(&text))
        })
        .collect();
    out.sort();
    // Wishes in the armour are no other DER.
    let wishes = hostile::stripped().into_iter();
    let wishes = wishes.filter(|(name, _)| !name.starts_with("armour"));
    out.extend(wishes.map(|(name, text)| (name, unpem(&text))));
    let maker = Maker::new(0x11);
    out.push(("greedy".to_owned(), unpem(&hostile::greedy(&maker))));
    for (index, tag) in (0_u8..).zip([der::UTF8, der::PRINTABLE, der::TELETEX, der::IA5, der::BMP])
    {
        for count in [1, 2, 7] {
            let value = || der::text(tag, &format!("Name {index}"));
            let names = vec![maker::rdn("2.5.4.10", value()); count];
            let info = maker::info(der::sequence(names), maker.spki(), []);
            let name = format!("{count} of tag {tag:02x}");
            out.push((name, maker.signed(&info).encode()));
        }
    }
    out
}

#[test]
fn x509_parser_reads_what_we_accept() {
    let all = accepted();
    assert!(all.len() > 50);
    for (name, der) in all {
        csr::examine(&maker::pem(maker::REQUEST, &der)).expect(&name);
        assert!(agreed(&der) || name.starts_with("handmade"), "{name}");
    }
}

/// OpenSSL verifies each, prints the same key and the same values of the subject.
#[test]
fn openssl_reads_what_we_accept() {
    let dir = tempfile::tempdir().unwrap();
    let mut judged = 0;
    for (name, der) in accepted() {
        let proven = csr::examine(&maker::pem(maker::REQUEST, &der)).expect(&name);
        // The field is not optional in RFC 2986; we read it as tools of old write it.
        if name.starts_with("handmade") {
            continue;
        }
        let path = dir.path().join("request.der");
        fs::write(&path, &der).unwrap();
        let arguments = "req -inform DER -verify -noout -pubkey -subject -nameopt oid,dump_all,dump_der,sep_comma_plus_space";
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .arg("-in")
            .arg(&path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && said.contains("verify OK"),
            "{name}: {said}"
        );
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(unpem(&text), proven.key().to_spki(), "{name}");
        let ours = RequestView::parse(&der).unwrap();
        assert_eq!(printed(&text), values(ours.subject), "{name}");
        judged += 1;
    }
    assert!(judged > 50, "{judged}");
}

/// The values in OpenSSL's line, in hexadecimal.
fn printed(text: &str) -> Vec<String> {
    let line = text
        .lines()
        .find(|line| line.starts_with("subject="))
        .unwrap();
    let parts = line.split('#').skip(1);
    let digits = |part: &str| part.chars().take_while(char::is_ascii_hexdigit).collect();
    parts.map(digits).collect()
}

/// The values of a name, as a reader sees them that shares nothing with ours.
fn values(subject: &[u8]) -> Vec<String> {
    let mut name = Der::read(subject);
    let mut out = Vec::new();
    for rdn in name.parts() {
        for pair in rdn.parts() {
            out.push(hex::encode_upper(pair.parts()[1].encode()));
        }
    }
    out
}
