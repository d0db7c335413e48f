//! Products and profiles have a beginning and an end.

use std::{sync::Arc, time::Duration};

use chancery::{
    domain::{period::Period, timestamp::Timestamp},
    policy::profile::CertificateProfile,
    services::{authority::Profiles, issuance::Told},
};

use crate::stage::Stage;

fn code(told: Result<Told, chancery::domain::refusal::Refused>) -> &'static str {
    told.expect_err("a refusal").code
}

/// Offers every product in this period.
fn offer(stage: &Stage, from: Option<Timestamp>, until: Option<Timestamp>) {
    let mut products = stage.catalogue.products().as_ref().clone();
    for product in &mut products {
        product.offered = Period::new(from, until).unwrap();
    }
    stage.catalogue.replace(products);
}

/// Puts a profile of these dates in the place of the shipped one.
fn profile(stage: &Stage, dates: &str) {
    let shipped = include_str!("../../config/profiles/org-multipurpose.toml");
    let text = shipped.replacen("version = 1\n", &format!("version = 1\n{dates}\n"), 1);
    let bound = stage.bound(Arc::new(CertificateProfile::parse(&text).unwrap()));
    let profiles = Profiles([("org-multipurpose".to_owned(), bound)].into());
    stage.authorities.replace_profiles(profiles);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_activated_only_while_it_is_offered() {
    let stage = Stage::new().await;
    let later = stage.world.now().plus(Duration::from_secs(3600));
    offer(&stage, Some(later), None);
    assert_eq!(code(stage.ask().await), "product-withdrawn");
    offer(&stage, None, Some(stage.world.now()));
    assert_eq!(code(stage.ask().await), "product-withdrawn");
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
    offer(&stage, Some(stage.world.now()), Some(later));
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_issued_by_a_profile_before_and_after_its_time() {
    let stage = Stage::new().await;
    for dates in [
        "effective = \"2099-01-01T00:00:00Z\"",
        "ends = \"2020-01-01T00:00:00Z\"",
    ] {
        profile(&stage, dates);
        assert_eq!(code(stage.ask().await), "profile-not-in-force", "{dates}");
    }
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
    profile(
        &stage,
        "effective = \"2020-01-01T00:00:00Z\"\nends = \"2099-01-01T00:00:00Z\"",
    );
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
}
