//! The file of mail domains: those of free mail, and those whose mailboxes are thrown away.

use std::{collections::HashSet, path::Path};

use serde::Deserialize;
use toml::Spanned;

use super::source::{self, ConfigError, Text};
use crate::policy::{mail_domains::MailDomains, mailbox_address};

/// Largest file, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    free: Vec<Spanned<String>>,
    #[serde(default)]
    disposable: Vec<Spanned<String>>,
}

/// Reads and checks the file. A domain stands in it in lower case or not, in A- or U-labels.
///
/// # Errors
/// The first fault, with file, line and reason.
pub fn load(path: &Path) -> Result<MailDomains, ConfigError> {
    let text = source::read(path, LARGEST)?;
    let file: File = text.parse()?;
    Ok(MailDomains::new(
        domains(&text, &file.free)?,
        domains(&text, &file.disposable)?,
    ))
}

fn domains(text: &Text, given: &[Spanned<String>]) -> Result<HashSet<String>, ConfigError> {
    let domain = |one: &Spanned<String>| {
        let parsed = mailbox_address::parse(&format!("a@{}", one.get_ref()));
        let name = parsed.map(|address| address.domain().to_owned());
        name.map_err(|_| text.fault(one.span().start, "is no mail domain, for example gmail.com"))
    };
    given.iter().map(domain).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_names_domains_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mail-domains.toml");
        let read = |content: &str| {
            fs::write(&path, content).unwrap();
            load(&path)
        };
        let known = read("free = [\"Free.Example\"]\ndisposable = [\"żółw.example\"]\n").unwrap();
        let address = |typed| mailbox_address::parse(typed).unwrap();
        assert!(known.is_disposable(&address("a@xn--w-uga1v8h.example")));
        assert_eq!(known.flags(&address("a@free.example")).len(), 1);
        assert_eq!(read("").unwrap(), MailDomains::default());
        for bad in [
            "free = [\"a@free.example\"]",
            "free = [\"fine.example\",\n\"not one\"]",
            "disposable = [\"\"]",
            "paid = []",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
