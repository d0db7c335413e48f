//! The same permission from everywhere (TLS BR 3.2.2.9): where a mailbox rests on its domain, CAA is
//! looked up by every perspective too, each climbing by itself.

use tokio::time::timeout;

use super::{CLIMB, CaaChecks};
use crate::{
    domain::{
        caa::{Corroboration, DomainName, Verdict},
        domain_control::{Sight, Sighting},
        timestamp::Timestamp,
    },
    policy::{
        caa::{self, Decision},
        perspectives,
    },
    ports::perspectives::{Perspective, Unseen},
};

impl CaaChecks {
    /// A permission that the daemon's own look found, held against all others. No perspective can
    /// permit what that look forbids.
    pub(super) async fn corroborated(
        &self,
        domain: &DomainName,
        own: Decision,
        at: Timestamp,
    ) -> (Decision, Option<Corroboration>) {
        if own.verdict != Verdict::Permitted {
            return (own, None);
        }
        let parts = &self.0.parts;
        let said = parts
            .remotes
            .each(|one| async move {
                let climbed = timeout(CLIMB, climb(&*one, domain, &parts.issuers)).await;
                climbed.unwrap_or_else(|_| {
                    let over = "the time for the whole climb is over";
                    (Sight::Silent, over.to_owned())
                })
            })
            .await;
        let mut seen = Vec::new();
        let mut agreeing = Vec::new();
        for (vantage, (sight, detail)) in said {
            seen.push(Sighting::of(
                vantage.name(),
                vantage.region.name(),
                sight,
                &detail,
            ));
            agreeing.push((vantage, sight == Sight::Seen));
        }
        let quorum = perspectives::quorum(&agreeing, at);
        let decision = match quorum.holds {
            true => own,
            false => caa::NOT_CORROBORATED,
        };
        let quorum = quorum.to_string();
        (decision, Some(Corroboration { quorum, seen }))
    }
}

/// What one perspective sees from the domain up to its top-level domain (RFC 8659 3), and which
/// rule decided.
async fn climb(
    one: &dyn Perspective,
    domain: &DomainName,
    issuers: &[DomainName],
) -> (Sight, String) {
    let mut next = Some(domain.clone());
    while let Some(name) = next {
        match one.caa(&name).await {
            Ok(found) if found.is_empty() => next = name.parent(),
            Ok(found) => {
                let Decision { verdict, reason } = caa::decide(&found, issuers);
                let sight = match verdict {
                    Verdict::Permitted => Sight::Seen,
                    _ => Sight::Other,
                };
                return (sight, format!("{reason} at {name}"));
            }
            Err(Unseen { failed, detail }) => {
                let sight = match failed {
                    true => Sight::Failed,
                    false => Sight::Silent,
                };
                return (sight, format!("{detail} at {name}"));
            }
        }
    }
    (Sight::Seen, "no-records".to_owned())
}
