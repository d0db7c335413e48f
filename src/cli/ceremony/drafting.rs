//! What a ceremony of each kind signs.

use super::{
    fault::Fault,
    material::Materials,
    plan::{KeyAlgorithm, Kind, Plan},
    terms,
};
use crate::{
    domain::{signing::KeyName, timestamp::Timestamp},
    pkix::{
        certificate::{self, CaCertificate},
        serial_number::SerialNumber,
        spki::{Curve, PublicKey},
        tlv::Malformed,
    },
    policy::{
        ceremony::{binding, skeleton, skeleton_of_nothing},
        issuance::{
            Draft, IssuerKey,
            artifact::{CertificateTbs, CrlTbs, RequestInfo},
            ca::{self, CaFault, IssuingOrder, RootOrder},
            crl::{self, CrlFault, CrlOrder},
            notification,
        },
        lint::{RuleSet, list::ListKind},
    },
};

/// What only the run itself can know.
#[derive(Debug)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    pub(crate) serial: SerialNumber,
    /// The key on the token.
    pub(crate) key: IssuerKey,
    /// SHA-256 of the transcript so far; `None` in a rehearsal, whose key is a stand-in.
    pub(crate) transcript: Option<[u8; 32]>,
}

/// The bytes to be signed and the rules they must keep.
#[derive(Debug)]
pub(crate) enum Drafted {
    Certificate(Draft<CertificateTbs>, RuleSet),
    Request(Draft<RequestInfo>, RuleSet),
    List(Draft<CrlTbs>, RuleSet),
    /// A log key signs nothing in its ceremony.
    Nothing,
}

pub(crate) fn draft(plan: &Plan, materials: &Materials, moment: &Moment) -> Result<Drafted, Fault> {
    match plan.kind {
        Kind::RootKey => root(plan, moment),
        Kind::IssuingCsr => request(plan, moment),
        Kind::SignIssuing => issuing(plan, materials, moment),
        Kind::RootCrl => list(plan, materials, moment),
        Kind::LogKey => Ok(Drafted::Nothing),
        Kind::NotificationCsr => notification(plan, moment),
    }
}

/// The hash of the draft's skeleton.
pub(crate) fn skeleton_of(plan: &Plan, drafted: &Drafted) -> Result<[u8; 32], Fault> {
    let algorithm = terms::signature_algorithm(plan)?;
    match drafted {
        Drafted::Certificate(draft, _) => skeleton(draft, algorithm),
        Drafted::Request(draft, _) => skeleton(draft, algorithm),
        Drafted::List(draft, _) => skeleton(draft, algorithm),
        Drafted::Nothing => {
            let origin = plan.log.as_ref().map_or("", |log| log.origin.as_str());
            Ok(skeleton_of_nothing(&format!("log-key {origin}\n")))
        }
    }
    .map_err(|Malformed| Fault::refused("lint", "the draft is not DER of its kind"))
}

/// The skeleton a run of this plan will have, before there is a key: everything a key decides is
/// blanked in it.
pub(crate) fn foreseen(
    plan: &Plan,
    materials: &Materials,
    now: Timestamp,
) -> Result<[u8; 32], Fault> {
    let moment = Moment {
        now,
        serial: SerialNumber::from_random([0; 16]),
        key: key(plan, key_in_space(plan.key.algorithm))?,
        transcript: None,
    };
    skeleton_of(plan, &draft(plan, materials, &moment)?)
}

/// A key with the plan's algorithm, by the name the signer knows it by.
pub(crate) fn key(plan: &Plan, public: PublicKey) -> Result<IssuerKey, Fault> {
    IssuerKey::new(key_name()?, public, terms::signature_algorithm(plan)?).map_err(refused)
}

/// What the signer calls the key of the ceremony.
pub(crate) fn key_name() -> Result<KeyName, Fault> {
    KeyName::parse("ceremony").ok_or_else(|| refused("the key has no name"))
}

fn root(plan: &Plan, moment: &Moment) -> Result<Drafted, Fault> {
    let planned = terms::certificate(plan)?;
    let order = RootOrder {
        subject: &terms::name(&planned.subject)?,
        key: &moment.key,
        serial: moment.serial.clone(),
        validity: terms::validity(planned, moment.now.whole_second())?,
    };
    let draft = ca::root(order).map_err(refused)?;
    Ok(Drafted::Certificate(draft, RuleSet::root()))
}

fn request(plan: &Plan, moment: &Moment) -> Result<Drafted, Fault> {
    let subject = terms::name(&terms::certificate(plan)?.subject)?;
    let attributes = [binding(moment.transcript)];
    let draft = ca::request(&subject, &moment.key, &attributes).map_err(refused)?;
    Ok(Drafted::Request(draft, RuleSet::request()))
}

fn notification(plan: &Plan, moment: &Moment) -> Result<Drafted, Fault> {
    let planned = terms::certificate(plan)?;
    let asked = notification::attribute(&terms::mailbox(planned)?);
    let attributes = [asked, binding(moment.transcript)];
    let draft =
        ca::request(&terms::name(&planned.subject)?, &moment.key, &attributes).map_err(refused)?;
    Ok(Drafted::Request(draft, RuleSet::request()))
}

fn issuing(plan: &Plan, materials: &Materials, moment: &Moment) -> Result<Drafted, Fault> {
    let planned = terms::certificate(plan)?;
    let urls = terms::issuing(planned)?;
    let issuer = issuer(materials, moment)?;
    let order = IssuingOrder {
        issuer: &issuer,
        key: &moment.key,
        subject: &terms::name(&planned.subject)?,
        subject_key: materials.requested()?,
        serial: moment.serial.clone(),
        validity: terms::validity(planned, moment.now.whole_second())?,
        crl: &urls.crl,
        ca_issuers: &urls.ca_issuers,
    };
    let draft = ca::issuing(order).map_err(|fault| match fault {
        CaFault::IssuerPeriod => Fault::refused("validity-beyond-issuer", fault),
        CaFault::IssuerKey => not_the_ca(),
        CaFault::TooSmall(_) | CaFault::SameAsIssuer => refused(fault),
    })?;
    Ok(Drafted::Certificate(draft, RuleSet::issuing(&issuer)))
}

fn list(plan: &Plan, materials: &Materials, moment: &Moment) -> Result<Drafted, Fault> {
    let issuer = issuer(materials, moment)?;
    let this_update = moment.now.whole_second();
    let order = CrlOrder {
        issuer: &issuer,
        key: &moment.key,
        this_update,
        next_update: terms::next_update(plan, this_update)?,
        number: plan.crl.as_ref().map_or(0, |crl| crl.number),
        scope: None,
        entries: &terms::revoked(plan)?,
    };
    let draft = crl::draft(&order).map_err(|fault| match fault {
        CrlFault::IssuerKey => not_the_ca(),
        CrlFault::Period => refused(fault),
    })?;
    Ok(Drafted::List(draft, RuleSet::list(&issuer, ListKind::Cas)))
}

/// The root of the plan. In a rehearsal its namesake with the stand-in key, unsigned: nobody but
/// the rehearsal ever sees it.
fn issuer(materials: &Materials, moment: &Moment) -> Result<CaCertificate, Fault> {
    let real = materials.ca()?;
    if moment.transcript.is_some() {
        return Ok(real.clone());
    }
    let order = RootOrder {
        subject: real.subject(),
        key: &moment.key,
        serial: real.serial().clone(),
        validity: real.validity(),
    };
    let draft = ca::root(order).map_err(refused)?;
    let der = certificate::assemble(draft.tbs(), moment.key.algorithm(), &[0; 64]);
    CaCertificate::from_der(&der).map_err(refused)
}

/// A public key of the right kind that is nobody's.
fn key_in_space(algorithm: KeyAlgorithm) -> PublicKey {
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

fn refused(reason: impl std::fmt::Display) -> Fault {
    Fault::refused("plan-invalid", reason)
}

fn not_the_ca() -> Fault {
    Fault::refused(
        "key-is-not-the-ca's",
        "the key on the token is not that of inputs.ca_certificate",
    )
}
