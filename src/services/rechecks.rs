//! Registers asked again about data that two people have decided on: by a timer, in rounds, and by
//! a person who examines a complaint. An organisation that was struck off, wound up or renamed
//! stops its data (flows 3.2); two people let it go or end it, as any doubt. What its owner has
//! withdrawn, or is too old to be issued on, is asked about while valid certificates rest on it.
//!
//! A register that is silent changes nothing and is asked again. Nothing here revokes.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{
    domain::{
        aggregate::Loaded,
        audit::event::{Event, EventKind},
        id::{DataLookupId, SubjectDataId},
        owner::IdentityName,
        refusal::Refused,
        register::{LookupOutcome, RegisterId, RegisterNumber},
        subject_data::{SubjectData, VerificationMethod, lookup::DataLookup},
        terms::Terms,
        timestamp::{Timestamp, days},
        unit::{Aggregate, Rest, Unit},
    },
    policy::{
        access::{OfficerScope, ReadScope},
        case_rules::{
            crossing::{self, Heard},
            lookup,
            recheck::{self, Known},
        },
        organization_identifier::OrganizationIdentifier,
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        store::{
            Page, Store,
            ended::{DoubtedData, EndedValidations},
            issuance::Certificates,
            registration::{Cases, DataLookups, SubjectDataSets},
        },
    },
    services::{
        cases::lookup::{LookupWish, counted, heard, record},
        doubts::Doubted,
        registers::Registers,
        request::{Stopped, decide},
    },
};

pub mod round;

/// Lookups of one data set that people may ask for in a day: each keeps up to 2 MiB of answers.
const MOST: usize = 20;

/// Kinds of number that an organizationIdentifier can be read as.
const KINDS: [&str; 5] = ["KRS", "NTR", "NIP", "VAT", "LEI"];

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub sets: Arc<dyn SubjectDataSets>,
    pub cases: Arc<dyn Cases>,
    pub lookups: Arc<dyn DataLookups>,
    pub certificates: Arc<dyn Certificates>,
    pub ended: Arc<dyn EndedValidations>,
    pub registers: Registers,
    pub terms: Terms,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The service.
#[derive(Clone)]
pub struct Rechecks(Arc<Parts>);

/// What is known of data when an answer about them is judged.
struct Ground {
    data: Loaded<SubjectData>,
    /// By register: what people had before them.
    known: Vec<(Asked, Known)>,
    /// What the case's lookups name.
    heard: Vec<Heard>,
    now: Timestamp,
}

/// A register and the number by which it was asked.
type Asked = (RegisterId, RegisterNumber);

impl Rechecks {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Asks a register about data that were verified once, on a person's word, and keeps what came
    /// of it, silence too. It stops nothing: that person does.
    ///
    /// # Errors
    /// 404; 409 `data-set-not-verified`, `register-by-hand`, `lookup-limit`; 422; 503.
    pub async fn look_up(
        &self,
        scope: &OfficerScope,
        id: SubjectDataId,
        wish: &LookupWish,
    ) -> Result<DataLookup, Refused> {
        let data = self.load(&scope.read(), id).await?;
        data.require_once_verified()?;
        self.require_room(id).await?;
        let own = numbers(&data).into_iter().next();
        let number = wish.number.clone().or(own);
        let (kind, number) = number.ok_or_else(|| Refused::state("register-by-hand"))?;
        let registers = &self.0.registers;
        let chosen = registers.choose(wish.register, &kind, data.country, &number);
        let (register, number) = chosen?;
        let outcome = register.lookup(&number).await;
        counted(&*register, &outcome);
        decide(|| self.keep(scope, id, &outcome)).await
    }

    /// Only this is tried again: the register is asked once.
    async fn keep(
        &self,
        scope: &OfficerScope,
        id: SubjectDataId,
        outcome: &LookupOutcome,
    ) -> Result<DataLookup, Stopped> {
        let ground = self.ground(&scope.read(), id).await?;
        let judged = self.judged(&ground, outcome, scope.person().clone(), false)?;
        let recorded = DataLookup::record(judged.clone());
        let unit = Unit::of(scope.caller(), ground.now, recorded).granted(scope.grant());
        self.0.store.commit(unit.rest(ground.rest())).await?;
        Ok(judged)
    }

    /// Later lookups about the data, newest first, without their content.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn list(
        &self,
        scope: &ReadScope,
        id: SubjectDataId,
        page: &Page,
    ) -> Result<Vec<DataLookup>, Refused> {
        let data = self.load(scope, id).await?;
        Ok(self.0.lookups.data_lookups(data.id, page).await?)
    }

    /// One of them with its content. That an officer opened it is an entry of the log, without
    /// which nobody sees it.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn read(
        &self,
        scope: &ReadScope,
        by: Option<&OfficerScope>,
        id: SubjectDataId,
        which: DataLookupId,
    ) -> Result<DataLookup, Refused> {
        let data = self.load(scope, id).await?;
        let found = self.0.lookups.data_lookup(data.id, which).await?;
        let found = found.ok_or_else(Refused::not_found)?;
        if let Some(by) = by {
            decide(async || {
                let event = Event::new(EventKind::EvidenceRead, "data_lookup", which)
                    .digest(found.sha256)
                    .with("subject_data", id.to_string());
                let unit = Unit::new(by.caller(), self.0.clock.now(), event);
                self.0.store.commit(unit.granted(by.grant())).await?;
                Ok(())
            })
            .await?;
        }
        Ok(found)
    }

    /// Data in doubt: what waits for two people, and what has ended, by them or by its owner,
    /// while certificates that rest on it are valid. The newest doubt first.
    ///
    /// # Errors
    /// 503.
    pub async fn doubted(&self, scope: &ReadScope, page: &Page) -> Result<Vec<Doubted>, Refused> {
        let now = self.0.clock.now();
        let found = self.0.ended.doubted_data(scope, now, page).await?;
        let doubted = |one: DoubtedData| Doubted {
            version: one.data.version(),
            data: (*one.data).clone(),
            certificates: one.certificates,
        };
        Ok(found.into_iter().map(doubted).collect())
    }

    async fn load(
        &self,
        scope: &ReadScope,
        id: SubjectDataId,
    ) -> Result<Loaded<SubjectData>, Refused> {
        let set = self.0.sets.subject_data(scope, id).await?;
        set.ok_or_else(Refused::not_found)
    }

    async fn require_room(&self, id: SubjectDataId) -> Result<(), Refused> {
        let (limit, after) = (200, None);
        let page = Page { limit, after };
        let since = self.0.clock.now().minus(days(1));
        let told = self.0.lookups.data_lookups(id, &page).await?;
        let by_people = told
            .iter()
            .filter(|one| !one.is_automatic() && one.recorded_at > since);
        if by_people.count() >= MOST {
            return Err(Refused::state("lookup-limit"));
        }
        Ok(())
    }

    async fn ground(&self, scope: &ReadScope, id: SubjectDataId) -> Result<Ground, Refused> {
        let data = self.load(scope, id).await?;
        let evidence = match data.case {
            Some(case) => self.0.cases.evidence_of(case).await?,
            None => Vec::new(),
        };
        let earlier = self.0.lookups.lookups_that_stopped(id).await?;
        let signed = evidence.iter().filter_map(|piece| {
            let result = piece.kind.lookup().map(|_| &piece.content)?;
            Some((piece.register?, result))
        });
        let stopped = earlier.iter().map(|one| (one.register, &one.content));
        let mut known = Vec::new();
        for (register, content) in signed.chain(stopped) {
            // What nobody can read was known to nobody.
            let Some((number, findings)) = record::known(content) else {
                continue;
            };
            let of = findings.into_iter();
            known.extend(of.map(|one| ((register, number.clone()), one)));
        }
        let heard = heard(&evidence).into_iter().map(|(_, heard)| heard);
        Ok(Ground {
            heard: heard.collect(),
            known,
            data,
            now: self.0.clock.now(),
        })
    }

    /// What came of it as a lookup to be kept, with what it says against the data.
    fn judged(
        &self,
        ground: &Ground,
        outcome: &LookupOutcome,
        by: IdentityName,
        nowhere: bool,
    ) -> Result<DataLookup, Refused> {
        let (now, seen) = (ground.now, outcome.evidence());
        let own = (seen.number.kind.clone(), seen.number.number.clone());
        let is_own = numbers(&ground.data).contains(&own);
        let data = if is_own {
            recheck::as_asked(&ground.data, &seen.number)
        } else {
            SubjectData::clone(&ground.data)
        };
        let mut findings = lookup::findings(&data, outcome);
        findings.extend(crossing::finding(&data, outcome, &ground.heard));
        let of = (seen.register, seen.number.clone());
        let known = ground.known.iter().filter(|(known, _)| *known == of);
        let known: Vec<Known> = known.map(|(_, one)| one.clone()).collect();
        let facts = data.verified.as_ref().filter(|_| is_own);
        let against = facts.map(|facts| recheck::against(facts, &findings, &known, nowhere));
        let against = against.unwrap_or_default().into_iter();
        let against = against.map(|finding| finding.code.to_owned()).collect();
        let about = ("subject_data", data.id.to_string());
        let content = record::text(about, outcome, &findings)
            .map_err(|error| Refused::unavailable("lookup-not-recorded", error))?;
        let last = seen.exchanges.last();
        Ok(DataLookup {
            id: DataLookupId::new(now, random(&*self.0.entropy)?),
            subject_data: data.id,
            register: seen.register,
            result: outcome.result(),
            against,
            sha256: Sha256::digest(&content).into(),
            content,
            obtained_at: last.map_or(now, |last| last.ended_at.min(now)),
            recorded_by: by,
            recorded_at: now,
        })
    }
}

impl Ground {
    fn rest(&self) -> Rest {
        Rest {
            aggregate: Aggregate::SubjectData,
            id: self.data.id.to_string(),
            version: self.data.version(),
        }
    }
}

/// Kind and number by which registers know the organisation: as its applicant gave it, or as two
/// people established it.
fn numbers(data: &SubjectData) -> Vec<(String, String)> {
    if let VerificationMethod::RegistrationNumber { register, number } = &data.method {
        return vec![(register.clone(), number.clone())];
    }
    let facts = data.verified.as_ref();
    let identifier = facts.map(|facts| facts.organization_identifier.as_str());
    let Some((whole, (_, number))) = identifier.and_then(|id| Some((id, id.split_once('-')?)))
    else {
        return Vec::new();
    };
    let reads = |kind: &&str| {
        let read = OrganizationIdentifier::of_registration(kind, data.country, number);
        read.is_some_and(|read| read.text().as_str() == whole)
    };
    let kinds = KINDS.into_iter().filter(reads);
    kinds
        .map(|kind| (kind.to_owned(), number.to_owned()))
        .collect()
}
