//! The deny list's file.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::source::{self, ConfigError, Text};
use crate::{
    domain::text::Country,
    policy::{
        case_rules::deny_list::{self, DeniedName, DenyList, MOST_NAMES, MOST_NUMBERS},
        country,
        organization_identifier::OrganizationIdentifier,
    },
};

/// Largest list, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    #[serde(default)]
    countries: Vec<Spanned<String>>,
    #[serde(default)]
    organizations: Vec<NameEntry>,
    #[serde(default)]
    numbers: Vec<NumberEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameEntry {
    name: Spanned<String>,
    country: Option<Spanned<String>>,
}

/// Either an organizationIdentifier, or the other three.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberEntry {
    organization_identifier: Option<Spanned<String>>,
    scheme: Option<Spanned<String>>,
    country: Option<Spanned<String>>,
    number: Option<Spanned<String>>,
}

/// Reads and checks a list. One without an entry is refused: it would confirm everybody.
///
/// # Errors
/// The first fault, with file, line and reason.
pub fn load(path: &Path) -> Result<DenyList, ConfigError> {
    let text = source::read(path, LARGEST)?;
    let file: File = text.parse()?;
    if *file.version.get_ref() != 1 {
        return Err(text.fault(file.version.span().start, "only version 1 is known"));
    }
    if let Some(first) = file.organizations.get(MOST_NAMES) {
        let reason = format!("there are more than {MOST_NAMES} organisations");
        return Err(text.fault(first.name.span().start, reason));
    }
    if file.numbers.len() > MOST_NUMBERS {
        let reason = format!("there are more than {MOST_NUMBERS} numbers");
        return Err(ConfigError::of_file(path, reason));
    }
    let countries = file.countries.iter().map(|code| assigned(&text, code));
    let names = file.organizations.iter().map(|entry| name(&text, entry));
    let numbers = file.numbers.iter().map(|entry| number(&text, entry));
    let list = DenyList::new(
        Sha256::digest(text.as_str()).into(),
        countries.collect::<Result<_, _>>()?,
        names.collect::<Result<_, _>>()?,
        numbers.collect::<Result<_, _>>()?,
    );
    if list.entries() == 0 {
        return Err(ConfigError::of_file(path, "the list has no entry"));
    }
    Ok(list)
}

fn assigned(text: &Text, code: &Spanned<String>) -> Result<Country, ConfigError> {
    let reason = "is no country code of ISO 3166-1, for example PL";
    country::parse(code.get_ref()).ok_or_else(|| text.fault(code.span().start, reason))
}

fn name(text: &Text, entry: &NameEntry) -> Result<DeniedName, ConfigError> {
    let country = entry.country.as_ref().map(|code| assigned(text, code));
    let reason = "nothing in this name can be compared, or it is longer than 512 characters";
    DeniedName::new(entry.name.get_ref(), country.transpose()?)
        .ok_or_else(|| text.fault(entry.name.span().start, reason))
}

fn number(text: &Text, entry: &NumberEntry) -> Result<OrganizationIdentifier, ConfigError> {
    let NumberEntry {
        organization_identifier,
        scheme,
        country,
        number,
    } = entry;
    match (organization_identifier, scheme, country, number) {
        (Some(whole), None, None, None) => OrganizationIdentifier::parse(whole.get_ref())
            .map_err(|fault| text.fault(whole.span().start, fault)),
        (None, Some(scheme), Some(country), Some(number)) => {
            let country = assigned(text, country)?;
            deny_list::identifier(scheme.get_ref(), country, number.get_ref())
                .map_err(|code| text.fault(number.span().start, code))
        }
        (whole, scheme, country, number) => {
            let mut given = [whole, scheme, country, number].into_iter().flatten();
            let reason = "a number has either organization_identifier, or scheme, country and \
                          number";
            Err(match given.next() {
                Some(first) => text.fault(first.span().start, reason),
                None => ConfigError::of_file(text.path(), reason),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DenyList, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        load(file.path())
    }

    #[test]
    fn a_list_counts_its_entries_and_knows_its_octets() {
        let text = "version = 1\ncountries = [\"KP\", \"IR\"]\n[[organizations]]\nname = \"Zła S.A.\"\n\
            country = \"PL\"\n[[numbers]]\norganization_identifier = \"NTRPL-0000123456\"\n\
            [[numbers]]\nscheme = \"NIP\"\ncountry = \"PL\"\nnumber = \"5260250995\"\n";
        let list = read(text).unwrap();
        assert_eq!(list.entries(), 5);
        assert_eq!(list.sha256(), <[u8; 32]>::from(Sha256::digest(text)));
    }

    #[test]
    fn the_shipped_example_is_a_list() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/deny-list.toml");
        assert_eq!(load(&path).unwrap().entries(), 4);
    }

    #[test]
    fn every_fault_has_its_line() {
        let organizations = "[[organizations]]\nname = \"Example\"\n".repeat(MOST_NAMES + 1);
        for (rest, line) in [
            ("countries = [\n\"KP\",\n\"XX\"]", Some(4)),
            ("countries = [\"kp\"]", Some(2)),
            ("[[organizations]]\nname = \" \"", Some(3)),
            ("[[organizations]]\nname = \"A\"\ncountry = \"QQ\"", Some(4)),
            ("[[organizations]]\nname = \"A\"\nreason = \"x\"", Some(4)),
            ("[[numbers]]\norganization_identifier = \"KRS-1\"", Some(3)),
            (
                "[[numbers]]\nscheme = \"NIP\"\ncountry = \"PL\"\nnumber = \"1\"",
                Some(5),
            ),
            ("[[numbers]]\nscheme = \"NIP\"\nnumber = \"1\"", Some(3)),
            ("[[numbers]]", None),
            ("", None),
            (organizations.as_str(), Some(2 * MOST_NAMES + 3)),
        ] {
            let fault = read(&format!("version = 1\n{rest}\n")).unwrap_err();
            assert_eq!(fault.line, line, "{fault}");
        }
        let other = read("version = 2\ncountries = [\"KP\"]\n").unwrap_err();
        assert_eq!(other.line, Some(1));
    }
}
