//! What specialists and officers do at a case, as calls: claim, record, propose, decide.

use std::process::Command;

use serde_json::{Value, json};

use super::instance::{Answer, Call, Instance};

/// When something was seen, some weeks ago.
pub fn past() -> String {
    ago("-60 days", "+%FT%TZ")
}

/// An instant in the past, as `date` calls and writes it.
pub fn ago(time: &str, format: &str) -> String {
    let date = Command::new("date")
        .args(["-u", "-d", time, format])
        .output();
    let said = String::from_utf8(date.unwrap().stdout).unwrap();
    said.trim().to_owned()
}

/// The time by which statements are accepted.
pub fn now() -> String {
    let date = Command::new("date").args(["-u", "+%FT%TZ"]).output();
    let said = String::from_utf8(date.unwrap().stdout).unwrap();
    said.trim().to_owned()
}

/// A case of a customer's submitted data.
pub struct Desk<'a> {
    pub instance: &'a Instance,
    pub case: String,
    pub data: String,
}

impl<'a> Desk<'a> {
    /// Data by register number, submitted by `customer` of the frontend `ra`.
    pub fn open(instance: &'a Instance, ra: &str, customer: &str) -> Self {
        Self::of(instance, ra, customer, &by_number(), None)
    }

    /// These data, with the abbreviation that the applicant chooses at the end.
    pub fn of(
        instance: &'a Instance,
        ra: &str,
        customer: &str,
        set: &Value,
        abbreviation: Option<&str>,
    ) -> Self {
        let (case, data) = submit(instance, ra, customer, set, abbreviation);
        Self {
            instance,
            case,
            data,
        }
    }

    pub fn at(&self, rest: &str) -> String {
        format!("/cases/{}{rest}", self.case)
    }

    pub fn post(&self, who: &str, rest: &str, body: &Value) -> Answer {
        self.instance
            .post(who, &self.at(rest), &Call::json(body).fresh_key())
    }

    pub fn act(&self, who: &str, rest: &str) -> Answer {
        self.instance.post(who, &self.at(rest), &Call::default())
    }

    pub fn put(&self, who: &str, rest: &str, body: &Value) -> Answer {
        let etag = self.read("officer").etag.unwrap();
        self.instance
            .put(who, &self.at(rest), &Call::json(body).matching(&etag))
    }

    pub fn read(&self, who: &str) -> Answer {
        self.instance.get(who, &self.at(""))
    }

    pub fn word(&self, who: &str, step: &str, outcome: &str) -> Value {
        let digest = self.read("officer").ok()["case_digest"]
            .as_str()
            .unwrap()
            .to_owned();
        let text = format!(
            "chancery-decision/v1\n{}\n{step}\n{outcome}\n{digest}\n",
            self.case
        );
        json!({
            "outcome": outcome,
            "case_digest": digest,
            "reason": "as the register says",
            "signature": {"alg": "ES256", "value": self.instance.sign(who, &text)},
        })
    }

    pub fn propose(&self, who: &str, outcome: &str) -> Answer {
        self.post(who, "/proposal", &self.word(who, "propose", outcome))
    }

    pub fn decide(&self, who: &str, outcome: &str) -> Answer {
        self.post(who, "/decision", &self.word(who, "decide", outcome))
    }

    /// Two people approve the data.
    pub fn approve(&self) {
        self.approve_with(&facts());
    }

    /// Two people approve the data with these facts.
    pub fn approve_with(&self, facts: &Value) {
        self.complete_with(facts);
        self.propose("specialist", "approve").ok();
        self.decide("officer", "approve").ok();
    }

    /// Claims the case and records everything an approval needs.
    pub fn complete(&self) -> String {
        self.complete_with(&facts())
    }

    fn complete_with(&self, facts: &Value) -> String {
        self.act("specialist", "/claim").ok();
        let added = self.post("specialist", "/evidence", &note()).ok();
        let evidence = added["evidence"]["id"].as_str().unwrap().to_owned();
        let reached = contact(&evidence);
        let reached = self.post("specialist", "/evidence", &reached).ok();
        let reached = reached["evidence"]["id"].as_str().unwrap();
        for check in self.read("officer").ok()["checks"].as_array().unwrap() {
            if check["state"] == "REQUIRED" {
                let kind = check["check"].as_str().unwrap();
                let by = match kind {
                    "representative_authority" => reached,
                    _ => &evidence,
                };
                let rest = format!("/checks/{kind}");
                self.put("specialist", &rest, &verified(by)).ok();
            }
        }
        self.put("specialist", "/facts", facts).ok();
        evidence
    }
}

pub fn note() -> Value {
    json!({
        "kind": "register",
        "register": "manual",
        "source": "KRS",
        "content": "active",
        "obtained_at": past(),
    })
}

/// Somebody of the organisation, reached by what this evidence says.
pub fn contact(found_in: &str) -> Value {
    json!({
        "kind": "contact",
        "reached_at": "+48 22 555 01 00",
        "person": "Jan Example",
        "found_in": found_in,
        "source": "telephone number of the register",
        "content": "a member of the board confirms the order",
        "obtained_at": past(),
    })
}

pub fn verified(evidence: &str) -> Value {
    json!({"state": "VERIFIED", "checked_at": past(), "evidence": [evidence]})
}

pub fn facts() -> Value {
    json!({
        "organization": "Example sp. z o.o.",
        "scheme": "NTR",
        "number": "12345678",
        "country": "PL",
        "locality": "Warszawa",
    })
}

pub fn by_number() -> Value {
    json!({
        "organization": "Example sp. z o.o.",
        "country": "PL",
        "state_or_province": "mazowieckie",
        "locality": "Warszawa",
        "verification": {
            "method": "registration_number",
            "registration_type": "KRS",
            "registration_number": "12345678",
        },
    })
}

/// A data set of the customer's, submitted: its case and itself.
fn submit(
    instance: &Instance,
    ra: &str,
    customer: &str,
    set: &Value,
    abbreviation: Option<&str>,
) -> (String, String) {
    let customer = format!("Acting-For: {customer}");
    let call = |body: &Value| Call::json(body).header(&customer).fresh_key();
    let made = instance.post(ra, "/subject-data", &call(set)).ok();
    let data = made["id"].as_str().unwrap().to_owned();
    let products = instance
        .call(ra, "GET", "/products", &Call::default().header(&customer))
        .ok();
    let statements: Vec<Value> = products["items"][0]["statements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|statement| statement["step"] == "data")
        .map(|s| json!({"id": s["id"], "version": s["version"], "accepted_at": now()}))
        .collect();
    let path = format!("/subject-data/{data}/submit");
    let mut submission = json!({"statements": statements});
    if let Some(chosen) = abbreviation {
        submission["abbreviation"] = json!(chosen);
    }
    let submitted = instance.post(ra, &path, &call(&submission)).ok();
    (submitted["case"]["id"].as_str().unwrap().to_owned(), data)
}
