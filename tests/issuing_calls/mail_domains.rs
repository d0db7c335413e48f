//! Addresses of roles and of free mail are for a person to judge, those that are thrown away are not
//! certified.

use std::fs;

use serde_json::Value;

use crate::{
    desk::Desk,
    keys::reload,
    world::{World, refused},
};

const DOMAINS: &str = "free = [\"free.example\"]\ndisposable = [\"bin.example\"]\n";

fn start() -> World {
    World::start_with(Vec::new(), &|dir, config| {
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
