//! What each register's answers mean.

use chancery::domain::register::{
    Caution, EntityStatus, LookupOutcome, LookupResult, RegisterId, RegisterRecord,
};

use super::{
    asked, number, played,
    register_fixtures::{
        Fixtures,
        firms::{FORMER, KRS, NAME, NIP},
    },
};

async fn found(fixtures: &Fixtures, id: RegisterId, mood: &str) -> RegisterRecord {
    match asked(fixtures, id, mood).await {
        LookupOutcome::Found(record, _) => *record,
        other => panic!("{} {mood}: {other:?}", id.name()),
    }
}

#[tokio::test]
async fn each_ending_of_an_organisation_is_its_own_state() {
    use EntityStatus as S;
    use RegisterId as R;
    let fixtures = Fixtures::start(0).await;
    for (id, mood, status) in [
        (R::Krs, "good", S::Active),
        (R::Krs, "struck", S::Struck),
        (R::Krs, "liquidation", S::Liquidation),
        (R::Krs, "insolvency", S::Insolvency),
        (R::Krs, "unknown-head", S::Unknown),
        (R::Ceidg, "good", S::Active),
        (R::Ceidg, "struck", S::Struck),
        (R::Ceidg, "suspended", S::Suspended),
        (R::Regon, "good", S::Active),
        (R::Regon, "struck", S::Struck),
        (R::Regon, "suspended", S::Suspended),
        (R::Regon, "insolvency", S::Insolvency),
        (R::Gleif, "good", S::Active),
        (R::Gleif, "struck", S::Struck),
        (R::CompaniesHouse, "good", S::Active),
        (R::CompaniesHouse, "struck", S::Struck),
        (R::CompaniesHouse, "liquidation", S::Liquidation),
        (R::CompaniesHouse, "insolvency", S::Insolvency),
        // A tax number says nothing of its holder's standing.
        (R::WhiteList, "good", S::Unknown),
        (R::Vies, "good", S::Unknown),
    ] {
        let record = found(&fixtures, id, mood).await;
        assert_eq!(record.status, status, "{} {mood}", id.name());
    }
}

#[tokio::test]
async fn what_a_person_must_heed_is_said() {
    use Caution as C;
    use RegisterId as R;
    let fixtures = Fixtures::start(0).await;
    for (id, mood, cautions) in [
        (R::Krs, "good", vec![]),
        (R::Krs, "unknown-head", vec![C::StatusUnclear]),
        (R::WhiteList, "good", vec![]),
        (R::WhiteList, "struck", vec![C::VatNotActive]),
        (R::Ceidg, "good", vec![C::NaturalPerson]),
        (R::Regon, "good", vec![]),
        (R::Regon, "natural", vec![C::NaturalPerson]),
        (R::Vies, "good", vec![]),
        (R::Vies, "withheld", vec![C::FactsWithheld]),
        (R::Gleif, "good", vec![]),
        (
            R::Gleif,
            "lapsed",
            vec![C::LeiNotIssued, C::LeiNotCorroborated],
        ),
        (R::CompaniesHouse, "good", vec![]),
        (R::CompaniesHouse, "proposal", vec![C::StrikeOffProposed]),
        (
            R::CompaniesHouse,
            "disputed",
            vec![C::AddressUndeliverable, C::AddressDisputed],
        ),
    ] {
        let record = found(&fixtures, id, mood).await;
        assert_eq!(record.cautions, cautions, "{} {mood}", id.name());
    }
}

#[tokio::test]
async fn the_court_register_gives_name_seat_and_numbers() {
    let fixtures = Fixtures::start(0).await;
    let record = found(&fixtures, RegisterId::Krs, "good").await;
    let text = |fact: &Option<_>| fact.as_ref().map(ToString::to_string).unwrap();
    assert_eq!(text(&record.legal_name), NAME);
    assert_eq!(text(&record.address.region), "MAZOWIECKIE");
    assert_eq!(text(&record.address.locality), "WARSZAWA");
    assert_eq!(text(&record.address.street), "UL. PRZYKŁADOWA 1 / 2");
    assert_eq!(text(&record.address.postcode), "00-001");
    assert_eq!(text(&record.as_of), "19.11.2026");
    let numbers: Vec<_> = record
        .numbers
        .iter()
        .map(|one| (one.kind.as_str(), one.number.as_str()))
        .collect();
    assert_eq!(numbers, [("NIP", NIP), ("REGON", "12345678500000")]);
    assert_eq!(record.contacts[0].as_str(), "KONTAKT@EXAMPLE.COM");
    let outcome = asked(&fixtures, RegisterId::Krs, "good").await;
    let stamps = outcome.evidence().stamps.iter();
    let stamps: Vec<_> = stamps.map(|one| (one.name, one.value.as_str())).collect();
    assert!(
        stamps.contains(&("numerOstatniegoWpisu", "7")),
        "{stamps:?}"
    );
}

/// As many of them as are asked here; of the others only that there is a number.
#[tokio::test]
async fn the_index_names_the_national_register_by_its_authority() {
    let fixtures = Fixtures::start(0).await;
    for (mood, kind, number) in [
        ("good", "KRS", KRS),
        ("english", "NTR", "SC123456"),
        ("northern-irish", "NTR", "SC123456"),
        ("scottish", "NTR", "SC123456"),
        ("foreign", "registeredAs", "SC123456"),
    ] {
        let record = found(&fixtures, RegisterId::Gleif, mood).await;
        let numbers = record.numbers.iter();
        let numbers: Vec<_> = numbers
            .map(|one| (one.kind.as_str(), one.number.as_str()))
            .collect();
        assert_eq!(numbers, [(kind, number)], "{mood}");
    }
}

#[tokio::test]
async fn former_names_are_kept_apart_from_the_name() {
    let fixtures = Fixtures::start(0).await;
    let struck = found(&fixtures, RegisterId::Krs, "struck").await;
    assert_eq!(struck.legal_name.unwrap().as_str(), NAME);
    assert_eq!(struck.other_names[0].as_str(), FORMER);
    let company = found(&fixtures, RegisterId::CompaniesHouse, "renamed").await;
    assert_eq!(
        company.legal_name.unwrap().as_str(),
        "EXAMPLE SYNTHETIC LIMITED"
    );
    assert_eq!(company.other_names[0].as_str(), "FORMER SYNTHETIC LIMITED");
    let entity = found(&fixtures, RegisterId::Gleif, "renamed").await;
    assert_eq!(entity.other_names[0].as_str(), "Dawny Przykład sp. z o.o.");
}

#[tokio::test]
async fn the_court_register_says_not_found_only_after_all_four_extracts() {
    let fixtures = Fixtures::start(0).await;
    for mood in ["204", "none-404"] {
        let register = played(&fixtures, RegisterId::Krs, mood);
        let outcome = register.lookup(&number("KRS", "PL", "0000000009")).await;
        assert_eq!(outcome.result(), LookupResult::NotFound, "{outcome:?}");
        let urls = outcome.evidence().exchanges.iter().map(|one| &one.url);
        let asked = urls.filter(|url| url.contains("0000000009"));
        assert_eq!(asked.count(), 4);
    }
}

#[tokio::test]
async fn the_register_of_traders_answers_in_four_forms() {
    let fixtures = Fixtures::start(0).await;
    for mood in ["good", "object", "bare", "list"] {
        let record = found(&fixtures, RegisterId::Ceidg, mood).await;
        assert_eq!(
            record.legal_name.unwrap().as_str(),
            "Przykład Jan Kowalski",
            "{mood}"
        );
    }
    let outcome = asked(&fixtures, RegisterId::Ceidg, "ambiguous").await;
    assert_eq!(outcome.result(), LookupResult::Ambiguous);
    assert_eq!(outcome.records().len(), 2);
}

#[tokio::test]
async fn an_empty_answer_of_regon_is_told_from_a_session_that_ended() {
    let fixtures = Fixtures::start(0).await;
    let silent = played(&fixtures, RegisterId::Regon, "silent-none");
    let outcome = silent.lookup(&number("NIP", "PL", "9990000014")).await;
    assert_eq!(outcome.result(), LookupResult::NotFound, "{outcome:?}");
    let outcome = asked(&fixtures, RegisterId::Regon, "session-over").await;
    assert_eq!(outcome.result(), LookupResult::Unavailable, "{outcome:?}");
    assert_eq!(outcome.evidence().remark.as_deref(), Some("KomunikatKod 7"));
    let outcome = asked(&fixtures, RegisterId::Regon, "ambiguous").await;
    assert_eq!(outcome.result(), LookupResult::Ambiguous, "{outcome:?}");
}

#[tokio::test]
async fn regon_is_asked_by_the_number_of_the_court_register_too() {
    let fixtures = Fixtures::start(0).await;
    let register = played(&fixtures, RegisterId::Regon, "good");
    let outcome = register.lookup(&number("KRS", "PL", KRS)).await;
    let [record] = outcome.records() else {
        panic!("{outcome:?}");
    };
    assert_eq!(record.number.as_str(), KRS);
    assert!(record.legal_form.is_some());
}

#[tokio::test]
async fn a_member_state_that_is_out_of_service_is_not_an_invalid_number() {
    let fixtures = Fixtures::start(0).await;
    for mood in [
        "ms-ms-unavailable",
        "ms-ms-max-concurrent-req",
        "ms-global-max-concurrent-req",
        "ms-timeout",
        "ms-service-unavailable",
    ] {
        let outcome = asked(&fixtures, RegisterId::Vies, mood).await;
        assert_eq!(
            outcome.result(),
            LookupResult::Unavailable,
            "{mood}: {outcome:?}"
        );
    }
    let outcome = asked(&fixtures, RegisterId::Vies, "ms-invalid-input").await;
    assert_eq!(outcome.result(), LookupResult::SchemaChanged, "{outcome:?}");
}

#[tokio::test]
async fn what_a_member_state_withholds_is_missing_and_not_three_dashes() {
    let fixtures = Fixtures::start(0).await;
    let record = found(&fixtures, RegisterId::Vies, "withheld").await;
    assert_eq!((record.legal_name, record.address.whole), (None, None));
    let record = found(&fixtures, RegisterId::Vies, "good").await;
    let whole = record.address.whole.unwrap();
    assert_eq!(whole.as_str(), "PRZYKŁADOWA 1, 00-001 WARSZAWA");
}
