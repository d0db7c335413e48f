//! Notifications.

use async_trait::async_trait;

use super::{
    owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::NotificationId,
        notification::{Notification, Tab, Topic},
    },
    policy::access::ReadScope,
    ports::store::{Page, StoreError, catalogue::Notifications},
};

pub static TABLE: Table = Table {
    name: "notification",
    key: 1,
    columns: &[
        "id",
        "version",
        "ra",
        "customer",
        "tab",
        "code",
        "order_id",
        "object",
        "created_at",
        "read_at",
    ],
    fixed: &[
        "ra",
        "customer",
        "tab",
        "code",
        "order_id",
        "object",
        "created_at",
    ],
    kept: &[],
};

#[must_use]
pub fn record(notification: &Notification, version: Version) -> Record {
    let [ra, customer] = owner::columns(&notification.owner);
    vec![
        SqlValue::text(notification.id),
        SqlValue::version(version),
        ra,
        customer,
        SqlValue::text(notification.tab.name()),
        SqlValue::text(notification.code),
        SqlValue::maybe(notification.order.as_ref()),
        SqlValue::text(&notification.object),
        SqlValue::time(notification.created_at),
        SqlValue::maybe_time(notification.read_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<Notification>, Unreadable> {
    let row = Fields::of(row);
    let notification = Notification {
        id: row.parsed("id")?,
        owner: owner::read(row)?,
        tab: row.with("tab", Tab::from_name)?,
        code: row.with("code", Topic::from_code)?.code(),
        order: row.maybe_parsed("order_id")?,
        object: row.string("object")?,
        created_at: row.time("created_at")?,
        read_at: row.maybe_time("read_at")?,
    };
    Ok(Loaded::restore(notification, row.version()?))
}

#[async_trait]
impl<F: Fetch> Notifications for F {
    async fn notifications(
        &self,
        scope: &ReadScope,
        tab: Tab,
        page: &Page,
    ) -> Result<Vec<Loaded<Notification>>, StoreError> {
        let query = Query::from("notification")
            .visible_to(scope)
            .eq("tab", SqlValue::text(tab.name()))
            .page(page);
        all(self, query, read).await
    }

    async fn notification(
        &self,
        scope: &ReadScope,
        id: NotificationId,
    ) -> Result<Option<Loaded<Notification>>, StoreError> {
        let query = Query::from("notification")
            .eq("id", SqlValue::text(id))
            .visible_to(scope);
        first(self, query, read).await
    }
}
