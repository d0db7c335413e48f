use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    Match, READ_CAP, Sameness, Verdict, locality, normal_name, organization, region, step::Rule,
};
use crate::domain::text::Country;

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

/// A case of the table.
struct Case {
    what: &'static str,
    country: Country,
    given: String,
    registered: String,
    verdict: &'static str,
    rules: BTreeSet<&'static str>,
}

impl Case {
    fn judge(&self, given: &str, registered: &str) -> Match {
        match self.what {
            "name" => organization(self.country, given, registered),
            "region" => region(self.country, given, registered),
            "locality" => locality(self.country, given, registered),
            other => panic!("{other}"),
        }
    }
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in include_str!("cases.txt").lines() {
        if let Some(rules) = line.strip_prefix('=') {
            let case = cases.last_mut().unwrap();
            case.rules = rules.split_whitespace().collect();
        } else if !line.is_empty() && !line.starts_with('#') {
            let cells: Vec<&str> = line.split(" | ").collect();
            let [what, code, given, registered, verdict] = cells[..] else {
                panic!("{line}");
            };
            cases.push(Case {
                what,
                country: country(code),
                given: unescape(given),
                registered: unescape(registered),
                verdict,
                rules: BTreeSet::new(),
            });
        }
    }
    cases
}

/// `\u{…}` is that character.
fn unescape(text: &str) -> String {
    let mut pieces = text.split("\\u{");
    let mut out = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_once('}').unwrap();
        let code = u32::from_str_radix(code, 16).unwrap();
        out.push(char::from_u32(code).unwrap());
        out.push_str(rest);
    }
    out
}

fn rules(found: &Match) -> BTreeSet<&'static str> {
    found.steps().iter().map(|step| step.rule.name()).collect()
}

#[test]
fn every_case_has_its_verdict_and_its_reasons() {
    let cases = cases();
    assert!(cases.len() >= 120, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let found = case.judge(&case.given, &case.registered);
        let told = rules(&found);
        if found.verdict().name() != case.verdict || told != case.rules {
            wrong.push(format!(
                "{} | {} | {} | is {} = {told:?}, not {} = {:?}",
                case.country,
                case.given,
                case.registered,
                found.verdict().name(),
                case.verdict,
                case.rules,
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_verdict_does_not_depend_on_the_order() {
    for case in cases() {
        let there = case.judge(&case.given, &case.registered);
        let back = case.judge(&case.registered, &case.given);
        let both = (&case.given, &case.registered);
        assert_eq!(there.verdict(), back.verdict(), "{both:?}");
        assert_eq!(rules(&there), rules(&back), "{both:?}");
    }
}

#[test]
fn only_what_is_the_same_is_accepted() {
    for case in cases() {
        let found = case.judge(&case.given, &case.registered);
        let accepted = found.acceptance().is_some();
        assert_eq!(
            accepted,
            case.verdict.starts_with("EQUAL"),
            "{}",
            case.given
        );
    }
    let names: BTreeSet<_> = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
    assert_eq!(names.len(), 5);
}

#[test]
fn every_rule_is_shown_by_a_case() {
    let shown: BTreeSet<&str> = cases().into_iter().flat_map(|case| case.rules).collect();
    for rule in Rule::ALL.iter().filter(|rule| **rule != Rule::TooLong) {
        assert!(shown.contains(rule.name()), "{}", rule.name());
    }
}

#[test]
fn what_is_too_long_is_not_compared() {
    let long = "a".repeat(READ_CAP);
    let found = organization(country("PL"), &long, &long);
    assert_eq!(found.verdict(), Verdict::Same(Sameness::Equal));
    for longer in [
        format!("{long}a"),
        "ż".repeat(10_000),
        "\u{202E}".repeat(10_000),
    ] {
        let found = organization(country("PL"), &longer, &longer);
        assert_eq!(found.verdict(), Verdict::Different);
        assert_eq!(rules(&found), BTreeSet::from(["too-long"]));
        assert!(normal_name(country("PL"), &longer).is_none());
    }
}

#[test]
fn every_character_is_read_as_it_is_read_again() {
    let mut wrong = Vec::new();
    for c in (0..0x3000).filter_map(char::from_u32) {
        for name in [format!("a{c}b"), format!("{c} S.A."), format!("ab.{c}.c")] {
            if let Some(normal) = normal_name(country("PL"), &name) {
                let again = normal_name(country("PL"), &normal);
                if again.as_deref() != Some(normal.as_str()) {
                    wrong.push((name, normal, again));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Whatever a name could be made of: letters of many scripts, signs, forms, what is hidden.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z]{1,6}",
        "[ąćęłńóśźżĄĆĘŁŃÓŚŹŻäöüßÄÖÜẞčřžøåæœıİIi]{1,5}",
        "[α-ωΑ-Ωάέήίόύώϊϋ]{1,5}",
        "[а-яА-Я]{1,5}",
        "[ .,'’\"„”«»–()&/-]{1,3}",
        "[\\u{200B}\\u{202E}\\u{AD}\\u{301}\\u{307}\\u{345}]",
        prop::sample::select(vec![
            "S.A.",
            "sp. z o.o.",
            "GmbH",
            "& Co. KG",
            "a.s.",
            "Ltd",
            "SARL",
            "Α.Ε.",
            "A.Ş.",
            "UG (haftungsbeschränkt)",
            "w likwidacji",
            "A/S",
            "P.P.H.U.",
            " ",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn any_country() -> impl Strategy<Value = Country> {
    let codes = vec![
        "PL", "DE", "CZ", "GB", "FR", "GR", "TR", "BG", "DK", "SE", "US",
    ];
    prop::sample::select(codes).prop_map(country)
}

/// A dot that joins no two words is none, wherever it stands.
#[test]
fn stray_dots_are_dropped() {
    assert_eq!(
        normal_name(country("DK"), ".A/S:A"),
        normal_name(country("DK"), "A/S:A")
    );
    for (name, normal) in [
        ("..a", "a"),
        (".a", "a"),
        ("a..b", "a b"),
        ("aa.bb", "aa.bb"),
        ("a-.b", "a - b"),
    ] {
        assert_eq!(
            normal_name(country("PL"), name).as_deref(),
            Some(normal),
            "{name}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1_000)
    })]

    #[test]
    fn any_order_is_judged_alike(country in any_country(), left in text(), right in text()) {
        for judge in [organization, region, locality] {
            let there = judge(country, &left, &right);
            let back = judge(country, &right, &left);
            prop_assert_eq!(there.verdict(), back.verdict());
        }
    }

    #[test]
    fn a_name_is_itself_or_doubtful(country in any_country(), name in text()) {
        let found = organization(country, &name, &name);
        match found.verdict() {
            Verdict::Same(Sameness::Equal) => {}
            Verdict::Similar => {
                let doubts = ["hidden-character", "unusual-character", "mixed-script", "look-alike"];
                prop_assert!(doubts.iter().any(|doubt| rules(&found).contains(doubt)));
            }
            Verdict::Different => prop_assert!(rules(&found).contains("empty")),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn a_normal_name_is_its_own_normal_name(country in any_country(), name in text()) {
        if let Some(normal) = normal_name(country, &name) {
            let again = normal_name(country, &normal);
            prop_assert_eq!(again.as_deref(), Some(normal.as_str()));
        }
    }

    #[test]
    fn case_and_quotes_are_no_difference(name in "[A-ZĄĆĘŁŃÓŚŹŻ]{2,9}( [A-ZĄĆĘŁŃÓŚŹŻ]{2,9}){0,3}") {
        let typed = format!("„{}”  S.A.", name.to_lowercase());
        let registered = format!("{name} SPÓŁKA AKCYJNA");
        let found = organization(country("PL"), &typed, &registered);
        prop_assert_eq!(found.verdict(), Verdict::Same(Sameness::ButForm));
    }

    #[test]
    fn one_letter_more_is_never_accepted(name in "[a-z]{3,9} [a-z]{3,9}", letter in "[a-z]") {
        let found = organization(country("PL"), &format!("{name}{letter} S.A."), &format!("{name} S.A."));
        prop_assert!(found.acceptance().is_none());
    }

    #[test]
    fn long_names_are_bounded(piece in text(), times in 1..400_usize) {
        let long = piece.repeat(times);
        let found = organization(country("DE"), &long, &piece);
        prop_assert!(found.steps().len() <= super::step::MAX_STEPS);
    }
}
