//! Every object identifier this CA writes or judges, each with its source.

use const_oid::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($text);)*
    };
}

oids! {
    /// X.520 commonName (RFC 5280 App. A.1).
    COMMON_NAME = "2.5.4.3";
    /// X.520 surname.
    SURNAME = "2.5.4.4";
    /// X.520 serialNumber.
    SERIAL_NUMBER = "2.5.4.5";
    /// X.520 countryName.
    COUNTRY = "2.5.4.6";
    /// X.520 localityName.
    LOCALITY = "2.5.4.7";
    /// X.520 stateOrProvinceName.
    STATE_OR_PROVINCE = "2.5.4.8";
    /// X.520 streetAddress.
    STREET_ADDRESS = "2.5.4.9";
    /// X.520 organizationName.
    ORGANIZATION = "2.5.4.10";
    /// X.520 organizationalUnitName.
    ORGANIZATIONAL_UNIT = "2.5.4.11";
    /// X.520 title.
    TITLE = "2.5.4.12";
    /// X.520 postalCode.
    POSTAL_CODE = "2.5.4.17";
    /// X.520 givenName.
    GIVEN_NAME = "2.5.4.42";
    /// X.520 pseudonym.
    PSEUDONYM = "2.5.4.65";
    /// X.520 organizationIdentifier (S/MIME BR 7.1.4.2.2 d).
    ORGANIZATION_IDENTIFIER = "2.5.4.97";
    /// PKCS #9 emailAddress (RFC 2985 5.2.1).
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

    /// RFC 5280 4.2.1.2.
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    /// RFC 5280 4.2.1.3.
    KEY_USAGE = "2.5.29.15";
    /// RFC 5280 4.2.1.6.
    SUBJECT_ALT_NAME = "2.5.29.17";
    /// RFC 5280 4.2.1.9.
    BASIC_CONSTRAINTS = "2.5.29.19";
    /// RFC 5280 5.2.3.
    CRL_NUMBER = "2.5.29.20";
    /// RFC 5280 5.3.1.
    REASON_CODE = "2.5.29.21";
    /// RFC 5280 5.2.4.
    DELTA_CRL_INDICATOR = "2.5.29.27";
    /// RFC 5280 5.2.5.
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    /// RFC 5280 4.2.1.10.
    NAME_CONSTRAINTS = "2.5.29.30";
    /// RFC 5280 4.2.1.13.
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    /// RFC 5280 4.2.1.4.
    CERTIFICATE_POLICIES = "2.5.29.32";
    /// RFC 5280 4.2.1.4: anyPolicy.
    ANY_POLICY = "2.5.29.32.0";
    /// RFC 5280 4.2.1.1.
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    /// RFC 5280 4.2.1.12.
    EXT_KEY_USAGE = "2.5.29.37";
    /// RFC 5280 4.2.2.1.
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    /// RFC 4262: smimeCapabilities.
    SMIME_CAPABILITIES = "1.2.840.113549.1.9.15";

    /// RFC 5280 4.2.1.12: id-kp-emailProtection.
    EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
    /// RFC 5280 4.2.1.12: id-kp-OCSPSigning.
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    /// RFC 5280 4.2.2.1: id-ad-caIssuers.
    CA_ISSUERS = "1.3.6.1.5.5.7.48.2";
    /// RFC 5280 4.2.2.1: id-ad-ocsp.
    OCSP = "1.3.6.1.5.5.7.48.1";
    /// RFC 6960 4.2.1: id-pkix-ocsp-basic.
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    /// RFC 9654 2.1: id-pkix-ocsp-nonce.
    OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2";

    /// S/MIME BR 7.1.6.1: mailbox-validated, multipurpose generation.
    MAILBOX_MULTIPURPOSE = "2.23.140.1.5.1.2";
    /// S/MIME BR 7.1.6.1: mailbox-validated, strict generation.
    MAILBOX_STRICT = "2.23.140.1.5.1.3";
    /// S/MIME BR 7.1.6.1: organization-validated, multipurpose generation.
    ORGANIZATION_MULTIPURPOSE = "2.23.140.1.5.2.2";
    /// S/MIME BR 7.1.6.1: organization-validated, strict generation.
    ORGANIZATION_STRICT = "2.23.140.1.5.2.3";
    /// S/MIME BR 7.1.6.1: sponsor-validated, multipurpose generation.
    SPONSOR_MULTIPURPOSE = "2.23.140.1.5.3.2";
    /// S/MIME BR 7.1.6.1: sponsor-validated, strict generation.
    SPONSOR_STRICT = "2.23.140.1.5.3.3";
    /// S/MIME BR 7.1.6.1: individual-validated, multipurpose generation.
    INDIVIDUAL_MULTIPURPOSE = "2.23.140.1.5.4.2";
    /// S/MIME BR 7.1.6.1: individual-validated, strict generation.
    INDIVIDUAL_STRICT = "2.23.140.1.5.4.3";

    /// RFC 8017 App. A.1: rsaEncryption.
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    /// RFC 4055 4.1: in requests and reports only.
    RSAES_OAEP = "1.2.840.113549.1.1.7";
    /// RFC 4055 1.2: as the algorithm of a key in requests and reports only.
    RSASSA_PSS = "1.2.840.113549.1.1.10";
    /// RFC 5480 2.1.1: id-ecPublicKey.
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    /// RFC 5480 2.1.1.1: secp256r1.
    SECP256R1 = "1.2.840.10045.3.1.7";
    /// RFC 5480 2.1.1.1: secp384r1.
    SECP384R1 = "1.3.132.0.34";
    /// RFC 5480 2.1.1.1: secp521r1.
    SECP521R1 = "1.3.132.0.35";
    /// RFC 8410 3: id-Ed25519.
    ED25519 = "1.3.101.112";

    /// PKCS #9 extensionRequest (RFC 2985 5.4.2).
    EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
    /// PKCS #7 data (RFC 5652 4).
    DATA = "1.2.840.113549.1.7.1";
    /// PKCS #7 signedData (RFC 5652 5.1).
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    /// CMS contentType (RFC 5652 11.1).
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    /// CMS messageDigest (RFC 5652 11.2).
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    /// CMS signingTime (RFC 5652 11.3).
    SIGNING_TIME = "1.2.840.113549.1.9.5";
    /// RFC 3279 2.1: in the names of certificates that OCSP clients ask about only.
    SHA1 = "1.3.14.3.2.26";
    /// RFC 5754 2.2.
    SHA256 = "2.16.840.1.101.3.4.2.1";
    /// RFC 5754 2.3.
    SHA384 = "2.16.840.1.101.3.4.2.2";
    /// RFC 5754 2.4.
    SHA512 = "2.16.840.1.101.3.4.2.3";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_foreign_database_agree() {
        use const_oid::db::{rfc4519, rfc5280, rfc5912};
        assert_eq!(COMMON_NAME, rfc4519::COMMON_NAME);
        assert_eq!(POSTAL_CODE, rfc4519::POSTAL_CODE);
        assert_eq!(EMAIL_PROTECTION, rfc5280::ID_KP_EMAIL_PROTECTION);
        assert_eq!(
            ISSUING_DISTRIBUTION_POINT,
            rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT
        );
        assert_eq!(REASON_CODE, rfc5280::ID_CE_CRL_REASONS);
        assert_eq!(SECP521R1, rfc5912::SECP_521_R_1);
        assert_eq!(CA_ISSUERS, rfc5280::ID_AD_CA_ISSUERS);
    }
}
