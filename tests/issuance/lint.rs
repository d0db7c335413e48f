//! A certificate that a rule of the lint is against is never asked of the token.

use std::sync::Arc;

use chancery::{
    policy::profile::CertificateProfile,
    services::{
        authority::Profiles,
        issuance::{
            Told,
            preflight::{Outcome, Rule},
        },
    },
};

use crate::{caa::texts, stage::Stage};

/// A rule that only warns, and nobody has written a reason to live with.
const RULE: &str = "w_validity_at_maximum";

/// Every entry of a failed lint: what became of the act, and the first rule that was against it.
const FAILURES: &str = "SELECT json_extract(leaf, '$.outcome') || ' '
        || json_extract(leaf, '$.data.lint_findings[0].rule') || ' '
        || json_array_length(leaf, '$.data.lint_findings')
    FROM (SELECT pos, CAST(leaf AS TEXT) AS leaf FROM audit_entry)
    WHERE json_extract(leaf, '$.type') = 'lint.failed' ORDER BY pos";

/// Every product as long as the rules allow at all, by a profile that takes it.
fn lengthen(stage: &Stage, days: u32) {
    let shipped = include_str!("../../config/profiles/org-multipurpose.toml");
    let (was, is) = ("max_validity_days = 730", "max_validity_days = 825");
    assert!(shipped.contains(was));
    let profile = CertificateProfile::parse(&shipped.replace(was, is)).unwrap();
    let bound = stage.bound(Arc::new(profile));
    let profiles = Profiles([("org-multipurpose".to_owned(), bound)].into());
    stage.authorities.replace_profiles(profiles);
    let mut products = stage.catalogue.products().as_ref().clone();
    for product in &mut products {
        product.validity_days = days;
    }
    stage.catalogue.replace(products);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_lint_is_against_takes_no_serial_and_no_signature() {
    let stage = Stage::new().await;
    lengthen(&stage, 825);
    for _ in 0..2 {
        let refused = stage.ask().await.expect_err("the lint is against it");
        assert_eq!(refused.code, "lint-failed");
    }
    stage.settle_down().await;
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
    // One entry for each act, and it names the one rule.
    let entry = format!("denied {RULE} 1");
    assert_eq!(texts(&stage, FAILURES).await, [entry.clone(), entry]);

    // The order is as it was: with one day less the same request gets its certificate.
    lengthen(&stage, 824);
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    assert_eq!((stage.serials().await.len(), stage.token.asked()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_says_what_the_lint_will_say() {
    let stage = Stage::new().await;
    lengthen(&stage, 825);
    let found = stage.preflight().await;
    assert!(!found.is_ready());
    for ruled in &found.rules {
        match (&ruled.rule, &ruled.outcome) {
            (Rule::Certificate, Outcome::Failed(refused)) => {
                assert_eq!(refused.code, "lint-failed");
            }
            (rule, outcome) => assert!(
                *rule != Rule::Certificate && matches!(outcome, Outcome::Passed),
                "{rule:?}: {outcome:?}"
            ),
        }
    }
    // It is a look, not an act: no serial, no signature, and nothing on record.
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
    assert!(texts(&stage, FAILURES).await.is_empty());
    lengthen(&stage, 824);
    assert!(stage.preflight().await.is_ready());
}
