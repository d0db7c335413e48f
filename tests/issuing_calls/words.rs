//! Test idea 24 of the flows, from outside: whatever a person can read from the daemon stands in
//! English and in Polish. That no text is missing in the files is shown by `mail/languages.rs`;
//! that no answer of any test says a word in one language only by `support/left.rs`.

use std::{collections::BTreeSet, process::Command};

use chancery::domain::mail::MailKind;
use serde_json::{Value, json};

use crate::{
    desk::Desk,
    instance::left::{answers, languages},
    mail_reader::read,
    mailbox::{WRONG, page_of, public},
    openssl::new_key,
    world::{Client, PRODUCT, World, fixtures, fresh_address, submission},
};

/// Calls that may pass until mails have come: far more than any run needs.
const PATIENCE: u32 = 3_000;

/// What a reader sees of a page, but not what is typed into a terminal or a register's number.
fn seen(page: &str) -> BTreeSet<String> {
    let mut rest = page.to_owned();
    for (open, close) in [("<style", "</style>"), ("<pre", "</pre>"), ("<dd", "</dd>")] {
        while let Some((before, after)) = rest.split_once(open) {
            let (_, after) = after.split_once(close).unwrap();
            rest = format!("{before}{after}");
        }
    }
    let texts = rest.split('<').filter_map(|part| part.split_once('>'));
    let texts = texts.map(|(_, text)| text.trim().to_owned());
    texts.filter(|text| is_words(text)).collect()
}

fn is_words(text: &str) -> bool {
    text.chars().filter(|one| one.is_alphabetic()).count() > 1
}

/// No piece is in both but what may be.
fn differ(at: &str, en: &BTreeSet<String>, pl: &BTreeSet<String>, same: &[&str]) {
    let shared = en.intersection(pl).map(String::as_str);
    let shared: Vec<&str> = shared.filter(|text| !same.contains(text)).collect();
    assert!(shared.is_empty(), "{at}: {shared:?}");
    assert!(en.len() > 2 && pl.len() > 2, "{at}: {en:?} and {pl:?}");
}

/// Programs have one name.
const PROGRAMS: [&str; 4] = ["OpenSSL", "GnuTLS certtool", "NSS certutil", "Java keytool"];
/// What the CA calls itself, and what a person typed into the samples of the preview.
const TYPED: [&str; 2] = ["Example CA", "The register shows another address."];

#[test]
fn every_page_is_read_in_both_languages() {
    let world = World::start(Vec::new());
    let client = world.first();
    let order = client.bound(&world.data);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    let (page, _) = page_of(&world, &code);
    let both = |path: &str, arguments: &[&str]| {
        let [en, pl] = ["en", "pl"].map(|language| {
            let (_, body) = public(&format!("{path}?lang={language}"), arguments);
            assert!(body.contains(&format!("<html lang=\"{language}\">")));
            seen(&body)
        });
        differ(&format!("{path} {arguments:?}"), &en, &pl, &PROGRAMS);
        assert_eq!(en.len(), pl.len(), "{path}: {en:?} and {pl:?}");
        en
    };
    let root = &world.instance.public;
    let mut pages = BTreeSet::new();
    for guide in ["/documents", "/registers", "/csr"] {
        pages.insert(both(&format!("{root}{guide}"), &[]));
    }
    let form = |act: &str, code: &str| format!("code={code}&act={act}");
    pages.insert(both(&page, &[]));
    pages.insert(both(&page, &["-d", &form("confirm", WRONG)]));
    pages.insert(both(
        &page,
        &["-H", "Sec-Purpose: prefetch", "-d", "code=x"],
    ));
    pages.insert(both(&format!("{root}/v/nothing"), &[]));
    public(&page, &["-d", &form("confirm", &code)]);
    pages.insert(both(&page, &["-d", &form("confirm", WRONG)]));
    pages.insert(both(&page, &["-d", &form("disown", &code)]));
    assert_eq!(pages.len(), 9, "each says something of its own");
}

/// An order of this language, from its data to the revocation of what came of it.
fn lived(world: &World, language: &str) -> String {
    let client = world.client("customer", &format!("c-{language}"));
    let body = json!({"product_code": PRODUCT, "language": language,
        "contacts": {"technical": format!("{language}@example.com")}});
    let order = client.post("/orders", &body).ok();
    let order = order["id"].as_str().unwrap().to_owned();
    let desk = Desk::open(&world.instance, "customer", &client.customer);
    let body = json!({"subject_data_id": desk.data});
    client.put(&order, "subject-data", &body).ok();
    desk.approve();
    client.confirmed(&order);
    let made = client.activate(&order, &submission(&new_key().1)).ok();
    let path = format!("/certificates/{}/revocations", made["id"].as_str().unwrap());
    client.post(&path, &json!({"reason": "superseded"})).ok();
    refused(&client, &order);
    panels(&client, &order);
    order
}

/// Calls that come too late or are wrong in themselves.
fn refused(client: &Client, order: &str) {
    for path in ["/orders", "/subject-data", "/csr-checks"] {
        assert_eq!(client.post(path, &json!({})).status, 422, "{path}");
    }
    let late = client.post(&format!("/orders/{order}/cancel"), &json!({}));
    assert_eq!(late.status, 409);
}

/// What a panel asks for.
fn panels(client: &Client, order: &str) {
    for tab in ["information", "problems", "expiration", "new_certificates"] {
        client
            .get(&format!("/notifications?tab={tab}&limit=200"))
            .ok();
    }
    for path in [
        &format!("/orders/{order}"),
        "/subject-data",
        "/products",
        "/registration-types?country=PL",
        "/document-kinds?country=PL",
    ] {
        client.get(path).ok();
    }
    for (_, csr) in fixtures("bad") {
        let body = json!({"product_code": PRODUCT, "csr": csr});
        client.post("/csr-checks", &body).ok();
    }
}

/// Kind and recipient's role of each mail about an order, once all are sent, with what it says.
fn mailed(world: &World, order: &str) -> Vec<(String, Value)> {
    let ledger = || -> Vec<Value> {
        let list = world.instance.get("operator", "/mails?limit=200").ok();
        let items = list["items"].as_array().unwrap().iter();
        items
            .filter(|mail| mail["order_id"] == json!(order))
            .cloned()
            .collect()
    };
    let is_done = |mails: &[Value]| {
        let revoked = mails.iter().any(|mail| mail["kind"] == "revoked");
        revoked && mails.iter().all(|mail| mail["state"] == "sent")
    };
    let done = (0..PATIENCE).map(|_| ledger()).find(|mails| is_done(mails));
    let taken = world.sink.mails();
    let text = |mail: &Value| {
        let id = format!("Message-ID: <{}@", mail["id"].as_str().unwrap());
        let found = taken.iter().find(|taken| taken.contains(&id)).unwrap();
        let kind = mail["kind"].as_str().unwrap();
        (kind.to_owned(), read(found))
    };
    let mut mails: Vec<_> = done.unwrap().iter().map(text).collect();
    mails.sort_by_key(|(kind, mail)| (kind.clone(), mail["headers"]["to"].to_string()));
    mails
}

/// The two say as much, and no line alike.
fn translated(at: &str, en: [&Value; 2], pl: [&Value; 2]) {
    let paragraphs = |mail: [&Value; 2]| {
        let text = mail[1].as_str().unwrap().replace("\r\n", "\n");
        text.split("\n\n").count()
    };
    assert_eq!(paragraphs(en), paragraphs(pl), "{at}: {en:?} and {pl:?}");
    differ(at, &said(en), &said(pl), &TYPED);
}

/// Lines of a mail, without those that are nothing but a value.
fn said([subject, text]: [&Value; 2]) -> BTreeSet<String> {
    let lines = text.as_str().unwrap().lines().map(str::trim);
    let lines = lines.chain([subject.as_str().unwrap()]);
    lines
        .filter(|line| line.contains(' ') && is_words(line))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn every_mail_is_written_in_both_languages() {
    for kind in MailKind::ALL {
        let [en, pl] = ["en", "pl"].map(|language| {
            let shown = Command::new(env!("CARGO_BIN_EXE_chancery"))
                .args([
                    "mail",
                    "preview",
                    kind.name(),
                    "--language",
                    language,
                    "--json",
                ])
                .output()
                .unwrap();
            serde_json::from_slice::<Value>(&shown.stdout).unwrap()
        });
        translated(
            kind.name(),
            [&en["subject"], &en["text"]],
            [&pl["subject"], &pl["text"]],
        );
    }
}

#[test]
fn two_orders_are_told_the_same_in_two_languages() {
    let world = World::start(Vec::new());
    let [en, pl] = ["en", "pl"].map(|language| mailed(&world, &lived(&world, language)));
    let kinds = |mails: &[(String, Value)]| -> Vec<String> {
        mails.iter().map(|(kind, _)| kind.clone()).collect()
    };
    assert_eq!(kinds(&en), kinds(&pl));
    let distinct: BTreeSet<String> = kinds(&en).into_iter().collect();
    assert!(distinct.len() > 4, "{distinct:?}");
    for ((kind, en), (_, pl)) in en.iter().zip(&pl) {
        for (mail, language) in [(en, "en"), (pl, "pl")] {
            assert_eq!(mail["headers"]["content-language"], language, "{kind}");
        }
        let [en, pl] = [en, pl].map(|mail| [&mail["headers"]["subject"], &mail["text"]]);
        translated(kind, en, pl);
    }
    // What panels show: states, notices, steps, faults.
    let (mut both, mut faults) = (Vec::new(), Vec::new());
    for answer in answers(world.instance.dir.path()) {
        languages(&answer, &mut both, &mut faults);
    }
    assert_eq!(faults, Vec::<Value>::new());
    let distinct: BTreeSet<String> = both.iter().map(Value::to_string).collect();
    assert!(distinct.len() > 50, "{} {distinct:?}", distinct.len());
}

#[test]
fn a_word_in_one_language_is_found() {
    for wrong in [
        json!([{"a": {"en": "Name"}}]),
        json!({"pl": "Nazwa"}),
        json!({"en": "Name", "pl": "Name"}),
        json!({"en": "Name", "pl": ""}),
        json!({"a": {"en": "Name", "pl": null}}),
    ] {
        let (mut both, mut faults) = (Vec::new(), Vec::new());
        languages(&wrong, &mut both, &mut faults);
        assert_eq!((both.len(), faults.len()), (0, 1), "{wrong}");
    }
}
