//! CRLs taken apart.

use super::specimen::{Extension, Judged, extensions, set};
use crate::{
    pkix::{
        certificate::ExtensionView,
        tbs_cert_list::CrlView,
        tlv::{self, bit_string, element, integer, sequence},
        validity,
    },
    policy::{
        issuance::samples::{self, Ca},
        lint::{Object, Occasion, RuleSet, list::ListKind, oids},
    },
};

/// The parts of a CRL.
#[derive(Clone)]
pub(crate) struct ListSpecimen {
    kind: ListKind,
    pub(crate) version: u8,
    pub(crate) inner_algorithm: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) this_update: Vec<u8>,
    /// Empty to leave it out.
    pub(crate) next_update: Vec<u8>,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) keep_empty_list: bool,
    pub(crate) extensions: Vec<Extension>,
    pub(crate) outer_algorithm: Vec<u8>,
}

impl ListSpecimen {
    /// A partitioned list of leaves with two entries.
    pub(crate) fn leaves() -> Self {
        let ca = &samples::ISSUING;
        let der = samples::sign(samples::list(ca), &samples::list_rules(ca), &ca.key);
        Self::taken_apart(ListKind::Leaves, &der)
    }

    /// A full list of CAs with one entry.
    pub(crate) fn cas() -> Self {
        let rules = Self::rules_of(ListKind::Cas);
        let der = samples::sign(samples::root_list(), &rules, &samples::ROOT.key);
        Self::taken_apart(ListKind::Cas, &der)
    }

    fn taken_apart(kind: ListKind, der: &[u8]) -> Self {
        let view = CrlView::parse(der).unwrap();
        let parts = |list: &[ExtensionView<'_>]| {
            let list = list.iter();
            list.map(|e| (e.oid.as_bytes().to_vec(), e.critical, e.value.to_vec()))
                .collect::<Vec<_>>()
        };
        let entries = view.entries.as_deref().unwrap().iter().map(|entry| {
            let reason = parts(&entry.extensions);
            let reason = if reason.is_empty() {
                Vec::new()
            } else {
                extensions(&reason)
            };
            sequence(&[entry.serial.raw, entry.revoked_at.raw, &reason])
        });
        Self {
            kind,
            version: view.version,
            inner_algorithm: view.inner_algorithm.to_vec(),
            issuer: view.issuer.to_vec(),
            this_update: view.this_update.raw.to_vec(),
            next_update: view.next_update.unwrap().raw.to_vec(),
            entries: entries.collect(),
            keep_empty_list: false,
            extensions: parts(&view.extensions),
            outer_algorithm: view.outer_algorithm.to_vec(),
        }
    }

    fn rules_of(kind: ListKind) -> RuleSet {
        let ca: &Ca = match kind {
            ListKind::Leaves => &samples::ISSUING,
            ListKind::Cas => &samples::ROOT,
        };
        RuleSet::list(&ca.certificate, kind)
    }

    /// The rules this specimen is judged by.
    pub(crate) fn rules(&self) -> RuleSet {
        Self::rules_of(self.kind)
    }

    /// The whole CRL, with a signature of zeros.
    pub(crate) fn der(&self) -> Vec<u8> {
        let entries = if self.entries.is_empty() && !self.keep_empty_list {
            Vec::new()
        } else {
            sequence(&[&self.entries.concat()])
        };
        let tbs = sequence(&[
            &integer(&[self.version]),
            &self.inner_algorithm,
            &self.issuer,
            &self.this_update,
            &self.next_update,
            &entries,
            &element(tlv::constructed(0), &[&extensions(&self.extensions)]),
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

    pub(crate) fn set(&mut self, oid: &[u8], value: Vec<u8>) {
        set(&mut self.extensions, oid, value);
    }

    /// issuingDistributionPoint with these fields.
    pub(crate) fn point(&mut self, fields: &[&[u8]]) {
        self.remove(oids::ISSUING_DISTRIBUTION_POINT);
        let value = sequence(fields);
        self.extensions
            .push((oids::ISSUING_DISTRIBUTION_POINT.to_vec(), true, value));
    }

    pub(crate) fn remove(&mut self, oid: &[u8]) {
        self.extensions.retain(|found| found.0 != oid);
    }

    pub(crate) fn critical(&mut self, oid: &[u8], critical: bool) {
        let found = self.extensions.iter_mut().find(|found| found.0 == oid);
        found.unwrap().1 = critical;
    }

    /// One more entry: serial's content, date, extensions.
    pub(crate) fn enter(&mut self, serial: &[u8], at: &str, list: &[Extension]) {
        let serial = element(tlv::INTEGER, &[serial]);
        let date = validity::time_der(at.parse().unwrap());
        let list = if list.is_empty() {
            Vec::new()
        } else {
            extensions(list)
        };
        self.entries.push(sequence(&[&serial, &date, &list]));
    }

    /// One more entry with this reason.
    pub(crate) fn enter_reason(&mut self, code: u8) {
        let reason = (
            oids::REASON_CODE.to_vec(),
            false,
            vec![tlv::ENUMERATED, 1, code],
        );
        self.enter(&[0x42; 16], "2026-11-30T00:00:00Z", &[reason]);
    }
}

impl Judged for ListSpecimen {
    fn findings(&self) -> Vec<&'static str> {
        let der = self.der();
        let report = self
            .rules()
            .judge(Object::CertificateList, &der, Occasion::default());
        report.findings.iter().map(|finding| finding.rule).collect()
    }
}
