//! What an owner was told, by tab, and what was read of it.

use std::sync::Arc;

use crate::{
    domain::{
        id::NotificationId,
        notification::{Notification, Tab},
        refusal::Refused,
    },
    policy::access::{ReadScope, TenantScope},
    ports::{
        clock::Clock,
        store::{Bookkeeping, Page, Store, catalogue},
    },
};

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub notifications: Arc<dyn catalogue::Notifications>,
    pub clock: Arc<dyn Clock>,
}

/// The service.
#[derive(Clone)]
pub struct Notifications(Arc<Parts>);

impl Notifications {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// A page of a tab, newest first.
    ///
    /// # Errors
    /// 503.
    pub async fn list(
        &self,
        scope: &ReadScope,
        tab: Tab,
        page: &Page,
    ) -> Result<Vec<Notification>, Refused> {
        let found = self.0.notifications.notifications(scope, tab, page).await?;
        Ok(found.iter().map(|line| (**line).clone()).collect())
    }

    /// Marks a line as read; reading it again changes nothing.
    ///
    /// # Errors
    /// 404, or 503.
    pub async fn read(
        &self,
        scope: &TenantScope,
        id: NotificationId,
    ) -> Result<Notification, Refused> {
        let found = self.0.notifications.notification(&scope.read(), id).await?;
        let found = found.ok_or_else(Refused::not_found)?;
        let mut line = (*found).clone();
        if line.read_at.is_none() {
            let at = self.0.clock.now();
            self.0
                .store
                .bookkeep(Bookkeeping::ReadNotification { id, at })
                .await?;
            line.read_at = Some(at);
        }
        Ok(line)
    }
}
