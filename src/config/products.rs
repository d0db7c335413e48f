//! The products file.

use std::{collections::BTreeSet, path::Path};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{
    LARGEST,
    source::{self, ConfigError},
};
use crate::domain::product::{Localized, Operation, Product, ProductCode, Statement, Step};

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
    operation: OperationName,
    profile: String,
    statements: Vec<Spanned<String>>,
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
        products.push(product(entry, code, statements));
    }
    Ok(products)
}

fn product(entry: &ProductEntry, code: ProductCode, statements: Vec<Statement>) -> Product {
    Product {
        code,
        name: Localized {
            en: entry.name.en.clone(),
            pl: entry.name.pl.clone(),
        },
        category: entry.category.clone(),
        validity_days: entry.validity_days,
        operation: match entry.operation {
            OperationName::Issue => Operation::Issue,
            OperationName::Renewal => Operation::Renewal,
        },
        profile: entry.profile.clone(),
        statements,
    }
}

fn statement(entry: &StatementEntry) -> Statement {
    Statement {
        id: entry.id.get_ref().clone(),
        version: entry.version,
        step: match entry.step {
            StepName::Data => Step::Data,
            StepName::Activation => Step::Activation,
        },
        text: Localized {
            en: entry.en.clone(),
            pl: entry.pl.clone(),
        },
        required: entry.required,
        sha256: Sha256::digest(format!("{}\n{}", entry.en, entry.pl)).into(),
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
    fn a_statement_that_is_not_there_has_a_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "version = 1\nstatements = []\n[[products]]\ncode = \"a\"\nname = { en = \"A\", pl = \"A\" }\ncategory = \"S/MIME\"\nvalidity_days = 365\noperation = \"issue\"\nprofile = \"p\"\nstatements = [\"x\"]\n";
        std::fs::write(file.path(), text).unwrap();
        assert_eq!(load(file.path()).unwrap_err().line, Some(10));
    }
}
