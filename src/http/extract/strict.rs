//! Strict JSON: no member twice, no deep nesting, no unknown member; faults are named by pointer.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use crate::{
    domain::refusal::{Class, Fault, Refused},
    http::refusal::Refusal,
};

/// Levels of arrays and objects (contract).
const DEPTH: u8 = 32;
/// Faults reported at once.
const MOST_FAULTS: usize = 32;

/// Reads a value of a type that denies unknown fields.
///
/// # Errors
/// 400 `malformed-json` or `unknown-member`, 422 `validation-failed` when a member is missing or
/// of the wrong type.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let malformed = || Refusal::new(400, "malformed-json");
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Plain(DEPTH)
        .deserialize(&mut reader)
        .map_err(|_| malformed())?;
    reader.end().map_err(|_| malformed())?;
    typed(value)
}

/// Every unknown member is collected by taking it away and trying again; the first fault of
/// another kind ends the search.
fn typed<T: DeserializeOwned>(mut value: Value) -> Result<T, Refusal> {
    let mut unknown = Vec::new();
    loop {
        let (at, what) = match serde_path_to_error::deserialize::<_, T>(value.clone()) {
            Ok(done) if unknown.is_empty() => return Ok(done),
            Ok(_) => break,
            Err(error) => (pointer(error.path()), error.inner().to_string()),
        };
        let stranger = what.strip_prefix("unknown field `");
        let name = stranger.and_then(|rest| rest.split('`').next());
        let Some(name) = name.filter(|_| unknown.len() < MOST_FAULTS) else {
            if unknown.is_empty() {
                return Err(unfit(at, &what).into());
            }
            break;
        };
        let at = at_member(at, name);
        if !remove(&mut value, &at) {
            unknown.push(fault(at, "unknown-member"));
            break;
        }
        unknown.push(fault(at, "unknown-member"));
    }
    Err(Refusal::from(Refused {
        faults: unknown,
        ..Refused::new(Class::Malformed, "unknown-member")
    }))
}

fn unfit(at: String, what: &str) -> Refused {
    let missing = what.strip_prefix("missing field `");
    let fault = match missing.and_then(|rest| rest.split('`').next()) {
        Some(name) => fault(at_member(at, name), "member-missing"),
        None => fault(at, "member-invalid"),
    };
    Refused {
        faults: vec![fault],
        ..Refused::unacceptable("validation-failed")
    }
}

const fn fault(pointer: String, code: &'static str) -> Fault {
    Fault { pointer, code }
}

/// The pointer of `name` in the object at `at`, which may name the member already.
fn at_member(at: String, name: &str) -> String {
    let member = format!("/{}", escaped(name));
    if at.ends_with(&member) {
        at
    } else {
        at + &member
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escaped(key)),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

/// RFC 6901 section 3.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn remove(value: &mut Value, pointer: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    value
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .and_then(|object| object.remove(&name))
        .is_some()
}

/// Builds a value that holds no member twice, to the levels that are left.
#[derive(Clone, Copy)]
struct Plain(u8);

impl Plain {
    fn inner<E: Error>(self) -> Result<Self, E> {
        let left = self.0.checked_sub(1);
        left.map(Self).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Plain {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plain {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without duplicate members")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let (inner, mut list) = (self.inner()?, Vec::new());
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (inner, mut object) = (self.inner()?, Map::new());
        while let Some(Name(name)) = members.next_key()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[derive(Deserialize)]
struct Name(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is judged")]
    struct Outer {
        name: String,
        inner: Option<Vec<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is judged")]
    struct Inner {
        number: u8,
    }

    fn refusal(text: &str) -> (u16, Vec<(String, &'static str)>) {
        let refusal = read::<Outer>(text.as_bytes()).unwrap_err();
        let faults = refusal.refused.faults.into_iter();
        let named = faults.map(|fault| (fault.pointer, fault.code)).collect();
        (refusal.status, named)
    }

    #[test]
    fn good_json_passes() {
        assert!(read::<Outer>(br#"{"name":"a","inner":[{"number":1}]}"#).is_ok());
    }

    #[test]
    fn malformed_json_is_refused() {
        let deep = format!("{{\"name\":{}{}}}", "[".repeat(40), "]".repeat(40));
        let twice = r#"{"name":"a","name":"b"}"#;
        let inside = r#"{"name":"a","inner":[{"number":1,"number":1}]}"#;
        for text in ["", "{", "{}{}", "nul", "\u{FEFF}{}", twice, inside, &deep] {
            assert_eq!(refusal(text), (400, vec![]), "{text}");
        }
    }

    #[test]
    fn all_unknown_members_are_named_at_once() {
        let text = r#"{"name":"a","x":1,"a/b":2,"inner":[{"number":1,"y":0}]}"#;
        let (status, mut faults) = refusal(text);
        faults.sort_unstable();
        let code = "unknown-member";
        let expected = ["/a~1b", "/inner/0/y", "/x"].map(|at| (at.to_owned(), code));
        assert_eq!((status, faults), (400, expected.to_vec()));
    }

    #[test]
    fn missing_and_mistyped_members_are_named() {
        let missing = (422, vec![("/name".to_owned(), "member-missing")]);
        assert_eq!(refusal("{}"), missing);
        let mistyped = (422, vec![("/inner/0/number".to_owned(), "member-invalid")]);
        assert_eq!(
            refusal(r#"{"name":"a","inner":[{"number":"1"}]}"#),
            mistyped
        );
    }
}
