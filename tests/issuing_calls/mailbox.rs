//! The e-mail step: set, look, send again, confirm; through a frontend and on the daemon's page.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call},
    world::{Client, PRODUCT, World, fresh_address, refused, shared},
};

pub const WRONG: &str = "AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA";

fn look(client: &Client, order: &str) -> Value {
    client.get(&format!("/orders/{order}/email")).ok()
}

pub fn resend(client: &Client, order: &str) -> Answer {
    let path = format!("/orders/{order}/email/resend");
    client.call("POST", &path, &Call::default())
}

#[test]
fn an_address_is_set_when_its_step_is_open() {
    let world = shared();
    let client = world.first();
    let early = client.order(PRODUCT);
    let refusal = client.set_address(&early, "anna@example.com");
    assert_eq!(refusal.refusal(), refused(409, "step-blocked"));
    assert_eq!(refusal.json()["blocked_by"], json!(["data-not-saved"]));
    let order = client.bound(&world.data);
    let path = format!("/orders/{order}/email");
    let unset = client.get(&path);
    let etag = unset.etag.clone().unwrap();
    let nothing = json!({"state": "not_set", "email": null, "warnings": [], "sent_at": null, "expires_at": null,
        "attempts_left": null, "confirmed_at": null, "valid_until": null, "method": null, "domain_id": null});
    assert_eq!(unset.ok(), nothing);
    for (email, code) in [
        ("anna", "email-invalid"),
        ("", "email-invalid"),
        ("żółw@example.com", "email-not-supported"),
    ] {
        let answer = client.set_address(&order, email);
        assert_eq!(answer.refusal(), refused(422, code), "{email}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/email");
    }
    let address = fresh_address();
    let body = Call::json(&json!({"email": address}));
    let stale = client.call("PUT", &path, &body.clone().matching("\"1\""));
    assert_eq!(stale.refusal(), refused(412, "precondition-failed"));
    let set = client.call("PUT", &path, &body.matching(&etag));
    assert_eq!(
        (&set.ok()["email"], &set.json()["attempts_left"]),
        (&json!(address), &json!(10))
    );
    assert_ne!(set.etag, Some(etag));
    assert_eq!(set.etag, client.get(&format!("/orders/{order}")).etag);
    // The same address again sends nothing and changes nothing.
    let code = world.code(&address, &[]);
    let again = client.set_address(&order, &address);
    assert_eq!(again.etag, set.etag);
    assert!(!String::from_utf8(again.bytes).unwrap().contains(&code));
    // Another address voids the code of the first.
    let other = fresh_address();
    client.set_address(&order, &other).ok();
    let void = client.confirm(&order, &code);
    assert_eq!(void.refusal(), refused(422, "code-invalid"));
    client.confirm(&order, &world.code(&other, &[])).ok();
    client
        .post(&format!("/orders/{early}/cancel"), &json!({}))
        .ok();
    let late = client.set_address(&early, "anna@example.com");
    assert_eq!(late.refusal(), refused(409, "order-state-conflict"));
}

#[test]
fn a_frontend_passes_on_what_the_holder_typed() {
    let world = shared();
    let client = world.first();
    let order = client.bound(&world.data);
    let unset = client.confirm(&order, WRONG);
    assert_eq!(unset.refusal(), refused(409, "step-blocked"));
    assert_eq!(unset.json()["blocked_by"], json!(["email-not-set"]));
    assert_eq!(
        resend(&client, &order).json()["blocked_by"],
        json!(["email-not-set"])
    );
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    let wrong = client.confirm(&order, WRONG);
    assert_eq!(wrong.refusal(), refused(422, "code-invalid"));
    assert_eq!(look(&client, &order)["attempts_left"], 9);
    assert_eq!(
        client.confirm(&order, " ").refusal(),
        refused(422, "code-invalid")
    );
    assert_eq!(
        look(&client, &order)["attempts_left"],
        9,
        "no guess was made"
    );
    for (ra, customer) in [("customer", "c-2"), ("partner", "c-1")] {
        let foreign = world.client(ra, customer).confirm(&order, &code);
        assert_eq!(foreign.refusal(), refused(404, "not-found"), "{ra}");
    }
    let typed = code.to_lowercase().replace('-', " ");
    let confirmed = client.confirm(&order, &typed).ok();
    assert_eq!(confirmed["state"], "verified");
    assert_eq!(client.confirm(&order, &code).ok(), confirmed);
    let guess = client.confirm(&order, WRONG);
    assert_eq!(guess.refusal(), refused(422, "code-invalid"));
    let done = resend(&client, &order);
    assert_eq!(done.refusal(), refused(409, "email-already-confirmed"));
    let read = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(read["steps"]["email"], json!({"state": "done"}));
    // What is proven serves the owner's next order at once, and nobody else's.
    let next = client.bound(&world.data);
    assert_eq!(
        client.set_address(&next, &address).ok()["state"],
        "verified"
    );
}

#[test]
fn ten_wrong_codes_lock_it_and_the_owner_is_told() {
    let world = shared();
    let client = world.first();
    let order = client.bound(&world.data);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    for left in (0..10).rev() {
        let wrong = client.confirm(&order, WRONG);
        assert_eq!(wrong.refusal(), refused(422, "code-invalid"));
        assert_eq!(look(&client, &order)["attempts_left"], left);
    }
    assert_eq!(look(&client, &order)["state"], "locked");
    let locked = client.confirm(&order, &code);
    assert_eq!(locked.refusal(), refused(409, "email-locked"));
    let problems = client.get("/notifications?tab=problems").ok();
    let problems = problems["items"].as_array().unwrap().clone();
    let mine = problems
        .iter()
        .find(|line| line["order_id"] == json!(order));
    assert_eq!(mine.unwrap()["code"], "mailbox-locked");
    let soon = resend(&client, &order);
    assert_eq!(soon.refusal(), refused(429, "resend-too-soon"));
    assert!(soon.retry_after.unwrap().parse::<u64>().unwrap() <= 60);
}

/// A call at the public listener, as a browser or a scanner makes it: status and body.
pub fn public(url: &str, arguments: &[&str]) -> (String, String) {
    let output = Command::new("curl")
        .args(["-sS", "--max-time", "60", "-w", "\n%{http_code}"])
        .args(arguments)
        .arg(url)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.to_owned(), body.to_owned())
}

/// The page that the mail with the code leads to, and its validation.
pub fn page_of(world: &World, code: &str) -> (String, String) {
    let mails = world.sink.mails();
    let mail = mails.iter().find(|mail| mail.contains(code)).unwrap();
    let link = "http://pki.example.com/v/";
    let id = mail.split(link).nth(1).unwrap();
    let id = id.split_whitespace().next().unwrap();
    (format!("{}/v/{id}", world.instance.public), id.to_owned())
}

#[test]
fn the_holder_confirms_on_the_daemons_page_and_a_scanner_does_not() {
    let world = shared();
    let client = world.first();
    let order = client.bound(&world.data);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    let (page, _) = page_of(&world, &code);
    let (status, body) = public(&page, &[]);
    assert!(status == "200" && body.contains("name=\"code\""), "{body}");
    assert_eq!(public(&page, &["-I"]).0, "200");
    assert_eq!(public(&page, &["-d", "code="]).0, "422");
    assert_ne!(look(&client, &order)["state"], "verified");
    assert_eq!(look(&client, &order)["attempts_left"], 10);
    let (status, body) = public(&page, &["--data-urlencode", &format!("code={code}")]);
    assert_eq!(status, "200", "{body}");
    assert_eq!(look(&client, &order)["state"], "verified");
}

/// What stands between `open` and `"` in each part of a page.
fn values(page: &str, open: &str) -> Vec<String> {
    let parts = page.split(open).skip(1);
    parts
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect()
}

/// Test idea 10 of the flows: a program that opens the link, follows what is on the page and
/// submits its form as a script would, by each button and with words that it finds.
#[test]
fn a_robot_that_submits_the_form_of_the_page_confirms_nothing() {
    let world = shared();
    let client = world.first();
    let order = client.bound(&world.data);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    let (page, id) = page_of(&world, &code);
    let version = || client.get(&format!("/orders/{order}")).etag;
    let is_sent = || look(&client, &order)["state"] == "sent";
    assert!((0..3_000).any(|_| is_sent()), "the mail is booked");
    let before = (look(&client, &order), version());
    assert_eq!(before.0["attempts_left"], 10);
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
        let head = if method == "HEAD" { "-I" } else { "-g" };
        public(&page, &["-X", method, head]);
    }
    for purpose in ["Purpose: prefetch", "Sec-Purpose: prefetch"] {
        public(&page, &["-H", purpose]);
    }
    let (_, body) = public(&page, &[]);
    let links = values(&body, "href=\"");
    assert!(!links.is_empty());
    for link in links {
        public(&format!("{}{link}", world.instance.public), &[]);
    }
    let actions = values(&body, "action=\"");
    assert_eq!(actions.len(), 1, "{body}");
    let action = format!("{}{}", world.instance.public, actions[0]);
    let buttons = values(&body, "name=\"act\" value=\"");
    assert_eq!(buttons, ["confirm", "disown"]);
    let submit = |form: &str| {
        let (status, said) = public(&action, &["-d", form]);
        assert_eq!(status, "422", "{form}: {said}");
    };
    for form in ["", "code=", "code=%20&act=confirm", "code=&code="] {
        submit(form);
    }
    for act in &buttons {
        submit(&format!("code=&act={act}"));
    }
    assert_eq!((look(&client, &order), version()), before);
    // Words that it finds or makes up are guesses, and wrong.
    for word in ["test", &id, &address] {
        for act in &buttons {
            submit(&format!("code={word}&act={act}"));
        }
    }
    let guessed = look(&client, &order);
    assert_eq!((&guessed["state"], version()), (&json!("sent"), before.1));
    // The same form, filled in by who has the mail.
    let form = format!("code={code}&act=confirm");
    assert_eq!(public(&action, &["-d", &form]).0, "200");
    assert_eq!(look(&client, &order)["state"], "verified");
}

/// "This was not me" needs the code, stops the order, and only an officer sets it going again.
#[test]
fn a_disowned_order_stands_still_until_an_officer_has_looked() {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let address = look(&client, &order)["email"].as_str().unwrap().to_owned();
    let code = world.code(&address, &[]);
    let (page, id) = page_of(&world, &code);
    let (_, body) = public(&page, &[]);
    assert!(body.contains("value=\"disown\"") && !body.contains("value=\"confirm\""));
    for guess in [WRONG, ""] {
        let form = format!("code={guess}&act=disown");
        assert_eq!(public(&page, &["-d", &form]).0, "422");
    }
    assert_eq!(look(&client, &order)["state"], "verified");
    let form = format!("code={code}&act=disown");
    for _ in 0..2 {
        let (status, body) = public(&page, &["-d", &form]);
        assert!(
            status == "200" && body.contains("the order is stopped"),
            "{body}"
        );
    }
    assert_eq!(look(&client, &order)["state"], "disowned");
    let read = client.get(&format!("/orders/{order}")).ok();
    let blocked = json!({"state": "blocked", "blocked_by": ["email-disowned"]});
    assert_eq!(read["steps"]["email"], blocked);
    assert_eq!(
        read["steps"]["activation"]["blocked_by"],
        json!(["email-not-verified"])
    );
    for answer in [
        client.set_address(&order, &fresh_address()),
        resend(&client, &order),
    ] {
        assert_eq!(answer.refusal(), refused(409, "email-disowned"));
    }
    let problems = client.get("/notifications?tab=problems&limit=200").ok();
    let mut problems = problems["items"].as_array().unwrap().iter();
    let mine = problems.find(|line| line["order_id"] == json!(order));
    assert_eq!(mine.unwrap()["code"], "mailbox-disowned");
    let list = world.instance.get("specialist", "/disowned-mailboxes").ok();
    let lines = list["items"].as_array().unwrap();
    let line = lines.iter().find(|line| line["id"] == json!(id)).unwrap();
    assert_eq!(
        (&line["email"], &line["order_id"]),
        (&json!(address), &json!(order))
    );
    let release = format!("/disowned-mailboxes/{id}/release");
    let call = |who: &str, note: &str| {
        let body = Call::json(&json!({"note": note}));
        world.instance.call(who, "POST", &release, &body)
    };
    assert_eq!(
        call("specialist", "x").refusal(),
        refused(403, "role-forbidden")
    );
    assert_eq!(
        call("officer", "").refusal(),
        refused(422, "validation-failed")
    );
    let released = call("officer", "asked the company").ok();
    assert_eq!(released["state"], "invalidated");
    let again = call("officer", "asked the company");
    assert_eq!(again.refusal(), refused(409, "email-not-disowned"));
    let other = fresh_address();
    client.set_address(&order, &other).ok();
    client.confirm(&order, &world.code(&other, &[])).ok();
    assert_eq!(look(&client, &order)["state"], "verified");
}
