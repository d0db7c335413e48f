//! The value of an `issuemail` property: `issue-value` of RFC 8659 4.2, which RFC 9495 takes over.
//!
//! ```text
//! issue-value = *WSP [issuer-domain-name *WSP] [";" *WSP [parameters *WSP]]
//! parameters = (parameter *WSP ";" *WSP parameters) / parameter
//! parameter = tag *WSP "=" *WSP value
//! ```

use crate::domain::caa::DomainName;

/// A value that follows the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueValue {
    /// Lower case; `None` names nobody.
    pub issuer: Option<DomainName>,
    /// Tag and value, in order.
    pub parameters: Vec<(String, String)>,
}

/// The value breaks the grammar: it names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an issue-value of RFC 8659")]
pub struct Malformed;

/// Reads a value as it stands in the record.
///
/// # Errors
/// See [`Malformed`].
pub fn read(value: &[u8]) -> Result<IssueValue, Malformed> {
    let text = str::from_utf8(value).map_err(|_| Malformed)?;
    let (issuer, rest) = match text.split_once(';') {
        Some((issuer, rest)) => (issuer, Some(rest)),
        None => (text, None),
    };
    let issuer = match trim(issuer) {
        "" => None,
        name => Some(DomainName::parse(name).ok_or(Malformed)?),
    };
    let parameters = match rest.map(trim) {
        None | Some("") => Vec::new(),
        Some(parameters) => parameters
            .split(';')
            .map(parameter)
            .collect::<Result<_, _>>()?,
    };
    Ok(IssueValue { issuer, parameters })
}

fn parameter(text: &str) -> Result<(String, String), Malformed> {
    let (tag, value) = text.split_once('=').ok_or(Malformed)?;
    let (tag, value) = (trim(tag), trim(value));
    let is_value = |byte: u8| (0x21..=0x7E).contains(&byte) && byte != b';';
    if is_tag(tag) && value.bytes().all(is_value) {
        Ok((tag.to_owned(), value.to_owned()))
    } else {
        Err(Malformed)
    }
}

fn is_tag(tag: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !tag.is_empty() && !tag.starts_with('-') && !tag.ends_with('-') && tag.bytes().all(plain)
}

/// WSP is space and tab, nothing else (RFC 5234 B.1).
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
