//! What may be uploaded: formats by their content, names, sizes. Knows nothing of files.

use crate::domain::{
    document::{Document, MediaType, Scan},
    refusal::Refused,
    text::Text,
};

/// Longest document in bytes (contract, HTTP: 30 MB).
pub const MAX_SIZE: u64 = 30 * 1024 * 1024;
/// Most documents of one data set.
pub const MAX_COUNT: usize = 50;
/// How many of a file's first bytes [`media_type`] needs.
pub const HEAD: usize = 512;

/// `SignedData` (RFC 5652 5.1) as it stands in a `ContentInfo`.
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";

/// The media type that the first bytes prove; `None` for anything that is not accepted. A signed
/// PDF is a PDF; other signed containers are told by what they say of themselves, and are never
/// opened: who judges a signature does so on the bytes that came.
#[must_use]
pub fn media_type(head: &[u8]) -> Option<MediaType> {
    const KINDS: [(&[u8], MediaType); 3] = [
        (b"%PDF-", MediaType::Pdf),
        (b"\x89PNG\r\n\x1a\n", MediaType::Png),
        (b"\xff\xd8\xff", MediaType::Jpeg),
    ];
    KINDS
        .into_iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, found)| found)
        .or_else(|| asic(head))
        .or_else(|| cms(head))
}

/// An ASiC container: the first entry of the ZIP file is `mimetype`, stored without compression,
/// encryption or an extra field (ETSI EN 319 162-1, A.1).
fn asic(head: &[u8]) -> Option<MediaType> {
    let rest = head.strip_prefix(b"PK\x03\x04")?;
    let (header, rest) = rest.split_first_chunk::<26>()?;
    let [_, _, flags, encrypted, stored, also_stored, ..] = *header;
    let [.., name, name_high, extra, extra_high] = *header;
    let plain = flags & 1 == 0 && [stored, also_stored] == [0, 0] && encrypted & 0x20 == 0;
    if !plain || [name, name_high, extra, extra_high] != [8, 0, 0, 0] {
        return None;
    }
    let rest = rest.strip_prefix(b"mimetype")?;
    [MediaType::AsicS, MediaType::AsicE]
        .into_iter()
        .find(|kind| {
            let after = rest.strip_prefix(kind.name().as_bytes());
            // The next entry, a data descriptor or the central directory.
            after.is_some_and(|after| after.starts_with(b"PK"))
        })
}

/// A CMS signature with or without its content, DER or BER (`.p7m`, `.p7s`, `.sig`).
fn cms(head: &[u8]) -> Option<MediaType> {
    let rest = head.strip_prefix(b"\x30")?;
    let (length, rest) = rest.split_first()?;
    let long = match length {
        0x80 => 0,
        0x81..=0x84 => usize::from(length & 0x7f),
        // Shorter than any signature.
        _ => return None,
    };
    let rest = rest.get(long..)?;
    rest.starts_with(SIGNED_DATA).then_some(MediaType::Cms)
}

/// Whether a declared type contradicts what the content is. Nothing, and `octet-stream`, declare
/// nothing.
#[must_use]
pub fn contradicts(declared: Option<&str>, found: MediaType) -> bool {
    let Some(declared) = declared else {
        return false;
    };
    let essence = declared.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let other_names: &[&str] = match found {
        MediaType::Pdf => &["application/x-pdf"],
        MediaType::Png => &["image/x-png"],
        MediaType::Jpeg => &["image/jpg", "image/pjpeg"],
        MediaType::AsicS | MediaType::AsicE => &[
            "application/zip",
            "application/x-zip-compressed",
            "application/vnd.etsi.asic+zip",
        ],
        MediaType::Cms => &[
            "application/pkcs7-mime",
            "application/x-pkcs7-mime",
            "application/pkcs7-signature",
            "application/x-pkcs7-signature",
        ],
    };
    let known = ["", "application/octet-stream", found.name()];
    !known.iter().chain(other_names).any(|name| *name == essence)
}

/// Whether one of these documents can show the organisation; none at all is another refusal.
///
/// # Errors
/// 409 with the code of a document that cannot be shown, one that still may be first.
pub fn require_one_shown(documents: &[Document]) -> Result<(), Refused> {
    let pending = |document: &&Document| document.scan == Scan::Pending;
    let waiting = documents.iter().find(pending).or(documents.last());
    let shown = documents.iter().any(|one| one.require_shown().is_ok());
    match waiting {
        Some(document) if !shown => document.require_shown(),
        _ => Ok(()),
    }
}

/// A scanner's own words as they may be kept: printable ASCII, 120 characters.
#[must_use]
pub fn finding(words: &str) -> Option<Text<200>> {
    let printable = |c: &char| c.is_ascii_graphic() || *c == ' ';
    let words: String = words.chars().filter(printable).take(120).collect();
    Text::parse(words.trim()).ok()
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

    fn zip(name: &str, method: u8, content: &str) -> Vec<u8> {
        let mut head = b"PK\x03\x04\x14\0\0\0".to_vec();
        head.extend([method, 0]);
        head.extend([0; 16]);
        head.extend([u8::try_from(name.len()).unwrap(), 0, 0, 0]);
        [&head[..], name.as_bytes(), content.as_bytes()].concat()
    }

    #[test]
    fn content_names_the_type() {
        assert_eq!(media_type(b"%PDF-1.7\n"), Some(MediaType::Pdf));
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n...."), Some(MediaType::Png));
        assert_eq!(media_type(b"\xff\xd8\xff\xe0"), Some(MediaType::Jpeg));
        for bad in [&b"PK\x03\x04"[..], b"<html>", b"MZ", b"", b" %PDF-1.7"] {
            assert_eq!(media_type(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_signed_container_says_what_it_is() {
        let simple = "application/vnd.etsi.asic-s+zipPK\x03\x04";
        let extended = "application/vnd.etsi.asic-e+zipPK\x03\x04";
        let of = |name, method, content| media_type(&zip(name, method, content));
        assert_eq!(of("mimetype", 0, simple), Some(MediaType::AsicS));
        assert_eq!(of("mimetype", 0, extended), Some(MediaType::AsicE));
        assert_eq!(of("mimetype", 8, simple), None, "compressed");
        assert_eq!(of("word/doc", 0, simple), None, "another archive");
        assert_eq!(of("mimetype", 0, "application/epub+zipPK"), None);
        let longer = "application/vnd.etsi.asic-s+zipperPK";
        assert_eq!(of("mimetype", 0, longer), None);
    }

    #[test]
    fn a_signature_is_told_in_every_length() {
        for length in [
            &b"\x30\x80"[..],
            b"\x30\x81\xff",
            b"\x30\x82\x10\0",
            b"\x30\x83\x01\0\0",
        ] {
            let whole = [length, SIGNED_DATA].concat();
            assert_eq!(media_type(&whole), Some(MediaType::Cms), "{length:?}");
        }
        // Enveloped data, and a certificate.
        let enveloped = b"\x30\x82\x10\0\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
        assert_eq!(media_type(enveloped), None);
        assert_eq!(media_type(b"\x30\x82\x03\x01\x30\x82\x02\xa0"), None);
        assert_eq!(media_type(b"\x30\x82"), None);
    }

    #[test]
    fn a_declared_type_may_be_vague_but_not_wrong() {
        let fits = [
            (None, MediaType::Pdf),
            (Some("application/octet-stream"), MediaType::Cms),
            (Some("Application/PDF; name=a.pdf"), MediaType::Pdf),
            (Some("image/jpg"), MediaType::Jpeg),
            (Some("application/zip"), MediaType::AsicE),
            (Some("application/pkcs7-signature"), MediaType::Cms),
        ];
        for (declared, found) in fits {
            assert!(!contradicts(declared, found), "{declared:?}");
        }
        let wrong = [
            ("image/png", MediaType::Pdf),
            ("text/html", MediaType::Pdf),
            ("application/pdf", MediaType::Cms),
            ("application/vnd.etsi.asic-s+zip", MediaType::AsicE),
            ("application/zip", MediaType::Pdf),
        ];
        for (declared, found) in wrong {
            assert!(contradicts(Some(declared), found), "{declared}");
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
