//! The mail domains the CA knows, as its file has them; swapped whole on reload.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::policy::mail_domains::MailDomains;

/// The list in force; without a file it names none.
#[derive(Debug, Default)]
pub struct KnownDomains(ArcSwap<MailDomains>);

impl KnownDomains {
    #[must_use]
    pub fn new(domains: MailDomains) -> Self {
        Self(ArcSwap::from_pointee(domains))
    }

    /// Takes over a checked file.
    pub fn replace(&self, domains: MailDomains) {
        self.0.store(Arc::new(domains));
    }

    #[must_use]
    pub fn current(&self) -> Arc<MailDomains> {
        self.0.load_full()
    }
}
