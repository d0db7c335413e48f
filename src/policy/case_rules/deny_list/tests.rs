use super::*;

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn list() -> DenyList {
    let names = [
        ("Żółw Handel sp. z o.o.", None),
        ("Müller Kraftwerke GmbH", Some("DE")),
        ("Przedsiębiorstwo Wodociągów Nadmorskich S.A.", None),
    ];
    let names = names.map(|(name, code)| DeniedName::new(name, code.map(country)).unwrap());
    let numbers = [
        identifier("KRS", country("PL"), "123456").unwrap(),
        identifier("NTR", country("DE"), "HRB 1234").unwrap(),
        OrganizationIdentifier::parse("LEIXG-506700GE1G29325QX363").unwrap(),
    ];
    let countries = vec![country("KP"), country("IR")];
    DenyList::new([7; 32], countries, names.to_vec(), numbers.to_vec())
}

fn suspect(code: &str, name: &str, identifier: &str) -> Suspect {
    Suspect {
        countries: vec![country(code)],
        names: vec![name.to_owned()],
        identifiers: vec![identifier.to_owned()],
    }
}

#[test]
fn each_kind_of_entry_hits() {
    let list = list();
    assert_eq!((list.entries(), list.sha256()), (8, [7; 32]));
    let elsewhere = "Wholly Unlike Bakery";
    for (code, name, number, hit) in [
        ("PL", elsewhere, "NTRPL-0000000001", None),
        ("KP", elsewhere, "NTRKP-1", Some("country KP EQUAL")),
        (
            "PL",
            elsewhere,
            "NTRPL-0000123456",
            Some("number NTRPL-0000123456 EQUAL"),
        ),
        (
            "DE",
            elsewhere,
            "NTRDE-hrb1234",
            Some("number NTRDE-HRB 1234 EQUAL"),
        ),
        // The same digits under another scheme are another number.
        ("PL", elsewhere, "VATPL-0000123456", None),
        (
            "PL",
            elsewhere,
            "LEIXG-506700GE1G29325QX363",
            Some("number LEIXG-506700GE1G29325QX363 EQUAL"),
        ),
        (
            "PL",
            "ŻÓŁW HANDEL SP. Z O.O.",
            "",
            Some("organization Żółw Handel sp. z o.o. EQUAL"),
        ),
        (
            "PL",
            "Żółw Handel Spółka z ograniczoną odpowiedzialnością",
            "",
            Some("organization Żółw Handel sp. z o.o. EQUAL_BUT_FORM"),
        ),
        (
            "PL",
            "Zolw Handel sp. z o.o.",
            "",
            Some("organization Żółw Handel sp. z o.o. EQUAL_BUT_ASCII"),
        ),
        (
            "PL",
            "Żółw Handel",
            "",
            Some("organization Żółw Handel sp. z o.o. SIMILAR"),
        ),
        (
            "DE",
            "Mueller Kraftwerke GmbH",
            "",
            Some("organization DE Müller Kraftwerke GmbH EQUAL_BUT_ASCII"),
        ),
        // Of that country only.
        ("AT", "Müller Kraftwerke GmbH", "", None),
    ] {
        let hits = list.hits(&suspect(code, name, number));
        let said: Vec<String> = hits
            .iter()
            .map(|hit| format!("{} {}", hit.entry, hit.verdict.name()))
            .collect();
        let expected: Vec<String> = hit.map(ToOwned::to_owned).into_iter().collect();
        assert_eq!(said, expected, "{code} {name} {number}");
    }
}

#[test]
fn sameness_denies_and_likeness_is_for_a_person() {
    let list = list();
    let of = |code: &str, name: &str| state(&list.hits(&suspect(code, name, "")));
    assert_eq!(of("PL", "Wholly Unlike Bakery"), CheckState::Verified);
    assert_eq!(of("PL", "Żółw Handel"), CheckState::Required);
    assert_eq!(of("PL", "Zolw Handel sp. z o.o."), CheckState::Failed);
    // The heavier of two hits holds.
    assert_eq!(of("KP", "Żółw Handel"), CheckState::Failed);
    // Any one of several names and countries is enough.
    let mut two = suspect("PL", "Wholly Unlike Bakery", "");
    two.names.push("Żółw Handel Sp. z o.o.".to_owned());
    assert_eq!(state(&list.hits(&two)), CheckState::Failed);
    two.names.pop();
    two.countries.push(country("IR"));
    assert_eq!(state(&list.hits(&two)), CheckState::Failed);
}

#[test]
fn entries_that_could_never_hit_are_no_entries() {
    for empty in ["", "  ", "\u{200b}", "x".repeat(600).as_str()] {
        assert_eq!(DeniedName::new(empty, None), None, "{empty:?}");
    }
    let of = |scheme, code, number| identifier(scheme, country(code), number);
    assert_eq!(
        of("NIP", "PL", "526-025-09-95").unwrap().to_string(),
        "VATPL-5260250995"
    );
    assert_eq!(
        of("NIP", "PL", "5260250996"),
        Err("registration-number-invalid")
    );
    assert_eq!(of("REGON", "PL", "1"), Err("identifier-scheme-unsupported"));
    assert_eq!(of("KRS", "DE", "1"), Err("identifier-scheme-unsupported"));
}
