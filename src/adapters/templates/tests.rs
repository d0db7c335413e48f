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
            let of_an_order = text.contains("ORDER/0000123456/b01");
            assert_eq!(of_an_order, kind != MailKind::Test, "{kind:?} {language:?}");
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

#[test]
fn the_html_part_says_what_the_text_says_and_loads_nothing() {
    let templates = MailTemplates::load(None).unwrap();
    for language in Language::ALL {
        for kind in MailKind::ALL {
            let wording = templates.render(&sample::letter(language, kind)).unwrap();
            let html = wording.html.expose_secret();
            let words = |text: &str| -> Vec<String> {
                let text = text.replace("- ", " ");
                text.split_whitespace().map(ToOwned::to_owned).collect()
            };
            let body = &html[html.find("<body>").unwrap()..];
            assert_eq!(words(&visible(body)), words(wording.text.expose_secret()));
            let lang = format!("<html lang=\"{}\">", language.code());
            assert!(html.contains(&lang), "{html}");
            for outside in ["src=", "url(", "@import", "<img", "<script", "<link"] {
                assert!(!html.contains(outside), "{outside} in {html}");
            }
        }
    }
}

/// What a reader sees: without tags, entities read.
fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            other if !inside => text.push(other),
            _ => {}
        }
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
    ]
    .iter()
    .fold(text, |text, (entity, plain)| text.replace(entity, plain))
    .replace("&amp;", "&")
}

#[test]
fn what_a_person_typed_is_no_markup_no_link_and_no_code() {
    let templates = MailTemplates::load(None).unwrap();
    let mut letter = sample::letter(Language::English, MailKind::VerifyAddress);
    let evil = "<img src=x> & \"ACME\" http://evil.example/v/1 01234-56789-ABCDE-FGHJK-MNPQRS' <b>";
    letter.values.insert("organization", evil.to_owned());
    let wording = templates.render(&letter).unwrap();
    let html = wording.html.expose_secret();
    assert!(!html.contains("<img") && !html.contains("<b>"), "{html}");
    assert_eq!(html.matches("<a ").count(), 1);
    assert_eq!(html.matches("class=\"code\"").count(), 1);
    let kept = "&lt;img src=x&gt; &amp; &quot;ACME&quot; http://evil.example/v/1";
    assert!(html.contains(kept), "{html}");
}

#[test]
fn lines_that_a_person_broke_stay_broken() {
    let mut letter = sample::letter(Language::English, MailKind::DataRejected);
    let message = "First: the extract.\nThen the stamp.";
    letter.values.insert("message", message.to_owned());
    let templates = MailTemplates::load(None).unwrap();
    let html = templates.render(&letter).unwrap().html;
    let html = html.expose_secret();
    assert!(
        html.contains("First: the extract.<br>\nThen the stamp."),
        "{html}"
    );
    assert!(html.contains("<tr><th scope=\"row\">Order:</th>"), "{html}");
}
