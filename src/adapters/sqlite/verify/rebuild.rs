//! What each entry says of rows: the transitions of `domain`, read back from the log.

mod cases;
mod domains;
mod mailboxes;
mod people;
mod registration;
mod reports;
mod responders;
mod signing;

use serde_json::Value as Json;

use super::{log::Detail, said::Said};
use crate::{
    adapters::sql::{json, value::SqlValue},
    domain::{
        audit::{entry::Entry, value::Value},
        timestamp::Timestamp,
    },
};

/// Longest text an entry holds whole; longer ones are cut and marked.
const CUT: char = '…';

/// Notes what the entry at this position says. `detail` is there unless its personal data are lost.
pub(super) fn hear(entry: &Entry, pos: i64, detail: Option<&Detail>, said: &mut Said) {
    let telling = Telling { entry, detail };
    match entry.object_kind.as_str() {
        "order" => registration::order(&telling, said),
        "subject_data" => registration::subject_data(&telling, said),
        "case" => cases::case(&telling, said),
        "document" => registration::document(&telling, said),
        "data_lookup" => registration::data_lookup(&telling, said),
        "mailbox" => mailboxes::mailbox(&telling, said),
        "identity" => people::identity(&telling, said),
        "mail" => people::mail(&telling, said),
        "unsubscription" => people::unsubscription(&telling, said),
        "notification" => people::notification(&telling, said),
        "webhook" => people::webhook(&telling, said),
        "domain" => domains::domain(&telling, said),
        "report" => reports::report(&telling, said),
        "caa" => mailboxes::caa(&telling, said),
        "activation" => signing::activation(&telling, said),
        "cert" => signing::certificate(&telling, said),
        "responder" => responders::responder(&telling, said),
        "revocation" => signing::revocation(&telling, said),
        "crl" => signing::revocation_list(&telling, said),
        "profile" => signing::profile(&telling, said),
        "text" => signing::text(&telling, said),
        "key" => signing::key(&telling, said),
        _ => {}
    }
    if let Some(kind) = telling.word("told") {
        Row::of(said, "feed", &pos.to_string())
            .there()
            .word("type", kind)
            .set("object", telling.text("told_of"))
            .set("created_at", telling.now());
    }
    if entry.kind == "system.started" {
        said.there("instance", &entry.boot);
        let now = SqlValue::time(entry.time);
        said.set("instance", &entry.boot, "^started_at", now);
    }
}

/// An entry with its personal data.
struct Telling<'a> {
    entry: &'a Entry,
    detail: Option<&'a Detail>,
}

impl<'a> Telling<'a> {
    fn kind(&self) -> &'a str {
        &self.entry.kind
    }

    fn id(&self) -> &'a str {
        &self.entry.object_id
    }

    fn word(&self, name: &str) -> Option<&'a str> {
        match self.entry.data.get(name) {
            Some(Value::Text(text)) if !text.ends_with(CUT) => Some(text),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> SqlValue {
        SqlValue::maybe(self.word(name).as_ref())
    }

    fn number(&self, name: &str) -> SqlValue {
        SqlValue::Integer(match self.entry.data.get(name) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        })
    }

    fn bytes(&self, name: &str) -> SqlValue {
        SqlValue::Blob(self.word(name).and_then(|hex| hex::decode(hex).ok()))
    }

    fn digest(&self) -> SqlValue {
        let sha256 = self.entry.object_sha256.as_ref();
        SqlValue::Blob(sha256.and_then(|hex| hex::decode(hex).ok()))
    }

    fn time(&self, name: &str) -> SqlValue {
        SqlValue::maybe_time(self.instant(name))
    }

    fn instant(&self, name: &str) -> Option<Timestamp> {
        self.word(name).and_then(|text| text.parse().ok())
    }

    fn now(&self) -> SqlValue {
        SqlValue::time(self.entry.time)
    }

    fn list(&self, name: &str) -> Vec<&'a str> {
        let Some(Value::List(items)) = self.entry.data.get(name) else {
            return Vec::new();
        };
        let text = |item: &'a Value| match item {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        };
        items.iter().filter_map(text).collect()
    }

    fn says(&self, name: &str) -> bool {
        self.entry.data.contains_key(name)
    }

    /// A personal text; `None` when it is lost or was too long to be told whole.
    fn personal(&self, name: &str) -> Option<SqlValue> {
        match self.detail?.get(name) {
            None => Some(SqlValue::Text(None)),
            Some(Json::String(text)) if text.ends_with(CUT) => None,
            Some(Json::String(text)) => Some(SqlValue::text(text)),
            Some(_) => None,
        }
    }

    /// Personal texts in a list; `None` when they are lost.
    fn personal_list(&self, name: &str) -> Option<SqlValue> {
        let items = self.detail?.get(name)?.as_array()?;
        Some(strings(items.iter().filter_map(Json::as_str)))
    }

    /// Members of a JSON column told as personal texts; `None` unless all are known.
    fn members(&self, names: &[(&'static str, &str)]) -> Option<Json> {
        let mut members = serde_json::Map::new();
        for (member, name) in names {
            if let SqlValue::Text(Some(text)) = self.personal(name)? {
                members.insert((*member).to_owned(), Json::String(text));
            }
        }
        Some(Json::Object(members))
    }

    fn acting_for(&self) -> Option<SqlValue> {
        let names = [
            ("user_id", "user_id"),
            ("session_id", "session_id"),
            ("ip", "ip"),
            ("language", "user_language"),
        ];
        self.members(&names).map(|json| SqlValue::json(&json))
    }

    /// Statements as `id vN sha256 time`.
    fn statements(&self) -> Option<SqlValue> {
        let read = |text: &str| {
            let mut words = text.split(' ');
            let (id, version) = (words.next()?, words.next()?.strip_prefix('v')?);
            let (sha256, at) = (words.next()?, words.next()?);
            let at: Timestamp = at.parse().ok()?;
            Some(json::object([
                ("id", json::text(&id)),
                ("version", version.parse::<u32>().ok().map(Json::from)),
                ("sha256", json::text(&sha256)),
                ("accepted_at", json::time(at)),
            ]))
        };
        let all: Option<Vec<Json>> = self.list("statements").into_iter().map(read).collect();
        Some(SqlValue::json(&Json::Array(all?)))
    }
}

fn strings<'a>(items: impl IntoIterator<Item = &'a str>) -> SqlValue {
    let items = items.into_iter().map(|item| Json::String(item.to_owned()));
    SqlValue::json(&Json::Array(items.collect()))
}

/// Columns of one row.
struct Row<'a> {
    said: &'a mut Said,
    table: &'static str,
    id: &'a str,
}

impl<'a> Row<'a> {
    fn of(said: &'a mut Said, table: &'static str, id: &'a str) -> Self {
        Self { said, table, id }
    }

    fn there(self) -> Self {
        self.said.there(self.table, self.id);
        self
    }

    fn set(self, column: &'static str, value: SqlValue) -> Self {
        self.said.set(self.table, self.id, column, value);
        self
    }

    /// Nothing is said where nothing is known.
    fn known(self, column: &'static str, value: Option<SqlValue>) -> Self {
        match value {
            Some(value) => self.set(column, value),
            None => self.unknown(column),
        }
    }

    fn unknown(self, column: &'static str) -> Self {
        self.said.forget(self.table, self.id, column);
        self
    }

    fn word(self, column: &'static str, word: &str) -> Self {
        self.set(column, SqlValue::text(word))
    }

    fn none(self, column: &'static str) -> Self {
        self.set(column, SqlValue::Text(None))
    }
}
