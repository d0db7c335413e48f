//! What was verified once serves the same client again, and nobody else.

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    instance::{Answer, Call, Instance},
};

/// A client of the partner's.
struct Client<'a>(&'a Instance, &'a str);

impl Client<'_> {
    fn call(&self, method: &str, path: &str, call: Call) -> Answer {
        let call = call.header(&format!("Acting-For: {}", self.1)).fresh_key();
        self.0.call("partner", method, path, &call)
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, Call::default())
    }

    fn order(&self) -> String {
        let body = json!({"product_code": "smime-org-multipurpose-365-issue"});
        let made = self.call("POST", "/orders", Call::json(&body)).ok();
        made["id"].as_str().unwrap().to_owned()
    }

    fn bind(&self, order: &str, data: &str) -> Answer {
        let etag = self.get(&format!("/orders/{order}")).etag.unwrap();
        let body = Call::json(&json!({"subject_data_id": data})).matching(&etag);
        self.call("PUT", &format!("/orders/{order}/subject-data"), body)
    }
}

/// Test idea 4 of the flows.
#[test]
fn verified_data_serve_a_second_order_without_a_case_and_no_other_client() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "partner", "client-1");
    desk.approve();
    let client = Client(&instance, "client-1");
    let cases = || -> Vec<Value> {
        let listed = instance.get("specialist", "/cases?limit=200").ok();
        let items = listed["items"].as_array().unwrap().iter();
        items.map(|case| case["id"].clone()).collect()
    };
    let verified = client.get(&format!("/subject-data/{}", desk.data)).ok();
    for _ in 0..2 {
        let bound = client.bind(&client.order(), &desk.data).ok();
        assert_eq!(bound["steps"]["data"], json!({"state": "done"}));
        assert_eq!(bound["data"]["subject_data_id"], json!(desk.data));
        assert_eq!(cases(), [json!(desk.case)]);
    }
    let path = format!("/subject-data/{}", desk.data);
    assert_eq!(client.get(&path).ok()["verified"], verified["verified"]);

    // Not to be seen, used, changed or taken back by another client of the same partner.
    let other = Client(&instance, "client-2");
    let not_found = |answer: &Answer| {
        assert_eq!(answer.refusal(), (404, "not-found".to_owned()));
    };
    not_found(&other.get(&path));
    not_found(&other.get(&format!("{path}/documents")));
    not_found(&other.bind(&other.order(), &desk.data));
    not_found(&other.call("POST", &format!("{path}/withdraw"), Call::default()));
    let empty = json!({"items": [], "next": null});
    assert_eq!(other.get("/subject-data").ok(), empty);
    assert_eq!(client.get(&path).ok()["state"], "verified");
    assert_eq!(cases(), [json!(desk.case)]);
}
