//! The house, proved: who may use whom, who may make what, and how long things may get.
//!
//! `rules` holds the checks, this file the tables, `refusals` small pieces of source that each
//! check must refuse: a check that cannot fail proves nothing.

#![expect(
    clippy::expect_used,
    reason = "a source tree that cannot be read fails the test at once"
)]

#[path = "architecture/ideas.rs"]
mod ideas;
#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/refusals.rs"]
mod refusals;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::path::Path;

use rules::{Guards, House, Layers};

/// Each top module and what it may name beside itself.
const LAYERS: Layers = &[
    ("", &[]),                        // lib.rs declares modules and names nothing
    ("pkix", &["domain::timestamp"]), // one type of time for both of L0
    ("domain", &["pkix"]),
    ("policy", &["domain", "pkix"]),
    ("ports", &["policy", "domain", "pkix"]),
    ("services", &["ports", "policy", "domain", "pkix"]),
    ("adapters", &["ports", "policy", "domain", "pkix"]),
    ("api", &["policy", "domain", "pkix"]),
    (
        "http",
        &["api", "services", "ports", "policy", "domain", "pkix"],
    ),
    (
        "cli",
        &[
            "api", "adapters", "services", "ports", "policy", "domain", "pkix",
        ],
    ),
    ("config", &["ports", "policy", "domain", "pkix"]),
    ("lifecycle", &["config", "ports", "domain"]),
    ("telemetry", &["config", "ports", "domain"]),
    (
        "daemon",
        &[
            "config",
            "lifecycle",
            "telemetry",
            "api",
            "http",
            "adapters",
            "services",
            "ports",
            "policy",
            "domain",
            "pkix",
        ],
    ),
    (
        "bin",
        &["cli", "config", "daemon", "lifecycle", "telemetry"],
    ),
];

/// Driver crates and the only places that may name them.
const DRIVERS: &[(&str, &[&str])] = &[
    ("cryptoki", &["src/adapters/pkcs11"]),
    (
        "sqlx",
        &[
            "src/adapters/sql",
            "src/adapters/sqlite",
            "src/adapters/postgres",
        ],
    ),
    ("hickory_resolver", &["src/adapters/dns"]),
    ("lettre", &["src/adapters/smtp"]),
    ("quick_xml", &["src/adapters/register"]),
    ("axum", &["src/http"]),
    (
        "hyper",
        &[
            "src/http",
            "src/cli",
            "src/daemon",
            "src/adapters/https.rs",
            "src/adapters/perspectives.rs",
            "src/adapters/register",
            "src/adapters/webhook",
        ],
    ),
    (
        "hyper_util",
        &[
            "src/http",
            "src/cli",
            "src/daemon",
            "src/adapters/https.rs",
            "src/adapters/register",
            "src/adapters/webhook",
        ],
    ),
    ("libc", &["src/adapters/system.rs"]),
    ("rpassword", &["src/cli/card.rs"]),
    ("getrandom", &["src/adapters/system.rs"]),
    ("clap", &["src/cli", "src/bin", "src/daemon"]),
    ("sd_notify", &["src/lifecycle", "src/daemon"]),
    ("listenfd", &["src/lifecycle", "src/daemon"]),
];

/// Code that is a function of its arguments, and what would make it more.
const PURE: &[&str] = &["pkix", "domain", "policy"];
const IMPURE: &[&str] = &[
    "tokio",
    "tracing",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "std::time::SystemTime",
    "std::time::Instant",
    "std::io::stdin",
];

/// Types that are a right: constructors open to all (they demand a proof), and the files that may
/// call the others.
const GUARDED: Guards = &[
    (
        "SignOrder",
        &[],
        &["src/policy/issuance", "src/policy/mail_signature"],
    ),
    (
        "Committed",
        &[],
        &["src/adapters/sql", "src/adapters/transcript"],
    ),
    ("Loaded", &[], &["src/adapters/sql"]),
    (
        "MailAddress",
        &[],
        &["src/policy/mailbox_address", "src/adapters/sql"],
    ),
    ("OrderNumber", &["draw"], &["src/adapters/sql"]),
    ("TenantScope", &["authorize"], &[]),
    ("OfficerScope", &["authorize"], &[]),
    ("StaffScope", &["authorize", "catalogue"], &[]),
    ("ReadScope", &["authorize"], &[]),
    // Services work for everybody where the daemon itself acts; the edges never do.
    ("SystemScope", &[], &["src/daemon", "src/services"]),
];

/// What a binary's code must never reach.
const REACH: &[(&str, &[&str])] = &[
    (
        "chancery",
        &[
            "daemon",
            "http",
            "services",
            "adapters::pkcs11",
            "adapters::sql",
            "adapters::sqlite",
            "adapters::postgres",
            "adapters::smtp",
        ],
    ),
    (
        "chancery-ceremony",
        &[
            "daemon",
            "http",
            "api",
            "adapters::sql",
            "adapters::sqlite",
            "adapters::postgres",
            "adapters::smtp",
        ],
    ),
    ("chanceryd", &["cli::ceremony"]),
];

/// Modules that a binary may reach although what they stand in is closed to it, each by name: a
/// person's own card (design 3) is opened without anything that opens, holds or feeds the CA's
/// tokens.
const OPEN: &[(&str, &[&str])] = &[(
    "chancery",
    &[
        "adapters::pkcs11::card",
        "adapters::pkcs11::config",
        "adapters::pkcs11::connection",
        "adapters::pkcs11::fault",
        "adapters::pkcs11::gate",
        "adapters::pkcs11::held",
        "adapters::pkcs11::mechanism",
        "adapters::pkcs11::module",
        "adapters::pkcs11::pin",
        "adapters::pkcs11::public_key",
        "adapters::pkcs11::self_test",
    ],
)];

/// Syntax trees cannot be shared between threads, so each test reads the tree itself.
fn house() -> House {
    House::new(source::load(Path::new(env!("CARGO_MANIFEST_DIR"))))
}

fn holds(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn a_module_uses_only_what_stands_below_it() {
    holds(&rules::layers(&house(), LAYERS));
}

#[test]
fn nothing_is_reexported_across_layers() {
    holds(&rules::reexports(&house(), DRIVERS));
}

#[test]
fn a_driver_crate_is_named_by_its_adapter_only() {
    holds(&rules::drivers(&house(), DRIVERS));
}

#[test]
fn values_and_decisions_do_no_input_or_output() {
    holds(&rules::purity(&house(), PURE, IMPURE));
}

#[test]
fn adapters_do_not_know_each_other() {
    let shared = [
        ("sqlite", "sql"),
        ("postgres", "sql"),
        ("perspectives", "https"),
        ("register", "https"),
        ("webhook", "https"),
    ];
    holds(&rules::adapters_apart(&house(), &shared));
}

#[test]
fn the_clock_and_randomness_are_read_in_one_file() {
    // The second names a source for an interface that takes nothing from it (RSA, PKCS #1 v1.5).
    let system = ["src/adapters/system.rs", "src/adapters/smtp/dkim.rs"];
    holds(&rules::only_in(
        &house(),
        ("clippy", "disallowed_methods"),
        &system,
    ));
}

#[test]
fn unsafe_code_stands_in_two_adapters_at_most() {
    holds(&rules::unsafe_code(
        &house(),
        &["src/adapters/system.rs", "src/adapters/pkcs11"],
    ));
}

#[test]
fn rights_are_granted_in_the_listed_places_only() {
    holds(&rules::guarded(&house(), GUARDED));
}

#[test]
fn one_lint_rule_one_file() {
    holds(&rules::one_rule_a_file(&house(), "src/policy/lint", "Rule"));
}

#[test]
fn binaries_reach_only_what_they_are_for() {
    holds(&rules::reach(&house(), REACH, OPEN));
}

#[test]
fn files_and_functions_stay_short() {
    let house = house();
    let mut lines: Vec<usize> = house.sources.iter().map(source::Source::lines).collect();
    lines.sort_unstable();
    let at = |share: usize| lines.get(lines.len() * share / 100).copied().unwrap_or(0);
    println!(
        "{} files: half have at most {} lines (aim 160)",
        lines.len(),
        at(50)
    );
    println!("nine in ten have at most {} lines (aim 400)", at(90));
    holds(&rules::sizes(&house, 600, 70, 50));
}
