//! Requests of CAs taken apart.

use super::specimen::{Judged, keys};
use crate::{
    pkix::{
        name::Name,
        spki::Curve,
        tlv::{self, bit_string, element, integer, sequence},
    },
    policy::{
        issuance::samples,
        lint::{Object, Occasion, RuleSet},
    },
};

/// The parts of a request.
#[derive(Clone)]
pub(crate) struct RequestSpecimen {
    pub(crate) version: u8,
    pub(crate) subject: Vec<u8>,
    pub(crate) spki: Vec<u8>,
}

impl RequestSpecimen {
    pub(crate) fn new() -> Self {
        let name: Name = samples::ca_name("Example S/MIME CA");
        Self {
            version: 0,
            subject: name.as_der().to_vec(),
            spki: keys::ec(Curve::P384),
        }
    }

    /// One change.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The whole request, with a signature of zeros.
    pub(crate) fn der(&self) -> Vec<u8> {
        let info = sequence(&[
            &integer(&[self.version]),
            &self.subject,
            &self.spki,
            &element(tlv::constructed(0), &[]),
        ]);
        let algorithm = hex::decode("300a06082a8648ce3d040303").unwrap();
        sequence(&[&info, &algorithm, &bit_string(&[0; 64])])
    }
}

impl Judged for RequestSpecimen {
    fn findings(&self) -> Vec<&'static str> {
        let report = RuleSet::request().judge(Object::Request, &self.der(), Occasion::default());
        report.findings.iter().map(|finding| finding.rule).collect()
    }
}
