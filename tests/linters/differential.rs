//! Every mutation under both judges: they agree, or a clause says who is right.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
};

use crate::{
    kinds::{KINDS, Kind},
    leaf::Leaf,
    mutations::{self, BASES, Base},
    pkilint::{self, Found, Paper},
};

/// What was said of one certificate.
pub struct Verdicts {
    /// Our rules that refuse it.
    pub ours: Vec<&'static str>,
    /// pkilint's findings of warning or worse.
    pub theirs: Vec<Found>,
}

enum Fate {
    Agreed { refused: bool },
    Explained(usize),
    Unexplained,
}

impl Verdicts {
    fn fate(&self) -> Fate {
        if self.ours.is_empty() == self.theirs.is_empty() {
            let refused = !self.ours.is_empty();
            return Fate::Agreed { refused };
        }
        // A refusal of ours stands on one clause, but no rule may take part that none names.
        let named = |rule: &str| KINDS.iter().any(|kind| kind.rules().contains(&rule));
        let explained = KINDS.iter().position(|kind| kind.explains(self));
        match explained {
            Some(kind) if self.ours.iter().all(|rule| named(rule)) => Fate::Explained(kind),
            _ => Fate::Unexplained,
        }
    }

    fn is_their_error(&self) -> bool {
        let mut severities = self.theirs.iter().map(|found| found.0.as_str());
        severities.any(|severity| severity != "WARNING")
    }
}

#[test]
#[ignore = "a stage of its own in tests/run"]
fn both_judges_agree_or_a_clause_decides() {
    assert!(KINDS.len() <= 10);
    let judged = judged();
    let report = Report::of(&judged);
    let text = report.text();
    println!("{text}");
    fs::write(pkilint::reports().join("differential.txt"), &text).unwrap();
    assert!(report.tried() >= 300, "too few mutations");
    assert!(report.unexplained.is_empty(), "unexplained differences");
    for (kind, names) in KINDS.iter().zip(&report.explained) {
        assert!(!names.is_empty(), "nothing is of the kind: {}", kind.title);
    }
    assert!(
        report
            .signed_errors
            .iter()
            .all(|(_, kind)| kind.is_their_refusal())
    );
}

/// One certificate by area and name, with its verdicts.
type Judged = (&'static str, String, Verdicts);

fn judged() -> Vec<Judged> {
    let good: BTreeMap<Base, Vec<u8>> = BASES.iter().map(|base| (*base, base.good())).collect();
    let mut seen: BTreeSet<Vec<u8>> = good.values().cloned().collect();
    let paper = |name: String, base: Base, der: Vec<u8>| Paper {
        name,
        leaf_type: base.leaf_type(),
        der,
    };
    let mut cases = Vec::new();
    for (base, der) in &good {
        let name = format!("good-{}", base.name());
        cases.push(("good", *base, paper(name, *base, der.clone())));
    }
    for mutation in mutations::all() {
        let base = mutation.base;
        let mut leaf = Leaf::read(&good[&base]);
        (mutation.apply)(&mut leaf);
        let der = leaf.encode();
        // A table may hold the value that stands there already, or the same thing twice.
        if seen.insert(der.clone()) {
            cases.push((mutation.area, base, paper(mutation.name, base, der)));
        }
    }
    let (places, papers): (Vec<_>, Vec<_>) = cases
        .into_iter()
        .map(|(area, base, paper)| ((area, base), paper))
        .unzip();
    let mut theirs = pkilint::judge("mutations", &papers);
    let verdicts = |((area, base), paper): ((&'static str, Base), Paper)| {
        let ours = base.issuer().judge(base.leaf_type(), &paper.der);
        let verdicts = Verdicts {
            ours: ours.into_iter().map(|finding| finding.rule).collect(),
            theirs: theirs.remove(&paper.name).unwrap(),
        };
        (area, paper.name, verdicts)
    };
    places.into_iter().zip(papers).map(verdicts).collect()
}

#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    explained: usize,
    unexplained: usize,
}

struct Report<'a> {
    areas: BTreeMap<&'static str, Tally>,
    /// Names by kind.
    explained: Vec<Vec<&'a str>>,
    unexplained: Vec<(&'a str, &'a Verdicts)>,
    /// What pkilint calls an error and we would sign.
    signed_errors: Vec<(&'a str, &'static Kind)>,
}

impl<'a> Report<'a> {
    fn of(judged: &'a [Judged]) -> Self {
        let mut report = Self {
            areas: BTreeMap::new(),
            explained: KINDS.iter().map(|_| Vec::new()).collect(),
            unexplained: Vec::new(),
            signed_errors: Vec::new(),
        };
        for (area, name, verdicts) in judged {
            if *area == "good" {
                assert!(verdicts.ours.is_empty(), "{name}: {:?}", verdicts.ours);
                assert!(verdicts.theirs.is_empty(), "{name}: {:?}", verdicts.theirs);
                continue;
            }
            let tally = report.areas.entry(area).or_default();
            match verdicts.fate() {
                Fate::Agreed { refused: true } => tally.refused += 1,
                Fate::Agreed { refused: false } => tally.accepted += 1,
                Fate::Unexplained => {
                    tally.unexplained += 1;
                    report.unexplained.push((name, verdicts));
                }
                Fate::Explained(kind) => {
                    tally.explained += 1;
                    report.explained[kind].push(name);
                    if verdicts.ours.is_empty() && verdicts.is_their_error() {
                        report.signed_errors.push((name, &KINDS[kind]));
                    }
                }
            }
        }
        report
    }

    fn tried(&self) -> usize {
        self.areas.values().map(Tally::tried).sum()
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let mut total = Tally::default();
        let columns = [
            "tried",
            "both accept",
            "both refuse",
            "explained",
            "unexplained",
        ];
        let [tried, accept, refuse, explained, unexplained] = columns;
        writeln!(
            out,
            "{:<16} {tried:>6} {accept:>12} {refuse:>12} {explained:>10} {unexplained:>12}",
            "mutations"
        )
        .unwrap();
        for (area, tally) in &self.areas {
            writeln!(out, "{}", tally.line(area)).unwrap();
            total.add(tally);
        }
        writeln!(out, "{}\n", total.line("all")).unwrap();
        for (number, (kind, names)) in KINDS.iter().zip(&self.explained).enumerate() {
            writeln!(
                out,
                "{}. {}: {}\n   pkilint: {}\n   decides: {}\n   {}",
                number + 1,
                kind.title,
                names.len(),
                kind.theirs,
                kind.clause,
                names.join(" ")
            )
            .unwrap();
        }
        let signed: Vec<_> = self.signed_errors.iter().map(|(name, _)| *name).collect();
        writeln!(
            out,
            "\nerrors of pkilint that we would sign, all lawful by the clause above: {} ({})",
            signed.len(),
            signed.join(" ")
        )
        .unwrap();
        for (name, verdicts) in &self.unexplained {
            writeln!(
                out,
                "UNEXPLAINED {name}\n   ours: {:?}\n   pkilint: {:?}",
                verdicts.ours, verdicts.theirs
            )
            .unwrap();
        }
        out
    }
}

impl Tally {
    const fn tried(&self) -> usize {
        self.accepted + self.refused + self.explained + self.unexplained
    }

    const fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.explained += other.explained;
        self.unexplained += other.unexplained;
    }

    fn line(&self, name: &str) -> String {
        format!(
            "{name:<16} {:>6} {:>12} {:>12} {:>10} {:>12}",
            self.tried(),
            self.accepted,
            self.refused,
            self.explained,
            self.unexplained
        )
    }
}
