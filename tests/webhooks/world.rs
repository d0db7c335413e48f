//! A daemon that pushes to receivers of the test's, and the clients that registered them.

use std::{cell::OnceCell, net::TcpListener, path::Path};

use serde_json::{Value, json};

use crate::{
    hooks,
    instance::{Answer, Call, Instance, Setup, serve},
    receiver::Receiver,
    wall::Wall,
};

const PRODUCT: &str = "smime-org-multipurpose-365-issue";
/// Calls that may pass until something has happened: far more than any run needs.
const PATIENCE: u32 = 3_000;
/// Calls that may pass in an hour of the daemon's wall clock.
const IN_AN_HOUR: u32 = 200;
/// Below the three days after which an endpoint is given up.
const MOST_HOURS: u64 = 48;
/// Seconds.
pub const HOUR: u64 = 3600;

pub struct World {
    pub instance: Instance,
    pub receiver: Receiver,
    /// Its certificate is for another name.
    pub wrong: Receiver,
    /// Nobody listens there.
    pub closed: u16,
    pub wall: Wall,
}

impl World {
    /// With more time for an answer than any run needs: no try fails because the machine is slow.
    pub fn start() -> Self {
        Self::patient(30)
    }

    /// With so many seconds for an endpoint's answer.
    pub fn patient(seconds: u32) -> Self {
        let wall = Wall::new();
        let made = OnceCell::new();
        let prepare = |dir: &Path, config: &mut String| {
            let receiver = Receiver::start(dir, "hook", "localhost");
            let wrong = Receiver::start(dir, "wrong", "other.example.com");
            let closed = TcpListener::bind("127.0.0.1:0").unwrap();
            let closed = closed.local_addr().unwrap().port();
            let own = dir.display();
            let more = format!(
                "ca = \"{own}/ca.pem\"\n\
                 client_certificate = \"{own}/stranger.pem\"\n\
                 client_key = \"{own}/stranger.key\"\n\
                 private_hosts = [\"localhost\"]\n\
                 ports = [443, {}, {}, {closed}]\n\
                 timeout_seconds = {seconds}\n",
                receiver.port, wrong.port
            );
            hooks::configure(dir, config, &more);
            assert!(made.set((receiver, wrong, closed)).is_ok());
        };
        let instance = Instance::start_with(&Setup {
            prepare: Some(&prepare),
            environment: wall.environment(),
        });
        let (receiver, wrong, closed) = made.into_inner().unwrap();
        Self {
            instance,
            receiver,
            wrong,
            closed,
            wall,
        }
    }

    /// The daemon dies as it stands, and another one starts.
    pub fn killed(&mut self) {
        self.instance.child.kill().unwrap();
        self.instance.child.wait().unwrap();
        self.instance.child = serve(self.instance.dir.path(), &self.wall.environment());
    }

    pub fn client(&self, ra: &'static str, customer: &'static str) -> Client<'_> {
        Client {
            world: self,
            ra,
            customer,
        }
    }
}

/// A frontend acting for one customer.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    pub world: &'a World,
    ra: &'static str,
    customer: &'static str,
}

impl Client<'_> {
    pub fn call(&self, method: &str, path: &str, call: &Call) -> Answer {
        let call = call.clone();
        let call = call.header(&format!("Acting-For: {}", self.customer));
        self.world.instance.call(self.ra, method, path, &call)
    }

    pub fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Call::default()).ok()
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, &Call::json(body).fresh_key())
    }

    pub fn act(&self, hook: &str, act: &str) -> Answer {
        let path = format!("/webhooks/{hook}/{act}");
        self.call("POST", &path, &Call::default())
    }

    pub fn hook(&self, id: &str) -> Value {
        self.get(&format!("/webhooks/{id}"))
    }

    /// Registers an address for every type.
    pub fn register(&self, url: &str) -> String {
        let made = self.post("/webhooks", &json!({"url": url})).ok();
        made["id"].as_str().unwrap().to_owned()
    }

    /// A path of the receiver's that has answered the challenge.
    pub fn active(&self, path: &str) -> String {
        let id = self.register(&self.world.receiver.url(path));
        self.until(&format!("{path} is active"), || {
            self.hook(&id)["state"] == "active"
        });
        id
    }

    /// An order, which its owner is told of.
    pub fn order(&self) -> String {
        let body = json!({"product_code": PRODUCT, "customer_ref": self.customer});
        let made = self.post("/orders", &body).ok();
        made["id"].as_str().unwrap().to_owned()
    }

    pub fn feed(&self) -> Vec<Value> {
        let page = self.get("/events?limit=200");
        page["items"].as_array().unwrap().clone()
    }

    pub fn ids(&self) -> Vec<String> {
        let id = |event: &Value| event["id"].as_str().unwrap().to_owned();
        self.feed().iter().map(id).collect()
    }

    /// Until it holds; calls pace the loop.
    pub fn until(&self, what: &str, holds: impl Fn() -> bool) {
        for _ in 0..PATIENCE {
            if holds() {
                return;
            }
            self.get("/products");
        }
        panic!("never came: {what}");
    }

    /// Until it holds, while hour after hour passes: when the next try is due depends on when the
    /// last was booked. The hours that have passed then.
    pub fn until_in_hours(&self, since: u64, what: &str, holds: impl Fn() -> bool) -> u64 {
        for hour in since + 1..=MOST_HOURS {
            self.world.wall.set(hour * HOUR);
            for _ in 0..IN_AN_HOUR {
                if holds() {
                    return hour;
                }
                self.get("/products");
            }
        }
        panic!("did not come in {MOST_HOURS} hours: {what}");
    }

    /// Until the receiver has taken the newest event of the feed at a path.
    pub fn delivered(&self, path: &str) {
        let ids = self.ids();
        let last = ids.last().unwrap();
        self.until(&format!("{path} takes {last}"), || {
            self.world.receiver.taken(path).last() == Some(last)
        });
    }
}
