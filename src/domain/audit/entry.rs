//! An entry of the log: the envelope of audit-log format 1 around an [`Event`], and its bytes.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{canonical, event::Event, value::Value};
use crate::domain::{
    owner::{Actor, Caller, Role},
    timestamp::Timestamp,
};

/// Longest leaf: tiles carry its length in two bytes.
pub const LEAF_CAP: usize = 65_535;
/// Format of the envelope.
const FORMAT: i64 = 1;
const MEMBERS: [&str; 12] = [
    "actor",
    "approvals",
    "boot",
    "data",
    "node",
    "object",
    "outcome",
    "request",
    "seq",
    "time",
    "type",
    "v",
];

/// Where and when an entry stands in its log.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    pub seq: u64,
    pub time: Timestamp,
    /// Configured name of the instance.
    pub node: &'a str,
    /// The daemon's start, as text.
    pub boot: &'a str,
}

/// The entry cannot be written, so its unit must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an audit entry of {0} bytes is too long")]
pub struct EntryTooLong(pub usize);

/// The leaf is no entry of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEntry {
    #[error("reading the entry's bytes")]
    Bytes(#[from] canonical::NotCanonical),
    #[error("the entry's member `{0}` is missing or wrong")]
    Member(&'static str),
    #[error("the entry has unknown members")]
    Unknown,
}

/// What a reader needs of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: u64,
    pub time: Timestamp,
    /// The daemon's start that wrote it.
    pub boot: String,
    /// Who acted, in one word.
    pub actor: String,
    pub kind: String,
    pub object_kind: String,
    pub object_id: String,
    /// Hex digest of the object's content, where the event fixed one.
    pub object_sha256: Option<String>,
    pub data: BTreeMap<String, Value>,
    /// SHA-256 over salt and personal data, hex.
    pub detail: Option<String>,
}

/// SHA-256(salt ‖ canonical detail): binds personal data to the entry without showing it.
#[must_use]
pub fn detail_hash(salt: &[u8; 32], detail: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(salt)
        .chain_update(detail)
        .finalize()
        .into()
}

/// The leaf of an event.
///
/// # Errors
/// When it would be longer than [`LEAF_CAP`].
pub fn encode(
    place: &Place<'_>,
    caller: &Caller,
    event: &Event,
    detail: Option<&[u8; 32]>,
) -> Result<Vec<u8>, EntryTooLong> {
    let seq = i64::try_from(place.seq).unwrap_or(i64::MAX);
    let mut entry = object([
        ("v", Value::Integer(FORMAT)),
        ("seq", Value::integer(seq)),
        ("time", place.time.to_string().into()),
        ("node", place.node.into()),
        ("boot", place.boot.into()),
        ("type", event.kind.name().into()),
        ("outcome", event.outcome.name().into()),
        ("actor", actor(&caller.actor)),
        ("approvals", approvals(event)),
        ("request", caller.request_id.as_str().into()),
        ("object", about(event)),
        ("data", Value::Object(event.data.clone())),
    ]);
    if let Some(hash) = detail {
        entry.insert("detail".to_owned(), Value::hex(hash));
    }
    let leaf = canonical::encode(&Value::Object(entry));
    if leaf.len() > LEAF_CAP {
        return Err(EntryTooLong(leaf.len()));
    }
    Ok(leaf)
}

/// Reads a leaf, strictly.
///
/// # Errors
/// When the bytes are not canonical or not an entry of this format.
pub fn decode(leaf: &[u8]) -> Result<Entry, InvalidEntry> {
    let Value::Object(members) = canonical::decode(leaf)? else {
        return Err(InvalidEntry::Member("v"));
    };
    let known = |name: &String| name == "detail" || MEMBERS.contains(&name.as_str());
    if !members.keys().all(known) {
        return Err(InvalidEntry::Unknown);
    }
    if let Some(missing) = MEMBERS.iter().find(|name| !members.contains_key(**name)) {
        return Err(InvalidEntry::Member(missing));
    }
    let (Some(Value::Integer(FORMAT)), Some(Value::Integer(seq))) =
        (members.get("v"), members.get("seq"))
    else {
        return Err(InvalidEntry::Member("v"));
    };
    let (Some(Value::Object(object)), Some(Value::Object(data))) =
        (members.get("object"), members.get("data"))
    else {
        return Err(InvalidEntry::Member("object"));
    };
    let Some(Value::Object(actor)) = members.get("actor") else {
        return Err(InvalidEntry::Member("actor"));
    };
    let time: Timestamp = text(&members, "time")?
        .parse()
        .map_err(|_| InvalidEntry::Member("time"))?;
    Ok(Entry {
        seq: u64::try_from(*seq).map_err(|_| InvalidEntry::Member("seq"))?,
        time,
        boot: text(&members, "boot")?,
        actor: text(actor, "id")?,
        kind: text(&members, "type")?,
        object_kind: text(object, "kind")?,
        object_id: text(object, "id")?,
        object_sha256: maybe(object, "sha256")?,
        data: data.clone(),
        detail: maybe(&members, "detail")?,
    })
}

fn text(members: &BTreeMap<String, Value>, name: &'static str) -> Result<String, InvalidEntry> {
    match members.get(name) {
        Some(Value::Text(text)) => Ok(text.clone()),
        _ => Err(InvalidEntry::Member(name)),
    }
}

fn maybe(
    members: &BTreeMap<String, Value>,
    name: &'static str,
) -> Result<Option<String>, InvalidEntry> {
    match members.contains_key(name) {
        true => text(members, name).map(Some),
        false => Ok(None),
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> BTreeMap<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn actor(actor: &Actor) -> Value {
    let named = |kind: &str, id: &str, auth: &str| {
        object([
            ("kind", kind.into()),
            ("id", id.into()),
            ("auth", auth.into()),
        ])
    };
    Value::Object(match actor {
        Actor::Identity {
            name,
            role,
            credential,
            peer,
        } => {
            let mut members = named(role_kind(*role), name.as_str(), "mtls");
            members.insert("cred".to_owned(), Value::hex(credential));
            members.insert("peer".to_owned(), peer.as_str().into());
            members
        }
        Actor::MailboxHolder { peer } => {
            let mut members = named("subscriber", "mailbox-holder", "code");
            members.insert("peer".to_owned(), peer.as_str().into());
            members
        }
        Actor::Reporter { peer } => {
            let mut members = named("stranger", "reporter", "none");
            members.insert("peer".to_owned(), peer.as_str().into());
            members
        }
        Actor::System { part } => named("system", part, "process"),
        Actor::Host => named("system", "host", "shell"),
    })
}

const fn role_kind(role: Role) -> &'static str {
    match role {
        Role::RaCustomer | Role::RaPartner => "ra",
        Role::Auditor => "auditor",
        Role::ValidationSpecialist
        | Role::ValidationOfficer
        | Role::SecurityOfficer
        | Role::Operator => "officer",
    }
}

fn approvals(event: &Event) -> Value {
    let approval = |approval: &super::event::Approval| {
        Value::Object(object([
            ("id", approval.id.as_str().into()),
            ("cred", Value::hex(&approval.credential)),
            ("time", approval.time.to_string().into()),
        ]))
    };
    Value::List(event.approvals.iter().map(approval).collect())
}

fn about(event: &Event) -> Value {
    let mut members = object([
        ("kind", event.object.kind.into()),
        ("id", event.object.id.as_str().into()),
    ]);
    if let Some(sha256) = &event.object.sha256 {
        members.insert("sha256".to_owned(), Value::hex(sha256));
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::event::EventKind;

    fn place() -> Place<'static> {
        Place {
            seq: 73,
            time: Timestamp::from_millis(1_796_119_872_345),
            node: "ca1",
            boot: "boot_1",
        }
    }

    #[test]
    fn the_envelope_is_exact() {
        let event = Event::new(EventKind::OrderCreated, "order", "ord_1").with("product", "p1");
        let leaf = encode(&place(), &Caller::system("jobs"), &event, Some(&[0xab; 32])).unwrap();
        let expected = format!(
            "{{\"actor\":{{\"auth\":\"process\",\"id\":\"jobs\",\"kind\":\"system\"}},\
             \"approvals\":[],\"boot\":\"boot_1\",\"data\":{{\"product\":\"p1\"}},\
             \"detail\":\"{}\",\"node\":\"ca1\",\
             \"object\":{{\"id\":\"ord_1\",\"kind\":\"order\"}},\"outcome\":\"success\",\
             \"request\":\"\",\"seq\":73,\"time\":\"2026-12-01T10:11:12.345Z\",\
             \"type\":\"order.created\",\"v\":1}}",
            "ab".repeat(32)
        );
        assert_eq!(String::from_utf8(leaf.clone()).unwrap(), expected);
        let entry = decode(&leaf).unwrap();
        assert_eq!((entry.seq, entry.kind.as_str()), (73, "order.created"));
        let altered = expected.replace("\"v\":1", "\"v\":1,\"w\":1");
        assert_eq!(decode(altered.as_bytes()), Err(InvalidEntry::Unknown));
        let older = expected.replace("\"v\":1", "\"v\":2");
        assert!(decode(older.as_bytes()).is_err());
    }

    #[test]
    fn an_entry_too_long_for_a_tile_is_refused() {
        let mut event = Event::new(EventKind::OrderCreated, "order", "ord_1");
        for n in 0..70 {
            event = event.with(&format!("m{n}"), "x".repeat(1000));
        }
        assert!(encode(&place(), &Caller::system("jobs"), &event, None).is_err());
    }
}
