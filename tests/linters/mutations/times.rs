//! Validity and serial number.

use super::Area;
use crate::{
    der::{self, Der, GENERALIZED_TIME, UTC_TIME},
    leaf::Leaf,
};

/// notBefore of the good certificates: 300 s before the issuance.
const BEGIN: &str = "261122115500Z";

pub fn mutations(area: &mut Area) {
    validity(area);
    serial(area);
}

fn utc(text: &str) -> Der {
    der::text(UTC_TIME, text)
}

fn generalized(text: &str) -> Der {
    der::text(GENERALIZED_TIME, text)
}

fn validity(area: &mut Area) {
    let periods = [
        // 825 days, the last second included (S/MIME BR 6.3.2), and one second either way.
        ("825-days-less-a-second", "290224115458Z"),
        ("825-days", "290224115459Z"),
        ("825-days-and-a-second", "290224115500Z"),
        ("826-days", "290225115459Z"),
        ("three-years", "291122115459Z"),
        ("ends-with-its-issuer", "351231235959Z"),
        ("one-second", BEGIN),
        ("ends-before-it-begins", "261122115459Z"),
        ("one-day", "261123115459Z"),
        ("730-days", "281121115459Z"),
    ];
    for (name, end) in periods {
        area.add(format!("validity-{name}"), move |leaf: &mut Leaf| {
            leaf.set_validity(utc(BEGIN), utc(end));
        });
    }
    let begins = [
        ("before-its-issuer", "251231235959Z", "261230235958Z"),
        ("of-1950", "500101000000Z", "510101000000Z"),
    ];
    for (name, begin, end) in begins {
        area.add(format!("validity-{name}"), move |leaf: &mut Leaf| {
            leaf.set_validity(utc(begin), utc(end));
        });
    }
    let forms = [
        ("without-seconds", utc("2611221155Z")),
        ("with-offset", utc("261122115500+0000")),
        ("without-zone", utc("261122115500")),
        ("lower-case-zone", utc("261122115500z")),
        ("fraction", utc("261122115500.5Z")),
        ("month-13", utc("261322115500Z")),
        ("february-30", utc("270230115500Z")),
        ("hour-24", utc("261122245500Z")),
        ("second-60", utc("261122115560Z")),
        ("letters", utc("26112211550aZ")),
        ("blank", utc(" 61122115500Z")),
        ("empty", utc("")),
        ("nul-behind", utc("261122115500Z\0")),
        ("generalized-in-utc-tag", utc("20261122115500Z")),
        ("generalized-before-2050", generalized("20261122115500Z")),
        ("generalized-fraction", generalized("20261122115500.5Z")),
        ("generalized-without-seconds", generalized("202611221155Z")),
        ("generalized-without-zone", generalized("20261122115500")),
        ("generalized-two-digit-year", generalized(BEGIN)),
        ("printable-string", der::text(der::PRINTABLE, BEGIN)),
        ("integer", der::integer(&[1])),
        ("null", der::null()),
    ];
    for (name, begin) in forms {
        area.add(format!("begin-{name}"), move |leaf: &mut Leaf| {
            leaf.validity().parts()[0] = begin.clone();
        });
    }
    area.add("end-generalized-before-2050", |leaf| {
        leaf.validity().parts()[1] = generalized("20271122115459Z");
    });
    area.add("end-no-well-defined-end", |leaf| {
        leaf.validity().parts()[1] = generalized("99991231235959Z");
    });
    area.add("validity-without-not-after", |leaf| {
        leaf.validity().parts().pop();
    });
    area.add("validity-three-times", |leaf| {
        leaf.validity().parts().push(utc("271122115459Z"));
    });
    area.add("validity-swapped", |leaf| {
        leaf.validity().parts().reverse();
    });
}

fn serial(area: &mut Area) {
    let longest = [&[0x7f][..], &[0x5a; 19]].concat();
    let top_bit = [&[0xda][..], &[0x5a; 15]].concat();
    let values: [(&str, Vec<u8>); 16] = [
        ("zero", vec![0]),
        ("one", vec![1]),
        ("minus-one", vec![0xff]),
        ("negative", top_bit.clone()),
        ("top-bit-with-zero", [&[0][..], &top_bit].concat()),
        ("leading-zero", [&[0][..], &[0x5a; 16]].concat()),
        ("leading-zeros", [&[0, 0][..], &[0x5a; 16]].concat()),
        ("negative-not-minimal", [&[0xff][..], &top_bit].concat()),
        ("of-eight-octets", vec![0x5a; 8]),
        ("of-63-bits", vec![0x7f, 1, 2, 3, 4, 5, 6, 7]),
        ("of-four-octets", vec![0x5a; 4]),
        ("of-twenty-octets", longest.clone()),
        ("of-21-octets", [&longest[..], &[1]].concat()),
        (
            "of-21-octets-leading-zero",
            [&[0][..], &[0xda; 20]].concat(),
        ),
        ("of-forty-octets", vec![0x5a; 40]),
        ("empty", Vec::new()),
    ];
    for (name, octets) in values {
        area.add(format!("serial-{name}"), move |leaf: &mut Leaf| {
            *leaf.serial() = der::integer(&octets);
        });
    }
    area.add("serial-is-octet-string", |leaf| {
        *leaf.serial() = der::octet_string([0x5a; 16]);
    });
    area.add("serial-is-enumerated", |leaf| leaf.serial().retag(0x0a));
    area.add("serial-missing", |leaf| {
        leaf.tbs().parts().remove(1);
    });
}
