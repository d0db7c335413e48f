//! Which domain names prove control of a mailbox, and what counts as proof (S/MIME BR 3.2.2.1 by
//! TLS BR 3.2.2.4.7). Does not look anything up.

use psl::Psl;

use crate::{
    domain::{caa::DomainName, domain_control::Sight, mailbox::MailAddress},
    policy::mailbox_address,
};

/// Lower-case base32 of Crockford: no i, l, o, u, so that people can read it to each other.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 26 symbols of 5 bits: 130 bits, where TLS BR 3.2.2.4.7 (Random Value) demands 112.
const SYMBOLS: usize = 26;

/// Random octets that a value is made of.
pub const RANDOM: usize = 17;

/// The random value for the record.
#[must_use]
pub fn value(random: [u8; RANDOM]) -> String {
    let bit = |at: usize| {
        let octet = random.get(at / 8).copied().unwrap_or_default();
        octet >> (7 - at % 8) & 1
    };
    let symbol = |number: usize| {
        let bits = (0..5).fold(0, |all, place| {
            all << 1 | usize::from(bit(number * 5 + place))
        });
        char::from(ALPHABET.get(bits).copied().unwrap_or(b'0'))
    };
    (0..SYMBOLS).map(symbol).collect()
}

/// Reads an authorization domain name, in whatever script it was typed.
///
/// # Errors
/// The code: `domain-invalid` for what is no name of two labels or more; `domain-public-suffix`
/// for a name under which strangers register theirs (TLS BR 3.2.2.4: never above the base domain
/// name). Suffixes that companies run count too.
pub fn authorization_domain(typed: &str) -> Result<DomainName, &'static str> {
    let name = mailbox_address::canonical_domain(typed);
    let name = name.as_deref().and_then(DomainName::parse);
    let name = name.ok_or("domain-invalid")?;
    let suffix = psl::List.suffix(name.as_str().as_bytes());
    let is_suffix = suffix.is_none_or(|suffix| suffix.as_bytes() == name.as_str().as_bytes());
    match is_suffix {
        true => Err("domain-public-suffix"),
        false => Ok(name),
    }
}

/// Whether control of `proven` is control of the mailbox's domain: it is that domain or one above.
#[must_use]
pub fn covers(proven: &DomainName, mailbox: &MailAddress) -> bool {
    let own = DomainName::parse(mailbox.domain());
    let mut climb = std::iter::successors(own, DomainName::parent);
    climb.any(|name| name == *proven)
}

/// What TXT records say: one of them must be the value, octet for octet.
#[must_use]
pub fn sight(records: &[Vec<u8>], value: &str) -> Sight {
    if records.iter().any(|record| record == value.as_bytes()) {
        Sight::Seen
    } else if records.is_empty() {
        Sight::Absent
    } else {
        Sight::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_every_bit_of_its_130() {
        assert_eq!(value([0; RANDOM]), "0".repeat(26));
        let mut all = [0xff; RANDOM];
        assert_eq!(value(all), "z".repeat(26));
        // The last octet gives its first two bits.
        all[16] = 0b1000_0000;
        assert_eq!(value(all), format!("{}y", "z".repeat(25)));
        for at in 0..130 {
            let mut random = [0; RANDOM];
            random[at / 8] = 0x80 >> (at % 8);
            assert_ne!(value(random), "0".repeat(26), "bit {at}");
        }
    }

    #[test]
    fn a_suffix_of_many_proves_nothing() {
        for public in ["com.pl", "co.uk", "github.io", "gov.pl"] {
            assert_eq!(
                authorization_domain(public),
                Err("domain-public-suffix"),
                "{public}"
            );
        }
        for wrong in [
            "",
            "com",
            "pl",
            "a..b",
            "192.0.2.1",
            "*.example.com",
            "_x.example.com",
            "exa mple.com",
        ] {
            assert_eq!(
                authorization_domain(wrong),
                Err("domain-invalid"),
                "{wrong}"
            );
        }
        for (typed, read) in [
            ("Example.COM", "example.com"),
            ("mail.example.co.uk", "mail.example.co.uk"),
            ("żółw.pl", "xn--w-uga1v8h.pl"),
            ("x.github.io", "x.github.io"),
        ] {
            assert_eq!(authorization_domain(typed).unwrap().as_str(), read);
        }
    }

    #[test]
    fn a_name_covers_itself_and_what_is_below_it() {
        let mailbox = mailbox_address::parse("jan@mail.example.com").unwrap();
        let covers = |name: &str| super::covers(&DomainName::parse(name).unwrap(), &mailbox);
        assert!(covers("mail.example.com") && covers("example.com"));
        for other in [
            "il.example.com",
            "x.mail.example.com",
            "xample.com",
            "example.org",
        ] {
            assert!(!covers(other), "{other}");
        }
    }

    #[test]
    fn a_record_is_the_value_and_nothing_else() {
        let value = "abc";
        let sight = |records: &[&str]| {
            let records: Vec<Vec<u8>> = records.iter().map(|r| r.as_bytes().to_vec()).collect();
            super::sight(&records, value)
        };
        assert_eq!(sight(&["x", "abc"]), Sight::Seen);
        for other in ["ABC", "abc ", " abc", "\"abc\"", "ab", "abcabc", ""] {
            assert_eq!(sight(&[other]), Sight::Other, "{other}");
        }
        assert_eq!(sight(&[]), Sight::Absent);
    }
}
