//! A daemon that signs with a token and mails through a server, shared by the tests of this
//! program: each works on orders, mailboxes or customers of its own.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};

use crate::{
    desk::{Desk, now},
    hooks,
    instance::{Answer, Call, Instance, Setup, secret, serve},
    issuing,
    perspectives::Perspectives,
    sink::Sink,
};

pub const PRODUCT: &str = "smime-org-multipurpose-365-issue";

/// Calls that may pass until a mail has come: far more than any run needs.
const PATIENCE: u32 = 3_000;

static MAILBOXES: AtomicU64 = AtomicU64::new(0);
static SHARED: Mutex<Weak<World>> = Mutex::new(Weak::new());

pub struct World {
    pub instance: Instance,
    pub sink: Sink,
    /// Five of them.
    pub perspectives: Perspectives,
    /// A verified data set of customer c-1.
    pub data: String,
}

/// The daemon that the running tests have in common; it ends with the last of them.
pub fn shared() -> Arc<World> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        // Its tests ask for pages side by side, all from one address.
        let world = Arc::new(World::start_with(Vec::new(), &|_, config| {
            config.push_str("\n[limits]\npage_requests_per_second = 1000\n");
        }));
        *shared = Arc::downgrade(&world);
        world
    })
}

impl World {
    pub fn start(environment: Vec<(&'static str, PathBuf)>) -> Self {
        Self::start_with(environment, &|_, _| {})
    }

    /// `change` has the last word about the configuration.
    pub fn start_with(
        environment: Vec<(&'static str, PathBuf)>,
        change: &dyn Fn(&Path, &mut String),
    ) -> Self {
        let sink = Sink::start("starttls");
        let perspectives = OnceCell::new();
        let prepare = |dir: &Path, config: &mut String| {
            issuing::prepare(dir, config);
            mail_server(dir, config, &sink);
            let roots = format!("ca = \"{}/ca.pem\"", dir.display());
            hooks::configure(dir, config, &roots);
            let all = perspectives.get_or_init(|| Perspectives::start(dir, 5));
            all.configure(dir, config);
            change(dir, config);
        };
        let instance = Instance::start_with(&Setup {
            prepare: Some(&prepare),
            environment,
        });
        let desk = Desk::open(&instance, "customer", "c-1");
        desk.approve();
        let data = desk.data;
        Self {
            instance,
            sink,
            perspectives: perspectives.into_inner().unwrap(),
            data,
        }
    }

    /// Kills the daemon and starts it again.
    pub fn restart(&mut self, environment: &[(&str, PathBuf)]) {
        self.instance.child.kill().unwrap();
        self.instance.child.wait().unwrap();
        self.instance.child = serve(self.instance.dir.path(), environment);
    }

    pub fn client(&self, ra: &'static str, customer: &str) -> Client<'_> {
        Client {
            world: self,
            ra,
            customer: customer.to_owned(),
        }
    }

    /// The customer that has verified data.
    pub fn first(&self) -> Client<'_> {
        self.client("customer", "c-1")
    }

    /// The code in the newest mail to an address, once it has come; `seen` codes do not count.
    pub fn code(&self, address: &str, seen: &[String]) -> String {
        for _ in 0..PATIENCE {
            let codes = self.codes(address);
            if let Some(code) = codes.into_iter().find(|code| !seen.contains(code)) {
                return code;
            }
            // A call paces the loop.
            self.instance.get("customer", "/products").ok();
        }
        panic!("no mail has come to {address}");
    }

    fn codes(&self, address: &str) -> Vec<String> {
        let to = format!("To: {address}");
        let mails = self.sink.mails().into_iter();
        let mails = mails.filter(|mail| mail.lines().any(|line| line == to));
        mails.filter_map(|mail| code_in(&mail)).collect()
    }
}

/// A line of the contract's form for codes.
fn code_in(mail: &str) -> Option<String> {
    let is_code = |line: &&str| {
        let groups: Vec<usize> = line.split('-').map(str::len).collect();
        let allowed = |b: u8| b == b'-' || b.is_ascii_digit() || b.is_ascii_uppercase();
        groups == [5, 5, 5, 5, 6] && line.bytes().all(allowed)
    };
    mail.lines().find(is_code).map(ToOwned::to_owned)
}

fn mail_server(dir: &Path, config: &mut String, sink: &Sink) {
    for part in ["bounces/new", "bounces/cur", "bounces/tmp"] {
        std::fs::create_dir_all(dir.join(part)).unwrap();
    }
    std::fs::write(dir.join("mail-ca.pem"), &sink.ca_pem).unwrap();
    secret(dir, "mail-password", b"postman");
    let own = dir.display();
    let server = format!(
        r#"
[mail.bounces]
domain = "bounces.example.com"
maildir = "{own}/bounces"
[mail.smtp]
host = "localhost"
port = {}
security = "starttls"
hello = "ca.example.com"
ca = "{own}/mail-ca.pem"
user = "ca"
password = "{own}/mail-password"
"#,
        sink.port
    );
    *config = config.replace(&format!("directory = \"{own}/mail\"\n"), &server);
}

/// An address that no other test uses: limits count for each address.
pub fn fresh_address() -> String {
    let number = MAILBOXES.fetch_add(1, Ordering::SeqCst);
    format!("holder-{number}@example.com")
}

/// A frontend acting for one customer.
pub struct Client<'a> {
    pub world: &'a World,
    pub ra: &'static str,
    pub customer: String,
}

impl Client<'_> {
    pub fn call(&self, method: &str, path: &str, call: &Call) -> Answer {
        let call = call.clone();
        let call = call.header(&format!("Acting-For: {}", self.customer));
        self.world.instance.call(self.ra, method, path, &call)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Call::default())
    }

    /// `POST` with a key that was never used.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, &Call::json(body).fresh_key())
    }

    /// `PUT` below an order, in its present version.
    pub fn put(&self, order: &str, rest: &str, body: &Value) -> Answer {
        let etag = self.get(&format!("/orders/{order}")).etag.unwrap();
        let path = format!("/orders/{order}/{rest}");
        self.call("PUT", &path, &Call::json(body).matching(&etag))
    }

    pub fn order(&self, product: &str) -> String {
        let body = json!({"product_code": product, "customer_ref": self.customer});
        let made = self.post("/orders", &body).ok();
        made["id"].as_str().unwrap().to_owned()
    }

    /// A data set that two people have approved.
    pub fn verified_data(&self) -> String {
        let desk = Desk::open(&self.world.instance, self.ra, &self.customer);
        desk.approve();
        desk.data
    }

    /// An order on this data set.
    pub fn bound(&self, data: &str) -> String {
        self.bound_of(PRODUCT, data)
    }

    pub fn bound_of(&self, product: &str, data: &str) -> String {
        let order = self.order(product);
        let body = json!({"subject_data_id": data});
        self.put(&order, "subject-data", &body).ok();
        order
    }

    /// Sets an address; its code is on the way.
    pub fn set_address(&self, order: &str, address: &str) -> Answer {
        self.put(order, "email", &json!({"email": address}))
    }

    pub fn confirm(&self, order: &str, code: &str) -> Answer {
        let path = format!("/orders/{order}/email/confirm");
        self.call("POST", &path, &Call::json(&json!({"code": code})))
    }

    /// An order whose both gates are green, and its mailbox.
    pub fn ready(&self, data: &str) -> (String, String) {
        let order = self.bound(data);
        let address = self.confirmed(&order);
        (order, address)
    }

    /// Takes an order through its e-mail step.
    pub fn confirmed(&self, order: &str) -> String {
        let address = fresh_address();
        self.set_address(order, &address).ok();
        let code = self.world.code(&address, &[]);
        self.confirm(order, &code).ok();
        address
    }

    /// A ready order of c-1 becomes a certificate.
    pub fn issued(&self, csr: &str) -> Value {
        let (order, _) = self.ready(&self.world.data);
        self.activate(&order, &submission(csr)).ok()
    }

    pub fn activate(&self, order: &str, body: &Value) -> Answer {
        let call = Call::json(body).fresh_key().header("Prefer: wait=60");
        self.call("POST", &format!("/orders/{order}/activation"), &call)
    }
}

/// Everything that can be chosen, with this request.
pub fn submission(csr: &str) -> Value {
    json!({
        "common_name": "organization",
        "fields": ["email", "organization", "organization_identifier", "country", "locality"],
        "key_method": "csr",
        "csr": csr,
        "statements": [accepted("subscriber-agreement"), accepted("certificate-content")],
        "acting_for": {"user_id": "u-1", "ip": "192.0.2.1"},
    })
}

pub fn accepted(statement: &str) -> Value {
    json!({"id": statement, "version": 1, "accepted_at": now()})
}

/// A request that a real tool wrote, from `tests/fixtures/csr`.
pub fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/csr");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Names and texts of `good` or `bad` requests.
pub fn fixtures(kind: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/csr");
    let mut names: Vec<String> = std::fs::read_dir(folder.join(kind))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let read = |name: String| {
        let text = fixture(&format!("{kind}/{name}"));
        (name, text)
    };
    names.into_iter().map(read).collect()
}

/// Codes of the faults, by pointer.
pub fn faults(answer: &Answer) -> Vec<(String, String)> {
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|fault| (text(fault, "pointer"), text(fault, "code")))
        .collect()
}

pub fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
