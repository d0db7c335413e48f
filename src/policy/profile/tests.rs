use super::*;

const MULTIPURPOSE: &str = include_str!("../../../config/profiles/org-multipurpose.toml");
const STRICT: &str = include_str!("../../../config/profiles/org-strict.toml");

/// The shipped file as one of another type, with this subject.
fn other(level: &str, policy: &str, sources: &str, subject: &str) -> String {
    let (head, _) = MULTIPURPOSE.split_once("[subject]").unwrap();
    let level = format!("validation = \"{level}\"");
    let head = head
        .replace("validation = \"organization\"", &level)
        .replace("2.23.140.1.5.2.2", policy)
        .replace("[\"organization\", \"email\"]", sources);
    format!("{head}[subject]\ncommon_name = \"required\"\n{subject}")
}

fn clause(text: &str) -> Option<&'static str> {
    match CertificateProfile::parse(text) {
        Ok(_) => None,
        Err(ProfileFault::Rule { clause, .. }) => Some(clause),
        Err(ProfileFault::Syntax(problem)) => panic!("{problem} in {text}"),
    }
}

#[test]
fn the_shipped_profiles_are_within_the_rules() {
    for (text, name, leaf_type) in [
        (
            MULTIPURPOSE,
            "org-multipurpose",
            LeafType::ORGANIZATION_MULTIPURPOSE,
        ),
        (STRICT, "org-strict", LeafType::ORGANIZATION_STRICT),
    ] {
        let profile = CertificateProfile::parse(text).unwrap();
        assert_eq!(profile.name(), name);
        assert_eq!(profile.leaf_type(), leaf_type);
        assert_eq!(profile.sha256(), <[u8; 32]>::from(Sha256::digest(text)));
        assert_eq!(
            profile.requirement(AttributeType::Locality),
            Some(Requirement::Optional)
        );
    }
}

/// What to write in place of what in the good file, so that it asks for more than this clause
/// allows.
const TOO_MUCH: &[(&str, &str, &str)] = &[
    ("version = 1", "version = 2", "the file format"),
    ("\"org-multi", "\"Org-multi", "the file format"),
    ("5.2.2\"", "5.2.3\"", "S/MIME BR 7.1.6.1"),
    ("= \"organization\"", "= \"sponsor\"", "S/MIME BR 7.1.6.1"),
    ("\"multipurpose\"", "\"legacy\"", "S/MIME BR 7.1.6.1"),
    ("= 730", "= 826", "S/MIME BR 6.3.2"),
    ("= 730", "= 0", "S/MIME BR 6.3.2"),
    (
        "version = 1\n",
        "version = 1\nends = \"tomorrow\"\n",
        "the file format",
    ),
    (
        "version = 1\n",
        "version = 1\neffective = \"2027-01-01T00:00:00Z\"\nends = \"2027-01-01T00:00:00Z\"\n",
        "the file format",
    ),
    ("= 300", "= 3601", "the CA's own limit"),
    (
        "[\"emailProtection\"]",
        "[\"emailProtection\", \"serverAuth\"]",
        "S/MIME BR 7.1.2.3 f",
    ),
    (
        "[\"digitalSignature\", \"keyAgreement\"]",
        "[\"digitalSignature\", \"keyEncipherment\"]",
        "S/MIME BR 7.1.2.3 e",
    ),
    (
        "[\"digitalSignature\", \"keyEncipherment\"]",
        "[]",
        "S/MIME BR 7.1.2.3 e",
    ),
    (
        "[\"digitalSignature\", \"keyEncipherment\"]",
        "[\"digitalSignature\"]",
        "CPS 7.1.2",
    ),
    (
        "[\"digitalSignature\", \"keyEncipherment\"]",
        "[\"digitalSignature\", \"keyEncipherment\", \"dataEncipherment\"]",
        "CPS 7.1.2",
    ),
    (
        "[\"emailProtection\"]",
        "[\"emailProtection\", \"clientAuth\"]",
        "S/MIME BR 7.1.2.3 f, CPS 7.1.2",
    ),
    ("    \"subjectAltName\",\n", "", "S/MIME BR 7.1.2.3"),
    (
        "    \"keyUsage\",\n",
        "    \"keyUsage\",\n    \"keyUsage\",\n",
        "RFC 5280 4.2",
    ),
    (
        "organization = \"required\"",
        "organization = \"optional\"",
        "S/MIME BR 7.1.4.2.4",
    ),
    (
        "country = \"required\"\n",
        "country = \"required\"\nsurname = \"optional\"\n",
        "S/MIME BR 7.1.4.2.4",
    ),
    (
        "country = \"required\"\n",
        "country = \"required\"\norganizational_unit = \"optional\"\n",
        "CPS 7.1.4",
    ),
    (
        "common_name = \"required\"",
        "common_name = \"optional\"",
        "CPS 7.1.4",
    ),
    ("country = \"required\"\n", "", "S/MIME BR 7.1.4.2.2"),
    (
        "[\"organization\", \"email\"]",
        "[\"organization\", \"pseudonym\"]",
        "S/MIME BR 7.1.4.2.2 a",
    ),
    (
        "[\"organization\", \"email\"]",
        "[]",
        "S/MIME BR 7.1.4.2.2 a",
    ),
];

#[test]
fn a_profile_that_asks_for_more_is_refused_with_the_clause() {
    for (from, to, expected) in TOO_MUCH {
        let text = MULTIPURPOSE.replacen(from, to, 1);
        assert_ne!(text, MULTIPURPOSE, "{from}");
        match CertificateProfile::parse(&text) {
            Err(ProfileFault::Rule { clause, .. }) => assert_eq!(clause, *expected, "{to}"),
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn unknown_keys_and_values_are_refused() {
    for (from, to) in [
        ("version = 1", "version = 1\nsurprise = true"),
        ("= \"organization\"", "= \"domain\""),
        ("\"subjectAltName\"", "\"nameConstraints\""),
        ("country = \"required\"", "domain = \"optional\""),
        ("\"email\"]", "\"csr\"]"),
        ("max_validity_days = 730", ""),
    ] {
        let text = MULTIPURPOSE.replacen(from, to, 1);
        assert_ne!(text, MULTIPURPOSE, "{from}");
        assert!(
            matches!(
                CertificateProfile::parse(&text),
                Err(ProfileFault::Syntax(_))
            ),
            "{to}"
        );
    }
}

/// What a person is called: a name or a pseudonym, one of them in each certificate.
#[test]
fn a_person_has_a_name_or_a_pseudonym() {
    let with = |subject: &str| {
        let text = other("individual", "2.23.140.1.5.4.2", "[\"email\"]", subject);
        clause(&text)
    };
    let (given, surname) = ("given_name = \"required\"\n", "surname = \"required\"\n");
    let pseudonym = "pseudonym = \"required\"\n";
    assert_eq!(with(given), None);
    assert_eq!(with(&format!("{surname}given_name = \"optional\"\n")), None);
    assert_eq!(with(pseudonym), None);
    let refused = Some("S/MIME BR 7.1.4.2.6");
    assert_eq!(with(""), refused);
    assert_eq!(with("surname = \"optional\"\n"), refused);
    assert_eq!(with(&format!("{pseudonym}{given}")), refused);
    assert_eq!(
        with(&format!("{surname}pseudonym = \"optional\"\n")),
        refused
    );
}

/// A common name repeats what the level has and the subject of the file holds.
#[test]
fn a_common_name_has_its_source_in_the_subject() {
    let of = |level, policy, sources: &str, subject: &str| {
        clause(&other(level, policy, sources, subject))
    };
    let (mailbox, person) = ("2.23.140.1.5.1.2", "2.23.140.1.5.4.2");
    let refused = Some("S/MIME BR 7.1.4.2.2 a");
    assert_eq!(of("mailbox", mailbox, "[\"email\"]", ""), None);
    assert_eq!(of("mailbox", mailbox, "[\"organization\"]", ""), refused);
    let surname = "surname = \"required\"\n";
    let both = "[\"personal_name\", \"email\"]";
    assert_eq!(of("individual", person, both, surname), None);
    for wrong in [
        "[\"pseudonym\"]",
        "[\"organization\"]",
        "[\"email\", \"email\"]",
    ] {
        assert_eq!(of("individual", person, wrong, surname), refused, "{wrong}");
    }
}

/// Key usage, purposes and generation by the type of the file.
#[test]
fn the_generations_differ_where_the_requirements_do() {
    let strict = STRICT.replace(
        "[\"digitalSignature\", \"keyEncipherment\"]",
        "[\"digitalSignature\", \"keyEncipherment\", \"dataEncipherment\"]",
    );
    assert_eq!(clause(&strict), Some("S/MIME BR 7.1.2.3 e"));
    let strict = STRICT.replace(
        "[\"emailProtection\"]",
        "[\"emailProtection\", \"clientAuth\"]",
    );
    assert_eq!(clause(&strict), Some("S/MIME BR 7.1.2.3 f"));
    for level in leaf_type::ValidationLevel::ALL {
        let name = level.name();
        let text = other(name, "2.23.140.1.5.1.1", "[\"email\"]", "");
        let legacy = text.replace("\"multipurpose\"", "\"legacy\"");
        assert_eq!(clause(&legacy), Some("S/MIME BR 7.1.6.1"), "{name}");
    }
}
