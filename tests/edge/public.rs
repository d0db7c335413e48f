//! The public listener: what caches and strangers get.

use std::{
    path::Path,
    process::{Command, Output},
};

use crate::instance::{Instance, Setup};

/// A call on the public listener; headers and body of the answer.
fn public(instance: &Instance, path: &str, arguments: &[&str]) -> (u16, String, Vec<u8>) {
    let Output { stdout, .. } = Command::new("curl")
        .args(["-sS", "-i", "--max-time", "30"])
        .args(arguments)
        .arg(format!("{}{path}", instance.public))
        .output()
        .unwrap();
    let end = stdout.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = stdout.split_at(end.unwrap() + 4);
    let head = String::from_utf8(head.to_vec()).unwrap().to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, body.to_vec())
}

fn header(head: &str, name: &str) -> String {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut found = lines.filter(|(known, _)| *known == name);
    found.next().unwrap().1.to_owned()
}

#[test]
fn ca_certificates_are_kept_by_caches_and_asked_for_again_cheaply() {
    let instance = Instance::start();
    for path in ["/ca/issuing-g1.cer", "/ca/issuing-g1.p7c"] {
        let (status, head, body) = public(&instance, path, &[]);
        assert_eq!(status, 200);
        assert!(!body.is_empty());
        let kept = header(&head, "cache-control");
        assert!(kept.contains("max-age=86400") && !kept.contains("no-store"));
        let tag = header(&head, "etag");
        let asked = format!("If-None-Match: {tag}");
        let (status, head, body) = public(&instance, path, &["-H", &asked]);
        assert_eq!((status, body.len()), (304, 0));
        assert_eq!(header(&head, "etag"), tag);
        let (status, ..) = public(&instance, path, &["-H", "If-None-Match: \"other\""]);
        assert_eq!(status, 200);
    }
    // What is not there is not kept.
    let (status, head, _) = public(&instance, "/ca/other.cer", &[]);
    assert_eq!(status, 404);
    assert_eq!(header(&head, "cache-control"), "no-store");
}

#[test]
fn who_asks_too_often_for_a_page_is_asked_to_wait() {
    let few = |_: &Path, config: &mut String| {
        config.push_str("\n[limits]\npage_requests_per_second = 1\npage_requests_burst = 3\n");
    };
    let instance = Instance::start_with(&Setup {
        prepare: Some(&few),
        ..Setup::default()
    });
    let path = "/v/eml_01890000-0000-7000-8000-000000000000";
    let ask = |arguments: &[&str]| {
        let mut pages = (0..60).map(|_| public(&instance, path, arguments));
        pages.find(|(status, ..)| *status == 429).unwrap()
    };
    assert_eq!(public(&instance, path, &[]).0, 404);
    let (_, head, body) = ask(&[]);
    let wait: u64 = header(&head, "retry-after").parse().unwrap();
    assert_eq!(wait, 1);
    assert!(header(&head, "content-type").starts_with("text/html"));
    assert!(String::from_utf8_lossy(&body).contains("wait a little"));
    let (_, _, polish) = ask(&["-H", "Accept-Language: pl", "-d", "code=x"]);
    assert!(String::from_utf8_lossy(&polish).contains("chwil"));
    // Files of the CA are for everybody, however often.
    let (status, ..) = public(&instance, "/ca/issuing-g1.cer", &[]);
    assert_eq!(status, 200);
}
