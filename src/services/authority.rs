//! The issuing CAs of this daemon: certificate, chain, key, profiles and rules, held together.
//!
//! Nothing here reads a file or a token; the daemon builds the values and swaps profiles on
//! reload. A certificate is finished with the profile its intent pinned (I10).

pub mod slot;
pub mod trial;

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc, time::Duration};

use arc_swap::ArcSwap;

use self::slot::{SigningSlot, SigningSlots};
use crate::{
    domain::{intent::IssuerName, refusal::Refused, timestamp::Timestamp},
    pkix::{
        certificate::CaCertificate,
        general_name::{HttpUrl, InvalidUrl},
    },
    policy::{
        issuance::{IssuerKey, leaf::LeafUrls},
        lint::{RuleSet, list::ListKind},
        profile::{CertificateProfile, leaf_type::LeafType},
    },
    ports::signer::Signer,
};

/// An issuing CA.
pub struct Authority {
    pub name: IssuerName,
    pub certificate: CaCertificate,
    /// DER from this CA upward, without the root.
    pub chain: Vec<Vec<u8>>,
    /// The signing key with its pinned public half.
    pub key: IssuerKey,
    /// Partitions of its CRL; a certificate's is fixed at issuance.
    pub partitions: NonZeroU32,
    /// For example `http://pki.example.com`, without a slash at the end.
    pub base_url: String,
    /// How long a CRL of this CA holds, and when the next one is due.
    pub crl: CrlPeriod,
    /// Signing slots: an act holds one from before its intent to its result.
    pub slots: SigningSlots,
}

/// The times of a CRL (S/MIME BR 4.9.7: reissue within 7 days, nextUpdate within 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrlPeriod {
    /// nextUpdate − thisUpdate.
    pub validity: Duration,
    /// Age at which a new list is signed.
    pub refresh: Duration,
}

impl Authority {
    /// What a leaf of this CA is linted by before it is signed.
    #[must_use]
    pub fn leaf_rules(&self, leaf_type: LeafType) -> RuleSet {
        RuleSet::leaf(&self.certificate, leaf_type)
    }

    /// What a CRL of this CA is linted by before it is signed.
    #[must_use]
    pub fn list_rules(&self) -> RuleSet {
        RuleSet::list(&self.certificate, ListKind::Leaves)
    }

    /// The distribution point of a partition, as it stands in certificates and in the CRL's
    /// issuingDistributionPoint, byte for byte.
    ///
    /// # Errors
    /// When the configured base is no plain http URL.
    pub fn crl_url(&self, partition: u32) -> Result<HttpUrl, InvalidUrl> {
        HttpUrl::parse(&format!(
            "{}/crl/{}/{partition}.crl",
            self.base_url, self.name
        ))
    }

    /// Where the certificate of this CA is fetched (AIA caIssuers).
    ///
    /// # Errors
    /// When the configured base is no plain http URL.
    pub fn ca_issuers_url(&self) -> Result<HttpUrl, InvalidUrl> {
        HttpUrl::parse(&format!("{}/ca/{}.cer", self.base_url, self.name))
    }

    /// Both URLs of a leaf in this partition.
    ///
    /// # Errors
    /// When the configured base is no plain http URL.
    pub fn leaf_urls(&self, partition: u32) -> Result<LeafUrls, InvalidUrl> {
        Ok(LeafUrls {
            crl: self.crl_url(partition)?,
            ca_issuers: self.ca_issuers_url()?,
        })
    }

    /// Refuses before anything is stored when the key cannot sign now.
    ///
    /// # Errors
    /// 503 `hsm-unavailable`.
    pub fn require_usable(&self, signer: &dyn Signer) -> Result<(), Refused> {
        signer
            .state(self.key.name())
            .map_err(|fault| Refused::unavailable("hsm-unavailable", fault))
    }

    /// A signing slot, at once or not at all: what waits here would hold no intent and no
    /// promise.
    ///
    /// # Errors
    /// 503 `issuance-busy` when all slots are taken.
    pub fn slot(&self) -> Result<SigningSlot, Refused> {
        let busy = || Refused::unavailable("issuance-busy", "all signing slots are taken");
        self.slots.take().ok_or_else(busy)
    }
}

/// All issuing CAs and the profiles they issue by.
pub struct Authorities {
    issuers: Vec<Arc<Authority>>,
    profiles: ArcSwap<Profiles>,
}

/// Which CA issues by which profile now.
#[derive(Clone, Default)]
pub struct Profiles(pub BTreeMap<String, Bound>);

/// A profile and the CA that issues by it for new orders.
#[derive(Clone)]
pub struct Bound {
    pub profile: Arc<CertificateProfile>,
    pub issuer: IssuerName,
}

impl Authorities {
    #[must_use]
    pub fn new(issuers: Vec<Arc<Authority>>, profiles: Profiles) -> Self {
        for issuer in &issuers {
            let not_after = issuer.certificate.validity().not_after().seconds();
            let seconds = Duration::from_secs(u64::try_from(not_after).unwrap_or(0));
            let name = issuer.name.to_string();
            metrics::gauge!("chancery_issuer_not_after_timestamp_seconds", "issuer" => name)
                .set(seconds.as_secs_f64());
        }
        Self {
            issuers,
            profiles: ArcSwap::from_pointee(profiles),
        }
    }

    /// Takes over validated profiles.
    pub fn replace_profiles(&self, profiles: Profiles) {
        self.profiles.store(Arc::new(profiles));
    }

    #[must_use]
    pub fn issuers(&self) -> &[Arc<Authority>] {
        &self.issuers
    }

    #[must_use]
    pub fn issuer(&self, name: &IssuerName) -> Option<&Arc<Authority>> {
        self.issuers.iter().find(|issuer| issuer.name == *name)
    }

    /// The CA and the profile for a product's profile name.
    ///
    /// # Errors
    /// 503 `issuance-suspended` when no CA issues by it.
    pub fn for_profile(
        &self,
        profile: &str,
    ) -> Result<(Arc<Authority>, Arc<CertificateProfile>), Refused> {
        let bound = self.profiles.load().0.get(profile).cloned();
        let found = bound.and_then(|bound| {
            self.issuer(&bound.issuer)
                .map(|issuer| (Arc::clone(issuer), bound.profile))
        });
        found.ok_or_else(|| {
            Refused::unavailable("issuance-suspended", format!("no CA issues by {profile}"))
        })
    }

    /// The same, for a certificate that is to be issued at `now`.
    ///
    /// # Errors
    /// As above, and 409 `profile-not-in-force` before and after the profile's time.
    pub fn issuing_by(
        &self,
        profile: &str,
        now: Timestamp,
    ) -> Result<(Arc<Authority>, Arc<CertificateProfile>), Refused> {
        let found = self.for_profile(profile)?;
        if found.1.in_force().holds(now) {
            Ok(found)
        } else {
            Err(Refused::state("profile-not-in-force"))
        }
    }
}
