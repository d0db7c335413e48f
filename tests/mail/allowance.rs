//! How many codes go out in an hour, for one owner and to one mail domain.

use chancery::{
    domain::{
        id::OrderId,
        mailbox::allowance::Allowance,
        owner::ActingFor,
        refusal::{Class, Refused},
    },
    policy::access::TenantScope,
    ports::store::registration::Orders,
};

use crate::{Sink, World, at, seconds};

const MOST: Allowance = Allowance {
    owner: 3,
    frontend: 6,
    domain: 5,
};

/// At ten to the hour.
async fn world(sink: &Sink) -> World {
    let mut world = at(sink).await;
    let into = world.now().seconds().rem_euclid(3600);
    world.clock.step((3600 + 3000 - into) * 1000);
    world.allow(MOST);
    world
}

async fn set(
    world: &World,
    (scope, order): &(TenantScope, OrderId),
    email: &str,
) -> Result<(), Refused> {
    let stored = world.store.order(&scope.read(), *order).await;
    let version = stored.unwrap().unwrap().version();
    let nobody = ActingFor::default();
    let control = &world.control;
    let done = control.set(scope, *order, version, email, &nobody).await;
    done.map(drop)
}

/// Sets the addresses of as many new orders.
async fn mail(world: &World, frontend: &str, customer: &str, emails: &[&str]) {
    for email in emails {
        let order = world.another_order(frontend, customer).await;
        set(world, &order, email).await.unwrap();
    }
}

#[track_caller]
fn too_soon(refused: Result<(), Refused>, wait: u64) {
    let refused = refused.unwrap_err();
    let retry_after = seconds(wait);
    assert_eq!(refused.code, "resend-too-soon");
    assert_eq!(refused.class, Class::Limited { retry_after });
    assert!(refused.faults.is_empty());
}

#[tokio::test]
async fn an_owner_has_so_many_codes_an_hour() {
    let sink = Sink::start("starttls");
    let world = world(&sink).await;
    mail(&world, "panel", "c-1", &["a@a.example", "b@b.example"]).await;
    let last = world.another_order("panel", "c-1").await;
    set(&world, &last, "c@c.example").await.unwrap();
    world.clock.advance(seconds(61));
    let order = world.another_order("panel", "c-1").await;
    too_soon(set(&world, &order, "d@d.example").await, 539);
    let nobody = ActingFor::default();
    let again = world.control.resend(&last.0, last.1, &nobody).await;
    too_soon(again.map(drop), 539);
    // Other customers of the frontend, and other frontends, have their own.
    mail(&world, "panel", "c-2", &["e@e.example"]).await;
    mail(&world, "shop", "c-1", &["f@f.example"]).await;
    world.clock.advance(seconds(538));
    too_soon(set(&world, &order, "d@d.example").await, 1);
    world.clock.advance(seconds(1));
    set(&world, &order, "d@d.example").await.unwrap();
    let again = world.control.resend(&last.0, last.1, &nobody).await;
    again.unwrap();
}

#[tokio::test]
async fn a_mail_domain_gets_so_many_codes_an_hour_whoever_asks() {
    let sink = Sink::start("starttls");
    let world = world(&sink).await;
    mail(&world, "panel", "c-1", &["a@one.example", "b@one.example"]).await;
    mail(&world, "panel", "c-2", &["c@ONE.example", "d@one.example"]).await;
    mail(&world, "shop", "c-1", &["e@one.example"]).await;
    let order = world.another_order("shop", "c-2").await;
    // The same answer as to an owner that has used up its own.
    too_soon(set(&world, &order, "f@one.example").await, 600);
    // Another domain is another matter, and so is a proof that needs no mail.
    mail(&world, "panel", "c-1", &["a@www.one.example"]).await;
    world.clock.advance(seconds(600));
    set(&world, &order, "f@one.example").await.unwrap();
}

#[tokio::test]
async fn a_frontend_has_so_many_codes_an_hour_over_all_its_customers() {
    let sink = Sink::start("starttls");
    let world = world(&sink).await;
    mail(&world, "panel", "c-1", &["a@a.example", "b@b.example"]).await;
    mail(&world, "panel", "c-2", &["c@c.example", "d@d.example"]).await;
    mail(&world, "panel", "c-3", &["e@e.example", "f@f.example"]).await;
    let order = world.another_order("panel", "c-4").await;
    too_soon(set(&world, &order, "g@g.example").await, 600);
    mail(&world, "shop", "c-4", &["g@g.example"]).await;
    world.clock.advance(seconds(600));
    set(&world, &order, "h@h.example").await.unwrap();
}
