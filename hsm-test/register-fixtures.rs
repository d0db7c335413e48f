//! `register-fixtures ROOT [PORT]`: plays registers on loopback until its standard input ends. It
//! writes the PEM of its root to ROOT and prints the `[registers]` tables of a configuration that
//! asks it. What a register is to do stands in its base URL: `good`, or a fault such as `503`,
//! `slow`, `truncated`, `schema`, `struck`, `liquidation` (`tests/support/register_fixtures`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a program of tests ends where it cannot go on"
)]

#[path = "../tests/support/register_fixtures.rs"]
mod register_fixtures;

use std::{env, fs, io};

use register_fixtures::Fixtures;

/// Name of the table, of the register, and whether it wants a key.
const TABLES: [(&str, &str, bool); 7] = [
    ("krs", "krs", false),
    ("white_list", "white-list", false),
    ("ceidg", "ceidg", true),
    ("regon", "regon", true),
    ("vies", "vies", false),
    ("gleif", "gleif", false),
    ("companies_house", "companies-house", true),
];

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let Some(root) = arguments.next() else {
        eprintln!("usage: register-fixtures ROOT [PORT]");
        std::process::exit(2);
    };
    let port = arguments.next().map_or(0, |port| port.parse().unwrap());
    let fixtures = Fixtures::start(port).await;
    fs::write(&root, &fixtures.root).unwrap();
    let key = format!("{root}.key");
    fs::write(&key, "fixture-key").unwrap();
    println!("[registers]\nca = \"{root}\"");
    for (table, register, is_keyed) in TABLES {
        let base = fixtures.base("good", register);
        println!("[registers.{table}]\nbase_url = \"{base}\"");
        if is_keyed {
            println!("key = \"{key}\"");
        }
    }
    println!("# ready");
    let ended = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink()));
    ended.await.unwrap().unwrap();
}
