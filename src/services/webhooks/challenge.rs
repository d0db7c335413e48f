//! Does whoever is there want our messages? An endpoint is told nothing until it has sent a random
//! word back: nobody's server is made to take what it did not ask for.

use serde_json::Value as Json;

use super::{Saying, Webhooks, attempt};
use crate::{
    domain::{
        aggregate::Loaded,
        id::EventId,
        identity::Grant,
        owner::Caller,
        refusal::Refused,
        unit::Unit,
        webhook::{
            Webhook, WebhookState,
            progress::{Attempt, Outcome},
        },
    },
    ports::{
        courier::{Courier, Lost, Receipt},
        entropy::random,
        store::Bookkeeping,
    },
    services::request::decide,
};

/// Longest answer to a challenge.
const ANSWER: usize = 4096;

impl Webhooks {
    /// Sends a challenge and books what came of it; whether the endpoint is active now.
    pub(super) async fn challenged(
        &self,
        courier: &dyn Courier,
        webhook: Loaded<Webhook>,
        caller: &(Caller, Option<Grant>),
    ) -> Result<bool, Refused> {
        let at = self.parts.clock.now();
        let word = hex::encode(random::<32>(&*self.parts.entropy)?);
        let saying = Saying::Challenge {
            webhook: webhook.id,
            id: EventId::new(at, random(&*self.parts.entropy)?),
            at,
            word: &word,
        };
        let letter = self.letter(&saying, at, Some(ANSWER));
        let Some(taken) = self.taken(courier, &webhook, &letter).await else {
            return Ok(false);
        };
        let taken = attempt(at, taken.and_then(|receipt| echoed(&receipt, &word)));
        self.book(&webhook, taken).await?;
        if taken.outcome != Outcome::Delivered {
            return Ok(false);
        }
        self.activate(webhook, caller).await?;
        Ok(true)
    }

    async fn book(&self, webhook: &Loaded<Webhook>, taken: Attempt) -> Result<(), Refused> {
        let task = Bookkeeping::BookWebhook {
            id: webhook.id,
            progress: webhook.progress().challenged(taken),
        };
        self.parts.store.bookkeep(task).await?;
        Ok(())
    }

    async fn activate(
        &self,
        webhook: Loaded<Webhook>,
        (caller, grant): &(Caller, Option<Grant>),
    ) -> Result<(), Refused> {
        let scope = super::delivery::SYSTEM.read();
        decide(|| async {
            let now = self.parts.clock.now();
            let found = self.get(&scope, webhook.id).await?;
            // The daemon's own challenge and the frontend's may be answered at the same time.
            if found.state == WebhookState::Active {
                return Ok(());
            }
            let unit = Unit::of(caller.clone(), now, Webhook::activate(found, now)?);
            let unit = match grant {
                Some(grant) => unit.granted(grant.clone()),
                None => unit,
            };
            self.parts.store.commit(unit).await?;
            Ok(())
        })
        .await
    }
}

/// `{"challenge": "…"}`, with whatever else.
fn echoed(receipt: &Receipt, word: &str) -> Result<u16, Lost> {
    let body: Json = serde_json::from_slice(&receipt.body).unwrap_or_default();
    if body.get("challenge").and_then(Json::as_str) == Some(word) {
        return Ok(receipt.status);
    }
    Err(Lost {
        outcome: Outcome::NotEchoed,
        status: Some(receipt.status),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_itself_is_an_echo() {
        let said = |body: &[u8]| {
            let receipt = Receipt {
                status: 200,
                body: body.to_vec(),
            };
            echoed(&receipt, "abc").is_ok()
        };
        assert!(said(br#"{"challenge": "abc", "more": 1}"#));
        for wrong in [
            &b""[..],
            b"abc",
            b"\"abc\"",
            br#"{"challenge": "abd"}"#,
            br#"{"challenge": ["abc"]}"#,
            br#"{"word": "abc"}"#,
        ] {
            assert!(!said(wrong));
        }
    }
}
