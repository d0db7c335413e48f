//! Strict JSON: no member twice, no deep nesting, no unknown member; faults are named by pointer.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value, json};

use crate::{
    domain::refusal::{Class, Fault, Refused},
    http::refusal::Refusal,
};

/// Levels of arrays and objects (contract).
const DEPTH: u8 = 32;
/// Faults reported at once.
const MOST_FAULTS: usize = 32;
const UNKNOWN: &str = "unknown-member";

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

/// Each fault is put right, as far as it can be, and the value is read again: so all faults are
/// found, not only the first.
fn typed<T: DeserializeOwned>(mut value: Value) -> Result<T, Refusal> {
    let mut faults = Vec::new();
    while faults.len() < MOST_FAULTS {
        let fault = match unfit::<T>(&value) {
            Ok(done) if faults.is_empty() => return Ok(done),
            Ok(_) => break,
            Err(fault) => fault,
        };
        let goes_on = repair::<T>(&mut value, &fault);
        faults.push(fault);
        if !goes_on {
            break;
        }
    }
    let is_unknown = |fault: &Fault| fault.code == UNKNOWN;
    let refused = if faults.iter().any(is_unknown) {
        // 400 speaks of the members only; what they hold is the matter of 422.
        faults.retain(is_unknown);
        Refused::new(Class::Malformed, UNKNOWN)
    } else {
        Refused::unacceptable("validation-failed")
    };
    Err(Refusal::from(Refused { faults, ..refused }))
}

/// The value read, or the first fault in it.
fn unfit<T: DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let (at, what) = (pointer(error.path()), error.inner().to_string());
        let named = |prefix| {
            let rest = what.strip_prefix(prefix);
            rest.and_then(|rest| rest.split('`').next())
        };
        if let Some(name) = named("unknown field `") {
            fault(at_member(at, name), UNKNOWN)
        } else if let Some(name) = named("missing field `") {
            fault(at_member(at, name), "member-missing")
        } else {
            fault(at, "member-invalid")
        }
    })
}

/// Takes an unknown member away, or puts something of a fitting type in a faulty one's place.
fn repair<T: DeserializeOwned>(value: &mut Value, at: &Fault) -> bool {
    if at.code == UNKNOWN {
        return remove(value, &at.pointer);
    }
    let fitting = [json!(""), json!(0), json!(false), json!([]), json!({})];
    fitting.into_iter().any(|new| {
        put(value, &at.pointer, new)
            && unfit::<T>(value)
                .err()
                .is_none_or(|next| next.pointer != at.pointer)
    })
}

fn put(value: &mut Value, pointer: &str, new: Value) -> bool {
    if let Some(place) = value.pointer_mut(pointer) {
        *place = new;
        return true;
    }
    let Some((object, name)) = parent(value, pointer) else {
        return false;
    };
    object.insert(name, new);
    true
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
    parent(value, pointer).is_some_and(|(object, name)| object.remove(&name).is_some())
}

/// The object that holds the member at `pointer`, and the member's name.
fn parent<'v>(value: &'v mut Value, pointer: &str) -> Option<(&'v mut Map<String, Value>, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    let object = value.pointer_mut(parent)?.as_object_mut()?;
    Some((object, name))
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

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading is judged")]
    struct Wide {
        name: String,
        inner: Inner,
        list: Vec<Inner>,
        flag: bool,
    }

    #[test]
    fn every_missing_and_mistyped_member_is_named_at_once() {
        let refusal = read::<Wide>(br#"{"flag":"no","list":[{"number":-1}]}"#).unwrap_err();
        let faults = refusal.refused.faults.into_iter();
        let mut named: Vec<_> = faults.map(|fault| (fault.pointer, fault.code)).collect();
        named.sort_unstable();
        let expected = [
            ("/flag", "member-invalid"),
            ("/inner", "member-missing"),
            ("/inner/number", "member-missing"),
            ("/list/0/number", "member-invalid"),
            ("/name", "member-missing"),
        ];
        assert_eq!(refusal.status, 422);
        assert_eq!(named, expected.map(|(at, code)| (at.to_owned(), code)));
    }
}
