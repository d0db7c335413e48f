//! Public keys as the rules see them: read from the SubjectPublicKeyInfo, never encoded again.

use super::{
    der::{self, NotDer},
    oids,
};

/// A NIST curve of S/MIME BR 6.1.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

/// What stands in the key's BIT STRING, by the algorithm beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form<'a> {
    /// Magnitudes.
    Rsa {
        modulus: &'a [u8],
        exponent: &'a [u8],
    },
    /// An uncompressed point of the curve's length.
    Ec {
        curve: Curve,
        point: &'a [u8],
    },
    Ed25519,
    Ed448,
    MlDsa,
    MlKem,
    /// A known algorithm with another content than it has.
    Malformed,
    /// An algorithm or curve the requirements do not name.
    Unknown,
}

/// A `SubjectPublicKeyInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'a> {
    /// DER of the AlgorithmIdentifier.
    pub(super) algorithm: &'a [u8],
    /// Octets of the BIT STRING.
    pub(super) octets: &'a [u8],
    pub(super) form: Form<'a>,
}

impl<'a> Key<'a> {
    pub(super) fn read(spki: &'a [u8]) -> Result<Self, NotDer> {
        let mut fields = der::sole(spki, der::SEQUENCE)?.inside();
        let algorithm = fields.take(der::SEQUENCE)?;
        let octets = der::octets(fields.take(der::BIT_STRING)?.value)?;
        fields.end()?;
        let mut parts = algorithm.inside();
        let oid = parts.take(der::OID)?.value;
        let parameter = parts.take_if(der::OID)?.map(|found| found.value);
        Ok(Self {
            algorithm: algorithm.raw,
            octets,
            form: form(oid, parameter, octets),
        })
    }

    /// Modulus and exponent.
    pub(super) const fn rsa(&self) -> Option<(&'a [u8], &'a [u8])> {
        match self.form {
            Form::Rsa { modulus, exponent } => Some((modulus, exponent)),
            _ => None,
        }
    }

    /// Bits of an RSA modulus.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        let (modulus, _) = self.rsa()?;
        Some(bit_length(modulus))
    }
}

/// Bits of a magnitude without leading zero octets.
pub(super) fn bit_length(magnitude: &[u8]) -> usize {
    let zeros = magnitude.first().map_or(0, |first| first.leading_zeros());
    let zeros = usize::try_from(zeros).unwrap_or(0);
    magnitude.len().saturating_mul(8).saturating_sub(zeros)
}

fn form<'a>(oid: &[u8], parameter: Option<&[u8]>, octets: &'a [u8]) -> Form<'a> {
    let sized = |length: usize, form| {
        if octets.len() == length {
            form
        } else {
            Form::Malformed
        }
    };
    match (oid, parameter) {
        (oids::RSA_ENCRYPTION, _) => rsa(octets).unwrap_or(Form::Malformed),
        (oids::EC_PUBLIC_KEY, Some(oids::P256)) => ec(Curve::P256, 65, octets),
        (oids::EC_PUBLIC_KEY, Some(oids::P384)) => ec(Curve::P384, 97, octets),
        (oids::EC_PUBLIC_KEY, Some(oids::P521)) => ec(Curve::P521, 133, octets),
        (oids::ED25519, _) => sized(32, Form::Ed25519),
        (oids::ED448, _) => sized(57, Form::Ed448),
        (oids::ML_DSA_44, _) => sized(1312, Form::MlDsa),
        (oids::ML_DSA_65, _) => sized(1952, Form::MlDsa),
        (oids::ML_DSA_87, _) => sized(2592, Form::MlDsa),
        (oids::ML_KEM_512, _) => sized(800, Form::MlKem),
        (oids::ML_KEM_768, _) => sized(1184, Form::MlKem),
        (oids::ML_KEM_1024, _) => sized(1568, Form::MlKem),
        _ => Form::Unknown,
    }
}

fn rsa(octets: &[u8]) -> Option<Form<'_>> {
    der::strict(octets).ok()?;
    let mut fields = der::sole(octets, der::SEQUENCE).ok()?.inside();
    let modulus = der::magnitude(fields.take(der::INTEGER).ok()?.value).ok()?;
    let exponent = der::magnitude(fields.take(der::INTEGER).ok()?.value).ok()?;
    fields.end().ok()?;
    Some(Form::Rsa { modulus, exponent })
}

fn ec(curve: Curve, length: usize, octets: &[u8]) -> Form<'_> {
    if octets.len() == length && octets.first() == Some(&4) {
        Form::Ec {
            curve,
            point: octets,
        }
    } else {
        Form::Malformed
    }
}
