//! Who holds a case, and how long.

use super::*;

#[test]
fn a_claim_holds_an_hour_and_work_renews_it() {
    let (ola, later) = (person("ola"), |minutes: u64| {
        now().plus(std::time::Duration::from_secs(60 * minutes))
    });
    let taken = |minutes| claimed().claim(&ola, later(minutes)).map_err(|r| r.code);
    assert_eq!(taken(59).err(), Some("case-claimed"));
    assert_eq!(taken(60).unwrap().claim.as_ref().unwrap().by, ola);
    let renewed = stored(&claimed().add_evidence(&evidence(1), later(59)).unwrap());
    let refused = renewed.claim(&ola, later(118)).unwrap_err();
    assert_eq!(refused.code, "case-claimed");
    let other = claimed().record_facts(facts(), &ola, now()).unwrap_err();
    assert_eq!(other.code, "case-claimed");
    // Nobody else took it: the ended claim still serves its holder.
    assert!(
        claimed()
            .record_facts(facts(), &person("anna"), later(600))
            .is_ok()
    );
    let outsider = claimed()
        .record_facts(facts(), &ola, later(600))
        .unwrap_err();
    assert_eq!(outsider.code, "case-not-claimed");
}
