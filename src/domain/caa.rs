//! What the DNS said about which CAs may issue for a mailbox's domain (RFC 8659, RFC 9495), and
//! what came of it: the evidence behind S/MIME BR 4.2.2.1. Does not know how a name is looked up,
//! nor what the properties mean: `policy::caa` decides.

use std::{fmt, time::Duration};

use super::{
    aggregate::Changed,
    audit::{
        event::{Event, EventKind, Outcome},
        value::Value,
    },
    domain_control::Sighting,
    id::CaaCheckId,
    timestamp::Timestamp,
};

/// RFC 1035 2.3.4, without the root's empty label.
const NAME_CAP: usize = 253;
const LABEL_CAP: usize = 63;

/// A host name in lower-case A-labels, without a dot at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(String);

impl DomainName {
    /// Letters, digits and hyphens (RFC 1123 2.1); `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() <= NAME_CAP && text.split('.').all(is_label);
        fits.then(|| Self(text.to_ascii_lowercase()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name above; `None` above a top-level domain.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.0.split_once('.')?;
        Some(Self(above.to_owned()))
    }
}

fn is_label(label: &str) -> bool {
    let within = (1..=LABEL_CAP).contains(&label.len());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    within && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(plain)
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What DNSSEC says about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chain {
    /// Every signature from the trust anchor to the answer verified.
    Secure,
    /// A zone on the way is not signed, and the one above it proves that.
    Insecure,
}

impl Chain {
    pub const ALL: [Self; 2] = [Self::Secure, Self::Insecure];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure => "insecure",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chain| chain.name() == name)
    }
}

/// One CAA record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    pub flags: u8,
    pub tag: String,
    pub value: Vec<u8>,
}

/// The CAA records at one name; none when there are no properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub name: DomainName,
    pub chain: Chain,
    /// Where aliases led, in order.
    pub aliases: Vec<String>,
    pub properties: Vec<Property>,
    /// The least of the records behind it, those that deny others included.
    pub ttl: Duration,
}

/// How a lookup failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A signature on the way is missing or wrong: somebody may be lying.
    Bogus,
    /// The servers of the domain do not answer the question, so our resolver says.
    Failed,
    /// Our resolvers did not answer in time: nobody knows whose fault it is.
    Silent,
}

impl Fault {
    pub const ALL: [Self; 3] = [Self::Bogus, Self::Failed, Self::Silent];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bogus => "bogus",
            Self::Failed => "failed",
            Self::Silent => "silent",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

/// A lookup without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub name: DomainName,
    pub fault: Fault,
    /// Whether a signed zone proves that the name stands in an unsigned one.
    pub proven_insecure: bool,
    /// How often it was asked.
    pub tries: u32,
    /// For the auditors, in words.
    pub detail: String,
}

/// One step of the climb from the mailbox's domain to its top-level domain.
pub type Lookup = Result<Answer, Failure>;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Permitted,
    /// The domain's owner names other CAs, or none.
    Forbidden,
    /// It cannot be known, and that is the domain's fault.
    Unknowable,
    /// It cannot be known now.
    Unavailable,
}

impl Verdict {
    pub const ALL: [Self; 4] = [
        Self::Permitted,
        Self::Forbidden,
        Self::Unknowable,
        Self::Unavailable,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Forbidden => "forbidden",
            Self::Unknowable => "unknowable",
            Self::Unavailable => "unavailable",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// What remote perspectives said of a permission (TLS BR 3.2.2.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corroboration {
    /// Those that permit, of those that were asked: `k/n`.
    pub quorum: String,
    pub seen: Vec<Sighting>,
}

/// A check as stored; immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaaCheck {
    pub id: CaaCheckId,
    pub domain: DomainName,
    pub verdict: Verdict,
    /// Stable word: which rule decided.
    pub reason: String,
    /// The names under which this CA was looked for.
    pub issuers: Vec<DomainName>,
    /// In the order they were made.
    pub lookups: Vec<Lookup>,
    /// Where it was asked for and the own look permitted.
    pub corroboration: Option<Corroboration>,
    /// Before the first question went out.
    pub checked_at: Timestamp,
    /// Until when a certificate may be signed on it; `checked_at` when none may.
    pub usable_until: Timestamp,
}

impl CaaCheck {
    /// The evidence and its entry (BR 4.2.2.1, 5.4.1: every action is logged, refusals in
    /// detail). The domain may be a person's own: it stands beside the log.
    #[must_use]
    pub fn record(check: Self) -> Changed<Self> {
        let outcome = match check.verdict {
            Verdict::Permitted => Outcome::Success,
            Verdict::Forbidden => Outcome::Denied,
            Verdict::Unknowable | Verdict::Unavailable => Outcome::Failure,
        };
        let issuers = check.issuers.iter().map(|name| Value::text(name.as_str()));
        let lookups = check.lookups.iter().map(|step| Value::text(describe(step)));
        let event = Event::new(EventKind::CaaChecked, "caa", check.id)
            .outcome(outcome)
            .with("verdict", check.verdict.name())
            .with("reason", check.reason.as_str())
            .with("issuers", Value::List(issuers.collect()))
            .with("usable_until", check.usable_until.to_string())
            .personal("domain", check.domain.as_str())
            .personal("lookups", Value::List(lookups.collect()));
        let event = match &check.corroboration {
            Some(all) => {
                let seen = all.seen.iter().map(|one| Value::text(one.to_string()));
                let seen = Value::List(seen.collect());
                event
                    .with("quorum", all.quorum.as_str())
                    .personal("seen", seen)
            }
            None => event,
        };
        Changed::created(check, event)
    }
}

/// A step in one line, for people.
#[must_use]
pub fn describe(step: &Lookup) -> String {
    match step {
        Ok(answer) => {
            let properties: Vec<String> = answer.properties.iter().map(property).collect();
            let aliases: Vec<String> = answer
                .aliases
                .iter()
                .map(|to| format!(" -> {to}"))
                .collect();
            format!(
                "{}{} {} ttl={} [{}]",
                answer.name,
                aliases.concat(),
                answer.chain.name(),
                answer.ttl.as_secs(),
                properties.join(", ")
            )
        }
        Err(failure) => format!(
            "{} {} tries={} insecure={}: {}",
            failure.name,
            failure.fault.name(),
            failure.tries,
            failure.proven_insecure,
            failure.detail
        ),
    }
}

fn property(property: &Property) -> String {
    let value = property.value.escape_ascii();
    format!("{} {} \"{value}\"", property.flags, property.tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        let name = DomainName::parse("Mail.Example.COM").unwrap();
        assert_eq!(name.as_str(), "mail.example.com");
        let long = format!("{}.com", "a".repeat(64));
        for wrong in [
            "", ".", "a..b", "a.", "-a.com", "a-.com", "a b", "ż.pl", &long,
        ] {
            assert_eq!(DomainName::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_climb_ends_at_the_top_level_domain() {
        let name = DomainName::parse("a.b.example").unwrap();
        let above = name.parent().unwrap();
        assert_eq!(above.as_str(), "b.example");
        assert_eq!(above.parent().unwrap().parent(), None);
    }
}
