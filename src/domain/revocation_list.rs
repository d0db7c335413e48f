//! Revoked and abandoned serials, and the lists that publish them.

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind, Outcome},
        value::Value,
    },
    id::BootId,
    intent::IssuerName,
    lint_record::LintRecord,
    refusal::Refused,
    timestamp::Timestamp,
};
use crate::pkix::tbs_cert_list::CrlReason;

/// A serial that CRLs list until after its notAfter. Key: (issuer, serial).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedSerial {
    pub issuer: IssuerName,
    pub serial: Vec<u8>,
    pub partition: u32,
    pub revoked_at: Timestamp,
    pub reason: CrlReason,
    pub not_after: Timestamp,
}

/// Whether a CRL is an intent or signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrlState {
    Recorded,
    Signed,
    /// The signature never came or never verified; its number is not used again.
    Abandoned,
}

impl CrlState {
    pub const ALL: [Self; 3] = [Self::Recorded, Self::Signed, Self::Abandoned];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Signed => "signed",
            Self::Abandoned => "abandoned",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A CRL, from its intent on. Key: (issuer, partition, number); numbers rise (I12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    pub issuer: IssuerName,
    pub partition: u32,
    pub number: i64,
    pub state: CrlState,
    pub tbs: Vec<u8>,
    pub tbs_sha256: [u8; 32],
    /// The signed list; empty until then.
    pub der: Vec<u8>,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    /// Number of entries.
    pub entries: u32,
    pub boot: BootId,
    /// Version of the rules that let it pass, and the warnings they allowed.
    pub lint: LintRecord,
}

impl RevocationList {
    /// The record that must be durable before the HSM is asked.
    #[must_use]
    pub fn record(list: Self) -> Changed<Self> {
        let event = list
            .event(EventKind::CrlSignIntent)
            .with("this_update", list.this_update.to_string())
            .with("next_update", list.next_update.to_string())
            .with("entries", i64::from(list.entries));
        let event = list.lint.tell(event);
        Changed::created(list, event)
    }

    fn event(&self, kind: EventKind) -> Event {
        let scope = format!("{}/{}/{}", self.issuer, self.partition, self.number);
        Event::new(kind, "crl", scope).digest(self.tbs_sha256)
    }
}

impl Loaded<RevocationList> {
    /// The verified list, from now on the one that is served.
    ///
    /// # Errors
    /// When the record was settled already.
    pub fn signed(
        self,
        der: Vec<u8>,
        sha256: &[u8; 32],
    ) -> Result<Changed<RevocationList>, Refused> {
        require_open(&self)?;
        let event = self
            .event(EventKind::CrlSigned)
            .with("crl_sha256", Value::hex(sha256));
        Ok(self.change(event, |list| {
            list.state = CrlState::Signed;
            list.der = der;
        }))
    }

    /// The signature never came or never verified; the number stays unused.
    ///
    /// # Errors
    /// When the record was settled already.
    pub fn abandoned(self, cause: &str) -> Result<Changed<RevocationList>, Refused> {
        require_open(&self)?;
        let event = self
            .event(EventKind::CrlSignFailed)
            .outcome(Outcome::Failure)
            .with("boot", self.boot.to_string())
            .with("cause", cause);
        Ok(self.change(event, |list| list.state = CrlState::Abandoned))
    }
}

fn require_open(list: &RevocationList) -> Result<(), Refused> {
    match list.state {
        CrlState::Recorded => Ok(()),
        CrlState::Signed | CrlState::Abandoned => Err(Refused::state("crl-settled")),
    }
}
