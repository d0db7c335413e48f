//! Rules of this CA's own practice: one file each.

use super::{CertificateRule, ListRule};

mod attribute_once;
mod crl_scope;
mod dual_use;
mod issuing_path_length;
mod name_order;
mod one_mailbox;
mod policy_without_qualifiers;
mod serial_form;
mod validity_within_issuer;

/// Rules about certificates.
pub(super) const CERTIFICATE_RULES: &[&CertificateRule] = &[
    &attribute_once::RULE,
    &name_order::RULE,
    &serial_form::RULE,
    &validity_within_issuer::RULE,
    &one_mailbox::RULE,
    &policy_without_qualifiers::RULE,
    &dual_use::RULE,
    &issuing_path_length::RULE,
];

/// Rules about CRLs.
pub(super) const LIST_RULES: &[&ListRule] = &[&crl_scope::RULE];
