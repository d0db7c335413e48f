//! Pages of a list whose filter is more than the store can say.

use std::future::Future;

use crate::{
    domain::refusal::Refused,
    ports::store::{Cursor, Page},
};

/// Candidates that are read at once, and how often for one page: a filter that fits next to
/// nothing gives short pages instead of a long wait.
const BATCH: u32 = 200;
const ROUNDS: usize = 10;

/// A page as found.
#[derive(Clone, Debug)]
pub struct Found<T> {
    pub items: Vec<T>,
    /// Where the next page begins, when there may be one. It can be there after a short page.
    pub next: Option<Cursor>,
}

/// A page of the items that `keep` lets pass, in the order of `fetch`.
///
/// # Errors
/// Those of `fetch`.
pub async fn sift<T, F, Fut>(
    page: &Page,
    place: impl Fn(&T) -> Cursor + Send,
    keep: impl Fn(&T) -> bool + Send,
    mut fetch: F,
) -> Result<Found<T>, Refused>
where
    F: FnMut(Page) -> Fut,
    Fut: Future<Output = Result<Vec<T>, Refused>>,
{
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let mut items = Vec::new();
    let mut after = page.after.clone();
    for _ in 0..ROUNDS {
        let batch = fetch(Page {
            limit: BATCH,
            after: after.clone(),
        })
        .await?;
        let is_last = usize::try_from(BATCH).is_ok_and(|full| batch.len() < full);
        for item in batch {
            after = Some(place(&item));
            if keep(&item) {
                items.push(item);
            }
            if items.len() >= limit {
                return Ok(Found { items, next: after });
            }
        }
        if is_last {
            return Ok(Found { items, next: None });
        }
    }
    Ok(Found { items, next: after })
}

/// A page that the store found by itself.
pub fn whole<T>(items: Vec<T>, page: &Page, place: impl Fn(&T) -> Cursor) -> Found<T> {
    let full = usize::try_from(page.limit).is_ok_and(|limit| items.len() >= limit);
    let next = items.last().filter(|_| full).map(place);
    Found { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    fn place(number: &u32) -> Cursor {
        Cursor {
            created_at: Timestamp::EPOCH,
            id: number.to_string(),
        }
    }

    /// All even numbers below `end`, in pages of `limit`; gives the pages' lengths.
    async fn walk(end: u32, limit: u32, keep: fn(&u32) -> bool) -> (Vec<u32>, Vec<usize>) {
        let (mut all, mut lengths, mut after) = (Vec::new(), Vec::new(), None);
        loop {
            let page = Page { limit, after };
            let fetch = |page: Page| {
                let from = page.after.map_or(0, |c| c.id.parse::<u32>().unwrap() + 1);
                let to = end.min(from + page.limit);
                async move { Ok((from..to).collect()) }
            };
            let found = sift(&page, place, keep, fetch).await.unwrap();
            lengths.push(found.items.len());
            all.extend(found.items);
            match found.next {
                Some(next) => after = Some(next),
                None => return (all, lengths),
            }
        }
    }

    #[tokio::test]
    async fn pages_hold_what_passes_without_gap_or_overlap() {
        let even = |number: &u32| number.is_multiple_of(2);
        let (all, lengths) = walk(1000, 150, even).await;
        assert_eq!(all, (0..1000).step_by(2).collect::<Vec<_>>());
        assert_eq!(lengths, [150, 150, 150, 50]);
    }

    #[tokio::test]
    async fn a_filter_that_fits_little_gives_short_pages() {
        let (all, lengths) = walk(4500, 10, |number| *number == 4321).await;
        assert_eq!(all, [4321]);
        assert_eq!(lengths, [0, 0, 1]);
    }
}
