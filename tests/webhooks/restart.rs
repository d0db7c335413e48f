//! A daemon that is killed while it delivers.

use crate::{receiver::Mode, world::World};

/// Lines that are taken before the daemon dies.
const TAKEN: usize = 12;

#[test]
fn what_a_killed_daemon_was_delivering_comes_at_least_once_and_in_order() {
    let mut world = World::patient(30);
    let receiver = world.receiver.clone();
    let client = world.client("customer", "c-1");
    receiver.set("/a", Mode::Mute);
    let hook = client.register(&receiver.url("/a"));
    for _ in 0..TAKEN + 3 {
        client.order();
    }
    receiver.set_good_for("/a", TAKEN);
    assert_eq!(client.act(&hook, "challenge").ok()["state"], "active");
    client.until("it stops", || {
        receiver.taken("/a").len() == TAKEN && receiver.hanging("/a") > 0
    });
    world.killed();
    receiver.set("/a", Mode::Good);
    let client = world.client("customer", "c-1");
    client.order();
    client.delivered("/a");
    let ids = client.ids();
    assert_eq!(ids.len(), TAKEN + 4);
    let taken = receiver.taken("/a");
    let (before, after) = taken.split_at(TAKEN);
    assert_eq!(before, &ids[..TAKEN]);
    // What was not booked comes again from there on, and everything behind it.
    let begins = ids.iter().position(|id| *id == after[0]).unwrap();
    assert!(begins <= TAKEN, "nothing is passed over");
    assert_eq!(after, &ids[begins..]);
    assert_eq!(client.hook(&hook)["state"], "active");
}
