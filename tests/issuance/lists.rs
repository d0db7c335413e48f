//! CRLs with a failure on the way, or with news that are easy to overlook (I13).

use chancery::{domain::intent::IssuerName, services::revocation_lists::Scope};

use crate::stage::Stage;

fn scope(issuer: &str) -> Scope {
    Scope {
        issuer: IssuerName::parse(issuer).unwrap(),
        partition: 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ca_in_trouble_stands_in_no_other_cas_way() {
    let stage = Stage::new().await;
    let lists = stage.lists(&["without-key", "issuing-g1"]);
    assert_eq!(lists.renew_due().await.unwrap_err().code, "hsm-unavailable");
    assert!(lists.current(&scope("without-key")).await.is_err());
    assert!(lists.current(&scope("issuing-g1")).await.is_ok());
}
