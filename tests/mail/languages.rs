//! No visible word exists in one language only: texts, mail templates, pages, notices.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use chancery::{
    domain::{notification::Topic, order::rejection::RejectionReason, subject_data::need::Need},
    policy::{needs, notices, rejections},
};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file below `directory`, by its path there.
fn files(directory: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_owned();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

/// What stands between `open` and `close`, trimmed.
fn between<'a>(text: &'a str, open: &str, close: &str) -> BTreeSet<&'a str> {
    let parts = text.split(open).skip(1);
    parts
        .map(|part| part.split(close).next().unwrap().trim())
        .collect()
}

/// Identifier and text of each message of a Fluent file.
fn messages(text: &str) -> BTreeMap<&str, String> {
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(' ') {
            let name = current.expect("a text belongs to a name");
            found.get_mut(name).unwrap().push_str(line.trim());
        } else if let Some((name, text)) = line.split_once('=') {
            current = Some(name.trim());
            found.insert(name.trim(), text.trim().to_owned());
        }
    }
    found
}

#[test]
fn every_text_stands_in_both_languages_and_speaks_each() {
    let [english, polish] = ["en", "pl"].map(|code| files(&root("config/locales").join(code)));
    let names = |files: &BTreeMap<PathBuf, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&english), names(&polish));
    assert!(english.len() > 15, "the files are found");
    for (name, en) in &english {
        let pl = &polish[name];
        if name.extension().is_some_and(|end| end == "ftl") {
            let (en, pl) = (messages(en), messages(pl));
            assert!(en.keys().eq(pl.keys()), "{}", name.display());
            assert!(en.len() > 10, "{}", name.display());
            for (id, text) in &en {
                assert!(!text.is_empty() && *text != pl[id], "{id}: {text}");
                let variables = |text| between(text, "$", "}");
                assert_eq!(variables(text), variables(&pl[id]), "{id}");
            }
        } else {
            assert_ne!(en, pl, "{}", name.display());
            for (open, close) in [("{{", "}}"), ("{%", "%}")] {
                let (en, pl) = (between(en, open, close), between(pl, open, close));
                assert_eq!(en, pl, "{}", name.display());
            }
        }
    }
}

#[test]
fn pages_have_no_words_of_their_own() {
    let mut judged = 0;
    for (name, page) in files(&root("src/http/pages")) {
        if name.extension().is_none_or(|end| end != "html") {
            continue;
        }
        let mut words = page;
        for (open, close) in [
            ("<style", "</style>"),
            ("{{", "}}"),
            ("{%", "%}"),
            ("{#", "#}"),
            ("<", ">"),
        ] {
            while let Some((before, rest)) = words.split_once(open) {
                let after = rest.split_once(close).map_or("", |(_, after)| after);
                words = format!("{before} {after}");
            }
        }
        assert!(
            !words.chars().any(char::is_alphabetic),
            "{}: {}",
            name.display(),
            words.trim()
        );
        judged += 1;
    }
    assert!(judged >= 4, "the pages are found");
}

#[test]
fn what_a_panel_shows_is_said_twice() {
    let notices = Topic::ALL.map(notices::words);
    let needs = Need::ALL.map(needs::words);
    let reasons = RejectionReason::ALL.map(rejections::words);
    for words in notices.iter().chain(&needs).chain(&reasons) {
        let said = [words.en, words.pl];
        assert!(said.iter().all(|text| text.len() > 5), "{said:?}");
        assert_ne!(words.en, words.pl);
    }
}
