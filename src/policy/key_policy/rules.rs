//! The rules about keys by name, so that an entry can say which of them a key was judged by.
//!
//! Says what the rules are called and where they come from; the rules themselves stand beside.

use std::fmt::Write;

use crate::pkix::spki::PublicKey;

/// Raised with every change of a rule about keys; a test compares it with the sources.
pub const VERSION: &str = "2026-11-23.1";

/// Which keys a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    All,
    Rsa,
    Elliptic,
}

/// A rule about keys.
struct KeyRule {
    name: &'static str,
    citation: &'static str,
    keys: Keys,
    words: &'static str,
}

const fn rule(
    name: &'static str,
    citation: &'static str,
    keys: Keys,
    words: &'static str,
) -> KeyRule {
    KeyRule {
        name,
        citation,
        keys,
        words,
    }
}

const SIZE: &str = "S/MIME BR 6.1.5";
const WEAK: &str = "S/MIME BR 6.1.1.3";
const FORM: &str = "S/MIME BR 6.1.6";

/// In the order in which a key meets them.
const RULES: &[KeyRule] = &[
    rule(
        "algorithm",
        SIZE,
        Keys::All,
        "RSA, or an elliptic key on P-256, P-384 or P-521",
    ),
    rule("size", SIZE, Keys::Rsa, "the modulus has 2048 to 8192 bits"),
    rule(
        "exponent",
        FORM,
        Keys::Rsa,
        "the exponent is odd, at least 65537 and below 2^256",
    ),
    rule(
        "size-no-multiple-of-8",
        SIZE,
        Keys::Rsa,
        "the size of the modulus is a multiple of 8 bits",
    ),
    rule(
        "small-factor",
        FORM,
        Keys::Rsa,
        "the modulus has no factor below 752",
    ),
    rule(
        "roca",
        WEAK,
        Keys::Rsa,
        "the modulus lacks the structure of CVE-2017-15361",
    ),
    rule("perfect-power", FORM, Keys::Rsa, "the modulus is no power"),
    rule(
        "close-primes",
        WEAK,
        Keys::Rsa,
        "100 rounds of Fermat's method do not factor the modulus",
    ),
    rule("prime-modulus", FORM, Keys::Rsa, "the modulus is no prime"),
    rule(
        "off-curve",
        FORM,
        Keys::Elliptic,
        "the point lies on the curve",
    ),
    rule(
        "published",
        WEAK,
        Keys::All,
        "no published list that this CA keeps names the key",
    ),
    rule(
        "blocked",
        WEAK,
        Keys::All,
        "the block list does not have the key: no entry key.blocked of it stands before the intent",
    ),
    rule(
        "own",
        "S/MIME BR 6.1.7",
        Keys::All,
        "it is no key of this CA or of the caller",
    ),
    rule(
        "other-owner",
        "CPS 6.1",
        Keys::All,
        "it belongs to no other subscriber and to no identity",
    ),
];

/// Names of the rules that a key like this is judged by.
pub fn judging(key: &PublicKey) -> impl Iterator<Item = &'static str> {
    let kind = match key {
        PublicKey::Rsa { .. } => Keys::Rsa,
        PublicKey::Ec { .. } | PublicKey::Ed25519(_) => Keys::Elliptic,
    };
    let rules = RULES.iter();
    let rules = rules.filter(move |rule| rule.keys == Keys::All || rule.keys == kind);
    rules.map(|rule| rule.name)
}

/// The rules of this version in words, each in a line: name, citation, keys, what must hold.
#[must_use]
pub fn described() -> String {
    let mut text = format!("key rules {VERSION}\n");
    for rule in RULES {
        let keys = match rule.keys {
            Keys::All => "all",
            Keys::Rsa => "rsa",
            Keys::Elliptic => "elliptic",
        };
        let (name, citation, words) = (rule.name, rule.citation, rule.words);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}\t{citation}\t{keys}\t{words}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use sha2::{Digest, Sha256};

    use super::{super::Weakness, *};
    use crate::pkix::{spki::Curve, test_key::TestKey};

    /// SHA-256 over what [`VERSION`] stands for: the sources of the rules, and their words.
    const SOURCES: &str = "bf8be9c2eefdf13feb51638617fe078eee08b1c4d780d4f7b422b640ac7cd3b0";

    #[test]
    fn every_weakness_is_a_rule_of_its_name() {
        for weakness in Weakness::ALL {
            let name = weakness.name();
            assert_eq!(RULES.iter().filter(|rule| rule.name == name).count(), 1);
        }
    }

    #[test]
    fn a_key_is_judged_by_the_rules_of_its_kind() {
        let elliptic: Vec<&str> = judging(&TestKey::ec(Curve::P256).public()).collect();
        let expected = [
            "algorithm",
            "off-curve",
            "published",
            "blocked",
            "own",
            "other-owner",
        ];
        assert_eq!(elliptic, expected);
        let rsa = PublicKey::Rsa {
            modulus: vec![1],
            exponent: vec![3],
        };
        assert_eq!(judging(&rsa).count(), RULES.len() - 1);
        assert!(described().contains("\nroca\tS/MIME BR 6.1.1.3\trsa\t"));
    }

    /// A rule that changes is another rule.
    #[test]
    fn the_version_stands_for_the_sources() {
        let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policy");
        let mut files: Vec<_> = fs::read_dir(policy.join("key_policy")).unwrap().collect();
        files.sort_by_key(|file| file.as_ref().unwrap().path());
        let mut paths = vec![policy.join("key_policy.rs")];
        paths.extend(files.into_iter().map(|file| file.unwrap().path()));
        let mut digest = Sha256::new();
        for path in paths.iter().filter(|path| !path.ends_with("rules.rs")) {
            let text = fs::read_to_string(path).unwrap();
            digest.update(text.split("#[cfg(test)]").next().unwrap());
        }
        // Of this file, what is said of the rules.
        digest.update(described());
        assert_eq!(
            hex::encode(digest.finalize()),
            SOURCES,
            "the rules changed: raise VERSION and set SOURCES here"
        );
    }
}
