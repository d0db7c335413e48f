//! What may be uploaded: formats by their content, names, sizes. Knows nothing of files.

use crate::domain::text::Text;

/// Longest document in bytes (contract, HTTP: 30 MB).
pub const MAX_SIZE: u64 = 30 * 1024 * 1024;
/// Most documents of one data set.
pub const MAX_COUNT: usize = 50;
/// How many of a file's first bytes [`media_type`] needs.
pub const HEAD: usize = 16;

/// The media type that the first bytes prove; `None` for anything that is not accepted. A signed
/// PDF is a PDF.
#[must_use]
pub fn media_type(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 3] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
    ];
    KINDS
        .into_iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, name)| name)
}

/// A file name: 3 to 255 characters, without a path, separators or characters that some file
/// system refuses. It is metadata only: no file is ever called by it.
#[must_use]
pub fn file_name(name: &str) -> Option<Text<255>> {
    let refused = |c: char| matches!(c, '\\' | '/' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let text = Text::<255>::parse(name).ok()?;
    let fits = name.chars().count() >= 3 && !name.contains(refused) && !name.starts_with('.');
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_names_the_type() {
        assert_eq!(media_type(b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(media_type(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        for bad in [&b"PK\x03\x04"[..], b"<html>", b"MZ", b"", b" %PDF-1.7"] {
            assert_eq!(media_type(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn names_carry_no_path() {
        assert!(file_name("Odpis z KRS (1).pdf").is_some());
        for bad in ["../a.pdf", "a\\b.pdf", "a:b", "a", "", "..\n", ".htaccess"] {
            assert!(file_name(bad).is_none(), "{bad:?}");
        }
    }
}
