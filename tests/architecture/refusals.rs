//! Source that the rules must refuse, and source they must let pass.

use crate::{
    LAYERS,
    rules::{self, House},
    source::Source,
};

fn house(files: &[(&str, &str)]) -> House {
    let parse = |(path, text): &(&str, &str)| Source::parse(path, text).expect("sample parses");
    House::new(files.iter().map(parse).collect())
}

fn layers(path: &str, text: &str) -> Vec<String> {
    let sources = [
        (path, text),
        ("src/adapters/sqlite.rs", ""),
        ("src/services.rs", ""),
        ("src/policy.rs", ""),
    ];
    rules::layers(&house(&sources), LAYERS)
}

#[test]
fn upward_uses_are_refused_in_every_form() {
    let forms = [
        "use crate::adapters::sqlite;",
        "use crate::adapters::*;",
        "use crate::{domain::x, adapters::{self as drivers}};",
        "fn f() { crate::adapters::sqlite::open(); }",
        "fn f(x: &crate::services::Thing) {}",
        "fn f() { println!(\"{}\", crate::adapters::sqlite::NAME); }",
        "macro_rules! m { () => { $crate::adapters::sqlite::open() } }",
        "use super::super::adapters::sqlite;",
        "mod inner { use super::super::super::services::Thing; }",
        "use crate::*;",
        "use crate as root;",
        "#[derive(crate::adapters::Derive)] struct S;",
        "impl<T> X for T where T: crate::services::Y {}",
        "fn f() -> Vec<crate::services::Thing> { Vec::new() }",
        "fn f() { <crate::services::Thing as A>::go(); }",
        "fn f() { Vec::<crate::services::Thing>::new(); }",
    ];
    for form in forms {
        let broken = layers("src/domain/order.rs", form);
        assert_eq!(broken.len(), 1, "{form}: {broken:?}");
    }
}

#[test]
fn downward_uses_and_test_modules_pass() {
    let text = "use crate::{domain::x, policy::{self, y}};
        use std::{fmt, io};
        fn f() { policy::z(); self::g(); Vec::<u8>::new(); }
        #[cfg(test)] mod tests { use crate::adapters::sqlite; }";
    assert_eq!(layers("src/services/issue.rs", text), Vec::<String>::new());
}

#[test]
fn a_condition_that_mentions_test_hides_nothing() {
    let text = "#[cfg(any(test, unix))] mod m { use crate::adapters::sqlite; }";
    assert_eq!(layers("src/domain/order.rs", text).len(), 1);
}

#[test]
fn a_top_module_without_a_row_is_refused() {
    assert_eq!(layers("src/util.rs", "").len(), 1);
}

#[test]
fn reexports_across_layers_are_refused() {
    let refused = [
        "pub use crate::domain::order::Order;",
        "pub(crate) use crate::domain::order::Order;",
        "pub use super::super::domain::order::Order;",
        "pub use cryptoki::object::ObjectHandle;",
    ];
    for text in refused {
        let broken = rules::reexports(
            &house(&[("src/services/issue.rs", text)]),
            &[("cryptoki", &[])],
        );
        assert_eq!(broken.len(), 1, "{text}: {broken:?}");
    }
    let within = house(&[(
        "src/services/issue.rs",
        "pub use self::inner::A; pub(crate) mod inner {}",
    )]);
    assert_eq!(rules::reexports(&within, &[]), Vec::<String>::new());
}

#[test]
fn a_driver_outside_its_adapter_is_refused() {
    let table: &[(&str, &[&str])] = &[("cryptoki", &["src/adapters/pkcs11"])];
    for text in [
        "use cryptoki::session::Session;",
        "use ::cryptoki as p11;",
        "fn f() { cryptoki::context::go(); }",
        "use cryptoki;",
    ] {
        let there = rules::drivers(&house(&[("src/services/x.rs", text)]), table);
        assert_eq!(there.len(), 1, "{text}: {there:?}");
        let here = rules::drivers(&house(&[("src/adapters/pkcs11/x.rs", text)]), table);
        assert_eq!(here, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn pure_code_that_reads_files_is_refused() {
    for text in [
        "use std::fs;",
        "use std::{fmt, fs::File};",
        "fn f() { std::env::args(); }",
    ] {
        let broken = rules::purity(
            &house(&[("src/policy/x.rs", text)]),
            &["policy"],
            &["std::fs", "std::env"],
        );
        assert_eq!(broken.len(), 1, "{text}: {broken:?}");
    }
}

#[test]
fn adapters_that_know_each_other_are_refused() {
    let sources = [
        (
            "src/adapters/smtp/send.rs",
            "use crate::adapters::sqlite::Pool;",
        ),
        (
            "src/adapters/sqlite/open.rs",
            "use crate::adapters::sql::rows;",
        ),
        ("src/adapters/sql.rs", "use super::sqlite::Pool;"),
    ];
    let broken = rules::adapters_apart(&house(&sources), &[("sqlite", "sql")]);
    assert_eq!(broken.len(), 2, "{broken:?}");
}

#[test]
fn a_second_reader_of_the_clock_is_refused() {
    let text = "#[expect(clippy::disallowed_methods, reason = \"x\")] fn now() {}";
    let sources = house(&[
        ("src/services/x.rs", text),
        ("src/adapters/system.rs", text),
    ]);
    let broken = rules::only_in(
        &sources,
        ("clippy", "disallowed_methods"),
        &["src/adapters/system.rs"],
    );
    assert_eq!(broken.len(), 1, "{broken:?}");
}

#[test]
fn unsafe_code_is_refused() {
    let sources = house(&[("src/http/x.rs", "fn f() { unsafe { g() } }")]);
    assert_eq!(
        rules::unsafe_code(&sources, &["src/adapters/system.rs"]).len(),
        1
    );
}

const RIGHT: &str = "pub struct Right { a: u8 }
    impl Right { pub(crate) fn new(a: u8) -> Self { Self { a } }
        pub fn proved(proof: u8) -> Option<Self> { None } pub fn a(&self) -> u8 { self.a } }";

#[test]
fn a_right_made_elsewhere_is_refused() {
    let refused = [
        "use crate::domain::right::Right; fn f() { Right::new(1); }",
        "fn f() { crate::domain::right::Right::new(1); }",
        "use crate::domain::right::Right; fn f() { [1].map(Right::new); }",
        "use crate::domain::right::Right as R; fn f() { R::new(1); }",
        "use crate::domain::right::Right; type R = Right;",
        "use crate::domain::right::Right; type R = crate::domain::right::Right<u8>;",
        "use crate::domain::right::Right; fn f() { <Right>::new(1); }",
        "use crate::domain::right::Right; fn f() { Right::<u8>::new(1); }",
        "use crate::domain::right::Right; fn f() { Right::<Vec<fn() -> u8>>::new(1); }",
        "use crate::domain::right::Right; fn f() { vec![Right::new(1)]; }",
    ];
    for text in refused {
        let sources = [("src/domain/right.rs", RIGHT), ("src/services/x.rs", text)];
        let broken = rules::guarded(
            &house(&sources),
            &[("Right", &["proved"], &["src/policy/grant"])],
        );
        assert!(!broken.is_empty(), "{text}");
    }
    let proved = "use crate::domain::right::Right; fn f() { Right::proved(2); }";
    let sources = [
        ("src/domain/right.rs", RIGHT),
        ("src/services/x.rs", proved),
    ];
    let fine = rules::guarded(&house(&sources), &[("Right", &["proved"], &[])]);
    assert_eq!(fine, Vec::<String>::new());
    let grant = "use crate::domain::right::Right; fn f() -> Right { Right::new(1) }";
    let sources = [
        ("src/domain/right.rs", RIGHT),
        ("src/policy/grant.rs", grant),
    ];
    let fine = rules::guarded(
        &house(&sources),
        &[("Right", &["proved"], &["src/policy/grant"])],
    );
    assert_eq!(fine, Vec::<String>::new());
}

#[test]
fn a_right_that_anyone_can_make_is_refused() {
    for text in [
        "pub struct Right { a: u8 } impl Right { pub fn new() -> Self { Self { a: 1 } } }",
        "pub struct Right { a: u8 } impl Right { pub fn read() -> Option<Right> { None } }",
        "pub struct Right { pub a: u8 }",
    ] {
        let sources = house(&[("src/domain/right.rs", text)]);
        assert_eq!(
            rules::guarded(&sources, &[("Right", &["proved"], &[])]).len(),
            1,
            "{text}"
        );
    }
}

#[test]
fn a_lint_file_with_two_rules_or_no_test_is_refused() {
    let two = "pub const A: CrlRule = 1; pub(in crate::p) const B: Rule = 2; #[test] fn t() {}";
    let untested = "pub const A: Rule = 1;";
    let fine = "pub const A: Rule = 1; #[test] fn t() {}";
    let check = |text| {
        let sources = house(&[("src/policy/lint/rfc5280/a.rs", text)]);
        rules::one_rule_a_file(&sources, "src/policy/lint", "Rule").len()
    };
    assert_eq!([check(two), check(untested), check(fine)], [1, 1, 0]);
}

#[test]
fn a_binary_that_reaches_a_driver_is_refused() {
    let sources = [
        (
            "src/bin/tool.rs",
            "fn main() { chancery::cli::tool::run(); }",
        ),
        ("src/cli.rs", "pub mod tool; pub mod daemon;"),
        (
            "src/cli/tool.rs",
            "use crate::services::keys; fn run() { keys::list(); }",
        ),
        (
            "src/services/keys.rs",
            "use crate::adapters as a; fn list() { a::pkcs11::open(); }",
        ),
        ("src/adapters.rs", "pub mod pkcs11; pub mod sqlite;"),
        ("src/adapters/pkcs11.rs", ""),
        ("src/adapters/sqlite.rs", ""),
    ];
    let check = |never: &[&str], open: &[&str]| {
        rules::reach(&house(&sources), &[("tool", never)], &[("tool", open)])
    };
    let broken = check(&["adapters::pkcs11"], &[]);
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert_eq!(check(&["adapters::sqlite"], &[]), Vec::<String>::new());
    // A module is open by its own name only, and to the binary that is named.
    let whole = check(&["adapters"], &["adapters::pkcs11", "adapters"]);
    assert_eq!(whole, Vec::<String>::new());
    assert_eq!(check(&["adapters::pkcs11"], &["adapters"]).len(), 1);
    let house = house(&sources);
    let other = [("other", &["adapters::pkcs11"][..])];
    let never = [("tool", &["adapters::pkcs11"][..])];
    assert_eq!(rules::reach(&house, &never, &other).len(), 1);
    assert_eq!(rules::reach(&house, &[("absent", &[])], &[]).len(), 1);
}

#[test]
fn long_files_functions_and_binaries_are_refused() {
    let body = "    let x = 1;\n".repeat(4);
    let long = format!("fn f() {{\n{body}}}\n");
    let sources = [
        ("src/domain/a.rs", long.as_str()),
        ("src/bin/b.rs", long.as_str()),
    ];
    assert_eq!(
        rules::sizes(&house(&sources), 6, 4, 6),
        Vec::<String>::new()
    );
    assert_eq!(rules::sizes(&house(&sources), 5, 3, 4).len(), 4);
}
