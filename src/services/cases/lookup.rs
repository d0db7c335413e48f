//! Lookups of a case: a register is asked on a person's word, and whatever came of it is evidence.

use sha2::{Digest, Sha256};

use super::{CaseView, CaseWork, Ground};
use crate::{
    domain::{
        case::{Evidence, EvidenceKind, lookup::LookupState},
        id::{CaseId, EvidenceId},
        owner::IdentityName,
        refusal::{Fault, Refused},
        register::{LookupOutcome, LookupResult, RegisterId},
        subject_data::{SubjectData, VerificationMethod},
        text::Text,
        timestamp::Timestamp,
    },
    policy::{
        access::OfficerScope,
        case_rules::{
            automatic as automatic_rules,
            crossing::{self, Heard},
            lookup::{self, Finding},
        },
    },
    ports::{entropy::random, register::Register},
    services::request::decide,
};

pub mod automatic;
pub(in crate::services) mod record;

/// Most lookups of one case: each keeps up to 2 MiB of answers.
const MOST: usize = 20;

/// What to ask. What is left out follows from the data set.
#[derive(Clone, Debug, Default)]
pub struct LookupWish {
    pub register: Option<RegisterId>,
    /// Kind and number as typed.
    pub number: Option<(String, String)>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct LookedUp {
    pub outcome: LookupOutcome,
    /// What the answer means for the checks; empty without a single record.
    pub findings: Vec<Finding>,
    pub evidence: Evidence,
    pub view: CaseView,
}

impl CaseWork {
    /// Asks a register and records its answer, or its silence. A proposal falls by it, as by all
    /// evidence; the case stays where it is otherwise.
    ///
    /// # Errors
    /// 404; 409 when the case may not be worked on by this person, when only people can ask the
    /// register (`register-by-hand`), when the data names no number, at too many lookups; 422;
    /// 503 when the store is down. A register that is down is no error.
    pub async fn lookup(
        &self,
        scope: &OfficerScope,
        id: CaseId,
        wish: &LookupWish,
    ) -> Result<LookedUp, Refused> {
        let ground = self.ground(scope, id).await?;
        require(&ground, scope)?;
        let (kind, number) = asked(wish, &ground.data)?;
        let country = ground.data.country;
        let registers = &self.0.registers;
        let (register, number) = registers.choose(wish.register, kind, country, number)?;
        let outcome = register.lookup(&number).await;
        counted(&*register, &outcome);
        let (findings, evidence, view) = self.keep(scope, id, &outcome).await?;
        Ok(LookedUp {
            outcome,
            findings,
            evidence,
            view,
        })
    }

    /// Only this is tried again: the register is asked once.
    async fn keep(
        &self,
        scope: &OfficerScope,
        id: CaseId,
        outcome: &LookupOutcome,
    ) -> Result<(Vec<Finding>, Evidence, CaseView), Refused> {
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let now = ground.now;
            require(&ground, scope)?;
            let by = scope.person().clone();
            let crossed = crossing::finding(&ground.data, outcome, &heard_before(&ground));
            let doubted = crossed.is_some().then_some(LookupState::NeedsReview);
            let mut findings = lookup::findings(&ground.data, outcome);
            findings.extend(crossed);
            let evidence = self.evidence_of(id, outcome, &findings, by, now)?;
            let state = if lookup::is_own(&outcome.evidence().number, &ground.data) {
                let result = outcome.result();
                Some(automatic_rules::state_after(
                    &ground.case,
                    result,
                    &findings,
                ))
            } else {
                doubted
            };
            let changed = ground.case.clone().add_lookup(&evidence, state, now)?;
            let unit = ground.unit(scope, &changed).change(evidence.clone());
            let ground = ground.with(&evidence);
            let view = ground.after(&changed, &ground.data)?;
            self.commit(scope, unit).await?;
            Ok((findings, evidence, view))
        })
        .await
    }

    /// What came of it as evidence, with everything that was seen.
    fn evidence_of(
        &self,
        id: CaseId,
        outcome: &LookupOutcome,
        findings: &[Finding],
        by: IdentityName,
        now: Timestamp,
    ) -> Result<Evidence, Refused> {
        let content = record::text(("case", id.to_string()), outcome, findings)
            .map_err(|error| Refused::unavailable("lookup-not-recorded", error))?;
        let last = outcome.evidence().exchanges.last();
        Ok(Evidence {
            id: EvidenceId::new(now, random(&*self.0.entropy)?),
            case: id,
            kind: EvidenceKind::Lookup(outcome.result()),
            source: source(outcome)?,
            description: description(outcome),
            document: None,
            register: Some(outcome.evidence().register),
            contact: None,
            issued_on: None,
            sha256: Sha256::digest(&content).into(),
            content,
            // A clock that was set back meanwhile makes no evidence of the future.
            obtained_at: last.map_or(now, |last| last.ended_at.min(now)),
            recorded_by: by,
            recorded_at: now,
        })
    }
}

/// What a case holds of answers with a record.
pub(in crate::services) fn heard(evidence: &[Evidence]) -> Vec<(EvidenceId, Heard)> {
    let found = EvidenceKind::Lookup(LookupResult::Found);
    let pieces = evidence.iter().filter(|piece| piece.kind == found);
    pieces
        .filter_map(|piece| Some((piece.id, record::heard(&piece.content)?)))
        .collect()
}

fn heard_before(ground: &Ground) -> Vec<Heard> {
    let heard = ground.heard.iter();
    heard.map(|(_, heard)| heard.clone()).collect()
}

pub(in crate::services) fn counted(register: &dyn Register, outcome: &LookupOutcome) {
    let (name, result) = (register.id().name(), outcome.result().name());
    metrics::counter!("chancery_register_lookups_total", "register" => name, "outcome" => result)
        .increment(1);
}

fn require(ground: &Ground, scope: &OfficerScope) -> Result<(), Refused> {
    ground.case.require_work(scope.person(), ground.now)?;
    let lookups = ground
        .evidence
        .iter()
        .filter(|piece| piece.kind.lookup().is_some());
    if lookups.count() >= MOST {
        return Err(Refused::state("evidence-full"));
    }
    Ok(())
}

/// The number of the wish, else that of the data set.
fn asked<'a>(wish: &'a LookupWish, data: &'a SubjectData) -> Result<(&'a str, &'a str), Refused> {
    match (&wish.number, &data.method) {
        (Some((kind, number)), _) => Ok((kind, number)),
        (None, VerificationMethod::RegistrationNumber { register, number }) => {
            Ok((register.as_str(), number.as_str()))
        }
        (None, VerificationMethod::Document) => Err(Refused {
            faults: vec![Fault {
                pointer: "/registration_number".to_owned(),
                code: "member-missing",
            }],
            ..Refused::unacceptable("validation-failed")
        }),
    }
}

/// Register and address.
fn source(outcome: &LookupOutcome) -> Result<Text<500>, Refused> {
    let evidence = outcome.evidence();
    let url = evidence
        .exchanges
        .last()
        .map_or("", |last| last.url.as_str());
    let text = format!("{} {url}", evidence.register.name());
    let text: String = text.trim().chars().take(500).collect();
    Text::parse(text.trim()).map_err(|error| Refused::unavailable("lookup-not-recorded", error))
}

/// One line for the list of evidence.
fn description(outcome: &LookupOutcome) -> Option<Text<1000>> {
    let evidence = outcome.evidence();
    let names = outcome.records().iter();
    let names = names.filter_map(|record| record.legal_name.as_ref().map(|name| name.as_str()));
    let names: Vec<_> = names.collect();
    let number = &evidence.number;
    let mut text = format!("{} {}", number.kind, number.number);
    for part in [evidence.remark.as_deref(), Some(names.join(" | ").as_str())] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            text.push_str(": ");
            text.push_str(part);
        }
    }
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(1000)
        .collect();
    Text::parse(plain.trim()).ok()
}
