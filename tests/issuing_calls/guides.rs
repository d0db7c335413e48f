//! The public pages, and their commands run as they are printed.

use std::{fs, path::Path, process::Command};

use serde_json::json;

use crate::{
    instance::Call,
    world::{PRODUCT, World, shared, submission},
};

fn page(world: &World, path: &str, language: &str) -> String {
    let output = Command::new("curl")
        .args(["-sSfi", "-H", &format!("Accept-Language: {language}")])
        .arg(format!("{}{path}", world.instance.public))
        .output()
        .unwrap();
    assert!(output.status.success(), "{path}");
    let answer = String::from_utf8(output.stdout).unwrap();
    let (head, page) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.to_lowercase().contains("vary: accept-language"),
        "{head}"
    );
    page.to_owned()
}

/// The printed commands, in order.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("<pre>").skip(1);
    let text = blocks.map(|rest| rest.split("</pre>").next().unwrap());
    let plain = |text: &str| {
        let text = text.replace("&#60;", "<").replace("&#62;", ">");
        text.replace("&#39;", "'").replace("&#38;", "&")
    };
    text.map(plain).collect()
}

/// Runs a block in a folder; what asks for a password gets one.
fn type_in(dir: &Path, block: &str) {
    let block = block
        .replace("pkcs12 -export", "pkcs12 -export -passout pass:secret-1")
        .replace("--to-p12", "--to-p12 --password secret-1")
        .replace("pk12util", "pk12util -W secret-1");
    let output = Command::new("bash")
        .args(["-euc", &block])
        .current_dir(dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{block}: {said}");
}

#[test]
fn the_commands_of_the_page_lead_to_a_certificate_and_a_pfx_file() {
    let world = shared();
    let client = world.first();
    let blocks = commands(&page(&world, "/csr", "en"));
    assert_eq!(blocks, commands(&page(&world, "/csr?lang=pl", "en")));
    assert_eq!(blocks.len(), 8);
    for pair in blocks.chunks(2) {
        let dir = tempfile::tempdir().unwrap();
        type_in(dir.path(), &pair[0]);
        let csr = fs::read_to_string(dir.path().join("smime.csr")).unwrap();
        let asked = Call::json(&json!({"product_code": PRODUCT, "csr": csr}));
        let checked = client.call("POST", "/csr-checks", &asked).ok();
        assert_eq!(checked["valid"], true, "{}: {checked}", pair[0]);
        let (order, _) = client.ready(&world.data);
        let made = client.activate(&order, &submission(&csr)).ok();
        let (pem, id) = (made["pem"].as_str().unwrap(), made["id"].as_str().unwrap());
        let chain = client.get(&format!("/certificates/{id}/chain")).bytes;
        fs::write(dir.path().join("certificate.pem"), pem).unwrap();
        fs::write(dir.path().join("chain.pem"), chain).unwrap();
        type_in(dir.path(), &pair[1]);
        let password = fs::read_to_string(dir.path().join("password.txt"));
        let password = password.unwrap_or_else(|_| "secret-1".to_owned());
        let shown = Command::new("openssl")
            .args(["pkcs12", "-in", "smime.p12", "-nokeys", "-passin"])
            .arg(format!("pass:{}", password.trim()))
            .current_dir(dir.path())
            .output()
            .unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        let body = pem.lines().nth(1).unwrap();
        assert!(shown.contains(body), "{}", pair[1]);
    }
}

#[test]
fn documents_are_told_alike_by_page_and_api() {
    let world = shared();
    let kinds = |country: &str| {
        let path = format!("/document-kinds?country={country}");
        world.instance.get("customer", &path).ok()["items"].clone()
    };
    for language in ["en", "pl"] {
        let page = page(&world, "/documents", language);
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        for country in ["PL", "DE", "GB", "NO"] {
            for kind in kinds(country).as_array().unwrap() {
                let papers = kind["papers"].as_array().unwrap();
                for paper in papers.iter().chain([&kind["label"], &kind["needed"]]) {
                    let words = paper[language].as_str().unwrap();
                    assert!(page.contains(words), "{words}");
                }
            }
        }
    }
    let names: Vec<_> = kinds("PL")
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["kind"].clone())
        .collect();
    assert_eq!(
        names,
        ["organization", "authorization", "applicant", "additional"]
    );
    let unknown = world.instance.get("customer", "/document-kinds?country=XX");
    assert_eq!(unknown.refusal(), (422, "country-unsupported".to_owned()));
}
