//! The S/MIME signature on the CA's own mails: which certificate may make it, and the right to
//! one signature over one mail.
//!
//! A notification key is bound to mails; a key that signs certificates or CRLs is refused, so
//! that nobody can have a TBS signed as a mail. Knows neither MIME nor tokens.

use std::sync::Arc;

use crate::{
    domain::{
        signing::{KeyName, SignOrder, SignPurpose, Signature},
        timestamp::Timestamp,
    },
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate::{CaCertificate, CertificateView, NotACa},
        oid,
        signature::{self, BadSignature},
        signed_data,
        spki::PublicKey,
        tlv::{self, Malformed},
        validity::Validity,
    },
};

/// Why a certificate cannot sign the CA's mails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("the certificate is malformed")]
    Malformed,
    #[error("the certificate has a key that cannot make {0} signatures")]
    Key(SignatureAlgorithm),
    #[error("the certificate is not the one of the configured key")]
    OtherKey,
    #[error("its key is a CA's: a notification key signs mails and nothing else")]
    CaKey,
    #[error("the certificate is a CA's")]
    Ca,
    #[error("the certificate's extKeyUsage has no emailProtection")]
    Purpose,
    #[error("the certificate's keyUsage has no digitalSignature")]
    Usage,
    #[error("the certificate does not name {0}, from which the mails come")]
    Address(String),
    #[error("the certificate is not valid now: from {0} until {1}")]
    Time(Timestamp, Timestamp),
    #[error("a certificate of the chain did not issue the one before it")]
    Chain,
    #[error("a certificate of the chain is no CA's")]
    NotCa(#[from] NotACa),
}

impl From<Malformed> for Unfit {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// What a notification certificate is made from.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub certificate: Vec<u8>,
    /// Above it, nearest first; without the root, which readers have or have not.
    pub chain: Vec<Vec<u8>>,
    pub key: KeyName,
    pub algorithm: SignatureAlgorithm,
    /// DER SPKI that the key on the token is pinned to.
    pub key_spki: &'a [u8],
    /// The address in From.
    pub from: &'a str,
    /// DER SPKIs of the keys that issue.
    pub ca_keys: &'a [Vec<u8>],
}

/// A certificate by which the CA's mails are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationCertificate {
    certificate: Vec<u8>,
    chain: Vec<Vec<u8>>,
    key: KeyName,
    public: PublicKey,
    algorithm: SignatureAlgorithm,
    validity: Validity,
}

impl NotificationCertificate {
    /// Whatever its time: that is judged for each mail, for it ends while the daemon runs.
    ///
    /// # Errors
    /// [`Unfit`] says why mails must not be signed by it.
    pub fn new(wanted: Wanted<'_>) -> Result<Self, Unfit> {
        let view = CertificateView::parse(&wanted.certificate)?;
        if view.spki != wanted.key_spki {
            return Err(Unfit::OtherKey);
        }
        if wanted.ca_keys.iter().any(|spki| spki == view.spki) {
            return Err(Unfit::CaKey);
        }
        let wrong_key = || Unfit::Key(wanted.algorithm);
        let public = PublicKey::from_spki(view.spki).map_err(|_| wrong_key())?;
        if !signature::fits(&public, wanted.algorithm) {
            return Err(wrong_key());
        }
        judge_profile(&view, wanted.from)?;
        let validity = Validity::from_der(&view.validity)?;
        judge_chain(&view, &wanted.chain)?;
        Ok(Self {
            public,
            validity,
            certificate: wanted.certificate,
            chain: wanted.chain,
            key: wanted.key,
            algorithm: wanted.algorithm,
        })
    }

    /// The key that signs.
    #[must_use]
    pub const fn key(&self) -> &KeyName {
        &self.key
    }

    /// The last second at which it can sign.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.validity.not_after()
    }

    /// The digest's name in the mail's header.
    #[must_use]
    pub fn micalg(&self) -> &'static str {
        signed_data::micalg(self.algorithm)
    }

    /// Whether mails can be signed by it at `now`.
    ///
    /// # Errors
    /// [`Unfit::Time`].
    pub fn valid_at(&self, now: Timestamp) -> Result<(), Unfit> {
        let (from, until) = (self.validity.not_before(), self.validity.not_after());
        if from <= now && now.whole_second() <= until {
            Ok(())
        } else {
            Err(Unfit::Time(from, until))
        }
    }
}

/// Digest and signed attributes of one mail: the right to one signature over exactly these.
#[derive(Clone, Debug)]
pub struct MailDigest {
    certificate: Arc<NotificationCertificate>,
    attributes: Vec<u8>,
    mail: String,
}

impl MailDigest {
    /// Of `content`, the octets of the MIME entity with CRLF, in the mail called `mail`.
    ///
    /// # Errors
    /// [`Unfit::Time`] when the certificate is not valid now.
    pub fn of(
        certificate: &Arc<NotificationCertificate>,
        mail: impl ToString,
        content: &[u8],
        now: Timestamp,
    ) -> Result<Self, Unfit> {
        certificate.valid_at(now)?;
        Ok(Self {
            attributes: signed_data::signed_attributes(content, certificate.algorithm, now),
            certificate: Arc::clone(certificate),
            mail: mail.to_string(),
        })
    }

    /// What to ask of the HSM.
    #[must_use]
    pub fn order(&self) -> SignOrder {
        SignOrder::new(
            self.certificate.key.clone(),
            SignPurpose::Mail,
            self.certificate.algorithm,
            self.attributes.clone(),
            self.mail.clone(),
        )
    }

    /// Verifies what came back and gives the DER of the CMS object with the whole chain.
    ///
    /// # Errors
    /// When the signature does not verify: the mail must not leave with it.
    pub fn finish(self, signature: &Signature) -> Result<Vec<u8>, BadSignature> {
        let certificate = &self.certificate;
        let algorithm = certificate.algorithm;
        signature::verify(
            &certificate.public,
            algorithm,
            &self.attributes,
            &signature.0,
        )?;
        let above = certificate.chain.iter().map(Vec::as_slice);
        let all: Vec<&[u8]> = std::iter::once(certificate.certificate.as_slice())
            .chain(above)
            .collect();
        signed_data::detached(&self.attributes, algorithm, &all, &signature.0)
            .map_err(|Malformed| BadSignature)
    }
}

fn judge_profile(view: &CertificateView<'_>, from: &str) -> Result<(), Unfit> {
    if let Some(constraints) = view.extension(oid::BASIC_CONSTRAINTS) {
        let mut fields = tlv::only(constraints.value, tlv::SEQUENCE)?.reader();
        if fields.optional(tlv::BOOLEAN)?.is_some() {
            return Err(Unfit::Ca);
        }
    }
    let purposes = view.extension(oid::EXT_KEY_USAGE).ok_or(Unfit::Purpose)?;
    let protects = elements(purposes.value)?
        .iter()
        .any(|purpose| purpose.oid() == Ok(oid::EMAIL_PROTECTION));
    if !protects {
        return Err(Unfit::Purpose);
    }
    let usage = view.extension(oid::KEY_USAGE).ok_or(Unfit::Usage)?;
    let (_, bits) = tlv::only(usage.value, tlv::BIT_STRING)?.bit_string()?;
    if bits.first().is_none_or(|octet| octet & 0x80 == 0) {
        return Err(Unfit::Usage);
    }
    let named = match view.extension(oid::SUBJECT_ALT_NAME) {
        Some(names) => elements(names.value)?
            .iter()
            .any(|name| name.tag == tlv::primitive(1) && same_mailbox(name.value, from)),
        None => false,
    };
    if named {
        Ok(())
    } else {
        Err(Unfit::Address(from.to_owned()))
    }
}

/// Each certificate was issued by the next, and none of them is a leaf.
fn judge_chain(view: &CertificateView<'_>, chain: &[Vec<u8>]) -> Result<(), Unfit> {
    let mut below: Option<CaCertificate> = None;
    for der in chain {
        let above = CaCertificate::from_der(der)?;
        let issued = match &below {
            Some(below) => below.verify_issued_by(&above),
            None if view.issuer == above.subject().as_der() => {
                above.verify(view.tbs, view.outer_algorithm, view.signature)
            }
            None => Err(BadSignature),
        };
        issued.map_err(|BadSignature| Unfit::Chain)?;
        below = Some(above);
    }
    Ok(())
}

fn elements(value: &[u8]) -> Result<Vec<tlv::Element<'_>>, Malformed> {
    tlv::all(tlv::only(value, tlv::SEQUENCE)?.value)
}

/// Local parts by octet, domains without regard to case (RFC 5280 7.5).
fn same_mailbox(name: &[u8], from: &str) -> bool {
    let name = std::str::from_utf8(name).unwrap_or_default();
    match (name.rsplit_once('@'), from.rsplit_once('@')) {
        (Some((local, domain)), Some((wanted, at))) => {
            local == wanted && domain.eq_ignore_ascii_case(at)
        }
        _ => false,
    }
}
