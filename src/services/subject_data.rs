//! Data sets: what a frontend gives to have an organisation verified.
//!
//! Knows nothing of how the verification goes: that is the work of people on the case.

use std::sync::Arc;

use super::{
    catalogue::Catalogue,
    request::{Request, Stopped, decide},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        case::{Case, CaseEnd, CaseState},
        id::SubjectDataId,
        owner::ActingFor,
        refusal::{Fault, Refused},
        subject_data::{
            NAME_CAP, SubjectData, SubjectDataState, VerificationMethod,
            transition::{ChosenAbbreviation, NewSubjectData},
        },
        text::{Country, Text},
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::{ReadScope, TenantScope},
        matching::{self, abbreviation},
        registration_number,
        status::filter::DataWord,
        warnings::Warnings,
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        store::{
            Cursor, Page, Store,
            registration::{Cases, Orders, SubjectDataSets},
        },
    },
    services::{
        registers::Registers,
        screening::Screening,
        sifting::{Found, sift, whole},
    },
};

mod expiry;
pub mod submission;

/// Versions in one line of data; submitting walks back over drafts that were never submitted.
pub const MAX_REVISIONS: u32 = 100;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub sets: Arc<dyn SubjectDataSets>,
    pub orders: Arc<dyn Orders>,
    pub cases: Arc<dyn Cases>,
    /// Asked of what is handed over.
    pub registers: Registers,
    pub screening: Arc<Screening>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub catalogue: Arc<Catalogue>,
    pub warnings: Arc<Warnings>,
}

/// The service.
#[derive(Clone)]
pub struct DataSets(Arc<Parts>);

/// How the organisation is to be verified, as typed.
#[derive(Clone, Debug)]
pub enum MethodWish {
    RegistrationNumber { register: String, number: String },
    Document,
}

/// What a frontend gives for new data.
#[derive(Clone, Debug)]
pub struct DataWish {
    /// The set of which this is the next version.
    pub replaces: Option<SubjectDataId>,
    pub organization: Text<255>,
    /// One of what [`abbreviation::candidates`] offers for a name that is too long.
    pub abbreviation: Option<Text<NAME_CAP>>,
    pub country: Country,
    pub state_or_province: Text<128>,
    pub locality: Text<128>,
    pub method: MethodWish,
    pub acting_for: ActingFor,
}

/// A data set with its case, as of `judged_at`.
#[derive(Clone, Debug)]
pub struct DataView {
    pub data: SubjectData,
    pub version: Version,
    /// Loaded for a single set, not for lists.
    pub case: Option<Case>,
    pub judged_at: Timestamp,
}

impl DataSets {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Takes new data, as a draft.
    ///
    /// # Errors
    /// 422 for a register that is not offered, a number that cannot be one of it, or an
    /// abbreviation that is not offered for the name; 404 for a
    /// version of something that is not there; 409 `data-set-state-conflict` after
    /// [`MAX_REVISIONS`] versions.
    pub async fn create(
        &self,
        scope: &TenantScope,
        wish: DataWish,
        request: Request<DataView>,
    ) -> Result<DataView, Refused> {
        let now = self.0.clock.now();
        let id = SubjectDataId::new(now, random(self.0.entropy.as_ref())?);
        let request = request.about(id);
        decide(|| async {
            let (unit, view) = self.draft(scope, id, &wish, now).await?;
            self.0.store.commit(request.complete(unit, &view)).await?;
            Ok(view)
        })
        .await
    }

    /// Whether [`DataSets::create`] would take the data now; changes nothing.
    ///
    /// # Errors
    /// Those of the act.
    pub async fn judge_new(&self, scope: &TenantScope, wish: &DataWish) -> Result<(), Refused> {
        let now = self.0.clock.now();
        let id = SubjectDataId::new(now, random(self.0.entropy.as_ref())?);
        decide(async || self.draft(scope, id, wish, now).await.map(drop)).await
    }

    /// The unit that makes a draft, and what it leads to.
    async fn draft(
        &self,
        scope: &TenantScope,
        id: SubjectDataId,
        wish: &DataWish,
        now: Timestamp,
    ) -> Result<(Unit, DataView), Stopped> {
        let method = method(&self.0.registers, wish)?;
        let chosen = chosen(&wish.organization, wish.country, wish.abbreviation.as_ref())?;
        let previous = match wish.replaces {
            Some(previous) => Some(self.load(&scope.read(), previous).await?),
            None => None,
        };
        let owner = match &previous {
            Some(previous) if previous.revision >= MAX_REVISIONS => {
                return Err(Refused::state("data-set-state-conflict").into());
            }
            Some(previous) => previous.owner.clone(),
            None => scope.owner(),
        };
        let new = NewSubjectData {
            id,
            owner,
            organization: wish.organization.clone(),
            country: wish.country,
            state_or_province: wish.state_or_province.clone(),
            locality: wish.locality.clone(),
            method,
            acting_for: wish.acting_for.clone(),
        };
        let data = SubjectData::create(new, previous.as_deref(), now);
        let data = match chosen {
            Some(chosen) => data.abbreviated(chosen).asserted_by(&wish.acting_for),
            None => data,
        };
        let view = view(&data, data.will_be(), None, now);
        let mut unit = Unit::of(scope.caller(), now, data).granted(scope.grant());
        if let Some(previous) = previous {
            unit = unit.rests_on(Aggregate::SubjectData, previous.id, previous.version());
        }
        Ok((unit, view))
    }

    /// # Errors
    /// 404, or 503.
    pub async fn get(&self, scope: &ReadScope, id: SubjectDataId) -> Result<DataView, Refused> {
        let data = self.load(scope, id).await?;
        let case = self.case(&data).await?.map(|case| (*case).clone());
        Ok(view(&data, data.version(), case, self.0.clock.now()))
    }

    /// A page of data sets, newest first: those that one of `words` means, or all.
    ///
    /// # Errors
    /// 503.
    pub async fn list(
        &self,
        scope: &ReadScope,
        words: &[DataWord],
        page: &Page,
    ) -> Result<Found<DataView>, Refused> {
        let now = self.0.clock.now();
        let states: Vec<_> = words.iter().map(|word| word.state()).collect();
        if words.iter().all(|word| word.is_stored()) {
            let views = self.batch(scope, &states, page.clone(), now).await?;
            return Ok(whole(views, page, place));
        }
        let keep = |view: &DataView| words.iter().any(|word| word.means(&view.data, now));
        let fetch = |page| self.batch(scope, &states, page, now);
        sift(page, place, keep, fetch).await
    }

    async fn batch(
        &self,
        scope: &ReadScope,
        states: &[SubjectDataState],
        page: Page,
        now: Timestamp,
    ) -> Result<Vec<DataView>, Refused> {
        let found = self.0.sets.subject_data_sets(scope, states, &page).await?;
        let view = |data: &Loaded<SubjectData>| view(data, data.version(), None, now);
        Ok(found.iter().map(view).collect())
    }

    /// Takes data back that no live order leans on; an open case is closed.
    ///
    /// # Errors
    /// 404; 409 `data-set-in-use`, `data-set-state-conflict`.
    pub async fn withdraw(
        &self,
        scope: &TenantScope,
        id: SubjectDataId,
        user: &ActingFor,
    ) -> Result<DataView, Refused> {
        decide(|| async {
            let now = self.0.clock.now();
            let data = self.load(&scope.read(), id).await?;
            let live = self.0.orders.orders_of_subject_data(id).await?;
            let case = self.case(&data).await?;
            let data = data.withdraw(live.len(), now)?.asserted_by(user);
            let mut view = view(&data, data.will_be(), None, now);
            let mut unit = Unit::of(scope.caller(), now, data).granted(scope.grant());
            if let Some(case) = case {
                if matches!(case.state, CaseState::Decided | CaseState::Closed) {
                    view.case = Some((*case).clone());
                } else {
                    let case = case.close(CaseEnd::Withdrawn, now)?;
                    view.case = Some((*case).clone());
                    unit = unit.change(case);
                }
            }
            self.0.store.commit(unit).await?;
            Ok(view)
        })
        .await
    }

    async fn load(
        &self,
        scope: &ReadScope,
        id: SubjectDataId,
    ) -> Result<Loaded<SubjectData>, Refused> {
        let data = self.0.sets.subject_data(scope, id).await?;
        data.ok_or_else(Refused::not_found)
    }

    async fn case(&self, data: &SubjectData) -> Result<Option<Loaded<Case>>, Refused> {
        match data.case {
            Some(id) => Ok(self.0.cases.case(id).await?),
            None => Ok(None),
        }
    }
}

fn method(registers: &Registers, wish: &DataWish) -> Result<VerificationMethod, Refused> {
    let MethodWish::RegistrationNumber { register, number } = &wish.method else {
        return Ok(VerificationMethod::Document);
    };
    match registers.normalise(register, wish.country, number) {
        Ok(number) => Ok(VerificationMethod::RegistrationNumber {
            register: register.clone(),
            number,
        }),
        Err(error) => {
            let member = match error {
                registration_number::InvalidNumber::Register => "registration_type",
                registration_number::InvalidNumber::Number => "registration_number",
            };
            Err(Refused {
                faults: vec![Fault {
                    pointer: format!("/verification/{member}"),
                    code: error.code(),
                }],
                ..Refused::unacceptable(error.code())
            })
        }
    }
}

/// The abbreviation that was chosen, when the name has it.
fn chosen(
    organization: &Text<255>,
    country: Country,
    chosen: Option<&Text<NAME_CAP>>,
) -> Result<Option<ChosenAbbreviation>, Refused> {
    let Some(chosen) = chosen else {
        return Ok(None);
    };
    match abbreviation::offered(country, organization.as_str(), chosen.as_str()) {
        Some(offered) => Ok(Some(ChosenAbbreviation {
            name: offered.name,
            forms: offered
                .replaced
                .iter()
                .flat_map(|part| part.forms.iter().copied())
                .collect(),
            tables: matching::TABLES,
        })),
        None => {
            let code = "abbreviation-not-offered";
            Err(Refused {
                faults: vec![Fault {
                    pointer: "/abbreviation".to_owned(),
                    code,
                }],
                ..Refused::unacceptable(code)
            })
        }
    }
}

fn place(view: &DataView) -> Cursor {
    Cursor {
        created_at: view.data.created_at,
        id: view.data.id.to_string(),
    }
}

fn view(data: &SubjectData, version: Version, case: Option<Case>, now: Timestamp) -> DataView {
    DataView {
        data: data.clone(),
        version,
        case,
        judged_at: now,
    }
}
