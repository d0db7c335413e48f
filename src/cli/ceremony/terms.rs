//! From the words of a plan to the values that go into certificates and CRLs.

use super::{
    fault::Fault,
    note::Vkey,
    plan::{Certificate, KeyAlgorithm, Kind, Plan, Subject},
};
use crate::{
    adapters::pkcs11::key_maker::KeyKind,
    domain::timestamp::{Timestamp, days},
    pkix::{
        algorithm::SignatureAlgorithm,
        general_name::{HttpUrl, Rfc822Name},
        name::{AttributeType, Name},
        oid,
        serial_number::SerialNumber,
        tbs_cert_list::{CrlReason, RevokedEntry},
        validity::Validity,
    },
};

/// Refuses what cannot become a certificate or a CRL.
pub(super) fn check(plan: &Plan) -> Result<(), Fault> {
    let named = plan.certificate.as_ref().map(|planned| &planned.mailbox);
    if named.is_some_and(Option::is_some) && plan.kind != Kind::NotificationCsr {
        return Err(invalid("only a notification-csr has certificate.mailbox"));
    }
    match plan.kind {
        Kind::RootKey => {
            let root = certificate(plan)?;
            name(&root.subject)?;
            validity(root, Timestamp::EPOCH)?;
            let beyond = root.path_length.is_some()
                || root.extended_key_usage.is_some()
                || root.policies.is_some()
                || root.crl_url.is_some()
                || root.issuer_url.is_some();
            if beyond {
                return Err(invalid(
                    "a root has no path length, usage, policies or URLs (S/MIME BR 7.1.2.1)",
                ));
            }
        }
        Kind::IssuingCsr => {
            only_names(
                certificate(plan)?,
                "a request has a subject and nothing else",
            )?;
        }
        Kind::NotificationCsr => {
            let request = certificate(plan)?;
            only_names(
                request,
                "a notification-csr has a subject and a mailbox only",
            )?;
            mailbox(request)?;
        }
        Kind::SignIssuing => {
            let issued = certificate(plan)?;
            name(&issued.subject)?;
            validity(issued, Timestamp::EPOCH)?;
            issuing(issued)?;
        }
        Kind::RootCrl => {
            revoked(plan)?;
        }
        Kind::LogKey => {
            log_vkey(plan, [0; 32])?;
        }
    }
    Ok(())
}

/// What a request leaves to who signs it.
fn only_names(request: &Certificate, otherwise: &str) -> Result<(), Fault> {
    name(&request.subject)?;
    let nothing_else = request.validity_days.is_none()
        && request.not_before.is_none()
        && request.not_after.is_none()
        && request.path_length.is_none()
        && request.extended_key_usage.is_none()
        && request.policies.is_none()
        && request.crl_url.is_none()
        && request.issuer_url.is_none();
    if nothing_else {
        Ok(())
    } else {
        Err(invalid(otherwise))
    }
}

/// The address from which the signed mails come.
pub(crate) fn mailbox(planned: &Certificate) -> Result<Rfc822Name, Fault> {
    let text = planned.mailbox.as_deref();
    let text = text.ok_or_else(|| invalid("certificate.mailbox is missing"))?;
    Rfc822Name::parse(text).map_err(|error| invalid(format!("certificate.mailbox: {error}")))
}

pub(crate) fn certificate(plan: &Plan) -> Result<&Certificate, Fault> {
    plan.certificate
        .as_ref()
        .ok_or_else(|| invalid("the plan has no certificate"))
}

pub(crate) fn key_id(plan: &Plan) -> Result<Vec<u8>, Fault> {
    hex::decode(&plan.key.id)
        .ok()
        .filter(|id| (1..=32).contains(&id.len()))
        .ok_or_else(|| invalid("key.id is not hex of 1 to 32 bytes"))
}

pub(crate) const fn key_kind(algorithm: KeyAlgorithm) -> KeyKind {
    match algorithm {
        KeyAlgorithm::EcP256 => KeyKind::P256,
        KeyAlgorithm::EcP384 => KeyKind::P384,
        KeyAlgorithm::EcP521 => KeyKind::P521,
        KeyAlgorithm::Rsa4096 => KeyKind::Rsa(4096),
        KeyAlgorithm::Ed25519 => KeyKind::Ed25519,
    }
}

/// The plan's, or the natural one of the key. RSA gets SHA-384, whose strength is nearest.
pub(crate) fn signature_algorithm(plan: &Plan) -> Result<SignatureAlgorithm, Fault> {
    use SignatureAlgorithm as A;
    let natural = match plan.key.algorithm {
        KeyAlgorithm::EcP256 => A::EcdsaP256Sha256,
        KeyAlgorithm::EcP384 => A::EcdsaP384Sha384,
        KeyAlgorithm::EcP521 => A::EcdsaP521Sha512,
        KeyAlgorithm::Rsa4096 => A::RsaPkcs1Sha384,
        KeyAlgorithm::Ed25519 => A::Ed25519,
    };
    let Some(text) = &plan.key.signature else {
        return Ok(natural);
    };
    let rsa = |algorithm: &A| algorithm.name().starts_with("rsa");
    A::from_name(text)
        .filter(|named| *named == natural || (rsa(named) && rsa(&natural)))
        .ok_or_else(|| invalid("key.signature does not fit key.algorithm"))
}

pub(crate) fn name(subject: &Subject) -> Result<Name, Fault> {
    let mut attributes = vec![
        (AttributeType::Country, subject.country.as_str()),
        (AttributeType::Organization, subject.organization.as_str()),
        (AttributeType::CommonName, subject.common_name.as_str()),
    ];
    if let Some(identifier) = &subject.organization_identifier {
        attributes.push((AttributeType::OrganizationIdentifier, identifier));
    }
    Name::build(&attributes).map_err(|error| invalid(format!("certificate.subject: {error}")))
}

/// The planned period, or one that begins `now`.
pub(crate) fn validity(planned: &Certificate, now: Timestamp) -> Result<Validity, Fault> {
    match (planned.validity_days, planned.not_before, planned.not_after) {
        (Some(count), None, None) if count > 0 => Ok(Validity::of_days(now.whole_second(), count)),
        (None, Some(from), Some(to)) => {
            Validity::new(from.0, to.0).ok_or_else(|| invalid("the validity is empty"))
        }
        _ => Err(invalid(
            "the validity is either validity_days or not_before and not_after",
        )),
    }
}

/// Where a leaf's client finds the root's CRL and certificate.
pub(crate) struct IssuerUrls {
    pub(crate) crl: HttpUrl,
    pub(crate) ca_issuers: HttpUrl,
}

/// Path length, usage and policies of an issuing CA stand in the plan so that people read and
/// approve them; this CA signs no others.
pub(crate) fn issuing(planned: &Certificate) -> Result<IssuerUrls, Fault> {
    let policies = [oid::ORGANIZATION_MULTIPURPOSE, oid::ORGANIZATION_STRICT];
    let policies: Vec<String> = policies.iter().map(ToString::to_string).collect();
    if planned.path_length != Some(0) {
        return Err(invalid("certificate.path_length is not 0"));
    }
    let only_mail = ["emailProtection".to_owned()];
    if planned.extended_key_usage.as_deref() != Some(only_mail.as_slice()) {
        return Err(invalid(
            "certificate.extended_key_usage is not emailProtection alone (S/MIME BR 7.1.2.2 g)",
        ));
    }
    if planned.policies.as_deref() != Some(policies.as_slice()) {
        return Err(invalid(format!(
            "certificate.policies is not {}",
            policies.join(" and ")
        )));
    }
    let url = |member, text: &Option<String>| {
        let text = text.as_deref();
        let text = text.ok_or_else(|| invalid(format!("certificate.{member} is missing")))?;
        HttpUrl::parse(text).map_err(|error| invalid(format!("certificate.{member}: {error}")))
    };
    Ok(IssuerUrls {
        crl: url("crl_url", &planned.crl_url)?,
        ca_issuers: url("issuer_url", &planned.issuer_url)?,
    })
}

/// The entries of a root CRL.
pub(crate) fn revoked(plan: &Plan) -> Result<Vec<RevokedEntry>, Fault> {
    let crl = plan
        .crl
        .as_ref()
        .ok_or_else(|| invalid("the plan has no crl"))?;
    let entry = |revoked: &super::plan::Revoked| {
        let serial = SerialNumber::parse(&revoked.serial).ok()?;
        let reason = CrlReason::from_name(&revoked.reason)?;
        Some(RevokedEntry {
            serial,
            revoked_at: revoked.date.0.whole_second(),
            reason,
        })
    };
    crl.revoked
        .iter()
        .map(|revoked| {
            entry(revoked).ok_or_else(|| invalid("crl.revoked has a bad serial or reason"))
        })
        .collect()
}

/// When the CRL of a plan must be followed by the next one.
pub(crate) fn next_update(plan: &Plan, this_update: Timestamp) -> Result<Timestamp, Fault> {
    let crl = plan
        .crl
        .as_ref()
        .ok_or_else(|| invalid("the plan has no crl"))?;
    Ok(this_update.plus(days(crl.next_update_days)))
}

/// The verifier key of a log: its origin is its name.
pub(crate) fn log_vkey(plan: &Plan, key: [u8; 32]) -> Result<Vkey, Fault> {
    let log = plan
        .log
        .as_ref()
        .ok_or_else(|| invalid("the plan has no log"))?;
    if log.origin.contains("://") {
        return Err(invalid("log.origin has a scheme"));
    }
    Vkey::new(&log.origin, key)
        .ok_or_else(|| invalid("log.origin is empty or has white space or a plus sign"))
}

fn invalid(reason: impl std::fmt::Display) -> Fault {
    Fault::refused("plan-invalid", reason)
}
