//! Throw-away issuing CAs and what the product builds under them: the TBS goes the way of
//! production up to the signature, which a software key or nobody makes.

use std::sync::LazyLock;

use chancery::{
    domain::{signing::KeyName, timestamp::Timestamp},
    pkix::{
        algorithm::SignatureAlgorithm, certificate::CaCertificate, general_name::HttpUrl,
        serial_number::SerialNumber, spki::PublicKey,
    },
    policy::{
        activation::Subject,
        issuance::{
            IssuerKey, Linted,
            artifact::CertificateTbs,
            leaf::{self, LeafOrder, LeafUrls, Term},
        },
        lint::{Object, Occasion, RuleSet, report::Finding},
        profile::{CertificateProfile, leaf_type::LeafType},
    },
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, DnValue, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, SigningKey,
};

use super::der::{self, Der};

/// An issuing CA in software.
pub struct Issuer {
    key: KeyPair,
    pub certificate: CaCertificate,
    pinned: IssuerKey,
}

/// Issues with ECDSA on P-384.
pub static EC: LazyLock<Issuer> = LazyLock::new(|| {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    Issuer::new(key, SignatureAlgorithm::EcdsaP384Sha384)
});

/// Issues with RSA PKCS #1 and SHA-256.
pub static RSA: LazyLock<Issuer> = LazyLock::new(|| {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, rcgen::RsaKeySize::_3072).unwrap();
    Issuer::new(key, SignatureAlgorithm::RsaPkcs1Sha256)
});

pub static MULTIPURPOSE: LazyLock<CertificateProfile> =
    LazyLock::new(|| profile(include_str!("../../config/profiles/org-multipurpose.toml")));

pub static STRICT: LazyLock<CertificateProfile> =
    LazyLock::new(|| profile(include_str!("../../config/profiles/org-strict.toml")));

/// What one leaf is made from, beside its issuer.
pub struct Request<'a> {
    pub profile: &'a CertificateProfile,
    pub serial: SerialNumber,
    pub issued_at: Timestamp,
    pub days: u32,
    pub key: &'a PublicKey,
    pub subject: &'a Subject,
    pub email_in_subject: bool,
    pub partition: u32,
}

impl Issuer {
    fn new(key: KeyPair, algorithm: SignatureAlgorithm) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let name = &mut params.distinguished_name;
        let country = DnValue::PrintableString("PL".try_into().unwrap());
        name.push(DnType::CountryName, country);
        name.push(DnType::OrganizationName, "Example Trust Services");
        name.push(DnType::CommonName, "Example Issuing CA");
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2036, 1, 1);
        let certificate = params.self_signed(&key).unwrap();
        let certificate = CaCertificate::from_der(certificate.der()).unwrap();
        let name = KeyName::parse("issuing-g1").unwrap();
        let pinned = IssuerKey::new(name, certificate.public_key().clone(), algorithm).unwrap();
        Self {
            key,
            certificate,
            pinned,
        }
    }

    /// Builder and lint of production; `Err` is a request the builder or the rules refuse.
    pub fn linted(&self, request: &Request<'_>) -> Result<Linted<CertificateTbs>, String> {
        let draft = leaf::draft(LeafOrder {
            profile: request.profile,
            issuer: &self.certificate,
            key: &self.pinned,
            serial: request.serial.clone(),
            issued_at: request.issued_at,
            term: Term::Days(request.days),
            subject_key: request.key,
            subject: request.subject,
            email_in_subject: request.email_in_subject,
            urls: &LeafUrls {
                crl: url(&format!(
                    "http://pki.example.com/crl/issuing-g1/{}.crl",
                    request.partition
                )),
                ca_issuers: url("http://pki.example.com/ca/issuing-g1.cer"),
            },
        });
        let draft = draft.map_err(|fault| fault.to_string())?;
        let rules = RuleSet::leaf(&self.certificate, request.profile.leaf_type());
        draft
            .lint(&rules, request.issued_at)
            .map_err(|report| report.to_string())
    }

    /// The certificate: the linted bytes under a signature of the software key.
    pub fn signed(&self, linted: &Linted<CertificateTbs>) -> Vec<u8> {
        let signature = self.key.sign(linted.tbs()).unwrap();
        let algorithm = self.pinned.algorithm().der().to_vec();
        der::sequence([
            Der::Raw(linted.tbs().to_vec()),
            Der::Raw(algorithm),
            der::bit_string(0, &signature),
        ])
        .encode()
    }

    /// Our verdict on a whole certificate that is said to be of this CA.
    pub fn judge(&self, leaf_type: LeafType, certificate: &[u8]) -> Vec<Finding> {
        RuleSet::leaf(&self.certificate, leaf_type)
            .judge(Object::Certificate, certificate, Occasion::default())
            .into_obstacles()
    }
}

/// A public key of `keys/`.
pub fn public_key(name: &str) -> PublicKey {
    PublicKey::from_spki(&spki(name)).unwrap()
}

/// The SubjectPublicKeyInfo in `keys/`.
pub fn spki(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/linters/keys");
    let text = std::fs::read(folder.join(format!("{name}.pem"))).unwrap();
    let (label, der) = pem_rfc7468::decode_vec(&text).unwrap();
    assert_eq!(label, "PUBLIC KEY");
    der
}

fn profile(text: &str) -> CertificateProfile {
    CertificateProfile::parse(text).unwrap()
}

fn url(text: &str) -> HttpUrl {
    HttpUrl::parse(text).unwrap()
}
