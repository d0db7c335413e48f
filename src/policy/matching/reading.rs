//! A text as it is compared: words, signs and legal forms, and what was done to get there.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{
    READ_CAP, ascii,
    fold::{self, fold},
    forms::{self, Form, Found},
    script,
    step::{Rule, Side, Step},
    tokens::{self, Kind, Token, tokens},
};
use crate::domain::text::Country;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) written: String,
    pub(super) folded: String,
    /// The ways to write it in ASCII, best first.
    pub(super) ways: Vec<String>,
    /// It was written in ASCII.
    pub(super) is_ascii: bool,
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Word(Word),
    Mark(char),
    Form {
        form: &'static Form,
        key: String,
        written: String,
    },
}

/// A text that was read.
#[derive(Debug)]
pub(super) struct Reading {
    /// The text, NFC; nothing of a text that is too long.
    pub(super) text: String,
    pub(super) folded: String,
    pub(super) items: Vec<Item>,
    pub(super) steps: Vec<Step>,
    doubtful: bool,
}

impl Reading {
    /// Reads the name of an organisation.
    pub(super) fn of_name(country: Country, text: &str, side: Side) -> Self {
        let find = |list: &[Token]| {
            let mut found = forms::find(country, list);
            // What would be a form is the name where there is no other word.
            if is_nothing_but(list, &found) && !found.is_empty() {
                found.remove(0);
            }
            found
        };
        Self::of(country, text, side, find)
    }

    /// Reads the name of a place.
    pub(super) fn of_place(country: Country, text: &str, side: Side) -> Self {
        Self::of(country, text, side, |_| Vec::new())
    }

    fn of(country: Country, text: &str, side: Side, find: impl Fn(&[Token]) -> Vec<Found>) -> Self {
        let mut reader = Reader {
            country,
            side,
            steps: Vec::new(),
            doubtful: false,
        };
        if text.chars().nth(READ_CAP).is_some() {
            reader.step(Rule::TooLong, text, "");
            return reader.end(String::new(), Vec::new());
        }
        let composed: String = text.nfc().collect();
        if !is_nfc(text) {
            reader.step(Rule::Composed, text, &composed);
        }
        let mut list = tokens(&composed);
        // A dot in front joins nothing, and must not hide the form that follows.
        let dots = list.iter().take_while(|token| token.is_mark('.')).count();
        list.drain(..dots);
        reader.doubt(&composed, &list);
        reader.note_signs(&composed, &list);
        let found = find(&list);
        let items = reader.items(&composed, &list, &found);
        if !items.iter().any(|item| matches!(item, Item::Word(_))) {
            reader.step(Rule::Empty, &composed, "");
            return reader.end(composed, Vec::new());
        }
        reader.note_case(&composed);
        reader.end(composed, items)
    }

    /// Whether there is anything to compare.
    pub(super) fn is_readable(&self) -> bool {
        !self.items.is_empty()
    }

    /// Whether it may be read as something else than it is.
    pub(super) fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.items.iter().filter_map(|item| match item {
            Item::Word(word) => Some(word),
            Item::Mark(_) | Item::Form { .. } => None,
        })
    }

    pub(super) fn forms(&self) -> impl Iterator<Item = &'static Form> {
        self.items.iter().filter_map(|item| match item {
            Item::Form { form, .. } => Some(*form),
            Item::Word(_) | Item::Mark(_) => None,
        })
    }

    /// What is compared, as text; it reads as the same again.
    pub(super) fn normal(&self) -> Option<String> {
        let mut text = String::new();
        for item in &self.items {
            // A dot is there only where it joins two words.
            let joined = text.is_empty() || text.ends_with('.') || matches!(item, Item::Mark('.'));
            if !joined {
                text.push(' ');
            }
            match item {
                Item::Word(word) => text.push_str(&word.folded),
                Item::Mark(mark) => text.push(*mark),
                Item::Form { form, .. } => text.push_str(form.abbreviation),
            }
        }
        self.is_readable().then(|| text.trim().to_owned())
    }
}

struct Reader {
    country: Country,
    side: Side,
    steps: Vec<Step>,
    doubtful: bool,
}

impl Reader {
    fn step(&mut self, rule: Rule, from: &str, to: &str) {
        self.steps.push(Step::of(self.side, rule, from, to));
    }

    fn end(self, text: String, items: Vec<Item>) -> Reading {
        Reading {
            folded: fold(self.country, &text),
            text,
            items,
            steps: self.steps,
            doubtful: self.doubtful,
        }
    }

    /// What may be read as something else is said once of each kind.
    fn doubt(&mut self, text: &str, list: &[Token]) {
        let words = || list.iter().filter_map(Token::word);
        let hidden = text.chars().find(|c| script::is_hidden(*c));
        let unusual = text
            .chars()
            .find(|c| !script::is_hidden(*c) && script::is_unusual(*c));
        let mixed = words().find(|word| script::is_mixed(word));
        let foreign = words().find(|word| script::looks_latin(self.country, word));
        for (rule, c) in [(Rule::Hidden, hidden), (Rule::Unusual, unusual)] {
            if let Some(c) = c {
                self.step(rule, &format!("U+{:04X}", u32::from(c)), "");
                self.doubtful = true;
            }
        }
        let heap = words().find(|word| script::is_heaped(word));
        for (rule, word) in [
            (Rule::Unusual, heap),
            (Rule::MixedScript, mixed),
            (Rule::Lookalike, foreign),
        ] {
            if let Some(word) = word {
                self.step(rule, word, "");
                self.doubtful = true;
            }
        }
    }

    fn note_signs(&mut self, text: &str, list: &[Token]) {
        let odd_blank = |c: char| c.is_whitespace() && c != ' ';
        if text.contains("  ") || text.trim() != text || text.contains(odd_blank) {
            self.step(Rule::Spaces, text, "");
        }
        let kept = list.iter().filter_map(Token::word).flat_map(str::chars);
        let kept = kept.filter(|c| *c == '\'').count();
        let odd_quote = |c: char| tokens::is_quote(c) || (tokens::is_apostrophe(c) && c != '\'');
        let dropped = text.chars().filter(|c| tokens::is_apostrophe(*c)).count() != kept;
        if dropped || text.contains(odd_quote) || text.contains(",,") {
            self.step(Rule::Quotes, text, "");
        }
        if text.contains(|c| tokens::is_dash(c) && c != '-') {
            self.step(Rule::Dashes, text, "");
        }
    }

    fn note_case(&mut self, text: &str) {
        let folded = fold(self.country, text);
        if folded != text {
            self.step(Rule::Case, text, &folded);
        }
        if fold::has_tonos(text) {
            self.step(Rule::Tonos, text, &folded);
        }
    }

    fn items(&mut self, text: &str, list: &[Token], found: &[Found]) -> Vec<Item> {
        let mut items = Vec::new();
        let mut at = 0;
        while let Some(token) = list.get(at) {
            if let Some(found) = found.iter().find(|found| found.tokens.start == at) {
                self.form(text, list, found, &mut items);
                at = found.tokens.end;
            } else if let Some(end) = initials(list, at, found) {
                let written = slice(text, list, at..end);
                self.step(Rule::Dots, &written, "");
                let letters = list.get(at..end).unwrap_or_default();
                let joined: String = letters.iter().filter_map(Token::word).collect();
                items.push(self.word(&joined));
                at = end;
            } else {
                match &token.kind {
                    Kind::Word(word) => items.push(self.word(word)),
                    Kind::Mark('.') if !joins(list, at) => {}
                    Kind::Mark(mark) => items.push(Item::Mark(*mark)),
                }
                at += 1;
            }
        }
        items
    }

    fn form(&mut self, text: &str, list: &[Token], found: &Found, items: &mut Vec<Item>) {
        while let Some(Item::Mark(mark @ (',' | '-'))) = items.last() {
            self.steps.push(Step::of(
                self.side,
                Rule::Punctuation,
                &mark.to_string(),
                "",
            ));
            items.pop();
        }
        items.push(Item::Form {
            form: found.form,
            key: found.key.clone(),
            written: slice(text, list, found.tokens.clone()),
        });
    }

    fn word(&self, written: &str) -> Item {
        let folded = fold(self.country, written);
        let is_ascii = written.is_ascii();
        let ways = match is_ascii {
            true => vec![written.to_ascii_lowercase()],
            false => ascii::ways(self.country, &folded),
        };
        Item::Word(Word {
            written: written.to_owned(),
            folded,
            ways,
            is_ascii,
        })
    }
}

fn slice(text: &str, list: &[Token], range: Range<usize>) -> String {
    let tokens = list.get(range).unwrap_or_default();
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => text
            .get(first.start..last.end)
            .unwrap_or_default()
            .to_owned(),
        _ => String::new(),
    }
}

/// Whether there is no word but in forms.
fn is_nothing_but(list: &[Token], found: &[Found]) -> bool {
    let in_form = |at: &usize| found.iter().any(|found| found.tokens.contains(at));
    let mut words = list
        .iter()
        .enumerate()
        .filter(|(_, token)| token.word().is_some());
    words.all(|(at, _)| in_form(&at))
}

/// Two letters or more, each with its dot (`P.P.H.U.`): the end of them.
fn initials(list: &[Token], start: usize, found: &[Found]) -> Option<usize> {
    let mut end = start;
    let mut letters = 0_u8;
    while let Some(letter) = list.get(end) {
        let taken = found.iter().any(|found| found.tokens.start == end);
        if taken || !letter.is_letter() || (end > start && !letter.glued) {
            break;
        }
        letters = letters.saturating_add(1);
        match list.get(end + 1) {
            Some(dot) if dot.is_mark('.') && dot.glued => end += 2,
            _ => {
                end += 1;
                break;
            }
        }
    }
    let has_dot = list.get(start + 1).is_some_and(|dot| dot.is_mark('.'));
    (letters >= 2 && has_dot).then_some(end)
}

/// Whether a dot stands between two words without a blank (`example.com`).
fn joins(list: &[Token], at: usize) -> bool {
    let glued = |at: usize| list.get(at).is_some_and(|token| token.glued);
    let word = |at: usize| list.get(at).is_some_and(|token| token.word().is_some());
    let between = at.checked_sub(1).is_some_and(word) && word(at + 1);
    between && glued(at) && glued(at + 1)
}
