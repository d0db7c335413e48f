//! A real Chromium (`chromium.py`) whose network holds one name: the public listener's.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sink;

/// The host of every link in mails; only a browser of these tests finds it.
pub const HOST: &str = "pki.example.com";

pub struct Session {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Everything the page has asked the network for.
    pub requests: Vec<Sent>,
    _profile: TempDir,
}

/// A request of the page, from the browser's own log.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: String,
    pub url: String,
    pub body: String,
    /// What the page wanted it for, in the protocol's words.
    pub kind: String,
    /// Of the answer, or why there is none.
    pub status: String,
}

impl Session {
    /// `public` is the listener's URL.
    pub fn start(public: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new(sink::python())
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/chromium.py"))
            .arg(profile.path())
            .args([HOST, public.strip_prefix("http://").unwrap()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            commands: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
            requests: Vec::new(),
            _profile: profile,
        }
    }

    /// What the mail scanner did, and what came of it.
    pub fn scan(&mut self, url: &str) -> Vec<Value> {
        let said = self.command(&json!({"do": "scan", "url": url}));
        said.as_array().unwrap().clone()
    }

    pub fn open(&mut self, url: &str) {
        self.command(&json!({"do": "open", "url": url}));
    }

    /// Into the page's one field.
    pub fn type_in(&mut self, text: &str) {
        self.command(&json!({"do": "type", "text": text}));
    }

    /// The button of this value.
    pub fn press(&mut self, value: &str) {
        let said = self.command(&json!({"do": "press", "value": value}));
        assert_eq!(said, "submit", "{value}");
    }

    pub fn enter(&mut self) {
        assert_eq!(self.command(&json!({"do": "enter"})), "submit");
    }

    /// What stands on the page.
    pub fn text(&mut self) -> String {
        let said = self.command(&json!({"do": "text"}));
        said.as_str().unwrap().to_owned()
    }

    /// A picture of the whole page; by how many pixels it is wider than the window.
    pub fn shoot(&mut self, width: u32, file: &Path) -> i64 {
        let said = self.command(&json!({"do": "shoot", "width": width, "file": file}));
        said.as_i64().unwrap()
    }

    /// Every command ends with this: the page has stayed at home.
    fn command(&mut self, command: &Value) -> Value {
        writeln!(self.commands.as_mut().unwrap(), "{command}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("the browser's driver has ended after {command}"));
        assert_eq!(answer["failed"], Value::Null, "{command}");
        assert_eq!(answer["others"], json!([]), "{command}: other windows");
        let home = format!("http://{HOST}/");
        for one in answer["requests"].as_array().unwrap() {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            let sent = Sent {
                method: text("method"),
                url: text("url"),
                body: text("body"),
                kind: text("kind"),
                status: one["status"].to_string(),
            };
            assert!(sent.url.starts_with(&home), "{command}: {sent:?}");
            self.requests.push(sent);
        }
        answer["said"].clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The browser ends with its driver's input.
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}
