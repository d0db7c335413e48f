//! The texts behind one certificate, whole, and how its key was judged by the log's word.

use std::collections::BTreeSet;

use super::{Bundle, entries::Found};
use crate::{
    domain::{
        audit::value::Value,
        kept_text::{KEY_LISTS, TextKey, TextKind, statement_name},
        key_checks,
        owner::AcceptedStatement,
        refusal::Refused,
        timestamp::Timestamp,
    },
    ports::store::issuance::KeptTexts,
};

/// A text as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub key: TextKey,
    /// As UTF-8; octets that are none are replaced, and then the digest differs.
    pub content: String,
}

/// How the key stood when the intent was decided, as the intent's entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyJudgement {
    /// Version of the rules.
    pub rules: String,
    /// Names of the rules that were kept.
    pub kept: Vec<String>,
    /// SHA-256 in hex of the text about the lists.
    pub lists: String,
}

impl KeyJudgement {
    /// `None` when the entry says nothing of it.
    #[must_use]
    pub fn of(intent: &Found) -> Option<Self> {
        let text = |name| match intent.told(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        };
        let Some(Value::List(kept)) = intent.told(key_checks::KEPT) else {
            return None;
        };
        let kept = kept.into_iter().filter_map(|name| match name {
            Value::Text(name) => Some(name),
            _ => None,
        });
        Some(Self {
            rules: text(key_checks::RULES)?,
            kept: kept.collect(),
            lists: text(key_checks::LISTS)?,
        })
    }
}

/// The texts and, of those that no other entry names by digest, when they were kept.
pub type Gathered = (Vec<Text>, Vec<(TextKey, Timestamp)>);

/// Reads every text that the certificate's intent and what its users accepted name. One that is
/// not kept is left out.
///
/// # Errors
/// 503 when the database cannot answer.
pub async fn gather(
    store: &dyn KeptTexts,
    bundle: &Bundle,
    judged: Option<&KeyJudgement>,
) -> Result<Gathered, Refused> {
    let intent = &bundle.intent;
    let mut keys = BTreeSet::from([TextKey {
        kind: TextKind::Profile,
        name: intent.profile.clone(),
        sha256: intent.profile_sha256,
    }]);
    let accepted = bundle.activation.statements.iter();
    keys.extend(accepted.chain(&bundle.data.statements).map(statement));
    let mut versions = vec![(TextKind::LintRules, intent.lint.rules.as_str())];
    versions.extend(judged.map(|judged| (TextKind::KeyRules, judged.rules.as_str())));
    let mut named = Vec::new();
    for (kind, version) in versions {
        named.extend(store.texts_named(kind, version).await?);
    }
    keys.extend(named.iter().map(|(key, _)| key.clone()));
    if let Some(judged) = judged {
        let mut lists = store.texts_named(TextKind::KeyLists, KEY_LISTS).await?;
        lists.retain(|(key, _)| hex::encode(key.sha256) == judged.lists);
        keys.extend(lists.into_iter().map(|(key, _)| key));
    }
    let mut texts = Vec::new();
    for key in keys {
        if let Some(content) = store.text(&key).await? {
            let content = String::from_utf8_lossy(&content).into_owned();
            texts.push(Text { key, content });
        }
    }
    Ok((texts, named))
}

fn statement(accepted: &AcceptedStatement) -> TextKey {
    TextKey {
        kind: TextKind::Statement,
        name: statement_name(&accepted.id, accepted.version),
        sha256: accepted.sha256,
    }
}
