//! The order list: a page and its surroundings in a fixed number of queries, whatever its length.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use super::{OrderView, Orders};
use crate::{
    domain::{
        aggregate::Loaded, id::SubjectDataId, order::Order, refusal::Refused,
        subject_data::SubjectData, timestamp::Timestamp,
    },
    policy::{access::ReadScope, status::filter::OrderWord},
    ports::store::{Cursor, Page, registration::OrderFilter},
    services::sifting::{Found, sift, whole},
};

/// Filters of the list; all given ones must match.
#[derive(Clone, Debug, Default)]
pub struct OrderQuery {
    /// One of these, if there are any.
    pub words: Vec<OrderWord>,
    /// Part of number, alias or partner's reference.
    pub text: Option<String>,
}

impl Orders {
    /// A page of orders, newest first.
    ///
    /// # Errors
    /// 503.
    pub async fn list(
        &self,
        scope: &ReadScope,
        query: &OrderQuery,
        page: &Page,
    ) -> Result<Found<OrderView>, Refused> {
        let now = self.0.clock.now();
        let filter = OrderFilter {
            states: query.words.iter().map(|word| word.state()).collect(),
            text: query.text.clone(),
        };
        if query.words.iter().all(|word| word.is_stored()) {
            let views = self.batch(scope, &filter, page.clone(), now).await?;
            return Ok(whole(views, page, place));
        }
        let keep = |view: &OrderView| {
            let mut words = query.words.iter();
            words.any(|word| word.means(view.facts(), now))
        };
        let fetch = |page| self.batch(scope, &filter, page, now);
        sift(page, place, keep, fetch).await
    }

    async fn batch(
        &self,
        scope: &ReadScope,
        filter: &OrderFilter,
        page: Page,
        now: Timestamp,
    ) -> Result<Vec<OrderView>, Refused> {
        let orders = self.0.orders.orders(scope, filter, &page).await?;
        let data = ids(&orders, |order| order.subject_data);
        let data = self.0.sets.subject_data_of(scope, &data).await?;
        let mailboxes = ids(&orders, |order| order.mailbox);
        let mailboxes = self.0.mailboxes.mailboxes(&mailboxes).await?;
        let proofs = ids(&mailboxes, |mailbox| mailbox.reused_from);
        let proofs = self.0.mailboxes.mailboxes(&proofs).await?;
        let domains = ids(&mailboxes, |mailbox| mailbox.method.domain());
        let domains = self.0.mailboxes.domains_of(&domains).await?;
        let denied = self.denied(&data).await?;
        let certificates = ids(&orders, |order| order.certificate);
        let certificates = self.0.certificates.certificates_of(scope, &certificates);
        let certificates = certificates.await?;
        let data = by(&data, |set| set.id);
        let mailboxes = by(&mailboxes, |mailbox| mailbox.id);
        let certificates = by(&certificates, |record| record.certificate.id);
        let proofs = by(&proofs, |proof| proof.id);
        let domains = by(&domains, |domain| domain.id);
        let view = |order: &Loaded<Order>| {
            let mut view = self.bare_view(order, order.version(), now);
            let set = order.subject_data.and_then(|id| data.get(&id));
            view.data = set.map(|set| (***set).clone());
            view.is_denied = order.subject_data.is_some_and(|id| denied.contains(&id));
            let mailbox = order.mailbox.and_then(|id| mailboxes.get(&id));
            view.mailbox = mailbox.map(|mailbox| (***mailbox).clone());
            let origin = mailbox.and_then(|mailbox| mailbox.reused_from);
            let proof = origin.and_then(|id| proofs.get(&id));
            view.proof = proof.map(|proof| (***proof).clone());
            let domain = mailbox.and_then(|mailbox| mailbox.method.domain());
            let domain = domain.and_then(|id| domains.get(&id));
            view.domain = domain.map(|domain| (***domain).clone());
            let certificate = order.certificate.and_then(|id| certificates.get(&id));
            view.certificate = certificate.map(|record| (*record).clone());
            view
        };
        Ok(orders.iter().map(view).collect())
    }

    /// The sets of organisations that the deny list names.
    async fn denied(
        &self,
        sets: &[Loaded<SubjectData>],
    ) -> Result<HashSet<SubjectDataId>, Refused> {
        let mut denied = HashSet::new();
        for set in sets {
            if self.0.screening.denies(Some(set)).await? {
                denied.insert(set.id);
            }
        }
        Ok(denied)
    }
}

fn place(view: &OrderView) -> Cursor {
    Cursor {
        created_at: view.order.created_at,
        id: view.order.id.to_string(),
    }
}

/// Each once: several orders may share a set.
fn ids<R, T: Ord>(rows: &[Loaded<R>], id: impl Fn(&R) -> Option<T>) -> Vec<T> {
    let mut ids: Vec<T> = rows.iter().filter_map(|row| id(row)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn by<T, K: Eq + Hash>(found: &[T], id: impl Fn(&T) -> K) -> HashMap<K, &T> {
    found.iter().map(|item| (id(item), item)).collect()
}
