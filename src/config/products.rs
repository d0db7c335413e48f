//! The products file.

use std::{collections::BTreeSet, path::Path};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{
    LARGEST,
    source::{self, ConfigError},
};
use crate::domain::{
    period::Period,
    product::{EmailMethod, Localized, Operation, Product, ProductCode, Statement, Step},
    timestamp::Timestamp,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    statements: Vec<StatementEntry>,
    products: Vec<ProductEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementEntry {
    id: Spanned<String>,
    version: u32,
    step: StepName,
    required: bool,
    en: String,
    pl: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StepName {
    Data,
    Activation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductEntry {
    code: Spanned<String>,
    name: Name,
    category: String,
    validity_days: u32,
    /// RFC 3339.
    offered_from: Option<Spanned<String>>,
    offered_until: Option<Spanned<String>>,
    operation: OperationName,
    profile: String,
    /// `mailbox` alone without.
    email_methods: Option<Spanned<Vec<MethodName>>>,
    statements: Vec<Spanned<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MethodName {
    Mailbox,
    Domain,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    en: String,
    pl: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OperationName {
    Issue,
    Renewal,
}

/// Reads and checks a products file.
///
/// # Errors
/// The first fault, with file, line and reason.
pub fn load(path: &Path) -> Result<Vec<Product>, ConfigError> {
    let text = source::read(path, LARGEST)?;
    let file: File = text.parse()?;
    let fault = |at: &Spanned<String>, reason: &str| text.fault(at.span().start, reason);
    if *file.version.get_ref() != 1 {
        return Err(text.fault(file.version.span().start, "only version 1 is known"));
    }
    let mut seen = BTreeSet::new();
    for entry in &file.statements {
        if !seen.insert(entry.id.get_ref()) {
            return Err(fault(&entry.id, "this statement stands twice"));
        }
    }
    let (mut codes, mut products) = (BTreeSet::new(), Vec::new());
    for entry in &file.products {
        let Some(code) = ProductCode::parse(entry.code.get_ref()) else {
            return Err(fault(
                &entry.code,
                "a code has 1 to 64 of a-z, 0-9 and hyphen",
            ));
        };
        if !codes.insert(code.clone()) {
            return Err(fault(&entry.code, "this product stands twice"));
        }
        let mut statements = Vec::new();
        for id in &entry.statements {
            let known = file.statements.iter();
            let mut known = known.filter(|known| known.id.get_ref() == id.get_ref());
            match known.next() {
                Some(found) => statements.push(statement(found)),
                None => return Err(fault(id, "there is no statement of this id")),
            }
        }
        let methods = methods(entry).map_err(|(at, reason)| text.fault(at, reason))?;
        let offered = offered(entry).map_err(|(at, reason)| fault(at, reason))?;
        products.push(product(entry, code, offered, (methods, statements)));
    }
    Ok(products)
}

/// How control of a mailbox may be shown, or where the fault is and why.
fn methods(entry: &ProductEntry) -> Result<Vec<EmailMethod>, (usize, &'static str)> {
    let Some(listed) = &entry.email_methods else {
        return Ok(vec![EmailMethod::Mailbox]);
    };
    let given = listed.get_ref();
    // Whose domain is not proven, or no longer, has the mail to fall back on.
    let twice = |name| given.iter().filter(|one| **one == name).count() > 1;
    if !given.contains(&MethodName::Mailbox)
        || twice(MethodName::Mailbox)
        || twice(MethodName::Domain)
    {
        let reason = "must be [\"mailbox\"] or [\"mailbox\", \"domain\"]";
        return Err((listed.span().start, reason));
    }
    let method = |name: &MethodName| match name {
        MethodName::Mailbox => EmailMethod::Mailbox,
        MethodName::Domain => EmailMethod::Domain,
    };
    Ok(given.iter().map(method).collect())
}

/// When it is offered, or the value at fault and why.
fn offered(entry: &ProductEntry) -> Result<Period, (&Spanned<String>, &'static str)> {
    let from = entry.offered_from.as_ref().map(instant).transpose()?;
    let until = entry.offered_until.as_ref().map(instant).transpose()?;
    let end = entry.offered_until.as_ref().unwrap_or(&entry.code);
    Period::new(from, until).ok_or((end, "the offer ends before it begins"))
}

fn instant(text: &Spanned<String>) -> Result<Timestamp, (&Spanned<String>, &'static str)> {
    let parsed = text.get_ref().parse();
    parsed.map_err(|_| (text, "an instant is written as 2027-01-31T00:00:00Z"))
}

fn product(
    entry: &ProductEntry,
    code: ProductCode,
    offered: Period,
    (email_methods, statements): (Vec<EmailMethod>, Vec<Statement>),
) -> Product {
    Product {
        code,
        name: Localized {
            en: entry.name.en.clone(),
            pl: entry.name.pl.clone(),
        },
        category: entry.category.clone(),
        validity_days: entry.validity_days,
        offered,
        operation: match entry.operation {
            OperationName::Issue => Operation::Issue,
            OperationName::Renewal => Operation::Renewal,
        },
        profile: entry.profile.clone(),
        email_methods,
        statements,
    }
}

fn statement(entry: &StatementEntry) -> Statement {
    let text = Localized {
        en: entry.en.clone(),
        pl: entry.pl.clone(),
    };
    Statement {
        id: entry.id.get_ref().clone(),
        version: entry.version,
        step: match entry.step {
            StepName::Data => Step::Data,
            StepName::Activation => Step::Activation,
        },
        required: entry.required,
        sha256: Sha256::digest(text.whole()).into(),
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_products_are_the_contracts() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/products.toml");
        let products = load(&path).unwrap();
        let codes: Vec<_> = products.iter().map(|p| p.code.to_string()).collect();
        for generation in ["multipurpose", "strict"] {
            for days in ["365", "730"] {
                for operation in ["issue", "renewal"] {
                    let code = format!("smime-org-{generation}-{days}-{operation}");
                    assert!(codes.contains(&code), "{code}");
                }
            }
        }
        assert_eq!(codes.len(), 8);
        for product in &products {
            for step in [Step::Data, Step::Activation] {
                assert!(product.statements.iter().any(|s| s.step == step));
            }
        }
    }

    #[test]
    fn a_mailbox_can_always_be_shown_by_itself() {
        let shipped = include_str!("../../config/products.toml");
        let with = |methods: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            let line = format!("\nemail_methods = {methods}\ncode = ");
            std::fs::write(file.path(), shipped.replacen("\ncode = ", &line, 1)).unwrap();
            load(file.path())
        };
        let both = with("[\"mailbox\", \"domain\"]").unwrap();
        assert!(both[0].takes(EmailMethod::Domain) && both[0].takes(EmailMethod::Mailbox));
        assert!(!both[1].takes(EmailMethod::Domain) && both[1].takes(EmailMethod::Mailbox));
        for wrong in [
            "[]",
            "[\"domain\"]",
            "[\"mailbox\", \"mailbox\"]",
            "[\"reply\"]",
        ] {
            assert!(with(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_statement_that_is_not_there_has_a_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "version = 1\nstatements = []\n[[products]]\ncode = \"a\"\nname = { en = \"A\", pl = \"A\" }\ncategory = \"S/MIME\"\nvalidity_days = 365\noperation = \"issue\"\nprofile = \"p\"\nstatements = [\"x\"]\n";
        std::fs::write(file.path(), text).unwrap();
        assert_eq!(load(file.path()).unwrap_err().line, Some(10));
    }

    #[test]
    fn an_offer_that_ends_before_it_begins_has_a_line() {
        let shipped = include_str!("../../config/products.toml");
        let dates = |from: &str, until: &str| {
            let line = shipped.lines().position(|line| line.starts_with("code = "));
            let text = shipped.replacen(
                "\ncode = ",
                &format!("\noffered_from = \"{from}\"\noffered_until = \"{until}\"\ncode = "),
                1,
            );
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            (line.unwrap() + 1, load(file.path()))
        };
        let (line, good) = dates("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        let offered = good.unwrap()[0].offered;
        assert!(!offered.holds("2027-01-01T00:00:00Z".parse().unwrap()));
        let (_, bad) = dates("2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
        assert_eq!(bad.unwrap_err().line, Some(line + 1));
        let (_, bad) = dates("soon", "2026-01-01T00:00:00Z");
        assert_eq!(bad.unwrap_err().line, Some(line));
    }
}
