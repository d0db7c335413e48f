use super::*;

fn written(name: &str, content: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    directory
}

fn fault(name: &str, content: &str) -> String {
    let directory = written(name, content);
    match MailTemplates::load(Some(directory.path())) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{content:?} was taken"),
    }
}

#[test]
fn every_mail_has_words_in_every_language() {
    let templates = MailTemplates::load(None).unwrap();
    for language in Language::ALL {
        for kind in MailKind::ALL {
            let wording = templates.render(&sample::letter(language, kind)).unwrap();
            let text = wording.text.expose_secret();
            assert!(
                text.contains("ORDER/0000123456/b01"),
                "{kind:?} {language:?}"
            );
            assert!(
                text.lines().all(|line| line.chars().count() <= 78),
                "{text}"
            );
            assert!(!text.contains("{{") && !text.contains('\r'));
        }
    }
    let polish = sample::letter(Language::Polish, MailKind::Issued);
    let english = sample::letter(Language::English, MailKind::Issued);
    assert_ne!(
        templates.render(&polish).unwrap().subject,
        templates.render(&english).unwrap().subject
    );
}

#[test]
fn an_operators_file_takes_the_place_of_ours() {
    let directory = written(
        "en/mail/issued.txt",
        "Subject: Done {{ serial }}\n\nOrder {{ order_number }} <b>is</b> done.\n",
    );
    let templates = MailTemplates::load(Some(directory.path())).unwrap();
    let letter = sample::letter(Language::English, MailKind::Issued);
    let wording = templates.render(&letter).unwrap();
    assert_eq!(wording.subject, "Done 3fa90c0b5d2e4f6182a3b4c5d6e7f809");
    assert_eq!(
        wording.text.expose_secret(),
        "Order ORDER/0000123456/b01 <b>is</b> done.\n"
    );
}

#[test]
fn a_wrong_file_is_refused_when_it_is_loaded() {
    let verify = "en/mail/verify-address.txt";
    for (name, content, expected) in [
        (
            "pl/mail/issued.txt",
            "Subject: A\n\n{{ kode }}",
            "undefined",
        ),
        (
            "pl/mail/issued.txt",
            "Subject: A\n\n{{ code }}",
            "undefined",
        ),
        (
            "pl/mail/issued.txt",
            "Subject: A\n\n{% if %}",
            "syntax error",
        ),
        ("pl/mail/issued.txt", "Hello\n\nthere", "Subject"),
        ("pl/mail/issued.txt", "Subject: A", "empty line"),
        (verify, "Subject: A\n\nYour code is {{ code }}.", "alone"),
        (verify, "Subject: {{ code }}\n\n{{ link }}", "alone"),
        (
            verify,
            "Subject: A\n\n{{ link }}?c={{ code }}\n\n{{ code }}\n",
            "alone",
        ),
    ] {
        let fault = fault(name, content);
        assert!(fault.contains(expected), "{fault}");
    }
    let long = format!("Subject: A\n\n{}", "x".repeat(70_000));
    assert!(fault(verify, &long).contains("longer than"));
}

#[test]
fn a_code_in_the_subject_is_refused() {
    let text = "Subject: {{ code }}\n\n{{ code }}\n";
    assert!(fault("en/mail/verify-address.txt", text).contains("alone"));
}
