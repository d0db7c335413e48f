//! Rules of the S/MIME Baseline Requirements: one file each.

mod access_http;
mod access_methods;
mod alt_name_has_mailbox;
mod alt_name_kinds;
mod alt_name_not_critical;
mod alt_name_present;
mod authority_key_by_identifier_only;
mod authority_key_present;
mod ca_basic_constraints;
mod ca_issuers_present;
mod ca_key_usage;
mod ca_subject;
mod common_name_value;
mod country_form;
mod crl_ca_no_hold;
mod crl_ca_period;
mod crl_ca_reason;
mod crl_leaf_period;
mod crl_not_indirect;
mod crl_point_full_name;
mod crl_point_http;
mod crl_point_present;
mod crl_signature_algorithm;
mod crl_signature_fits;
mod email_protection;
mod end_is_no_ca;
mod end_no_path_length;
mod euid_country;
mod forbidden_purposes;
mod issuing_policies_present;
mod key_usage_present;
mod leaf_key_usage;
mod mailbox_domain_idna;
mod mailbox_domain_public;
mod mailbox_syntax;
mod name_constraints_form;
mod no_any_policy;
mod no_legacy_policy;
mod no_lei;
mod no_lei_role;
mod no_ocsp_signing;
mod no_subject_directory_attributes;
mod one_reserved_policy;
mod organization_identifier_country;
mod organization_identifier_form;
mod person_named;
mod place_needs_country;
mod placeholder_value;
mod point_on_curve;
mod policies_not_critical;
mod policy_qualifiers;
mod pseudonym_alone;
mod public_key_algorithm;
mod public_key_encoding;
mod purposes_not_critical;
mod purposes_of_2027;
mod request_key;
mod reserved_policy;
mod responder_extensions;
mod responder_key_usage;
mod responder_no_check;
mod responder_no_check_not_critical;
mod responder_no_policies;
mod responder_purpose;
mod roca;
mod root_no_path_length;
mod root_no_policies;
mod root_no_purposes;
mod rsa_ca_2048;
mod rsa_ca_4096;
mod rsa_exponent_odd;
mod rsa_exponent_range;
mod rsa_issuer_3072;
mod rsa_leaf_2048;
mod rsa_octets;
mod rsa_small_factors;
mod serial_64_bits;
mod signature_algorithm;
mod signature_fits_issuer;
mod street_needs_place;
mod strict_no_adobe;
mod strict_other_name;
mod strict_purposes;
mod subject_attributes_allowed;
mod subject_attributes_required;
mod subject_key_present;
mod subject_mailbox_in_alt_name;
mod url_host_public;
mod validity_825_days;
mod validity_at_maximum;

rules! {
    certificate: [
        serial_64_bits,
        signature_algorithm,
        signature_fits_issuer,
        public_key_algorithm,
        public_key_encoding,
        point_on_curve,
        rsa_octets,
        rsa_leaf_2048,
        rsa_ca_2048,
        rsa_ca_4096,
        rsa_issuer_3072,
        rsa_exponent_odd,
        rsa_exponent_range,
        rsa_small_factors,
        roca,
        validity_825_days,
        validity_at_maximum,
        one_reserved_policy,
        reserved_policy,
        no_legacy_policy,
        no_any_policy,
        policy_qualifiers,
        policies_not_critical,
        subject_attributes_allowed,
        subject_attributes_required,
        person_named,
        pseudonym_alone,
        common_name_value,
        organization_identifier_form,
        organization_identifier_country,
        euid_country,
        country_form,
        place_needs_country,
        street_needs_place,
        placeholder_value,
        alt_name_present,
        alt_name_not_critical,
        alt_name_kinds,
        alt_name_has_mailbox,
        strict_other_name,
        mailbox_syntax,
        mailbox_domain_idna,
        mailbox_domain_public,
        subject_mailbox_in_alt_name,
        crl_point_present,
        crl_point_http,
        crl_point_full_name,
        ca_issuers_present,
        access_methods,
        access_http,
        url_host_public,
        end_is_no_ca,
        end_no_path_length,
        key_usage_present,
        leaf_key_usage,
        email_protection,
        forbidden_purposes,
        strict_purposes,
        purposes_of_2027,
        no_ocsp_signing,
        purposes_not_critical,
        authority_key_present,
        authority_key_by_identifier_only,
        subject_key_present,
        no_subject_directory_attributes,
        no_lei,
        no_lei_role,
        strict_no_adobe,
        ca_basic_constraints,
        root_no_path_length,
        ca_key_usage,
        root_no_purposes,
        root_no_policies,
        issuing_policies_present,
        ca_subject,
        name_constraints_form,
        responder_purpose,
        responder_no_check,
        responder_no_check_not_critical,
        responder_key_usage,
        responder_extensions,
        responder_no_policies,
    ],
    list: [
        crl_signature_algorithm,
        crl_signature_fits,
        crl_leaf_period,
        crl_ca_period,
        crl_ca_reason,
        crl_ca_no_hold,
        crl_not_indirect,
    ],
    request: [
        request_key,
    ],
}
