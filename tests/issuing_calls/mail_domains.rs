//! Addresses of roles and of free mail are for a person to judge, those that are thrown away are not
//! certified.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    keys::reload,
    mailbox::resend,
    openssl::new_key,
    time::DAY,
    wall::Wall,
    world::{World, fresh_address, refused},
};

const DOMAINS: &str = "free = [\"free.example\"]\ndisposable = [\"bin.example\"]\n";

fn start() -> World {
    start_at(Vec::new())
}

fn start_at(environment: Vec<(&'static str, PathBuf)>) -> World {
    World::start_with(environment, &|dir, config| {
        let file = dir.join("mail-domains.toml");
        fs::write(&file, DOMAINS).unwrap();
        let files = format!("[files]\nmail_domains = \"{}\"", file.display());
        *config = config.replace("[files]", &files);
    })
}

fn flags(desk: &Desk<'_>) -> Vec<(String, String)> {
    let case = desk.read("officer").ok();
    let flags = case["flags"].as_array().unwrap().iter();
    let told = |flag: &Value| {
        assert_ne!(flag["message"]["en"], flag["message"]["pl"]);
        let text = |name: &str| flag[name].as_str().unwrap().to_owned();
        (text("code"), text("about"))
    };
    flags.map(told).collect()
}

#[test]
fn a_person_sees_what_the_list_knows_and_the_disposable_is_refused() {
    let world = start();
    let client = world.first();
    let desk = Desk::open(&world.instance, "customer", "c-1");
    let order = client.bound(&desk.data);
    for address in ["a@bin.example", "a@deep.BIN.example"] {
        let refusal = client.set_address(&order, address);
        assert_eq!(refusal.refusal(), refused(422, "email-disposable"));
        assert_eq!(refusal.json()["errors"][0]["pointer"], "/email");
    }
    assert_eq!(flags(&desk), []);
    client
        .set_address(&order, "Postmaster@mail.free.example")
        .ok();
    let flag = |code: &str, about: &str| (code.to_owned(), about.to_owned());
    let role = flag("role-address", "Postmaster");
    let expected = [flag("free-mail", "mail.free.example"), role.clone()];
    assert_eq!(flags(&desk), expected);
    // A bad file changes nothing; another one is in force at once.
    let path = world.instance.path("mail-domains.toml");
    fs::write(&path, "free = [\"not one\"]\n").unwrap();
    reload(&world, "chancery_config_last_reload_successful 0");
    assert_eq!(flags(&desk), expected);
    fs::write(&path, "disposable = [\"free.example\"]\n").unwrap();
    reload(&world, "chancery_config_last_reload_successful 1");
    assert_eq!(flags(&desk), [role]);
    let other = client.bound(&desk.data);
    let refusal = client.set_address(&other, "a@free.example");
    assert_eq!(refusal.refusal(), refused(422, "email-disposable"));
    client.set_address(&other, "a@bin.example").ok();
}

/// The list grows after an address was set: nothing more is sent there, and no proof goes along.
#[test]
fn an_address_that_became_disposable_is_refused_wherever_it_is_used_again() {
    let clock = Wall::new();
    let world = start_at(clock.environment());
    let client = world.first();
    let made = client.issued(&new_key().1);
    let waiting = client.bound(&world.data);
    client.set_address(&waiting, &fresh_address()).ok();
    let file = world.instance.path("mail-domains.toml");
    fs::write(file, "disposable = [\"example.com\"]\n").unwrap();
    reload(&world, "chancery_config_last_reload_successful 1");
    let disposable = refused(422, "email-disposable");
    clock.set(120);
    assert_eq!(resend(&client, &waiting).refusal(), disposable);
    // The proof is as young as it was; the address is not what it was.
    let path = format!(
        "/certificates/{}/renewal-orders",
        made["id"].as_str().unwrap()
    );
    let body = json!({"product_code": "smime-org-multipurpose-365-renewal"});
    let order = client.post(&path, &body).ok();
    assert_eq!(order["email"], Value::Null, "{order}");
    assert_ne!(order["status_code"], "ready_for_activation");
    // Nor is it checked again for the certificate that it has.
    let issued = made["order_id"].as_str().unwrap();
    clock.set(31 * DAY);
    assert_eq!(resend(&client, issued).refusal(), disposable);
}
