//! XML answers as a small tree: names without their prefixes, text with its references resolved,
//! no attributes. A document type declaration is refused, and with it every entity but the five
//! of XML itself.

use quick_xml::{
    Reader,
    events::{BytesRef, Event},
};

use super::visit::Trouble;

/// Deepest nesting, and most elements.
const DEEPEST: usize = 32;
const MOST: usize = 5_000;

/// An element.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    /// Its own text, without that of its children.
    pub text: String,
    pub children: Vec<Self>,
}

impl Element {
    /// The first element of this name, depth first, itself included.
    pub fn find(&self, name: &str) -> Option<&Self> {
        if self.name == name {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(name))
    }

    /// Text of the first child of this name.
    pub fn child(&self, name: &str) -> Option<&str> {
        let child = self.children.iter().find(|child| child.name == name)?;
        Some(child.text.trim())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Reads a document with one root.
///
/// # Errors
/// [`Trouble::Drift`] when it is not well-formed or beyond the bounds.
pub fn read(text: &str) -> Result<Element, Trouble> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0_usize;
    loop {
        let event = reader.read_event();
        let event = event.map_err(|error| Trouble::Drift(format!("XML: {error}")))?;
        match event {
            Event::Start(start) => {
                count = count.saturating_add(1);
                if open.len() >= DEEPEST || count > MOST || root.is_some() {
                    return Err(Trouble::drift("XML: too deep, too long, or of two roots"));
                }
                open.push(named(start.local_name().as_ref()));
            }
            Event::Empty(start) => {
                count = count.saturating_add(1);
                close(named(start.local_name().as_ref()), &mut open, &mut root)?;
            }
            // The reader has compared the names.
            Event::End(_) => {
                let done = open
                    .pop()
                    .ok_or_else(|| Trouble::drift("XML: an end alone"))?;
                close(done, &mut open, &mut root)?;
            }
            Event::Text(text) => add(&mut open, &text.xml10_content())?,
            Event::CData(text) => add(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => add(&mut open, &resolved(&reference)?)?,
            Event::DocType(_) => return Err(Trouble::drift("XML: a document type declaration")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ => Err(Trouble::drift("XML: no whole document")),
    }
}

fn named(name: impl AsRef<[u8]>) -> Element {
    Element {
        name: String::from_utf8_lossy(name.as_ref()).into_owned(),
        ..Element::default()
    }
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), Trouble> {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None if root.is_none() => *root = Some(done),
        None => return Err(Trouble::drift("XML: two roots")),
    }
    Ok(())
}

fn add(open: &mut [Element], text: &str) -> Result<(), Trouble> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(Trouble::drift("XML: text outside the root")),
    }
    Ok(())
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Trouble> {
    let unknown = || Trouble::drift("XML: an unknown entity");
    if let Some(c) = reference.resolve_char_ref().map_err(|_| unknown())? {
        return Ok(c.to_string());
    }
    let name = reference.xml10_content();
    let text = match name.as_ref() {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => return Err(unknown()),
    };
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_prefix_and_references_are_resolved() {
        let root =
            read("<?xml version='1.0'?><a:x><y>1 &lt; &#50; &amp; <![CDATA[<3>]]></y></a:x>");
        let root = root.unwrap();
        assert_eq!(root.name, "x");
        assert_eq!(root.child("y"), Some("1 < 2 & <3>"));
    }

    #[test]
    fn what_is_hostile_or_broken_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
        let wide = format!("<a>{}</a>", "<b></b>".repeat(6_000));
        for text in [
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<a>&b;</a>",
            "<a>",
            "<a></b>",
            "<a></a><b></b>",
            "text",
            "",
            &deep,
            &wide,
        ] {
            assert!(read(text).is_err(), "{text:.40}");
        }
    }
}
