//! The requirements row by row: attributes, encodings, extensions, keys, CAs, responders, CRLs.
//!
//! `rows.txt` names for each row the rules that hold it, or says why no rule about one object
//! can. A row without either fails, and so does a rule that stands in no row. The list was made
//! from a text that does not come with the program; where it lies beside it, it must still be
//! the text that was walked.

use std::{collections::BTreeSet, fs, path::Path};

use sha2::{Digest, Sha256};

use super::tests::heads;

/// SHA-256 of the sections 1.2 to 1.15 that the rows were made from, each from its heading to the
/// next one.
const WALKED: [&str; 14] = [
    "e447f1da3f0a670bf9347607110e52acff99f838b9118d0ffc119bd671b26e76",
    "3622a256193df98e8d59a8c2773c0989b14c8e17bab1012a4036235c8907a74e",
    "1638a45833cd454457e6145ec3a9b98ae09fbd555a3f7f2faead104675e59f32",
    "edb205cb9cdf11ad0b800267034d7e52e8e1f20b61f959c37554431be78edd07",
    "fa0b8dffcf78203d4c74890fd89ba3f416f225bc3164ec200197312d6f329f88",
    "6ff5b137e31ad161908703a8fdb25cadf5d1428dc40310af4aa08c2bd23a0f99",
    "bea7d2e453a259f3bcaaae6f9fd3d1c4f7ef87fce04906414b48b8ca25af685c",
    "3333423cc8391167fd5d691beccca16a553493b29c1c76531984c7487c377ab0",
    "20eef1baeecb31bc5382fa96d21e415ab6d307b6bb69852eff1085df9fa07559",
    "082ae286e88e4846e9f31e835c8c65893a99a166a9604ccdf2b701217429b6d0",
    "0b600505a3375df94d9b939aba551cb173759020d68aba54929339dda4571884",
    "ded2ddd009041323aea0725a51cc38d0cfa6a91e9dcd51677cfca2a5707187fd",
    "0820771654fd038fa97c0cdd4453c57d3e8e65db18315c1192c727ed84705c1b",
    "15b1d6b9fabcb9bd0e36a3d660e20a512a80fd98e139e1a03dfd889aab766b7e",
];

/// One row of the table.
pub(super) struct Row {
    pub(super) words: &'static str,
    /// The rules that hold it, or the reason why none does.
    pub(super) held: Result<Vec<&'static str>, &'static str>,
}

/// A section: number and subject, how many rows it says it has, and the rows.
pub(super) struct Section {
    pub(super) title: &'static str,
    count: usize,
    pub(super) rows: Vec<Row>,
}

/// The table as it stands in `rows.txt`.
pub(super) fn sections() -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let lines = include_str!("rows.txt").lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        if let Some(head) = line.strip_prefix("## ") {
            let (title, count) = head.rsplit_once(" (").unwrap();
            sections.push(Section {
                title,
                count: count.strip_suffix(')').unwrap().parse().unwrap(),
                rows: Vec::new(),
            });
            continue;
        }
        let (words, held) = line.split_once(" | ").unwrap_or((line, ""));
        let held = match held.strip_prefix("! ") {
            Some(reason) => Err(reason),
            None => Ok(held.split_whitespace().collect()),
        };
        let section = sections.last_mut().expect("a row stands in a section");
        section.rows.push(Row { words, held });
    }
    sections
}

#[test]
fn every_row_has_its_rules_or_its_reason() {
    let known: BTreeSet<&str> = heads().into_iter().map(|head| head.name).collect();
    let mut named = BTreeSet::new();
    let sections = sections();
    assert_eq!(sections.len(), 14, "1.2 to 1.15");
    for (position, section) in sections.iter().enumerate() {
        let title = section.title;
        assert!(
            title.starts_with(&format!("1.{}: ", position + 2)),
            "{title}"
        );
        assert_eq!(section.rows.len(), section.count, "{title}");
        let words: BTreeSet<&str> = section.rows.iter().map(|row| row.words).collect();
        assert_eq!(words.len(), section.count, "{title}: a row stands twice");
        for Row { words, held } in &section.rows {
            match held {
                Ok(rules) => {
                    assert!(!rules.is_empty(), "{title}: nothing holds '{words}'");
                    for rule in rules {
                        assert!(known.contains(rule), "{title}: no rule {rule}");
                        named.insert(*rule);
                    }
                }
                Err(reason) => assert!(reason.len() > 40, "{title}: {words}: {reason}"),
            }
        }
    }
    let unnamed: Vec<&&str> = known.difference(&named).collect();
    assert_eq!(unnamed, Vec::<&&str>::new(), "rules that stand in no row");
}

/// The section `### 1.<number> ` of the text, up to the next heading.
fn section(text: &str, number: usize) -> Option<&str> {
    let begin = text.find(&format!("\n### 1.{number} "))? + 1;
    let after = &text[begin + 1..];
    let ends = ["\n### ", "\n## "].map(|next| after.find(next));
    let end = ends.into_iter().flatten().min();
    Some(end.map_or(&text[begin..], |end| &text[begin..begin + 2 + end]))
}

#[test]
fn the_rows_were_made_from_the_text_as_it_stands() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/sbr.md");
    let Ok(text) = fs::read_to_string(beside) else {
        return; // Only where the text is can it be compared.
    };
    for (number, walked) in (2..).zip(WALKED) {
        let found = section(&text, number).map(|found| hex::encode(Sha256::digest(found)));
        assert_eq!(
            found.as_deref(),
            Some(walked),
            "section 1.{number} changed: walk the rows again, then pin it here"
        );
    }
}

#[test]
fn a_section_ends_where_the_next_begins() {
    let text = "# A\n\n### 1.2 x\none\n### 1.3 y\ntwo\n\n## 2 z\n";
    assert_eq!(section(text, 2), Some("### 1.2 x\none\n"));
    assert_eq!(section(text, 3), Some("### 1.3 y\ntwo\n\n"));
    assert_eq!(section(text, 4), None);
}
