//! All types of leaves against all subject attributes: what a profile may ask for, what our lint
//! takes and what pkilint takes are the same, and it is what the requirements say.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
};

use chancery::{
    pkix::{name::AttributeType, serial_number::SerialNumber},
    policy::{
        activation::Subject,
        profile::{
            CertificateProfile, ProfileFault,
            leaf_type::{Generation, LeafType, ValidationLevel},
        },
    },
};

use crate::{
    der,
    issuer::{self, EC, Request},
    leaf::{self, Leaf},
    pkilint::{self, Paper},
};

pub const MAILBOX: &str = "jan.kowalski@example.com";
pub const ORGANIZATION: &str = "Zażółć sp. z o.o.";
/// What every profile of this table has beside its type and its subject.
const SHIPPED: &str = include_str!("../../config/profiles/org-multipurpose.toml");

/// S/MIME BR 7.1.4.2.3 to 7.1.4.2.6 as printed: mailbox, organization, sponsor, individual, each
/// multipurpose and strict. R required, O optional, X forbidden, P a person's name or pseudonym.
const TABLE: &str = "\
    country                 XX OO OO OO
    state_or_province       XX OO OO OO
    locality                XX OO OO OO
    postal_code             XX OX OX OX
    street_address          XX OX OX OX
    organization            XX RR RR XX
    organizational_unit     XX OO OO XX
    organization_identifier XX RR RR XX
    title                   XX XX OO OO
    given_name              XX XX PP PP
    surname                 XX XX PP PP
    pseudonym               XX XX PP PP
    serial_number           OO OO OO OO
    common_name             OO OO OO OO
    email_address           OO OO OO OO";

/// What the requirements permit and this CA does not certify.
const NOT_CERTIFIED: [AttributeType; 4] = [
    AttributeType::PostalCode,
    AttributeType::StreetAddress,
    AttributeType::OrganizationalUnit,
    AttributeType::SerialNumber,
];

type Attributes = BTreeSet<AttributeType>;

/// One subject under one type, and what is to be said of it.
struct Case {
    name: String,
    leaf_type: LeafType,
    attributes: Attributes,
    lawful: bool,
    /// Our own rules that refuse what is lawful.
    practice: Vec<&'static str>,
}

#[test]
#[ignore = "a stage of its own in tests/run"]
fn profile_lint_and_pkilint_know_the_same_matrix() {
    let cases = cases();
    let mut signed_by_profile = 0;
    let mut papers = Vec::new();
    for case in &cases {
        let profile = CertificateProfile::parse(&profile(case.leaf_type, &case.attributes));
        let permitted = case.lawful && case.practice.is_empty();
        let der = match profile {
            Ok(profile) => {
                assert!(permitted, "{} loads", case.name);
                signed_by_profile += 1;
                signed(&profile, &case.attributes)
            }
            Err(ProfileFault::Rule { clause, problem }) => {
                assert!(!permitted, "{}: {problem}", case.name);
                let wanted = if case.lawful {
                    "CPS 7.1.4"
                } else {
                    clause_of(case.leaf_type.level)
                };
                assert_eq!(clause, wanted, "{}: {problem}", case.name);
                forced(case)
            }
            Err(other) => panic!("{}: {other}", case.name),
        };
        let ours = EC.judge(case.leaf_type, &der);
        let ours: Vec<&str> = ours.iter().map(|finding| finding.rule).collect();
        if case.lawful {
            assert_eq!(ours, case.practice, "{}", case.name);
        } else {
            assert!(!ours.is_empty(), "{} would be signed", case.name);
        }
        papers.push(Paper {
            name: case.name.clone(),
            leaf_type: case.leaf_type,
            der,
        });
    }
    let theirs = pkilint::judge("matrix", &papers);
    for case in &cases {
        let found = &theirs[&case.name];
        assert_eq!(found.is_empty(), case.lawful, "{}: {found:?}", case.name);
    }
    let lawful = cases.iter().filter(|case| case.lawful).count();
    let mut report = String::new();
    writeln!(
        report,
        "{} subjects over 8 types and 15 attributes: {lawful} lawful, {} not; {signed_by_profile} \
         signed by a profile; profile, lint and pkilint agree on all",
        cases.len(),
        cases.len() - lawful,
    )
    .unwrap();
    println!("{report}");
    fs::write(pkilint::reports().join("matrix.txt"), report).unwrap();
}

/// Each attribute in and out of the smallest subject of each type, and the combinations of a
/// person's names.
fn cases() -> Vec<Case> {
    let mut all = BTreeMap::new();
    let mut cells = 0;
    for leaf_type in LeafType::all() {
        let smallest = smallest(leaf_type.level);
        for kind in AttributeType::ALL {
            cells += 1;
            let mut with = smallest.clone();
            with.insert(kind);
            with.extend(needed_by(kind));
            let mut without = smallest.clone();
            without.remove(&kind);
            if without.is_empty() {
                // A name says something.
                without.insert(AttributeType::EmailAddress);
            }
            for attributes in [with, without] {
                add(&mut all, leaf_type, attributes);
            }
        }
        let names = [
            AttributeType::GivenName,
            AttributeType::Surname,
            AttributeType::Pseudonym,
        ];
        for chosen in 0..8_usize {
            let mut attributes = smallest.clone();
            for (at, name) in names.into_iter().enumerate() {
                attributes.remove(&name);
                if chosen >> at & 1 == 1 {
                    attributes.insert(name);
                }
            }
            add(&mut all, leaf_type, attributes);
        }
    }
    assert_eq!(cells, 4 * 2 * 15);
    all.into_values().collect()
}

fn add(all: &mut BTreeMap<String, Case>, leaf_type: LeafType, attributes: Attributes) {
    let names: Vec<&str> = attributes.iter().map(|kind| kind.name()).collect();
    let (level, generation) = (leaf_type.level.name(), generation(leaf_type.generation));
    let name = format!("{level}-{generation}-{}", names.join("-"));
    let case = Case {
        lawful: is_lawful(leaf_type, &attributes),
        practice: against_practice(&attributes),
        name: name.clone(),
        leaf_type,
        attributes,
    };
    all.insert(name, case);
}

pub fn smallest(level: ValidationLevel) -> Attributes {
    use AttributeType::{CommonName, GivenName, Organization, OrganizationIdentifier, Surname};
    match level {
        ValidationLevel::Mailbox => [CommonName].into(),
        ValidationLevel::Organization => [Organization, OrganizationIdentifier, CommonName].into(),
        ValidationLevel::Individual => [GivenName, Surname, CommonName].into(),
        ValidationLevel::Sponsor => [
            Organization,
            OrganizationIdentifier,
            GivenName,
            Surname,
            CommonName,
        ]
        .into(),
    }
}

/// S/MIME BR 7.1.4.2.2: what a place needs beside it.
fn needed_by(kind: AttributeType) -> Vec<AttributeType> {
    match kind {
        AttributeType::Locality | AttributeType::StateOrProvince | AttributeType::PostalCode => {
            vec![AttributeType::Country]
        }
        AttributeType::StreetAddress => vec![AttributeType::Country, AttributeType::Locality],
        _ => Vec::new(),
    }
}

fn is_lawful(leaf_type: LeafType, attributes: &Attributes) -> bool {
    let cell = |kind: &AttributeType| cell(leaf_type, *kind);
    let mut all = AttributeType::ALL.iter();
    let good = all.all(|kind| match cell(kind) {
        b'R' => attributes.contains(kind),
        b'X' => !attributes.contains(kind),
        _ => true,
    });
    let has = |kind| attributes.contains(&kind);
    let named = has(AttributeType::GivenName) || has(AttributeType::Surname);
    let person = cell(&AttributeType::Surname) != b'P' || named != has(AttributeType::Pseudonym);
    good && person
}

fn cell(leaf_type: LeafType, kind: AttributeType) -> u8 {
    let mut rows = TABLE.lines().map(|row| row.split_whitespace());
    let mut row = rows
        .find(|row| row.clone().next() == Some(kind.name()))
        .unwrap();
    let levels = ValidationLevel::ALL.iter();
    let level = levels
        .take_while(|level| **level != leaf_type.level)
        .count();
    let pair = row.nth(level + 1).unwrap().as_bytes();
    match leaf_type.generation {
        Generation::Multipurpose => pair[0],
        Generation::Strict => pair[1],
    }
}

fn against_practice(attributes: &Attributes) -> Vec<&'static str> {
    let mut found = Vec::new();
    if NOT_CERTIFIED.iter().any(|kind| attributes.contains(kind)) {
        found.push("e_subject_attributes_of_practice");
    }
    if !attributes.contains(&AttributeType::CommonName) {
        found.push("e_common_name_present");
    }
    found
}

const fn clause_of(level: ValidationLevel) -> &'static str {
    match level {
        ValidationLevel::Mailbox => "S/MIME BR 7.1.4.2.3",
        ValidationLevel::Organization => "S/MIME BR 7.1.4.2.4",
        ValidationLevel::Sponsor => "S/MIME BR 7.1.4.2.5",
        ValidationLevel::Individual => "S/MIME BR 7.1.4.2.6",
    }
}

const fn generation(generation: Generation) -> &'static str {
    match generation {
        Generation::Multipurpose => "multipurpose",
        Generation::Strict => "strict",
    }
}

/// A profile file that requires these attributes.
pub fn profile(leaf_type: LeafType, attributes: &Attributes) -> String {
    let (kept, _) = SHIPPED.split_once("[subject]").unwrap();
    let mut sources = Vec::new();
    for (source, kind) in [
        ("organization", AttributeType::Organization),
        ("pseudonym", AttributeType::Pseudonym),
        ("personal_name", AttributeType::Surname),
    ] {
        let of_level =
            (source == "organization") == (leaf_type.level == ValidationLevel::Organization);
        if of_level && attributes.contains(&kind) {
            sources.push(format!("\"{source}\""));
        }
    }
    sources.push("\"email\"".to_owned());
    let lines = kept.lines().map(|line| {
        let (key, value) = line.split_once(" = ").unwrap_or((line, ""));
        let value = match key {
            "validation" => format!("\"{}\"", leaf_type.level.name()),
            "generation" => format!("\"{}\"", generation(leaf_type.generation)),
            "policy" => format!("\"{}\"", leaf_type.policy()),
            "common_name_sources" => format!("[{}]", sources.join(", ")),
            _ if value.is_empty() => return line.to_owned(),
            _ => value.to_owned(),
        };
        format!("{key} = {value}")
    });
    let mut text: String = lines.collect::<Vec<_>>().join("\n");
    text.push_str("\n[subject]\n");
    for kind in attributes {
        writeln!(text, "{} = \"required\"", kind.name()).unwrap();
    }
    text
}

/// The certificate as builder and lint of production make it by the profile.
pub fn signed(profile: &CertificateProfile, attributes: &Attributes) -> Vec<u8> {
    let values = attributes
        .iter()
        .filter(|kind| **kind != AttributeType::EmailAddress)
        .map(|kind| (*kind, value(*kind, profile.leaf_type().level, attributes)));
    let subject = Subject {
        mailbox: MAILBOX.to_owned(),
        attributes: values.collect(),
    };
    let request = Request {
        profile,
        serial: SerialNumber::from_random([0x5a; 16]),
        issued_at: "2026-11-22T12:00:00Z".parse().unwrap(),
        days: 365,
        key: &issuer::public_key("rsa-2048"),
        subject: &subject,
        email_in_subject: attributes.contains(&AttributeType::EmailAddress),
        partition: 0,
    };
    let linted = EC
        .linted(&request)
        .unwrap_or_else(|refused| panic!("{refused}: {attributes:?}"));
    EC.signed(&linted)
}

/// The certificate no profile gives: a good one of the type with another subject.
fn forced(case: &Case) -> Vec<u8> {
    let level = case.leaf_type.level;
    let smallest = smallest(level);
    let good = CertificateProfile::parse(&profile(case.leaf_type, &smallest)).unwrap();
    let mut leaf = Leaf::read(&signed(&good, &smallest));
    let rdns = case.attributes.iter().map(|kind| {
        let value = value(*kind, level, &case.attributes);
        let tag = match kind {
            AttributeType::Country | AttributeType::SerialNumber => der::PRINTABLE,
            AttributeType::EmailAddress => der::IA5,
            _ => der::UTF8,
        };
        leaf::rdn(&kind.oid().to_string(), der::text(tag, &value))
    });
    *leaf.subject() = der::sequence(rdns.collect::<Vec<_>>());
    leaf.encode()
}

fn value(kind: AttributeType, level: ValidationLevel, attributes: &Attributes) -> String {
    let has = |kind| attributes.contains(&kind);
    let text = match kind {
        AttributeType::Country => "PL",
        AttributeType::StateOrProvince => "Łódzkie",
        AttributeType::Locality => "Łódź",
        AttributeType::PostalCode => "90-001",
        AttributeType::StreetAddress => "Prosta 1",
        AttributeType::Organization => ORGANIZATION,
        AttributeType::OrganizationalUnit => "Kadry",
        AttributeType::OrganizationIdentifier => "NTRPL-0000123456",
        AttributeType::Title => "dr",
        AttributeType::GivenName => "Jan",
        AttributeType::Surname => "Kowalski",
        AttributeType::Pseudonym => "Ekspert 7",
        AttributeType::SerialNumber => "17",
        AttributeType::EmailAddress => MAILBOX,
        AttributeType::CommonName => match level {
            ValidationLevel::Organization if has(AttributeType::Organization) => ORGANIZATION,
            ValidationLevel::Mailbox | ValidationLevel::Organization => MAILBOX,
            _ if has(AttributeType::Pseudonym) => "Ekspert 7",
            _ if has(AttributeType::GivenName) && has(AttributeType::Surname) => "Jan Kowalski",
            _ if has(AttributeType::Surname) => "Kowalski",
            _ => MAILBOX,
        },
    };
    text.to_owned()
}
