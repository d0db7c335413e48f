//! Where pkilint and we may differ, and which clause decides. At most ten kinds, each with the
//! rules it is about; a difference that fits none fails the test.

use super::differential::Verdicts;

/// One kind of disagreement.
pub struct Kind {
    pub title: &'static str,
    /// pkilint's rule, or what it has in its place.
    pub theirs: &'static str,
    /// What decides.
    pub clause: &'static str,
    about: About,
}

enum About {
    /// pkilint refuses what is lawful: its code, and a part of its words.
    TheyRefuse(&'static [(&'static str, &'static str)]),
    /// We refuse what pkilint lets pass, by these rules of ours.
    WeRefuse(&'static [&'static str]),
}

impl Kind {
    /// Whether these verdicts differ in this way.
    pub fn explains(&self, verdicts: &Verdicts) -> bool {
        match self.about {
            About::TheyRefuse(codes) => {
                verdicts.ours.is_empty()
                    && verdicts.theirs.iter().all(|(_, found, words)| {
                        let listed =
                            |(code, part): &(&str, &str)| found == code && words.contains(part);
                        codes.iter().any(listed)
                    })
            }
            About::WeRefuse(rules) => {
                verdicts.theirs.is_empty() && verdicts.ours.iter().any(|rule| rules.contains(rule))
            }
        }
    }

    /// Whether a refusal by this rule of ours is of this kind.
    pub fn names(&self, rule: &str) -> bool {
        matches!(self.about, About::WeRefuse(rules) if rules.contains(&rule))
    }

    pub const fn is_their_refusal(&self) -> bool {
        matches!(self.about, About::TheyRefuse(_))
    }
}

pub const KINDS: &[Kind] = &[
    Kind {
        title: "P-521 keys are lawful",
        theirs: "cabf.smime.prohibited_spki_algorithm_encoding",
        clause: "S/MIME BR 6.1.5, 7.1.3.1.2 list P-521; pkilint's table lacks it",
        about: About::TheyRefuse(&[(
            "cabf.smime.prohibited_spki_algorithm_encoding",
            "301006072a8648ce3d020106052b81040023",
        )]),
    },
    Kind {
        title: "VAT prefixes that are no country codes",
        theirs: "cabf.smime.org_identifier_and_country_name_attribute_inconsistent",
        clause: "S/MIME BR 7.1.4.2.2 d, Appendix A.1: EL is the VAT prefix of GR, XI of a part of GB",
        about: About::TheyRefuse(&[
            (
                "cabf.smime.org_identifier_and_country_name_attribute_inconsistent",
                "country name value: \"EL\"",
            ),
            (
                "cabf.smime.org_identifier_and_country_name_attribute_inconsistent",
                "country name value: \"XI\"",
            ),
        ]),
    },
    Kind {
        title: "German register numbers without EUID",
        theirs: "cabf.smime.german_ntr_registration_reference_not_euid (warning)",
        clause: "S/MIME BR Appendix A.1: SHOULD, not MUST",
        about: About::TheyRefuse(&[("cabf.smime.german_ntr_registration_reference_not_euid", "")]),
    },
    Kind {
        title: "our practice statement is narrower than the BR",
        theirs: "none: pkilint judges by the BR alone",
        clause: "CPS: one mailbox, one value an attribute, fixed order, dual use, 16-octet serials (S/MIME BR 7.1: 64 bits at least), bare policies, within the issuer's validity",
        about: About::WeRefuse(&[
            "e_one_mailbox",
            "e_attribute_once",
            "e_one_attribute_per_rdn",
            "e_name_order",
            "e_subject_attributes_of_practice",
            "e_common_name_present",
            "e_dual_use",
            "e_no_further_usage",
            "e_serial_form",
            "e_serial_64_bits",
            "e_policy_without_qualifiers",
            "e_no_other_policy",
            "e_validity_within_issuer",
            "e_alt_name_only_mailbox",
            "e_no_smtp_utf8_mailbox",
            "e_no_client_auth",
            "e_no_other_purpose",
            "e_no_ocsp_url",
            "e_one_crl_url",
            "e_rsa_at_most_8192",
        ]),
    },
    Kind {
        title: "certificate and issuer do not fit",
        theirs: "none: pkilint sees the leaf alone (lint_pkix_signer_signee_cert_chain sees both)",
        clause: "S/MIME BR 7.1.4.1 (issuer's name bytes), 7.1.3.2 (algorithm of its key); RFC 5280 4.2.1.1",
        about: About::WeRefuse(&[
            "e_issuer_name_bytes",
            "e_authority_key_identifier",
            "e_signature_fits_issuer",
            "e_signature_algorithm",
        ]),
    },
    Kind {
        title: "nothing beyond the profile",
        theirs: "none: what the BR permits under conditions passes",
        clause: "S/MIME BR 7.1.2.3, 7.1.2.4: only with a known reason; our profile has none",
        about: About::WeRefuse(&[
            "e_extension_allowed",
            "e_purpose_once",
            "e_one_reserved_policy",
            "e_policy_qualifiers",
            "w_key_usage_critical",
            "w_policies_not_critical",
            "w_crl_points_not_critical",
            "w_alt_name_not_critical",
            "w_purposes_not_critical",
            "e_authority_key_not_critical",
            "e_subject_key_not_critical",
            "e_access_not_critical",
            "e_no_ocsp_signing",
            "e_leaf_key_usage",
            "e_alt_name_kinds",
            "w_ca_issuers_present",
            "e_access_methods",
            "e_access_http",
            "e_crl_point_full_name",
            "e_crl_point_http",
            "e_reserved_policy",
            "e_no_legacy_policy",
        ]),
    },
    Kind {
        title: "values that say nothing or hide something",
        theirs: "cabf.smime.attribute_value_is_metadata_only knows punctuation alone",
        clause: "S/MIME BR 7.1.4.2 (indications of absence), Appendix A.1 (references); RFC 5280 A.1 (lengths)",
        about: About::WeRefuse(&[
            "e_placeholder_value",
            "e_organization_identifier_form",
            "e_reference_has_digit",
            "e_krs_number",
            "e_nip_check_digit",
            "e_lei_check_digits",
            "e_euid_country",
            "e_country_assigned",
            "e_country_form",
            "e_name_lengths",
            "e_value_trimmed",
            "e_no_control_characters",
            "e_no_html_entity",
        ]),
    },
    Kind {
        title: "one encoding of each value",
        theirs: "itu.invalid_asn1_syntax follows a decoder that is more lenient than DER",
        clause: "RFC 5280 4.1.2.4 (string types), 4.1.2.5; RFC 9598 (lower-case A-labels); X.690 11.2",
        about: About::WeRefuse(&[
            "e_name_string_types",
            "e_name_characters",
            "e_encoding",
            "e_mailbox_syntax",
            "e_mailbox_lower_case_domain",
            "e_mailbox_domain_idna",
            "e_time_form",
            "e_key_usage_encoding",
            "e_uri_form",
        ]),
    },
    Kind {
        title: "keys and identifiers of keys",
        theirs: "pkix.subject_key_identifier_method_… are notes; every key of the BR's table passes",
        clause: "CPS: RSA, P-256, P-384, P-521 for dual use; RFC 5480 2.2; RFC 5280 4.2.1.2",
        about: About::WeRefuse(&[
            "e_public_key_algorithm",
            "e_public_key_encoding",
            "e_point_on_curve",
            "e_key_kind",
            "e_mozilla_key_kinds",
            "e_subject_key_identifier",
            "w_rsa_exponent_range",
            "w_rsa_small_factors",
            "e_roca",
            "e_rsa_octets",
        ]),
    },
];
