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

    /// The rules of ours whose refusals are of this kind.
    pub const fn rules(&self) -> &'static [&'static str] {
        match self.about {
            About::TheyRefuse(_) => &[],
            About::WeRefuse(rules) => rules,
        }
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
        clause: "CPS: one mailbox and nothing beside it, one value an attribute, fixed order, a common name, dual use and nothing more, one policy without qualifiers, 16-octet serials, RSA to 8192 bits, no extension beyond the profile's",
        about: About::WeRefuse(&[
            "e_alt_name_only_mailbox",
            "e_attribute_once",
            "e_common_name_present",
            "e_dual_use",
            "e_extension_allowed",
            "e_key_kind",
            "e_name_order",
            "e_no_client_auth",
            "e_no_further_usage",
            "e_no_ocsp_url",
            "e_no_other_policy",
            "e_no_other_purpose",
            "e_no_smtp_utf8_mailbox",
            "e_one_attribute_per_rdn",
            "e_one_crl_url",
            "e_one_mailbox",
            "e_policy_without_qualifiers",
            "e_rsa_at_most_8192",
            "e_serial_form",
            "e_subject_attributes_of_practice",
        ]),
    },
    Kind {
        title: "certificate and issuer do not fit",
        theirs: "none: pkilint sees the leaf alone (lint_pkix_signer_signee_cert_chain sees both)",
        clause: "S/MIME BR 7.1.4.1 (issuer's name bytes), 7.1.3.2 (algorithm of its key); RFC 5280 4.2.1.1; CPS (its validity)",
        about: About::WeRefuse(&[
            "e_issuer_name_bytes",
            "e_authority_key_identifier",
            "e_signature_fits_issuer",
            "e_validity_within_issuer",
        ]),
    },
    Kind {
        title: "parts of extensions that pkilint does not look at",
        theirs: "none: cabf.smime.prohibited_eku_present, …crldp_…, …aia_… judge other parts",
        clause: "S/MIME BR 7.1.2.3 (qualifiers, distribution points, access methods, criticality, bits without a name), 7.1.6.1; RFC 5280 4.2.1.12",
        about: About::WeRefuse(&[
            "e_access_http",
            "e_access_methods",
            "e_crl_point_full_name",
            "e_crl_point_http",
            "e_leaf_key_usage",
            "e_one_reserved_policy",
            "e_policy_qualifiers",
            "e_purpose_once",
            "w_purposes_not_critical",
        ]),
    },
    Kind {
        title: "values that say nothing, hide something or cannot be",
        theirs: "cabf.smime.attribute_value_is_metadata_only knows punctuation alone; cabf.invalid_organization_identifier_… the form alone",
        clause: "S/MIME BR 7.1.4.2 (indications of absence), Appendix A.1 (references, their check digits); ISO 3166-1; CPS",
        about: About::WeRefuse(&[
            "e_country_assigned",
            "e_krs_number",
            "e_nip_check_digit",
            "e_no_control_characters",
            "e_organization_identifier_form",
            "e_placeholder_value",
            "e_reference_has_digit",
            "e_value_trimmed",
        ]),
    },
    Kind {
        title: "one encoding of each value",
        theirs: "itu.invalid_asn1_syntax follows a decoder that is more lenient than DER",
        clause: "RFC 5280 4.1.2.4 (string types), 4.1.2.5; RFC 9598 (lower-case A-labels); RFC 5321 4.1.2; X.690 11.2",
        about: About::WeRefuse(&[
            "e_common_name_value",
            "e_encoding",
            "e_mailbox_lower_case_domain",
            "e_mailbox_syntax",
            "e_name_string_types",
            "e_time_form",
        ]),
    },
    Kind {
        title: "keys, their identifiers, and serials of few bits",
        theirs: "pkix.subject_key_identifier_method_… are notes; serials and points are not judged; ML-DSA and ML-KEM pass by the BR's table",
        clause: "RFC 5280 4.2.1.2; RFC 5480 2.2; S/MIME BR 7.1 (64 bits of a CSPRNG); Mozilla Root Store Policy 5.1 (key kinds)",
        about: About::WeRefuse(&[
            "e_mozilla_key_kinds",
            "e_public_key_encoding",
            "e_serial_64_bits",
            "e_subject_key_identifier",
        ]),
    },
];
