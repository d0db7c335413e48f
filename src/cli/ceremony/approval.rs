//! Approvals: signed notes by which two people take responsibility for a plan and its rehearsal.

use std::path::PathBuf;

use super::{
    fault::Fault,
    input,
    note::{Note, NoteKey, Vkey},
    plan::PlanFile,
};

/// What is approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) ceremony: String,
    pub(crate) plan_sha256: [u8; 32],
    pub(crate) skeleton_sha256: [u8; 32],
}

impl Subject {
    /// The text of the note.
    pub(crate) fn text(&self) -> String {
        format!(
            "chancery-ceremony/approve/v1\n{}\n{}\n{}\n",
            self.ceremony,
            hex::encode(self.plan_sha256),
            hex::encode(self.skeleton_sha256)
        )
    }
}

/// The approvals a run rests on.
#[derive(Debug)]
pub(crate) struct Approvals {
    /// Names of the participants who have approved.
    pub(crate) by: Vec<String>,
    /// The notes as they were read.
    pub(crate) notes: Vec<String>,
}

/// Signs an approval as the participant whose key it is.
pub(crate) fn sign(subject: &Subject, plan: &PlanFile, key: &NoteKey) -> Result<String, Fault> {
    let public = key.public().map_err(|e| Fault::refused("key-invalid", e))?;
    let vkey = keys(plan)
        .into_iter()
        .map(|(_, vkey)| vkey)
        .find(|vkey| *vkey.key() == public)
        .ok_or_else(|| Fault::refused("not-a-participant", "the plan does not name this key"))?;
    Ok(key.sign(&subject.text(), &vkey))
}

/// Demands as many approvals, by different people with different keys, as the plan wants.
pub(crate) fn check(
    subject: &Subject,
    plan: &PlanFile,
    paths: &[PathBuf],
) -> Result<Approvals, Fault> {
    let notes = paths.iter().map(|path| input::text(path));
    let notes = notes.collect::<Result<Vec<_>, _>>()?;
    let by = judge(subject, plan, &notes)?;
    Ok(Approvals { by, notes })
}

/// The names of who has approved.
pub(crate) fn judge(
    subject: &Subject,
    plan: &PlanFile,
    notes: &[String],
) -> Result<Vec<String>, Fault> {
    let people = keys(plan);
    let known: Vec<Vkey> = people.iter().map(|(_, vkey)| vkey.clone()).collect();
    let mut by: Vec<String> = Vec::new();
    for text in notes {
        let invalid = |error| Fault::refused("approval-invalid", error);
        let note = Note::parse(text).map_err(invalid)?;
        if note.text != subject.text() {
            return Err(Fault::refused(
                "approval-of-another-plan",
                "an approval is for another ceremony, plan or skeleton: was the plan edited?",
            ));
        }
        let signers = note.signers(&known).map_err(invalid)?;
        if signers.is_empty() {
            return Err(Fault::refused(
                "approval-by-a-stranger",
                "an approval carries no signature of a participant",
            ));
        }
        for signer in signers {
            let named = people.iter().find(|(_, vkey)| vkey == signer);
            let name = named.map_or("", |(name, _)| name.as_str());
            if by.iter().any(|other| other == name) {
                return Err(Fault::refused(
                    "approved-twice",
                    format!("{name} has approved twice; two different people are needed"),
                ));
            }
            by.push(name.to_owned());
        }
    }
    if by.len() < plan.plan.confirmations {
        return Err(Fault::refused(
            "approvals-missing",
            format!(
                "{} of {} approvals are there",
                by.len(),
                plan.plan.confirmations
            ),
        ));
    }
    Ok(by)
}

/// Names and keys; that both are unique was checked with the plan.
fn keys(plan: &PlanFile) -> Vec<(String, Vkey)> {
    plan.plan
        .participant
        .iter()
        .filter_map(|person| Some((person.name.clone(), person.key()?)))
        .collect()
}
