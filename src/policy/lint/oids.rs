//! The object identifiers the rules know, as content octets.

use const_oid::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: &[u8] = {
            const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap($text);
            OID.as_bytes()
        };)*
    };
}

oids! {
    /// X.520 commonName.
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
    /// X.520 organizationIdentifier.
    ORGANIZATION_IDENTIFIER = "2.5.4.97";
    /// PKCS #9 emailAddress.
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

    /// RFC 5280 4.2.1.8.
    SUBJECT_DIRECTORY_ATTRIBUTES = "2.5.29.9";
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
    /// RFC 5280 4.2.1.12: anyExtendedKeyUsage.
    ANY_EXT_KEY_USAGE = "2.5.29.37.0";
    /// RFC 5280 4.2.2.1.
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    /// RFC 6960 4.2.2.2.1.
    OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5";
    /// S/MIME BR 7.1.2.3 l: identifier of a legal entity.
    LEI = "1.3.6.1.4.1.52266.1";
    /// S/MIME BR 7.1.2.3 l: role of a legal entity.
    LEI_ROLE = "1.3.6.1.4.1.52266.2";
    /// S/MIME BR 7.1.2.3 m: Adobe Time-stamp.
    ADOBE_TIME_STAMP = "1.2.840.113583.1.1.9.1";
    /// S/MIME BR 7.1.2.3 m: Adobe ArchiveRevInfo.
    ADOBE_ARCHIVE = "1.2.840.113583.1.1.9.2";

    /// id-kp-serverAuth.
    SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    /// id-kp-clientAuth.
    CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    /// id-kp-codeSigning.
    CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    /// id-kp-emailProtection.
    EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
    /// id-kp-timeStamping.
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    /// id-kp-OCSPSigning.
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    /// id-ad-caIssuers.
    CA_ISSUERS = "1.3.6.1.5.5.7.48.2";
    /// id-ad-ocsp.
    OCSP = "1.3.6.1.5.5.7.48.1";
    /// RFC 5280 4.2.1.4: id-qt-cps.
    CPS_QUALIFIER = "1.3.6.1.5.5.7.2.1";
    /// RFC 5280 4.2.1.4: id-qt-unotice.
    USER_NOTICE = "1.3.6.1.5.5.7.2.2";
    /// RFC 9598 3: id-on-SmtpUTF8Mailbox.
    SMTP_UTF8_MAILBOX = "1.3.6.1.5.5.7.8.9";

    /// S/MIME BR 7.1.6.1: the arc of reserved policies.
    RESERVED_POLICIES = "2.23.140.1.5";
    /// S/MIME BR 7.1.6.1: organization-validated, multipurpose generation.
    ORGANIZATION_MULTIPURPOSE = "2.23.140.1.5.2.2";
    /// S/MIME BR 7.1.6.1: organization-validated, strict generation.
    ORGANIZATION_STRICT = "2.23.140.1.5.2.3";

    /// S/MIME BR 7.1.6.1: mailbox-validated, multipurpose generation.
    MAILBOX_MULTIPURPOSE = "2.23.140.1.5.1.2";
    /// S/MIME BR 7.1.6.1: mailbox-validated, strict generation.
    MAILBOX_STRICT = "2.23.140.1.5.1.3";
    /// S/MIME BR 7.1.6.1: sponsor-validated, multipurpose generation.
    SPONSOR_MULTIPURPOSE = "2.23.140.1.5.3.2";
    /// S/MIME BR 7.1.6.1: sponsor-validated, strict generation.
    SPONSOR_STRICT = "2.23.140.1.5.3.3";
    /// S/MIME BR 7.1.6.1: individual-validated, multipurpose generation.
    INDIVIDUAL_MULTIPURPOSE = "2.23.140.1.5.4.2";
    /// S/MIME BR 7.1.6.1: individual-validated, strict generation.
    INDIVIDUAL_STRICT = "2.23.140.1.5.4.3";

    /// rsaEncryption.
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    /// id-ecPublicKey.
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    /// secp256r1.
    P256 = "1.2.840.10045.3.1.7";
    /// secp384r1.
    P384 = "1.3.132.0.34";
    /// secp521r1.
    P521 = "1.3.132.0.35";
    /// RFC 8410: id-Ed25519.
    ED25519 = "1.3.101.112";
    /// RFC 8410: id-Ed448.
    ED448 = "1.3.101.113";
    /// FIPS 204: the arc of ML-DSA and its siblings.
    ML_DSA_44 = "2.16.840.1.101.3.4.3.17";
    /// FIPS 204.
    ML_DSA_65 = "2.16.840.1.101.3.4.3.18";
    /// FIPS 204.
    ML_DSA_87 = "2.16.840.1.101.3.4.3.19";
    /// FIPS 203.
    ML_KEM_512 = "2.16.840.1.101.3.4.4.1";
    /// FIPS 203.
    ML_KEM_768 = "2.16.840.1.101.3.4.4.2";
    /// FIPS 203.
    ML_KEM_1024 = "2.16.840.1.101.3.4.4.3";
}

/// Dotted form for people.
pub(super) fn dotted(oid: &[u8]) -> String {
    match ObjectIdentifier::from_bytes(oid) {
        Ok(known) => known.to_string(),
        Err(_) => hex::encode(oid),
    }
}

/// Dotted forms of a list.
pub(super) fn dotted_all<'a>(oids: impl IntoIterator<Item = &'a [u8]>) -> String {
    let all: Vec<String> = oids.into_iter().map(dotted).collect();
    all.join(" ")
}
