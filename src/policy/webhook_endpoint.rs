//! Where a webhook may lead: who names an address must not make this host a way into networks
//! that the outside does not reach.
//!
//! The address is judged twice: as text when it is registered, and each time before a connection
//! by what its name resolves to then; the connection goes to just those addresses.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::domain::caa::DomainName;

/// Longest address.
const LONGEST: usize = 500;

/// The text is no address of an endpoint.
pub const INVALID: &str = "webhook-url-invalid";
/// The configuration does not let us go there.
pub const FORBIDDEN: &str = "webhook-host-forbidden";

/// What the configuration allows.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The only hosts; any host of the public network when empty.
    pub hosts: Vec<String>,
    /// Hosts that may stand in our own networks.
    pub private_hosts: Vec<String>,
    pub ports: Vec<u16>,
}

/// An address taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// In lower-case A-labels.
    pub host: String,
    pub port: u16,
    /// Path and query.
    pub target: String,
}

impl Endpoint {
    /// Takes an address apart without asking where it leads: for those that the operator names.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        parse(url)
    }
}

impl Rules {
    /// # Errors
    /// The code of what is wrong: [`INVALID`], [`FORBIDDEN`].
    pub fn endpoint(&self, url: &str) -> Result<Endpoint, &'static str> {
        let endpoint = parse(url).ok_or(INVALID)?;
        let host = &endpoint.host;
        let is_named = |hosts: &[String]| hosts.iter().any(|named| named == host);
        let is_listed = is_named(&self.hosts) || is_named(&self.private_hosts);
        // A single label means something in our own network only.
        let is_open = self.hosts.is_empty() && host.contains('.');
        if (is_listed || is_open) && self.ports.contains(&endpoint.port) {
            Ok(endpoint)
        } else {
            Err(FORBIDDEN)
        }
    }

    /// Whether a connection to what the host's name resolves to is allowed: all of it must be, for
    /// who answers with one public address and one of ours wants something.
    #[must_use]
    pub fn admits(&self, host: &str, addresses: &[IpAddr]) -> bool {
        let is_private = self.private_hosts.iter().any(|named| named == host);
        is_private || addresses.iter().copied().all(is_public)
    }
}

/// Whether an address can name this host: no IP address, in whatever spelling.
#[must_use]
pub fn is_host(name: &str) -> bool {
    parse(&format!("https://{name}/")).is_some_and(|endpoint| endpoint.host == name)
}

/// `https://NAME[:PORT][/PATH][?QUERY]` of visible ASCII, without user, fragment and IP literal.
fn parse(url: &str) -> Option<Endpoint> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\#\"<>^`{|}".contains(&byte);
    if url.len() > LONGEST || !url.bytes().all(is_plain) {
        return None;
    }
    let rest = url.strip_prefix("https://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    let (host, port) = match authority.split_once(':') {
        None => (authority, 443),
        Some((host, port)) => (host, read_port(port)?),
    };
    let name = DomainName::parse(host)?;
    // What ends in a number is an IPv4 address to many a reader, whatever its base.
    let last = name.as_str().rsplit('.').next()?;
    if !last.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let target = match target {
        "" => "/".to_owned(),
        query if query.starts_with('?') => format!("/{query}"),
        path => path.to_owned(),
    };
    Some(Endpoint {
        host: name.as_str().to_owned(),
        port,
        target,
    })
}

fn read_port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let port: u16 = text.parse().ok().filter(|_| is_number)?;
    (port > 0).then_some(port)
}

/// Whether an address is one of the public network (IANA special-purpose registries).
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Global unicast, without what tunnels to other places and what is for documents.
    let is_global = (0x2000..0x4000).contains(&a);
    let is_special = match a {
        0x2001 => b < 0x0200 || b == 0x0db8,
        0x2002 => true,
        0x3fff => b < 0x1000,
        _ => false,
    };
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules {
            hosts: Vec::new(),
            private_hosts: vec!["localhost".to_owned(), "hooks.corp.example".to_owned()],
            ports: vec![443, 8443],
        }
    }

    #[test]
    fn an_endpoint_is_a_name_under_https() {
        let found = rules().endpoint("https://Hooks.Example.com:8443/a?b=c");
        assert_eq!(
            found,
            Ok(Endpoint {
                host: "hooks.example.com".to_owned(),
                port: 8443,
                target: "/a?b=c".to_owned(),
            })
        );
        let target = |url: &str| rules().endpoint(url).unwrap().target;
        assert_eq!(target("https://a.example"), "/");
        assert_eq!(target("https://a.example?x"), "/?x");
    }

    #[test]
    fn what_is_none_is_refused() {
        for wrong in [
            "",
            "http://a.example/",
            "HTTPS://a.example/",
            "https://",
            "https:///x",
            "https://user@a.example/",
            "https://a.example:x@b.example/",
            "https://a.example/#x",
            "https://a.example\\@b.example/",
            "https://a.example:/",
            "https://a.example:0/",
            "https://a.example:+443/",
            "https://a.example:65536/",
            "https://a.example./",
            "https://a..example/",
            "https://ż.example/",
            "https://a.example/ż",
            "https://a.example/ x",
            "https://a.example/\r\nHost: b",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0x1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]:443/",
        ] {
            assert_eq!(rules().endpoint(wrong), Err(INVALID), "{wrong:?}");
        }
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        assert_eq!(rules().endpoint(&long), Err(INVALID));
    }

    #[test]
    fn the_configuration_says_where_to() {
        for elsewhere in ["https://a.example:444/", "https://intranet/"] {
            assert_eq!(rules().endpoint(elsewhere), Err(FORBIDDEN), "{elsewhere}");
        }
        assert!(rules().endpoint("https://localhost/").is_ok());
        let few = Rules {
            hosts: vec!["a.example".to_owned()],
            ..rules()
        };
        assert!(few.endpoint("https://a.example/").is_ok());
        assert!(few.endpoint("https://hooks.corp.example/").is_ok());
        assert_eq!(few.endpoint("https://b.a.example/"), Err(FORBIDDEN));
    }

    #[test]
    fn a_host_is_a_name() {
        assert!(is_host("localhost") && is_host("a.example"));
        for none in ["10.0.0.1", "a.example:443", "A.example", "a.example/x", ""] {
            assert!(!is_host(none), "{none}");
        }
    }

    #[test]
    fn only_public_addresses_are_public() {
        let is_open = |text: &str| is_public(text.parse().unwrap());
        for open in [
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "223.255.255.254",
            "2a00:1450::1",
            "2600::1",
            "2001:4860:4860::8888",
        ] {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "127.255.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.0.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "100::1",
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }

    #[test]
    fn one_private_address_spoils_the_answer() {
        let addresses = ["8.8.8.8", "10.0.0.1"].map(|text| text.parse().unwrap());
        assert!(!rules().admits("a.example", &addresses));
        assert!(rules().admits("a.example", &addresses[..1]));
        assert!(rules().admits("hooks.corp.example", &addresses));
    }
}
