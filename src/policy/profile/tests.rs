use super::*;

const MULTIPURPOSE: &str = include_str!("../../../config/profiles/org-multipurpose.toml");
const STRICT: &str = include_str!("../../../config/profiles/org-strict.toml");

#[test]
fn the_shipped_profiles_are_within_the_rules() {
    for (text, name, generation) in [
        (MULTIPURPOSE, "org-multipurpose", Generation::Multipurpose),
        (STRICT, "org-strict", Generation::Strict),
    ] {
        let profile = CertificateProfile::parse(text).unwrap();
        assert_eq!(profile.name(), name);
        assert_eq!(profile.generation(), generation);
        assert_eq!(profile.sha256(), <[u8; 32]>::from(Sha256::digest(text)));
        assert_eq!(
            profile.requirement(AttributeType::Locality),
            Some(Requirement::Optional)
        );
    }
}

/// Each row changes the good file so that it asks for more than one clause allows.
#[test]
fn a_profile_that_asks_for_more_is_refused_with_the_clause() {
    for (from, to, expected) in [
        ("version = 1", "version = 2", "the file format"),
        ("\"org-multi", "\"Org-multi", "the file format"),
        ("5.2.2\"", "5.2.3\"", "S/MIME BR 7.1.6.1"),
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
        ("country = \"required\"\n", "", "S/MIME BR 7.1.4.2.2"),
        (
            "[\"organization\", \"email\"]",
            "[]",
            "S/MIME BR 7.1.4.2.2 a",
        ),
    ] {
        let text = MULTIPURPOSE.replacen(from, to, 1);
        assert_ne!(text, MULTIPURPOSE, "{from}");
        match CertificateProfile::parse(&text) {
            Err(ProfileFault::Rule { clause, .. }) => assert_eq!(clause, expected, "{to}"),
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn unknown_keys_and_values_are_refused() {
    for (from, to) in [
        ("version = 1", "version = 1\nsurprise = true"),
        ("\"multipurpose\"", "\"legacy\""),
        ("\"subjectAltName\"", "\"nameConstraints\""),
        ("country = \"required\"", "title = \"optional\""),
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
