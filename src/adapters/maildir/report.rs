//! Reading a delivery status notification (RFC 3464, RFC 6522).

use mail_parser::{Addr, ContentType, HeaderValue, Message, MessageParser, MimeHeaders};

use crate::ports::returned_mail::DeliveryReport;

/// Longest text that is kept of a server's words, in characters.
const WORDS: usize = 500;
/// Where servers write to whom a message was delivered.
const DELIVERED: [&str; 4] = ["To", "Delivered-To", "X-Original-To", "Envelope-To"];
/// More addresses than a report has.
const ADDRESSES: usize = 16;

/// The report that the message is, if it is one.
pub(super) fn read(octets: &[u8]) -> Option<DeliveryReport> {
    let message = MessageParser::default().parse(octets)?;
    if !is(message.content_type()?, "multipart", "report") {
        return None;
    }
    let part = message.parts.iter().find(|part| {
        let kind = part.content_type();
        kind.is_some_and(|kind| is(kind, "message", "delivery-status"))
    })?;
    let text = String::from_utf8_lossy(part.contents()).into_owned();
    let told = spoken(&text)?;
    let words = format!("{} {}", told.status, told.diagnostic);
    Some(DeliveryReport {
        sent_to: sent_to(&message),
        is_final: told.given_up,
        words: words.trim().chars().take(WORDS).collect(),
    })
}

fn is(kind: &ContentType<'_>, main: &str, sub: &str) -> bool {
    let same = |found: &str| found.eq_ignore_ascii_case(sub);
    kind.ctype().eq_ignore_ascii_case(main) && kind.subtype().is_some_and(same)
}

/// What a report says of one recipient.
struct Told {
    status: String,
    diagnostic: String,
    given_up: bool,
}

/// Of the first recipient that was given up, or else of the first.
fn spoken(text: &str) -> Option<Told> {
    let lines = unfolded(text);
    let blocks = lines.split(String::is_empty);
    let mut told: Vec<Told> = blocks.filter_map(recipient).collect();
    let given_up = told.iter().position(|told| told.given_up);
    told.drain(given_up.unwrap_or_default()..).next()
}

/// What a block of fields says of its recipient.
fn recipient(block: &[String]) -> Option<Told> {
    let status = field(block, "status")?;
    // RFC 3463 2: class, subject, detail; a comment may follow.
    let status = status.split([' ', '(']).next()?;
    let figures = status.split('.').filter(|part| part.parse::<u16>().is_ok());
    let is_status = figures.count() == 3;
    // RFC 3464 2.3.3: the action says whether anybody tries on. A server that has tried for days
    // gives up with the last trouble's status, which is a passing one (4.4.7).
    let action = field(block, "action").and_then(|action| action.split([' ', '(']).next());
    let is = |name: &str| action.is_some_and(|action| action.eq_ignore_ascii_case(name));
    let goes_on = ["delayed", "delivered", "relayed", "expanded"];
    let given_up = is("failed") || (status.starts_with("5.") && !goes_on.into_iter().any(is));
    is_status.then(|| Told {
        status: status.to_owned(),
        diagnostic: field(block, "diagnostic-code")
            .unwrap_or_default()
            .to_owned(),
        given_up,
    })
}

/// Lines with their continuations (RFC 5322 2.2.3), without what no line of ours may hold.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let clean = line.replace(char::is_control, " ");
        let continues = clean.starts_with(' ') && !clean.trim().is_empty();
        match lines.last_mut() {
            Some(last) if continues && !last.is_empty() => {
                last.push(' ');
                last.push_str(clean.trim());
            }
            _ => lines.push(clean.trim().to_owned()),
        }
    }
    lines
}

fn field<'a>(block: &'a [String], name: &str) -> Option<&'a str> {
    block.iter().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        let same = found.trim().eq_ignore_ascii_case(name);
        same.then(|| value.trim())
    })
}

fn sent_to(message: &Message<'_>) -> Vec<String> {
    let named = message.headers().iter().filter(|header| {
        let mut known = DELIVERED.iter();
        known.any(|known| header.name().eq_ignore_ascii_case(known))
    });
    let found = named.flat_map(|header| addresses(&header.value));
    found.take(ADDRESSES).collect()
}

fn addresses(value: &HeaderValue<'_>) -> Vec<String> {
    let bare = |text: &str| text.trim().trim_matches(['<', '>']).to_owned();
    match value {
        HeaderValue::Address(list) => {
            let found = list.iter().filter_map(Addr::address);
            found.map(ToOwned::to_owned).collect()
        }
        HeaderValue::Text(text) => vec![bare(text)],
        HeaderValue::TextList(texts) => texts.iter().map(|text| bare(text)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTFIX: &str = "Return-Path: <>\r\n\
        X-Original-To: b+1-2@bounces.example.com\r\n\
        Delivered-To: bounces@mx.example.com\r\n\
        From: MAILER-DAEMON@mx.example.com (Mail Delivery System)\r\n\
        To: b+1-2@bounces.example.com\r\n\
        Auto-Submitted: auto-replied\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/report; report-type=delivery-status;\r\n\
        \tboundary=\"A/B\"\r\n\
        \r\n\
        --A/B\r\n\
        Content-Type: text/plain; charset=us-ascii\r\n\
        \r\n\
        I'm sorry to have to inform you\r\n\
        --A/B\r\n\
        Content-Description: Delivery report\r\n\
        Content-Type: message/delivery-status\r\n\
        \r\n\
        Reporting-MTA: dns; mx.example.com\r\n\
        Arrival-Date: Mon, 23 Nov 2026 08:00:00 +0000 (UTC)\r\n\
        \r\n\
        Final-Recipient: rfc822; anna@example.com\r\n\
        Action: failed\r\n\
        Status: 5.1.1\r\n\
        Diagnostic-Code: smtp; 550 5.1.1 <anna@example.com>:\r\n    no such mailbox\r\n\
        --A/B\r\n\
        Content-Type: message/rfc822\r\n\
        \r\n\
        To: anna@example.com\r\n\
        Status: 4.0.0\r\n\
        \r\n\
        body\r\n\
        --A/B--\r\n";

    #[test]
    fn a_report_says_whom_what_and_whether_for_good() {
        let report = read(POSTFIX.as_bytes()).unwrap();
        assert!(report.is_final);
        let words = "5.1.1 smtp; 550 5.1.1 <anna@example.com>: no such mailbox";
        assert_eq!(report.words, words);
        let path = "b+1-2@bounces.example.com".to_owned();
        assert!(report.sent_to.contains(&path), "{report:?}");
        // The returned mail's own recipient is not the report's.
        let recipient = "anna@example.com".to_owned();
        assert!(!report.sent_to.contains(&recipient));
        let is_final = |action: &str, status: &str| {
            let text = POSTFIX.replace("Action: failed", action);
            let text = text.replace("Status: 5.1.1", &format!("Status: {status}"));
            read(text.as_bytes()).unwrap().is_final
        };
        assert!(!is_final("Action: delayed", "4.4.1 (try later)"));
        assert!(!is_final("Action: delivered", "2.1.5"));
        assert!(!is_final("X-Action: none", "4.4.1"));
        // Given up after days of trying: the status is that of the last trouble.
        assert!(is_final("Action: failed", "4.4.7"));
        assert!(is_final("action: Failed (expired)", "4.4.1"));
        assert!(is_final("X-Action: none", "5.1.1"));
        let wide = POSTFIX.replace("smtp; 550", &format!("smtp; {}", "ż".repeat(9000)));
        assert_eq!(read(wide.as_bytes()).unwrap().words.chars().count(), WORDS);
    }

    #[test]
    fn what_is_no_report_is_none() {
        for other in [
            String::new(),
            "\0\u{ff}".repeat(400),
            "Subject: I am away\r\nAuto-Submitted: auto-replied\r\n\r\n5.1.1\r\n".to_owned(),
            POSTFIX.replace("multipart/report", "multipart/mixed"),
            POSTFIX.replace("message/delivery-status", "text/plain"),
            POSTFIX.replace("Status: 5.1.1", "Status: gone"),
            POSTFIX.replace("Status: 5.1.1\r\n", ""),
        ] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }

    /// However a message is cut, it is read or it is none; nothing breaks.
    #[test]
    fn every_beginning_of_a_report_is_borne() {
        for end in 0..POSTFIX.len() {
            let _ = read(&POSTFIX.as_bytes()[..end]);
        }
    }
}
