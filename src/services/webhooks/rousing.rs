//! Who has news: the feed of everybody is read on from where the last look ended, and the
//! endpoints that want what stands there are looked after at once. What is missed costs time
//! only: each endpoint is looked at every hour.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::Webhooks;
use crate::{
    domain::{feed::FeedKind, owner::Owner, refusal::Refused, webhook::Webhook},
    policy::access::SystemScope,
};

/// Lines of one look.
const PAGE: u32 = 500;

/// Remembers how far the feed was read.
#[derive(Clone)]
pub struct Rousing {
    webhooks: Webhooks,
    /// `None` until the first look of this process.
    read: Arc<Mutex<Option<i64>>>,
}

impl Rousing {
    #[must_use]
    pub fn new(webhooks: Webhooks) -> Self {
        Self {
            webhooks,
            read: Arc::new(Mutex::new(None)),
        }
    }

    /// Looks once. The first look rouses all: nobody knows what a process before left undone.
    ///
    /// # Errors
    /// 503; the next look begins where this one did.
    pub async fn look(&self, scope: SystemScope) -> Result<(), Refused> {
        let parts = &self.webhooks.parts;
        if parts.courier.is_none() {
            return Ok(());
        }
        let mut read = self.read.lock().await;
        let Some(mut at) = *read else {
            let end = parts.feed.feed_end(&scope.read()).await?;
            self.webhooks.rouse(Vec::new()).await?;
            *read = Some(end);
            return Ok(());
        };
        loop {
            let lines = parts.feed.feed(&scope.read(), at, PAGE).await?;
            let Some(last) = lines.last() else {
                return Ok(());
            };
            let told: Vec<(&Owner, FeedKind)> = lines
                .iter()
                .map(|line| (&line.told.owner, line.told.kind))
                .collect();
            let mut owners: Vec<Owner> = Vec::new();
            for (owner, _) in &told {
                if !owners.contains(owner) {
                    owners.push((*owner).clone());
                }
            }
            let listening = parts.webhooks.listening(&owners).await?;
            let roused = listening.iter().filter(|webhook| is_for(webhook, &told));
            let roused: Vec<_> = roused.map(|webhook| webhook.id).collect();
            if !roused.is_empty() {
                self.webhooks.rouse(roused).await?;
            }
            at = last.pos;
            *read = Some(at);
        }
    }
}

/// One that fails has its own next time.
fn is_for(webhook: &Webhook, told: &[(&Owner, FeedKind)]) -> bool {
    let mine = |owner: &Owner| {
        owner.ra == webhook.owner.ra
            && (webhook.owner.customer.is_none() || owner.customer == webhook.owner.customer)
    };
    webhook.progress().failures == 0
        && told
            .iter()
            .any(|(owner, kind)| mine(owner) && webhook.wants(*kind))
}
