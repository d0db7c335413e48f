//! `/report` on the public listener: anybody reports a problem with a certificate, as a form or as
//! JSON (S/MIME BR 1.5.2, 4.9.3). The answer says nothing of whether there is such a certificate.

use axum::{
    Extension, Router,
    extract::{FromRef, FromRequest, RawQuery, Request, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::Response,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{
    answer,
    confirm::{self, Desk},
    extract::{body, json::Json},
    frame::{self, RequestId},
    html::{self, Keeping},
    peer::Peer,
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        problem::Bilingual,
        problem_reports::{NewReport, ReportChallenge, ReportReceipt},
    },
    domain::{
        problem_report::{Problem, ProblemReport, ReportState},
        refusal::{Fault, Refused},
        text::Language,
    },
    policy::key_report::challenge_text,
    services::problem_reports::{Reporter, Statement},
};

mod page;

use page::Page;

/// The routes on the public listener.
pub fn public_routes() -> Router<AppState> {
    Router::new()
        .route("/report", get(show).post(receive))
        .route("/report/challenge", post(challenge))
}

async fn show(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    Asked::of(&query, &headers).page(&app, 200, None, None)
}

/// Nothing is stored of a challenge: its seal says that it is ours.
async fn challenge(State(app): State<AppState>) -> Result<Response, Refusal> {
    let (challenge, until) = app.problem_reports.challenge()?;
    Ok(answer::ok(&ReportChallenge {
        text: challenge_text(&challenge),
        challenge,
        expires_at: until.to_string(),
    }))
}

async fn receive(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    peer: Option<Extension<Peer>>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refusal> {
    let reporter = Reporter {
        peer: peer.map_or_else(String::new, |peer| peer.address.ip().to_string()),
        request_id: request_id.to_string(),
    };
    let asked = Asked::of(&query, &headers);
    if !is_form(&headers) {
        let Json(new) = Json::<NewReport>::from_request(request, &app).await?;
        let statement = statement(new, asked.0)?;
        let report = app.problem_reports.receive(&reporter, statement).await?;
        return Ok(answer::respond(answer::json(202, &receipt(&report))));
    }
    let octets = body::read(&headers, request.into_body()).await?;
    let new = serde_urlencoded::from_bytes::<NewReport>(&octets);
    let new = new.map_err(|_| refusal("", "validation-failed"));
    let taken = match new.and_then(|new| statement(new, asked.0)) {
        Ok(statement) => app.problem_reports.receive(&reporter, statement).await,
        Err(refused) => Err(refused),
    };
    match taken {
        Ok(report) => asked.page(&app, 202, None, Some(receipt(&report))),
        Err(refused) => {
            let refusal = Refusal::from(refused);
            refusal.log();
            let code = refusal.refused.code;
            asked.page(&app, refusal.status, Some(code), None)
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let media = text.and_then(|text| text.split(';').next());
    media.is_some_and(|media| {
        media
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

fn statement(new: NewReport, language: Language) -> Result<Statement, Refused> {
    let problem = Problem::from_name(&new.problem);
    let problem = problem.ok_or_else(|| refusal("/problem", "report-problem-unknown"))?;
    let digits: String = new.signature.split_whitespace().collect();
    let signed = match digits.is_empty() {
        true => None,
        false => {
            let octets = STANDARD.decode(digits);
            let octets = octets.map_err(|_| refusal("/signature", "key-proof-invalid"))?;
            Some((new.challenge, octets))
        }
    };
    Ok(Statement {
        problem,
        about: Zeroizing::new(new.about),
        description: Zeroizing::new(new.description),
        contact: new.contact,
        signed,
        language,
    })
}

fn refusal(pointer: &str, code: &'static str) -> Refused {
    Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code,
        }],
        ..Refused::unacceptable(code)
    }
}

fn receipt(report: &ProblemReport) -> ReportReceipt {
    ReportReceipt {
        reference: report.id.to_string(),
        proven: report.evidence.is_some() && report.state == ReportState::Decided,
        received_at: report.received_at.to_string(),
        preliminary_due: report.preliminary_due.to_string(),
        decide_due: report.decide_due.to_string(),
    }
}

/// The language somebody reads.
struct Asked(Language);

impl Asked {
    fn of(query: &Option<String>, headers: &HeaderMap) -> Self {
        Self(confirm::wanted(query).unwrap_or_else(|| frame::language(headers)))
    }

    fn page(
        &self,
        app: &AppState,
        status: u16,
        fault: Option<&str>,
        receipt: Option<ReportReceipt>,
    ) -> Result<Response, Refusal> {
        let (challenge, _) = app.problem_reports.challenge()?;
        let desk = Desk::from_ref(app);
        let house = desk.mails.house();
        let words = fault.map(Bilingual::of_code);
        let fault = words.map(|words| match self.0 {
            Language::English => words.en,
            Language::Polish => words.pl,
        });
        let page = Page {
            language: self.0,
            ca: &house.name,
            contact: &house.contact,
            fault,
            receipt,
            challenge: &challenge,
        };
        Ok(html::answer(status, page.text(), Keeping::Nowhere))
    }
}
