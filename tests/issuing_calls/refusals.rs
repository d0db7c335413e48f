//! What the operator sees of refusals: each is counted under its code.

use std::{fs, path::Path};

use crate::{
    instance::Call,
    keys::{metrics, reload},
    openssl::new_key,
    world::{Client, PRODUCT, World, refused, submission},
};

const OTHER: &str = "smime-org-multipurpose-730-issue";
const OVER: &str = "\"2020-01-01T00:00:00Z\"";

/// How often this code was the answer, since the daemon started.
pub fn count(world: &World, code: &str) -> u64 {
    let start = format!("chancery_refusals_total{{code=\"{code}\"}} ");
    let text = metrics(world);
    let number = text.lines().find_map(|line| line.strip_prefix(&start));
    number.map_or(0, |number| number.parse().unwrap())
}

/// Products and profiles in files of the daemon's own.
fn own_files(dir: &Path, config: &mut String) {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config");
    fs::copy(
        format!("{shipped}/products.toml"),
        dir.join("products.toml"),
    )
    .unwrap();
    fs::create_dir(dir.join("profiles")).unwrap();
    for entry in fs::read_dir(format!("{shipped}/profiles")).unwrap() {
        let entry = entry.unwrap();
        let copy = dir.join("profiles").join(entry.file_name());
        fs::copy(entry.path(), copy).unwrap();
    }
    for name in ["products.toml", "profiles"] {
        let (from, to) = (format!("{shipped}/{name}"), dir.join(name));
        assert!(config.contains(&from), "{config}");
        *config = config.replace(&from, &to.display().to_string());
    }
}

/// Writes a line after the only one that is `after`, or after the first of them.
fn add(path: &Path, after: &str, line: &str) {
    let text = fs::read_to_string(path).unwrap();
    let changed = text.replacen(&format!("{after}\n"), &format!("{after}\n{line}\n"), 1);
    assert_ne!(changed, text);
    fs::write(path, changed).unwrap();
}

fn ready(client: &Client<'_>, product: &str) -> String {
    let order = client.bound_of(product, &client.world.data);
    client.confirmed(&order);
    order
}

#[test]
fn refusals_are_counted_by_their_code() {
    let world = World::start_with(Vec::new(), &own_files);
    let client = world.first();
    let (kept, withdrawn) = (ready(&client, PRODUCT), ready(&client, OTHER));
    let code = format!("code = \"{OTHER}\"");
    let until = format!("offered_until = {OVER}");
    add(&world.instance.path("products.toml"), &code, &until);
    let profile = world.instance.path("profiles/org-multipurpose.toml");
    add(&profile, "version = 1", &format!("ends = {OVER}"));
    reload(&world, "chancery_config_last_reload_successful 1");

    let codes = [
        "profile-not-in-force",
        "product-withdrawn",
        "identity-inactive",
    ];
    let counts = || codes.map(|code| count(&world, code));
    assert_eq!(counts(), [0, 0, 0]);
    let body = submission(&new_key().1);
    for (order, code, expected) in [
        (&kept, codes[0], [1, 0, 0]),
        (&withdrawn, codes[1], [1, 1, 0]),
        (&kept, codes[0], [2, 1, 0]),
    ] {
        let answer = client.activate(order, &body);
        assert_eq!(answer.refusal(), refused(409, code));
        assert_eq!(counts(), expected);
    }

    let disable = "/identities/customer/disable";
    let done = world.instance.post("operator", disable, &Call::default());
    done.ok();
    for times in 1..=2 {
        assert_eq!(client.get("/orders").refusal(), refused(403, codes[2]));
        assert_eq!(counts(), [2, 1, times]);
    }
}
