//! Rules of RFC 5280 and the standards it rests on: one file each.

mod access_not_critical;
mod authority_key_identifier;
mod authority_key_not_critical;
mod basic_constraints_critical;
mod ca_subject_key_present;
mod crl_authority_key_identifier;
mod crl_authority_key_present;
mod crl_critical_flags;
mod crl_extension_once;
mod crl_issuer_name_bytes;
mod crl_list_not_empty;
mod crl_next_update;
mod crl_number_present;
mod crl_number_range;
mod crl_points_not_critical;
mod crl_reason_known;
mod crl_reason_not_zero;
mod crl_revocation_date;
mod crl_same_algorithm_twice;
mod crl_scope_critical;
mod crl_serial_once;
mod crl_serial_range;
mod crl_time_form;
mod crl_version_2;
mod extension_once;
mod issuer_name_bytes;
mod key_usage_critical;
mod key_usage_encoding;
mod name_characters;
mod name_constraints_critical;
mod name_lengths;
mod name_string_types;
mod no_unique_ids;
mod policy_once;
mod purpose_once;
mod request_version_1;
mod same_algorithm_twice;
mod serial_20_octets;
mod serial_positive;
mod subject_key_identifier;
mod subject_key_not_critical;
mod subject_not_empty;
mod time_form;
mod uri_form;
mod validity_order;
mod version_3;

rules! {
    certificate: [
        version_3,
        serial_positive,
        serial_20_octets,
        same_algorithm_twice,
        issuer_name_bytes,
        no_unique_ids,
        validity_order,
        time_form,
        extension_once,
        subject_not_empty,
        name_string_types,
        name_characters,
        name_lengths,
        authority_key_identifier,
        authority_key_not_critical,
        subject_key_identifier,
        subject_key_not_critical,
        ca_subject_key_present,
        key_usage_encoding,
        key_usage_critical,
        basic_constraints_critical,
        crl_points_not_critical,
        access_not_critical,
        name_constraints_critical,
        policy_once,
        purpose_once,
        uri_form,
    ],
    list: [
        crl_version_2,
        crl_same_algorithm_twice,
        crl_issuer_name_bytes,
        crl_time_form,
        crl_next_update,
        crl_authority_key_present,
        crl_authority_key_identifier,
        crl_number_present,
        crl_number_range,
        crl_serial_once,
        crl_serial_range,
        crl_list_not_empty,
        crl_revocation_date,
        crl_reason_not_zero,
        crl_reason_known,
        crl_extension_once,
        crl_critical_flags,
        crl_scope_critical,
    ],
    request: [
        request_version_1,
    ],
}
