use std::{collections::BTreeSet, fs, path::Path};

use super::{
    specimen::{ListSpecimen, Specimen},
    *,
};

#[test]
fn good_objects_have_no_finding() {
    for specimen in [
        Specimen::leaf(),
        Specimen::ec_leaf(),
        Specimen::strict(),
        Specimen::issuing(),
        Specimen::root(),
    ] {
        assert_eq!(specimen.findings(), Vec::<&str>::new());
    }
    assert_eq!(ListSpecimen::new().findings(), Vec::<&str>::new());
}

/// One rule, one file, registered once, named like its file.
#[test]
fn every_rule_file_is_registered_under_its_name() {
    let names = certificate_rules()
        .map(|rule| (rule.name, rule.source, rule.effective))
        .chain(list_rules().map(|rule| (rule.name, rule.source, rule.effective)))
        .collect::<Vec<_>>();
    let mut registered = BTreeSet::new();
    for (name, source, effective) in names {
        let (severity, bare) = name.split_at(2);
        assert!(matches!(severity, "e_" | "w_"), "{name}");
        assert_eq!(effective.len(), 10, "{name}");
        let folder = match source {
            Source::Rfc5280 => "rfc5280",
            Source::CabfSmime => "cabf_smime",
            Source::Cps => "cps",
        };
        assert!(
            registered.insert(format!("{folder}/{bare}.rs")),
            "{name} twice"
        );
    }
    let lint = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policy/lint");
    let mut files = BTreeSet::new();
    for folder in ["rfc5280", "cabf_smime", "cps"] {
        for entry in fs::read_dir(lint.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            files.insert(format!("{folder}/{name}"));
        }
    }
    assert_eq!(registered, files);
}

#[test]
fn every_kind_has_rules() {
    for kind in certificate::ALL {
        let count = certificate_rules()
            .filter(|rule| rule.check.0.contains(kind))
            .count();
        assert!(count > 20, "{kind:?}: {count}");
    }
    assert!(list_rules().count() > 10);
}

#[test]
fn garbage_and_the_wrong_object_are_findings() {
    let rules = RuleSet::root();
    assert_eq!(
        rules.findings(Object::Certificate, b"")[0].rule,
        "e_encoding"
    );
    assert_eq!(
        rules.findings(Object::CertificateList, b"")[0].rule,
        "e_rule_set"
    );
    assert_eq!(
        RuleSet::request().findings(Object::Request, b"")[0].rule,
        "e_encoding"
    );
}
