//! The stock: every certificate ever issued, judged again by the rules of today (S/MIME BR 8.7;
//! a rule that is new finds what older ones let pass). Reads only.

use std::sync::Arc;

use const_oid::ObjectIdentifier;

use super::{authority::Authorities, catalogue::Catalogue};
use crate::{
    domain::{
        certificate::Certificate, id::CertificateId, intent::IssuerName, refusal::Refused,
        timestamp::Timestamp,
    },
    pkix::{certificate::CertificateView, oid, tlv},
    policy::{
        access::ReadScope,
        lint::{Object, Occasion, RuleSet, report::Finding, version},
        profile::leaf_type::LeafType,
    },
    ports::{
        clock::Clock,
        store::{
            Page,
            issuance::{CertificateFilter, Certificates},
        },
    },
};

/// What a run over the stock is going to be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    pub at: Timestamp,
    /// Version of the rules.
    pub rules: &'static str,
    /// When the first certificate was issued; `None` while there is none. They are not counted:
    /// that would take the longer the more there are.
    pub oldest: Option<Timestamp>,
}

/// What the rules say of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub id: CertificateId,
    pub issuer: IssuerName,
    pub serial: Vec<u8>,
    pub issued_at: Timestamp,
    /// What would stop its signature, by the rules that bound on its first day. `None` when no
    /// rules are bound to its issuer any more.
    pub findings: Option<Vec<Finding>>,
}

/// The certificates and what they are judged by.
#[derive(Clone)]
pub struct Stock {
    stored: Arc<dyn Certificates>,
    authorities: Arc<Authorities>,
    catalogue: Arc<Catalogue>,
    clock: Arc<dyn Clock>,
}

impl Stock {
    #[must_use]
    pub fn new(
        stored: Arc<dyn Certificates>,
        authorities: Arc<Authorities>,
        catalogue: Arc<Catalogue>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            stored,
            authorities,
            catalogue,
            clock,
        }
    }

    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn census(&self, scope: &ReadScope) -> Result<Census, Refused> {
        Ok(Census {
            at: self.clock.now(),
            rules: version::VERSION,
            oldest: self.stored.oldest_certificate(scope).await?,
        })
    }

    /// A page of the stock, newest first, judged.
    ///
    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn judge(&self, scope: &ReadScope, page: &Page) -> Result<Vec<Judged>, Refused> {
        let filter = CertificateFilter::default();
        let found = self.stored.certificates(scope, &filter, page).await?;
        let mut judged = Vec::with_capacity(found.len());
        for record in found {
            judged.push(self.one(record.certificate));
            // Issuance goes before: a page is some milliseconds of arithmetic.
            tokio::task::yield_now().await;
        }
        Ok(judged)
    }

    fn one(&self, certificate: Certificate) -> Judged {
        let rules = self.rules(&certificate);
        Judged {
            findings: rules.map(|rules| {
                let report =
                    rules.judge(Object::Certificate, &certificate.der, Occasion::default());
                report.into_obstacles()
            }),
            id: certificate.id,
            issuer: certificate.issuer,
            serial: certificate.serial,
            issued_at: certificate.issued_at,
        }
    }

    fn rules(&self, certificate: &Certificate) -> Option<RuleSet> {
        let authority = self.authorities.issuer(&certificate.issuer)?;
        let leaf_type = self
            .sold_as(certificate)
            .or_else(|| written(&certificate.der))?;
        Some(authority.leaf_rules(leaf_type))
    }

    /// What the product promises, if it is still sold.
    fn sold_as(&self, certificate: &Certificate) -> Option<LeafType> {
        let product = self.catalogue.product(&certificate.product)?;
        let (_, profile) = self.authorities.for_profile(&product.profile).ok()?;
        Some(profile.leaf_type())
    }
}

/// What the certificate says of itself: the type of a reserved policy in it.
fn written(der: &[u8]) -> Option<LeafType> {
    let view = CertificateView::parse(der).ok()?;
    let policies = view.extension(oid::CERTIFICATE_POLICIES)?.value;
    let holds = |policy: &ObjectIdentifier| {
        let policy = tlv::oid(policy);
        policies.windows(policy.len()).any(|part| part == policy)
    };
    LeafType::all().find(|leaf_type| holds(&leaf_type.policy()))
}
