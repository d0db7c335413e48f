//! A kept profile against a certificate that was issued by it: what the text of that day says,
//! whatever today's rules are, judged from the certificate's DER.
//!
//! Nothing is shared with the builder of a TBS: it could not find the builder's mistakes. Values
//! that a profile does not fix (the organization, URLs, key identifiers) are not judged here.

use const_oid::ObjectIdentifier;

use super::{
    LeafExtension, NameSource, ProfileFault, Requirement,
    file::{ProfileFile, UsageName},
    matrix, rules,
};
use crate::{
    domain::timestamp::Timestamp,
    pkix::{
        certificate::{CertificateView, ExtensionView},
        name::{self, AttributeType},
        oid,
        spki::PublicKey,
        tlv::{self, Malformed},
        validity::Validity,
    },
};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What a profile's text said.
#[derive(Debug)]
pub struct StoredProfile(ProfileFile);

/// What in a certificate is not as its profile says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Departure {
    #[error("it cannot be read")]
    Form,
    #[error("the profile was not in force when it was decided")]
    InForce,
    #[error("the validity is longer, or begins elsewhere, than the profile allows")]
    Validity,
    #[error("the extensions are not those of the profile in their order")]
    Extensions,
    #[error("the policies are not the profile's")]
    Policies,
    #[error("the key usage is not the profile's for this kind of key")]
    KeyUsage,
    #[error("the purposes are not the profile's")]
    Purposes,
    #[error("the subject lacks an attribute, or has one that the profile does not know, or twice")]
    Subject,
    #[error("the common name is none of those that the profile allows")]
    CommonName,
}

impl Departure {
    /// The part of the certificate, for findings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::InForce => "profile in force",
            Self::Validity => "validity",
            Self::Extensions => "extensions",
            Self::Policies => "policies",
            Self::KeyUsage => "keyUsage",
            Self::Purposes => "extKeyUsage",
            Self::Subject => "subject",
            Self::CommonName => "commonName",
        }
    }
}

impl From<Malformed> for Departure {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

impl StoredProfile {
    /// Reads a text that was a lawful profile once.
    ///
    /// # Errors
    /// When it is no profile file; whether it keeps today's rules is not asked.
    pub fn read(text: &str) -> Result<Self, ProfileFault> {
        ProfileFile::read(text).map(Self)
    }

    /// As the text names itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Everything in a certificate whose issuance was decided then that is not as the text says.
    #[must_use]
    pub fn departures(&self, der: &[u8], decided_at: Timestamp) -> Vec<Departure> {
        let Ok(view) = CertificateView::parse(der) else {
            return vec![Departure::Form];
        };
        let judged = [
            self.in_force(decided_at),
            self.validity(&view, decided_at),
            self.extensions(&view),
            self.policies(&view),
            self.key_usage(&view),
            self.purposes(&view),
            self.subject(&view),
            self.common_name(&view),
        ];
        judged.into_iter().filter_map(Result::err).collect()
    }

    fn in_force(&self, decided_at: Timestamp) -> Result<(), Departure> {
        let period = rules::in_force(&self.0);
        let held = period.is_ok_and(|period| period.holds(decided_at));
        ensure(held, Departure::InForce)
    }

    /// It begins at most `backdate_seconds` before the decision and not after it: later than the
    /// whole span only where its issuer began later.
    fn validity(&self, view: &CertificateView<'_>, at: Timestamp) -> Result<(), Departure> {
        let validity = Validity::from_der(&view.validity)?;
        let most = i64::from(self.0.max_validity_days) * DAY;
        let backdate = std::time::Duration::from_secs(self.0.backdate_seconds);
        let earliest = at.minus(backdate).whole_second();
        let begun = (earliest..=at).contains(&validity.not_before());
        ensure(begun && validity.seconds() <= most, Departure::Validity)
    }

    fn extensions(&self, view: &CertificateView<'_>) -> Result<(), Departure> {
        let found = view.extensions.iter().map(|one| one.oid);
        let wanted = self.0.extensions.iter().map(|kind| identifier(*kind));
        ensure(found.eq(wanted), Departure::Extensions)
    }

    fn policies(&self, view: &CertificateView<'_>) -> Result<(), Departure> {
        let extension = extension(view, oid::CERTIFICATE_POLICIES)?;
        let mut list = tlv::only(extension.value, tlv::SEQUENCE)?.reader();
        let mut found = Vec::new();
        while !list.is_empty() {
            let mut policy = list.expect(tlv::SEQUENCE)?.reader();
            found.push(policy.expect(tlv::OID)?.oid()?.to_string());
            policy.finish()?;
        }
        ensure(found == [self.0.policy.as_str()], Departure::Policies)
    }

    fn key_usage(&self, view: &CertificateView<'_>) -> Result<(), Departure> {
        let wanted = match PublicKey::from_spki(view.spki) {
            Ok(PublicKey::Rsa { .. }) => &self.0.rsa_key_usage,
            Ok(PublicKey::Ec { .. }) => &self.0.ec_key_usage,
            Ok(PublicKey::Ed25519(_)) | Err(_) => return Err(Departure::KeyUsage),
        };
        let extension = extension(view, oid::KEY_USAGE)?;
        let (_, octets) = tlv::only(extension.value, tlv::BIT_STRING)?.bit_string()?;
        let mut found = Vec::new();
        for (at, octet) in octets.iter().enumerate() {
            let set = (0..8).filter(|bit| octet & (0x80 >> bit) != 0);
            found.extend(set.map(|bit| at * 8 + bit));
        }
        let mut wanted: Vec<usize> = wanted.iter().map(|usage| bit(*usage)).collect();
        wanted.sort_unstable();
        ensure(found == wanted, Departure::KeyUsage)
    }

    fn purposes(&self, view: &CertificateView<'_>) -> Result<(), Departure> {
        let extension = extension(view, oid::EXT_KEY_USAGE)?;
        let mut list = tlv::only(extension.value, tlv::SEQUENCE)?.reader();
        let mut found = Vec::new();
        while !list.is_empty() {
            found.push(list.expect(tlv::OID)?.oid()?);
        }
        let wanted = self.0.ext_key_usage.iter().map(|name| purpose(name));
        ensure(found.into_iter().map(Some).eq(wanted), Departure::Purposes)
    }

    fn subject(&self, view: &CertificateView<'_>) -> Result<(), Departure> {
        let found = name::attributes(view.subject)?;
        let rows = self.0.subject();
        let count = |kind: AttributeType| found.iter().filter(|one| one.oid == kind.oid()).count();
        let right = rows.iter().all(|(kind, requirement)| {
            let least = usize::from(*requirement == Requirement::Required);
            (least..=1).contains(&count(*kind))
        });
        let known = |oid| rows.iter().any(|(kind, _)| kind.oid() == oid);
        let right = right && found.iter().all(|one| known(one.oid));
        ensure(right, Departure::Subject)
    }

    fn common_name(&self, view: &CertificateView<'_>) -> Result<(), Departure> {
        let attributes = name::attributes(view.subject)?;
        let value = |kind: AttributeType| {
            let found = attributes.iter().find(|one| one.oid == kind.oid());
            found.and_then(name::NameAttribute::text)
        };
        let Some(common_name) = value(AttributeType::CommonName) else {
            return Ok(());
        };
        let mailbox = mailbox(view)?;
        let mut sources = self.0.common_name_sources.iter();
        let known = sources.any(|source| {
            let said = match source {
                NameSource::Organization => value(AttributeType::Organization),
                NameSource::Pseudonym => value(AttributeType::Pseudonym),
                NameSource::Mailbox => mailbox.clone(),
                NameSource::PersonalName => {
                    let names = [AttributeType::GivenName, AttributeType::Surname].map(value);
                    let names: Vec<String> = names.into_iter().flatten().collect();
                    (!names.is_empty()).then(|| names.join(" "))
                }
            };
            said.as_deref() == Some(common_name.as_str())
        });
        ensure(known, Departure::CommonName)
    }
}

/// The mailbox that a leaf is for: the one rfc822Name of its subjectAltName.
///
/// # Errors
/// When the extension cannot be read.
pub fn mailbox(view: &CertificateView<'_>) -> Result<Option<String>, Malformed> {
    let Some(extension) = view.extension(oid::SUBJECT_ALT_NAME) else {
        return Ok(None);
    };
    let mut names = tlv::only(extension.value, tlv::SEQUENCE)?.reader();
    let mailbox = names.expect(tlv::primitive(1))?.value;
    names.finish()?;
    Ok(String::from_utf8(mailbox.to_vec()).ok())
}

fn extension<'a, 'b>(
    view: &'b CertificateView<'a>,
    oid: ObjectIdentifier,
) -> Result<&'b ExtensionView<'a>, Departure> {
    view.extension(oid).ok_or(Departure::Extensions)
}

const fn identifier(kind: LeafExtension) -> ObjectIdentifier {
    match kind {
        LeafExtension::AuthorityKeyIdentifier => oid::AUTHORITY_KEY_IDENTIFIER,
        LeafExtension::SubjectKeyIdentifier => oid::SUBJECT_KEY_IDENTIFIER,
        LeafExtension::KeyUsage => oid::KEY_USAGE,
        LeafExtension::ExtKeyUsage => oid::EXT_KEY_USAGE,
        LeafExtension::CertificatePolicies => oid::CERTIFICATE_POLICIES,
        LeafExtension::SubjectAltName => oid::SUBJECT_ALT_NAME,
        LeafExtension::CrlDistributionPoints => oid::CRL_DISTRIBUTION_POINTS,
        LeafExtension::AuthorityInfoAccess => oid::AUTHORITY_INFO_ACCESS,
    }
}

/// Number of the bit (RFC 5280 4.2.1.3).
const fn bit(usage: UsageName) -> usize {
    match usage {
        UsageName::DigitalSignature => 0,
        UsageName::NonRepudiation => 1,
        UsageName::KeyEncipherment => 2,
        UsageName::DataEncipherment => 3,
        UsageName::KeyAgreement => 4,
        UsageName::EncipherOnly => 7,
        UsageName::DecipherOnly => 8,
    }
}

/// `None` for one that this CA never wrote.
fn purpose(name: &str) -> Option<ObjectIdentifier> {
    (name == matrix::EMAIL_PROTECTION).then_some(oid::EMAIL_PROTECTION)
}

fn ensure(holds: bool, otherwise: Departure) -> Result<(), Departure> {
    if holds { Ok(()) } else { Err(otherwise) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        pkix::{spki::Curve, test_key::TestKey},
        policy::{
            issuance::samples::{self, ISSUING, MULTIPURPOSE, RSA_LEAF, STRICT},
            lint::RuleSet,
            profile::CertificateProfile,
        },
    };

    fn issued(profile: &str, key: &PublicKey) -> Vec<u8> {
        let leaf_type = CertificateProfile::parse(profile).unwrap().leaf_type();
        let rules = RuleSet::leaf(&ISSUING.certificate, leaf_type);
        samples::sign(samples::leaf(&ISSUING, profile, key), &rules, &ISSUING.key)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_a_profile_made_is_what_it_says() {
        let elliptic = TestKey::ec(Curve::P256).public();
        for profile in [MULTIPURPOSE, STRICT] {
            let read = StoredProfile::read(profile).unwrap();
            for key in [&*RSA_LEAF, &elliptic] {
                let der = issued(profile, key);
                assert_eq!(read.departures(&der, at(samples::SIGNED_AT)), []);
            }
        }
        let form = StoredProfile::read(STRICT).unwrap();
        assert_eq!(
            form.departures(b"0", at(samples::SIGNED_AT)),
            [Departure::Form]
        );
    }

    /// What the profile said instead, and what then is found.
    const OTHER: &[(&str, &str, Departure)] = &[
        ("5.2.2\"", "5.2.3\"", Departure::Policies),
        ("= 730", "= 364", Departure::Validity),
        ("= 300", "= 299", Departure::Validity),
        (
            "version = 1\n",
            "version = 1\nends = \"2026-11-22T12:00:00Z\"\n",
            Departure::InForce,
        ),
        (
            "version = 1\n",
            "version = 1\neffective = \"2026-11-22T12:00:01Z\"\n",
            Departure::InForce,
        ),
        ("\"emailProtection\"", "\"clientAuth\"", Departure::Purposes),
        ("[\"emailProtection\"]", "[]", Departure::Purposes),
        (
            "[\"digitalSignature\", \"keyEncipherment\"]",
            "[\"digitalSignature\"]",
            Departure::KeyUsage,
        ),
        (
            "[\"digitalSignature\", \"keyEncipherment\"]",
            "[\"nonRepudiation\", \"digitalSignature\", \"keyEncipherment\"]",
            Departure::KeyUsage,
        ),
        ("    \"authorityInfoAccess\",\n", "", Departure::Extensions),
        (
            "    \"keyUsage\",\n    \"extKeyUsage\",\n",
            "    \"extKeyUsage\",\n    \"keyUsage\",\n",
            Departure::Extensions,
        ),
        ("locality = \"optional\"\n", "", Departure::Subject),
        (
            "state_or_province = \"optional\"",
            "state_or_province = \"required\"",
            Departure::Subject,
        ),
        (
            "[\"organization\", \"email\"]",
            "[\"email\"]",
            Departure::CommonName,
        ),
    ];

    #[test]
    fn each_departure_is_named() {
        let der = issued(MULTIPURPOSE, &RSA_LEAF);
        for (old, new, expected) in OTHER {
            assert!(MULTIPURPOSE.contains(old), "{old}");
            let read = StoredProfile::read(&MULTIPURPOSE.replacen(old, new, 1)).unwrap();
            let found = read.departures(&der, at(samples::SIGNED_AT));
            assert_eq!(found, [*expected], "{new}");
        }
        // Decided at another time than it begins.
        let read = StoredProfile::read(MULTIPURPOSE).unwrap();
        for other in ["2026-11-22T11:54:59Z", "2026-11-22T12:00:01Z"] {
            assert_eq!(read.departures(&der, at(other)), [Departure::Validity]);
        }
    }
}
