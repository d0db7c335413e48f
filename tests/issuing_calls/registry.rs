//! Identities and tokens as operators, security officers and auditors see them.

use serde_json::json;

use crate::{
    instance::Call,
    world::{refused, shared},
};

#[test]
fn an_identity_is_made_read_and_disabled_for_good() {
    let world = shared();
    let instance = &world.instance;
    let uri = "spiffe://example.com/kiosk";
    let body = Call::json(&json!({"name": "kiosk", "role": "ra_customer", "uri": uri}));
    let made = instance.post("operator", "/identities", &body);
    assert_eq!(
        (made.status, made.location.as_deref()),
        (201, Some("/v1/identities/kiosk"))
    );
    let read = instance.get("auditor", "/identities/kiosk");
    assert_eq!((read.ok(), read.etag.clone()), (made.json(), made.etag));
    assert_eq!(
        (&read.json()["uri"], &read.json()["active"]),
        (&json!(uri), &json!(true))
    );
    let again = instance.post("operator", "/identities", &body);
    assert_eq!(again.refusal(), refused(409, "identity-exists"));
    let list = instance.get("auditor", "/identities?limit=200").ok();
    assert!(list["items"].as_array().unwrap().contains(&read.json()));
    let disable = |etag: &str| {
        let call = Call::default().matching(etag);
        instance.post("operator", "/identities/kiosk/disable", &call)
    };
    assert_eq!(
        disable("\"9\"").refusal(),
        refused(412, "precondition-failed")
    );
    assert_eq!(disable(&read.etag.unwrap()).ok()["active"], false);
    let twice = instance.post("operator", "/identities/kiosk/disable", &Call::default());
    assert_eq!(twice.refusal(), refused(409, "identity-disabled"));
}

#[test]
fn the_key_that_signs_is_ready() {
    let world = shared();
    let keys =
        json!({"items": [{"name": "issuing-g1", "ready": true, "fault": null}], "next": null});
    for who in ["security", "auditor"] {
        assert_eq!(world.instance.get(who, "/tokens").ok(), keys, "{who}");
    }
}
