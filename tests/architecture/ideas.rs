//! The acceptance tests of the customer flows: each idea has its tests, and each of these is there.
//!
//! All of them play against a running daemon, from outside. A stage is one of `tests/run`.

use std::{collections::BTreeSet, fs, path::Path};

/// Where an idea is proved.
enum Proof {
    /// Functions of a file below `tests/`.
    Tests(&'static str, &'static [&'static str]),
    /// A stage of `tests/run`, and the program that it runs.
    Stage(&'static str, &'static str),
}

use Proof::{Stage, Tests};

/// Number, the idea in words, and its proofs.
type Idea = (u32, &'static str, &'static [Proof]);

const IDEAS: [Idea; 24] = [
    (
        1,
        "the e-mail step opens right after the data were saved, and not before",
        &[
            Tests(
                "registration_calls/orders.rs",
                &["an_order_shows_what_the_guides_screens_show"],
            ),
            Tests(
                "issuing_calls/mailbox.rs",
                &["an_address_is_set_when_its_step_is_open"],
            ),
        ],
    ),
    (
        2,
        "activation is blocked until both gates are green, and says by exactly what",
        &[Tests(
            "issuing_calls/activation_refusals.rs",
            &["a_step_too_early_names_exactly_what_is_missing"],
        )],
    ),
    (
        3,
        "an e-mail validation that lapses between ready and signed stops the issuance",
        &[
            Tests(
                "issuing_calls/time.rs",
                &["codes_and_confirmations_end_and_mails_are_few"],
            ),
            Tests(
                "issuing_calls/late.rs",
                &["a_mailbox_that_lapses_before_it_is_signed_stops_the_issuance"],
            ),
        ],
    ),
    (
        4,
        "verified data serve a second order with no new case; another client of the partner sees none",
        &[Tests(
            "case_calls/reuse.rs",
            &["verified_data_serve_a_second_order_without_a_case_and_no_other_client"],
        )],
    ),
    (
        5,
        "a document that is added while a case is proposed drops the proposal",
        &[Tests(
            "case_calls/people.rs",
            &["a_document_added_while_proposed_drops_the_proposal"],
        )],
    ),
    (
        6,
        "neither who proposed nor who edited decides; a frontend reaches no case",
        &[Tests(
            "case_calls/people.rs",
            &["neither_who_proposed_nor_who_edited_decides_and_frontends_reach_no_case"],
        )],
    ),
    (
        7,
        "a register that is down queues the case for people, and is never \"not found\"",
        &[Tests(
            "lookups/automatic.rs",
            &["a_register_that_is_down_leaves_the_case_in_the_queue_and_says_so"],
        )],
    ),
    (
        8,
        "struck off, in liquidation, of another name: each ends in its own check's state",
        &[Tests(
            "lookups/automatic.rs",
            &["struck_liquidated_insolvent_and_misnamed_firms_fail_their_own_check"],
        )],
    ),
    (
        9,
        "12345678 of the KRS becomes 0012345678 and NTRPL-0012345678",
        &[
            Tests(
                "registration_calls/data.rs",
                &["data_is_taken_once_in_its_registers_form"],
            ),
            Tests(
                "issuing_calls/activation.rs",
                &[
                    "the_offer_is_what_was_verified",
                    "the_subject_is_what_was_chosen",
                ],
            ),
        ],
    ),
    (
        10,
        "a robot that gets, heads or submits the page of the link changes nothing",
        &[Tests(
            "issuing_calls/mailbox.rs",
            &[
                "the_holder_confirms_on_the_daemons_page_and_a_scanner_does_not",
                "a_robot_that_submits_the_form_of_the_page_confirms_nothing",
            ],
        )],
    ),
    (
        11,
        "ten wrong codes lock; a new mail brings a new code; a code lives 24 hours",
        &[
            Tests(
                "issuing_calls/mailbox.rs",
                &["ten_wrong_codes_lock_it_and_the_owner_is_told"],
            ),
            Tests(
                "issuing_calls/time.rs",
                &["codes_and_confirmations_end_and_mails_are_few"],
            ),
        ],
    ),
    (
        12,
        "a code occurs in no answer, log or event",
        &[
            Tests(
                "issuing_calls/secrets.rs",
                &["a_code_is_in_no_answer_event_or_log"],
            ),
            Stage("no secret in any output", "hsm-test/canary"),
        ],
    ),
    (
        13,
        "a hard bounce makes the address undeliverable, and the owner is told under Problems",
        &[Tests(
            "issuing_calls/mails.rs",
            &["a_mail_that_comes_back_makes_the_address_undeliverable"],
        )],
    ),
    (
        14,
        "each fault of a CSR has its code in both languages; a private key is refused and not kept",
        &[
            Tests(
                "issuing_calls/csr_checks.rs",
                &[
                    "every_bad_request_is_told_its_code_in_both_languages",
                    "what_the_store_knows_of_a_key_is_told",
                ],
            ),
            Tests(
                "issuing_calls/activation_refusals.rs",
                &["every_bad_request_gets_its_code"],
            ),
            Tests(
                "issuing_calls/secrets.rs",
                &["nothing_of_a_private_key_is_kept"],
            ),
        ],
    ),
    (
        15,
        "the CSR's subject is ignored, the CN comes from the offer, required fields stay",
        &[
            Tests(
                "issuing_calls/activation.rs",
                &[
                    "the_offer_is_what_was_verified",
                    "the_subject_is_what_was_chosen",
                ],
            ),
            Tests(
                "issuing_calls/activation_refusals.rs",
                &["every_choice_that_is_not_on_offer_is_named"],
            ),
        ],
    ),
    (
        16,
        "one Idempotency-Key twice gives one order; with another body it is refused with 422",
        &[Tests(
            "edge/requests.rs",
            &["the_same_key_gives_the_same_bytes_and_one_order"],
        )],
    ),
    (
        17,
        "a crash between signing and storing yields exactly one certificate",
        &[Stage("sixty kills under load", "hsm-test/crash")],
    ),
    (
        18,
        "the feed, read again from any place, has no hole and no cursor twice",
        &[Tests(
            "issuing_calls/events.rs",
            &["the_life_of_an_order_is_told_once_in_order_and_to_its_owner_alone"],
        )],
    ),
    (
        19,
        "webhooks are tried again, and signed",
        &[
            Tests(
                "webhooks/delivery.rs",
                &["what_comes_is_the_feed_in_order_without_loss_through_absence_and_after"],
            ),
            Tests(
                "webhooks/signatures.rs",
                &["a_foreign_judge_finds_each_message_signed_by_each_key"],
            ),
        ],
    ),
    (
        20,
        "PEM, DER and chain parse and match; the mail carries them, signed by S/MIME and DKIM",
        &[
            Tests(
                "issuing_calls/certificates.rs",
                &[
                    "content_is_the_same_certificate_in_both_encodings",
                    "the_chain_is_the_same_set_in_three_encodings",
                ],
            ),
            Tests(
                "issuing_calls/signed_mails.rs",
                &["mails_are_signed_and_bring_what_can_be_downloaded"],
            ),
            Stage("demo", "hsm-test/demo"),
        ],
    ),
    (
        21,
        "mails about the end of a certificate come once for each offset",
        &[Tests(
            "issuing_calls/time.rs",
            &["a_holder_is_told_once_at_each_offset_that_a_certificate_ends"],
        )],
    ),
    (
        22,
        "a reissue revokes the earlier certificate after 14 days",
        &[Tests(
            "issuing_calls/reissue.rs",
            &["a_reissue_revokes_the_old_one_after_14_days_and_only_the_newest_stays"],
        )],
    ),
    (
        23,
        "a revocation by another than the owner is answered with 404",
        &[Tests(
            "issuing_calls/revocations.rs",
            &["a_revocation_by_a_non_owner_is_not_found"],
        )],
    ),
    (
        24,
        "every visible word stands in Polish and in English",
        &[
            Tests(
                "issuing_calls/words.rs",
                &[
                    "every_page_is_read_in_both_languages",
                    "every_mail_is_written_in_both_languages",
                    "two_orders_are_told_the_same_in_two_languages",
                    "a_word_in_one_language_is_found",
                ],
            ),
            Tests(
                "mail/languages.rs",
                &[
                    "every_text_stands_in_both_languages_and_speaks_each",
                    "pages_have_no_words_of_their_own",
                    "what_a_panel_shows_is_said_twice",
                ],
            ),
        ],
    ),
];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).expect("a file that a table names")
}

/// Whether this source has a test of that name that is run.
fn has_test(source: &str, name: &str) -> bool {
    let file = syn::parse_file(source).expect("Rust");
    file.items.iter().any(|item| {
        let syn::Item::Fn(function) = item else {
            return false;
        };
        let is = |attribute: &syn::Attribute, name: &str| {
            let last = attribute.path().segments.last();
            last.is_some_and(|segment| segment.ident == name)
        };
        let is_run = function.attrs.iter().any(|one| is(one, "test"))
            && !function.attrs.iter().any(|one| is(one, "ignore"));
        function.sig.ident == name && is_run
    })
}

/// Whether the one test command has this stage with this program.
fn has_stage(command: &str, name: &str, program: &str) -> bool {
    let start = format!("stage '{name}' {program}");
    command
        .lines()
        .map(str::trim)
        .any(|line| line == start || line.starts_with(&format!("{start} ")))
}

/// Whether the file is part of its test program: declared there by its path.
fn is_declared(file: &str) -> bool {
    let (program, _) = file.split_once('/').expect("a file of a program");
    read(&format!("tests/{program}.rs")).contains(&format!("#[path = \"{file}\"]"))
}

#[test]
fn each_idea_of_the_flows_has_its_acceptance_tests() {
    let numbers: BTreeSet<u32> = IDEAS.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, (1..=24).collect());
    let command = read("tests/run");
    for (number, words, proofs) in IDEAS {
        assert!(words.len() > 20 && !proofs.is_empty(), "idea {number}");
        for proof in proofs {
            match proof {
                Tests(file, names) => {
                    assert!(is_declared(file), "idea {number}: {file}");
                    let source = read(&format!("tests/{file}"));
                    for name in *names {
                        assert!(has_test(&source, name), "idea {number}: {file}: {name}");
                    }
                }
                Stage(name, program) => {
                    assert!(has_stage(&command, name, program), "idea {number}: {name}");
                }
            }
        }
    }
}

#[test]
fn a_test_or_stage_that_is_not_run_is_none() {
    assert!(has_test("#[test] fn a() {}", "a"));
    assert!(has_test(
        "#[tokio::test(flavor = \"x\")] async fn a() {}",
        "a"
    ));
    for none in [
        "fn a() {}",
        "#[test] fn ab() {}",
        "// #[test] fn a() {}",
        "#[test] #[ignore] fn a() {}",
        "mod m { #[test] fn a() {} }",
    ] {
        assert!(!has_test(none, "a"), "{none}");
    }
    assert!(has_stage("  stage 'a b' x/y --z", "a b", "x/y"));
    for none in ["# stage 'a b' x/y", "stage 'a b' x/yz", "skip 'a b' x/y"] {
        assert!(!has_stage(none, "a b", "x/y"), "{none}");
    }
}
