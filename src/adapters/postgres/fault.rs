//! What the server's codes mean (PostgreSQL, appendix A).

use std::{future::Future, time::Duration};

use tokio::time::timeout;

use crate::{
    adapters::sql::fault::{DatabaseError, Meaning},
    domain::unit::UniqueKey,
};

/// How long an answer may take before the connection is given up: longer than any lock is waited
/// for.
const SILENCE: Duration = Duration::from_secs(30);

/// Sorts an error by its SQLSTATE.
pub fn sorted(error: sqlx::Error) -> DatabaseError {
    let meaning = meaning(&error);
    DatabaseError::Driver { meaning, error }
}

fn meaning(error: &sqlx::Error) -> Meaning {
    let Some(database) = error.as_database_error() else {
        return Meaning::Broken;
    };
    let code = database.code().unwrap_or_default();
    match code.as_ref() {
        // serialization_failure, deadlock_detected
        "40001" | "40P01" => Meaning::Lost,
        // unique_violation
        "23505" => taken(database.constraint().unwrap_or_default()),
        // Integrity constraints, `restrict_violation` of our triggers among them, and values that
        // a column cannot hold.
        code if code.starts_with("23") || code.starts_with("22") => Meaning::Rule,
        _ => Meaning::Broken,
    }
}

/// By the names that the server gives to unnamed constraints.
fn taken(constraint: &str) -> Meaning {
    // Two that opened a log at once: the second finds it there.
    if constraint.starts_with("audit_") || constraint.starts_with("feed_") {
        return Meaning::Lost;
    }
    Meaning::Taken(match constraint {
        "orders_number_key" => UniqueKey::OrderNumber,
        "live_activation_pkey" => UniqueKey::LiveActivation,
        "intent_pkey" | "certificate_issuer_serial_key" => UniqueKey::Serial,
        "revocation_list_pkey" => UniqueKey::CrlNumber,
        "revocation_list_open" => UniqueKey::CrlScope,
        "identity_pkey" => UniqueKey::IdentityName,
        "identity_credential_kind_credential_key" => UniqueKey::IdentityCredential,
        "idempotency_pkey" => UniqueKey::Idempotency,
        _ => UniqueKey::Other("row"),
    })
}

/// The answer, or the end of our patience: a server that was cut off says nothing for ever.
pub async fn answered<T>(
    asked: impl Future<Output = Result<T, sqlx::Error>> + Send,
) -> Result<T, DatabaseError> {
    match timeout(SILENCE, asked).await {
        Ok(answer) => answer.map_err(sorted),
        Err(_) => Err(DatabaseError::Silent(SILENCE.as_secs())),
    }
}
