//! Good objects taken apart, so that a test can break one thing and put them together again.

use const_oid::ObjectIdentifier;

use super::{CertificateRule, ListRule, Object, RuleSet, certificate::Kind, list::ListKind};
use crate::{
    pkix::{
        certificate::CertificateView,
        name,
        spki::{Curve, PublicKey},
        tbs_cert_list::CrlView,
        test_key::TestKey,
        tlv,
    },
    policy::issuance::samples,
    policy::profile::Generation,
};

type Extensions = Vec<(ObjectIdentifier, bool, Vec<u8>)>;

/// The parts of a certificate, each DER.
pub(super) struct Specimen {
    kind: Kind,
    pub(super) version: u8,
    pub(super) serial: Vec<u8>,
    pub(super) inner_algorithm: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) validity: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) spki: Vec<u8>,
    pub(super) unique_id: bool,
    pub(super) extensions: Extensions,
    pub(super) outer_algorithm: Vec<u8>,
}

impl Specimen {
    /// A multipurpose leaf with an RSA key.
    pub(super) fn leaf() -> Self {
        Self::end(
            Kind::Multipurpose,
            samples::MULTIPURPOSE,
            &samples::RSA_LEAF,
        )
    }

    /// A multipurpose leaf with a P-256 key.
    pub(super) fn ec_leaf() -> Self {
        let key = TestKey::ec(Curve::P256).public();
        Self::end(Kind::Multipurpose, samples::MULTIPURPOSE, &key)
    }

    /// A strict leaf with an RSA key.
    pub(super) fn strict() -> Self {
        Self::end(Kind::Strict, samples::STRICT, &samples::RSA_LEAF)
    }

    pub(super) fn issuing() -> Self {
        Self::taken_apart(Kind::Issuing, samples::ISSUING.certificate.as_der())
    }

    pub(super) fn root() -> Self {
        Self::taken_apart(Kind::Root, samples::ROOT.certificate.as_der())
    }

    fn end(kind: Kind, profile: &str, key: &PublicKey) -> Self {
        let issuer = &samples::ISSUING;
        let specimen = samples::leaf(issuer, profile, key);
        let rules = Self::rules(kind);
        Self::taken_apart(kind, &samples::sign(specimen, &rules, &issuer.key))
    }

    fn taken_apart(kind: Kind, der: &[u8]) -> Self {
        let view = CertificateView::parse(der).unwrap();
        let extensions = view.extensions.iter();
        Self {
            kind,
            version: view.version,
            serial: view.serial.raw.to_vec(),
            inner_algorithm: view.inner_algorithm.to_vec(),
            issuer: view.issuer.to_vec(),
            validity: view.validity.raw.to_vec(),
            subject: view.subject.to_vec(),
            spki: view.spki.to_vec(),
            unique_id: false,
            extensions: extensions
                .map(|e| (e.oid, e.critical, e.value.to_vec()))
                .collect(),
            outer_algorithm: view.outer_algorithm.to_vec(),
        }
    }

    fn rules(kind: Kind) -> RuleSet {
        match kind {
            Kind::Multipurpose => {
                RuleSet::leaf(&samples::ISSUING.certificate, Generation::Multipurpose)
            }
            Kind::Strict => RuleSet::leaf(&samples::ISSUING.certificate, Generation::Strict),
            Kind::Issuing => RuleSet::issuing(&samples::ROOT.certificate),
            Kind::Root => RuleSet::root(),
        }
    }

    /// Names of the rules this certificate breaks.
    pub(super) fn findings(&self) -> Vec<&'static str> {
        let unique: &[u8] = if self.unique_id {
            &[0x81, 2, 0, 1]
        } else {
            &[]
        };
        let tbs = tlv::sequence(&[
            &tlv::element(tlv::constructed(0), &[&tlv::integer(&[self.version])]),
            &self.serial,
            &self.inner_algorithm,
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.spki,
            unique,
            &tlv::element(tlv::constructed(3), &[&extensions(&self.extensions)]),
        ]);
        let der = tlv::sequence(&[&tbs, &self.outer_algorithm, &tlv::bit_string(&[0; 64])]);
        let findings = Self::rules(self.kind).findings(Object::Certificate, &der);
        findings.into_iter().map(|finding| finding.rule).collect()
    }

    /// The registered rules refuse it, this one among them.
    pub(super) fn breaks(&self, rule: &CertificateRule) -> bool {
        self.findings().contains(&rule.name)
    }

    /// Replaces or adds an extension, not critical when added.
    pub(super) fn set(&mut self, oid: ObjectIdentifier, value: Vec<u8>) {
        set(&mut self.extensions, oid, value);
    }

    pub(super) fn remove(&mut self, oid: ObjectIdentifier) {
        self.extensions.retain(|found| found.0 != oid);
    }

    pub(super) fn critical(&mut self, oid: ObjectIdentifier, critical: bool) {
        let found = self.extensions.iter_mut().find(|found| found.0 == oid);
        found.unwrap().1 = critical;
    }

    /// A name of these attributes, one an RDN; values are whole DER elements.
    pub(super) fn name(attributes: &[(ObjectIdentifier, Vec<u8>)]) -> Vec<u8> {
        let rdns = attributes.iter().flat_map(|(oid, value)| {
            tlv::element(tlv::SET, &[&tlv::sequence(&[&tlv::oid(oid), value])])
        });
        tlv::sequence(&[&rdns.collect::<Vec<_>>()])
    }

    pub(super) fn add_to_subject(&mut self, oid: ObjectIdentifier, tag: u8, value: &str) {
        let mut all = self.attributes();
        all.push((oid, tlv::element(tag, &[value.as_bytes()])));
        self.subject = Self::name(&all);
    }

    pub(super) fn remove_from_subject(&mut self, oid: ObjectIdentifier) {
        let mut all = self.attributes();
        all.retain(|found| found.0 != oid);
        self.subject = Self::name(&all);
    }

    fn attributes(&self) -> Vec<(ObjectIdentifier, Vec<u8>)> {
        let attributes = name::attributes(&self.subject).unwrap();
        let whole = attributes.iter();
        whole
            .map(|a| (a.oid, tlv::element(a.tag, &[a.value])))
            .collect()
    }
}

/// The parts of a CRL of leaves, each DER.
pub(super) struct ListSpecimen {
    pub(super) version: u8,
    pub(super) inner_algorithm: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) this_update: Vec<u8>,
    pub(super) next_update: Vec<u8>,
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) keep_empty_list: bool,
    extensions: Extensions,
    pub(super) outer_algorithm: Vec<u8>,
}

impl ListSpecimen {
    pub(super) fn new() -> Self {
        let issuer = &samples::ISSUING;
        let der = samples::sign(
            samples::list(issuer),
            &samples::list_rules(issuer),
            &issuer.key,
        );
        let view = CrlView::parse(&der).unwrap();
        let entries = view.entries.as_deref().unwrap().iter().map(|entry| {
            let reason = entry.extensions.iter();
            let reason = reason
                .map(|e| (e.oid, e.critical, e.value.to_vec()))
                .collect();
            let reason = if entry.extensions.is_empty() {
                Vec::new()
            } else {
                extensions(&reason)
            };
            tlv::sequence(&[entry.serial.raw, entry.revoked_at.raw, &reason])
        });
        Self {
            version: view.version,
            inner_algorithm: view.inner_algorithm.to_vec(),
            issuer: view.issuer.to_vec(),
            this_update: view.this_update.raw.to_vec(),
            next_update: view.next_update.unwrap().raw.to_vec(),
            entries: entries.collect(),
            keep_empty_list: false,
            extensions: view
                .extensions
                .iter()
                .map(|e| (e.oid, e.critical, e.value.to_vec()))
                .collect(),
            outer_algorithm: view.outer_algorithm.to_vec(),
        }
    }

    /// An entry with these entry extensions, a whole DER list or nothing.
    pub(super) fn entry(serial: &[u8], date: &[u8], extensions: &[u8]) -> Vec<u8> {
        tlv::sequence(&[&tlv::integer(serial), date, extensions])
    }

    pub(super) fn findings(&self) -> Vec<&'static str> {
        let entries = if self.entries.is_empty() && !self.keep_empty_list {
            Vec::new()
        } else {
            tlv::sequence(&[&self.entries.concat()])
        };
        let tbs = tlv::sequence(&[
            &tlv::integer(&[self.version]),
            &self.inner_algorithm,
            &self.issuer,
            &self.this_update,
            &self.next_update,
            &entries,
            &tlv::element(tlv::constructed(0), &[&extensions(&self.extensions)]),
        ]);
        let der = tlv::sequence(&[&tbs, &self.outer_algorithm, &tlv::bit_string(&[0; 64])]);
        let rules = RuleSet::list(&samples::ISSUING.certificate, ListKind::Leaves);
        let findings = rules.findings(Object::CertificateList, &der);
        findings.into_iter().map(|finding| finding.rule).collect()
    }

    pub(super) fn breaks(&self, rule: &ListRule) -> bool {
        self.findings().contains(&rule.name)
    }

    pub(super) fn set(&mut self, oid: ObjectIdentifier, value: Vec<u8>) {
        set(&mut self.extensions, oid, value);
    }

    pub(super) fn remove(&mut self, oid: ObjectIdentifier) {
        self.extensions.retain(|found| found.0 != oid);
    }

    pub(super) fn critical(&mut self, oid: ObjectIdentifier, critical: bool) {
        let found = self.extensions.iter_mut().find(|found| found.0 == oid);
        found.unwrap().1 = critical;
    }
}

fn set(extensions: &mut Extensions, oid: ObjectIdentifier, value: Vec<u8>) {
    match extensions.iter_mut().find(|found| found.0 == oid) {
        Some(found) => found.2 = value,
        None => extensions.push((oid, false, value)),
    }
}

fn extensions(list: &Extensions) -> Vec<u8> {
    let encoded = list.iter().flat_map(|(oid, critical, value)| {
        let critical: &[u8] = if *critical { &[1, 1, 0xff] } else { &[] };
        let value = tlv::element(tlv::OCTET_STRING, &[value]);
        tlv::sequence(&[&tlv::oid(oid), critical, &value])
    });
    tlv::sequence(&[&encoded.collect::<Vec<_>>()])
}
