//! JSON answers.

use serde::de::DeserializeOwned;

use super::{
    egress::Reply,
    visit::{Trouble, Visit},
};

/// Reads an answer as its known form; members that are not known are passed over.
///
/// # Errors
/// [`Trouble::Drift`] names the member at fault; an answer that ends too early is `Unavailable`.
pub fn read<T: DeserializeOwned>(visit: &Visit<'_>, reply: &Reply) -> Result<T, Trouble> {
    if !is_json(reply) {
        let what = format!("the answer is {:?}, not JSON", reply.media_type);
        return Err(Trouble::Drift(what));
    }
    let mut json = serde_json::Deserializer::from_slice(&reply.body);
    let read = serde_path_to_error::deserialize(&mut json);
    let value = read.map_err(|error| match error.inner().classify() {
        serde_json::error::Category::Eof => visit.out_of_service("truncated"),
        _ => Trouble::Drift(error.to_string()),
    })?;
    let rest = json.end();
    rest.map_err(|error| Trouble::Drift(error.to_string()))?;
    Ok(value)
}

/// Whether the answer says that it is JSON, JSON:API or a problem document.
pub fn is_json(reply: &Reply) -> bool {
    let kind = reply.media_type.as_str();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// An answer that is none of the known ones.
pub fn unknown(reply: &Reply) -> Trouble {
    let what = format!("status {} with {:?}", reply.status, reply.media_type);
    Trouble::Drift(what)
}

/// A number as a part of a path or a query.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
