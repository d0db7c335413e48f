//! A draft is handed over for verification, or it is said whether it could be.

use super::{DataSets, DataView, chosen, view};
use crate::{
    domain::{
        aggregate::Changed,
        case::{Case, CaseEnd, Evidence, lookup::LookupState},
        id::{CaseId, EvidenceId, JobId, NotificationId, SubjectDataId},
        job::{JobKind, NewJob},
        notification::{Notification, Topic},
        owner::{AcceptedStatement, ActingFor},
        product::{Statement, Step},
        refusal::{Fault, Refused},
        subject_data::{NAME_CAP, SubjectData, SubjectDataState, VerificationMethod},
        text::Text,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{
        access::TenantScope,
        case_rules::deny_list::Suspect,
        documents::require_one_shown,
        statements::{StatementGiven, accept},
    },
    ports::entropy::random,
    services::{
        request::{Request, Stopped, decide},
        screening::{self, Said},
    },
};

/// What a frontend gives to have a draft verified.
#[derive(Clone, Debug)]
pub struct Submitting {
    pub statements: Vec<StatementGiven>,
    /// As in [`super::DataWish`]; what was chosen before stays when there is none.
    pub abbreviation: Option<Text<NAME_CAP>>,
    pub acting_for: ActingFor,
}

impl DataSets {
    /// Hands a draft over for verification: its case is opened in the same unit. What it
    /// replaces is void from then on, its case closed, unless two people have decided on it.
    ///
    /// # Errors
    /// 404; 409 `data-set-state-conflict`, `document-missing`, or the code of the documents that
    /// cannot be shown (`document-not-scanned` first); 422 for the statements, an
    /// abbreviation that is not offered, or a number that no register here is asked by
    /// (`registration-type-unsupported`).
    pub async fn submit(
        &self,
        scope: &TenantScope,
        id: SubjectDataId,
        given: &Submitting,
        request: Request<DataView>,
    ) -> Result<DataView, Refused> {
        let request = request.about(id);
        decide(|| async {
            let (unit, view) = self.submission(scope, id, given).await?;
            self.0.store.commit(request.complete(unit, &view)).await?;
            Ok(view)
        })
        .await
    }

    /// Whether [`DataSets::submit`] would take the draft now; changes nothing.
    ///
    /// # Errors
    /// Those of the act.
    pub async fn judge_submission(
        &self,
        scope: &TenantScope,
        id: SubjectDataId,
        given: &Submitting,
    ) -> Result<(), Refused> {
        decide(async || self.submission(scope, id, given).await.map(drop)).await
    }

    /// The unit that hands over, and what it leads to.
    async fn submission(
        &self,
        scope: &TenantScope,
        id: SubjectDataId,
        given: &Submitting,
    ) -> Result<(Unit, DataView), Stopped> {
        let entropy = self.0.entropy.as_ref();
        let now = self.0.clock.now();
        let data = self.load(&scope.read(), id).await?;
        let chosen = chosen(
            &data.organization,
            data.country,
            given.abbreviation.as_ref(),
        )?;
        self.require_asked(&data)?;
        let statements = self.statements(&given.statements, now)?;
        let documents = self.0.sets.documents(id).await?;
        let case_id = CaseId::new(now, random(entropy)?);
        let data = data.submit(statements, documents.len(), case_id, now)?;
        if data.method == VerificationMethod::Document {
            require_one_shown(&documents)?;
        }
        let mut data = data.asserted_by(&given.acting_for);
        if let Some(chosen) = chosen {
            data = data.abbreviated(chosen).asserted_by(&given.acting_for);
        }
        let lookup = self.ask_of(&data);
        let case = Case::open(case_id, &data, lookup, now);
        let (case, screened) = self.screened(case, &data).await?;
        let told = Notification::raise(
            NotificationId::new(now, random(entropy)?),
            data.owner.clone(),
            Topic::DataReceived,
            None,
            id,
            now,
        );
        let view = view(&data, data.will_be(), Some((*case).clone()), now);
        let unit = Unit::of(scope.caller(), now, data)
            .change(case)
            .change(told)
            .granted(scope.grant());
        let unit = screened.into_iter().fold(unit, Unit::change);
        let unit = match lookup {
            LookupState::AutoChecking => unit.job(NewJob {
                id: JobId::new(now, random(entropy)?),
                kind: JobKind::AskRegisters,
                object: case_id.to_string(),
                slot: "automatic".to_owned(),
                due: now,
            }),
            _ => unit,
        };
        let unit = self.void_earlier(unit, scope, &view.data).await?;
        Ok((unit, view))
    }

    /// The case with what the deny list says of the data, if there is one, and its evidence.
    async fn screened(
        &self,
        case: Changed<Case>,
        data: &SubjectData,
    ) -> Result<(Changed<Case>, Option<Evidence>), Refused> {
        let (suspect, now) = (Suspect::of(data, None), case.opened_at);
        let Some(Said { list, hits }) = self.0.screening.ask(&suspect).await? else {
            return Ok((case, None));
        };
        let piece = EvidenceId::new(now, random(self.0.entropy.as_ref())?);
        let record = screening::record(&list, &suspect, &hits, (piece, case.id), now);
        let (evidence, check) = record?;
        Ok((case.screened(&evidence, check), Some(evidence)))
    }

    /// The number of a draft is one that is still looked up: the registers may be others by now.
    fn require_asked(&self, data: &SubjectData) -> Result<(), Refused> {
        match &data.method {
            VerificationMethod::RegistrationNumber { register, .. }
                if !self.0.registers.is_asked(register, data.country) =>
            {
                Err(Refused::unacceptable("registration-type-unsupported"))
            }
            _ => Ok(()),
        }
    }

    /// Whether registers are to be asked of the data.
    fn ask_of(&self, data: &SubjectData) -> LookupState {
        match &data.method {
            VerificationMethod::RegistrationNumber { register, .. }
                if self.0.registers.is_online(register, data.country) =>
            {
                LookupState::AutoChecking
            }
            _ => LookupState::NotAsked,
        }
    }

    /// Voids the version that `data` replaces, and drafts between it and `data` that were never
    /// submitted. A version that was submitted has voided what was before it.
    async fn void_earlier(
        &self,
        mut unit: Unit,
        scope: &TenantScope,
        data: &SubjectData,
    ) -> Result<Unit, Stopped> {
        let now = data.updated_at;
        let mut earlier = data.previous;
        while let Some(id) = earlier {
            // The line is the frontend's; an order may have given the older set to a customer.
            let scope = scope.read_frontend();
            let Some(set) = self.0.sets.subject_data(&scope, id).await? else {
                break;
            };
            let was_draft = set.state == SubjectDataState::Draft;
            earlier = set.previous.filter(|_| was_draft);
            let case = self.case(&set).await?;
            let Some(set) = set.replaced(data.id, now) else {
                break;
            };
            unit = unit.change(set);
            if let Some(case) = case {
                unit = unit.change(case.close(CaseEnd::Replaced, now)?);
            }
        }
        Ok(unit)
    }

    /// Data is given before it is known for which product: every statement that some product
    /// shows at this step is shown, each once.
    fn statements(
        &self,
        given: &[StatementGiven],
        now: Timestamp,
    ) -> Result<Vec<AcceptedStatement>, Refused> {
        let products = self.0.catalogue.products();
        let mut shown: Vec<Statement> = Vec::new();
        for statement in products.iter().flat_map(|product| &product.statements) {
            if shown.iter().all(|known| known.id != statement.id) {
                shown.push(statement.clone());
            }
        }
        accept(&shown, Step::Data, given, now).map_err(refuse_statements)
    }
}

/// `statement-missing` when something required is missing, whatever else is wrong.
fn refuse_statements(faults: Vec<Fault>) -> Refused {
    let missing = faults.iter().any(|fault| fault.code == "statement-missing");
    let code = if missing {
        "statement-missing"
    } else {
        "validation-failed"
    };
    Refused {
        faults,
        ..Refused::unacceptable(code)
    }
}
