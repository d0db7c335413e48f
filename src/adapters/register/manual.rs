//! A register without an interface for programs. A person asks it, and attaches what it showed.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    domain::{
        register::{LookupEvidence, LookupOutcome, RegisterId, RegisterNumber},
        text::Country,
    },
    policy::{organization_identifier::Scheme, registration_number::registration_types},
    ports::{
        clock::Clock,
        register::{NumberKind, Reach, Register},
    },
};
const READER: u32 = 1;

/// See the module documentation.
pub struct Manual {
    country: Country,
    url: String,
    clock: Arc<dyn Clock>,
}

impl Manual {
    /// `url`: where people ask it.
    #[must_use]
    pub fn new(country: Country, url: String, clock: Arc<dyn Clock>) -> Self {
        Self {
            country,
            url,
            clock,
        }
    }
}

#[async_trait]
impl Register for Manual {
    fn id(&self) -> RegisterId {
        RegisterId::Manual
    }

    fn schemes(&self) -> &'static [NumberKind] {
        &[NumberKind {
            kind: "NTR",
            scheme: Scheme::Ntr,
            reach: Reach::World,
        }]
    }

    fn disclosure_url(&self) -> &str {
        &self.url
    }

    /// A person finds an organisation of the country by whatever number it has there.
    fn takes(&self, kind: &str, country: Country) -> bool {
        let is_offered = || {
            let kinds = registration_types(country);
            kinds.iter().any(|offered| offered.code == kind)
        };
        country == self.country && (kind == "NTR" || is_offered())
    }

    /// Never has an answer of its own: nobody was asked.
    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        LookupOutcome::Unavailable {
            retry_at: self.clock.now(),
            evidence: LookupEvidence {
                register: RegisterId::Manual,
                reader: READER,
                number: number.clone(),
                exchanges: Vec::new(),
                stamps: Vec::new(),
                remark: Some(format!("only people can ask it, at {}", self.url)),
            },
        }
    }
}
