//! The values of extensions as the rules see them (RFC 5280 4.2, 5.2).

use super::{
    der::{self, Cursor, NotDer},
    name::GeneralName,
    oids,
};

/// One extension as it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extension<'a> {
    pub(super) oid: &'a [u8],
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

impl<'a> Extension<'a> {
    /// A SEQUENCE of extensions.
    pub(super) fn list(value: &'a [u8]) -> Result<Vec<Self>, NotDer> {
        let mut cursor = der::sole(value, der::SEQUENCE)?.inside();
        let mut found = Vec::with_capacity(10);
        while !cursor.is_empty() {
            let mut fields = cursor.take(der::SEQUENCE)?.inside();
            let oid = fields.take(der::OID)?.value;
            let critical = fields.take_if(der::BOOLEAN)?.map(|flag| flag.value);
            // FALSE is the default, which DER leaves out.
            if critical == Some(&[0]) {
                return Err(NotDer);
            }
            found.push(Self {
                oid,
                critical: critical.is_some(),
                value: fields.take(der::OCTET_STRING)?.value,
            });
            fields.end()?;
        }
        Ok(found)
    }
}

/// keyUsage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyUsage {
    /// digitalSignature is the highest of 16 bits.
    pub(super) bits: u16,
    /// No zero bits at the end, at least one bit (X.690 11.2.2).
    pub(super) is_minimal: bool,
}

impl KeyUsage {
    pub(super) fn read(value: &[u8]) -> Result<Self, NotDer> {
        let (unused, octets) = der::bits(der::sole(value, der::BIT_STRING)?.value)?;
        let bits = match octets {
            [] => 0,
            [first] => u16::from_be_bytes([*first, 0]),
            [first, second, ..] => u16::from_be_bytes([*first, *second]),
        };
        let last = octets.last().copied().unwrap_or(0);
        let is_minimal =
            last != 0 && last.trailing_zeros() == u32::from(unused) && octets.len() <= 2;
        Ok(Self { bits, is_minimal })
    }
}

/// extKeyUsage.
pub(super) fn purposes(value: &[u8]) -> Result<Vec<&[u8]>, NotDer> {
    let mut cursor = der::sole(value, der::SEQUENCE)?.inside();
    let mut found = Vec::with_capacity(2);
    while !cursor.is_empty() {
        found.push(cursor.take(der::OID)?.value);
    }
    Ok(found)
}

/// One `PolicyInformation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy<'a> {
    pub(super) oid: &'a [u8],
    pub(super) has_qualifiers: bool,
    /// Every qualifier is one S/MIME BR 7.1.2.3 a permits.
    pub(super) has_lawful_qualifiers: bool,
}

impl<'a> Policy<'a> {
    pub(super) fn list(value: &'a [u8]) -> Result<Vec<Self>, NotDer> {
        let mut cursor = der::sole(value, der::SEQUENCE)?.inside();
        let mut found = Vec::with_capacity(2);
        while !cursor.is_empty() {
            let mut fields = cursor.take(der::SEQUENCE)?.inside();
            let oid = fields.take(der::OID)?.value;
            let qualifiers = fields.take_if(der::SEQUENCE)?;
            fields.end()?;
            found.push(Self {
                oid,
                has_qualifiers: qualifiers.is_some(),
                has_lawful_qualifiers: match qualifiers {
                    Some(list) => are_lawful(list.inside())?,
                    None => true,
                },
            });
        }
        Ok(found)
    }

    /// Of the arc S/MIME BR 7.1.6.1 reserves.
    pub(super) fn is_reserved(&self) -> bool {
        self.oid.starts_with(oids::RESERVED_POLICIES)
    }

    /// Reserved, of the legacy generation.
    pub(super) fn is_legacy(&self) -> bool {
        self.is_reserved() && self.oid.ends_with(&[1])
    }
}

/// cPSuri with http or https; userNotice with explicitText and no noticeRef.
fn are_lawful(mut list: Cursor<'_>) -> Result<bool, NotDer> {
    let mut lawful = !list.is_empty();
    while !list.is_empty() {
        let mut fields = list.take(der::SEQUENCE)?.inside();
        let kind = fields.take(der::OID)?.value;
        let value = fields.any()?;
        fields.end()?;
        lawful &= match kind {
            oids::CPS_QUALIFIER => {
                let uri = value.value;
                value.tag == der::IA5_STRING
                    && (uri.starts_with(b"http://") || uri.starts_with(b"https://"))
            }
            oids::USER_NOTICE => {
                let mut notice = value.inside();
                let has_reference = notice.take_if(der::SEQUENCE)?.is_some();
                !has_reference && notice.tag() == Some(der::UTF8_STRING)
            }
            _ => false,
        };
    }
    Ok(lawful)
}

/// cRLDistributionPoints, flattened; also the distributionPoint of an IDP.
#[derive(Clone, Debug, Default)]
pub(super) struct CrlPoints<'a> {
    /// The fullNames of all points.
    pub(super) names: Vec<GeneralName<'a>>,
    /// A point without fullName, or with reasons or cRLIssuer.
    pub(super) has_other: bool,
}

impl<'a> CrlPoints<'a> {
    pub(super) fn read(value: &'a [u8]) -> Result<Self, NotDer> {
        let mut found = Self::default();
        let mut points = der::sole(value, der::SEQUENCE)?.inside();
        while !points.is_empty() {
            let mut fields = points.take(der::SEQUENCE)?.inside();
            found.point(&mut fields)?;
            found.has_other |= !fields.is_empty();
        }
        Ok(found)
    }

    /// distributionPoint, if it is the next field.
    fn point(&mut self, fields: &mut Cursor<'a>) -> Result<(), NotDer> {
        let full = match fields.take_if(der::constructed(0))? {
            Some(name) => name.inside().take_if(der::constructed(0))?,
            None => None,
        };
        let Some(full) = full else {
            self.has_other = true;
            return Ok(());
        };
        let mut names = full.inside();
        while !names.is_empty() {
            self.names.push(GeneralName::read(&names.any()?)?);
        }
        Ok(())
    }
}

/// issuingDistributionPoint of a CRL.
#[derive(Clone, Debug, Default)]
pub(super) struct IssuingPoint<'a> {
    pub(super) point: Option<CrlPoints<'a>>,
    /// onlyContainsUserCerts, onlyContainsCACerts or onlySomeReasons.
    pub(super) is_partial: bool,
    pub(super) is_indirect: bool,
    pub(super) is_for_attributes: bool,
}

impl<'a> IssuingPoint<'a> {
    pub(super) fn read(value: &'a [u8]) -> Result<Self, NotDer> {
        let mut fields = der::sole(value, der::SEQUENCE)?.inside();
        let point = if fields.tag() == Some(der::constructed(0)) {
            let mut found = CrlPoints::default();
            found.point(&mut fields)?;
            Some(found)
        } else {
            None
        };
        let mut flag = |number| {
            let found = fields.take_if(der::primitive(number))?;
            Ok(found.is_some())
        };
        let found = Self {
            point,
            is_partial: flag(1)? | flag(2)? | flag(3)?,
            is_indirect: flag(4)?,
            is_for_attributes: flag(5)?,
        };
        fields.end()?;
        Ok(found)
    }
}

/// One `AccessDescription`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access<'a> {
    pub(super) method: &'a [u8],
    pub(super) location: GeneralName<'a>,
}

impl<'a> Access<'a> {
    pub(super) fn list(value: &'a [u8]) -> Result<Vec<Self>, NotDer> {
        let mut cursor = der::sole(value, der::SEQUENCE)?.inside();
        let mut found = Vec::with_capacity(2);
        while !cursor.is_empty() {
            let mut fields = cursor.take(der::SEQUENCE)?.inside();
            let method = fields.take(der::OID)?.value;
            let location = GeneralName::read(&fields.any()?)?;
            fields.end()?;
            found.push(Self { method, location });
        }
        Ok(found)
    }
}

/// authorityKeyIdentifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AuthorityKey<'a> {
    pub(super) identifier: Option<&'a [u8]>,
    /// authorityCertIssuer or authorityCertSerialNumber is there.
    pub(super) has_issuer: bool,
}

impl<'a> AuthorityKey<'a> {
    pub(super) fn read(value: &'a [u8]) -> Result<Self, NotDer> {
        let mut fields = der::sole(value, der::SEQUENCE)?.inside();
        let identifier = fields.take_if(der::primitive(0))?.map(|found| found.value);
        let issuer = fields.take_if(der::constructed(1))?;
        let serial = fields.take_if(der::primitive(2))?;
        fields.end()?;
        Ok(Self {
            identifier,
            has_issuer: issuer.is_some() || serial.is_some(),
        })
    }
}

/// basicConstraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BasicConstraints<'a> {
    pub(super) ca: bool,
    /// Content octets of pathLenConstraint.
    pub(super) path_len: Option<&'a [u8]>,
}

impl<'a> BasicConstraints<'a> {
    pub(super) fn read(value: &'a [u8]) -> Result<Self, NotDer> {
        let mut fields = der::sole(value, der::SEQUENCE)?.inside();
        let ca = fields.take_if(der::BOOLEAN)?.map(|flag| flag.value);
        if ca == Some(&[0]) {
            return Err(NotDer);
        }
        let path_len = fields.take_if(der::INTEGER)?.map(|found| found.value);
        fields.end()?;
        Ok(Self {
            ca: ca.is_some(),
            path_len,
        })
    }
}

/// nameConstraints: permitted and excluded bases together.
#[derive(Clone, Debug)]
pub(super) struct NameConstraints<'a> {
    pub(super) bases: Vec<GeneralName<'a>>,
    /// A subtree with minimum or maximum, which RFC 5280 4.2.1.10 forbids.
    pub(super) has_distance: bool,
}

impl<'a> NameConstraints<'a> {
    pub(super) fn read(value: &'a [u8]) -> Result<Self, NotDer> {
        let mut fields = der::sole(value, der::SEQUENCE)?.inside();
        let mut found = Self {
            bases: Vec::new(),
            has_distance: false,
        };
        for number in 0..2 {
            let Some(trees) = fields.take_if(der::constructed(number))? else {
                continue;
            };
            let mut trees = trees.inside();
            while !trees.is_empty() {
                let mut tree = trees.take(der::SEQUENCE)?.inside();
                found.bases.push(GeneralName::read(&tree.any()?)?);
                found.has_distance |= !tree.is_empty();
            }
        }
        fields.end()?;
        Ok(found)
    }
}
