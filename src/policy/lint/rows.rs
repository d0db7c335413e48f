//! The requirements row by row: attributes, encodings, extensions, keys, CAs, responders, CRLs.
//!
//! `rows.txt` names for each row the rules that hold it, or says why no rule about one object
//! can. A row without either fails, and so does a rule that stands in no row.

use std::collections::BTreeSet;

use super::tests::heads;

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
