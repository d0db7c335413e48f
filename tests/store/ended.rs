//! What must not be relied on while valid certificates rest on it.

use chancery::domain::{
    aggregate::Loaded,
    owner::IdentityName,
    subject_data::{SubjectData, VerifiedFacts, doubt::Finding},
    text::{Country, Text},
    timestamp::{Timestamp, days},
    unit::{Aggregate, Unit},
};
use chancery::ports::store::{Cursor, Page, ended::DoubtedData};

use crate::{
    made::{activation, certificate, intent, ready},
    world::{WholeStore, World, caller, owner, page},
};

fn finding() -> Finding {
    Finding {
        by: IdentityName::parse("anna").unwrap(),
        reason: Text::parse("struck off").unwrap(),
        source: Text::parse("KRS").unwrap(),
        evidence: None,
    }
}

fn facts(now: Timestamp) -> VerifiedFacts {
    VerifiedFacts {
        organization: Text::parse("Example").unwrap(),
        organization_identifier: Text::parse("NTRPL-0000123456").unwrap(),
        country: Country::parse("PL").unwrap(),
        state_or_province: None,
        locality: None,
        organization_checked_at: now,
        authority_checked_at: now,
        organization_paper_of: None,
        authority_paper_of: None,
        representatives: Vec::new(),
        carries_days: 825,
        decided_at: now,
    }
}

/// Verified data with so many certificates, stopped.
async fn stopped<S: WholeStore>(world: &World<S>, serials: &[[u8; 9]]) -> Loaded<SubjectData> {
    let (order, set, mailbox) = ready(world, &owner("ra1", "c1")).await;
    let set = set.verify(facts(world.now()), world.now()).unwrap();
    let set = set.clone().stored(&world.put(set).await);
    for serial in serials {
        let activation = activation(world, &order);
        let recorded = intent(world, activation.id, serial);
        let unit = Unit::of(caller(), world.now(), activation.clone())
            .change(recorded.clone())
            .rests_on(Aggregate::SubjectData, set.id, set.version())
            .rests_on(Aggregate::Mailbox, mailbox.id, mailbox.version());
        let committed = world.commit(unit).await.unwrap();
        let certificate = certificate(world, &activation, serial);
        let (id, sha256) = (certificate.id, certificate.sha256);
        let running = activation.stored(&committed).issued(id, world.now());
        let ended = recorded.stored(&committed);
        let ended = ended.issued(id, &sha256, world.now()).unwrap();
        let unit = Unit::of(caller(), world.now(), running.unwrap());
        let unit = unit.change(ended).change(certificate);
        world.commit(unit).await.unwrap();
    }
    let set = set.suspend(&finding(), world.now()).unwrap();
    set.clone().stored(&world.put(set).await)
}

pub async fn doubted_data_stay_listed_while_their_certificates_are_valid<S: WholeStore>(
    world: World<S>,
) {
    let first = stopped(&world, &[[1; 9], [2; 9]]).await;
    world.clock.advance(days(1));
    let bare = stopped(&world, &[]).await;
    let scope = world.everything().await;
    let listed = async |at: Timestamp, page: &Page| {
        let found = world.store.doubted_data(&scope, at, page).await.unwrap();
        let line = |one: DoubtedData| (one.data.id, one.certificates);
        found.into_iter().map(line).collect::<Vec<_>>()
    };
    let now = world.now();
    assert_eq!(
        listed(now, &page(9)).await,
        [(bare.id, 0), (first.id, 2)],
        "the newest doubt first, and what is stopped without certificates too"
    );
    let after = Some(Cursor {
        created_at: bare.doubted_at.unwrap(),
        id: bare.id.to_string(),
    });
    let second = Page { limit: 9, after };
    assert_eq!(listed(now, &second).await, [(first.id, 2)]);
    let stranger = world.tenant("ra2", None).await;
    let theirs = world.store.doubted_data(&stranger, now, &page(9)).await;
    assert!(theirs.unwrap().is_empty());
    // Their owner takes both back.
    for set in [&first, &bare] {
        let gone = set.clone().withdraw(0, now).unwrap();
        world.put(gone).await;
    }
    assert_eq!(listed(now, &page(9)).await, [(first.id, 2)]);
    let end = now.plus(days(365));
    assert_eq!(listed(end, &page(9)).await, [], "they have expired");
    let (kind, id) = (Aggregate::SubjectData, first.id.to_string());
    let count = async |at| world.store.valid_resting_on(kind, &id, at).await.unwrap();
    assert_eq!((count(now).await, count(end).await), (2, 0));
    let since = first.doubted_at.unwrap();
    let unrevoked = async |span, at| {
        let found = world.store.unrevoked_data(span, at, 9).await.unwrap();
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    let after = since.plus(std::time::Duration::from_millis(1));
    assert_eq!(
        unrevoked(since..after, now).await,
        std::slice::from_ref(&id)
    );
    assert_eq!(unrevoked(since..since, now).await, <[String; 0]>::default());
    assert_eq!(unrevoked(after..end, now).await, <[String; 0]>::default());
    assert_eq!(unrevoked(since..after, end).await, <[String; 0]>::default());
}
