//! Question and answer as JSON (docs/perspectives.md). What is not of the form, or not the answer
//! to this question by this perspective, says nothing.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::silent;
use crate::{domain::caa::Property, ports::perspectives::Unseen};

const VERSION: u8 = 1;
/// Records at one name, and octets of their values together, as the daemon's own resolver takes.
const RECORDS: usize = 100;
const OCTETS: usize = 8 * 1024;

#[derive(Serialize)]
struct Question<'a> {
    version: u8,
    #[serde(rename = "type")]
    kind: &'a str,
    name: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer<R> {
    version: u8,
    perspective: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    status: Status,
    records: Vec<R>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// The records are all there are.
    Answer,
    /// The domain's servers do not answer the question, or a signature is wrong.
    Failed,
}

/// A type of records on the wire.
pub struct Kind<T> {
    pub name: &'static str,
    read: fn(&[u8]) -> Result<Read<T>, serde_json::Error>,
}

/// An answer of the right form, its values with their octets.
pub struct Read<T> {
    version: u8,
    perspective: String,
    kind: String,
    name: String,
    status: Status,
    records: Option<Vec<(T, usize)>>,
}

/// Hex of all strings of the record, joined.
pub const TXT: Kind<Vec<u8>> = Kind {
    name: "TXT",
    read: |body| {
        read(body, |hex: String| {
            let octets = hex::decode(hex).ok()?;
            let size = octets.len();
            Some((octets, size))
        })
    },
};

pub const CAA: Kind<Property> = Kind {
    name: "CAA",
    read: |body| {
        read(body, |record: CaaRecord| {
            let value = hex::decode(record.value).ok()?;
            let size = value.len() + record.tag.len();
            let property = Property {
                flags: record.flags,
                tag: record.tag,
                value,
            };
            Some((property, size))
        })
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaaRecord {
    flags: u8,
    tag: String,
    /// Hex.
    value: String,
}

fn read<R: DeserializeOwned, T>(
    body: &[u8],
    one: impl Fn(R) -> Option<(T, usize)>,
) -> Result<Read<T>, serde_json::Error> {
    let answer: Answer<R> = serde_json::from_slice(body)?;
    Ok(Read {
        version: answer.version,
        perspective: answer.perspective,
        kind: answer.kind,
        name: answer.name,
        status: answer.status,
        records: answer.records.into_iter().map(one).collect(),
    })
}

/// The body of a question.
pub fn question(kind: &str, name: &str) -> Vec<u8> {
    let question = Question {
        version: VERSION,
        kind,
        name,
    };
    serde_json::to_vec(&question).unwrap_or_default()
}

/// The records of an answer.
pub fn answer<T>(body: &[u8], by: &str, kind: &Kind<T>, name: &str) -> Result<Vec<T>, Unseen> {
    let answer = (kind.read)(body).map_err(|_| silent("an answer of another form"))?;
    if answer.version != VERSION {
        return Err(silent("an answer of another version"));
    }
    let own = (
        answer.perspective.as_str(),
        answer.kind.as_str(),
        answer.name.as_str(),
    );
    if own != (by, kind.name, name) {
        return Err(silent(
            "an answer to another question, or by another perspective",
        ));
    }
    if answer.status == Status::Failed {
        return Err(Unseen {
            failed: true,
            detail: "the domain's servers do not answer it".to_owned(),
        });
    }
    let records = answer
        .records
        .ok_or_else(|| silent("a record cannot be read"))?;
    let octets: usize = records.iter().map(|(_, size)| size).sum();
    if records.len() > RECORDS || octets > OCTETS {
        return Err(silent("there are too many records"));
    }
    Ok(records.into_iter().map(|(value, _)| value).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(change: impl FnOnce(&mut Value)) -> Result<Vec<Vec<u8>>, Unseen> {
        let mut body = json!({"version": 1, "perspective": "fra1", "type": "TXT",
            "name": "_x.example.com", "status": "answer", "records": ["616263"]});
        change(&mut body);
        answer(body.to_string().as_bytes(), "fra1", &TXT, "_x.example.com")
    }

    #[test]
    fn an_answer_is_of_the_form_or_says_nothing() {
        assert_eq!(said(|_| {}), Ok(vec![b"abc".to_vec()]));
        assert_eq!(said(|body| body["records"] = json!([])), Ok(vec![]));
        assert!(
            said(|body| body["status"] = json!("failed"))
                .unwrap_err()
                .failed
        );
        let long = "61".repeat(OCTETS + 1);
        for (member, value) in [
            ("version", json!(2)),
            ("perspective", json!("fra2")),
            ("type", json!("CAA")),
            ("name", json!("_x.example.org")),
            ("status", json!("timeout")),
            ("records", json!(["6"])),
            ("records", json!([{"flags": 0}])),
            ("records", json!([long])),
            ("records", json!(vec!["61"; RECORDS + 1])),
            ("colour", json!("red")),
        ] {
            let unseen = said(|body| body[member] = value.clone()).unwrap_err();
            assert!(!unseen.failed, "{member} {value}");
        }
        assert!(answer(b"", "fra1", &TXT, "_x.example.com").is_err());
    }

    #[test]
    fn properties_are_read() {
        let body = json!({"version": 1, "perspective": "fra1", "type": "CAA",
            "name": "example.com", "status": "answer",
            "records": [{"flags": 128, "tag": "issuemail", "value": "3b"}]});
        let read = answer(body.to_string().as_bytes(), "fra1", &CAA, "example.com").unwrap();
        let expected = Property {
            flags: 128,
            tag: "issuemail".to_owned(),
            value: b";".to_vec(),
        };
        assert_eq!(read, [expected]);
    }
}
