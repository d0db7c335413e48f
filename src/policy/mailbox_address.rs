//! Which e-mail addresses this CA certifies, and their one spelling.
//!
//! Canonical is: local part exactly as typed (it is case-sensitive, RFC 5321 2.4; tags and dots
//! belong to it), domain as lower-case A-labels, as rfc822Name demands (RFC 5280 4.2.1.6, RFC
//! 9598). Quoted local parts, comments and address literals are valid SMTP and refused here.
//!
//! Does not know whether the address exists: the mailed code proves that.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::domain::{mailbox::MailAddress, refusal::Refused, text::Text};

/// RFC 5321 4.5.3.1.1.
const LOCAL_CAP: usize = 64;
/// RFC 5321 4.5.3.1.3 without the angle brackets of the path.
const ADDRESS_CAP: usize = 254;

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    #[error("not an e-mail address of the form local-part@domain")]
    Invalid,
    /// A local part with non-ASCII letters would need SmtpUTF8Mailbox (RFC 9598).
    #[error("local parts with non-ASCII characters are not supported")]
    NotSupported,
}

impl AddressFault {
    /// The stable code of the contract.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invalid => "email-invalid",
            Self::NotSupported => "email-not-supported",
        }
    }
}

impl From<AddressFault> for Refused {
    fn from(fault: AddressFault) -> Self {
        Self::unacceptable(fault.code())
    }
}

/// Reads what the user typed.
///
/// # Errors
/// See [`AddressFault`].
pub fn parse(typed: &str) -> Result<MailAddress, AddressFault> {
    // UTS 46 would drop characters that nobody sees; what is certified must be what was typed.
    Text::<ADDRESS_CAP>::parse(typed).map_err(|_| AddressFault::Invalid)?;
    let (local, domain) = typed.rsplit_once('@').ok_or(AddressFault::Invalid)?;
    check_local(local)?;
    let domain = canonical_domain(domain).ok_or(AddressFault::Invalid)?;
    let address = format!("{local}@{domain}");
    if address.len() > ADDRESS_CAP {
        return Err(AddressFault::Invalid);
    }
    Ok(MailAddress::restore(address))
}

/// A dot-atom (RFC 5322 3.2.3) of at most 64 octets.
fn check_local(local: &str) -> Result<(), AddressFault> {
    if local.chars().any(|c| !c.is_ascii() && !c.is_control()) {
        return Err(AddressFault::NotSupported);
    }
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atext);
    if local.len() <= LOCAL_CAP && local.split('.').all(is_atom) {
        Ok(())
    } else {
        Err(AddressFault::Invalid)
    }
}

const fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

/// UTS 46, non-transitional, with STD3 rules, hyphen and length checks; and it must survive the
/// way to Unicode and back, so that no two names look like one.
pub(super) fn canonical_domain(domain: &str) -> Option<String> {
    let uts46 = Uts46::new();
    let to_ascii = |text: &str| {
        uts46
            .to_ascii(
                text.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::Check,
                DnsLength::Verify,
            )
            .ok()
            .map(std::borrow::Cow::into_owned)
    };
    let ascii = to_ascii(domain)?;
    let (unicode, result) = uts46.to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    result.ok()?;
    let round_trip = to_ascii(&unicode)? == ascii;
    let labels: Vec<&str> = ascii.split('.').collect();
    // Without a letter in the last label it is an IPv4 address or a piece of one.
    let top = labels.last()?;
    let named = top.bytes().any(|b| b.is_ascii_alphabetic());
    (round_trip && named && labels.len() >= 2).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(typed: &str) -> Result<String, AddressFault> {
        parse(typed).map(|address| address.as_str().to_owned())
    }

    #[test]
    fn keeps_the_local_part_and_folds_the_domain() {
        for (typed, expected) in [
            (
                "Anna.Nowak+smime@Example.COM",
                "Anna.Nowak+smime@example.com",
            ),
            ("biuro@żółw.example", "biuro@xn--w-uga1v8h.example"),
            ("biuro@XN--W-UGA1V8H.example", "biuro@xn--w-uga1v8h.example"),
            ("a@straße.example", "a@xn--strae-oqa.example"),
            (
                "!#$%&'*+-/=?^_`{|}~@a.example",
                "!#$%&'*+-/=?^_`{|}~@a.example",
            ),
        ] {
            assert_eq!(canonical(typed).as_deref(), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn refuses_what_is_no_plain_address() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("a@{}.example", "b".repeat(64));
        let long = format!("a@{}example", "bcdefgh.".repeat(40));
        for typed in [
            "",
            "@",
            "a",
            "a@",
            "@example.com",
            "a@localhost",
            "a@example.com.",
            "a@.example.com",
            "a@exa mple.com",
            "a b@example.com",
            " a@example.com",
            "a@example.com ",
            "a@b@c.example",
            ".a@example.com",
            "a.@example.com",
            "a..b@example.com",
            "\"a b\"@example.com",
            "a(x)@example.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@1.2",
            "a@ex_ample.com",
            "a@-example.com",
            "a@example-.com",
            "a@ab--cd.example",
            "a@xn--.example",
            "a@xn--zzzzzzz-.example",
            "a@xn--abc.example",
            "a@example.com\r\nBcc: b@example.com",
            "a\0@example.com",
            "a@ex\u{202E}ample.com",
            "a@\u{200B}example.com",
            "Anna <a@example.com>",
            "a@example.com,b@example.com",
            &long_local,
            &long_label,
            &long,
        ] {
            assert_eq!(canonical(typed), Err(AddressFault::Invalid), "{typed:?}");
        }
        for typed in ["żółw@example.com", "用户@example.com"] {
            assert_eq!(canonical(typed), Err(AddressFault::NotSupported), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn whatever_passes_is_ascii_bounded_and_stays_itself(typed in "[^\\x00]{0,40}@[^\\x00]{0,40}") {
            if let Ok(address) = canonical(&typed) {
                prop_assert!(address.is_ascii() && address.len() <= ADDRESS_CAP);
                prop_assert!(!address.contains(|c: char| c.is_control() || c == ' '));
                prop_assert_eq!(address.matches('@').count(), 1);
                prop_assert_eq!(canonical(&address), Ok(address));
            }
        }

        #[test]
        fn plain_addresses_pass_with_the_local_part_untouched(
            local in "[A-Za-z0-9+_-]{1,20}(\\.[A-Za-z0-9+_-]{1,20}){0,2}",
            domain in "([A-Za-z][A-Za-z0-9]{0,10}\\.){1,3}[A-Za-z]{2,8}",
        ) {
            let expected = format!("{local}@{}", domain.to_ascii_lowercase());
            prop_assert_eq!(canonical(&format!("{local}@{domain}")), Ok(expected));
        }
    }
}
