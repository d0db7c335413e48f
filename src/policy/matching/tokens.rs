//! A text taken apart into words and signs. Blanks and quotes only divide.

use unicode_normalization::char::is_combining_mark;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, digits and their marks; an apostrophe between them is `'`.
    Word(String),
    /// Any other character but blanks and quotes; dashes are `-`, dots `.`.
    Mark(char),
}

/// A piece and where it stands, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Nothing stands between this piece and the one before it.
    pub(super) glued: bool,
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            Kind::Mark(_) => None,
        }
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(super) fn is_letter(&self) -> bool {
        self.word().is_some_and(|word| {
            let mut base = word.chars().filter(|c| !is_combining_mark(*c));
            base.next().is_some() && base.next().is_none()
        })
    }
}

/// Takes a text apart.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut list: Vec<Token> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut before = None;
    while let Some((start, c)) = chars.next() {
        let end = start + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        let glued = list.last().is_some_and(|last| last.end == start);
        let inner =
            is_apostrophe(c) && before.is_some_and(is_letter) && next.is_some_and(is_letter);
        before = Some(c);
        let word = match list.last_mut() {
            Some(Token {
                kind: Kind::Word(word),
                end,
                ..
            }) if glued => Some((word, end)),
            _ => None,
        };
        if let Some((word, last)) = word.filter(|_| inner || is_letter(c)) {
            word.push(if inner { '\'' } else { c });
            *last = end;
        } else if c.is_alphanumeric() && !is_combining_mark(c) {
            list.push(Token {
                kind: Kind::Word(c.into()),
                start,
                end,
                glued,
            });
        } else if c == ',' && next == Some(',') {
            // Two commas stand for a low quotation mark.
            chars.next();
        } else if !c.is_whitespace() && !is_apostrophe(c) && !is_quote(c) {
            let kind = Kind::Mark(plain_mark(c));
            list.push(Token {
                kind,
                start,
                end,
                glued,
            });
        }
    }
    list
}

pub(super) fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Quotation marks of two strokes.
pub(super) const fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '«'
            | '»'
            | '“'
            | '”'
            | '„'
            | '‟'
            | '″'
            | '〝'
            | '〞'
            | '〟'
            | '＂'
            | '❝'
            | '❞'
    )
}

/// Quotation marks of one stroke, which may be apostrophes too.
pub(super) const fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`'
            | '´'
            | '‘'
            | '’'
            | '‚'
            | '‛'
            | '‹'
            | '›'
            | '′'
            | 'ʹ'
            | 'ʼ'
            | '＇'
            | '\u{384}'
            | '\u{1FBD}'
            | '\u{1FFD}'
    )
}

pub(super) const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'
    )
}

pub(super) const fn plain_mark(c: char) -> char {
    match c {
        c if is_dash(c) => '-',
        '…' | '․' | '‥' | '．' | '。' => '.',
        '，' | '،' => ',',
        '⁄' | '∕' | '／' => '/',
        '＆' => '&',
        '\u{387}' | '•' | '‧' => '·',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let text_of = |token: Token| match token.kind {
            Kind::Word(word) => word,
            Kind::Mark(mark) => mark.to_string(),
        };
        tokens(text).into_iter().map(text_of).collect()
    }

    #[test]
    fn words_and_signs() {
        for (text, expected) in [
            ("„Żabka”  Polska", &["Żabka", "Polska"][..]),
            (",,Żabka'' Polska", &["Żabka", "Polska"]),
            ("«L’Oréal»", &["L'Oréal"]),
            ("Bielsko – Biała", &["Bielsko", "-", "Biała"]),
            ("A&B, C.", &["A", "&", "B", ",", "C", "."]),
            ("e\u{301}t", &["e\u{301}t"]),
            ("''' \"", &[]),
            ("a'", &["a"]),
            ("a \u{301}b", &["a", "\u{301}", "b"]),
        ] {
            assert_eq!(pieces(text), expected, "{text}");
        }
    }
}
