use std::{collections::BTreeSet, fs, path::Path};

use sha2::{Digest, Sha256};

use super::{
    report::Severity,
    specimen::{Judged, ListSpecimen, RequestSpecimen, Specimen, Specimens},
    *,
};

/// SHA-256 over the sources [`version::VERSION`] stands for.
const SOURCES: &str = "76bc2c19e8a66e24eb5bb9acb8164e49e3af9fdf1ade1f64aeff3f1aa6e7f142";

#[test]
fn good_objects_have_no_finding() {
    for specimen in [
        Specimen::leaf(),
        Specimen::ec_leaf(),
        Specimen::strict(),
        Specimen::mailbox(),
        Specimen::mailbox().strict_too(),
        Specimen::sponsor(),
        Specimen::sponsor().strict_too(),
        Specimen::individual(),
        Specimen::individual().strict_too(),
        Specimen::issuing(),
        Specimen::root(),
        Specimen::responder(),
    ] {
        assert_eq!(
            specimen.findings(),
            Vec::<&str>::new(),
            "{:?}",
            specimen.kind
        );
    }
    assert_eq!(ListSpecimen::leaves().findings(), Vec::<&str>::new());
    assert_eq!(ListSpecimen::cas().findings(), Vec::<&str>::new());
    assert_eq!(RequestSpecimen::new().findings(), Vec::<&str>::new());
}

/// What every rule says of itself.
pub(super) struct Head {
    pub(super) name: &'static str,
    pub(super) citation: &'static str,
    pub(super) source: Source,
    pub(super) effective: Day,
    pub(super) ineffective: Option<Day>,
    /// The objects it judges.
    pub(super) objects: String,
}

fn head<C>(rule: &Rule<C>, objects: String) -> Head {
    Head {
        name: rule.name,
        citation: rule.citation,
        source: rule.source,
        effective: rule.effective,
        ineffective: rule.ineffective,
        objects,
    }
}

/// The heads of all rules.
pub(super) fn heads() -> Vec<Head> {
    let certificates = certificate_rules().map(|rule| head(rule, kinds(rule.check.0)));
    let lists = list_rules().map(|rule| {
        let objects = match rule.check.0 {
            [ListKind::Leaves] => "CRL of leaves",
            [ListKind::Cas] => "CRL of CAs",
            _ => "CRL",
        };
        head(rule, objects.to_owned())
    });
    let requests = request_rules().map(|rule| head(rule, "request of a CA".to_owned()));
    certificates.chain(lists).chain(requests).collect()
}

fn kinds(kinds: &[Kind]) -> String {
    if kinds == certificate::ALL {
        return "certificate".to_owned();
    }
    let levels = |of: fn(Level) -> Kind| {
        let all = [
            ("mailbox", Level::Mailbox),
            ("organization", Level::Organization),
            ("sponsor", Level::Sponsor),
            ("individual", Level::Individual),
        ];
        let judged = all.iter().filter(|(_, level)| kinds.contains(&of(*level)));
        let judged: Vec<&str> = judged.map(|(name, _)| *name).collect();
        (judged.len() < all.len())
            .then(|| format!(" ({})", judged.join(", ")))
            .filter(|list| list != " ()")
            .unwrap_or_default()
    };
    let mut words = Vec::new();
    for kind in kinds {
        let word = match kind {
            Kind::Multipurpose(_) => format!("multipurpose{}", levels(Kind::Multipurpose)),
            Kind::Strict(_) => format!("strict{}", levels(Kind::Strict)),
            Kind::Issuing => "subordinate CA".to_owned(),
            Kind::Root => "root".to_owned(),
            Kind::Responder => "responder".to_owned(),
        };
        if words.last() != Some(&word) {
            words.push(word);
        }
    }
    words.join(", ")
}

/// One rule, one file, registered once, named like its file.
#[test]
fn every_rule_file_is_registered_under_its_name() {
    let mut registered = BTreeSet::new();
    for head in heads() {
        let Head {
            name,
            source,
            effective,
            ineffective,
            ..
        } = head;
        let (severity, bare) = name.split_at(2);
        assert!(matches!(severity, "e_" | "w_"), "{name}");
        assert!(ineffective.is_none_or(|end| effective < end), "{name}");
        let folder = match source {
            Source::Rfc5280 => "rfc5280",
            Source::CabfSmime => "cabf_smime",
            Source::RootStore => "root_store",
            Source::Cps => "cps",
        };
        assert!(
            registered.insert(format!("{folder}/{bare}.rs")),
            "{name} twice"
        );
    }
    let lint = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policy/lint");
    let mut files = BTreeSet::new();
    for folder in ["rfc5280", "cabf_smime", "root_store", "cps"] {
        for entry in fs::read_dir(lint.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            files.insert(format!("{folder}/{name}"));
        }
    }
    assert_eq!(registered, files);
}

/// The specimens of every source.
pub(super) const SPECIMENS: [&Specimens; 4] = [
    &rfc5280::SPECIMENS,
    &cabf_smime::SPECIMENS,
    &root_store::SPECIMENS,
    &cps::SPECIMENS,
];

/// Each rule has a specimen that it alone refuses; there are no exceptions.
#[test]
fn every_rule_alone_refuses_something() {
    let mut proven = BTreeSet::new();
    for source in SPECIMENS {
        for (rule, specimens) in source.certificate {
            specimen::alone(rule, specimens());
            proven.insert(*rule);
        }
        for (rule, specimens) in source.list {
            specimen::alone(rule, specimens());
            proven.insert(*rule);
        }
        for (rule, specimens) in source.request {
            specimen::alone(rule, specimens());
            proven.insert(*rule);
        }
    }
    let all: BTreeSet<&str> = heads().into_iter().map(|head| head.name).collect();
    assert_eq!(proven, all);
}

/// Product code of this directory, by path: what stands before a file's tests.
fn sources() -> Vec<(String, String)> {
    let lint = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policy/lint");
    let engine = fs::read_to_string(lint.with_extension("rs")).unwrap();
    let mut found = vec![("lint.rs".to_owned(), engine)];
    for folder in ["", "rfc5280", "cabf_smime", "root_store", "cps"] {
        for entry in fs::read_dir(lint.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            let own = [
                "catalogue",
                "described",
                "hostile",
                "rows",
                "tests",
                "version",
            ];
            let is_test = own.iter().any(|name| file == format!("{name}.rs"));
            if path.is_dir() || is_test || file.starts_with("specimen") || file == "rows.txt" {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let product = text.split("#[cfg(test)]").next().unwrap().to_owned();
            found.push((format!("{folder}/{file}"), product));
        }
    }
    found.sort();
    found
}

/// What builds a TBS lives in `pkix`; a rule that used it would believe what it is to check.
#[test]
fn rules_share_nothing_with_the_builders() {
    // The engine itself takes the issuer's certificate.
    for (path, text) in sources().into_iter().filter(|(path, _)| path != "lint.rs") {
        for (number, line) in text.lines().enumerate() {
            let names = |module: &str| {
                let code = line.trim_start();
                let inside = code.contains(&format!("{module}::"));
                !code.starts_with("//") && (inside || code.starts_with(module))
            };
            let wrong = names("pkix") || names("issuance");
            assert!(!wrong, "{path}:{}: {line}", number + 1);
        }
    }
}

/// A rule that changes is another rule: whoever reads an old version must not take it for it.
#[test]
fn the_version_stands_for_the_sources() {
    let mut digest = Sha256::new();
    for (path, text) in sources() {
        digest.update(path);
        digest.update(text);
    }
    digest.update(described::described());
    let found = hex::encode(digest.finalize());
    assert_eq!(
        found, SOURCES,
        "the rules changed: raise VERSION in version.rs and set SOURCES here"
    );
}

#[test]
fn every_kind_has_rules() {
    for kind in certificate::ALL {
        let count = certificate_rules()
            .filter(|rule| rule.check.0.contains(kind))
            .count();
        assert!(count > 40, "{kind:?}: {count}");
    }
    for kind in [ListKind::Leaves, ListKind::Cas] {
        let count = list_rules()
            .filter(|rule| rule.check.0.contains(&kind))
            .count();
        assert!(count > 20, "{kind:?}: {count}");
    }
}

/// A rule binds from its first day to the last second before its end.
#[test]
fn the_day_of_signing_decides_which_rules_bind() {
    let other = [oids::EMAIL_PROTECTION, b"\x2b\x06\x01\x05\x05\x07\x03\x24"];
    let mut leaf = Specimen::leaf();
    leaf.set(oids::EXT_KEY_USAGE, specimen::purposes(&other));
    for (begin, rule) in [
        ("2027-06-30T23:59:59Z", "e_no_other_purpose"),
        ("2027-07-01T00:00:00Z", "e_purposes_of_2027"),
    ] {
        leaf.period(begin, "2028-06-01T00:00:00Z");
        assert_eq!(leaf.findings(), [rule], "{begin}");
    }
    leaf.period("2027-06-30T23:59:59Z", "2028-06-01T00:00:00Z");
    leaf.signed_at = Some("2027-07-01T00:00:30Z".parse().unwrap());
    assert_eq!(leaf.findings(), ["e_purposes_of_2027"]);
}

#[test]
fn only_warnings_are_allowed_and_each_has_its_reason() {
    let rules: Vec<&str> = heads().into_iter().map(|head| head.name).collect();
    for entry in allowed::ALLOWED {
        assert!(rules.contains(&entry.rule), "{}", entry.rule);
        assert_eq!(
            Severity::of(entry.rule),
            Severity::Warning,
            "{}",
            entry.rule
        );
        assert!(entry.reason.len() > 60, "{}", entry.rule);
    }
    let p521 =
        Specimen::ec_leaf().but(|s| s.key(specimen::keys::ec(crate::pkix::spki::Curve::P521)));
    let report = p521
        .rules()
        .judge(Object::Certificate, &p521.der(), Occasion::default());
    assert!(report.permits());
    assert_eq!(report.findings[0].rule, "w_gmail_key");
    assert!(report.findings[0].allowed.is_some());
    let uncritical = Specimen::leaf().but(|s| s.critical(oids::KEY_USAGE, false));
    let report =
        uncritical
            .rules()
            .judge(Object::Certificate, &uncritical.der(), Occasion::default());
    assert!(!report.permits());
    assert_eq!(report.findings[0].severity, Severity::Warning);
    assert!(report.to_string().contains("w_key_usage_critical"));
}

#[test]
fn garbage_the_wrong_object_and_the_wrong_issuer_are_findings() {
    let said = |rules: &RuleSet, object, der: &[u8], occasion| {
        let report = rules.judge(object, der, occasion);
        assert!(!report.permits());
        report.findings[0].rule
    };
    let plain = Occasion::default();
    let root = RuleSet::root();
    assert_eq!(said(&root, Object::Certificate, b"", plain), "e_encoding");
    assert_eq!(
        said(&root, Object::CertificateList, b"", plain),
        "e_rule_set"
    );
    assert_eq!(
        said(&RuleSet::request(), Object::Request, b"", plain),
        "e_encoding"
    );
    let long = vec![0x30; MAX_CERTIFICATE + 1];
    assert_eq!(said(&root, Object::Certificate, &long, plain), "e_size");
    let foreign = Occasion {
        signed_at: None,
        signer: Some(&specimen::keys::ec(crate::pkix::spki::Curve::P384)),
    };
    for specimen in [Specimen::leaf(), Specimen::root()] {
        let (rules, der) = (specimen.rules(), specimen.der());
        assert_eq!(
            said(&rules, Object::Certificate, &der, foreign),
            "e_rule_set"
        );
    }
    let list = ListSpecimen::leaves();
    assert_eq!(
        said(&list.rules(), Object::CertificateList, &list.der(), foreign),
        "e_rule_set"
    );
    assert_eq!(
        said(
            &RuleSet::request(),
            Object::Request,
            &RequestSpecimen::new().der(),
            foreign
        ),
        "e_rule_set"
    );
}
