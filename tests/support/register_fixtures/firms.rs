//! The synthetic firm that every register knows, in each register's form. Other numbers are not
//! found, in each register's way of saying so.

use serde_json::{Value, json};

use super::Request;

/// The firm's numbers, by register.
pub const KRS: &str = "0012345678";
pub const NIP: &str = "1234563218";
pub const LEI: &str = "984500SYNTHETIC00095";
pub const COMPANY: &str = "SC123456";

/// The firm's name in the Polish registers.
pub const NAME: &str = "PRZYKŁAD SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ";
/// What the tests' applicant calls itself, in the register's form.
pub const APPLICANT: &str = "EXAMPLE SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ";
pub const FORMER: &str = "DAWNY PRZYKŁAD SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ";

/// Present extract. Empty heads in section 6, as healthy firms have them.
pub fn krs(mood: &str) -> Value {
    let name = match mood {
        "liquidation" => format!("{NAME} W LIKWIDACJI"),
        "applicant" | "applicant-insolvency" => APPLICANT.to_owned(),
        "applicant-liquidation" => format!("{APPLICANT} W LIKWIDACJI"),
        "similar" => APPLICANT.replace("EXAMPLE", "EXAMPLES"),
        _ => NAME.to_owned(),
    };
    let ending = match mood {
        "liquidation" | "applicant-liquidation" => {
            json!({"likwidacja": [{"otwarcieLikwidacji": {"opis": "UCHWAŁA"}}]})
        }
        "insolvency" | "applicant-insolvency" => {
            json!({"postepowanieUpadlosciowe": [{"sygnatura": "XIX GU 1/26"}]})
        }
        "unknown-head" => json!({"zarzadPrzymusowy": [{"opis": "USTANOWIONO"}]}),
        _ => json!({"likwidacja": [{}], "postepowanieUpadlosciowe": [],
            "polaczeniePodzialPrzeksztalcenie": [{"opis": "PRZEJĘCIE INNEJ SPÓŁKI"}]}),
    };
    json!({"odpis": {
        "rodzaj": "Aktualny",
        "naglowekA": {
            "rejestr": "RejP", "numerKRS": KRS, "dataCzasOdpisu": "20.11.2026 10:00:00",
            "stanZDnia": "19.11.2026", "numerOstatniegoWpisu": 7,
            "dataOstatniegoWpisu": "02.03.2026", "stanPozycji": 1
        },
        "dane": {
            "dzial1": {
                "danePodmiotu": {
                    "formaPrawna": "SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ",
                    "identyfikatory": {"regon": "12345678500000", "nip": NIP},
                    "nazwa": name
                },
                "siedzibaIAdres": {
                    "siedziba": {"kraj": "POLSKA", "wojewodztwo": "MAZOWIECKIE",
                        "powiat": "WARSZAWA", "gmina": "WARSZAWA", "miejscowosc": "WARSZAWA"},
                    "adres": {"ulica": "UL. PRZYKŁADOWA", "nrDomu": "1", "nrLokalu": "2",
                        "miejscowosc": "WARSZAWA", "kodPocztowy": "00-001",
                        "poczta": "WARSZAWA", "kraj": "POLSKA"},
                    "adresPocztyElektronicznej": "KONTAKT@EXAMPLE.COM"
                }
            },
            "dzial2": {"reprezentacja": {"sposobReprezentacji": "ZARZĄD",
                "sklad": [{"nazwisko": {"nazwiskoICzlon": "K***"}}]}},
            "dzial6": ending
        }
    }})
}

/// Full extract of a firm that was struck off; every name it ever had.
pub fn krs_full(mood: &str) -> Value {
    let last = match mood {
        "applicant-struck" => APPLICANT,
        _ => NAME,
    };
    json!({"odpis": {
        "rodzaj": "Pelny",
        "naglowekP": {
            "rejestr": "RejP", "numerKRS": KRS, "stanZDnia": "19.11.2026",
            "wpis": [
                {"numerWpisu": 1, "opis": "REJESTRACJA W KRAJOWYM REJESTRZE SĄDOWYM"},
                {"numerWpisu": 9, "opis": "WYKREŚLENIE Z KRAJOWEGO REJESTRU SĄDOWEGO"}
            ]
        },
        "dane": {"dzial1": {"danePodmiotu": {"nazwa": [
            {"nrWpisuWprow": "1", "nrWpisuWykr": "4", "nazwa": FORMER},
            {"nrWpisuWprow": "4", "nazwa": last}
        ]}}}
    }})
}

pub fn white_list(mood: &str, found: bool) -> Value {
    let status = if mood == "struck" {
        "Niezarejestrowany"
    } else {
        "Czynny"
    };
    let subject = json!({
        "name": NAME, "nip": NIP, "regon": "123456785", "krs": KRS, "statusVat": status,
        "workingAddress": "PRZYKŁADOWA 1/2, 00-001 WARSZAWA", "residenceAddress": null
    });
    let subject = if found { subject } else { Value::Null };
    json!({"result": {"subject": subject, "requestId": "aaaaa-1a2b3c4",
        "requestDateTime": "20-11-2026 10:00:00"}})
}

fn trader(status: &str, name: &str) -> Value {
    json!({
        "id": "9D2531B1-6DED-4538-95EA-22FF2C7D2E20", "nazwa": name, "status": status,
        "adresDzialalnosci": {"ulica": "ul. Przykładowa", "budynek": "1", "lokal": "2",
            "kod": "00-001", "miasto": "Warszawa", "wojewodztwo": "MAZOWIECKIE"},
        "wlasciciel": {"imie": "Jan", "nazwisko": "Kowalski", "nip": NIP, "regon": "123456785"}
    })
}

/// In the four forms of the answer.
pub fn ceidg(mood: &str) -> Value {
    let name = "Przykład Jan Kowalski";
    match mood {
        "object" => json!({"firma": trader("AKTYWNY", name)}),
        "bare" => trader("AKTYWNY", name),
        "list" => json!([
            trader("WYKRESLONY", "Dawny Przykład"),
            trader("AKTYWNY", name)
        ]),
        "struck" => json!({"firma": [trader("WYKRESLONY", name)]}),
        "suspended" => json!({"firma": [trader("ZAWIESZONY", name)]}),
        "ambiguous" => json!({"firma": [trader("AKTYWNY", name), trader("ZAWIESZONY", name)]}),
        _ => json!({"firma": [trader("AKTYWNY", name)]}),
    }
}

pub fn vies(mood: &str, request: &Request) -> Value {
    let asked: Value = serde_json::from_str(&request.body).unwrap_or_default();
    if let Some(word) = mood.strip_prefix("ms-") {
        let word = word.to_ascii_uppercase().replace('-', "_");
        return json!({"actionSucceed": false, "errorWrappers": [{"error": word}]});
    }
    let valid = asked["vatNumber"] == NIP;
    let withheld = !valid || mood == "withheld";
    let told = |text: &str| {
        if withheld {
            "---".to_owned()
        } else {
            text.to_owned()
        }
    };
    json!({
        "countryCode": asked["countryCode"], "vatNumber": asked["vatNumber"], "valid": valid,
        "requestDate": "2026-11-20T10:00:00.000Z", "requestIdentifier": "",
        "name": told(NAME), "address": told("PRZYKŁADOWA 1\n00-001 WARSZAWA"),
        "traderName": "---", "traderNameMatch": "NOT_PROCESSED"
    })
}

pub fn gleif(mood: &str) -> Value {
    let (entity, registration, level) = match mood {
        "struck" => ("INACTIVE", "RETIRED", "FULLY_CORROBORATED"),
        "lapsed" => ("ACTIVE", "LAPSED", "PARTIALLY_CORROBORATED"),
        _ => ("ACTIVE", "ISSUED", "FULLY_CORROBORATED"),
    };
    let (authority, registered) = match mood {
        "english" => ("RA000585", "SC123456"),
        "northern-irish" => ("RA000586", "SC123456"),
        "scottish" => ("RA000587", "SC123456"),
        "foreign" => ("RA000591", "SC123456"),
        _ => ("RA000484", KRS),
    };
    let others = match mood {
        "renamed" => json!([{"name": "Dawny Przykład sp. z o.o.", "language": "pl",
            "type": "PREVIOUS_LEGAL_NAME"}]),
        _ => json!([]),
    };
    json!({
        "meta": {"goldenCopy": {"publishDate": "2026-11-20T08:00:00Z"}},
        "data": {"type": "lei-records", "id": LEI, "attributes": {
            "lei": LEI,
            "entity": {
                "legalName": {"name": "Przykład sp. z o.o.", "language": "pl"},
                "otherNames": others,
                "legalAddress": {"language": "pl", "addressLines": ["ul. Przykładowa 1", "lok. 2"],
                    "city": "Warszawa", "region": "PL-14", "country": "PL",
                    "postalCode": "00-001"},
                "headquartersAddress": {"language": "pl", "addressLines": ["ul. Inna 5"],
                    "city": "Gdańsk", "region": "PL-22", "country": "PL", "postalCode": "80-001"},
                "registeredAt": {"id": authority}, "registeredAs": registered, "jurisdiction": "PL",
                "legalForm": {"id": "FJ0E", "other": null}, "status": entity
            },
            "registration": {"status": registration, "corroborationLevel": level,
                "nextRenewalDate": "2027-05-01T00:00:00Z"}
        }}
    })
}

pub fn company(mood: &str) -> Value {
    let (status, detail) = match mood {
        "struck" => ("dissolved", None),
        "liquidation" => ("liquidation", None),
        "insolvency" => ("administration", None),
        "proposal" => ("active", Some("active-proposal-to-strike-off")),
        _ => ("active", None),
    };
    let mut company = json!({
        "company_name": "EXAMPLE SYNTHETIC LIMITED", "company_number": COMPANY,
        "company_status": status, "company_status_detail": detail, "type": "ltd",
        "jurisdiction": "scotland", "etag": "0f1e2d3c4b5a",
        "registered_office_address": {"address_line_1": "1 Example Street",
            "locality": "Edinburgh", "region": "Midlothian", "postal_code": "EH1 1AA",
            "country": "Scotland"},
        "undeliverable_registered_office_address": mood == "disputed",
        "registered_office_is_in_dispute": mood == "disputed"
    });
    if mood == "renamed" {
        company["previous_company_names"] = json!([{"name": "FORMER SYNTHETIC LIMITED",
            "effective_from": "2010-01-01", "ceased_on": "2020-01-01"}]);
    }
    if mood == "struck" {
        company["date_of_cessation"] = json!("2025-06-30");
    }
    company
}
