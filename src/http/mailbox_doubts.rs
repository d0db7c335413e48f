//! `/v1/mailboxes`: validations that must not be relied on, for the CA's people.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    cases::form::signature,
    extract::{
        idempotency::{self, Keyed},
        json::Json,
        list::{self, Listing, NoFilter, Paging},
        members::Members,
        path::Id,
        scope::{DecideCases, ReadCases, RevokeForHouse, WorkCases},
    },
    refusal::Refusal,
    resting,
    state::AppState,
};
use crate::{
    api::{
        certificates::Certificate,
        doubts::{NewLot, RevokedLot},
        list::List,
        mailbox_doubts::{
            DoubtFilter, DoubtedMailbox, MailboxDecision, MailboxDoubt, NewMailboxDoubt,
        },
        problem::Problem,
    },
    domain::{
        case::{
            Verdict,
            digest::{self, spell},
        },
        id::MailboxId,
        idempotency::Answer,
        mailbox::doubt::{Doubt, Found},
    },
    ports::store::Cursor,
    services::{
        cases::verdict::Word,
        mailbox_doubts::{DoubtView, Listed, Proposal},
    },
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(read))
        .routes(routes!(propose))
        .routes(routes!(decide))
        .routes(routes!(resting))
        .routes(routes!(revoke_resting))
}

/// Mailbox validations whose invalidation was proposed and waits for another person, or was decided,
/// newest first.
#[utoipa::path(get, path = "/mailboxes", tag = "cases", params(DoubtFilter, Paging),
    responses((status = 200, body = List<DoubtedMailbox>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadCases(_): ReadCases,
    Listing { page, filter }: Listing<DoubtFilter>,
) -> Result<Response, Refusal> {
    let unknown = || Refusal::at("state", "parameter-invalid");
    let listed = match filter.state.as_deref() {
        None => Listed::default(),
        Some(name) => Listed::from_name(name).ok_or_else(unknown)?,
    };
    let found = app.mailbox_doubts.list(listed, &page).await?;
    let place = |view: &DoubtView| Cursor {
        created_at: view.mailbox.created_at,
        id: view.mailbox.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &page, place, wire)))
}

/// One mailbox validation, with what was found about it and what rests on it.
#[utoipa::path(get, path = "/mailboxes/{id}", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = DoubtedMailbox), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadCases(_): ReadCases,
    Id(id): Id<MailboxId>,
) -> Result<Response, Refusal> {
    Ok(answer::respond(found(&app.mailbox_doubts.read(id).await?)))
}

/// Proposes that a confirmed validation is invalid, signed over
/// `chancery-invalidation/v1\n<mailbox_id>\npropose\napprove\n<digest>\n`. It stands until another
/// person decides.
#[utoipa::path(post, path = "/mailboxes/{id}/proposal", tag = "cases",
    params(("id" = String, Path), idempotency::Header), request_body = NewMailboxDoubt,
    responses((status = 200, body = DoubtedMailbox), (status = "4XX", body = Problem)))]
async fn propose(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<MailboxId>,
    keyed: Keyed<NewMailboxDoubt>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.person(), scope.owner());
    let proposal = proposal(&body)?;
    let services = Arc::clone(&app);
    idempotency::once(&app, claim, found, move |request| async move {
        let doubts = &services.mailbox_doubts;
        doubts.propose(&scope, id, &proposal, &request).await
    })
    .await
}

/// Decides as another person than who proposed, signed over
/// `chancery-invalidation/v1\n<mailbox_id>\ndecide\n<outcome>\n<digest>\n`. Approved, the
/// validation is invalid, and so is what was taken over from it; what rests on it must be revoked
/// within 24 hours.
#[utoipa::path(post, path = "/mailboxes/{id}/decision", tag = "cases",
    params(("id" = String, Path), idempotency::Header), request_body = MailboxDecision,
    responses((status = 200, body = DoubtedMailbox), (status = "4XX", body = Problem)))]
async fn decide(
    State(app): State<AppState>,
    DecideCases(scope): DecideCases,
    Id(id): Id<MailboxId>,
    keyed: Keyed<MailboxDecision>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.person(), scope.owner());
    let word = word(&body)?;
    let services = Arc::clone(&app);
    idempotency::once(&app, claim, found, move |request| async move {
        let doubts = &services.mailbox_doubts;
        doubts.decide(&scope, id, &word, &request).await
    })
    .await
}

/// Certificates whose issuance rested on the validation or on what was taken over from it, newest
/// first.
#[utoipa::path(get, path = "/mailboxes/{id}/certificates", tag = "cases",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = List<Certificate>), (status = "4XX", body = Problem)))]
async fn resting(
    State(app): State<AppState>,
    ReadCases(_): ReadCases,
    Id(id): Id<MailboxId>,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let found = app.mailbox_doubts.resting(id, &listing.page).await?;
    Ok(resting::page(&found, &listing))
}

/// Revokes up to 50 certificates that rest on an invalid or disowned validation; call again while
/// there are more.
#[utoipa::path(post, path = "/mailboxes/{id}/revocations", tag = "revocations",
    params(("id" = String, Path)), request_body = NewLot,
    responses((status = 200, body = RevokedLot), (status = "4XX", body = Problem)))]
async fn revoke_resting(
    State(app): State<AppState>,
    RevokeForHouse(scope): RevokeForHouse,
    Id(id): Id<MailboxId>,
    Json(body): Json<NewLot>,
) -> Result<Response, Refusal> {
    let lot = resting::lot(&body)?;
    let revoked = app.mailbox_doubts.revoke_resting(&scope, id, &lot);
    Ok(resting::revoked(revoked.await?))
}

fn proposal(body: &NewMailboxDoubt) -> Result<Proposal, Refusal> {
    let mut members = Members::default();
    let reason = members.text("/reason", &body.reason);
    let source = members.text("/source", &body.source);
    let evidence = members.text("/evidence", &body.evidence);
    let digest = members.value("/digest", "member-invalid", digest::read(&body.digest));
    let signature = signature(&body.signature);
    let signature = members.value("/signature/value", "member-invalid", signature);
    let whole = (|| {
        Some(Proposal {
            found: Found {
                reason: reason?,
                source: source?,
                evidence: evidence?,
            },
            digest: digest?,
            signature: signature?,
        })
    })();
    members.end(whole)
}

fn word(body: &MailboxDecision) -> Result<Word, Refusal> {
    let mut members = Members::default();
    let outcome = Verdict::from_name(&body.outcome);
    let verdict = members.value("/outcome", "member-invalid", outcome);
    let digest = members.value("/digest", "member-invalid", digest::read(&body.digest));
    let reason = members.optional("/reason", body.reason.as_deref());
    let signature = signature(&body.signature);
    let signature = members.value("/signature/value", "member-invalid", signature);
    let whole = (|| {
        Some(Word {
            verdict: verdict?,
            digest: digest?,
            reason,
            signature: signature?,
        })
    })();
    members.end(whole)
}

fn found(view: &DoubtView) -> Answer {
    answer::found(view.version, &wire(view))
}

fn wire(view: &DoubtView) -> DoubtedMailbox {
    let mailbox = &view.mailbox;
    DoubtedMailbox {
        id: mailbox.id.to_string(),
        order_id: mailbox.order.to_string(),
        ra: mailbox.owner.ra.to_string(),
        customer_ref: mailbox.owner.customer.as_ref().map(ToString::to_string),
        email: mailbox.address.as_str().to_owned(),
        state: mailbox.status(view.judged_at).name().to_owned(),
        initiated_at: mailbox.initiated_at.to_string(),
        confirmed_at: mailbox.confirmed_at.map(|at| at.to_string()),
        reused_from: mailbox.reused_from.map(|id| id.to_string()),
        doubt: mailbox.doubt.as_ref().map(doubt),
        certificates: view.certificates,
        revoke_by: view.revoke_by.map(|at| at.to_string()),
        voided: view.voided.iter().map(ToString::to_string).collect(),
    }
}

fn doubt(doubt: &Doubt) -> MailboxDoubt {
    let (proposal, decision) = (&doubt.proposal, doubt.decision.as_ref());
    let reason = proposal.reason.as_ref().map(ToString::to_string);
    MailboxDoubt {
        reason: reason.unwrap_or_default(),
        source: doubt.source.to_string(),
        evidence: doubt.evidence.to_string(),
        digest: spell(&proposal.digest),
        proposed_by: proposal.by.to_string(),
        proposed_at: proposal.at.to_string(),
        decided_by: decision.map(|word| word.by.to_string()),
        decided_at: decision.map(|word| word.at.to_string()),
    }
}
