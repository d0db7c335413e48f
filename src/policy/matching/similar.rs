//! Two names that are not the same: near enough for a person to look, or different. Whatever is
//! found here accepts nothing.

use super::{
    Verdict,
    forms::Form,
    reading::{Item, Reading, Word},
    script,
    step::Rule,
};

/// Likeness from which on a person looks, of 1 (no letter differs).
const NEAR: f64 = 0.8;

/// Why two names are alike, or that they are not. The same in either order.
pub(super) fn judge(left: &Reading, right: &Reading) -> (Verdict, Rule) {
    let (mut left_words, mut right_words) = (plain(left), plain(right));
    let (left_line, right_line) = (left_words.join(" "), right_words.join(" "));
    let same_words = left_words == right_words;
    let same_letters = left_words.concat() == right_words.concat();
    left_words.sort_unstable();
    right_words.sort_unstable();
    let rest = rest(&left_words, &right_words).or_else(|| rest(&right_words, &left_words));
    let is_folded = |(left, right): (&Word, &Word)| left.folded == right.folded;
    let same_folded = same_words && left.words().zip(right.words()).all(is_folded);
    let alike =
        script::alike(&left.folded, &right.folded) || script::alike(&left.text, &right.text);
    let rule = if alike && !same_folded {
        Rule::Confusable
    } else if forms_differ(left, right) && rest.is_some() {
        return (Verdict::Different, Rule::FormDiffers);
    } else if same_words && left.forms().count() != right.forms().count() {
        Rule::FormMissing
    } else if same_words && !same_folded {
        Rule::Accents
    } else if same_letters && !(same_folded && marks(left) == marks(right)) {
        Rule::Marks
    } else if left_words == right_words {
        Rule::Order
    } else if let Some(rest) = rest {
        match rest.iter().any(|word| STATUS.contains(&word.as_str())) {
            true => Rule::StatusWords,
            false => Rule::Part,
        }
    } else if strsim::normalized_levenshtein(&left_line, &right_line) >= NEAR {
        Rule::Near
    } else {
        return (Verdict::Different, Rule::Unlike);
    };
    (Verdict::Similar, rule)
}

/// Whether both have forms, and one has a form that the other has not.
fn forms_differ(left: &Reading, right: &Reading) -> bool {
    let has_all = |one: &Reading, other: &Reading| {
        let has = |form: &Form| one.forms().any(|known| known.is_same(form));
        other.forms().all(has)
    };
    let both = left.forms().next().is_some() && right.forms().next().is_some();
    both && !(has_all(left, right) && has_all(right, left))
}

fn marks(reading: &Reading) -> Vec<char> {
    let mark = |item: &Item| match item {
        Item::Mark(mark) => Some(*mark),
        Item::Word(_) | Item::Form { .. } => None,
    };
    reading.items.iter().filter_map(mark).collect()
}

/// Liquidation, insolvency and restructuring as names of companies tell them.
const STATUS: [&str; 9] = [
    "likwidacji",
    "upadlosci",
    "restrukturyzacji",
    "liquidation",
    "liquidazione",
    "likvidaci",
    "likvidacii",
    "insolvenz",
    "ekkatharisi",
];

/// The words in ASCII where they have it.
fn plain(reading: &Reading) -> Vec<String> {
    let plain = |word: &Word| word.ways.last().unwrap_or(&word.folded).clone();
    reading.words().map(plain).collect()
}

/// What `whole` has beside all of `part`; both sorted.
fn rest(whole: &[String], part: &[String]) -> Option<Vec<String>> {
    let mut part = part.iter().peekable();
    let mut rest = Vec::new();
    for word in whole {
        if part.peek() == Some(&word) {
            part.next();
        } else {
            rest.push(word.clone());
        }
    }
    part.peek().is_none().then_some(rest)
}
