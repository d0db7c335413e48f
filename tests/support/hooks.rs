//! What makes an instance offer webhooks: two Ed25519 keys that OpenSSL made.

use std::path::Path;

use super::instance::{run, secret};

/// `more` are further keys of the table `[webhooks]`.
pub fn configure(dir: &Path, config: &mut String, more: &str) {
    let own = dir.display();
    let mut keys = Vec::new();
    for name in ["seal-1", "seal-2"] {
        run(
            dir,
            "openssl",
            &format!("genpkey -algorithm ed25519 -out {name}.key"),
        );
        run(
            dir,
            "openssl",
            &format!("pkey -in {name}.key -pubout -out {name}.pub"),
        );
        let private = std::fs::read(dir.join(format!("{name}.key"))).unwrap();
        secret(dir, &format!("{name}.key"), &private);
        keys.push(format!(
            "{{ private_key = \"{own}/{name}.key\", public_key = \"{own}/{name}.pub\" }}"
        ));
    }
    let keys = keys.join(", ");
    let table = format!("[webhooks]\nkeys = [{keys}]\n{more}\n[mail]");
    *config = config.replace("[mail]", &table);
}
