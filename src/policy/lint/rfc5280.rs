//! Rules of RFC 5280: one file each.

use super::{CertificateRule, ListRule};

mod authority_key_identifier;
mod critical_flags;
mod crl_authority_key_identifier;
mod crl_extensions;
mod crl_issuer_name_bytes;
mod crl_list_not_empty;
mod crl_next_update;
mod crl_number;
mod crl_reason;
mod crl_revocation_date;
mod crl_same_algorithm_twice;
mod crl_serial_once;
mod crl_version_2;
mod extension_once;
mod issuer_name_bytes;
mod key_usage_encoding;
mod name_lengths;
mod name_string_types;
mod no_unique_ids;
mod policy_once;
mod same_algorithm_twice;
mod serial_range;
mod subject_key_identifier;
mod subject_not_empty;
mod version_3;

/// Rules about certificates.
pub(super) const CERTIFICATE_RULES: &[&CertificateRule] = &[
    &version_3::RULE,
    &serial_range::RULE,
    &same_algorithm_twice::RULE,
    &issuer_name_bytes::RULE,
    &no_unique_ids::RULE,
    &extension_once::RULE,
    &critical_flags::RULE,
    &subject_not_empty::RULE,
    &name_string_types::RULE,
    &name_lengths::RULE,
    &authority_key_identifier::RULE,
    &subject_key_identifier::RULE,
    &key_usage_encoding::RULE,
    &policy_once::RULE,
];

/// Rules about CRLs.
pub(super) const LIST_RULES: &[&ListRule] = &[
    &crl_version_2::RULE,
    &crl_same_algorithm_twice::RULE,
    &crl_issuer_name_bytes::RULE,
    &crl_next_update::RULE,
    &crl_authority_key_identifier::RULE,
    &crl_number::RULE,
    &crl_serial_once::RULE,
    &crl_list_not_empty::RULE,
    &crl_revocation_date::RULE,
    &crl_reason::RULE,
    &crl_extensions::RULE,
];
