//! A certificate is finished with the profile its intent pinned, whatever was reloaded meanwhile.

use std::{future::Future, sync::Arc};

use chancery::{
    pkix::{certificate::CertificateView, oid},
    policy::{lint::version, profile::CertificateProfile},
    ports::store::issuance::Activations as _,
    services::{
        authority::{Authorities, Profiles},
        issuance::Told,
    },
};
use sha2::{Digest, Sha256};

use crate::{stage::Stage, token::Act};

const SHIPPED: &str = include_str!("../../config/profiles/org-multipurpose.toml");

/// A reload while the token is at work.
fn reload(stage: &Stage, profiles: Profiles) -> impl Future<Output = ()> + Send + 'static {
    let authorities: Arc<Authorities> = Arc::clone(&stage.authorities);
    async move { authorities.replace_profiles(profiles) }
}

/// The profile under its name, much narrower: no product fits its days, and one extension less.
fn narrower(stage: &Stage) -> Profiles {
    let text = SHIPPED
        .replace("max_validity_days = 730", "max_validity_days = 30")
        .replace("    \"authorityInfoAccess\",\n", "");
    let profile = CertificateProfile::parse(&text).unwrap();
    assert_ne!(profile.sha256(), sha256(SHIPPED));
    let bound = stage.bound(Arc::new(profile));
    Profiles([("org-multipurpose".to_owned(), bound)].into())
}

fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The one certificate is what the shipped profile says, and its intent names that profile and
/// the rules that judged.
async fn is_by_the_shipped_profile(stage: &Stage, told: Told) {
    let Told::Issued(answer) = told else {
        panic!("it is late");
    };
    let view = CertificateView::parse(&answer.body).unwrap();
    assert!(view.extension(oid::AUTHORITY_INFO_ACCESS).is_some());
    let issuer = stage.token.name.clone();
    let stored = stage.world.store.intent(&issuer, view.serial.value).await;
    let intent = stored.unwrap().unwrap();
    assert_eq!(intent.tbs, view.tbs);
    assert_eq!(intent.profile, "org-multipurpose");
    assert_eq!(intent.profile_sha256, sha256(SHIPPED));
    assert_eq!(intent.lint.rules, version::VERSION);
    assert_eq!(stage.serials().await.len(), 1, "one serial, no second try");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_changes_while_the_token_signs() {
    let stage = Stage::new().await;
    let change = Box::pin(reload(&stage, narrower(&stage)));
    stage.token.plays([Act::SignAfter(change)]);
    let told = stage.ask().await.unwrap();
    is_by_the_shipped_profile(&stage, told).await;
    let (_, now) = stage.authorities.for_profile("org-multipurpose").unwrap();
    assert_eq!(now.max_validity_days(), 30, "the reload has happened");
}

/// The token is asked again for the recorded bytes, and for no others.
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_changes_before_the_token_signs() {
    let stage = Stage::new().await;
    let change = Box::pin(reload(&stage, narrower(&stage)));
    stage.token.plays([Act::RefuseAfter(change), Act::Sign]);
    let told = stage.ask().await.unwrap();
    is_by_the_shipped_profile(&stage, told).await;
    assert_eq!(stage.token.asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_goes_while_the_token_signs() {
    let stage = Stage::new().await;
    let gone = Box::pin(reload(&stage, Profiles::default()));
    stage.token.plays([Act::SignAfter(gone)]);
    let told = stage.ask().await.unwrap();
    is_by_the_shipped_profile(&stage, told).await;
    assert!(stage.authorities.for_profile("org-multipurpose").is_err());
}
