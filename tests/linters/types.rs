//! What tells the types of leaves apart beside their attributes: policy, common name, and the
//! extensions of legal entities. Judged by our lint and by pkilint.

use chancery::policy::profile::{
    CertificateProfile,
    leaf_type::{LeafType, ValidationLevel},
};

use crate::{
    der::{self, Der},
    issuer::EC,
    leaf::{COMMON_NAME, Leaf, POLICIES},
    matrix,
    pkilint::{self, Paper},
};

const LEI: &str = "1.3.6.1.4.1.52266.1";
const LEI_ROLE: &str = "1.3.6.1.4.1.52266.2";

/// A leaf of a type with one thing changed, what our lint says, and whether pkilint takes it.
struct Case {
    paper: Paper,
    ours: Vec<&'static str>,
    theirs: bool,
}

#[test]
#[ignore = "a stage of its own in tests/run"]
fn what_tells_the_types_apart_is_told_by_both_judges() {
    let mut cases = Vec::new();
    for leaf_type in LeafType::all() {
        policies(leaf_type, &mut cases);
        common_names(leaf_type, &mut cases);
        legal_entities(leaf_type, &mut cases);
    }
    let (wanted, papers): (Vec<_>, Vec<_>) = cases
        .into_iter()
        .map(|case| ((case.ours, case.theirs), case.paper))
        .unzip();
    let theirs = pkilint::judge("types", &papers);
    for ((ours, taken), paper) in wanted.iter().zip(&papers) {
        let found = EC.judge(paper.leaf_type, &paper.der);
        let found: Vec<&str> = found.iter().map(|finding| finding.rule).collect();
        assert_eq!(found, *ours, "{}", paper.name);
        let said = &theirs[&paper.name];
        assert_eq!(said.is_empty(), *taken, "{}: {said:?}", paper.name);
    }
    assert_eq!(papers.len(), 8 * (8 + 5 + 2));
}

/// The certificate of each type with the policy of each type.
fn policies(leaf_type: LeafType, cases: &mut Vec<Case>) {
    for other in LeafType::all() {
        let id = other.policy().to_string();
        let list = der::sequence([der::sequence([der::oid(&id)])]);
        let own = other == leaf_type;
        let rules: &[_] = if own { &[] } else { &["e_reserved_policy"] };
        cases.push(case(
            leaf_type,
            &format!("policy-{id}"),
            rules,
            own,
            |leaf| {
                leaf.set_value(POLICIES, &list);
            },
        ));
    }
}

/// The common names of each level under each level. pkilint does not compare a person's common
/// name with the names beside it.
fn common_names(leaf_type: LeafType, cases: &mut Vec<Case>) {
    let person = matches!(
        leaf_type.level,
        ValidationLevel::Sponsor | ValidationLevel::Individual
    );
    let organization = leaf_type.level == ValidationLevel::Organization;
    for (name, value, lawful) in [
        ("mailbox", matrix::MAILBOX, true),
        ("organization", matrix::ORGANIZATION, organization),
        ("person", "Jan Kowalski", person),
        ("person-turned", "Kowalski Jan", person),
        ("somebody", "Anna Nowak", false),
    ] {
        let rules: &[_] = if lawful {
            &[]
        } else {
            &["e_common_name_value"]
        };
        let theirs = lawful || person;
        let name = format!("name-{name}");
        cases.push(case(leaf_type, &name, rules, theirs, |leaf| {
            leaf.set_text(COMMON_NAME, value);
        }));
    }
}

/// Lawful for organizations and their people; this CA writes neither.
fn legal_entities(leaf_type: LeafType, cases: &mut Vec<Case>) {
    let sponsor = leaf_type.level == ValidationLevel::Sponsor;
    let organization = leaf_type.level == ValidationLevel::Organization;
    for (id, value, lawful, rule) in [
        (
            LEI,
            "5493001KJTIIGC8Y1R12",
            sponsor || organization,
            "e_no_lei",
        ),
        (LEI_ROLE, "Director", sponsor, "e_no_lei_role"),
    ] {
        let value: Der = der::text(der::PRINTABLE, value);
        let rule = if lawful { "e_extension_allowed" } else { rule };
        let name = format!("extension-{id}");
        cases.push(case(leaf_type, &name, &[rule], lawful, |leaf| {
            leaf.set_extension(id, false, value.encode());
        }));
    }
}

fn case(
    leaf_type: LeafType,
    name: &str,
    ours: &[&'static str],
    theirs: bool,
    change: impl FnOnce(&mut Leaf),
) -> Case {
    let smallest = matrix::smallest(leaf_type.level);
    let profile = CertificateProfile::parse(&matrix::profile(leaf_type, &smallest)).unwrap();
    let mut leaf = Leaf::read(&matrix::signed(&profile, &smallest));
    change(&mut leaf);
    let (level, generation) = (leaf_type.level.name(), leaf_type.generation);
    Case {
        paper: Paper {
            name: format!("{level}-{generation:?}-{name}"),
            leaf_type,
            der: leaf.encode(),
        },
        ours: ours.to_vec(),
        theirs,
    }
}
