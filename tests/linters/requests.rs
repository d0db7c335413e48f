//! Random valid requests: what verified data may hold, in many scripts and for every country.
//! Each value passes the checks production makes of it, or the generator is wrong.

use std::sync::LazyLock;

use chancery::{
    domain::text::{Country, Text},
    pkix::name::AttributeType,
    policy::{
        activation::Subject,
        country, mailbox_address,
        organization_identifier::{OrganizationIdentifier, Scheme},
    },
};

/// SplitMix64: the same requests for the same seed, on every machine.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `end` − 1.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// `first` to `last`.
    pub fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last - first + 1)
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    fn text(&mut self, letters: &[char], length: usize) -> String {
        (0..length).map(|_| self.of(letters)).collect()
    }
}

/// Letters of the scripts in which organizations are registered.
const SCRIPTS: [&str; 13] = [
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "AĄBCĆDEĘFGHIJKLŁMNŃOÓPRSŚTUWYZŹŻaąbcćdeęfghijklłmnńoóprsśtuwyzźż",
    "ÄÖÜßäöüABCDEFGHabcdefgh",
    "ÀÂÇÉÈÊËÎÏÔÙÛŒœéèêëàâçîïôùûabcdefgh",
    "ÅÆØåæøÞðþíóúýabcdefgh",
    "ČĎĚŇŘŠŤŮŽčďěňřšťůžabcdefgh",
    "ĞİŞğışÇçabcdefgh",
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψω",
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЭЮЯабвгдежзийклмнопрстуфхцчшщыэюяїєґ",
    "株式会社日本中国有限公司東京北上海电力技术银行",
    "あいうえおかきくけこさしすせそアイウエオカキクケコ",
    "주식회사한국서울전자은행",
    "شركةالمصريةبنك",
];

/// What stands between the words of a name.
const JOINTS: [&str; 10] = [" ", " ", " ", " ", "-", ". ", " & ", ", ", " + ", "/"];

const ENDINGS: [&str; 10] = [
    "",
    "",
    "",
    " sp. z o.o.",
    " S.A.",
    " GmbH",
    " Ltd",
    " AG",
    " (Polska)",
    " „X”",
];

/// Domains that exist under the public root.
const TOP_LEVELS: [&str; 14] = [
    "com", "pl", "org", "eu", "de", "co.uk", "com.pl", "net", "info", "fr", "jp", "ch", "se",
    "bank",
];

/// Labels typed in Unicode; certificates get their A-labels.
const WORLD_LABELS: [&str; 6] = ["żółw", "bücher", "köln", "пример", "例え", "straße"];

static ASSIGNED: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let letters = 'A'..='Z';
    let codes = letters.clone().flat_map(|first| {
        letters
            .clone()
            .map(move |second| format!("{first}{second}"))
    });
    codes.filter_map(|code| country::parse(&code)).collect()
});

/// The subject of a random request that every check before the builder lets pass.
pub fn subject(dice: &mut Dice) -> Subject {
    let country = dice.of(&ASSIGNED);
    let organization = name(dice, 64);
    let mailbox = mailbox(dice);
    let by_mailbox = dice.one_in(3) && mailbox.chars().count() <= 64;
    let state = dice.one_in(2).then(|| name(dice, 128));
    let locality = (!dice.one_in(4)).then(|| name(dice, 128));
    Text::<64>::parse(&organization).unwrap();
    for place in state.iter().chain(&locality) {
        Text::<128>::parse(place).unwrap();
    }
    let identifier = identifier(dice, country);
    let common_name = if by_mailbox { &mailbox } else { &organization }.clone();
    let always = [
        (AttributeType::Country, country.to_string()),
        (AttributeType::Organization, organization),
        (AttributeType::OrganizationIdentifier, identifier),
        (AttributeType::CommonName, common_name),
    ];
    let state = state.map(|state| (AttributeType::StateOrProvince, state));
    let locality = locality.map(|locality| (AttributeType::Locality, locality));
    Subject {
        mailbox,
        attributes: always.into_iter().chain(state).chain(locality).collect(),
    }
}

/// Words of one script, at most `longest` characters, now and then exactly as many; none that
/// says there is no value (S/MIME BR 7.1.4.2), as two letters of chance may.
fn name(dice: &mut Dice, longest: usize) -> String {
    loop {
        let name = words(dice, longest);
        if !["na", "none", "null"].contains(&name.to_lowercase().as_str()) {
            return name;
        }
    }
}

fn words(dice: &mut Dice, longest: usize) -> String {
    let letters: Vec<char> = dice.of(&SCRIPTS).chars().collect();
    let full = dice.one_in(10);
    let wanted = if full {
        longest
    } else {
        dice.between(1, longest)
    };
    let length = dice.between(1, 12);
    let mut name = dice.text(&letters, length);
    while name.chars().count() < wanted {
        let length = dice.between(1, 12);
        name.push_str(dice.of(&JOINTS));
        name.push_str(&dice.text(&letters, length));
    }
    if !full {
        name.push_str(dice.of(&ENDINGS));
    }
    let mut name: String = name.chars().take(longest).collect();
    // The cut may have left a joint at the end.
    if name.trim_end() != name {
        name.pop();
        name.push(letters[0]);
    }
    name
}

fn digits(dice: &mut Dice, count: usize) -> String {
    let letters: Vec<char> = ('0'..='9').collect();
    dice.text(&letters, count)
}

/// A registration scheme that fits the country.
fn identifier(dice: &mut Dice, country: Country) -> String {
    let poland = country.to_string() == "PL";
    let text = match dice.below(8) {
        0 => format!("LEIXG-{}", lei(dice)),
        1 => format!("GOV{country}"),
        2 => "INTXG".to_owned(),
        3 => format!(
            "PSD{country}-{}-{}",
            dice.of(&["KNF", "BAFIN", "FCA", "NB"]),
            digits(dice, 8)
        ),
        4 if poland => format!("VATPL-{}", nip(dice)),
        4 => format!("VAT{country}-{}", digits(dice, 9)),
        // The EUID, which the rules recommend for Germany.
        _ if country.to_string() == "DE" => format!("NTRDE-DER3306.HRB{}", digits(dice, 6)),
        _ if poland => {
            let number = format!("{:010}", dice.between(1, 999_999));
            let scheme = Scheme::Ntr;
            OrganizationIdentifier::build(scheme, country, &number)
                .unwrap()
                .to_string()
        }
        5 => format!(
            "NTR{country}+{}-{}",
            dice.of(&["A", "14", "CA", "B2C"]),
            digits(dice, 7)
        ),
        _ => format!("NTR{country}-{}", digits(dice, 9)),
    };
    let parsed = OrganizationIdentifier::parse(&text).unwrap();
    assert!(parsed.fits(country), "{text}");
    text
}

/// Ten digits with the check digit of Polish tax numbers.
fn nip(dice: &mut Dice) -> String {
    loop {
        let number = digits(dice, 9);
        let weights = [6, 5, 7, 2, 3, 4, 5, 6, 7];
        let values = number.chars().map(|c| c.to_digit(10).unwrap());
        let sum: u32 = values
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        if sum % 11 < 10 && sum > 0 {
            return format!("{number}{}", sum % 11);
        }
    }
}

/// Eighteen characters with the two check digits of ISO 7064 mod 97-10.
fn lei(dice: &mut Dice) -> String {
    let letters: Vec<char> = ('0'..='9').chain('A'..='Z').collect();
    let body = format!("{}00{}", digits(dice, 4), dice.text(&letters, 12));
    let value = |text: &str| {
        text.chars()
            .map(|c| c.to_digit(36).unwrap())
            .fold(0, |rest, value| {
                (rest * if value < 10 { 10 } else { 100 } + value) % 97
            })
    };
    format!("{body}{:02}", 98 - value(&format!("{body}00")))
}

/// A mailbox as typed, brought into the certificate's spelling by production.
fn mailbox(dice: &mut Dice) -> String {
    let atoms: Vec<char> = ('a'..='z')
        .chain('A'..='Z')
        .chain('0'..='9')
        .chain("+-_!#$%&'*/=?^`{|}~".chars())
        .collect();
    let plain: Vec<char> = ('a'..='z').chain('0'..='9').collect();
    let letters = if dice.one_in(4) { &atoms } else { &plain };
    let longest = if dice.one_in(10) { 64 } else { 20 };
    let count = dice.between(1, longest);
    let mut local = dice.text(letters, count);
    if count > 4 && dice.one_in(2) {
        local.replace_range(2..3, ".");
    }
    let mut domain = String::new();
    for _ in 0..dice.between(1, 3) {
        let count = dice.between(1, 20);
        if dice.one_in(8) {
            domain.push_str(dice.of(&WORLD_LABELS));
        } else {
            // A letter first, so that no label is a number.
            domain.push('x');
            domain.push_str(&dice.text(&plain, count));
        }
        domain.push('.');
    }
    domain.push_str(dice.of(&TOP_LEVELS));
    let typed = format!("{local}@{domain}");
    let address = mailbox_address::parse(&typed).unwrap_or_else(|error| panic!("{typed}: {error}"));
    address.as_str().to_owned()
}
