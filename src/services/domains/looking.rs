//! One look at a TXT record: by the daemon's own resolver first, then from every perspective. Each
//! look starts from nothing (TLS BR 3.2.2.9: a retry too).

use super::Domains;
use crate::{
    domain::{
        caa::Fault,
        domain_control::{DomainControl, Look, Sight, Sighting, Verdict},
        timestamp::Timestamp,
    },
    policy::{
        domain_control,
        perspectives::{self, NOBODY, Vantage},
    },
    ports::{
        perspectives::Unseen,
        resolver::{TxtRecords, Unanswered},
    },
};

impl Domains {
    pub(super) async fn look(&self, control: &DomainControl, at: Timestamp) -> Look {
        let parts = &self.0.parts;
        let own = parts.resolver.txt(&control.record).await;
        let (verdict, own) = primary(own, &control.value);
        if verdict != Verdict::Proven {
            return Look {
                at,
                verdict,
                quorum: NOBODY.to_string(),
                seen: vec![own],
            };
        }
        let record = &control.record;
        let said = parts
            .remotes
            .each(|one| async move { one.txt(record).await })
            .await;
        let mut seen = vec![own];
        let mut agreeing = Vec::new();
        for (vantage, said) in said {
            let sighting = remote(&vantage, said, &control.value);
            agreeing.push((vantage, sighting.sight == Sight::Seen));
            seen.push(sighting);
        }
        let quorum = perspectives::quorum(&agreeing, at);
        Look {
            at,
            verdict: match quorum.holds {
                true => Verdict::Proven,
                false => Verdict::NotCorroborated,
            },
            quorum: quorum.to_string(),
            seen,
        }
    }
}

/// What the daemon's own resolver says, up to whether it is corroborated.
fn primary(said: Result<TxtRecords, Unanswered>, value: &str) -> (Verdict, Sighting) {
    match said {
        Ok(found) => {
            let sight = domain_control::sight(&found.records, value);
            let verdict = match sight {
                Sight::Seen => Verdict::Proven,
                _ => Verdict::NotFound,
            };
            let chain = found.chain.name();
            let aliases: String = found.aliases.iter().map(|to| format!(" -> {to}")).collect();
            let detail = format!("{chain}, {} records{aliases}", found.records.len());
            (verdict, Sighting::primary(sight, &detail))
        }
        Err(Unanswered { fault, detail }) => {
            let (verdict, sight) = match fault {
                Fault::Bogus => (Verdict::Bogus, Sight::Bogus),
                Fault::Failed => (Verdict::Failed, Sight::Failed),
                Fault::Silent => (Verdict::Silent, Sight::Silent),
            };
            (verdict, Sighting::primary(sight, &detail))
        }
    }
}

fn remote(vantage: &Vantage, said: Result<Vec<Vec<u8>>, Unseen>, value: &str) -> Sighting {
    let (sight, detail) = match said {
        Ok(records) => (
            domain_control::sight(&records, value),
            format!("{} records", records.len()),
        ),
        Err(unseen) => {
            let sight = match unseen.failed {
                true => Sight::Failed,
                false => Sight::Silent,
            };
            (sight, unseen.detail)
        }
    };
    Sighting::of(vantage.name(), vantage.region.name(), sight, &detail)
}
