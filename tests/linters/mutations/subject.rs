//! The subject's attributes.

use super::{Area, Base, MAILBOX, ORGANIZATION_NAME};
use crate::{
    der::{self, BMP, Der, IA5, NUMERIC, PRINTABLE, TELETEX, UNIVERSAL, UTF8, VISIBLE},
    leaf::{COMMON_NAME, COUNTRY, EMAIL, IDENTIFIER, LOCALITY, Leaf, ORGANIZATION, STATE, rdn},
};

/// Attributes whose value stands for itself: changing it breaks no tie to another one. The base
/// is one whose common name is not the organization.
const FREE: [(&str, &str, Base); 3] = [
    ("organization", ORGANIZATION, Base::MultipurposeEc),
    ("locality", LOCALITY, Base::StrictRsa),
    ("state", STATE, Base::MultipurposeRsa),
];

const ALL: [(&str, &str); 6] = [
    ("country", COUNTRY),
    ("state", STATE),
    ("locality", LOCALITY),
    ("organization", ORGANIZATION),
    ("identifier", IDENTIFIER),
    ("common-name", COMMON_NAME),
];

pub fn mutations(area: &mut Area) {
    presence(area);
    string_types(area);
    values(area);
    forbidden(area);
    countries(area);
    common_names(area);
    structure(area);
}

fn presence(area: &mut Area) {
    for (name, id) in ALL {
        area.add(format!("{name}-removed"), |leaf: &mut Leaf| {
            leaf.remove_attribute(id);
        });
        area.add(format!("{name}-twice"), |leaf: &mut Leaf| {
            leaf.repeat_attribute(id);
        });
        area.add(format!("{name}-empty"), |leaf: &mut Leaf| {
            leaf.attribute(id).octets().clear();
        });
    }
    area.add("state-and-locality-removed", |leaf| {
        leaf.remove_attribute(STATE);
        leaf.remove_attribute(LOCALITY);
    });
    area.add("all-places-removed", |leaf| {
        leaf.remove_attribute(STATE);
        leaf.remove_attribute(LOCALITY);
        leaf.remove_attribute(COUNTRY);
    });
    area.on(Base::StrictRsa, "email-removed", |leaf| {
        leaf.remove_attribute(EMAIL);
    });
    area.on(Base::StrictRsa, "email-twice", |leaf| {
        leaf.repeat_attribute(EMAIL);
    });
}

fn string_types(area: &mut Area) {
    let tags = [
        ("utf8", UTF8),
        ("printable", PRINTABLE),
        ("teletex", TELETEX),
        ("bmp", BMP),
        ("universal", UNIVERSAL),
        ("ia5", IA5),
        ("numeric", NUMERIC),
        ("visible", VISIBLE),
    ];
    for (tag_name, tag) in tags {
        for (name, id) in ALL {
            area.add(format!("{name}-as-{tag_name}"), move |leaf: &mut Leaf| {
                // Only the type is at stake: every letter fits each of them but NumericString.
                if id == STATE || id == LOCALITY {
                    leaf.set_text(id, "Lodz");
                }
                if id == ORGANIZATION {
                    rename(leaf, "Example Ltd");
                }
                if id == COMMON_NAME && leaf.attribute_text(id) == ORGANIZATION_NAME {
                    rename(leaf, "Example Ltd");
                }
                let text = leaf.attribute_text(id);
                *leaf.attribute(id) = der::text(tag, &text);
            });
        }
    }
    for (tag_name, tag) in [("utf8", UTF8), ("printable", PRINTABLE)] {
        area.on(
            Base::StrictRsa,
            format!("email-as-{tag_name}"),
            move |leaf| {
                *leaf.attribute(EMAIL) = der::text(tag, MAILBOX);
            },
        );
    }
}

/// Another organization, in the common name too where it stands there.
fn rename(leaf: &mut Leaf, name: &str) {
    if leaf.attribute_text(COMMON_NAME) == leaf.attribute_text(ORGANIZATION) {
        leaf.set_text(COMMON_NAME, name);
    }
    leaf.set_text(ORGANIZATION, name);
}

/// Values of names that name something or nothing.
const PLAIN: [(&str, &str); 34] = [
    ("one-letter", "Ż"),
    ("full-stop", "."),
    ("hyphen", "-"),
    ("blank", " "),
    ("blanks", "   "),
    ("hyphens", "---"),
    ("n-a", "n/a"),
    ("na-upper", "NA"),
    ("unknown", "unknown"),
    ("none", "none"),
    ("null-word", "null"),
    ("leading-blank", " Lodz"),
    ("trailing-blank", "Lodz "),
    ("two-blanks-inside", "Lodz  Fabryczna"),
    ("html-entity", "Lodz &amp; Syn"),
    ("html-tag", "<b>Lodz</b>"),
    ("ampersand", "Lodz & Syn"),
    ("newline", "Lodz\nFabryczna"),
    ("tab", "Lodz\tFabryczna"),
    ("nul", "Lodz\0"),
    ("delete", "Lodz\u{7f}"),
    ("c1-control", "Lodz\u{85}"),
    ("bidi-override", "Lodz\u{202e}zdoL"),
    ("zero-width-space", "Lo\u{200b}dz"),
    ("byte-order-mark", "\u{feff}Lodz"),
    ("not-nfc", "Ło\u{301}dz\u{301}"),
    ("replacement-character", "L\u{fffd}dz"),
    ("question-marks", "??d?"),
    ("private-use", "Lodz\u{e000}"),
    ("noncharacter", "Lodz\u{ffff}"),
    ("emoji", "Lodz 🏭"),
    ("cyrillic", "Лодзь"),
    ("chinese", "罗兹"),
    ("arabic", "وودج"),
];

fn values(area: &mut Area) {
    for (value_name, value) in PLAIN {
        for (name, id, base) in FREE {
            area.on(base, format!("{name}-{value_name}"), move |leaf| {
                leaf.set_text(id, value);
            });
        }
    }
    for (name, id, base) in FREE {
        let longest = if id == ORGANIZATION { 64 } else { 128 };
        area.on(base, format!("{name}-longest"), move |leaf| {
            leaf.set_text(id, &"Ż".repeat(longest));
        });
        area.on(base, format!("{name}-too-long"), move |leaf| {
            leaf.set_text(id, &"Ż".repeat(longest + 1));
        });
        area.on(base, format!("{name}-far-too-long"), move |leaf| {
            leaf.set_text(id, &"Ż".repeat(40_000));
        });
        let broken = [
            ("invalid-utf8", &[b'L', 0xc5, b'd', b'z'][..]),
            ("overlong-utf8", &[b'L', 0xc1, 0xaf, b'd', b'z']),
            ("surrogate-utf8", &[b'L', 0xed, 0xa0, 0x80]),
            ("latin2", &[0xa3, b'o', b'd', 0xbc]),
        ];
        for (value_name, octets) in broken {
            area.on(base, format!("{name}-{value_name}"), move |leaf| {
                *leaf.attribute(id) = Der::Primitive(UTF8, octets.to_vec());
            });
        }
        let unprintable = [
            ("asterisk", "Lodz*"),
            ("at", "a@b"),
            ("polish", "Łódź"),
            ("underscore", "a_b"),
        ];
        for (value_name, value) in unprintable {
            area.on(
                base,
                format!("{name}-printable-{value_name}"),
                move |leaf| {
                    *leaf.attribute(id) = der::text(PRINTABLE, value);
                },
            );
        }
    }
}

fn forbidden(area: &mut Area) {
    let attributes = [
        ("surname", "2.5.4.4", "Kowalski"),
        ("given-name", "2.5.4.42", "Jan"),
        ("initials", "2.5.4.43", "JK"),
        ("generation-qualifier", "2.5.4.44", "III"),
        ("pseudonym", "2.5.4.65", "Koza"),
        ("title", "2.5.4.12", "Prezes"),
        ("name", "2.5.4.41", "Jan Kowalski"),
        ("dn-qualifier", "2.5.4.46", "x"),
        ("serial-number", "2.5.4.5", "A-123"),
        ("organizational-unit", "2.5.4.11", "Dział IT"),
        ("business-category", "2.5.4.15", "Private Organization"),
        ("description", "2.5.4.13", "opis"),
        ("telephone", "2.5.4.20", "+48 42 000 00 00"),
        ("user-id", "0.9.2342.19200300.100.1.1", "jkowalski"),
        ("domain-component", "0.9.2342.19200300.100.1.25", "example"),
        ("unstructured-name", "1.2.840.113549.1.9.2", "x"),
        ("jurisdiction", "1.3.6.1.4.1.311.60.2.1.3", "PL"),
        ("unknown", "1.3.6.1.4.1.99999.1", "x"),
    ];
    for (name, id, value) in attributes {
        area.add(format!("{name}-added"), move |leaf: &mut Leaf| {
            let tag = match name {
                "serial-number" | "dn-qualifier" | "telephone" | "jurisdiction" => PRINTABLE,
                "domain-component" | "unstructured-name" => IA5,
                _ => UTF8,
            };
            leaf.add_attribute(id, der::text(tag, value));
        });
    }
    for base in [Base::MultipurposeRsa, Base::StrictEc] {
        let street = ("street", "2.5.4.9", "ul. Piotrkowska 1");
        let post = ("postal-code", "2.5.4.17", "90-001");
        for (name, id, value) in [street, post] {
            let name = format!("{name}-added-{}", base.name());
            area.on(base, name, move |leaf| {
                leaf.add_attribute(id, der::utf8(value))
            });
        }
    }
}

fn countries(area: &mut Area) {
    let codes = [
        "pl", "Pl", "P", "POL", "XX", "ZZ", "UK", "EU", "AA", "48", "P ", "DE", "GR", "AN", "YU",
    ];
    for code in codes {
        area.add(format!("country-{code}"), move |leaf: &mut Leaf| {
            *leaf.attribute(COUNTRY) = der::text(PRINTABLE, code);
        });
    }
    for code in ["DE", "XX", "ZZ", "GR", "LT", "XK"] {
        area.add(
            format!("country-{code}-everywhere"),
            move |leaf: &mut Leaf| {
                *leaf.attribute(COUNTRY) = der::text(PRINTABLE, code);
                leaf.set_text(IDENTIFIER, &format!("NTR{code}-HRB123456"));
            },
        );
    }
}

fn common_names(area: &mut Area) {
    let values = [
        ("another", "Inna sp. z o.o."),
        ("person", "Jan Kowalski"),
        ("organization-lower-case", "zażółć sp. z o.o."),
        ("organization-with-blank", "Zażółć sp. z o.o. "),
        (
            "organization-not-nfc",
            "Zaz\u{307}o\u{301}łc\u{301} sp. z o.o.",
        ),
        ("organization-itself", ORGANIZATION_NAME),
        ("mailbox", MAILBOX),
        ("mailbox-upper-case", "JAN.KOWALSKI@example.com"),
        ("mailbox-domain-upper-case", "jan.kowalski@EXAMPLE.com"),
        ("another-mailbox", "anna@example.com"),
        ("domain", "example.com"),
        (
            "mailbox-with-name",
            "Jan Kowalski <jan.kowalski@example.com>",
        ),
    ];
    for (name, value) in values {
        area.add(format!("common-name-{name}"), move |leaf: &mut Leaf| {
            leaf.set_text(COMMON_NAME, value);
        });
    }
    area.on(Base::StrictEc, "common-name-too-long", |leaf| {
        rename(leaf, &"Ż".repeat(65));
    });
    let emails = [
        ("another", "anna@example.com"),
        ("upper-case", "JAN.KOWALSKI@example.com"),
        ("domain-upper-case", "jan.kowalski@Example.com"),
        ("no-mailbox", "jan.kowalski"),
        ("two", "jan.kowalski@example.com,anna@example.com"),
        (
            "too-long",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com",
        ),
    ];
    for (name, value) in emails {
        area.on(Base::StrictRsa, format!("email-{name}"), move |leaf| {
            *leaf.attribute(EMAIL) = der::text(IA5, value);
        });
    }
}

fn structure(area: &mut Area) {
    area.add("subject-empty", |leaf| leaf.subject().parts().clear());
    area.add("subject-reversed", |leaf| leaf.subject().parts().reverse());
    area.add("subject-country-last", |leaf| {
        let country = leaf.subject().parts().remove(0);
        leaf.subject().parts().push(country);
    });
    area.add("subject-empty-rdn", |leaf| {
        leaf.subject().parts().push(der::set([]));
    });
    area.add("subject-two-attributes-in-one-rdn", |leaf| {
        let last = leaf.subject().parts().pop().unwrap();
        let more = last.clone().parts().remove(0);
        let into = leaf.subject().parts().last_mut().unwrap();
        into.parts().push(more);
        into.parts().sort_by_key(Der::encode);
    });
    area.add("subject-set-not-sorted", |leaf| {
        let last = leaf.subject().parts().pop().unwrap();
        let more = last.clone().parts().remove(0);
        let into = leaf.subject().parts().last_mut().unwrap();
        into.parts().push(more);
        into.parts()
            .sort_by_key(|part| std::cmp::Reverse(part.encode()));
    });
    area.add("subject-rdn-is-sequence", |leaf| {
        leaf.subject().parts()[0].retag(der::SEQUENCE);
    });
    area.add("subject-attribute-without-value", |leaf| {
        leaf.subject().parts()[0].parts()[0].parts().pop();
    });
    area.add("subject-attribute-with-two-values", |leaf| {
        let value = der::text(PRINTABLE, "PL");
        leaf.subject().parts()[0].parts()[0].parts().push(value);
    });
    area.add("subject-value-is-integer", |leaf| {
        *leaf.attribute(LOCALITY) = der::integer(&[5]);
    });
    area.add("subject-value-is-sequence", |leaf| {
        *leaf.attribute(LOCALITY) = der::sequence([der::utf8("Lodz")]);
    });
    area.add("issuer-empty", |leaf| leaf.issuer().parts().clear());
    area.add("issuer-another", |leaf| {
        leaf.issuer().parts().pop();
        leaf.issuer()
            .parts()
            .push(rdn(COMMON_NAME, der::utf8("Another CA")));
    });
    area.add("issuer-encoded-anew", |leaf| {
        let mut last = leaf.issuer().parts().pop().unwrap();
        last.parts()[0].parts()[1].retag(PRINTABLE);
        leaf.issuer().parts().push(last);
    });
    area.add("issuer-is-subject", |leaf| {
        *leaf.issuer() = leaf.subject().clone();
    });
}
