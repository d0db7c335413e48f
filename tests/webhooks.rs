//! Webhooks, with a daemon that pushes to real TLS receivers: nothing before a challenge was
//! answered, signed so that a foreign judge agrees, in order and without loss, nobody else's, and
//! nowhere it must not go.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "support/clock.rs"]
mod clock;
#[path = "webhooks/commands.rs"]
mod commands;
#[path = "webhooks/damages.rs"]
mod damages;
#[path = "webhooks/delivery.rs"]
mod delivery;
#[path = "support/entropy.rs"]
mod entropy;
#[path = "webhooks/forms.rs"]
mod forms;
#[path = "support/ground.rs"]
mod ground;
#[path = "support/hooks.rs"]
mod hooks;
#[path = "webhooks/hostile.rs"]
mod hostile;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/instance.rs"]
mod instance;
#[path = "support/nameserver.rs"]
mod nameserver;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/person.rs"]
mod person;
#[path = "webhooks/places.rs"]
mod places;
#[path = "webhooks/receiver.rs"]
mod receiver;
#[path = "webhooks/restart.rs"]
mod restart;
#[path = "support/seal.rs"]
mod seal;
#[path = "webhooks/signatures.rs"]
mod signatures;
#[path = "support/tls_server.rs"]
mod tls_server;
#[path = "webhooks/turning.rs"]
mod turning;
#[path = "webhooks/turns.rs"]
mod turns;
#[path = "support/wall.rs"]
mod wall;
#[path = "webhooks/world.rs"]
mod world;
