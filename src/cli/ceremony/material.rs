//! The files a plan brings in, each with the hash the plan gives it, and what is in them.

use super::{
    checksum,
    fault::Fault,
    input,
    plan::{Input, Kind, PlanFile},
    terms,
};
use crate::{
    pkix::{
        algorithm::SignatureAlgorithm, certificate::CaCertificate,
        certification_request::RequestView, oid, pem, signature, spki::PublicKey,
        tbs_cert_list::CrlView, tlv,
    },
    policy::ceremony::{BINDING, REHEARSAL},
};

/// Everything but the key on the token.
#[derive(Debug, Default)]
pub(crate) struct Materials {
    /// The key of the request to be certified.
    pub(crate) requested: Option<PublicKey>,
    pub(crate) ca: Option<CaCertificate>,
    /// Name and bytes of each file, to be kept beside the transcript.
    pub(crate) files: Vec<(&'static str, Vec<u8>)>,
}

impl Materials {
    pub(crate) fn read(plan: &PlanFile) -> Result<Self, Fault> {
        let mut found = Self::default();
        let inputs = &plan.plan.inputs;
        if let Some(named) = &inputs.ca_certificate {
            let bytes = pinned(plan, named)?;
            found.ca = Some(ca_certificate(plan, &bytes)?);
            found.files.push(("inputs/ca_certificate", bytes));
        }
        if let Some(named) = &inputs.csr {
            let bytes = pinned(plan, named)?;
            found.requested = Some(request(plan, &bytes)?);
            found.files.push(("inputs/csr", bytes));
        }
        if let Some(named) = &inputs.previous_crl {
            let bytes = pinned(plan, named)?;
            let ca = found.ca.as_ref().ok_or_else(|| bad("no CA certificate"))?;
            succeeds(plan, ca, &bytes)?;
            found.files.push(("inputs/previous_crl", bytes));
        }
        Ok(found)
    }

    pub(crate) fn ca(&self) -> Result<&CaCertificate, Fault> {
        self.ca.as_ref().ok_or_else(|| bad("no CA certificate"))
    }

    pub(crate) fn requested(&self) -> Result<&PublicKey, Fault> {
        self.requested.as_ref().ok_or_else(|| bad("no request"))
    }
}

/// The file, if it is the one the plan means.
fn pinned(plan: &PlanFile, named: &Input) -> Result<Vec<u8>, Fault> {
    let bytes = input::bytes(&plan.path(&named.path))?;
    let hash = checksum::sha256(&bytes);
    if checksum::is(&named.sha256, &hash) {
        Ok(bytes)
    } else {
        Err(Fault::refused(
            "input-changed",
            format!(
                "{} has SHA-256 {}, the plan says {}",
                named.path.display(),
                hex::encode(hash),
                named.sha256
            ),
        ))
    }
}

fn ca_certificate(plan: &PlanFile, bytes: &[u8]) -> Result<CaCertificate, Fault> {
    let der = input::der(bytes, pem::CERTIFICATE)
        .ok_or_else(|| bad("inputs.ca_certificate is no certificate; a rehearsal's is none"))?;
    let ca = CaCertificate::from_der(&der)
        .map_err(|error| bad(format!("inputs.ca_certificate: {error}")))?;
    if !ca.permits(terms::signature_algorithm(&plan.plan)?) {
        return Err(bad("the CA's key does not sign with the planned algorithm"));
    }
    ca.verify_issued_by(&ca)
        .map_err(|_| bad("inputs.ca_certificate is not a self-signed root"))?;
    Ok(ca)
}

/// The key of a request that proves its possession and comes from a ceremony, not a rehearsal.
fn request(plan: &PlanFile, bytes: &[u8]) -> Result<PublicKey, Fault> {
    let malformed = || bad("inputs.csr is no PKCS#10 request; a rehearsal's is none");
    let der = input::der(bytes, pem::CERTIFICATE_REQUEST).ok_or_else(malformed)?;
    let view = RequestView::parse(&der).map_err(|_| malformed())?;
    let key =
        PublicKey::from_spki(view.spki).map_err(|error| bad(format!("inputs.csr: {error}")))?;
    SignatureAlgorithm::from_der(view.algorithm)
        .and_then(|algorithm| signature::verify(&key, algorithm, view.info, view.signature).ok())
        .ok_or_else(|| bad("the signature of inputs.csr does not verify"))?;
    // The request of a notification key says what it is for, and no CA comes of it.
    if view.asks_extensions {
        return Err(bad("inputs.csr asks for extensions: it is no CA's request"));
    }
    let wanted = terms::name(&terms::certificate(&plan.plan)?.subject)?;
    if view.subject != wanted.as_der() {
        return Err(bad("inputs.csr has another subject than the plan"));
    }
    let binding = view.attribute(BINDING).map_err(|_| malformed())?;
    match binding.as_deref() {
        Some([value]) if tlv::only(value, tlv::OCTET_STRING).is_ok() => Ok(key),
        Some([value]) if value.ends_with(REHEARSAL.as_bytes()) => Err(Fault::refused(
            "rehearsal-artefact",
            "inputs.csr was made in a rehearsal",
        )),
        _ => Err(bad("inputs.csr is not bound to a ceremony")),
    }
}

/// The planned CRL comes after the previous one and forgets nothing.
fn succeeds(plan: &PlanFile, ca: &CaCertificate, bytes: &[u8]) -> Result<(), Fault> {
    let malformed = || bad("inputs.previous_crl is no CRL");
    let der = input::der(bytes, pem::CRL).ok_or_else(malformed)?;
    let view = CrlView::parse(&der).map_err(|_| malformed())?;
    view.verify(ca)
        .map_err(|_| bad("inputs.previous_crl is not signed by the CA"))?;
    let number = view
        .extensions
        .iter()
        .find(|found| found.oid == oid::CRL_NUMBER)
        .and_then(|found| tlv::only(found.value, tlv::INTEGER).ok()?.unsigned().ok())
        .and_then(|magnitude| {
            let pad = 8_usize.checked_sub(magnitude.len())?;
            let bytes: Vec<u8> = [&vec![0; pad], magnitude].concat();
            Some(u64::from_be_bytes(bytes.try_into().ok()?))
        })
        .ok_or_else(malformed)?;
    let planned = plan.plan.crl.as_ref().map_or(0, |crl| crl.number);
    if plan.plan.kind != Kind::RootCrl || planned <= number {
        return Err(Fault::refused(
            "crl-number-not-larger",
            format!("crl.number is {planned}, the previous CRL has {number}"),
        ));
    }
    let kept = terms::revoked(&plan.plan)?;
    let forgotten = view.entries.unwrap_or_default().into_iter().any(|entry| {
        !kept
            .iter()
            .any(|revoked| entry.serial.unsigned() == Ok(revoked.serial.as_bytes()))
    });
    if forgotten {
        return Err(Fault::refused(
            "crl-shrinks",
            "the plan leaves out a serial that the previous CRL lists",
        ));
    }
    Ok(())
}

fn bad(reason: impl std::fmt::Display) -> Fault {
    Fault::refused("input-invalid", reason)
}
