//! The certificate, its chain and its key.

use sha2::{Digest, Sha256};

use super::{Line, Piece};
use crate::{
    api::certificate_evidence::CertificateEvidence,
    cli::audit::saved,
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate::{CaCertificate, CertificateView},
        name::Name,
        oid, pem, signature,
        spki::PublicKey,
        validity::Validity,
    },
    policy::key_policy,
};

/// Certificates above the leaf; the CA hierarchy has three levels.
const LONGEST: usize = 8;

/// DER of the certificate, when it can be read.
pub fn der(evidence: &CertificateEvidence) -> Option<Vec<u8>> {
    let text = evidence.certificate.pem.as_deref()?;
    pem::decode(pem::CERTIFICATE, text).ok()
}

pub fn check(evidence: &CertificateEvidence, trust: &[Vec<u8>]) -> Vec<Line> {
    let der = der(evidence);
    let view = der
        .as_deref()
        .and_then(|der| Some((der, CertificateView::parse(der).ok()?)));
    let Some((der, view)) = view else {
        let mut piece = Piece::new("certificate");
        piece.wrong("cannot be read");
        return vec![piece.line()];
    };
    vec![
        facts(evidence, der, &view),
        chain(evidence, &view, trust),
        key(evidence, &view),
    ]
}

/// What is said about the certificate stands in it.
fn facts(evidence: &CertificateEvidence, der: &[u8], view: &CertificateView<'_>) -> Line {
    let (shown, issuance) = (&evidence.certificate, &evidence.issuance);
    let mut piece = Piece::new("certificate");
    piece.same("SHA-256", &shown.sha256, &digest(der));
    piece.same("key", &shown.spki_sha256, &digest(view.spki));
    piece.same("TBS SHA-256", &issuance.tbs_sha256, &digest(view.tbs));
    match view.serial.unsigned() {
        Ok(serial) => {
            piece.same("serial", &shown.serial, &hex::encode(serial));
            piece.same("serial of the issuance", &issuance.serial, &shown.serial);
        }
        Err(_) => piece.wrong("serial cannot be read"),
    }
    match Validity::from_der(&view.validity) {
        Ok(validity) => {
            let (from, to) = (validity.not_before(), validity.not_after());
            piece.same("notBefore", &shown.not_before, &from.to_string());
            piece.same("notAfter", &shown.not_after, &to.to_string());
        }
        Err(_) => piece.wrong("validity cannot be read"),
    }
    let subject = Name::from_der(view.subject).ok();
    let subject = subject.map(|name| name.to_string());
    piece.same("subject", &Some(shown.subject.clone()), &subject);
    let names = view.extension(oid::SUBJECT_ALT_NAME);
    let names = names.map_or(&[][..], |names| names.value);
    let stands = |mailbox: &String| {
        let mailbox = mailbox.as_bytes();
        !mailbox.is_empty() && names.windows(mailbox.len()).any(|part| part == mailbox)
    };
    piece.demand(
        !shown.sans.is_empty() && shown.sans.iter().all(stands),
        "a mailbox does not stand in it",
    );
    piece.same("issuer", &issuance.issuer, &shown.issuer);
    let request = &evidence.request;
    piece.same("order", &shown.order_id, &request.order_id);
    piece.same("activation", &shown.activation_id, &request.activation_id);
    piece.same("product", &shown.product_code, &request.product_code);
    piece.line()
}

/// Each certificate verifies under the one above it.
fn chain(evidence: &CertificateEvidence, leaf: &CertificateView<'_>, trust: &[Vec<u8>]) -> Line {
    let mut piece = Piece::new("chain");
    let sent = evidence.chain.as_deref().map_or(Some(Vec::new()), |pem| {
        saved::certificates(pem.as_bytes()).filter(|found| !found.is_empty())
    });
    let Some(sent) = sent else {
        piece.wrong("cannot be read");
        return piece.line();
    };
    let sent: Result<Vec<_>, _> = sent
        .iter()
        .map(|der| CaCertificate::from_der(der))
        .collect();
    let roots: Result<Vec<_>, _> = trust
        .iter()
        .map(|der| CaCertificate::from_der(der))
        .collect();
    let (Ok(sent), Ok(roots)) = (sent, roots) else {
        piece.wrong("holds what is no CA certificate");
        return piece.line();
    };
    if sent.is_empty() && roots.is_empty() {
        piece.absent("the daemon does not know the issuer any more; give --trust");
        return piece.line();
    }
    let mut above = sent.iter().chain(&roots).collect::<Vec<_>>();
    let Some(first) = take(&mut above, |ca| ca.subject().as_der() == leaf.issuer) else {
        piece.wrong("does not begin with the certificate's issuer");
        return piece.line();
    };
    let algorithm = SignatureAlgorithm::from_der(leaf.outer_algorithm);
    let signed = algorithm.is_some_and(|algorithm| {
        let key = first.public_key();
        leaf.inner_algorithm == leaf.outer_algorithm
            && signature::verify(key, algorithm, leaf.tbs, leaf.signature).is_ok()
    });
    piece.demand(signed, "the certificate's signature does not verify");
    let mut top = first;
    for _ in 0..LONGEST {
        let Some(next) = take(&mut above, |ca| ca.subject() == top.issuer()) else {
            break;
        };
        let verified = top.verify_issued_by(next);
        piece.demand(verified.is_ok(), "the signature of a CA does not verify");
        top = next;
    }
    let unused = above.iter().any(|ca| sent.contains(ca));
    piece.demand(!unused, "holds a certificate that is no link of it");
    if roots.is_empty() {
        piece.note("the root was not given");
    } else {
        piece.demand(roots.contains(top), "does not lead to what is trusted");
    }
    piece.line()
}

/// Takes out the first that fits: each certificate is one link.
fn take<'a>(
    from: &mut Vec<&'a CaCertificate>,
    fits: impl Fn(&CaCertificate) -> bool,
) -> Option<&'a CaCertificate> {
    let at = from.iter().position(|ca| fits(ca))?;
    Some(from.remove(at))
}

/// What is said about the key follows from it.
fn key(evidence: &CertificateEvidence, view: &CertificateView<'_>) -> Line {
    let mut piece = Piece::new("key");
    let shown = &evidence.key;
    let Ok(key) = PublicKey::from_spki(view.spki) else {
        piece.wrong("cannot be read");
        return piece.line();
    };
    piece.same("algorithm", shown.algorithm.as_str(), key.algorithm_name());
    piece.same("size", &shown.bits, &key.bits());
    let named = hex::encode(key.spki_sha256());
    piece.same("SHA-256", &shown.spki_sha256, &named);
    let fingerprint = hex::encode(key.fingerprint());
    piece.same("fingerprint", &shown.fingerprint, &fingerprint);
    let faults = key_policy::faults(&key).into_iter();
    let faults: Vec<String> = faults.map(|fault| fault.to_string()).collect();
    if !faults.is_empty() {
        piece.note(&format!("by the rules of today: {}", faults.join(", ")));
    }
    piece.line()
}

/// SHA-256 in hex.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
