//! `docs/lint.md` says what the rules say of themselves.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use super::{Source, allowed, report::Severity, rows, tests::heads, version};

/// What stands before the tables.
const HEAD: &str = "\
# Lint rules

Written by the program's tests from the rules themselves; do not edit. `policy/lint/<source>/<name>.rs`
(the name without `e_` or `w_`) holds a rule, its citation and the specimen it alone refuses.

`e_` stops a signature. `w_` (a SHOULD) stops it too, unless the list below gives a written reason. A rule binds what is
signed from its first day to the day before its end. Beside the rules the engine itself refuses what is no strict DER
(`e_encoding`), what is too long (`e_size`), and what is to be signed by another key than the rule set is bound to, or for
which there is none (`e_rule_set`). A rule judges leaves of all four levels, or those in brackets.
";

fn catalogue() -> String {
    let mut text = HEAD.to_owned();
    let _ = writeln!(text, "\nVersion of the rule set: `{}`.", version::VERSION);
    let mut sources = BTreeMap::new();
    for head in heads() {
        let found: &mut Vec<_> = sources.entry(head.source).or_default();
        found.push(head);
    }
    for source in Source::ALL {
        let rules = &sources[&source];
        let _ = writeln!(text, "\n## {} ({})\n", source.name(), rules.len());
        let _ = writeln!(
            text,
            "| rule | citation | judges | binds |\n|---|---|---|---|"
        );
        for head in rules {
            let end = head
                .ineffective
                .map_or(String::new(), |day| format!(" until {day}"));
            let (name, citation, objects) = (head.name, head.citation, &head.objects);
            let from = head.effective;
            let _ = writeln!(
                text,
                "| `{name}` | {citation} | {objects} | from {from}{end} |"
            );
        }
    }
    let _ = writeln!(
        text,
        "\n## Allowed warnings\n\n| rule | reason |\n|---|---|"
    );
    for entry in allowed::ALLOWED {
        assert_eq!(Severity::of(entry.rule), Severity::Warning);
        let _ = writeln!(text, "| `{}` | {} |", entry.rule, entry.reason);
    }
    let _ = writeln!(
        text,
        "\n## What no lint can see\n\n| subject | requirement | held by |\n|---|---|---|"
    );
    for section in rows::sections() {
        let subject = section
            .title
            .split_once(": ")
            .map_or("", |(_, subject)| subject);
        for row in section.rows {
            if let Err(reason) = row.held {
                let _ = writeln!(text, "| {subject} | {} | {reason} |", row.words);
            }
        }
    }
    text
}

#[test]
fn the_documentation_lists_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let expected = catalogue();
    let found = fs::read_to_string(root.join("docs/lint.md")).unwrap_or_default();
    if found != expected {
        let anew = root.join("target/lint.md");
        fs::write(&anew, expected).unwrap();
        panic!(
            "docs/lint.md is not what the rules say: take {}",
            anew.display()
        );
    }
}
