//! Certificate serial numbers (RFC 5280 4.1.2.2, S/MIME BR 7.1).
//!
//! Uniqueness per issuer is the store's business; randomness arrives as an argument.

use std::fmt;

use super::tlv;

/// A positive INTEGER of at most 20 octets, below 2^159.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber(Vec<u8>);

/// The text or bytes are no serial number of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a serial number: 1 to 20 octets, positive, below 2^159, no leading zeros")]
pub struct InvalidSerial;

impl SerialNumber {
    /// 126 of the 128 bits stay random: the top bits become `01`, so every serial is positive
    /// and has the same length (S/MIME BR 7.1 asks for at least 64 bits from a CSPRNG).
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        let mut bytes = random;
        if let Some(first) = bytes.first_mut() {
            *first = (*first & 0x3f) | 0x40;
        }
        Self(bytes.to_vec())
    }

    /// Takes the magnitude, big-endian.
    ///
    /// # Errors
    /// When it is empty, zero, too long, or has leading zeros.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSerial> {
        match bytes {
            [0, ..] | [] => Err(InvalidSerial),
            [first, ..] if bytes.len() > 20 || (bytes.len() == 20 && *first >= 0x80) => {
                Err(InvalidSerial)
            }
            _ => Ok(Self(bytes.to_vec())),
        }
    }

    /// Reads lower- or upper-case hexadecimal without separators, an even number of digits.
    ///
    /// # Errors
    /// When the text is not the hexadecimal form of a serial.
    pub fn parse(text: &str) -> Result<Self, InvalidSerial> {
        if text.len() > 40 {
            return Err(InvalidSerial);
        }
        Self::from_bytes(&hex::decode(text).map_err(|_| InvalidSerial)?)
    }

    /// The magnitude, big-endian, without leading zeros.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The DER INTEGER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        tlv::integer(&self.0)
    }
}

impl fmt::Display for SerialNumber {
    /// Lower-case hexadecimal, two digits an octet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_random_value_gives_a_positive_serial_with_its_bits(random: [u8; 16]) {
            let serial = SerialNumber::from_random(random);
            prop_assert_eq!(serial.as_bytes().len(), 16);
            prop_assert_eq!(serial.as_bytes()[0] & 0xc0, 0x40);
            prop_assert_eq!(serial.as_bytes()[0] & 0x3f, random[0] & 0x3f);
            prop_assert_eq!(&serial.as_bytes()[1..], &random[1..]);
            prop_assert_eq!(serial.to_der().len(), 18);
            prop_assert_eq!(SerialNumber::parse(&serial.to_string()), Ok(serial));
        }
    }

    #[test]
    fn bounds() {
        assert!(SerialNumber::parse("01").is_ok());
        assert!(SerialNumber::parse(&format!("7f{}", "ff".repeat(19))).is_ok());
        for bad in [
            "",
            "00",
            "0001",
            "1",
            "zz",
            &"80".repeat(20),
            &"11".repeat(21),
        ] {
            assert_eq!(SerialNumber::parse(bad), Err(InvalidSerial), "{bad}");
        }
    }
}
