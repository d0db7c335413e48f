//! The subjectAltName and the mailbox in it.

use super::{Area, Base, MAILBOX};
use crate::{
    der::{self, BMP, Der, IA5, UTF8},
    leaf::{COUNTRY, EMAIL, LOCALITY, Leaf, ORGANIZATION, SUBJECT_ALT_NAME, rdn},
};

const SMTP_UTF8: &str = "1.3.6.1.5.5.7.8.9";
const USER_PRINCIPAL: &str = "1.3.6.1.4.1.311.20.2.3";

pub fn mutations(area: &mut Area) {
    addresses(area);
    other_names(area);
    shape(area);
}

fn mailbox(address: &str) -> Der {
    der::implicit(1, address)
}

fn other_name(id: &str, value: Der) -> Der {
    der::context(0, [der::oid(id), der::context(0, [value])])
}

/// One more name after the mailbox.
fn with(leaf: &mut Leaf, name: Der) {
    leaf.edit(SUBJECT_ALT_NAME, |names| names.parts().push(name));
}

/// What may be typed as a mailbox.
const ADDRESSES: [(&str, &str); 52] = [
    ("plus", "jan+test@example.com"),
    ("one-letter", "a@example.com"),
    ("all-atom-characters", "!#$%&'*+-/=?^_`{|}~@example.com"),
    ("local-upper-case", "Jan.Kowalski@example.com"),
    ("a-label", "jan@xn--w-uga1v8h.example.com"),
    ("a-label-upper-case", "jan@XN--W-UGA1V8H.example.com"),
    ("a-label-empty", "jan@xn--.example.com"),
    ("a-label-broken", "jan@xn--zzzzzzz-.example.com"),
    ("a-label-of-ascii", "jan@xn--abc-.example.com"),
    ("hyphens-in-place-3-and-4", "jan@ab--cd.example.com"),
    ("empty", ""),
    ("at-only", "@"),
    ("no-at", "jan.kowalski"),
    ("no-local", "@example.com"),
    ("no-domain", "jan@"),
    ("two-ats", "jan@kowalski@example.com"),
    ("display-name", "Jan Kowalski <jan@example.com>"),
    ("angle-brackets", "<jan@example.com>"),
    ("comment", "jan(office)@example.com"),
    ("mailto", "mailto:jan@example.com"),
    ("list", "jan@example.com,anna@example.com"),
    ("leading-blank", " jan@example.com"),
    ("trailing-blank", "jan@example.com "),
    ("blank-inside", "jan kowalski@example.com"),
    ("quoted", "\"jan kowalski\"@example.com"),
    ("quoted-plain", "\"jan\"@example.com"),
    ("dot-first", ".jan@example.com"),
    ("dot-last", "jan.@example.com"),
    ("two-dots", "jan..kowalski@example.com"),
    ("backslash", "jan\\kowalski@example.com"),
    ("domain-upper-case", "jan@Example.COM"),
    ("domain-dot-last", "jan@example.com."),
    ("domain-dot-first", "jan@.example.com"),
    ("domain-two-dots", "jan@example..com"),
    ("domain-hyphen-first", "jan@-example.com"),
    ("domain-hyphen-last", "jan@example-.com"),
    ("domain-underscore", "jan@ex_ample.com"),
    ("domain-one-label", "jan@localhost"),
    ("domain-top-level", "jan@com"),
    ("domain-internal", "jan@example.local"),
    ("domain-unknown-top-level", "jan@example.invalidtld"),
    ("domain-arpa", "jan@1.0.0.127.in-addr.arpa"),
    ("domain-onion", "jan@example.onion"),
    ("domain-numeric", "jan@127.0.0.1"),
    ("domain-literal", "jan@[127.0.0.1]"),
    ("domain-literal-v6", "jan@[IPv6:::1]"),
    ("domain-wildcard", "jan@*.example.com"),
    ("domain-polish", "jan@żółw.example.com"),
    ("local-polish", "jań@example.com"),
    ("newline", "jan@example.com\r\nBcc: anna@example.com"),
    ("nul", "jan@example.com\0.evil.example"),
    ("delete", "jan\u{7f}@example.com"),
];

/// Instead of the mailbox; the common name is the organization, so nothing else refers to it.
fn addresses(area: &mut Area) {
    let label = "a".repeat(63);
    let long_domain = format!("a@{label}.{label}.{label}.{label}.example.com");
    let long_local = format!("{}@example.com", "a".repeat(65));
    let longest_local = format!("{}@example.com", "a".repeat(64));
    let long_label = format!("a@{}.example.com", "a".repeat(64));
    let computed = [
        ("longest-local", longest_local.as_str()),
        ("long-local", long_local.as_str()),
        ("long-label", long_label.as_str()),
        ("long", long_domain.as_str()),
    ];
    for (name, address) in ADDRESSES.into_iter().chain(computed) {
        let address = address.to_owned();
        area.on(Base::StrictEc, format!("mailbox-{name}"), move |leaf| {
            leaf.edit(SUBJECT_ALT_NAME, |names| {
                names.parts()[0] = mailbox(&address);
            });
        });
    }
    area.on(Base::MultipurposeRsa, "mailbox-latin2", |leaf| {
        leaf.edit(SUBJECT_ALT_NAME, |names| {
            names.parts()[0] = der::implicit(1, *b"ja\xf1@example.com");
        });
    });
    area.on(
        Base::MultipurposeEc,
        "mailbox-not-the-common-names",
        |leaf| {
            leaf.edit(SUBJECT_ALT_NAME, |names| {
                names.parts()[0] = mailbox("anna@example.com");
            });
        },
    );
    area.on(Base::StrictRsa, "mailbox-case-not-the-subjects", |leaf| {
        leaf.edit(SUBJECT_ALT_NAME, |names| {
            names.parts()[0] = mailbox("Jan.Kowalski@example.com");
        });
    });
}

fn other_names(area: &mut Area) {
    let names: [(&str, Der); 16] = [
        ("dns-name", der::implicit(2, "example.com")),
        ("dns-name-wildcard", der::implicit(2, "*.example.com")),
        ("uri", der::implicit(6, "https://www.example.com/")),
        ("ip-v4", der::implicit(7, [192, 0, 2, 1])),
        ("ip-v6", der::implicit(7, [0x20; 16])),
        ("ip-of-five-octets", der::implicit(7, [1; 5])),
        ("registered-id", der::implicit(8, [0x2a, 0x03])),
        ("x400", der::context(3, [der::sequence([])])),
        (
            "edi-party",
            der::context(5, [der::context(1, [der::utf8("x")])]),
        ),
        (
            "user-principal",
            other_name(USER_PRINCIPAL, der::utf8("jan@example.com")),
        ),
        (
            "user-principal-broken",
            other_name(USER_PRINCIPAL, der::utf8("jan")),
        ),
        (
            "smtp-utf8",
            other_name(SMTP_UTF8, der::utf8("jań@example.com")),
        ),
        (
            "smtp-utf8-of-ascii",
            other_name(SMTP_UTF8, der::utf8("jan@example.com")),
        ),
        (
            "smtp-utf8-as-ia5",
            other_name(SMTP_UTF8, der::text(IA5, "jan@example.com")),
        ),
        (
            "unknown-other-name",
            other_name("1.3.6.1.4.1.99999.2", der::utf8("x")),
        ),
        ("unknown-tag", der::implicit(9, "x")),
    ];
    for base in [Base::MultipurposeRsa, Base::StrictEc] {
        for (name, der) in &names {
            let der = der.clone();
            let name = format!("alt-name-{name}-{}", base.name());
            area.on(base, name, move |leaf| with(leaf, der.clone()));
        }
        let alone = format!("alt-name-only-smtp-utf8-{}", base.name());
        area.on(base, alone, |leaf| {
            leaf.edit(SUBJECT_ALT_NAME, |names| {
                names.parts()[0] = other_name(SMTP_UTF8, der::utf8("jań@example.com"));
            });
        });
    }
    area.add("alt-name-directory-name", |leaf| {
        let subject = leaf.subject().clone();
        with(leaf, der::context(4, [subject]));
    });
    area.add("alt-name-directory-name-foreign-mailbox", |leaf| {
        let name = der::sequence([
            rdn(COUNTRY, der::text(der::PRINTABLE, "PL")),
            rdn(ORGANIZATION, der::utf8("Inna")),
            rdn(LOCALITY, der::utf8("Łódź")),
            rdn(EMAIL, der::text(IA5, "anna@example.com")),
        ]);
        with(leaf, der::context(4, [name]));
    });
    area.add("alt-name-directory-name-empty", |leaf| {
        with(leaf, der::context(4, [der::sequence([])]));
    });
}

fn shape(area: &mut Area) {
    area.add("alt-name-second-mailbox", |leaf| {
        with(leaf, mailbox("anna@example.com"));
    });
    area.add("alt-name-mailbox-twice", |leaf| {
        with(leaf, mailbox(MAILBOX))
    });
    area.add("alt-name-twenty-mailboxes", |leaf| {
        for number in 0..20 {
            with(leaf, mailbox(&format!("jan{number}@example.com")));
        }
    });
    area.add("alt-name-empty", |leaf| {
        leaf.edit(SUBJECT_ALT_NAME, |names| names.parts().clear());
    });
    area.add("alt-name-only-dns-name", |leaf| {
        leaf.edit(SUBJECT_ALT_NAME, |names| {
            names.parts()[0] = der::implicit(2, "example.com");
        });
    });
    area.add("alt-name-mailbox-as-utf8-string", |leaf| {
        leaf.edit(SUBJECT_ALT_NAME, |names| {
            names.parts()[0] = der::text(UTF8, MAILBOX);
        });
    });
    area.add("alt-name-mailbox-explicit", |leaf| {
        leaf.edit(SUBJECT_ALT_NAME, |names| {
            names.parts()[0] = der::context(1, [der::text(IA5, MAILBOX)]);
        });
    });
    area.add("alt-name-mailbox-in-bmp", |leaf| {
        leaf.edit(SUBJECT_ALT_NAME, |names| {
            names.parts()[0] = der::implicit(1, der::text(BMP, MAILBOX).content());
        });
    });
    area.add("alt-name-is-set", |leaf| {
        leaf.edit(SUBJECT_ALT_NAME, |names| names.retag(der::SET));
    });
}
