//! The contract every store keeps, run on SQLite and on PostgreSQL. Apart from `store/sqlite.rs`,
//! `store/plans.rs`, `store/crash.rs`, `store/disk.rs` and `store/postgres*` the suite knows only the
//! ports, so that every adapter runs it unchanged.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails at once"
)]

#[path = "store/audit.rs"]
mod audit;
#[path = "support/clock.rs"]
mod clock;
#[path = "store/conflict.rs"]
mod conflict;
#[path = "store/crash.rs"]
mod crash;
#[path = "store/disk.rs"]
mod disk;
#[path = "store/domains.rs"]
mod domains;
#[path = "store/ended.rs"]
mod ended;
#[path = "support/entropy.rs"]
mod entropy;
#[path = "support/disk.rs"]
mod faulty;
#[path = "store/gather.rs"]
mod gather;
#[path = "store/jobs.rs"]
mod jobs;
#[path = "store/lists.rs"]
mod lists;
#[path = "store/lookups.rs"]
mod lookups;
#[path = "store/made.rs"]
mod made;
#[path = "store/oracle.rs"]
mod oracle;
#[path = "store/plans.rs"]
mod plans;
#[path = "store/postgres.rs"]
mod postgres;
#[path = "store/reading.rs"]
mod reading;
#[path = "store/reports.rs"]
mod reports;
#[path = "store/request.rs"]
mod request;
#[path = "store/responders.rs"]
mod responders;
#[path = "store/round_trip.rs"]
mod round_trip;
#[path = "store/schemas.rs"]
mod schemas;
#[path = "support/seal.rs"]
mod seal;
#[path = "support/postgres.rs"]
mod server;
#[path = "store/sqlite.rs"]
mod sqlite;
#[path = "store/world.rs"]
mod world;

/// Each test of the suite on a fresh database of each kind.
macro_rules! contract {
    ($($module:ident::$test:ident,)+) => {
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                let world = crate::postgres::fresh().await;
                crate::$module::$test(world).await;
            })+
        }

        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                let (dir, world) = crate::sqlite::fresh().await;
                crate::$module::$test(world).await;
                crate::sqlite::judged(dir.path(), stringify!($test)).await;
            })+
        }
    };
}

contract! {
    audit::a_log_ends_with_its_year,
    audit::entries_are_contiguous_under_load,
    audit::time_does_not_go_back,
    conflict::a_bad_unit_fails_alone,
    conflict::a_key_is_given_once_in_a_batch,
    conflict::a_key_that_is_blocked_or_taken_meanwhile_stops_the_unit,
    conflict::a_live_activation_ends_and_makes_room,
    conflict::a_row_that_moved_refuses_the_unit,
    conflict::an_entry_too_long_stops_its_act,
    conflict::closed_orders_are_told_apart,
    conflict::evidence_ends_and_decisions_age,
    conflict::nothing_happens_without_an_entry,
    conflict::of_many_at_once_one_wins,
    conflict::unique_keys,
    conflict::who_rests_on_a_written_row_comes_before_or_not_at_all,
    domains::a_proof_of_a_domain_is_its_owners,
    domains::values_that_wait_are_counted_for_each_owner,
    ended::doubted_data_stay_listed_while_their_certificates_are_valid,
    lists::one_list_of_a_scope_is_open,
    lists::recorded_crls_without_an_end_are_found,
    jobs::what_a_job_met_stays_until_a_try_does_not_fail,
    jobs::states_of_jobs_are_told_apart,
    lookups::a_proof_is_found_by_its_owner_and_address_alone,
    lookups::profiles_come_change_and_go,
    lookups::texts_are_kept_once_as_they_are,
    reading::pages_meet,
    reading::what_is_not_yours_is_not_there,
    reports::a_report_is_kept_through_its_states,
    reports::what_waits_is_found_by_its_time,
    request::a_boot_renews_its_lease,
    request::a_key_is_claimed_once_and_answered_once,
    request::a_refusal_is_kept_where_nothing_is_answered,
    request::intents_of_dead_boots_are_found,
    request::jobs_are_queued_once_leased_and_fenced,
    request::refusals_are_forgotten_before_what_was_done,
    request::what_is_old_is_pruned_batch_after_batch,
    round_trip::addresses,
    round_trip::cases_and_evidence,
    round_trip::certificates,
    round_trip::issuance,
    round_trip::orders_and_data,
    round_trip::people_mails_and_notifications,
    round_trip::wishes_about_reminders,
    round_trip::revocation_lists,
    round_trip::revoked_serials,
    round_trip::subject_keys,
    responders::leaves_and_responders_share_their_serials,
    responders::recorded_responders_without_an_end_are_found,
    responders::responders,
}
