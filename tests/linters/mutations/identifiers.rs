//! The organizationIdentifier.

use super::Area;
use crate::{
    der::{self, PRINTABLE},
    leaf::{COUNTRY, IDENTIFIER, Leaf},
};

const IDENTIFIERS: [(&str, &str); 50] = [
    ("euid", "NTRPL-PLKRS.0000123456"),
    ("vat", "VATPL-5260250274"),
    ("vat-with-hyphens", "VATPL-526-025-02-74"),
    ("vat-wrong-checksum", "VATPL-5260250275"),
    ("lei", "LEIXG-529900T8BM49AURSDO55"),
    ("lei-wrong-checksum", "LEIXG-529900T8BM49AURSDO56"),
    ("lei-lower-case", "LEIXG-529900t8bm49aursdo55"),
    ("lei-short", "LEIXG-529900T8BM49AURSD"),
    ("lei-with-country", "LEIPL-529900T8BM49AURSDO55"),
    ("government", "GOVPL"),
    ("government-subdivision", "GOVPL+14"),
    ("government-with-reference", "GOVPL-123"),
    ("government-hyphen", "GOVPL-"),
    ("international", "INTXG"),
    ("international-with-reference", "INTXG-1"),
    ("international-with-country", "INTPL"),
    ("psd", "PSDPL-KNF-123456"),
    ("psd-without-authority", "PSDPL-123456"),
    ("psd-lower-case-authority", "PSDPL-knf-123456"),
    ("subdivision", "NTRPL+14-0000123456"),
    ("subdivision-too-long", "NTRPL+1414-0000123456"),
    ("subdivision-empty", "NTRPL+-0000123456"),
    ("subdivision-lower-case", "NTRPL+ma-0000123456"),
    ("without-scheme", "PL-0000123456"),
    ("unknown-scheme", "XYZPL-0000123456"),
    ("scheme-lower-case", "ntrPL-0000123456"),
    ("country-lower-case", "NTRpl-0000123456"),
    ("national-form", "PL:KRS-0000123456"),
    ("passport", "PASPL-AB1234567"),
    ("tin", "TINPL-5260250274"),
    ("without-hyphen", "NTRPL0000123456"),
    ("without-reference", "NTRPL-"),
    ("without-country", "NTR-0000123456"),
    ("another-country", "NTRDE-HRB123456"),
    ("unassigned-country", "NTRZZ-0000123456"),
    ("xg", "NTRXG-0000123456"),
    ("government-entity", "NTRPL-Government Entity"),
    ("reference-zeros", "NTRPL-0000000000"),
    ("reference-short", "NTRPL-123456"),
    ("reference-blank", "NTRPL- 0000123456"),
    ("reference-with-hyphen", "NTRPL-0000-123456"),
    ("leading-blank", " NTRPL-0000123456"),
    ("trailing-blank", "NTRPL-0000123456 "),
    ("en-dash", "NTRPL–0000123456"),
    ("placeholder", "N/A"),
    ("number-only", "0000123456"),
    ("newline", "NTRPL-0000123456\n"),
    ("html", "NTRPL-&amp;"),
    ("vat-northern-ireland", "VATXI-123456789"),
    ("vat-greece", "VATEL-123456789"),
];

pub fn mutations(area: &mut Area) {
    for (name, value) in IDENTIFIERS {
        area.add(format!("identifier-{name}"), move |leaf: &mut Leaf| {
            leaf.set_text(IDENTIFIER, value);
        });
    }
    area.add("identifier-vat-greece-in-greece", |leaf| {
        *leaf.attribute(COUNTRY) = der::text(PRINTABLE, "GR");
        leaf.set_text(IDENTIFIER, "VATEL-123456789");
    });
    area.add("identifier-vat-northern-ireland-in-gb", |leaf| {
        *leaf.attribute(COUNTRY) = der::text(PRINTABLE, "GB");
        leaf.set_text(IDENTIFIER, "VATXI-123456789");
    });
    area.add("identifier-long", |leaf| {
        leaf.set_text(IDENTIFIER, &format!("NTRPL-{}", "1".repeat(200)));
    });
    area.add("identifier-german-court", |leaf| {
        *leaf.attribute(COUNTRY) = der::text(PRINTABLE, "DE");
        leaf.set_text(IDENTIFIER, "NTRDE+BY-HRB123456");
    });
}
