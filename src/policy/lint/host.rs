//! Which names of hosts the whole world knows.

use psl::Psl;

/// Whether the host is of the public root: no internal name, no address, no top-level domain by
/// itself. A suffix of several labels may be a host. Expects lower-case A-labels.
pub(super) fn is_public(host: &str) -> bool {
    let suffix = psl::List.suffix(host.as_bytes());
    host.contains('.') && suffix.is_some_and(|suffix| suffix.is_known())
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn the_public_root_decides() {
        for public in [
            "example.com",
            "pki.example.co.uk",
            "example.bank",
            "gov.pl",
            "xn--e1afmkfd.xn--p1ai",
        ] {
            assert!(is_public(public), "{public}");
        }
        for internal in [
            "",
            "pki",
            "com",
            "example.local",
            "example.internal",
            "example.invalid",
            "localhost",
            "10.0.0.1",
            "[::1]",
        ] {
            assert!(!is_public(internal), "{internal}");
        }
    }
}
