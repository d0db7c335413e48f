//! A profile is taken up only when orders can fill it and its issuer may certify by it.

use std::fs;

use crate::{
    instance::{Instance, run},
    process::chanceryd,
};

/// What `check-config` says of this configuration: whether it is good, and its words.
fn judged(instance: &Instance, config: &str) -> (bool, String) {
    fs::write(instance.path("changed.toml"), config).unwrap();
    let checked = chanceryd(instance, &["check-config", "--config", "changed.toml"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    (checked.status.success(), said)
}

/// The number of the line that names the profiles of the issuer.
fn issuing_line(config: &str) -> usize {
    let mut lines = config.lines();
    lines
        .position(|line| line.starts_with("profiles = ["))
        .unwrap()
        + 1
}

#[test]
fn a_profile_that_no_order_fills_stops_the_start() {
    let instance = Instance::start();
    let shipped = fs::read_to_string("config/profiles/org-multipurpose.toml").unwrap();
    let own = instance.path("profiles");
    fs::create_dir(&own).unwrap();
    let (head, _) = shipped.split_once("[subject]").unwrap();
    let mailbox = head
        .replace("org-multipurpose", "mailbox")
        .replace("validation = \"organization\"", "validation = \"mailbox\"")
        .replace("2.23.140.1.5.2.2", "2.23.140.1.5.1.2")
        .replace("[\"organization\", \"email\"]", "[\"email\"]");
    let mailbox = format!("{mailbox}[subject]\ncommon_name = \"required\"\n");
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let config = config
        .replace(
            "[\"org-multipurpose\", \"org-strict\"]",
            "[\"org-strict\", \"mailbox\"]",
        )
        .replace(
            concat!(env!("CARGO_MANIFEST_DIR"), "/config/profiles"),
            own.to_str().unwrap(),
        );
    fs::copy("config/profiles/org-strict.toml", own.join("strict.toml")).unwrap();
    fs::write(own.join("mailbox.toml"), &mailbox).unwrap();
    let (good, said) = judged(&instance, &config);
    assert!(!good);
    let line = format!("changed.toml:{}: ", issuing_line(&config));
    assert!(said.contains(&line), "{said}");
    assert!(
        said.contains("mailbox-validated leaves cannot be sold yet"),
        "{said}"
    );
    // What the rules forbid stops the start whether an issuer uses it or not.
    let unused = config.replace("[\"org-strict\", \"mailbox\"]", "[\"org-strict\"]");
    fs::write(
        own.join("mailbox.toml"),
        format!("{mailbox}surname = \"optional\"\n"),
    )
    .unwrap();
    let (good, said) = judged(&instance, &unused);
    assert!(
        !good && said.contains("S/MIME BR 7.1.4.2.3: surname must not be there"),
        "{said}"
    );
    let legacy = mailbox.replace("\"multipurpose\"", "\"legacy\"");
    fs::write(own.join("mailbox.toml"), legacy).unwrap();
    let (good, said) = judged(&instance, &unused);
    assert!(!good && said.contains("S/MIME BR 7.1.6.1"), "{said}");
}

#[test]
fn an_issuer_certifies_by_the_policies_of_its_certificate() {
    let instance = Instance::start();
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let (good, said) = judged(&instance, &config);
    assert!(good, "{said}");
    let other = config.replace("issuing.pem", "other.pem");
    let extensions = fs::read_to_string(instance.path("ext.cnf")).unwrap();
    for (policies, wanted) in [
        ("2.23.140.1.5.2.2, 2.23.140.1.5.2.3", None),
        ("2.23.140.1.5.2.2", Some("2.23.140.1.5.2.3")),
        (
            "2.23.140.1.5.2.3, 2.23.140.1.5.1.2",
            Some("2.23.140.1.5.2.2"),
        ),
    ] {
        let shipped = "2.23.140.1.5.2.2, 2.23.140.1.5.2.3";
        fs::write(
            instance.path("other.cnf"),
            extensions.replace(shipped, policies),
        )
        .unwrap();
        run(
            &instance.path(""),
            "openssl",
            "req -config other.cnf -x509 -new -key issuing.key -sha384 -days 3000 -extensions issuing -subj /C=PL/O=Example/CN=issuing -out other.pem",
        );
        let (good, said) = judged(&instance, &other);
        match wanted {
            None => assert!(good, "{said}"),
            Some(policy) => {
                let reason = format!("the issuer's certificate has no policy {policy}");
                assert!(!good && said.contains(&reason), "{said}");
                let line = format!("changed.toml:{}: ", issuing_line(&other));
                assert!(said.contains(&line), "{said}");
            }
        }
    }
}

/// What every activation would end with is told at the start: the file, the rule, the clause.
#[test]
fn a_profile_by_which_nothing_could_be_signed_stops_the_start() {
    let instance = Instance::start();
    let (own, products) = (instance.path("profiles"), instance.path("products.toml"));
    fs::create_dir(&own).unwrap();
    fs::copy("config/profiles/org-strict.toml", own.join("strict.toml")).unwrap();
    let shipped = fs::read_to_string("config/profiles/org-multipurpose.toml").unwrap();
    let sold = fs::read_to_string("config/products.toml").unwrap();
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/config");
    let config = config
        .replace(&format!("{place}/profiles"), own.to_str().unwrap())
        .replace(
            &format!("{place}/products.toml"),
            products.to_str().unwrap(),
        );
    let tried = |profile: &str, sold: &str| {
        fs::write(own.join("multi.toml"), profile).unwrap();
        fs::write(&products, sold).unwrap();
        judged(&instance, &config)
    };
    let (good, said) = tried(&shipped, &sold);
    assert!(good, "{said}");

    // Lawful, but nobody has written a reason to sell the longest life there is.
    let longest = shipped.replace("max_validity_days = 730", "max_validity_days = 825");
    let sold_longest = sold.replacen("validity_days = 365", "validity_days = 825", 1);
    let (good, said) = tried(&longest, &sold_longest);
    assert!(!good);
    for word in [
        "profiles/multi.toml: of product smime-org-multipurpose-365-issue (825 days)",
        "w_validity_at_maximum (S/MIME BR 6.3.2",
    ] {
        assert!(said.contains(word), "{said}");
    }
    let (good, said) = tried(&shipped, &sold_longest);
    assert!(
        !good && said.contains("825 days are more than the 730"),
        "{said}"
    );

    let narrow = shipped.replace(
        "ec_key_usage = [\"digitalSignature\", \"keyAgreement\"]",
        "ec_key_usage = [\"digitalSignature\"]",
    );
    assert_ne!(narrow, shipped);
    let (good, said) = tried(&narrow, &sold);
    assert!(!good);
    for word in ["profiles/multi.toml: ", "CPS 7.1.2: ec_key_usage is"] {
        assert!(said.contains(word), "{said}");
    }
}
