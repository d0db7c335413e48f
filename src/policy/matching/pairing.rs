//! Two readings side by side, piece by piece.

use super::{
    Sameness,
    reading::{Item, Word},
    step::{Rule, Side, Step},
};

/// How two texts are the same, with what had to be done for it; nothing when they are not.
pub(super) fn same(left: &[Item], right: &[Item]) -> Option<(Sameness, Vec<Step>)> {
    if left.len() != right.len() {
        return None;
    }
    let mut sameness = Sameness::Equal;
    let mut steps = Vec::new();
    for (left, right) in left.iter().zip(right) {
        let (found, step) = pair(left, right)?;
        sameness = sameness.max(found);
        steps.extend(step);
    }
    Some((sameness, steps))
}

fn pair(left: &Item, right: &Item) -> Option<(Sameness, Option<Step>)> {
    match (left, right) {
        (Item::Word(left), Item::Word(right)) => words(left, right),
        (Item::Mark(left), Item::Mark(right)) => (left == right).then_some((Sameness::Equal, None)),
        (
            Item::Form { form, key, written },
            Item::Form {
                form: other,
                key: other_key,
                written: other_written,
            },
        ) => {
            if !form.is_same(other) {
                return None;
            }
            if key == other_key {
                return Some((Sameness::Equal, None));
            }
            let step = Step::of(Side::Both, Rule::Form, written, other_written);
            Some((Sameness::ButForm, Some(step)))
        }
        _ => None,
    }
}

/// One of two words that differ must be ASCII: two with different accents are two words.
fn words(left: &Word, right: &Word) -> Option<(Sameness, Option<Step>)> {
    if left.folded == right.folded {
        return Some((Sameness::Equal, None));
    }
    let converted =
        (left.is_ascii || right.is_ascii) && left.ways.iter().any(|way| right.ways.contains(way));
    converted.then(|| {
        let step = Step::of(Side::Both, Rule::Ascii, &left.written, &right.written);
        (Sameness::ButAscii, Some(step))
    })
}
