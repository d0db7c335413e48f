//! Control of a mail domain (S/MIME BR 3.2.2.1): a daemon with a name server of the test's own and
//! five perspectives that answer as they are told.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    evidence_check,
    instance::{Answer, Call, Instance},
    openssl::new_key,
    perspectives::{Odd, Perspectives},
    time::DAY,
    wall::Wall,
    world::{Client, PRODUCT, World, faults, refused, submission},
    zones::Zones,
};

pub const DOMAIN: &str = "insecure.info";

pub struct Scene {
    pub world: World,
    zones: Zones,
    pub wall: Wall,
}

impl Scene {
    pub fn start() -> Self {
        let (zones, wall) = (Zones::start(), Wall::new());
        let change = |dir: &Path, config: &mut String| {
            zones.configure(dir, config);
            take_domains(dir, config);
        };
        let world = World::start_with(wall.environment(), &change);
        Self { world, zones, wall }
    }

    /// A value that all the world sees.
    fn published(&self, client: &Client) -> Value {
        let made = start(client, DOMAIN).ok();
        self.publish(&made);
        made
    }

    /// The record of a start stands where everybody sees it.
    pub fn publish(&self, made: &Value) {
        let text = |name: &str| made["record"][name].as_str().unwrap().to_owned();
        let (name, value) = (text("name"), text("value"));
        self.zones.publish(&name, &value);
        self.world
            .perspectives
            .publish(&name, &["something else", &value]);
    }
}

/// The product takes a proven domain.
fn take_domains(dir: &Path, config: &mut String) {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/products.toml");
    let code = format!("code = \"{PRODUCT}\"\n");
    let methods = format!("{code}email_methods = [\"mailbox\", \"domain\"]\n");
    let products = fs::read_to_string(shipped).unwrap();
    assert!(products.contains(&code));
    let own = dir.join("products.toml");
    fs::write(&own, products.replace(&code, &methods)).unwrap();
    *config = config.replace(shipped, own.to_str().unwrap());
}

/// The e-mail step by a domain.
fn rest(client: &Client, order: &str, email: &str, domain: &Value) -> Answer {
    let body = json!({"email": email, "domain_id": domain["id"]});
    let path = format!("/orders/{order}/email/domain");
    client.call("POST", &path, &Call::json(&body))
}

fn start(client: &Client, domain: &str) -> Answer {
    client.post("/domains", &json!({"domain": domain}))
}

fn act(client: &Client, domain: &Value, act: &str) -> Answer {
    let path = format!("/domains/{}/{act}", domain["id"].as_str().unwrap());
    client.call("POST", &path, &Call::default())
}

fn state(client: &Client, domain: &Value) -> Value {
    let path = format!("/domains/{}", domain["id"].as_str().unwrap());
    client.get(&path).ok()["state"].clone()
}

/// Who saw what at the last look.
fn seen(domain: &Value) -> Vec<String> {
    let seen = domain["last_look"]["seen"].as_array().unwrap().iter();
    seen.map(|one| {
        let text = |name: &str| one[name].as_str().unwrap();
        format!("{} {}", text("perspective"), text("sight"))
    })
    .collect()
}

#[test]
fn a_value_that_all_see_proves_a_domain_for_398_days() {
    let scene = Scene::start();
    let client = scene.world.first();
    let early = start(&client, "Insecure.INFO").ok();
    assert_eq!(early["domain"], DOMAIN);
    assert_eq!(early["state"], "pending");
    assert_eq!(early["method"], "3.2.2.1/3.2.2.4.7");
    assert_eq!(early["valid_until"], Value::Null);
    assert_eq!(early["record"]["name"], "_chancery-challenge.insecure.info");
    let value = early["record"]["value"].as_str().unwrap();
    assert_eq!(value.len(), 26);
    // Nothing stands there: the daemon's own look ends it, and it is no error.
    let looked = act(&client, &early, "check").ok();
    assert_eq!(looked["state"], "pending");
    assert_eq!(looked["last_look"]["verdict"], "value-not-found");
    assert_eq!(seen(&looked), ["primary absent"]);
    let soon = act(&client, &early, "check");
    assert_eq!(soon.refusal(), refused(429, "domain-check-too-soon"));
    assert!(soon.retry_after.is_some());
    // Another value stands there: the record of a later start is not this one's.
    let made = scene.published(&client);
    scene.wall.set(11);
    let looked = act(&client, &early, "check").ok();
    assert_eq!(looked["last_look"]["verdict"], "value-not-found");
    assert_eq!(seen(&looked), ["primary other"]);
    let proven = act(&client, &made, "check").ok();
    assert_eq!(proven["state"], "proven", "{proven}");
    assert_eq!(proven["last_look"]["quorum"], "5/5");
    assert_eq!(seen(&proven).len(), 6);
    assert!(proven["valid_until"].is_string());
    let again = act(&client, &made, "check");
    assert_eq!(again.refusal(), refused(409, "domain-state-conflict"));
    let list = client.get("/domains").ok();
    let ids: Vec<&Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| &d["id"])
        .collect();
    assert_eq!(ids, [&made["id"], &early["id"]]);
    // The value's days, and the proof's.
    scene.wall.set(31 * DAY);
    assert_eq!(state(&client, &early), "expired");
    let late = act(&client, &early, "check");
    assert_eq!(late.refusal(), refused(409, "domain-value-expired"));
    scene.wall.set(397 * DAY);
    assert_eq!(state(&client, &made), "proven");
    scene.wall.set(399 * DAY);
    assert_eq!(state(&client, &made), "lapsed");
}

#[test]
fn too_few_that_agree_prove_nothing() {
    let scene = Scene::start();
    let (client, all) = (scene.world.first(), &scene.world.perspectives);
    let made = scene.published(&client);
    let mut looks = 0;
    let mut look = |odd: &[(&str, Odd)]| {
        looks += 1;
        scene.wall.set(11 * looks);
        for (one, odd) in odd {
            all.odd(one, "TXT", Some(odd.clone()));
        }
        let looked = act(&client, &made, "check").ok();
        for (one, _) in odd {
            all.odd(one, "TXT", None);
        }
        looked
    };
    let other = || Odd::Sees(vec![json!(hex::encode("another value"))]);
    for (odd, sights) in [
        (
            [("p1", Odd::Silent), ("p2", other())],
            ["p1 silent", "p2 other"],
        ),
        (
            [("p3", Odd::Failing), ("p4", Odd::Impostor)],
            ["p3 failed", "p4 silent"],
        ),
        (
            [("p2", Odd::Sees(vec![])), ("p4", other())],
            ["p2 absent", "p4 other"],
        ),
    ] {
        let looked = look(&odd);
        assert_eq!(looked["state"], "pending");
        assert_eq!(looked["last_look"]["verdict"], "not-corroborated");
        assert_eq!(looked["last_look"]["quorum"], "3/5");
        let seen = seen(&looked);
        for sight in ["primary seen", sights[0], sights[1]] {
            assert!(seen.iter().any(|one| one == sight), "{sight}: {seen:?}");
        }
    }
    // One of five may differ.
    let proven = look(&[("p5", Odd::Silent)]);
    assert_eq!(proven["state"], "proven");
    assert_eq!(proven["last_look"]["quorum"], "4/5");
}

#[test]
fn the_daemons_own_look_goes_before() {
    let scene = Scene::start();
    let client = scene.world.first();
    for (domain, verdict, sight) in [
        ("stripped.info", "dnssec-bogus", "primary bogus"),
        ("lame.info", "lookup-failed", "primary failed"),
    ] {
        let made = start(&client, domain).ok();
        let text = |name: &str| made["record"][name].as_str().unwrap();
        scene
            .world
            .perspectives
            .publish(text("name"), &[text("value")]);
        let looked = act(&client, &made, "check").ok();
        assert_eq!(looked["last_look"]["verdict"], verdict, "{domain}");
        assert_eq!(seen(&looked), [sight], "{domain}");
        assert_eq!(looked["state"], "pending");
    }
    let made = start(&client, "mail.example.com").ok();
    assert_eq!(act(&client, &made, "withdraw").ok()["state"], "withdrawn");
    for what in ["check", "withdraw"] {
        let gone = act(&client, &made, what);
        assert_eq!(
            gone.refusal(),
            refused(409, "domain-state-conflict"),
            "{what}"
        );
    }
    for (wrong, code) in [
        ("com.pl", "domain-public-suffix"),
        ("github.io", "domain-public-suffix"),
        ("com", "domain-invalid"),
        ("*.example.com", "domain-invalid"),
        ("192.0.2.1", "domain-invalid"),
    ] {
        let answer = start(&client, wrong);
        assert_eq!(answer.status, 422, "{wrong}");
        assert_eq!(faults(&answer), [("/domain".to_owned(), code.to_owned())]);
    }
    // Nobody's domain is of no use to anybody.
    let body = Call::json(&json!({"domain": "example.com"})).fresh_key();
    let nobody = scene.world.instance.post("customer", "/domains", &body);
    assert_eq!(nobody.refusal(), refused(400, "acting-for-missing"));
}

/// A proven domain of c-1.
fn proven(scene: &Scene) -> Value {
    let client = scene.world.first();
    let made = scene.published(&client);
    let proven = act(&client, &made, "check").ok();
    assert_eq!(proven["state"], "proven", "{proven}");
    proven
}

#[test]
fn an_order_rests_on_a_proven_domain() {
    let scene = Scene::start();
    let (world, client) = (&scene.world, scene.world.first());
    let order = client.bound(&world.data);
    let pending = start(&client, DOMAIN).ok();
    let email = "jan@mail.insecure.info";
    let early = rest(&client, &order, email, &pending);
    assert_eq!(early.refusal(), refused(409, "domain-not-proven"));
    let domain = proven(&scene);
    // Nobody else's, for no other address, and only where the product takes it.
    let other = rest(&client, &order, "jan@example.com", &domain);
    assert_eq!(
        faults(&other),
        [("/email".to_owned(), "domain-not-covering".to_owned())]
    );
    let second = world.client("customer", "c-2");
    let theirs = second.order(PRODUCT);
    let stranger = rest(&second, &theirs, email, &domain);
    assert_eq!(stranger.refusal(), refused(404, "not-found"));
    let strict = client.bound_of("smime-org-strict-365-issue", &world.data);
    let untaken = rest(&client, &strict, email, &domain);
    assert_eq!(untaken.refusal(), refused(409, "email-method-not-offered"));
    let unsaved = rest(&client, &client.order(PRODUCT), email, &domain);
    assert_eq!(unsaved.refusal(), refused(409, "step-blocked"));

    let set = rest(&client, &order, email, &domain);
    let step = set.ok();
    assert_eq!(step["state"], "verified");
    assert_eq!(step["method"], "3.2.2.1");
    assert_eq!(step["domain_id"], domain["id"]);
    assert_eq!(step["valid_until"], domain["valid_until"]);
    assert_eq!(step["attempts_left"], Value::Null);
    let again = rest(&client, &order, email, &domain);
    assert_eq!((again.etag.clone(), again.ok()), (set.etag, step));
    // Its proof serves the other order by itself, never by way of this one's mailbox.
    let coded = client.bound(&world.data);
    assert_eq!(client.set_address(&coded, email).ok()["method"], "3.2.2.2");
    // Long after a code would have lapsed.
    scene.wall.set(100 * DAY);
    let made = client.activate(&order, &submission(&new_key().1)).ok();
    assert_eq!(made["sans"][0], email);
    let path = format!("/certificates/{}/evidence", made["id"].as_str().unwrap());
    let evidence = world.instance.get("officer", &path).ok();
    assert_eq!(evidence["mailboxes"][0]["method"], "3.2.2.1");
    assert_eq!(evidence["domain"]["quorum"], "5/5");
    assert_eq!(evidence["domain"]["value"], domain["record"]["value"]);
    assert_eq!(evidence["caa"][0]["quorum"], "5/5");
    let file = world.instance.path("evidence.json");
    fs::write(&file, evidence.to_string()).unwrap();
    let (status, wrong) = evidence_check::judge(&file, Some(&world.instance.path("root.pem")));
    assert_eq!((status, wrong), (0, vec![]));
}

#[test]
fn a_domain_that_was_withdrawn_stops_what_was_ready() {
    let scene = Scene::start();
    let client = scene.world.first();
    let domain = proven(&scene);
    let order = client.bound(&scene.world.data);
    rest(&client, &order, "jan@insecure.info", &domain).ok();
    let shown = || {
        let one = client.get(&format!("/orders/{order}")).ok();
        // The list reads its surroundings in another way.
        let list = client.get("/orders?limit=200").ok();
        let mut items = list["items"].as_array().unwrap().iter();
        let listed = items.find(|item| item["id"] == one["id"]).unwrap();
        for member in ["status_code", "steps", "verifications"] {
            assert_eq!(listed[member], one[member], "{member}");
        }
        one
    };
    let ready = shown();
    assert_eq!(ready["status_code"], "ready_for_activation");
    assert_eq!(ready["steps"]["email"]["state"], "done");
    act(&client, &domain, "withdraw").ok();
    let stopped = shown();
    assert_eq!(stopped["status_code"], "under_verification");
    assert_eq!(stopped["steps"]["email"]["state"], "available");
    let missing = &stopped["steps"]["activation"]["blocked_by"];
    assert_eq!(*missing, json!(["domain-not-proven"]));
    let email = &stopped["verifications"][2];
    assert_eq!(
        (&email["type"], &email["state"]),
        (&json!("EMAIL"), &json!("REQUIRED"))
    );
    let body = submission(&new_key().1);
    let stopped = client.activate(&order, &body);
    assert_eq!(stopped.refusal(), refused(409, "step-blocked"));
    assert_eq!(stopped.json()["blocked_by"], json!(["domain-not-proven"]));
}

/// Each perspective climbs for itself, at the time of the activation.
#[test]
fn all_must_see_that_caa_permits() {
    let scene = Scene::start();
    let (client, all) = (scene.world.first(), &scene.world.perspectives);
    let domain = proven(&scene);
    let order = client.bound(&scene.world.data);
    rest(&client, &order, "jan@insecure.info", &domain).ok();
    let body = submission(&new_key().1);
    let nobody = json!({"flags": 0, "tag": "issuemail", "value": hex::encode(";")});
    all.odd("p1", "CAA", Some(Odd::Sees(vec![nobody])));
    all.odd("p4", "CAA", Some(Odd::Silent));
    let stopped = client.activate(&order, &body);
    assert_eq!(stopped.refusal(), refused(422, "caa-not-corroborated"));
    all.odd("p4", "CAA", None);
    assert_eq!(client.activate(&order, &body).status, 201);
}

#[test]
fn without_its_table_it_is_not_offered() {
    let instance = Instance::start();
    let body = Call::json(&json!({"domain": "example.com"}));
    let call = body.fresh_key().header("Acting-For: c-1");
    let off = instance.post("customer", "/domains", &call);
    assert_eq!(off.refusal(), refused(409, "domain-control-off"));
}

/// Three are fewer than what is demanded since 2026-06-15.
#[test]
fn fewer_perspectives_than_the_rules_demand_stop_the_start() {
    let mut instance = Instance::start();
    // Another one may open its database then.
    instance.child.kill().unwrap();
    instance.child.wait().unwrap();
    let path = instance.path("chancery.toml");
    let sound = fs::read_to_string(&path).unwrap();
    let all = Perspectives::start(instance.dir.path(), 5);
    let mut five = sound.clone();
    all.configure(instance.dir.path(), &mut five);
    let (three, _) = five
        .split_once("[[domains.perspectives]]\nname = \"p4\"")
        .unwrap();
    let rest = &five[five.find("[mail]\n").unwrap()..];
    let one_region = five.replace("\"arin\"", "\"ripe\"");
    let twice = five.replace("name = \"p2\"", "name = \"p1\"");
    let strange = five.replace("https://localhost", "http://localhost");
    let three = format!("{three}{rest}");
    for (config, words) in [
        (&five, None),
        (&three, Some("TLS BR 3.2.2.9")),
        (&one_region, Some("2 RIR regions")),
        (&twice, Some("stands twice")),
        (&strange, Some("must be https://")),
    ] {
        fs::write(&path, config).unwrap();
        for verb in ["check-config", "serve"] {
            if verb == "serve" && words.is_none() {
                continue;
            }
            let said = Command::new(env!("CARGO_BIN_EXE_chanceryd"))
                .current_dir(instance.path(""))
                .args([verb, "--config", "chancery.toml"])
                .output()
                .unwrap();
            let output = [said.stderr, said.stdout].concat();
            let text = String::from_utf8_lossy(&output);
            assert_eq!(said.status.success(), words.is_none(), "{verb}: {text}");
            let words = words.unwrap_or_default();
            assert!(text.contains(words), "{verb}: {words}: {text}");
        }
    }
}
