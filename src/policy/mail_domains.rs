//! What an address tells beside its form: that it is a role's, or at a provider that gives mailboxes
//! to everybody, for good or for minutes (flows 5.9). Decides only the last; a person judges the
//! rest.

use std::collections::HashSet;

use super::matching::script;
use crate::domain::mailbox::MailAddress;

/// Local parts of those who run a domain (RFC 2142), whoever reads their mail. `office@` and
/// the like are what certificates for organisations are for.
const ROLES: [&str; 10] = [
    "abuse",
    "admin",
    "administrator",
    "hostmaster",
    "mailer-daemon",
    "noc",
    "postmaster",
    "root",
    "security",
    "webmaster",
];

/// Mail domains the CA knows, in lower-case A-labels; each stands for what lies below it too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailDomains {
    free: HashSet<String>,
    disposable: HashSet<String>,
}

/// Something about an address that a person looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AddressFlag {
    pub code: &'static str,
    /// The label, the local part or the domain.
    pub about: String,
}

impl MailDomains {
    #[must_use]
    pub const fn new(free: HashSet<String>, disposable: HashSet<String>) -> Self {
        Self { free, disposable }
    }

    /// Whether mailboxes at this domain are thrown away.
    #[must_use]
    pub fn is_disposable(&self, address: &MailAddress) -> bool {
        holds(&self.disposable, address.domain())
    }

    /// What a person looks at.
    #[must_use]
    pub fn flags(&self, address: &MailAddress) -> Vec<AddressFlag> {
        let domain = address.domain();
        let flag = |code, about: &str| AddressFlag {
            code,
            about: about.to_owned(),
        };
        let mixed = script::mixed_labels(domain);
        let mut flags: Vec<_> = mixed
            .iter()
            .map(|label| flag("domain-mixes-scripts", label))
            .collect();
        if let Some(role) = role(address) {
            flags.push(flag("role-address", role));
        }
        if holds(&self.free, domain) {
            flags.push(flag("free-mail", domain));
        }
        flags
    }
}

fn holds(known: &HashSet<String>, domain: &str) -> bool {
    let mut rest = Some(domain);
    while let Some(domain) = rest {
        if known.contains(domain) {
            return true;
        }
        rest = domain.split_once('.').map(|(_, above)| above);
    }
    false
}

/// The local part of a role, whatever its case and tag (RFC 5233).
fn role(address: &MailAddress) -> Option<&str> {
    let (local, _) = address.as_str().rsplit_once('@')?;
    let name = local.split('+').next()?;
    let mut roles = ROLES.iter();
    roles
        .any(|role| name.eq_ignore_ascii_case(role))
        .then_some(local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::mailbox_address;

    fn known() -> MailDomains {
        let set = |domains: &[&str]| domains.iter().map(|one| (*one).to_owned()).collect();
        MailDomains::new(
            set(&["free.example"]),
            set(&["bin.example", "x.free.example"]),
        )
    }

    fn told(typed: &str) -> Vec<(&'static str, String)> {
        let address = mailbox_address::parse(typed).unwrap();
        let flags = known().flags(&address).into_iter();
        flags.map(|flag| (flag.code, flag.about)).collect()
    }

    #[test]
    fn roles_and_free_mail_are_flagged_and_offices_are_not() {
        for plain in [
            "office@firm.example",
            "kontakt@firm.example",
            "administration@firm.example",
            "anna@notfree.example",
            "anna@free.example.org",
        ] {
            assert_eq!(told(plain), [], "{plain}");
        }
        let role = |about: &str| ("role-address", about.to_owned());
        let free = |about: &str| ("free-mail", about.to_owned());
        assert_eq!(told("Postmaster@firm.example"), [role("Postmaster")]);
        assert_eq!(told("admin+x@firm.example"), [role("admin+x")]);
        assert_eq!(told("anna@FREE.example"), [free("free.example")]);
        assert_eq!(
            told("root@mail.free.example"),
            [role("root"), free("mail.free.example")]
        );
        let mixed = told("anna@p\u{430}ypal.free.example");
        assert_eq!(mixed.len(), 2);
        assert_eq!(mixed[0].0, "domain-mixes-scripts");
    }

    #[test]
    fn a_disposable_domain_is_one_with_all_below_it() {
        for (typed, expected) in [
            ("a@bin.example", true),
            ("a@very.deep.BIN.example", true),
            ("a@x.free.example", true),
            ("a@free.example", false),
            ("a@cabin.example", false),
            ("a@example", false),
        ] {
            let Ok(address) = mailbox_address::parse(typed) else {
                assert!(!expected, "{typed}");
                continue;
            };
            assert_eq!(known().is_disposable(&address), expected, "{typed}");
        }
    }
}
