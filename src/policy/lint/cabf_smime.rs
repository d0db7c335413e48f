//! Rules of the S/MIME Baseline Requirements: one file each.

use super::{CertificateRule, ListRule};

mod alt_name_kinds;
mod authority_info_access;
mod authority_key_by_identifier_only;
mod ca_basic_constraints;
mod ca_key_usage;
mod ca_subject;
mod common_name_value;
mod country_form;
mod crl_distribution_point;
mod crl_period;
mod crl_signature_algorithm;
mod ext_key_usage;
mod extension_allowed;
mod issuing_policies;
mod leaf_is_no_ca;
mod leaf_key_usage;
mod mailbox_syntax;
mod organization_identifier_country;
mod organization_identifier_form;
mod place_needs_country;
mod placeholder_value;
mod public_key_algorithm;
mod reserved_policy;
mod rsa_exponent;
mod rsa_size;
mod signature_algorithm;
mod subject_attributes_allowed;
mod subject_attributes_required;
mod subject_mailbox_in_alt_name;
mod validity_825_days;
mod weak_key;

/// Rules about certificates.
pub(super) const CERTIFICATE_RULES: &[&CertificateRule] = &[
    &authority_key_by_identifier_only::RULE,
    &signature_algorithm::RULE,
    &public_key_algorithm::RULE,
    &rsa_size::RULE,
    &rsa_exponent::RULE,
    &weak_key::RULE,
    &validity_825_days::RULE,
    &reserved_policy::RULE,
    &subject_attributes_allowed::RULE,
    &subject_attributes_required::RULE,
    &common_name_value::RULE,
    &organization_identifier_form::RULE,
    &organization_identifier_country::RULE,
    &country_form::RULE,
    &place_needs_country::RULE,
    &placeholder_value::RULE,
    &alt_name_kinds::RULE,
    &mailbox_syntax::RULE,
    &subject_mailbox_in_alt_name::RULE,
    &crl_distribution_point::RULE,
    &authority_info_access::RULE,
    &leaf_is_no_ca::RULE,
    &leaf_key_usage::RULE,
    &ext_key_usage::RULE,
    &extension_allowed::RULE,
    &ca_basic_constraints::RULE,
    &ca_key_usage::RULE,
    &issuing_policies::RULE,
    &ca_subject::RULE,
];

/// Rules about CRLs.
pub(super) const LIST_RULES: &[&ListRule] = &[&crl_signature_algorithm::RULE, &crl_period::RULE];
