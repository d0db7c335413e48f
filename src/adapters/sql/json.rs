//! Compound parts of aggregates as JSON columns, mapped by hand: the domain knows no serde.
//! Members that have no value are left out.

use serde_json::{Map, Value as Json, json};

use super::value::Unreadable;
use crate::domain::{
    order::Contacts,
    owner::{AcceptedStatement, ActingFor},
    text::Text,
    timestamp::Timestamp,
};

/// Reads one JSON object of a column.
pub struct Members<'a> {
    column: &'static str,
    map: &'a Map<String, Json>,
}

impl<'a> Members<'a> {
    pub fn of(column: &'static str, json: &'a Json) -> Result<Self, Unreadable> {
        let map = json
            .as_object()
            .ok_or_else(|| Unreadable::new(column, "no JSON object"))?;
        Ok(Self { column, map })
    }

    pub fn fault(&self, name: &str) -> Unreadable {
        Unreadable::new(self.column, format!("member `{name}` is missing or wrong"))
    }

    pub fn get(&self, name: &str) -> Option<&'a Json> {
        self.map.get(name)
    }

    pub fn maybe<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Unreadable> {
        let Some(json) = self.map.get(name) else {
            return Ok(None);
        };
        let value = json.as_str().and_then(read);
        value.map(Some).ok_or_else(|| self.fault(name))
    }

    pub fn with<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Unreadable> {
        self.maybe(name, read)?.ok_or_else(|| self.fault(name))
    }

    pub fn text<const MAX: usize>(&self, name: &str) -> Result<Text<MAX>, Unreadable> {
        self.with(name, |text| Text::parse(text).ok())
    }

    pub fn maybe_text<const MAX: usize>(
        &self,
        name: &str,
    ) -> Result<Option<Text<MAX>>, Unreadable> {
        self.maybe(name, |text| Text::parse(text).ok())
    }

    pub fn maybe_time(&self, name: &str) -> Result<Option<Timestamp>, Unreadable> {
        let Some(json) = self.map.get(name) else {
            return Ok(None);
        };
        let millis = json.as_i64().ok_or_else(|| self.fault(name))?;
        Ok(Some(Timestamp::from_millis(millis)))
    }

    pub fn time(&self, name: &str) -> Result<Timestamp, Unreadable> {
        self.maybe_time(name)?.ok_or_else(|| self.fault(name))
    }

    pub fn number<N: TryFrom<i64>>(&self, name: &str) -> Result<N, Unreadable> {
        let number = self.map.get(name).and_then(Json::as_i64);
        let number = number.and_then(|number| N::try_from(number).ok());
        number.ok_or_else(|| self.fault(name))
    }

    pub fn bytes(&self, name: &str) -> Result<Vec<u8>, Unreadable> {
        self.with(name, |text| hex::decode(text).ok())
    }

    pub fn array<const N: usize>(&self, name: &str) -> Result<[u8; N], Unreadable> {
        self.bytes(name)?.try_into().map_err(|_| self.fault(name))
    }

    /// Every item of a list.
    pub fn list<T>(
        &self,
        name: &str,
        read: impl Fn(&'a Json) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let items = self.map.get(name).and_then(Json::as_array);
        let items = items.ok_or_else(|| self.fault(name))?;
        items.iter().map(read).collect()
    }
}

/// A JSON object without the members that have no value.
pub fn object<const N: usize>(members: [(&str, Option<Json>); N]) -> Json {
    let there = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(there.collect())
}

pub fn text<T: ToString>(value: &T) -> Option<Json> {
    Some(Json::String(value.to_string()))
}

pub fn maybe<T: ToString>(value: Option<&T>) -> Option<Json> {
    value.and_then(text)
}

pub fn time(at: Timestamp) -> Option<Json> {
    Some(Json::from(at.millis()))
}

pub fn bytes(bytes: &[u8]) -> Option<Json> {
    Some(Json::String(hex::encode(bytes)))
}

/// Every item of a column that is a list.
pub fn list<T>(
    column: &'static str,
    json: &Json,
    read: impl Fn(&Json) -> Result<T, Unreadable>,
) -> Result<Vec<T>, Unreadable> {
    let items = json
        .as_array()
        .ok_or_else(|| Unreadable::new(column, "no JSON list"))?;
    items.iter().map(read).collect()
}

/// Every item of a column that is a list of strings.
pub fn strings<T>(
    column: &'static str,
    json: &Json,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Unreadable> {
    list(column, json, |item| {
        let value = item.as_str().and_then(&read);
        value.ok_or_else(|| Unreadable::new(column, "an item is wrong"))
    })
}

pub fn acting_for(user: &ActingFor) -> Json {
    object([
        ("user_id", maybe(user.user_id.as_ref())),
        ("session_id", maybe(user.session_id.as_ref())),
        ("ip", maybe(user.ip.as_ref())),
        ("language", maybe(user.language.as_ref())),
    ])
}

pub fn read_acting_for(json: &Json) -> Result<ActingFor, Unreadable> {
    let members = Members::of("acting_for", json)?;
    Ok(ActingFor {
        user_id: members.maybe_text("user_id")?,
        session_id: members.maybe_text("session_id")?,
        ip: members.maybe_text("ip")?,
        language: members.maybe_text("language")?,
    })
}

pub fn contacts(contacts: &Contacts) -> Json {
    object([
        ("technical", maybe(contacts.technical.as_ref())),
        ("revocation", maybe(contacts.revocation.as_ref())),
    ])
}

pub fn read_contacts(json: &Json) -> Result<Contacts, Unreadable> {
    let members = Members::of("contacts", json)?;
    Ok(Contacts {
        technical: members.maybe_text("technical")?,
        revocation: members.maybe_text("revocation")?,
    })
}

pub fn statements(statements: &[AcceptedStatement]) -> Json {
    let statement = |accepted: &AcceptedStatement| {
        json!({
            "id": accepted.id,
            "version": accepted.version,
            "sha256": hex::encode(accepted.sha256),
            "accepted_at": accepted.accepted_at.millis(),
        })
    };
    Json::Array(statements.iter().map(statement).collect())
}

pub fn read_statements(json: &Json) -> Result<Vec<AcceptedStatement>, Unreadable> {
    list("statements", json, |item| {
        let members = Members::of("statements", item)?;
        let version = members
            .get("version")
            .and_then(Json::as_u64)
            .and_then(|number| u32::try_from(number).ok());
        Ok(AcceptedStatement {
            id: members.with("id", |text| Some(text.to_owned()))?,
            version: version.ok_or_else(|| members.fault("version"))?,
            sha256: members.array("sha256")?,
            accepted_at: members.time("accepted_at")?,
        })
    })
}
