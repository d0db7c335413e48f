//! Faults of form and structure. Where it can be, the request is signed over the fault, so that
//! nothing but the form speaks against it.

use super::{Hostile, MALFORMED, maker::*};
use crate::der::{self, Der};

/// unstructuredName, which anything may stand in.
const NAME: &str = "1.2.840.113549.1.9.2";
const USAGE: &str = "2.5.29.15";

pub fn all() -> Vec<Hostile> {
    let maker = Maker::new(0x11);
    let good = maker.signed(&maker.info());
    let mut out = nodes(&maker, &good);
    out.extend(infos(&maker));
    out.extend(names(&maker));
    out.extend(attributes(&maker));
    out.extend(extensions(&maker));
    out.extend(values(&maker));
    out.extend(outers(&maker));
    out.extend(cuts(&good.encode()));
    out
}

/// Each element of a request with each wrong length, and with another tag.
fn nodes(maker: &Maker, good: &Der) -> Vec<Hostile> {
    let mut out = Vec::new();
    for path in paths(good) {
        let mut add = |what: &str, change: &dyn Fn(&Der) -> Der| {
            let tree = changed(maker, good, &path, change);
            out.push(Hostile::tree(
                format!("{what} at {path:?}"),
                MALFORMED,
                &tree,
            ));
        };
        add("length in four octets", &Der::with_long_length);
        add("length beyond memory", &|node| {
            huge(node, &[0x84, 0xff, 0xff, 0xff, 0xff])
        });
        add("length in eight octets", &|node| {
            huge(
                node,
                &[0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            )
        });
        if matches!(at(good, &path), Der::Constructed(..)) {
            add("indefinite length", &Der::with_indefinite_length);
        }
        // Any string may stand in a name: it has no effect.
        if path == [0, 1, 0, 0, 1] {
            continue;
        }
        add("another tag", &|node| Der::Primitive(0x0c, node.content()));
    }
    out
}

fn paths(tree: &Der) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new()];
    if let Der::Constructed(_, parts) = tree {
        for (index, part) in parts.iter().enumerate() {
            let below = paths(part).into_iter();
            out.extend(below.map(|path| [vec![index], path].concat()));
        }
    }
    out
}

fn at(tree: &Der, path: &[usize]) -> Der {
    let mut node = tree.clone();
    for index in path {
        node = node.parts()[*index].clone();
    }
    node
}

fn changed(maker: &Maker, good: &Der, path: &[usize], change: &dyn Fn(&Der) -> Der) -> Der {
    let mut tree = good.clone();
    let mut node = &mut tree;
    for index in path {
        node = &mut node.parts()[*index];
    }
    *node = change(node);
    match path.first() {
        Some(0) => maker.signed(&tree.parts()[0].clone()),
        _ => tree,
    }
}

fn huge(node: &Der, length: &[u8]) -> Der {
    let head = &node.encode()[..1];
    Der::Raw([head, length, &node.content()].concat())
}

fn infos(maker: &Maker) -> Vec<Hostile> {
    let good = maker.info();
    let part = |index: usize| at(&good, &[index]);
    let with = |name: &str, parts: Vec<Der>| {
        let tree = maker.signed(&der::sequence(parts));
        Hostile::tree(name, MALFORMED, &tree)
    };
    let version = |octets: &[u8]| {
        let name = format!("version {octets:02x?}");
        with(&name, vec![der::integer(octets), part(1), part(2), part(3)])
    };
    vec![
        version(&[1]),
        version(&[2]),
        version(&[0xff]),
        version(&[0, 0]),
        version(&[0x7f; 1000]),
        version(&[]),
        with("no version", vec![part(1), part(2), part(3)]),
        with("no subject", vec![part(0), part(2), part(3)]),
        with("no key", vec![part(0), part(1), part(3)]),
        with(
            "two keys",
            vec![part(0), part(1), part(2), part(2), part(3)],
        ),
        with(
            "attributes twice",
            vec![part(0), part(1), part(2), part(3), part(3)],
        ),
        with(
            "something more",
            vec![part(0), part(1), part(2), part(3), der::null()],
        ),
        with(
            "subject and key swapped",
            vec![part(0), part(2), part(1), part(3)],
        ),
        with(
            "attributes as [1]",
            vec![part(0), part(1), part(2), der::context(1, [])],
        ),
        with(
            "attributes primitive",
            vec![part(0), part(1), part(2), der::implicit(0, [])],
        ),
        with("nothing", vec![]),
    ]
}

fn names(maker: &Maker) -> Vec<Hostile> {
    let named = |name: &str, subject: Der| {
        let info = info(subject, maker.spki(), []);
        Hostile::tree(name, MALFORMED, &maker.signed(&info))
    };
    let oid = || der::oid("2.5.4.3");
    vec![
        named("RDN without attribute", der::sequence([der::set([])])),
        named(
            "attribute outside RDN",
            der::sequence([der::sequence([oid(), der::utf8("x")])]),
        ),
        named(
            "attribute without value",
            der::sequence([der::set([der::sequence([oid()])])]),
        ),
        named(
            "attribute with two values",
            der::sequence([der::set([der::sequence([
                oid(),
                der::utf8("a"),
                der::utf8("b"),
            ])])]),
        ),
        named(
            "attribute without type",
            der::sequence([rdn_of(der::utf8("x"), der::utf8("y"))]),
        ),
        named(
            "type with an open arc",
            der::sequence([rdn_of(raw_oid(&[0x55, 0x84]), der::utf8("y"))]),
        ),
        named(
            "type with a padded arc",
            der::sequence([rdn_of(raw_oid(&[0x55, 0x80, 4]), der::utf8("y"))]),
        ),
        named(
            "type of no arcs",
            der::sequence([rdn_of(raw_oid(&[]), der::utf8("y"))]),
        ),
        named(
            "value in parts",
            der::sequence([rdn("2.5.4.3", parts_of_string())]),
        ),
        named(
            "broken UTF-8",
            der::sequence([rdn("2.5.4.3", Der::Primitive(der::UTF8, vec![0xff]))]),
        ),
        named(
            "half a character",
            der::sequence([rdn("2.5.4.3", Der::Primitive(der::BMP, vec![0x41]))]),
        ),
        named(
            "value of tag zero",
            der::sequence([rdn("2.5.4.3", Der::Raw(vec![0, 0]))]),
        ),
        named(
            "value of a long tag",
            der::sequence([rdn("2.5.4.3", Der::Raw(vec![0x1f, 0x1e, 0]))]),
        ),
    ]
}

fn rdn_of(kind: Der, value: Der) -> Der {
    der::set([der::sequence([kind, value])])
}

fn raw_oid(octets: &[u8]) -> Der {
    Der::Primitive(der::OID, octets.to_vec())
}

/// A UTF8String in two parts, as BER has it.
fn parts_of_string() -> Der {
    Der::Constructed(der::UTF8 | 0x20, vec![der::utf8("Mal"), der::utf8("lory")])
}

/// A request with these attributes, signed.
fn with(maker: &Maker, name: &str, list: impl Into<Vec<Der>>) -> Hostile {
    let info = info(subject("Mallory"), maker.spki(), list);
    Hostile::tree(name, MALFORMED, &maker.signed(&info))
}

fn attributes(maker: &Maker) -> Vec<Hostile> {
    let with = |name: &str, list: Vec<Der>| with(maker, name, list);
    let usage = || extension(USAGE, "030205a0");
    let asked = |extensions: Vec<Der>| vec![extension_request(extensions)];
    let kind = || der::oid(NAME);
    vec![
        with(
            "an attribute twice",
            vec![
                attribute(NAME, [der::utf8("a")]),
                attribute(NAME, [der::utf8("b")]),
            ],
        ),
        with(
            "extensions asked twice",
            [asked(vec![usage()]), asked(vec![])].concat(),
        ),
        with(
            "two lists of extensions",
            vec![attribute(
                EXTENSION_REQUEST,
                [der::sequence([usage()]), der::sequence([])],
            )],
        ),
        with("an extension twice", asked(vec![usage(), usage()])),
        with("an attribute without values", vec![attribute(NAME, [])]),
        with("an attribute without a set", vec![der::sequence([kind()])]),
        with(
            "values in a sequence",
            vec![der::sequence([kind(), der::sequence([der::utf8("a")])])],
        ),
        with(
            "more behind the values",
            vec![der::sequence([
                kind(),
                der::set([der::utf8("a")]),
                der::null(),
            ])],
        ),
        with("an attribute that is a string", vec![der::utf8("a")]),
        with(
            "extensions that are a string",
            vec![attribute(EXTENSION_REQUEST, [der::utf8("a")])],
        ),
        with(
            "extensions in a set",
            vec![attribute(EXTENSION_REQUEST, [der::set([usage()])])],
        ),
    ]
}

fn extensions(maker: &Maker) -> Vec<Hostile> {
    let asked = |extensions: Vec<Der>| vec![extension_request(extensions)];
    let with = |name: &str, list: Vec<Der>| with(maker, name, list);
    let flagged = |flag: Der| {
        let value = der::octet_string([3, 2, 5, 0xa0]);
        asked(vec![der::sequence([der::oid(USAGE), flag, value])])
    };
    vec![
        with("an extension that is null", asked(vec![der::null()])),
        with(
            "an extension without value",
            asked(vec![der::sequence([der::oid(USAGE)])]),
        ),
        with(
            "an extension whose value is a string",
            asked(vec![der::sequence([der::oid(USAGE), der::utf8("a")])]),
        ),
        with(
            "an extension without type",
            asked(vec![der::sequence([der::octet_string([5, 0])])]),
        ),
        with(
            "an extension with more",
            asked(vec![der::sequence([
                der::oid(USAGE),
                der::octet_string([5, 0]),
                der::null(),
            ])]),
        ),
        with("critical as 1", flagged(der::boolean(1))),
        with("critical as FALSE", flagged(der::boolean(0))),
        with(
            "critical in two octets",
            flagged(Der::Primitive(1, vec![0xff, 0xff])),
        ),
        with("critical of no octets", flagged(Der::Primitive(1, vec![]))),
    ]
}

/// Values nobody reads, which must be DER all the same.
fn values(maker: &Maker) -> Vec<Hostile> {
    let with = |name: &str, list: Vec<Der>| with(maker, name, list);
    let deep = |levels: usize| {
        let nested = (0..levels).fold(der::null(), |inner, _| der::sequence([inner]));
        vec![attribute(NAME, [nested])]
    };
    vec![
        with(
            "NULL with content",
            vec![attribute(NAME, [Der::Primitive(5, vec![0])])],
        ),
        with(
            "a padded number",
            vec![attribute(NAME, [der::integer(&[0, 1])])],
        ),
        with(
            "padding bits that are set",
            vec![attribute(NAME, [der::bit_string(3, &[0xff])])],
        ),
        with(
            "nine unused bits",
            vec![attribute(NAME, [der::bit_string(9, &[0])])],
        ),
        with(
            "a primitive sequence",
            vec![attribute(NAME, [Der::Primitive(0x10, vec![5, 0])])],
        ),
        with("twenty levels", deep(20)),
        with("five hundred levels", deep(500)),
    ]
}

fn outers(maker: &Maker) -> Vec<Hostile> {
    let info = maker.info();
    let bits = der::bit_string(0, &maker.sign(&info.encode()));
    let with = |name: &str, parts: Vec<Der>| Hostile::tree(name, MALFORMED, &der::sequence(parts));
    let good = || request(info.clone(), ecdsa_sha256(), bits.clone());
    let behind = |name: &str, more: &[u8]| {
        Hostile::der(
            name,
            MALFORMED,
            &[good().encode().as_slice(), more].concat(),
        )
    };
    vec![
        with("info alone", vec![info.clone()]),
        with("no signature", vec![info.clone(), ecdsa_sha256()]),
        with("no algorithm", vec![info.clone(), bits.clone()]),
        with(
            "signature twice",
            vec![info.clone(), ecdsa_sha256(), bits.clone(), bits.clone()],
        ),
        with(
            "algorithm behind signature",
            vec![info.clone(), bits.clone(), ecdsa_sha256()],
        ),
        with(
            "algorithm of nothing",
            vec![info.clone(), der::octet_string([]), bits.clone()],
        ),
        with("request in a request", vec![good()]),
        Hostile::tree("info without its request", MALFORMED, &info),
        Hostile::tree("key without its request", MALFORMED, &maker.spki()),
        behind("zero behind", &[0]),
        behind("end of contents behind", &[0, 0]),
        behind("NULL behind", &[5, 0]),
        behind("line end behind", b"\n"),
        behind("itself behind", &good().encode()),
        Hostile::der(
            "zero before",
            MALFORMED,
            &[&[0], good().encode().as_slice()].concat(),
        ),
    ]
}

fn cuts(good: &[u8]) -> Vec<Hostile> {
    let ends = (0..good.len()).step_by(16).chain([good.len() - 1]);
    let cut = |end: usize| Hostile::der(format!("cut at {end}"), MALFORMED, &good[..end]);
    ends.map(cut).collect()
}
