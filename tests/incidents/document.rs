//! Every incident of this program has a line in the document, and every line its test.

use std::{collections::BTreeSet, fs, path::Path};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The numbers that follow these words.
fn numbers(text: &str, before: &str) -> BTreeSet<String> {
    let parts = text.split(before).skip(1);
    parts
        .map(|part| {
            part.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        })
        .filter(|digits| !digits.is_empty())
        .map(|digits| format!("{digits:0>2}"))
        .collect()
}

#[test]
fn the_document_names_each_incident() {
    let sources =
        ["content", "rules", "scenes"].map(|file| read(&format!("tests/incidents/{file}.rs")));
    let tested: BTreeSet<String> = sources
        .iter()
        .flat_map(|text| numbers(text, "fn incident_"))
        .collect();
    let written = numbers(&read("docs/incidents.md"), "\n| ");
    assert_eq!(tested, written);
    let wanted = [
        1, 2, 3, 4, 5, 6, 7, 13, 14, 18, 22, 24, 25, 26, 27, 28, 29, 31, 32,
    ];
    assert_eq!(tested, wanted.map(|number| format!("{number:02}")).into());
}
