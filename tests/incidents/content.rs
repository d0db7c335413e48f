//! Certificates whose content was wrong: each made here with the same fault, and refused.

use std::collections::HashSet;

use chancery::{
    adapters::system::OsEntropy,
    pkix::{name::AttributeType, serial_number::SerialNumber},
    policy::organization_identifier::{InvalidIdentifier, OrganizationIdentifier},
    ports::entropy::random,
};

use crate::{
    der,
    leaf::{COUNTRY, IDENTIFIER, POLICIES},
    made::{built, good, refused_by, subject},
};

fn policy(dotted: &str) -> der::Der {
    der::sequence([der::sequence([der::oid(dotted)])])
}

#[test]
fn incident_01_serials_of_63_bits() {
    let serials: Vec<[u8; 16]> = (0..2_000)
        .map(|_| {
            let serial = SerialNumber::from_random(random(&OsEntropy).unwrap());
            serial.as_bytes().try_into().unwrap()
        })
        .collect();
    assert_eq!(serials.iter().collect::<HashSet<_>>().len(), serials.len());
    let set = |bit: usize| {
        let has = |serial: &&[u8; 16]| serial[bit / 8] >> (7 - bit % 8) & 1 == 1;
        serials.iter().filter(has).count()
    };
    // The two highest bits make it positive and of one length; 126 are left to chance.
    assert_eq!((set(0), set(1)), (0, serials.len()));
    for bit in 2..128 {
        assert!((800..1_200).contains(&set(bit)), "bit {bit}: {}", set(bit));
    }
    refused_by("e_serial_64_bits", "7.1", |leaf| {
        *leaf.serial() = der::integer(&[0x7f; 7]);
    });
}

#[test]
fn incident_02_words_in_place_of_a_registration_number() {
    for bad in ["NTRUS-Government Entity", "NTRDE-Government Entity"] {
        let parsed = OrganizationIdentifier::parse(bad);
        assert_eq!(parsed.err(), Some(InvalidIdentifier::Reference), "{bad}");
    }
    refused_by("e_reference_has_digit", "App. A.1", |leaf| {
        leaf.set_text(IDENTIFIER, "NTRPL-Government Entity");
    });
}

/// The data model refuses it: no lint rule does, for the text is of a lawful form.
#[test]
fn incident_03_a_subdivision_where_the_register_is_the_countrys() {
    for bad in [
        "NTRDE+BY-HRB123456",
        "NTRPL+14-0000123456",
        "VATDE+BY-123456789",
    ] {
        let parsed = OrganizationIdentifier::parse(bad);
        assert_eq!(parsed.err(), Some(InvalidIdentifier::Country), "{bad}");
    }
    assert!(OrganizationIdentifier::parse("NTRUS+CA-123456").is_ok());
}

#[test]
fn incident_04_no_policy_of_the_forum() {
    refused_by("e_one_reserved_policy", "7.1.6.1", |leaf| {
        leaf.set_value(POLICIES, &policy("1.3.6.1.4.1.99999.1"));
    });
}

#[test]
fn incident_06_the_policy_of_another_type_of_subscriber() {
    for other in [
        "2.23.140.1.5.4.2",
        "2.23.140.1.5.3.2",
        "2.23.140.1.5.1.2",
        "2.23.140.1.5.2.3",
    ] {
        refused_by("e_reserved_policy", "7.1.6.1", |leaf| {
            leaf.set_value(POLICIES, &policy(other));
        });
    }
}

/// What the requirements allow and this CA's own practice does not.
#[test]
fn incident_07_within_the_requirements_but_not_within_the_practice() {
    refused_by("e_subject_attributes_of_practice", "CPS 7.1.4", |leaf| {
        leaf.add_attribute("2.5.4.9", der::utf8("ul. Długa 1"));
    });
}

#[test]
fn incident_22_the_order_of_names_reversed() {
    refused_by("e_name_order", "CPS 7.1.4", |leaf| {
        leaf.subject().parts().reverse();
    });
}

/// Days are the builder's to refuse, seconds the lint's.
#[test]
fn incident_26_too_long_a_validity() {
    let serial = || SerialNumber::from_random([0x5a; 16]);
    assert!(built(&subject(), 730, serial()).is_ok());
    for days in [731, 826, 1095, u32::MAX] {
        assert!(built(&subject(), days, serial()).is_err(), "{days}");
    }
    refused_by("e_validity_825_days", "6.3.2", |leaf| {
        let end = der::text(der::UTC_TIME, "290225115501Z");
        leaf.validity().parts()[1] = end;
    });
}

#[test]
fn incident_28_an_attribute_that_is_in_no_profile() {
    for attribute in ["1.2.840.113549.1.9.2", "2.5.4.4", "2.5.4.12", "2.5.4.65"] {
        refused_by("e_subject_attributes_allowed", "7.1.4.2.4", |leaf| {
            leaf.add_attribute(attribute, der::utf8("x"));
        });
    }
}

#[test]
fn incident_29_a_postal_code_with_the_place_and_bad_characters() {
    refused_by("e_subject_attributes_of_practice", "CPS 7.1.4", |leaf| {
        leaf.add_attribute("2.5.4.17", der::utf8("1260 Nyon"));
    });
    refused_by("e_name_characters", "RFC 5280", |leaf| {
        *leaf.attribute(IDENTIFIER) = der::text(der::PRINTABLE, "NTRPL_0000123456@");
    });
    let mut bad = subject();
    bad.attributes
        .insert(AttributeType::Country, "P*".to_owned());
    assert!(built(&bad, 365, SerialNumber::from_random([1; 16])).is_err());
}

#[test]
fn incident_32_the_country_of_the_identifier_and_that_of_the_subject() {
    let identifier = OrganizationIdentifier::parse("NTRDE-HRB12345").unwrap();
    let poland = chancery::domain::text::Country::parse("PL").unwrap();
    assert!(!identifier.fits(poland));
    refused_by("e_organization_identifier_country", "7.1.4.2.2 d", |leaf| {
        *leaf.attribute(COUNTRY) = der::text(der::PRINTABLE, "DE");
    });
    assert!(!good().is_empty());
}
