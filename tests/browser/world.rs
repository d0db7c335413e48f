//! A daemon whose mails reach a real server, and orders that wait for their mailboxes.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    instance::{Answer, Call, Instance, Setup, secret},
    session::HOST,
    sink::Sink,
};

/// Calls that may pass until something has come: far more than any run needs.
const PATIENCE: usize = 3000;

const REGISTERS: [&str; 7] = [
    "krs",
    "white_list",
    "ceidg",
    "regon",
    "vies",
    "gleif",
    "companies_house",
];
/// Those that give out keys.
const KEYED: [&str; 3] = ["ceidg", "regon", "companies_house"];

pub struct World {
    pub instance: Instance,
    sink: Sink,
    /// A submitted data set.
    data: String,
}

/// An order whose mail has come.
pub struct Waiting<'a> {
    world: &'a World,
    order: String,
    /// Every link of the mail, of its plain part and of its HTML.
    pub links: Vec<String>,
    pub code: String,
}

impl World {
    pub fn start() -> Self {
        let sink = Sink::start("starttls");
        let prepare = |dir: &Path, config: &mut String| {
            mail_server(dir, config, &sink);
            registers(dir, config);
            // The robot is quick.
            config.push_str(
                "[limits]\npage_requests_per_second = 1000\npage_requests_burst = 1000\n",
            );
        };
        let instance = Instance::start_with(&Setup {
            prepare: Some(&prepare),
            ..Setup::default()
        });
        let data = Desk::open(&instance, "customer", "c-1").data;
        Self {
            instance,
            sink,
            data,
        }
    }

    /// An order in this language, as far as the mail to `address`.
    pub fn waiting(&self, language: &str, address: &str) -> Waiting<'_> {
        let body = json!({
            "product_code": "smime-org-multipurpose-365-issue",
            "customer_ref": "c-1",
            "language": language,
        });
        let made = self.call("POST", "/orders", Call::json(&body).fresh_key());
        let order = made.ok()["id"].as_str().unwrap().to_owned();
        let mut waiting = Waiting {
            world: self,
            order,
            links: Vec::new(),
            code: String::new(),
        };
        waiting.put("subject-data", &json!({"subject_data_id": self.data}));
        waiting.put("email", &json!({"email": address}));
        let mut looks = (0..PATIENCE).map(|_| waiting.mailbox());
        assert!(looks.any(|mailbox| mailbox["state"] == "sent"), "{address}");
        let to = format!("To: {address}");
        let mails = self.sink.mails();
        let mail = mails
            .iter()
            .find(|mail| mail.lines().any(|line| line == to));
        let mail = mail.unwrap();
        // Quoted-printable breaks long lines.
        let whole = mail.replace("=\r\n", "").replace("=\n", "");
        let words = whole.split(|end: char| end.is_whitespace() || "\"<>".contains(end));
        let links = words.filter(|word| word.starts_with("http"));
        let links: BTreeSet<&str> = links.collect();
        waiting.links = links.into_iter().map(str::to_owned).collect();
        waiting.code = mail.lines().find(is_code).unwrap().to_owned();
        waiting
    }

    fn call(&self, method: &str, path: &str, call: Call) -> Answer {
        let call = call.header("Acting-For: c-1");
        self.instance.call("customer", method, path, &call)
    }
}

impl Waiting<'_> {
    fn put(&self, rest: &str, body: &Value) {
        let order = format!("/orders/{}", self.order);
        let etag = self
            .world
            .call("GET", &order, Call::default())
            .etag
            .unwrap();
        let call = Call::json(body).matching(&etag);
        self.world
            .call("PUT", &format!("{order}/{rest}"), call)
            .ok();
    }

    pub fn mailbox(&self) -> Value {
        let path = format!("/orders/{}/email", self.order);
        self.world.call("GET", &path, Call::default()).ok()
    }

    /// Everything that an answer of a holder could change, as the owner and an officer see it.
    pub fn seen(&self) -> Value {
        let path = format!("/orders/{}", self.order);
        let order = self.world.call("GET", &path, Call::default());
        let problems = self
            .world
            .call("GET", "/notifications?tab=problems", Call::default());
        let disowned = self.world.instance.get("officer", "/disowned-mailboxes");
        json!([
            order.etag,
            order.ok(),
            self.mailbox(),
            problems.ok(),
            disowned.ok()
        ])
    }

    /// The state of the order's e-mail step.
    pub fn step(&self) -> Value {
        self.seen()[1]["steps"]["email"].clone()
    }
}

/// The contract's form of a code.
fn is_code(line: &&str) -> bool {
    let groups: Vec<usize> = line.split('-').map(str::len).collect();
    groups == [5, 5, 5, 5, 6]
}

fn mail_server(dir: &Path, config: &mut String, sink: &Sink) {
    fs::write(dir.join("mail-ca.pem"), &sink.ca_pem).unwrap();
    secret(dir, "mail-password", b"postman");
    let own = dir.display();
    let server = format!(
        r#"
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
    assert!(config.contains(&format!("confirm_base_url = \"http://{HOST}\"")));
}

/// All registers are in use, and silent: nobody listens there.
fn registers(dir: &Path, config: &mut String) {
    secret(dir, "register.key", b"a-key");
    config.push_str(&format!("[registers]\nca = \"{}/ca.pem\"\n", dir.display()));
    for register in REGISTERS {
        config.push_str(&format!(
            "[registers.{register}]\nbase_url = \"https://127.0.0.1:1\"\n"
        ));
        if KEYED.contains(&register) {
            config.push_str(&format!("key = \"{}/register.key\"\n", dir.display()));
        }
    }
    config.push_str(
        "[[registers.manual]]\ncountry = \"DE\"\nurl = \"https://www.handelsregister.de\"\n",
    );
}
