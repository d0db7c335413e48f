//! Proofs of control over domains: what is written is what is read, and nobody reads another's.

use std::time::Duration;

use chancery::domain::{
    aggregate::Loaded,
    caa::DomainName,
    domain_control::{
        ChallengeLabel, DomainControl, DomainState, Look, NewDomainControl, RecordName, Sight,
        Sighting, Verdict,
    },
    id::DomainControlId,
    owner::{ActingFor, Owner},
    terms::Terms,
    timestamp::days,
    unit::{Aggregate, CommitError},
};

use crate::world::{WholeStore, World, acting_for, owner, page};

async fn started<S: WholeStore>(world: &World<S>, owner: &Owner) -> Loaded<DomainControl> {
    let domain = DomainName::parse("example.com").unwrap();
    let made = DomainControl::start(NewDomainControl {
        id: DomainControlId::new(world.now(), world.entropy.bytes()),
        owner: owner.clone(),
        record: RecordName::of(&ChallengeLabel::default(), &domain).unwrap(),
        domain,
        value: "v".repeat(26),
        acting_for: acting_for(),
        terms: Terms::default(),
        now: world.now(),
    });
    made.clone().stored(&world.put(made).await)
}

fn look<S: WholeStore>(world: &World<S>, verdict: Verdict) -> Look {
    Look {
        at: world.now(),
        verdict,
        quorum: "4/5".to_owned(),
        seen: vec![
            Sighting::primary(Sight::Seen, "secure, 1 records"),
            Sighting::of("fra1", "ripe", Sight::Silent, "no answer in time"),
        ],
    }
}

pub async fn a_proof_of_a_domain_is_its_owners<S: WholeStore>(world: World<S>) {
    let mine = owner("ra1", "c1");
    let made = started(&world, &mine).await;
    let failed = made
        .looked(
            look(&world, Verdict::NotCorroborated),
            &acting_for(),
            world.now(),
        )
        .unwrap();
    let failed = failed.clone().stored(&world.put(failed).await);
    world.clock.advance(Duration::from_secs(11));
    let proven = failed
        .clone()
        .looked(
            look(&world, Verdict::Proven),
            &ActingFor::default(),
            world.now(),
        )
        .unwrap();
    let proven = proven.clone().stored(&world.put(proven).await);
    let all = world.everything().await;
    let read = world.store.domain_control(&all, proven.id).await.unwrap();
    let read = read.unwrap();
    assert_eq!((&*read, read.version()), (&*proven, proven.version()));
    assert_eq!(read.state, DomainState::Proven);
    // By the validations that name it.
    let named = world.store.domains_of(&[proven.id]).await.unwrap();
    assert_eq!(
        named.iter().map(|one| one.id).collect::<Vec<_>>(),
        [proven.id]
    );
    assert!(world.store.domains_of(&[]).await.unwrap().is_empty());
    for (ra, customer, sees) in [("ra1", "c1", 1), ("ra1", "c2", 0), ("ra2", "c1", 0)] {
        let scope = world.tenant(ra, Some(customer)).await;
        let found = world.store.domain_control(&scope, proven.id).await.unwrap();
        assert_eq!(usize::from(found.is_some()), sees);
        let listed = world.store.domain_controls(&scope, &page(9)).await.unwrap();
        assert_eq!(listed.len(), sees);
    }
    // A decision on what has changed since is not written.
    let stale = world
        .note()
        .rests_on(Aggregate::DomainControl, failed.id, failed.version());
    assert_eq!(
        world.commit(stale).await.unwrap_err(),
        CommitError::Conflict
    );
    let withdrawn = proven.withdraw(&acting_for(), world.now()).unwrap();
    world.put(withdrawn).await;
}

pub async fn values_that_wait_are_counted_for_each_owner<S: WholeStore>(world: World<S>) {
    let (mine, other) = (owner("ra1", "c1"), owner("ra1", "c2"));
    let first = started(&world, &mine).await;
    started(&world, &mine).await;
    started(&world, &other).await;
    let waiting = async |count| {
        let waiting = world.store.has_pending_domains(&mine, world.now(), count);
        waiting.await.unwrap()
    };
    assert!(waiting(2).await);
    assert!(!waiting(3).await);
    world
        .put(first.withdraw(&ActingFor::default(), world.now()).unwrap())
        .await;
    assert!(!waiting(2).await);
    assert!(waiting(1).await);
    world.clock.advance(days(30));
    assert!(!waiting(1).await);
}
