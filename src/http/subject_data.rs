//! Data sets: create, list, read, submit, withdraw.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::{self, Header, Keyed},
        json::JsonOrNothing,
        list::{self, Listing, Paging},
        members::Members,
        path::Id,
        scope::{ReadOrders, UseOrders},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        list::List,
        problem::Problem,
        subject_data::{
            NewSubjectData, SubjectData, SubjectDataFilter, Submission, Verification, Withdrawal,
        },
    },
    domain::{id::SubjectDataId, refusal::Refused},
    policy::{country, status::filter::DataWord},
    services::subject_data::{DataView, DataWish, MethodWish, submission::Submitting},
};

mod wire;

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create, all))
        .routes(routes!(read))
        .routes(routes!(submit))
        .routes(routes!(withdraw))
}

/// Takes new data, as a draft.
#[utoipa::path(post, path = "/subject-data", tag = "subject data", params(Header),
    request_body = NewSubjectData,
    responses((status = 201, body = SubjectData), (status = "4XX", body = Problem)))]
async fn create(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    keyed: Keyed<NewSubjectData>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.ra(), scope.owner());
    let wish = wish(&body)?;
    let render = |view: &DataView| {
        let path = format!("/subject-data/{}", view.data.id);
        answer::created(&path, view.version, &wire::data(view))
    };
    let sets = app.data_sets.clone();
    idempotency::once(&app, claim, render, |request| async move {
        sets.create(&scope, wish, request).await
    })
    .await
}

/// Lists data sets, newest first.
#[utoipa::path(get, path = "/subject-data", tag = "subject data",
    params(SubjectDataFilter, Paging),
    responses((status = 200, body = List<SubjectData>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    listing: Listing<SubjectDataFilter>,
) -> Result<Response, Refusal> {
    let words = list::words(listing.filter.state.as_deref(), DataWord::from_name)?;
    let found = app.data_sets.list(&scope, &words, &listing.page).await?;
    Ok(answer::ok(&list::to(
        &found.items,
        found.next.as_ref(),
        &listing.page,
        wire::data,
    )))
}

/// Reads a data set with its verification.
#[utoipa::path(get, path = "/subject-data/{id}", tag = "subject data",
    params(("id" = String, Path)),
    responses((status = 200, body = SubjectData), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(id): Id<SubjectDataId>,
) -> Result<Response, Refusal> {
    Ok(answer::respond(found(
        &app.data_sets.get(&scope, id).await?,
    )))
}

/// Hands a draft over for verification.
#[utoipa::path(post, path = "/subject-data/{id}/submit", tag = "subject data",
    params(("id" = String, Path), Header), request_body = Submission,
    responses((status = 200, body = SubjectData), (status = "4XX", body = Problem)))]
async fn submit(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<SubjectDataId>,
    keyed: Keyed<Submission>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.ra(), scope.owner());
    let given = submission(&body)?;
    let sets = app.data_sets.clone();
    idempotency::once(&app, claim, found, move |request| async move {
        sets.submit(&scope, id, &given, request).await
    })
    .await
}

/// Takes back data that no live order leans on.
#[utoipa::path(post, path = "/subject-data/{id}/withdraw", tag = "subject data",
    params(("id" = String, Path)), request_body = Option<Withdrawal>,
    responses((status = 200, body = SubjectData), (status = "4XX", body = Problem)))]
async fn withdraw(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<SubjectDataId>,
    JsonOrNothing(body): JsonOrNothing<Withdrawal>,
) -> Result<Response, Refusal> {
    let mut members = Members::default();
    let user = members.acting_for(body.acting_for.as_ref());
    members.end(Some(()))?;
    let sets = app.data_sets.clone();
    let act = async move { sets.withdraw(&scope, id, &user).await };
    Ok(answer::respond(found(&idempotency::run(&app, act).await??)))
}

fn found(view: &DataView) -> crate::domain::idempotency::Answer {
    answer::found(view.version, &wire::data(view))
}

pub(super) fn wish(body: &NewSubjectData) -> Result<DataWish, Refusal> {
    let mut members = Members::default();
    let organization = members.text("/organization", &body.organization);
    let abbreviation = members.optional("/abbreviation", body.abbreviation.as_deref());
    let country = members.value(
        "/country",
        "country-unsupported",
        country::parse(&body.country),
    );
    let state = members.text("/state_or_province", &body.state_or_province);
    let locality = members.text("/locality", &body.locality);
    let method = method(&mut members, &body.verification);
    let acting_for = members.acting_for(body.acting_for.as_ref());
    let whole = (|| {
        Some(DataWish {
            replaces: None,
            organization: organization?,
            abbreviation,
            country: country?,
            state_or_province: state?,
            locality: locality?,
            method: method?,
            acting_for,
        })
    })();
    let mut wish = members.end(whole)?;
    if let Some(replaces) = &body.replaces {
        wish.replaces = Some(replaces.parse().map_err(|_| Refused::not_found())?);
    }
    Ok(wish)
}

pub(super) fn submission(body: &Submission) -> Result<Submitting, Refusal> {
    let mut members = Members::default();
    let given = Submitting {
        statements: members.statements(&body.statements),
        abbreviation: members.optional("/abbreviation", body.abbreviation.as_deref()),
        acting_for: members.acting_for(body.acting_for.as_ref()),
    };
    members.end(Some(given))
}

fn method(members: &mut Members, wire: &Verification) -> Option<MethodWish> {
    let (kind, number) = (&wire.registration_type, &wire.registration_number);
    match wire.method.as_str() {
        "registration_number" => {
            let register = members.value(
                "/verification/registration_type",
                "member-missing",
                kind.clone(),
            );
            let number = members.value(
                "/verification/registration_number",
                "member-missing",
                number.clone(),
            );
            Some(MethodWish::RegistrationNumber {
                register: register?,
                number: number?,
            })
        }
        "document" => {
            if kind.is_some() {
                members.fault("/verification/registration_type", "member-not-allowed");
            }
            if number.is_some() {
                members.fault("/verification/registration_number", "member-not-allowed");
            }
            Some(MethodWish::Document)
        }
        _ => {
            members.fault("/verification/method", "member-invalid");
            None
        }
    }
}
