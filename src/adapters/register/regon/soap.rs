//! Calls of the service: an envelope there, an envelope in the first part of a MIME body back.
//! The session's identifier is a secret: it travels in a header, and the answer that brings it is
//! not kept.

use hyper::{
    Method,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};

use crate::adapters::register::{
    egress::{Question, Reply},
    json,
    visit::{Trouble, Visit},
    xml,
};

const SERVICE: &str = "http://CIS/BIR/PUBL/2014/07";
const COMMON: &str = "http://CIS/BIR/2014/07";

/// What can be asked within a session.
pub enum Call<'a> {
    Search {
        /// `Nip` or `Krs`.
        parameter: &'static str,
        number: &'a str,
    },
    Report {
        regon: &'a str,
    },
    /// Why the last answer was empty.
    MessageCode,
}

/// A session.
pub struct Session<'a> {
    address: &'a str,
    id: HeaderValue,
}

impl<'a> Session<'a> {
    /// Signs in.
    ///
    /// # Errors
    /// `Unavailable` also when the service does not know the key.
    pub async fn open(visit: &mut Visit<'_>, address: &'a str, key: &str) -> Result<Self, Trouble> {
        let key = escaped(key);
        let body =
            format!("<ns:Zaloguj><ns:pKluczUzytkownika>{key}</ns:pKluczUzytkownika></ns:Zaloguj>");
        let action = format!("{SERVICE}/IUslugaBIRzewnPubl/Zaloguj");
        let question = Question {
            is_secret: true,
            ..question("Zaloguj", address, &action, &body)
        };
        let reply = visit.ask(question).await?;
        let id = result(visit, &reply, "ZalogujResult")?;
        if id.is_empty() {
            return Err(visit.out_of_service("the service does not know the key"));
        }
        let mut id = HeaderValue::from_str(&id)
            .map_err(|_| Trouble::drift("ZalogujResult is no identifier of a session"))?;
        id.set_sensitive(true);
        Ok(Self { address, id })
    }

    /// The text of the call's result: a number, or XML of its own; empty when there is nothing.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn call(&self, visit: &mut Visit<'_>, call: &Call<'_>) -> Result<String, Trouble> {
        let (name, action, body) = call.envelope();
        let mut question = question(name, self.address, &action, &body);
        let sid = HeaderName::from_static("sid");
        question.headers.push((sid, self.id.clone()));
        let reply = visit.ask(question).await?;
        result(visit, &reply, &format!("{name}Result"))
    }
}

impl Call<'_> {
    fn envelope(&self) -> (&'static str, String, String) {
        let publ = |name| format!("{SERVICE}/IUslugaBIRzewnPubl/{name}");
        match self {
            Self::Search { parameter, number } => {
                let number = escaped(number);
                let body = format!(
                    "<ns:DaneSzukajPodmioty><ns:pParametryWyszukiwania><dat:{parameter}>{number}\
                     </dat:{parameter}></ns:pParametryWyszukiwania></ns:DaneSzukajPodmioty>"
                );
                ("DaneSzukajPodmioty", publ("DaneSzukajPodmioty"), body)
            }
            Self::Report { regon } => {
                let regon = escaped(regon);
                let body = format!(
                    "<ns:DanePobierzPelnyRaport><ns:pRegon>{regon}</ns:pRegon>\
                     <ns:pNazwaRaportu>BIR11OsPrawna</ns:pNazwaRaportu></ns:DanePobierzPelnyRaport>"
                );
                (
                    "DanePobierzPelnyRaport",
                    publ("DanePobierzPelnyRaport"),
                    body,
                )
            }
            Self::MessageCode => {
                let body = format!(
                    "<c:GetValue xmlns:c=\"{COMMON}\"><c:pNazwaParametru>KomunikatKod\
                     </c:pNazwaParametru></c:GetValue>"
                );
                ("GetValue", format!("{COMMON}/IUslugaBIR/GetValue"), body)
            }
        }
    }
}

fn question(name: &'static str, address: &str, action: &str, body: &str) -> Question {
    let to = escaped(address);
    let envelope = format!(
        "<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:ns=\"{SERVICE}\" xmlns:dat=\"{SERVICE}/DataContract\">\
         <soap:Header xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">\
         <wsa:To>{to}</wsa:To><wsa:Action>{action}</wsa:Action></soap:Header>\
         <soap:Body>{body}</soap:Body></soap:Envelope>"
    );
    let kind = HeaderValue::from_static("application/soap+xml; charset=utf-8");
    Question {
        method: Method::POST,
        headers: vec![(CONTENT_TYPE, kind)],
        body: envelope.into_bytes(),
        operation: Some(name),
        ..Question::get(String::new())
    }
}

/// The text of the result in an answer.
fn result(visit: &Visit<'_>, reply: &Reply, name: &str) -> Result<String, Trouble> {
    if reply.status != 200 {
        return Err(json::unknown(reply));
    }
    let text = std::str::from_utf8(&reply.body);
    let text = text.map_err(|_| Trouble::drift("the answer is no UTF-8"))?;
    let envelope = match reply.media_type.as_str() {
        "application/soap+xml" => text,
        "multipart/related" => first_part(visit, text, &reply.content_type)?,
        _ => return Err(json::unknown(reply)),
    };
    if !envelope.contains("Envelope>") {
        return Err(visit.out_of_service("truncated"));
    }
    let envelope = xml::read(envelope.trim())?;
    if envelope.find("Fault").is_some() {
        return Err(visit.out_of_service("a SOAP fault"));
    }
    let result = envelope.find(name);
    let result = result.ok_or_else(|| Trouble::Drift(format!("{name} is missing")))?;
    Ok(result.text.trim().to_owned())
}

/// The body of the first part of a MIME multipart (RFC 2046 5.1).
fn first_part<'a>(
    visit: &Visit<'_>,
    text: &'a str,
    content_type: &str,
) -> Result<&'a str, Trouble> {
    let parameters = content_type.split(';').map(str::trim);
    let mut boundaries = parameters.filter_map(|one| one.strip_prefix("boundary="));
    let boundary = boundaries.next().map(|one| one.trim_matches('"'));
    let boundary = boundary.filter(|one| !one.is_empty());
    let boundary = boundary.ok_or_else(|| Trouble::drift("a multipart without a boundary"))?;
    let delimiter = format!("--{boundary}");
    let mut parts = text.splitn(3, &delimiter);
    let part = parts
        .nth(1)
        .ok_or_else(|| Trouble::drift("a multipart without a part"))?;
    if parts.next().is_none() {
        return Err(visit.out_of_service("truncated"));
    }
    let body = part
        .split_once("\r\n\r\n")
        .or_else(|| part.split_once("\n\n"));
    let body = body.ok_or_else(|| Trouble::drift("a part without a head"))?;
    Ok(body.1)
}

fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}
