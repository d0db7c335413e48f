//! Each extension there and not there, and what may stand in it.

use super::{Area, BASES};
use crate::{
    der::{self, Der},
    leaf::{
        ACCESS, AUTHORITY_KEY, BASIC_CONSTRAINTS, CRL_POINTS, EXT_KEY_USAGE, KEY_USAGE, Leaf,
        POLICIES, SUBJECT_ALT_NAME, SUBJECT_KEY, extension,
    },
};

const PRESENT: [(&str, &str); 8] = [
    ("authority-key", AUTHORITY_KEY),
    ("subject-key", SUBJECT_KEY),
    ("key-usage", KEY_USAGE),
    ("ext-key-usage", EXT_KEY_USAGE),
    ("policies", POLICIES),
    ("alt-name", SUBJECT_ALT_NAME),
    ("crl-points", CRL_POINTS),
    ("access", ACCESS),
];

/// The same eight faults for each extension, and every extension that is not in the profile.
pub fn mutations(area: &mut Area) {
    for (name, id) in PRESENT {
        area.add(format!("extension-{name}-removed"), |leaf: &mut Leaf| {
            leaf.remove_extension(id);
        });
        area.add(format!("extension-{name}-twice"), |leaf: &mut Leaf| {
            let again = leaf.extension(id).clone();
            leaf.extensions().push(again);
        });
        area.add(
            format!("extension-{name}-other-criticality"),
            |leaf: &mut Leaf| {
                let critical = !leaf.is_critical(id);
                let value = leaf.extension(id).parts().last_mut().unwrap().content();
                leaf.set_extension(id, critical, value);
            },
        );
        area.add(format!("extension-{name}-empty"), |leaf: &mut Leaf| {
            let critical = leaf.is_critical(id);
            leaf.set_extension(id, critical, Vec::new());
        });
        area.add(format!("extension-{name}-null"), |leaf: &mut Leaf| {
            leaf.set_value(id, &der::null());
        });
        area.add(
            format!("extension-{name}-trailing-octet"),
            |leaf: &mut Leaf| {
                let octets = leaf.extension(id).parts().last_mut().unwrap();
                octets.octets().push(0);
            },
        );
        area.add(format!("extension-{name}-cut-short"), |leaf: &mut Leaf| {
            let octets = leaf.extension(id).parts().last_mut().unwrap();
            octets.octets().pop();
        });
        area.add(
            format!("extension-{name}-long-length"),
            |leaf: &mut Leaf| {
                leaf.edit(id, |value| *value = value.with_long_length());
            },
        );
    }
    added(area);
    known_ones(area);
    forms(area);
    area.add("extensions-reversed", |leaf| leaf.extensions().reverse());
    area.add("extensions-empty", |leaf| leaf.extensions().clear());
    area.add("extensions-removed", |leaf| {
        leaf.tbs().parts().pop();
    });
}

/// Extensions of other certificates, with a value of theirs.
fn strangers() -> [(&'static str, &'static str, Vec<u8>); 22] {
    let lei = der::text(der::PRINTABLE, "529900T8BM49AURSDO55").encode();
    let name = der::sequence([der::implicit(6, "http://www.example.com/")]).encode();
    let capability = der::sequence([der::oid("2.16.840.1.101.3.4.1.42")]);
    let capabilities = der::sequence([capability]).encode();
    let subtree = der::sequence([der::implicit(1, "example.com")]);
    let constraints = der::sequence([der::context(0, [subtree])]).encode();
    let statement = der::sequence([der::oid("0.4.0.1862.1.1")]);
    let statements = der::sequence([statement]).encode();
    let birthplace = der::sequence([
        der::oid("1.3.6.1.5.5.7.9.4"),
        der::set([der::text(der::PRINTABLE, "PL")]),
    ]);
    let directory = der::sequence([birthplace]).encode();
    let period = der::sequence([der::implicit(0, "20261122115500Z")]).encode();
    let seal = der::sequence([
        der::integer(&[1]),
        der::implicit(6, "http://tsa.example.com/"),
    ]);
    [
        ("unknown", "1.3.6.1.4.1.99999.3", vec![5, 0]),
        ("issuer-alt-name", "2.5.29.18", name),
        ("subject-directory-attributes", "2.5.29.9", directory),
        ("name-constraints", "2.5.29.30", constraints),
        ("policy-mappings", "2.5.29.33", vec![0x30, 0]),
        ("policy-constraints", "2.5.29.36", vec![0x30, 3, 0x80, 1, 0]),
        ("inhibit-any-policy", "2.5.29.54", vec![2, 1, 0]),
        ("freshest-crl", "2.5.29.46", vec![0x30, 0]),
        ("private-key-usage-period", "2.5.29.16", period),
        ("subject-info-access", "1.3.6.1.5.5.7.1.11", vec![0x30, 0]),
        ("biometric-info", "1.3.6.1.5.5.7.1.2", vec![0x30, 0]),
        ("tls-feature", "1.3.6.1.5.5.7.1.24", vec![0x30, 3, 2, 1, 5]),
        ("ocsp-no-check", "1.3.6.1.5.5.7.48.1.5", vec![5, 0]),
        ("sct-list", "1.3.6.1.4.1.11129.2.4.2", vec![4, 2, 0, 0]),
        ("ct-poison", "1.3.6.1.4.1.11129.2.4.3", vec![5, 0]),
        (
            "netscape-type",
            "2.16.840.1.113730.1.1",
            vec![3, 2, 5, 0x20],
        ),
        ("smime-capabilities", "1.2.840.113549.1.9.15", capabilities),
        ("qc-statements", "1.3.6.1.5.5.7.1.3", statements),
        ("lei", "1.3.6.1.4.1.52266.1", lei),
        (
            "lei-role",
            "1.3.6.1.4.1.52266.2",
            der::text(der::PRINTABLE, "CEO").encode(),
        ),
        ("adobe-time-stamp", "1.2.840.113583.1.1.9.1", seal.encode()),
        (
            "adobe-archive-revocation",
            "1.2.840.113583.1.1.9.2",
            der::sequence([der::integer(&[1])]).encode(),
        ),
    ]
}

fn added(area: &mut Area) {
    for (name, id, value) in strangers() {
        for critical in [false, true] {
            let value = value.clone();
            let word = if critical { "critical-" } else { "" };
            area.add(format!("added-{word}{name}"), move |leaf: &mut Leaf| {
                leaf.set_extension(id, critical, value.clone());
            });
        }
    }
}

fn known_ones(area: &mut Area) {
    for base in BASES {
        let name = format!("added-smime-capabilities-{}", base.name());
        area.on(base, name, |leaf| {
            let capability = der::sequence([der::oid("2.16.840.1.101.3.4.1.42")]);
            let value = der::sequence([capability]).encode();
            leaf.set_extension("1.2.840.113549.1.9.15", false, value);
        });
    }
    area.add("added-smime-capabilities-broken", |leaf| {
        leaf.set_extension("1.2.840.113549.1.9.15", false, vec![5, 0]);
    });
    for (name, value) in [
        ("empty", vec![0x30, 0]),
        ("ca", vec![0x30, 3, 1, 1, 0xff]),
        ("not-ca-written-out", vec![0x30, 3, 1, 1, 0]),
        ("path-length", vec![0x30, 3, 2, 1, 0]),
        ("ca-with-path-length", vec![0x30, 6, 1, 1, 0xff, 2, 1, 0]),
        ("trailing", vec![0x30, 2, 5, 0]),
    ] {
        for critical in [false, true] {
            let value = value.clone();
            let word = if critical { "critical-" } else { "" };
            let name = format!("added-{word}basic-constraints-{name}");
            area.add(name, move |leaf: &mut Leaf| {
                leaf.set_extension(BASIC_CONSTRAINTS, critical, value.clone());
            });
        }
    }
}

/// The Extension around a value.
fn forms(area: &mut Area) {
    area.add("extension-without-octet-string", |leaf| {
        let value = Der::read(&leaf.extension(SUBJECT_KEY).parts()[1].content());
        leaf.extension(SUBJECT_KEY).parts()[1] = value;
    });
    area.add("extension-critical-false-written-out", |leaf| {
        let value = leaf.extension(SUBJECT_KEY).parts()[1].clone();
        let id = der::oid(SUBJECT_KEY);
        *leaf.extension(SUBJECT_KEY) = der::sequence([id, der::boolean(0), value]);
    });
    area.add("extension-critical-is-one", |leaf| {
        leaf.extension(KEY_USAGE).parts()[1] = der::boolean(1);
    });
    area.add("extension-without-value", |leaf| {
        leaf.extension(SUBJECT_KEY).parts().pop();
    });
    area.add("extension-with-two-values", |leaf| {
        let value = der::octet_string([5, 0]);
        leaf.extension(SUBJECT_KEY).parts().push(value);
    });
    area.add("extension-is-set", |leaf| {
        leaf.extension(SUBJECT_KEY).retag(der::SET);
    });
    area.add("extension-oid-with-leading-80", |leaf| {
        let mut octets = leaf.extension(SUBJECT_KEY).parts()[0].content();
        octets.insert(2, 0x80);
        leaf.extension(SUBJECT_KEY).parts()[0] = Der::Primitive(der::OID, octets);
    });
    area.add("extension-oid-empty", |leaf| {
        let bare = extension("1.3.6.1.4.1.99999.8", false, vec![5, 0]);
        leaf.extensions().push(bare);
        let last = leaf.extensions().last_mut().unwrap();
        last.parts()[0].octets().clear();
    });
}
