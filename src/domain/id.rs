//! Identifiers: a prefix that names the kind, and a UUIDv7 (RFC 9562 5.7).

use std::{fmt, str::FromStr};

use uuid::{Builder, Uuid};

use super::timestamp::Timestamp;

/// The text is no identifier of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an identifier from the use case's instant and 80 random bits.
            #[must_use]
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(version_7(now, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse(text, $prefix).map(Self)
            }
        }
    };
}

id!(
    /// An order of one certificate.
    OrderId,
    "ord_"
);
id!(
    /// A version of an organisation's data.
    SubjectDataId,
    "sd_"
);
id!(
    /// A validation case.
    CaseId,
    "cas_"
);
id!(
    /// An uploaded document.
    DocumentId,
    "doc_"
);
id!(
    /// A piece of evidence in a case.
    EvidenceId,
    "evd_"
);
id!(
    /// The proof of control over one mailbox for one order.
    MailboxId,
    "eml_"
);
id!(
    /// An owner's proof of control over a mail domain.
    DomainControlId,
    "dom_"
);
id!(
    /// One attempt to get a certificate for an order.
    ActivationId,
    "act_"
);
id!(
    /// A look at a domain's CAA records.
    CaaCheckId,
    "caa_"
);
id!(
    /// An issued certificate.
    CertificateId,
    "crt_"
);
id!(
    /// What a register said of data after their decision.
    DataLookupId,
    "lkp_"
);
id!(
    /// A revocation case.
    RevocationId,
    "rev_"
);
id!(
    /// A report of a problem with a certificate.
    ReportId,
    "rpt_"
);
id!(
    /// A line in an owner's feed.
    EventId,
    "evt_"
);
id!(
    /// A line in an owner's notifications.
    NotificationId,
    "ntf_"
);
id!(
    /// An endpoint that events are pushed to.
    WebhookId,
    "whk_"
);
id!(
    /// A unit of background work.
    JobId,
    "job_"
);
id!(
    /// A mail of the CA's.
    MailId,
    "mai_"
);
id!(
    /// What an address wishes about reminders.
    UnsubscriptionId,
    "uns_"
);
id!(
    /// One start of the daemon.
    BootId,
    "boot_"
);

impl MailId {
    /// For a link, which must be short.
    #[must_use]
    pub const fn octets(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// The identifier that [`MailId::octets`] came from.
    #[must_use]
    pub const fn from_octets(octets: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(octets))
    }
}

fn version_7(now: Timestamp, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

fn parse(text: &str, prefix: &str) -> Result<Uuid, InvalidId> {
    let rest = text.strip_prefix(prefix).ok_or(InvalidId)?;
    let uuid = Uuid::try_parse(rest).map_err(|_| InvalidId)?;
    // One spelling only: an identifier is also a key.
    if uuid.as_hyphenated().to_string() == rest {
        Ok(uuid)
    } else {
        Err(InvalidId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_and_one_kind() {
        let id = OrderId::new(Timestamp::from_millis(1_760_000_000_000), [7; 10]);
        let text = id.to_string();
        assert_eq!(text.parse::<OrderId>(), Ok(id));
        assert_eq!(text.parse::<CaseId>(), Err(InvalidId));
        assert_eq!(text.to_uppercase().parse::<OrderId>(), Err(InvalidId));
        assert_eq!(
            format!("ord_{}", id.0.as_simple()).parse::<OrderId>(),
            Err(InvalidId)
        );
        assert_eq!(id.0.get_version_num(), 7);
    }
}
