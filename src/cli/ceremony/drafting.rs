//! What a ceremony of each kind signs.

use super::{
    fault::Fault,
    material::Materials,
    plan::{KeyAlgorithm, Kind, Plan},
    terms,
};
use crate::{
    domain::timestamp::Timestamp,
    pkix::{
        serial_number::SerialNumber,
        spki::{Curve, PublicKey},
    },
    policy::ceremony::{
        draft::{self, Draft},
        skeleton,
    },
};

/// What only the run itself can know.
#[derive(Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) serial: SerialNumber,
    /// The key on the token.
    pub(crate) key: &'a PublicKey,
    /// SHA-256 of the transcript so far; `None` in a rehearsal.
    pub(crate) transcript: Option<[u8; 32]>,
}

/// The bytes to be signed; `None` for a kind that signs none.
pub(crate) fn draft(
    plan: &Plan,
    materials: &Materials,
    moment: &Moment<'_>,
) -> Result<Option<Draft>, Fault> {
    let algorithm = terms::signature_algorithm(plan)?;
    let now = moment.now.whole_second();
    Ok(Some(match plan.kind {
        Kind::RootKey => {
            let planned = terms::certificate(plan)?;
            let subject = terms::name(&planned.subject)?;
            let validity = terms::validity(planned, now)?;
            draft::root(&moment.serial, algorithm, &subject, moment.key, validity)
        }
        Kind::IssuingCsr => {
            let subject = terms::name(&terms::certificate(plan)?.subject)?;
            draft::request(algorithm, &subject, moment.key, moment.transcript)
        }
        Kind::SignIssuing => {
            let planned = terms::certificate(plan)?;
            let issuer = materials.ca()?;
            let validity = terms::validity(planned, now)?;
            let within = issuer.validity().not_before() <= validity.not_before()
                && validity.not_after() <= issuer.validity().not_after();
            if !within {
                return Err(Fault::refused(
                    "validity-beyond-issuer",
                    "the certificate would be valid while its issuer's is not",
                ));
            }
            draft::issuing(
                &moment.serial,
                algorithm,
                issuer,
                &terms::name(&planned.subject)?,
                materials.requested()?,
                validity,
                &terms::issuing(planned)?,
            )
        }
        Kind::RootCrl => {
            let number = plan.crl.as_ref().map_or(0, |crl| crl.number);
            let next = terms::next_update(plan, now)?;
            let entries = terms::revoked(plan)?;
            draft::root_crl(materials.ca()?, algorithm, now, next, number, &entries)
        }
        Kind::LogKey => return Ok(None),
    }))
}

/// The skeleton of a draft, or of a kind that signs none.
pub(crate) fn skeleton(plan: &Plan, draft: Option<&Draft>) -> Result<[u8; 32], Fault> {
    let Some(draft) = draft else {
        let origin = plan.log.as_ref().map_or("", |log| log.origin.as_str());
        return Ok(skeleton::of_nothing(&format!("log-key {origin}\n")));
    };
    skeleton::of(draft).map_err(|_| Fault::refused("lint", "the draft is not DER of its kind"))
}

/// The skeleton a run of this plan will have, before there is a key: everything a key decides is
/// blanked in it.
pub(crate) fn foreseen(
    plan: &Plan,
    materials: &Materials,
    now: Timestamp,
) -> Result<[u8; 32], Fault> {
    let stand_in = stand_in(plan.key.algorithm);
    let moment = Moment {
        now,
        serial: SerialNumber::from_random([0; 16]),
        key: &stand_in,
        transcript: None,
    };
    let draft = draft(plan, materials, &moment)?;
    skeleton(plan, draft.as_ref())
}

fn stand_in(algorithm: KeyAlgorithm) -> PublicKey {
    let ec = |curve: Curve| PublicKey::Ec {
        curve,
        point: [&[4][..], &vec![0; 2 * curve.field_len()]].concat(),
    };
    match algorithm {
        KeyAlgorithm::EcP256 => ec(Curve::P256),
        KeyAlgorithm::EcP384 => ec(Curve::P384),
        KeyAlgorithm::EcP521 => ec(Curve::P521),
        KeyAlgorithm::Rsa4096 => PublicKey::Rsa {
            modulus: vec![0xff; 512],
            exponent: vec![1, 0, 1],
        },
        KeyAlgorithm::Ed25519 => PublicKey::Ed25519([0; 32]),
    }
}
