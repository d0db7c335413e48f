//! REGON's answers: XML as text in an envelope in a MIME part.

use super::{
    Request,
    firms::{KRS, NAME, NIP},
};

const SESSION: &str = "a1b2c3d4e5f6g7h8i9j0";

/// The result of the call in the request's envelope.
pub fn answer(request: &Request) -> String {
    let asks = |name: &str| request.body.contains(&format!("<ns:{name}>"));
    let knows_session = request.head.contains(&format!("sid: {SESSION}"));
    let (call, result) = if asks("Zaloguj") {
        let knows = request.body.contains(">fixture-key<");
        (
            "Zaloguj",
            if knows {
                SESSION.to_owned()
            } else {
                String::new()
            },
        )
    } else if request.body.contains("KomunikatKod") {
        let code = if request.mood == "session-over" {
            "7"
        } else {
            "4"
        };
        ("GetValue", code.to_owned())
    } else if !knows_session || request.mood == "session-over" {
        ("DaneSzukajPodmioty", String::new())
    } else if asks("DaneSzukajPodmioty") {
        ("DaneSzukajPodmioty", search(request))
    } else {
        ("DanePobierzPelnyRaport", report(&request.mood))
    };
    let result = result
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let name = if request.mood == "schema" {
        "Wynik"
    } else {
        call
    };
    let envelope = format!(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>\
         <{call}Response xmlns=\"http://CIS/BIR/PUBL/2014/07\"><{name}Result>{result}\
         </{name}Result></{call}Response></s:Body></s:Envelope>"
    );
    format!(
        "\r\n--uuid:1\r\nContent-ID: <http://tempuri.org/0>\r\nContent-Transfer-Encoding: 8bit\r\n\
         Content-Type: application/xop+xml;charset=utf-8;type=\"application/soap+xml\"\r\n\r\n\
         {envelope}\r\n--uuid:1--\r\n"
    )
}

fn search(request: &Request) -> String {
    let known = [NIP, KRS]
        .iter()
        .any(|number| request.body.contains(&format!(">{number}<")));
    if !known {
        return match request.mood.as_str() {
            // The older form: nothing at all, and the code when asked.
            "silent-none" => String::new(),
            _ => {
                "<root><dane><ErrorCode>4</ErrorCode><ErrorMessageEn>No data found</ErrorMessageEn>\
                  </dane></root>"
                    .to_owned()
            }
        };
    }
    let ended = if request.mood == "struck" {
        "2025-06-30"
    } else {
        ""
    };
    let kind = if request.mood == "natural" { "F" } else { "P" };
    let entry = format!(
        "<dane><Regon>123456785</Regon><Nip>{NIP}</Nip><Nazwa>{NAME}</Nazwa>\
         <Wojewodztwo>MAZOWIECKIE</Wojewodztwo><Miejscowosc>Warszawa</Miejscowosc>\
         <KodPocztowy>00-001</KodPocztowy><Ulica>ul. Przykładowa</Ulica>\
         <NrNieruchomosci>1</NrNieruchomosci><NrLokalu>2</NrLokalu><Typ>{kind}</Typ>\
         <SilosID>6</SilosID><DataZakonczeniaDzialalnosci>{ended}</DataZakonczeniaDzialalnosci>\
         </dane>"
    );
    let twice = if request.mood == "ambiguous" {
        entry.as_str()
    } else {
        ""
    };
    format!("<root>{entry}{twice}</root>")
}

fn report(mood: &str) -> String {
    let date = |wanted: &str| if mood == wanted { "2025-06-30" } else { "" };
    format!(
        "<root><dane><praw_regon9>123456785</praw_regon9><praw_nip>{NIP}</praw_nip>\
         <praw_nazwa>{NAME}</praw_nazwa>\
         <praw_numerWRejestrzeEwidencji>{KRS}</praw_numerWRejestrzeEwidencji>\
         <praw_dataZawieszeniaDzialalnosci>{}</praw_dataZawieszeniaDzialalnosci>\
         <praw_dataWznowieniaDzialalnosci/>\
         <praw_dataZakonczeniaDzialalnosci>{}</praw_dataZakonczeniaDzialalnosci>\
         <praw_dataOrzeczeniaOUpadlosci>{}</praw_dataOrzeczeniaOUpadlosci>\
         <praw_podstawowaFormaPrawna_Nazwa>SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ\
         </praw_podstawowaFormaPrawna_Nazwa></dane></root>",
        date("suspended"),
        date("struck"),
        date("insolvency"),
    )
}
