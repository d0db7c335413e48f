//! Rules of this CA's own practice: one file each.

mod alt_name_only_mailbox;
mod attribute_once;
mod backdating;
mod ca_no_digital_signature;
mod common_name_present;
mod country_assigned;
mod crl_entry_extensions;
mod crl_extension_allowed;
mod crl_reasons_of_practice;
mod crl_scope;
mod dual_use;
mod extension_allowed;
mod issuing_path_length;
mod issuing_policies;
mod key_kind;
mod krs_number;
mod lei_check_digits;
mod mailbox_lower_case_domain;
mod name_order;
mod nip_check_digit;
mod no_client_auth;
mod no_control_characters;
mod no_further_usage;
mod no_html_entity;
mod no_ocsp_url;
mod no_other_policy;
mod no_other_purpose;
mod no_smtp_utf8_mailbox;
mod one_attribute_per_rdn;
mod one_crl_url;
mod one_mailbox;
mod policy_without_qualifiers;
mod reference_has_digit;
mod request_subject;
mod responder_validity;
mod rsa_at_most_8192;
mod serial_form;
mod subject_attributes_of_practice;
mod validity_within_issuer;
mod value_trimmed;

rules! {
    certificate: [
        attribute_once,
        one_attribute_per_rdn,
        name_order,
        subject_attributes_of_practice,
        common_name_present,
        value_trimmed,
        no_control_characters,
        no_html_entity,
        country_assigned,
        krs_number,
        nip_check_digit,
        lei_check_digits,
        reference_has_digit,
        serial_form,
        validity_within_issuer,
        backdating,
        one_mailbox,
        alt_name_only_mailbox,
        no_smtp_utf8_mailbox,
        mailbox_lower_case_domain,
        policy_without_qualifiers,
        no_other_policy,
        dual_use,
        no_further_usage,
        key_kind,
        rsa_at_most_8192,
        issuing_path_length,
        ca_no_digital_signature,
        issuing_policies,
        no_client_auth,
        no_other_purpose,
        extension_allowed,
        no_ocsp_url,
        one_crl_url,
        responder_validity,
    ],
    list: [
        crl_scope,
        crl_extension_allowed,
        crl_reasons_of_practice,
        crl_entry_extensions,
    ],
    request: [
        request_subject,
    ],
}
