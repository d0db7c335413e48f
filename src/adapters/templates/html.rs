//! The HTML part of a mail, made from its text part: one source, so that both say the same.
//!
//! Every character of the text is escaped. Only the links and the code of the letter itself
//! become links and a code; nothing that a person typed does. The page loads nothing from
//! anywhere and carries no mark of its reader.
//!
//! Does not know the kinds of mails nor their templates.

use secrecy::{ExposeSecret, SecretString};

use crate::ports::mailer::Letter;

/// Width that the templates keep, in characters: a line break where the next word would still
/// have fitted was meant.
const WIDTH: usize = 76;
/// The longest label of a row, in characters.
const LABEL: usize = 24;

/// Short lines: a mail breaks long ones where it likes.
const STYLE: &str = "\
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 40em;
  padding: 1.5em; line-height: 1.5;
  font-family: system-ui, Arial, sans-serif; }
table { border-collapse: collapse; }
th { text-align: left; font-weight: normal;
  padding: .15em 1.5em .15em 0; opacity: .75;
  vertical-align: top; }
td { padding: .15em 0; overflow-wrap: anywhere; }
.code { font: bold 1.25em ui-monospace, monospace;
  padding: .75em 1em; border: 2px solid;
  border-radius: .4em; text-align: center; }
";

/// A whole HTML document of the letter's words.
pub(super) fn page(letter: &Letter, subject: &str, text: &str) -> SecretString {
    let code = letter.code.as_ref().map(ExposeSecret::expose_secret);
    let links = ["link", "unsubscribe"].map(|name| letter.values.get(name).map(String::as_str));
    let body: String = text
        .split("\n\n")
        .map(|block| block.trim_matches('\n'))
        .filter(|block| !block.is_empty())
        .map(|block| element(block, code, links))
        .collect();
    let language = letter.language.code();
    let title = escaped(subject);
    SecretString::from(format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    ))
}

fn element(block: &str, code: Option<&str>, links: [Option<&str>; 2]) -> String {
    if code == Some(block) {
        return format!("<p class=\"code\">{}</p>\n", escaped(block));
    }
    if links.contains(&Some(block)) {
        let link = escaped(block);
        return format!("<p><a href=\"{link}\">\n{link}</a></p>\n");
    }
    let lines: Vec<&str> = block.lines().collect();
    if lines.iter().all(|line| line.starts_with("  ")) {
        let first = lines.first().copied().unwrap_or_default();
        return match first.trim_start().strip_prefix("- ") {
            Some(_) => items(&lines),
            None => rows(&lines),
        };
    }
    paragraph(&lines)
}

fn paragraph(lines: &[&str]) -> String {
    let mut html = String::from("<p>");
    let mut length = 0;
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            let word = line.split_whitespace().next().unwrap_or_default();
            let fitted = length + 1 + word.chars().count() <= WIDTH;
            html.push_str(if fitted { "<br>\n" } else { "\n" });
        }
        length = line.chars().count();
        html.push_str(&escaped(line));
    }
    html.push_str("</p>\n");
    html
}

/// `  - one`, with lines that go on further to the right.
fn items(lines: &[&str]) -> String {
    let mut html = String::from("<ul>\n");
    let mut open = false;
    for line in lines {
        let line = line.trim_start();
        if let Some(item) = line.strip_prefix("- ") {
            html.push_str(if open { "</li>\n<li>" } else { "<li>" });
            html.push_str(&escaped(item));
            open = true;
        } else {
            html.push('\n');
            html.push_str(&escaped(line));
        }
    }
    html.push_str("</li>\n</ul>\n");
    html
}

/// `  Label:   value` or `  name  what it is`.
fn rows(lines: &[&str]) -> String {
    let mut html = String::from("<table>\n");
    for line in lines.iter().map(|line| line.trim()) {
        let cells = match line.split_once(": ") {
            Some((label, value)) if label.chars().count() <= LABEL => {
                Some((format!("{label}:"), value))
            }
            _ => line
                .split_once("  ")
                .map(|(label, value)| (label.to_owned(), value)),
        };
        match cells {
            Some((label, value)) => {
                let (label, value) = (escaped(&label), escaped(value.trim()));
                html.push_str(&format!(
                    "<tr><th scope=\"row\">{label}</th>\n<td>{value}</td></tr>\n"
                ));
            }
            None => {
                let line = escaped(line);
                html.push_str(&format!("<tr><td colspan=\"2\">{line}</td></tr>\n"));
            }
        }
    }
    html.push_str("</table>\n");
    html
}

/// Text that is no markup, in an element or in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}
