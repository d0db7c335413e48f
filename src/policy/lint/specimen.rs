//! Good objects taken apart, so that a test can break one thing and put them together again.

use std::sync::LazyLock;

use super::{
    Object, Occasion, RuleSet,
    certificate::{Kind, Level},
    oids,
};
use crate::{
    domain::timestamp::Timestamp,
    pkix::{
        certificate::{CaCertificate, CertificateView},
        name::{self, AttributeType},
        spki::{Curve, PublicKey},
        test_key::TestKey,
        tlv::{self, bit_string, element, integer, sequence},
        validity::Validity,
    },
    policy::{
        issuance::samples,
        profile::leaf_type::{Generation, LeafType, ValidationLevel},
    },
};

pub(crate) use super::{
    specimen_keys as keys, specimen_list::ListSpecimen, specimen_request::RequestSpecimen,
};

/// A rule's name and what it alone refuses.
pub(crate) type Kept<T> = (&'static str, fn() -> Vec<T>);

/// The specimens of a source, by rule.
pub(crate) struct Specimens {
    pub(crate) certificate: &'static [Kept<Specimen>],
    pub(crate) list: &'static [Kept<ListSpecimen>],
    pub(crate) request: &'static [Kept<RequestSpecimen>],
}

/// What a rule set says of a mutated object.
pub(crate) trait Judged {
    /// Names of all rules it breaks.
    fn findings(&self) -> Vec<&'static str>;
}

/// This rule refuses each specimen, and no other rule does.
#[track_caller]
pub(crate) fn alone<T: Judged>(rule: &str, specimens: Vec<T>) {
    assert!(!specimens.is_empty(), "{rule} has no specimen");
    for (position, specimen) in specimens.into_iter().enumerate() {
        assert_eq!(specimen.findings(), [rule], "specimen {position} of {rule}");
    }
}

/// One attribute: identifier, tag, value.
type Attribute = (Vec<u8>, u8, Vec<u8>);
/// One extension: identifier, critical, value.
pub(crate) type Extension = (Vec<u8>, bool, Vec<u8>);

/// The parts of a certificate.
#[derive(Clone)]
pub(crate) struct Specimen {
    pub(crate) kind: Kind,
    /// `None` for a root.
    pub(crate) issuer: Option<CaCertificate>,
    pub(crate) signed_at: Option<Timestamp>,
    pub(crate) version: u8,
    /// Content octets.
    pub(crate) serial: Vec<u8>,
    pub(crate) inner_algorithm: Vec<u8>,
    pub(crate) issuer_name: Vec<u8>,
    pub(crate) validity: Vec<u8>,
    /// RDN by RDN.
    pub(crate) subject: Vec<Vec<Attribute>>,
    pub(crate) spki: Vec<u8>,
    pub(crate) unique_id: bool,
    pub(crate) extensions: Vec<Extension>,
    pub(crate) outer_algorithm: Vec<u8>,
}

static EC_LEAF: LazyLock<PublicKey> = LazyLock::new(|| TestKey::ec(Curve::P256).public());
static LEAF: LazyLock<Specimen> =
    LazyLock::new(|| Specimen::end(samples::MULTIPURPOSE, &samples::RSA_LEAF));
static EC: LazyLock<Specimen> = LazyLock::new(|| Specimen::end(samples::MULTIPURPOSE, &EC_LEAF));
static STRICT: LazyLock<Specimen> =
    LazyLock::new(|| Specimen::end(samples::STRICT, &samples::RSA_LEAF));

impl Specimen {
    /// A multipurpose leaf with an RSA key.
    pub(crate) fn leaf() -> Self {
        LEAF.clone()
    }

    /// A multipurpose leaf with a P-256 key.
    pub(crate) fn ec_leaf() -> Self {
        EC.clone()
    }

    /// A strict leaf with an RSA key.
    pub(crate) fn strict() -> Self {
        STRICT.clone()
    }

    /// A multipurpose leaf for a mailbox and nobody else.
    pub(crate) fn mailbox() -> Self {
        let mut made = Self::leaf();
        made.subject.clear();
        let mailbox = "jan.kowalski@example.com";
        made.add(oids::COMMON_NAME, tlv::UTF8_STRING, mailbox);
        made.of_type(Kind::Multipurpose(Level::Mailbox))
    }

    /// A multipurpose leaf for a person for whom an organization stands.
    pub(crate) fn sponsor() -> Self {
        let mut made = Self::leaf();
        made.person();
        made.of_type(Kind::Multipurpose(Level::Sponsor))
    }

    /// A multipurpose leaf for a person.
    pub(crate) fn individual() -> Self {
        let mut made = Self::leaf();
        made.take_away(oids::ORGANIZATION);
        made.take_away(oids::ORGANIZATION_IDENTIFIER);
        made.person();
        made.of_type(Kind::Multipurpose(Level::Individual))
    }

    /// The same by the rules of the strict generation.
    pub(crate) fn strict_too(self) -> Self {
        let level = self.kind.level().unwrap();
        self.of_type(Kind::Strict(level))
    }

    fn person(&mut self) {
        self.add(oids::GIVEN_NAME, tlv::UTF8_STRING, "Jan");
        self.add(oids::SURNAME, tlv::UTF8_STRING, "Kowalski");
        self.put(oids::COMMON_NAME, tlv::UTF8_STRING, "Jan Kowalski");
    }

    /// Another kind of leaf, with its policy.
    fn of_type(mut self, kind: Kind) -> Self {
        self.kind = kind;
        let policy = Self::leaf_type(kind).unwrap().policy();
        self.set(oids::CERTIFICATE_POLICIES, policies(&[policy.as_bytes()]));
        self
    }

    pub(crate) fn issuing() -> Self {
        let root = Some(samples::ROOT.certificate.clone());
        let mut made =
            Self::taken_apart(Kind::Issuing, samples::ISSUING.certificate.as_der(), root);
        made.period("2026-12-01T00:00:00Z", "2036-11-30T23:59:59Z");
        made
    }

    pub(crate) fn root() -> Self {
        let mut made = Self::taken_apart(Kind::Root, samples::ROOT.certificate.as_der(), None);
        made.period("2026-12-01T00:00:00Z", "2044-11-30T23:59:59Z");
        made
    }

    /// Made from a leaf, because this CA has no builder for it yet.
    pub(crate) fn responder() -> Self {
        let mut made = Self::ec_leaf();
        made.kind = Kind::Responder;
        made.subject.clear();
        made.add(oids::COUNTRY, tlv::PRINTABLE_STRING, "PL");
        made.add(
            oids::ORGANIZATION,
            tlv::UTF8_STRING,
            "Example Trust Services",
        );
        made.add(oids::COMMON_NAME, tlv::UTF8_STRING, "Example OCSP 1");
        for gone in [
            oids::CERTIFICATE_POLICIES,
            oids::SUBJECT_ALT_NAME,
            oids::CRL_DISTRIBUTION_POINTS,
            oids::AUTHORITY_INFO_ACCESS,
        ] {
            made.remove(gone);
        }
        made.set(oids::KEY_USAGE, vec![3, 2, 7, 0x80]);
        made.set(oids::EXT_KEY_USAGE, purposes(&[oids::OCSP_SIGNING]));
        made.set(oids::OCSP_NO_CHECK, vec![5, 0]);
        made.period("2026-11-23T00:00:00Z", "2026-12-22T23:59:59Z");
        made
    }

    fn end(profile: &str, key: &PublicKey) -> Self {
        let issuer = &samples::ISSUING;
        let kind = if profile == samples::STRICT {
            Kind::Strict(Level::Organization)
        } else {
            Kind::Multipurpose(Level::Organization)
        };
        let draft = samples::leaf(issuer, profile, key);
        let rules = Self::rules_of(kind, Some(&issuer.certificate));
        let der = samples::sign(draft, &rules, &issuer.key);
        Self::taken_apart(kind, &der, Some(issuer.certificate.clone()))
    }

    pub(crate) fn taken_apart(kind: Kind, der: &[u8], issuer: Option<CaCertificate>) -> Self {
        let view = CertificateView::parse(der).unwrap();
        let mut subject: Vec<Vec<Attribute>> = Vec::new();
        for attribute in name::attributes(view.subject).unwrap() {
            let whole = (
                attribute.oid.as_bytes().to_vec(),
                attribute.tag,
                attribute.value.to_vec(),
            );
            subject.resize(attribute.rdn + 1, Vec::new());
            subject[attribute.rdn].push(whole);
        }
        let extensions = view.extensions.iter();
        Self {
            kind,
            issuer,
            signed_at: None,
            version: view.version,
            serial: view.serial.value.to_vec(),
            inner_algorithm: view.inner_algorithm.to_vec(),
            issuer_name: view.issuer.to_vec(),
            validity: view.validity.raw.to_vec(),
            subject,
            spki: view.spki.to_vec(),
            unique_id: false,
            extensions: extensions
                .map(|e| (e.oid.as_bytes().to_vec(), e.critical, e.value.to_vec()))
                .collect(),
            outer_algorithm: view.outer_algorithm.to_vec(),
        }
    }

    fn rules_of(kind: Kind, issuer: Option<&CaCertificate>) -> RuleSet {
        if let (Some(leaf_type), Some(issuer)) = (Self::leaf_type(kind), issuer) {
            return RuleSet::leaf(issuer, leaf_type);
        }
        match (kind, issuer) {
            (Kind::Issuing, Some(root)) => RuleSet::issuing(root),
            (Kind::Responder, Some(issuer)) => RuleSet::responder(issuer),
            (Kind::Root, None) => RuleSet::root(),
            _ => panic!("{kind:?} has another issuer"),
        }
    }

    fn leaf_type(kind: Kind) -> Option<LeafType> {
        let level = match kind.level()? {
            Level::Mailbox => ValidationLevel::Mailbox,
            Level::Organization => ValidationLevel::Organization,
            Level::Sponsor => ValidationLevel::Sponsor,
            Level::Individual => ValidationLevel::Individual,
        };
        let generation = if kind.is_strict() {
            Generation::Strict
        } else {
            Generation::Multipurpose
        };
        Some(LeafType { level, generation })
    }

    /// The rules this specimen is judged by.
    pub(crate) fn rules(&self) -> RuleSet {
        Self::rules_of(self.kind, self.issuer.as_ref())
    }

    /// The whole certificate, with a signature of zeros.
    pub(crate) fn der(&self) -> Vec<u8> {
        let unique: &[u8] = if self.unique_id {
            &[0x81, 2, 0, 1]
        } else {
            &[]
        };
        let subject = self.subject_name();
        let tbs = sequence(&[
            &element(tlv::constructed(0), &[&integer(&[self.version])]),
            &element(tlv::INTEGER, &[&self.serial]),
            &self.inner_algorithm,
            &self.issuer_name,
            &self.validity,
            &subject,
            &self.spki,
            unique,
            &element(tlv::constructed(3), &[&extensions(&self.extensions)]),
        ]);
        sequence(&[&tbs, &self.outer_algorithm, &bit_string(&[0; 64])])
    }

    /// One change.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Both algorithms.
    pub(crate) fn algorithm(&mut self, hex_der: &str) {
        self.inner_algorithm = hex::decode(hex_der).unwrap();
        self.outer_algorithm = self.inner_algorithm.clone();
    }

    /// A key, with the identifier that follows from it.
    pub(crate) fn key(&mut self, spki: Vec<u8>) {
        let identifier = keys::identifier(&spki);
        self.set(
            oids::SUBJECT_KEY_IDENTIFIER,
            element(tlv::OCTET_STRING, &[&identifier]),
        );
        self.spki = spki;
    }

    pub(crate) fn period(&mut self, begin: &str, end: &str) {
        let validity = Validity::new(begin.parse().unwrap(), end.parse().unwrap());
        self.validity = validity.unwrap().to_der();
    }

    /// Two times as they shall stand.
    pub(crate) fn times(&mut self, begin: (u8, &str), end: (u8, &str)) {
        let time = |(tag, text): (u8, &str)| element(tag, &[text.as_bytes()]);
        self.validity = sequence(&[&time(begin), &time(end)]);
    }

    /// DER of the subject.
    pub(crate) fn subject_name(&self) -> Vec<u8> {
        let rdns = self.subject.iter().flat_map(|rdn| {
            let mut pairs = rdn
                .iter()
                .map(|(oid, tag, value)| {
                    sequence(&[&element(tlv::OID, &[oid]), &element(*tag, &[value])])
                })
                .collect::<Vec<_>>();
            pairs.sort();
            element(tlv::SET, &[&pairs.concat()])
        });
        sequence(&[&rdns.collect::<Vec<_>>()])
    }

    /// An attribute in its place; one the CA does not know at the end of the subject.
    pub(crate) fn add(&mut self, oid: &[u8], tag: u8, value: impl AsRef<[u8]>) {
        let place = |oid: &[u8]| {
            let mut all = AttributeType::ALL.into_iter();
            all.position(|kind| kind.oid().as_bytes() == oid)
                .unwrap_or(usize::MAX)
        };
        let attribute = (oid.to_vec(), tag, value.as_ref().to_vec());
        let before = |rdn: &Vec<Attribute>| place(&rdn[0].0) <= place(oid);
        let at = self.subject.iter().take_while(|rdn| before(rdn)).count();
        self.subject.insert(at, vec![attribute]);
    }

    /// Replaces an attribute where it stands.
    pub(crate) fn put(&mut self, oid: &[u8], tag: u8, value: impl AsRef<[u8]>) {
        let mut all = self.subject.iter_mut().flatten();
        let found = all.find(|found| found.0 == oid).unwrap();
        (found.1, found.2) = (tag, value.as_ref().to_vec());
    }

    pub(crate) fn take_away(&mut self, oid: &[u8]) {
        for rdn in &mut self.subject {
            rdn.retain(|found| found.0 != oid);
        }
        self.subject.retain(|rdn| !rdn.is_empty());
    }

    /// Replaces or adds an extension, not critical when added.
    pub(crate) fn set(&mut self, oid: &[u8], value: Vec<u8>) {
        set(&mut self.extensions, oid, value);
    }

    pub(crate) fn remove(&mut self, oid: &[u8]) {
        self.extensions.retain(|found| found.0 != oid);
    }

    pub(crate) fn critical(&mut self, oid: &[u8], critical: bool) {
        let found = self.extensions.iter_mut().find(|found| found.0 == oid);
        found.unwrap().1 = critical;
    }
}

impl Judged for Specimen {
    fn findings(&self) -> Vec<&'static str> {
        let occasion = Occasion {
            signed_at: self.signed_at,
            signer: None,
        };
        let report = self
            .rules()
            .judge(Object::Certificate, &self.der(), occasion);
        report.findings.iter().map(|finding| finding.rule).collect()
    }
}

/// extKeyUsage of these.
pub(crate) fn purposes(oids: &[&[u8]]) -> Vec<u8> {
    let all = oids.iter().flat_map(|oid| element(tlv::OID, &[oid]));
    sequence(&[&all.collect::<Vec<_>>()])
}

/// certificatePolicies of these.
pub(crate) fn policies(oids: &[&[u8]]) -> Vec<u8> {
    let all = oids
        .iter()
        .flat_map(|oid| sequence(&[&element(tlv::OID, &[oid])]));
    sequence(&[&all.collect::<Vec<_>>()])
}

/// certificatePolicies of the multipurpose generation with one qualifier.
pub(crate) fn qualified(kind: &[u8], value: &[u8]) -> Vec<u8> {
    let qualifier = sequence(&[&element(tlv::OID, &[kind]), value]);
    let policy = sequence(&[
        &element(tlv::OID, &[oids::ORGANIZATION_MULTIPURPOSE]),
        &sequence(&[&qualifier]),
    ]);
    sequence(&[&policy])
}

/// subjectAltName of these: number of the choice, content.
pub(crate) fn alt_names(names: &[(u8, &[u8])]) -> Vec<u8> {
    let all = names.iter().flat_map(|(kind, value)| {
        let tag = match kind {
            0 | 3 | 4 | 5 => tlv::constructed(*kind),
            _ => tlv::primitive(*kind),
        };
        element(tag, &[value])
    });
    sequence(&[&all.collect::<Vec<_>>()])
}

/// Content of an otherName with a UTF8String.
pub(crate) fn other_name(kind: &[u8], text: &str) -> Vec<u8> {
    let value = element(tlv::UTF8_STRING, &[text.as_bytes()]);
    let wrapped = element(tlv::constructed(0), &[&value]);
    [element(tlv::OID, &[kind]), wrapped].concat()
}

/// A distributionPoint field with these URLs as fullName.
pub(crate) fn full_name(urls: &[&str]) -> Vec<u8> {
    let names = urls
        .iter()
        .flat_map(|url| element(tlv::primitive(6), &[url.as_bytes()]));
    let full = element(tlv::constructed(0), &[&names.collect::<Vec<_>>()]);
    element(tlv::constructed(0), &[&full])
}

/// cRLDistributionPoints with one point of these URLs.
pub(crate) fn crl_points(urls: &[&str]) -> Vec<u8> {
    sequence(&[&sequence(&[&full_name(urls)])])
}

/// authorityInfoAccess of these.
pub(crate) fn access(all: &[(&[u8], &str)]) -> Vec<u8> {
    let descriptions = all.iter().flat_map(|(method, url)| {
        let url = element(tlv::primitive(6), &[url.as_bytes()]);
        sequence(&[&element(tlv::OID, &[method]), &url])
    });
    sequence(&[&descriptions.collect::<Vec<_>>()])
}

/// Replaces or adds an extension.
pub(crate) fn set(extensions: &mut Vec<Extension>, oid: &[u8], value: Vec<u8>) {
    match extensions.iter_mut().find(|found| found.0 == oid) {
        Some(found) => found.2 = value,
        None => extensions.push((oid.to_vec(), false, value)),
    }
}

/// The DER of `Extensions`.
pub(crate) fn extensions(list: &[Extension]) -> Vec<u8> {
    let encoded = list.iter().flat_map(|(oid, critical, value)| {
        let critical: &[u8] = if *critical { &[1, 1, 0xff] } else { &[] };
        let value = element(tlv::OCTET_STRING, &[value]);
        sequence(&[&element(tlv::OID, &[oid]), critical, &value])
    });
    sequence(&[&encoded.collect::<Vec<_>>()])
}
