//! Canonical bytes of restricted JSON (RFC 8785 over [`Value`]): the same value has one spelling.
//!
//! Verifiers hash stored bytes and never write them anew; [`decode`] accepts nothing but what
//! [`encode`] writes, which also catches duplicate members.

use std::collections::BTreeMap;

use super::value::Value;

/// Deepest nesting accepted; an entry has four levels.
const DEPTH: u8 = 16;
/// RFC 8785 keeps integers exact only below 2^53.
const INTEGER_CAP: i64 = (1 << 53) - 1;

/// The bytes are not canonical restricted JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not canonical JSON at byte {at}")]
pub struct NotCanonical {
    pub at: usize,
}

/// The one spelling of a value.
#[must_use]
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = String::new();
    write(value, &mut out);
    out.into_bytes()
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// When the bytes are anything else, however close.
pub fn decode(bytes: &[u8]) -> Result<Value, NotCanonical> {
    let text = std::str::from_utf8(bytes).map_err(|e| NotCanonical {
        at: e.valid_up_to(),
    })?;
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(DEPTH)?;
    if encode(&value) == bytes {
        Ok(value)
    } else {
        Err(reader.fault())
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Text(text) => write_text(text, out),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::List(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => write_object(members, out),
    }
}

/// Members in the order of their UTF-16 code units (RFC 8785 3.2.3), which is not that of UTF-8
/// beyond the basic plane.
fn write_object(members: &BTreeMap<String, Value>, out: &mut String) {
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    if members.keys().any(|name| !name.is_ascii()) {
        sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    }
    out.push('{');
    for (n, (name, value)) in sorted.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    const fn fault(&self) -> NotCanonical {
        NotCanonical { at: self.at }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn demand(&mut self, wanted: &str) -> Result<(), NotCanonical> {
        if self.take(wanted) {
            Ok(())
        } else {
            Err(self.fault())
        }
    }

    fn value(&mut self, depth: u8) -> Result<Value, NotCanonical> {
        let depth = depth.checked_sub(1).ok_or(self.fault())?;
        match self.rest().chars().next() {
            Some('"') => self.string().map(Value::Text),
            Some('{') => self.object(depth),
            Some('[') => self.list(depth),
            Some('t') => self.demand("true").map(|()| Value::Bool(true)),
            Some('f') => self.demand("false").map(|()| Value::Bool(false)),
            _ => self.integer(),
        }
    }

    fn object(&mut self, depth: u8) -> Result<Value, NotCanonical> {
        self.demand("{")?;
        let mut members = BTreeMap::new();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            let name = self.string()?;
            self.demand(":")?;
            members.insert(name, self.value(depth)?);
            if !self.take(",") {
                self.demand("}")?;
                return Ok(Value::Object(members));
            }
        }
    }

    fn list(&mut self, depth: u8) -> Result<Value, NotCanonical> {
        self.demand("[")?;
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if !self.take(",") {
                self.demand("]")?;
                return Ok(Value::List(items));
            }
        }
    }

    fn integer(&mut self) -> Result<Value, NotCanonical> {
        let digits = |c: char| c == '-' || c.is_ascii_digit();
        let length = self.rest().find(|c| !digits(c));
        let end = length.map_or(self.text.len(), |length| self.at + length);
        let text = self.text.get(self.at..end).unwrap_or_default();
        let number: i64 = text.parse().map_err(|_| self.fault())?;
        if number.abs() > INTEGER_CAP {
            return Err(self.fault());
        }
        self.at = end;
        Ok(Value::Integer(number))
    }

    fn string(&mut self) -> Result<String, NotCanonical> {
        self.demand("\"")?;
        let mut out = String::new();
        loop {
            let c = self.next().ok_or(self.fault())?;
            match c {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, NotCanonical> {
        Ok(match self.next().ok_or(self.fault())? {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'u' => {
                let hex = self.rest().get(..4).ok_or(self.fault())?;
                let code = u32::from_str_radix(hex, 16).map_err(|_| self.fault())?;
                self.at += 4;
                char::from_u32(code).ok_or(self.fault())?
            }
            // Any other escaped character fails the comparison with the one spelling.
            c => c,
        })
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(members: &[(&str, Value)]) -> Value {
        let owned = members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        Value::Object(owned.collect())
    }

    #[test]
    fn members_sort_by_utf16_and_control_characters_are_escaped() {
        let value = object(&[
            ("\u{1F600}", Value::Bool(true)),
            ("\u{FB33}", Value::Integer(-7)),
            ("b", Value::List(vec![Value::text("a\"\\\n\u{1}ż")])),
        ]);
        let text = String::from_utf8(encode(&value)).unwrap();
        assert_eq!(
            text,
            "{\"b\":[\"a\\\"\\\\\\n\\u0001ż\"],\"\u{1F600}\":true,\"\u{FB33}\":-7}"
        );
        assert_eq!(decode(text.as_bytes()), Ok(value));
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for bad in [
            "",
            " {}",
            "{} ",
            "null",
            "1.0",
            "01",
            "-0",
            "+1",
            "9007199254740992",
            "{\"a\":1,\"a\":2}",
            "{\"b\":1,\"a\":2}",
            "{\"a\": 1}",
            "[1,]",
            "\"\\u0041\"",
            "\"\\/\"",
            "\"a",
            "\"\\ud800\"",
            &"[".repeat(40),
        ] {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(decode(b"\xff").is_err());
        assert!(decode(b"9007199254740991").is_ok());
    }
}
