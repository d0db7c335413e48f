//! The way from verified data to a certificate, against a daemon with a token and a mail server:
//! e-mail step, CSR checks, activation, certificates, mails. Who may, when, with what, and once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "issuing_calls/activation.rs"]
mod activation;
#[path = "issuing_calls/activation_refusals.rs"]
mod activation_refusals;
#[path = "issuing_calls/caa.rs"]
mod caa;
#[path = "issuing_calls/caa_slow.rs"]
mod caa_slow;
#[path = "issuing_calls/certificates.rs"]
mod certificates;
#[path = "issuing_calls/code_limits.rs"]
mod code_limits;
#[path = "issuing_calls/csr_checks.rs"]
mod csr_checks;
#[path = "issuing_calls/denied.rs"]
mod denied;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "linters/der.rs"]
mod der;
#[path = "support/desk.rs"]
mod desk;
#[path = "issuing_calls/domain_commands.rs"]
mod domain_commands;
#[path = "issuing_calls/domains.rs"]
mod domains;
#[path = "issuing_calls/doubts.rs"]
mod doubts;
#[path = "issuing_calls/dry_runs.rs"]
mod dry_runs;
#[path = "issuing_calls/events.rs"]
mod events;
#[path = "issuing_calls/evidence.rs"]
mod evidence;
#[path = "issuing_calls/evidence_check.rs"]
mod evidence_check;
#[path = "issuing_calls/guides.rs"]
mod guides;
#[path = "issuing_calls/hang_up.rs"]
mod hang_up;
#[path = "support/hooks.rs"]
mod hooks;
#[path = "support/hostile.rs"]
mod hostile;
#[path = "issuing_calls/hostile.rs"]
mod hostile_calls;
#[path = "support/instance.rs"]
mod instance;
#[path = "support/issuing.rs"]
mod issuing;
#[path = "issuing_calls/keyed.rs"]
mod keyed;
#[path = "issuing_calls/keys.rs"]
mod keys;
#[path = "issuing_calls/late.rs"]
mod late;
#[path = "issuing_calls/life.rs"]
mod life;
#[path = "issuing_calls/lint.rs"]
mod lint;
#[path = "issuing_calls/mail_domains.rs"]
mod mail_domains;
#[path = "support/mail_reader.rs"]
mod mail_reader;
#[path = "issuing_calls/mailbox.rs"]
mod mailbox;
#[path = "issuing_calls/mailbox_commands.rs"]
mod mailbox_commands;
#[path = "issuing_calls/mailbox_doubts.rs"]
mod mailbox_doubts;
#[path = "issuing_calls/mailbox_reach.rs"]
mod mailbox_reach;
#[path = "issuing_calls/mails.rs"]
mod mails;
#[path = "issuing_calls/matrix.rs"]
mod matrix;
#[path = "support/nameserver.rs"]
mod nameserver;
#[path = "issuing_calls/openssl.rs"]
mod openssl;
#[path = "issuing_calls/oracle.rs"]
mod oracle;
#[path = "support/person.rs"]
mod person;
#[path = "support/perspectives.rs"]
mod perspectives;
#[path = "issuing_calls/postgres.rs"]
mod postgres;
#[path = "issuing_calls/preflight.rs"]
mod preflight;
#[path = "issuing_calls/refusals.rs"]
mod refusals;
#[path = "issuing_calls/registry.rs"]
mod registry;
#[path = "issuing_calls/reissue.rs"]
mod reissue;
#[path = "issuing_calls/rejections.rs"]
mod rejections;
#[path = "issuing_calls/renewal.rs"]
mod renewal;
#[path = "issuing_calls/reports.rs"]
mod reports;
#[path = "issuing_calls/revocations.rs"]
mod revocations;
#[path = "issuing_calls/rows.rs"]
mod rows;
#[path = "issuing_calls/secrets.rs"]
mod secrets;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/postgres.rs"]
mod server;
#[path = "issuing_calls/signed_mails.rs"]
mod signed_mails;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/sink.rs"]
mod sink;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/slow_nameserver.rs"]
mod slow_nameserver;
#[path = "issuing_calls/terms.rs"]
mod terms;
#[path = "issuing_calls/time.rs"]
mod time;
#[path = "support/tls_server.rs"]
mod tls_server;
#[path = "issuing_calls/traces.rs"]
mod traces;
#[path = "issuing_calls/unsubscribe.rs"]
mod unsubscribe;
#[path = "support/wall.rs"]
mod wall;
#[path = "issuing_calls/words.rs"]
mod words;
#[path = "issuing_calls/world.rs"]
mod world;
#[path = "support/zones.rs"]
mod zones;
