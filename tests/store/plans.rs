//! How SQLite goes about the pages of the queue: never by way of the cases that have their end,
//! of which there are more each year; about those of jobs, of which most are timers that wait; and
//! about the validations that must not be relied on.

use chancery::{
    adapters::sql::{case::listed, ended, job, query::Query},
    domain::{
        case::{CaseState, lookup::LookupState},
        job::JobState,
        owner::IdentityName,
        text::Country,
        timestamp::{Timestamp, days},
    },
    ports::store::{jobs::Sought, registration::CaseFilter},
};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{sqlite::fresh, world::page};

/// What is said of one page.
async fn plan(database: &mut SqliteConnection, filter: &CaseFilter) -> String {
    way(database, &listed(filter, &page(50))).await
}

async fn way(database: &mut SqliteConnection, query: &Query) -> String {
    let sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(database).await;
    let lines: Vec<String> = rows.unwrap().iter().map(|row| row.get("detail")).collect();
    lines.join("; ")
}

/// The parts of the queue, each with the index that finds it unless it is narrowed further.
fn parts(now: Timestamp) -> Vec<(CaseFilter, &'static str)> {
    let of = |states| CaseFilter {
        states,
        ..CaseFilter::default()
    };
    let (new, mine) = (of(vec![CaseState::Queued, CaseState::InReview]), of(vec![]));
    let mut at_work = new.states.clone();
    at_work.push(CaseState::Proposed);
    let by_state = "validation_case_state (state=?";
    vec![
        (
            CaseFilter {
                free_at: Some(now),
                ..new
            },
            by_state,
        ),
        (
            CaseFilter {
                claimed_by: IdentityName::parse("anna"),
                held_at: Some(now),
                is_open: true,
                ..mine
            },
            "validation_case_holder (claimed_by=?",
        ),
        (of(vec![CaseState::WaitingForApplicant]), by_state),
        (of(vec![CaseState::Proposed]), by_state),
        (
            CaseFilter {
                is_open: true,
                opened_before: Some(now.minus(days(5))),
                ..of(at_work)
            },
            by_state,
        ),
    ]
}

#[tokio::test]
async fn pages_of_the_queue_walk_only_what_is_open() {
    let (dir, _world) = fresh().await;
    let file = SqliteConnectOptions::new().filename(dir.path().join("ca.db"));
    let mut database = SqliteConnection::connect_with(&file).await.unwrap();
    let lookup = Some(LookupState::NeedsReview);
    let country = Country::parse("PL");
    let open_lookup = "validation_case_open_lookup (lookup=?";
    let open_country = "validation_case_open_country (country=?";
    for (part, own) in parts(Timestamp::from_millis(1_795_000_000_000)) {
        for (lookup, country, index) in [
            (None, None, own),
            (lookup, None, open_lookup),
            (None, country, open_country),
            (lookup, country, "validation_case_open_"),
        ] {
            let filter = CaseFilter {
                lookup,
                country,
                ..part.clone()
            };
            let plan = plan(&mut database, &filter).await;
            let search = format!("SEARCH validation_case USING INDEX {index}");
            assert!(plan.contains(&search), "{filter:?}: {plan}");
        }
    }
}

#[tokio::test]
async fn pages_of_all_cases_are_read_in_their_order() {
    let (dir, _world) = fresh().await;
    let file = SqliteConnectOptions::new().filename(dir.path().join("ca.db"));
    let mut database = SqliteConnection::connect_with(&file).await.unwrap();
    let all = CaseFilter::default();
    let of_lookup = CaseFilter {
        lookup: Some(LookupState::NeedsReview),
        ..all.clone()
    };
    let of_country = CaseFilter {
        country: Country::parse("PL"),
        ..all.clone()
    };
    for (filter, way) in [
        (
            all,
            "SCAN validation_case USING INDEX validation_case_created",
        ),
        (
            of_lookup,
            "SEARCH validation_case USING INDEX validation_case_lookup (lookup=?)",
        ),
        (
            of_country,
            "SEARCH validation_case USING INDEX validation_case_country (country=?)",
        ),
    ] {
        assert_eq!(plan(&mut database, &filter).await, way);
    }
}

#[tokio::test]
async fn what_fails_is_found_past_all_timers() {
    let (dir, _world) = fresh().await;
    let file = SqliteConnectOptions::new().filename(dir.path().join("ca.db"));
    let mut database = SqliteConnection::connect_with(&file).await.unwrap();
    for (state, expected) in [
        (JobState::Failing, "SCAN job USING INDEX job_failing"),
        (
            JobState::Running,
            "SEARCH job USING INDEX job_token (token>?)",
        ),
        (
            JobState::Due,
            "SEARCH job USING INDEX job_due (kind=? AND due<?)",
        ),
        (JobState::Waiting, "SCAN job"),
    ] {
        let sought = Sought {
            kind: None,
            state: Some(state),
            now: Timestamp::from_millis(1_795_000_000_000),
        };
        let plan = way(&mut database, &job::listed(&sought, &page(50))).await;
        assert!(plan.starts_with(expected), "{state:?}: {plan}");
    }
}

/// What is in doubt is few; what was ever verified is many, and so is what rests on it.
#[tokio::test]
async fn what_must_not_be_relied_on_is_found_without_what_stands() {
    let (dir, world) = fresh().await;
    let file = SqliteConnectOptions::new().filename(dir.path().join("ca.db"));
    let mut database = SqliteConnection::connect_with(&file).await.unwrap();
    let (scope, at) = (world.everything().await, world.now());
    let span = at.minus(days(826))..at;
    for (query, index) in [
        (
            ended::doubted(&scope, at, &page(50)),
            "INDEX subject_data_doubted",
        ),
        (
            ended::data(span.clone(), at, 9),
            "INDEX subject_data_doubted (doubted_at>? AND doubted_at<?)",
        ),
        (ended::mailboxes(span, at, 9), "INDEX mailbox_ended"),
    ] {
        let way = way(&mut database, &query).await;
        assert!(way.contains(index), "{way}");
        assert!(
            way.contains("rests_on_object (aggregate=? AND id=?)"),
            "{way}"
        );
        for all in ["SCAN o", "SCAN c", "SCAN r", "SCAN t", "TEMP B-TREE"] {
            assert!(!way.contains(all), "{way}");
        }
    }
}
