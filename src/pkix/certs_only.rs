//! Degenerate PKCS #7 `SignedData` that carries certificates and no signature (RFC 5652 5.1,
//! RFC 8551 3.8).

use super::{oid, tlv};

/// The DER `ContentInfo` with these DER certificates, each once.
#[must_use]
pub fn certs_only(certificates: &[&[u8]]) -> Vec<u8> {
    let mut sorted = certificates.to_vec();
    // SET OF is sorted by encoding (X.690 11.6).
    sorted.sort_unstable();
    sorted.dedup();
    let content = tlv::sequence(&[&tlv::oid(&oid::DATA)]);
    let signed_data = tlv::sequence(&[
        &tlv::integer(&[1]),
        &tlv::element(tlv::SET, &[]),
        &content,
        &tlv::element(tlv::constructed(0), &sorted),
        &tlv::element(tlv::SET, &[]),
    ]);
    tlv::sequence(&[
        &tlv::oid(&oid::SIGNED_DATA),
        &tlv::element(tlv::constructed(0), &[&signed_data]),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_each_member_once_in_order_of_encoding() {
        let (a, b) = (tlv::sequence(&[&[2, 1, 1]]), tlv::sequence(&[&[2, 1, 2]]));
        let golden = concat!(
            "302f06092a864886f70d010702a02230200201013100",
            "300b06092a864886f70d010701",
            "a00a30030201013003020102",
            "3100"
        );
        assert_eq!(hex::encode(certs_only(&[&b, &a, &b])), golden);
    }
}
