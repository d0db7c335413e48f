//! The deny list in force, and what it says of a case as evidence; swapped whole on reload.
//!
//! Without a list nothing is said: the check of a case is a person's. A name is compared with a
//! thousand others on threads of their own, two at a time: those that serve everybody wait for it
//! and do not stand still.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwapOption;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    domain::{
        case::{Check, CheckKind, Evidence, EvidenceKind, lookup::AUTOMATIC},
        id::{CaseId, EvidenceId},
        owner::IdentityName,
        refusal::Refused,
        subject_data::SubjectData,
        text::Text,
        timestamp::Timestamp,
    },
    policy::{
        case_rules::deny_list::{self, DenyList, Hit, Suspect},
        matching,
    },
};

/// The format of the evidence.
const FORMAT: &str = "chancery-deny-list/v1";

/// Most facts whose answer is remembered; past them, memory begins anew.
const REMEMBERED: usize = 10_000;

/// Comparisons that run side by side.
const AT_ONCE: usize = 2;

/// The current list, if one is configured.
#[derive(Debug)]
pub struct Screening {
    in_force: ArcSwapOption<InForce>,
    turns: Arc<Semaphore>,
}

impl Default for Screening {
    fn default() -> Self {
        Self {
            in_force: ArcSwapOption::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// What a list says of somebody.
#[derive(Clone, Debug)]
pub struct Said {
    pub list: Arc<DenyList>,
    pub hits: Vec<Hit>,
}

/// A list, and what it said of facts: each organisation is compared with all names once, however
/// often it activates.
#[derive(Debug)]
struct InForce {
    list: Arc<DenyList>,
    said: Mutex<HashMap<Suspect, bool>>,
}

impl Screening {
    #[must_use]
    pub fn new(list: Option<DenyList>) -> Self {
        let screening = Self::default();
        screening.replace(list);
        screening
    }

    /// Takes over a checked file, or that there is none any more. Of the same file, what it said
    /// before stays known.
    pub fn replace(&self, list: Option<DenyList>) {
        let new = list.as_ref().map(DenyList::sha256);
        if self.current().map(|current| current.sha256()) == new {
            return;
        }
        let in_force = list.map(|list| InForce {
            list: Arc::new(list),
            said: Mutex::default(),
        });
        self.in_force.store(in_force.map(Arc::new));
    }

    fn current(&self) -> Option<Arc<DenyList>> {
        let in_force = self.in_force.load();
        in_force.as_ref().map(|one| Arc::clone(&one.list))
    }

    /// What the current list says of a suspect; `None` without a list.
    ///
    /// # Errors
    /// 503 when it cannot be asked.
    pub async fn ask(&self, suspect: &Suspect) -> Result<Option<Said>, Refused> {
        let Some(list) = self.current() else {
            return Ok(None);
        };
        let (asked, suspect) = (Arc::clone(&list), suspect.clone());
        let hits = self.apart(move || asked.hits(&suspect)).await?;
        Ok(Some(Said { list, hits }))
    }

    /// Whether the current list forbids certificates on the verified data. What it said of them
    /// before is known.
    ///
    /// # Errors
    /// 503 when it cannot be asked.
    pub async fn denies(&self, data: Option<&SubjectData>) -> Result<bool, Refused> {
        let in_force = self.in_force.load_full();
        let suspect = data.and_then(Suspect::verified);
        let Some((one, suspect)) = in_force.zip(suspect) else {
            return Ok(false);
        };
        if let Some(known) = one.known(&suspect) {
            return Ok(known);
        }
        self.apart(move || one.denies(suspect)).await
    }

    /// Runs a comparison where it keeps nobody else waiting.
    async fn apart<T: Send + 'static>(
        &self,
        compare: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|error| Refused::unavailable("internal-error", error))?;
        let compared = spawn_blocking(move || {
            let found = compare();
            drop(turn);
            found
        });
        let compared = compared.await;
        compared.map_err(|error| Refused::unavailable("internal-error", error))
    }
}

impl InForce {
    fn known(&self, suspect: &Suspect) -> Option<bool> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.get(suspect).copied()
    }

    fn denies(&self, suspect: Suspect) -> bool {
        let denied = self.list.denies(&suspect);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() >= REMEMBERED {
            said.clear();
        }
        said.insert(suspect, denied);
        denied
    }
}

/// What a list said of a suspect, to be recorded in its case: evidence and the outcome of the
/// check. `hits` are the list's own.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn record(
    list: &DenyList,
    suspect: &Suspect,
    hits: &[Hit],
    (id, case): (EvidenceId, CaseId),
    now: Timestamp,
) -> Result<(Evidence, Check), Refused> {
    let unwritten = |cause: String| Refused::unavailable("lookup-not-recorded", cause);
    let said = hits
        .iter()
        .map(|hit| json!({"entry": hit.entry, "verdict": hit.verdict.name()}));
    let content = serde_json::to_string_pretty(&json!({
        "format": FORMAT,
        "case": case.to_string(),
        "list_sha256": hex::encode(list.sha256()),
        "entries": list.entries(),
        "countries": suspect.countries.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "names": suspect.names,
        "identifiers": suspect.identifiers,
        "matching_tables": matching::TABLES,
        "hits": said.collect::<Vec<_>>(),
    }))
    .map_err(|error| unwritten(error.to_string()))?;
    let note = note(list, hits);
    let automatic = IdentityName::parse(AUTOMATIC).ok_or_else(Refused::not_found)?;
    let source = Text::parse("deny list").map_err(|error| unwritten(error.to_string()))?;
    let evidence = Evidence {
        id,
        case,
        kind: EvidenceKind::Note,
        source,
        description: Text::parse(&note).ok(),
        document: None,
        register: None,
        contact: None,
        issued_on: None,
        sha256: Sha256::digest(&content).into(),
        content,
        obtained_at: now,
        recorded_by: automatic.clone(),
        recorded_at: now,
    };
    let check = Check {
        kind: CheckKind::DenyList,
        state: deny_list::state(hits),
        checked_at: Some(now),
        evidence: vec![id],
        note: Text::parse(&note).ok(),
        recorded_by: Some(automatic),
    };
    Ok((evidence, check))
}

/// What a list said before, as a case keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub list_sha256: String,
    /// The entries that said something.
    pub entries: Vec<String>,
}

/// Everything that lists have said of a case, oldest first. Only what the daemon recorded counts.
#[must_use]
pub fn told(evidence: &[Evidence]) -> Vec<Told> {
    #[derive(Deserialize)]
    struct Kept {
        format: String,
        list_sha256: String,
        hits: Vec<KeptHit>,
    }
    #[derive(Deserialize)]
    struct KeptHit {
        entry: String,
    }
    let own = evidence.iter().filter(|piece| {
        piece.kind == EvidenceKind::Note && piece.recorded_by.as_str() == AUTOMATIC
    });
    own.filter_map(|piece| serde_json::from_str::<Kept>(&piece.content).ok())
        .filter(|kept| kept.format == FORMAT)
        .map(|kept| Told {
            list_sha256: kept.list_sha256,
            entries: kept.hits.into_iter().map(|hit| hit.entry).collect(),
        })
        .collect()
}

fn note(list: &DenyList, hits: &[Hit]) -> String {
    let denying = hits.iter().filter(|hit| hit.denies()).count();
    let similar = hits.len().saturating_sub(denying);
    let found = match (denying, similar) {
        (0, 0) => "no hit".to_owned(),
        (denying, similar) => format!("hits: {denying}, similar names: {similar}"),
    };
    format!(
        "deny list sha256:{} ({} entries): {found}",
        hex::encode(list.sha256()),
        list.entries()
    )
}
