//! What was done to two texts while they were compared, for a specialist to read.

use crate::policy::status::words::Words;

/// Most steps that are kept of one comparison.
pub const MAX_STEPS: usize = 64;
/// Longest piece of text in a step, in characters.
const EXCERPT: usize = 120;

/// To which of the two texts something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Given,
    Registered,
    Both,
}

impl Side {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Registered => "registered",
            Self::Both => "both",
        }
    }
}

/// One step. With [`Side::Both`], `from` is of the given text and `to` of the registered one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub side: Side,
    pub rule: Rule,
    pub from: String,
    pub to: String,
}

impl Step {
    pub(super) fn of(side: Side, rule: Rule, from: &str, to: &str) -> Self {
        Self {
            side,
            rule,
            from: excerpt(from),
            to: excerpt(to),
        }
    }
}

fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => {
            let mut cut = text.get(..end).unwrap_or_default().to_owned();
            cut.push('…');
            cut
        }
        None => text.to_owned(),
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident $name:literal $en:literal $pl:literal;)*) => {
        /// Why a step was taken.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule { $($(#[$doc])* $rule,)* }

        impl Rule {
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];

            /// The wire's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$rule => $name,)* }
            }

            /// The name of a rule, read back.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|rule| rule.name() == name)
            }

            /// What a person reads.
            #[must_use]
            pub const fn words(self) -> Words {
                match self { $(Self::$rule => Words { en: $en, pl: $pl },)* }
            }
        }
    };
}

rules! {
    TooLong "too-long" "Too long to be compared" "Zbyt długie, aby porównać";
    Empty "empty" "Nothing in it can be compared" "Nie zawiera nic do porównania";
    Composed "composed" "Letters and their marks were put together (NFC)" "Złożono litery i ich znaki (NFC)";
    Spaces "spaces" "Blanks were made alike" "Ujednolicono odstępy";
    Quotes "quotes" "Quotes were left out or made alike" "Pominięto lub ujednolicono cudzysłowy";
    Dashes "dashes" "Dashes were made alike" "Ujednolicono myślniki";
    Dots "dots" "Dots of abbreviations were left out" "Pominięto kropki w skrótach";
    Punctuation "punctuation" "The sign before the legal form was left out" "Pominięto znak przed formą prawną";
    Case "case" "Capitals were made small" "Zamieniono wielkie litery na małe";
    Tonos "tonos" "Greek accents, which capitals lack, were left out" "Pominięto greckie akcenty, których nie mają wielkie litery";
    Form "form" "One legal form, spelled in two ways" "Ta sama forma prawna zapisana dwojako";
    Ascii "ascii" "One word is the other in ASCII" "Jedno słowo jest zapisem drugiego w ASCII";
    Generic "generic" "Words that only name the kind of place were left out" "Pominięto słowa nazywające tylko rodzaj miejsca";
    SamePlace "same-place" "Two names or codes of one place" "Dwie nazwy lub kody tego samego miejsca";
    OtherPlace "other-place" "Names of two places" "Nazwy dwóch różnych miejsc";
    /// What nobody sees, or what changes how the rest is read.
    Hidden "hidden-character" "Invisible or directional characters" "Znaki niewidoczne lub zmieniające kierunek pisma";
    Unusual "unusual-character" "Characters that are not used in names" "Znaki nieużywane w nazwach";
    MixedScript "mixed-script" "Two scripts in one word" "Dwa alfabety w jednym słowie";
    Lookalike "look-alike" "A word of another script that looks Latin" "Słowo w innym alfabecie wyglądające jak łacińskie";
    FormMissing "form-missing" "Only one side has a legal form" "Tylko jedna strona ma formę prawną";
    FormDiffers "form-differs" "Two different legal forms" "Dwie różne formy prawne";
    StatusWords "status-words" "Liquidation, insolvency or restructuring on one side only" "Likwidacja, upadłość lub restrukturyzacja tylko po jednej stronie";
    Accents "accents" "The same letters with different accents" "Te same litery z różnymi znakami";
    Marks "marks" "The same letters, divided or joined differently" "Te same litery, inaczej rozdzielone lub złączone";
    Order "order" "The same words in another order" "Te same słowa w innej kolejności";
    Part "part" "One is a part of the other" "Jedno jest częścią drugiego";
    Confusable "confusable" "They look alike and are not the same letters" "Wyglądają podobnie, ale to inne litery";
    Near "near" "Few letters differ" "Różni je niewiele liter";
    Unlike "unlike" "They are not alike" "Nie są podobne";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_one_name_and_words_in_both_languages() {
        for rule in Rule::ALL {
            assert_eq!(Rule::from_name(rule.name()), Some(*rule));
            let words = rule.words();
            assert_ne!(words.en, words.pl);
        }
    }

    #[test]
    fn a_step_is_bounded() {
        let step = Step::of(Side::Both, Rule::Near, &"ż".repeat(10_000), "b");
        assert_eq!(step.from.chars().count(), EXCERPT + 1);
        assert_eq!(step.to, "b");
    }
}
