//! What may stand in the extensions of the profile.

use super::{Area, BASES, Base};
use crate::{
    der::{self, BMP, Der, IA5, UTF8, VISIBLE},
    leaf::{
        ACCESS, AUTHORITY_KEY, CRL_POINTS, EXT_KEY_USAGE, KEY_USAGE, Leaf, POLICIES, SUBJECT_KEY,
    },
};

pub fn mutations(area: &mut Area) {
    key_usage(area);
    purposes(area);
    policies(area);
    qualifiers(area);
    crl_points(area);
    access(area);
    key_identifiers(area);
}

fn key_usage(area: &mut Area) {
    // Bit 0 is digitalSignature, bit 8 decipherOnly.
    let sets: [(&str, &[u8]); 19] = [
        ("none", &[]),
        ("signature", &[0]),
        ("repudiation", &[1]),
        ("signature-repudiation", &[0, 1]),
        ("key-encipherment", &[2]),
        ("data-encipherment", &[3]),
        ("key-agreement", &[4]),
        ("cert-sign", &[0, 5]),
        ("crl-sign", &[0, 6]),
        ("cert-and-crl-sign", &[5, 6]),
        ("signature-encipherment", &[0, 2]),
        ("signature-repudiation-encipherment", &[0, 1, 2]),
        ("signature-encipherment-data", &[0, 2, 3]),
        ("encipherment-data", &[2, 3]),
        ("signature-agreement", &[0, 4]),
        ("signature-repudiation-agreement", &[0, 1, 4]),
        ("agreement-encipher-only", &[4, 7]),
        ("agreement-decipher-only", &[4, 8]),
        ("encipher-only-alone", &[7]),
    ];
    for base in BASES {
        for (name, bits) in sets {
            let name = format!("key-usage-{name}-{}", base.name());
            area.on(base, name, |leaf| {
                leaf.set_value(KEY_USAGE, &named_bits(bits))
            });
        }
    }
    let encodings: [(&str, &[u8]); 6] = [
        ("trailing-zero-bits", &[3, 2, 0, 0xa0]),
        ("trailing-zero-octet", &[3, 3, 0, 0xa0, 0]),
        ("unused-bits-set", &[3, 2, 5, 0xbf]),
        ("nine-unused-bits", &[3, 2, 9, 0xa0]),
        ("no-octets", &[3, 0]),
        ("ten-bits", &[3, 3, 6, 0xa0, 0x40]),
    ];
    for (name, value) in encodings {
        area.on(Base::MultipurposeRsa, format!("key-usage-{name}"), |leaf| {
            leaf.set_value(KEY_USAGE, &Der::Raw(value.to_vec()))
        });
    }
}

/// A named bit list in DER.
fn named_bits(bits: &[u8]) -> Der {
    let Some(last) = bits.iter().max() else {
        return der::bit_string(0, &[]);
    };
    let mut octets = vec![0_u8; usize::from(last / 8) + 1];
    for bit in bits {
        octets[usize::from(bit / 8)] |= 0x80 >> (bit % 8);
    }
    der::bit_string(7 - last % 8, &octets)
}

const EMAIL_PROTECTION: &str = "1.3.6.1.5.5.7.3.4";

fn purposes(area: &mut Area) {
    let more = [
        ("server-auth", "1.3.6.1.5.5.7.3.1"),
        ("client-auth", "1.3.6.1.5.5.7.3.2"),
        ("code-signing", "1.3.6.1.5.5.7.3.3"),
        ("time-stamping", "1.3.6.1.5.5.7.3.8"),
        ("ocsp-signing", "1.3.6.1.5.5.7.3.9"),
        ("document-signing", "1.3.6.1.5.5.7.3.36"),
        ("smartcard-logon", "1.3.6.1.4.1.311.20.2.2"),
        ("any", "2.5.29.37.0"),
        ("unknown", "1.3.6.1.4.1.99999.4"),
        ("email-again", EMAIL_PROTECTION),
    ];
    for base in [Base::MultipurposeEc, Base::StrictRsa] {
        for (name, id) in more {
            let both = format!("purpose-{name}-added-{}", base.name());
            area.on(base, both, |leaf| {
                leaf.edit(EXT_KEY_USAGE, |list| list.parts().push(der::oid(id)));
            });
            if id == EMAIL_PROTECTION {
                continue;
            }
            let alone = format!("purpose-{name}-alone-{}", base.name());
            area.on(base, alone, |leaf| {
                leaf.edit(EXT_KEY_USAGE, |list| list.parts()[0] = der::oid(id));
            });
        }
    }
    area.add("purpose-none", |leaf| {
        leaf.edit(EXT_KEY_USAGE, |list| list.parts().clear());
    });
    area.add("purpose-is-text", |leaf| {
        leaf.edit(EXT_KEY_USAGE, |list| {
            list.parts().push(der::utf8("emailProtection"));
        });
    });
}

fn policy(id: &str) -> Der {
    der::sequence([der::oid(id)])
}

fn policies(area: &mut Area) {
    let others = [
        ("mailbox-strict", "2.23.140.1.5.1.3"),
        ("mailbox-multipurpose", "2.23.140.1.5.1.2"),
        ("organization-legacy", "2.23.140.1.5.2.1"),
        ("organization-multipurpose", "2.23.140.1.5.2.2"),
        ("organization-strict", "2.23.140.1.5.2.3"),
        ("sponsor-multipurpose", "2.23.140.1.5.3.2"),
        ("individual-strict", "2.23.140.1.5.4.3"),
        ("beyond-the-generations", "2.23.140.1.5.2.4"),
        ("any", "2.5.29.32.0"),
        ("own", "1.3.6.1.4.1.99999.5"),
        ("tls-ov", "2.23.140.1.2.2"),
        ("code-signing", "2.23.140.1.4.1"),
        ("etsi-ncp", "0.4.0.2042.1.1"),
    ];
    for base in [Base::MultipurposeRsa, Base::StrictEc] {
        for (name, id) in others {
            let instead = format!("policy-{name}-alone-{}", base.name());
            area.on(base, instead, |leaf| {
                leaf.edit(POLICIES, |list| list.parts()[0] = policy(id));
            });
            let beside = format!("policy-{name}-added-{}", base.name());
            area.on(base, beside, |leaf| {
                leaf.edit(POLICIES, |list| list.parts().push(policy(id)));
            });
        }
    }
    area.add("policy-none", |leaf| {
        leaf.edit(POLICIES, |list| list.parts().clear());
    });
    area.add("policy-own-first", |leaf| {
        leaf.edit(POLICIES, |list| {
            list.parts().insert(0, policy("1.3.6.1.4.1.99999.5"));
        });
    });
}

fn qualifiers(area: &mut Area) {
    let cps = |uri: Der| der::sequence([der::oid("1.3.6.1.5.5.7.2.1"), uri]);
    let notice =
        |parts: Vec<Der>| der::sequence([der::oid("1.3.6.1.5.5.7.2.2"), der::sequence(parts)]);
    let reference = der::sequence([der::utf8("Example"), der::sequence([der::integer(&[1])])]);
    let found: [(&str, Der); 13] = [
        ("cps", cps(der::text(IA5, "http://www.example.com/cps"))),
        (
            "cps-https",
            cps(der::text(IA5, "https://www.example.com/cps")),
        ),
        ("cps-ftp", cps(der::text(IA5, "ftp://www.example.com/cps"))),
        ("cps-no-uri", cps(der::text(IA5, "see our website"))),
        ("cps-utf8", cps(der::utf8("http://www.example.com/cps"))),
        ("cps-internal", cps(der::text(IA5, "http://intranet/cps"))),
        ("notice", notice(vec![der::utf8("Uwaga")])),
        ("notice-ia5", notice(vec![der::text(IA5, "Note")])),
        ("notice-bmp", notice(vec![der::text(BMP, "Note")])),
        ("notice-visible", notice(vec![der::text(VISIBLE, "Note")])),
        (
            "notice-long",
            notice(vec![der::text(UTF8, &"x".repeat(201))]),
        ),
        ("notice-without-text", notice(vec![])),
        (
            "notice-reference",
            notice(vec![reference, der::utf8("Uwaga")]),
        ),
    ];
    for (name, qualifier) in found {
        area.add(format!("qualifier-{name}"), move |leaf: &mut Leaf| {
            leaf.edit(POLICIES, |list| {
                let list = list.parts()[0].parts();
                list.push(der::sequence([qualifier.clone()]));
            });
        });
    }
    area.add("qualifiers-empty", |leaf| {
        leaf.edit(POLICIES, |list| {
            list.parts()[0].parts().push(der::sequence([]));
        });
    });
    area.add("qualifier-unknown", |leaf| {
        leaf.edit(POLICIES, |list| {
            let unknown = der::sequence([der::oid("1.3.6.1.4.1.99999.6"), der::null()]);
            list.parts()[0].parts().push(der::sequence([unknown]));
        });
    });
}

/// URLs that both pointers of a leaf may be given.
const URLS: [(&str, &str); 14] = [
    ("https", "https://pki.example.com/x"),
    (
        "ldap",
        "ldap://pki.example.com/cn=x?certificateRevocationList",
    ),
    ("ftp", "ftp://pki.example.com/x"),
    ("file", "file:///x"),
    ("scheme-upper-case", "HTTP://pki.example.com/x"),
    ("without-scheme", "pki.example.com/x"),
    ("without-host", "http:///x"),
    ("host-one-label", "http://pki/x"),
    ("host-internal", "http://pki.local/x"),
    ("host-address", "http://10.0.0.1/x"),
    ("host-only", "http://pki.example.com"),
    ("with-port", "http://pki.example.com:8080/x"),
    ("blank", "http://pki.example.com/a b"),
    ("empty", ""),
];

fn point(parts: Vec<Der>) -> Der {
    der::sequence(parts)
}

fn full_name(names: Vec<Der>) -> Der {
    der::context(0, [der::context(0, names)])
}

fn uri(text: &str) -> Der {
    der::implicit(6, text)
}

fn crl_points(area: &mut Area) {
    let good = "http://pki.example.com/crl/issuing-g1/0.crl";
    for (name, url) in URLS {
        area.add(format!("crl-point-{name}"), |leaf: &mut Leaf| {
            let points = der::sequence([point(vec![full_name(vec![uri(url)])])]);
            leaf.set_value(CRL_POINTS, &points);
        });
    }
    let issuer = der::context(2, [uri("http://pki.example.com/")]);
    let relative = der::context(0, [der::context(1, [der::sequence([])])]);
    let directory = der::context(4, [der::sequence([])]);
    let lists: [(&str, Vec<Der>); 11] = [
        (
            "second-point",
            vec![point(vec![full_name(vec![uri(good)])]); 2],
        ),
        (
            "second-url",
            vec![point(vec![full_name(vec![uri(good); 2])])],
        ),
        (
            "second-url-ldap",
            vec![point(vec![full_name(vec![
                uri(good),
                uri("ldap://pki.example.com/cn=x?certificateRevocationList"),
            ])])],
        ),
        (
            "reasons",
            vec![point(vec![
                full_name(vec![uri(good)]),
                der::implicit(1, [6, 0x40]),
            ])],
        ),
        (
            "crl-issuer",
            vec![point(vec![full_name(vec![uri(good)]), issuer.clone()])],
        ),
        ("only-crl-issuer", vec![point(vec![issuer])]),
        ("relative-name", vec![point(vec![relative])]),
        (
            "directory-name",
            vec![point(vec![full_name(vec![directory])])],
        ),
        ("no-names", vec![point(vec![full_name(vec![])])]),
        ("empty-point", vec![point(vec![])]),
        ("none", vec![]),
    ];
    for (name, list) in lists {
        area.add(format!("crl-points-{name}"), move |leaf: &mut Leaf| {
            leaf.set_value(CRL_POINTS, &der::sequence(list.clone()));
        });
    }
}

const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
const OCSP: &str = "1.3.6.1.5.5.7.48.1";

fn description(method: &str, location: Der) -> Der {
    der::sequence([der::oid(method), location])
}

fn access(area: &mut Area) {
    let good = "http://pki.example.com/ca/issuing-g1.cer";
    for (name, url) in URLS {
        area.add(format!("ca-issuers-{name}"), |leaf: &mut Leaf| {
            let list = der::sequence([description(CA_ISSUERS, uri(url))]);
            leaf.set_value(ACCESS, &list);
        });
    }
    let directory = der::context(4, [der::sequence([])]);
    let lists: [(&str, Vec<Der>); 8] = [
        ("none", vec![]),
        (
            "ca-issuers-twice",
            vec![description(CA_ISSUERS, uri(good)); 2],
        ),
        (
            "ca-issuers-directory-name",
            vec![description(CA_ISSUERS, directory)],
        ),
        (
            "ca-issuers-mailbox",
            vec![description(CA_ISSUERS, der::implicit(1, "a@example.com"))],
        ),
        (
            "ocsp-only",
            vec![description(OCSP, uri("http://ocsp.example.com/"))],
        ),
        (
            "ocsp-added",
            vec![
                description(CA_ISSUERS, uri(good)),
                description(OCSP, uri("http://ocsp.example.com/")),
            ],
        ),
        (
            "ocsp-https-added",
            vec![
                description(CA_ISSUERS, uri(good)),
                description(OCSP, uri("https://ocsp.example.com/")),
            ],
        ),
        (
            "unknown-method-added",
            vec![
                description(CA_ISSUERS, uri(good)),
                description("1.3.6.1.4.1.99999.7", uri("http://x.example.com/")),
            ],
        ),
    ];
    for (name, list) in lists {
        area.add(format!("access-{name}"), move |leaf: &mut Leaf| {
            leaf.set_value(ACCESS, &der::sequence(list.clone()));
        });
    }
}

fn key_identifiers(area: &mut Area) {
    area.add("authority-key-another", |leaf| {
        leaf.set_value(AUTHORITY_KEY, &der::sequence([der::implicit(0, [7; 20])]));
    });
    area.add("authority-key-no-octets", |leaf| {
        leaf.set_value(AUTHORITY_KEY, &der::sequence([der::implicit(0, [])]));
    });
    area.add("authority-key-no-parts", |leaf| {
        leaf.set_value(AUTHORITY_KEY, &der::sequence([]));
    });
    area.add("authority-key-with-issuer-and-serial", |leaf| {
        let issuer = leaf.issuer().clone();
        leaf.edit(AUTHORITY_KEY, |value| {
            let name = der::context(1, [der::context(4, [issuer])]);
            value.parts().extend([name, der::implicit(2, [5])]);
        });
    });
    area.add("authority-key-with-serial-only", |leaf| {
        leaf.edit(AUTHORITY_KEY, |value| {
            value.parts().push(der::implicit(2, [5]));
        });
    });
    area.add("authority-key-issuer-and-serial-only", |leaf| {
        let issuer = leaf.issuer().clone();
        let name = der::context(1, [der::context(4, [issuer])]);
        let value = der::sequence([name, der::implicit(2, [5])]);
        leaf.set_value(AUTHORITY_KEY, &value);
    });
    for (name, octets) in [
        ("another", vec![7; 20]),
        ("empty", vec![]),
        ("of-one-octet", vec![7]),
        ("of-thirty-two-octets", vec![7; 32]),
    ] {
        area.add(format!("subject-key-{name}"), move |leaf: &mut Leaf| {
            leaf.set_value(SUBJECT_KEY, &der::octet_string(octets.clone()));
        });
    }
    area.add("subject-key-of-rfc-7093", |leaf| {
        use sha2::{Digest, Sha256};
        let key = leaf.spki().parts()[1].content();
        let digest = Sha256::digest(&key[1..]);
        leaf.set_value(SUBJECT_KEY, &der::octet_string(digest[..20].to_vec()));
    });
    area.add("subject-key-of-the-whole-spki", |leaf| {
        use sha1::{Digest, Sha1};
        let digest = Sha1::digest(leaf.spki().encode());
        leaf.set_value(SUBJECT_KEY, &der::octet_string(digest.to_vec()));
    });
}
