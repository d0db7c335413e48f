//! What a person does beside calling the API: runs the client, signs with the own key.

use std::{fs, process::Command, sync::atomic::Ordering};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::instance::{Instance, KEYS, run};

impl Instance {
    /// Runs `chancery` as `who`: exit status, standard output and error.
    pub fn chancery(&self, who: &str, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_chancery"))
            .current_dir(self.dir.path())
            .args(["--url", &self.url, "--ca", "ca.pem"])
            .args([
                "--cert",
                &format!("{who}.pem"),
                "--key",
                &format!("{who}.key"),
            ])
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap();
        (status, text(output.stdout), text(output.stderr))
    }

    /// A signature over `text` with the key of `who`'s certificate, in base64.
    pub fn sign(&self, who: &str, text: &str) -> String {
        let number = KEYS.fetch_add(1, Ordering::SeqCst);
        fs::write(self.path(&format!("text-{number}")), text).unwrap();
        run(
            self.dir.path(),
            "openssl",
            &format!(
                "pkeyutl -sign -rawin -digest sha256 -inkey {who}.key -in text-{number} -out signature-{number}"
            ),
        );
        BASE64_STANDARD.encode(fs::read(self.path(&format!("signature-{number}"))).unwrap())
    }
}
