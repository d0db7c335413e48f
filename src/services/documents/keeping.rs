//! What every upload goes through once its bytes have arrived: file, then row; and the file goes
//! again when the row was refused.

use std::sync::Arc;

use super::{
    Documents, Listed,
    receiving::{Facts, Received},
};
use crate::{
    domain::{
        id::DocumentId,
        refusal::{Class, Refused},
        unit::Unit,
    },
    services::request::{Request, Stopped, decide},
};

/// How often an upload is judged anew that lost to others of its set: they end when they end, and
/// this one's bytes have come a long way.
const TURNS: usize = 8;

/// An upload whose file is durable, and the request for it.
pub(super) struct Upload {
    pub(super) facts: Facts,
    pub(super) request: Request<Listed>,
}

impl Documents {
    /// Gives the file its name and runs `attempt`, which writes the row.
    pub(super) async fn keep<F, Fut>(
        &self,
        received: Received,
        request: Request<Listed>,
        attempt: F,
    ) -> Result<Listed, Refused>
    where
        F: Fn(Arc<Upload>) -> Fut,
        Fut: Future<Output = Result<Listed, Stopped>>,
    {
        let (facts, file) = received.part();
        file.keep().await?;
        let id = facts.id;
        let request = request.about(id);
        let upload = Arc::new(Upload { facts, request });
        let mut added = decide(|| attempt(Arc::clone(&upload))).await;
        for _ in 1..TURNS {
            if !matches!(&added, Err(refused) if refused.code == "store-busy") {
                break;
            }
            added = decide(|| attempt(Arc::clone(&upload))).await;
        }
        self.tidy(id, added).await
    }

    /// Writes the row, its jobs and the answer with what else it changes.
    pub(super) async fn write(
        &self,
        unit: Unit,
        listed: Listed,
        request: &Request<Listed>,
    ) -> Result<Listed, Stopped> {
        let unit = self.timers(unit, &listed.document)?;
        self.0.store.commit(request.complete(unit, &listed)).await?;
        Ok(listed)
    }

    /// Removes the file of a document that was refused.
    async fn tidy<T>(&self, id: DocumentId, added: Result<T, Refused>) -> Result<T, Refused> {
        if let Err(refused) = &added
            && !matches!(refused.class, Class::Unavailable { .. })
        {
            // No row names the file. After a 503 one might: then it is left to the daily sweep.
            self.0.files.remove(id).await?;
        }
        added
    }
}
