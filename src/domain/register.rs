//! What a register of organisations said about a number, and what was seen when it was asked: the
//! evidence behind S/MIME BR 3.2.3. Does not know how a register is asked, nor whether its facts
//! are those of the applicant: `policy` compares, people decide.

use sha2::{Digest, Sha256};

use super::{
    text::{Country, Text},
    timestamp::Timestamp,
};

/// One value out of a register's answer.
pub type Fact = Text<500>;

/// Most values of one kind that are kept of one record: former names, further numbers.
pub const MOST_FACTS: usize = 50;

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

named! {
    /// A register, or a service that draws directly on one.
    RegisterId {
        /// National Court Register, Poland.
        Krs = "krs",
        /// List of payers of VAT, Poland.
        WhiteList = "white-list",
        /// Register of sole traders, Poland.
        Ceidg = "ceidg",
        /// Register of the statistical office, Poland.
        Regon = "regon",
        /// VAT numbers of the member states of the EU.
        Vies = "vies",
        /// Legal entity identifiers.
        Gleif = "gleif",
        /// Companies House, United Kingdom.
        CompaniesHouse = "companies-house",
        /// A register that only people can ask.
        Manual = "manual",
    }
}

named! {
    /// What came of a lookup.
    LookupResult {
        Found = "found",
        NotFound = "not_found",
        Ambiguous = "ambiguous",
        Unavailable = "unavailable",
        SchemaChanged = "schema_changed",
    }
}

named! {
    /// How a register says an organisation stands.
    EntityStatus {
        Active = "active",
        Suspended = "suspended",
        Liquidation = "liquidation",
        Insolvency = "insolvency",
        /// No longer in the register, dissolved, or ended.
        Struck = "struck",
        /// The register does not say, or says something that is not known here.
        Unknown = "unknown",
    }
}

named! {
    /// What a person must heed beside the facts.
    Caution {
        /// The entry is a natural person's (a sole trader).
        NaturalPerson = "natural-person",
        /// The status of the LEI's registration is not ISSUED (BR 3.2.3.2.1).
        LeiNotIssued = "lei-not-issued",
        /// The facts under the LEI are not FULLY_CORROBORATED (BR 3.2.3.2.1).
        LeiNotCorroborated = "lei-not-corroborated",
        /// Not an active payer of VAT.
        VatNotActive = "vat-not-active",
        /// Somebody disputes the registered office.
        AddressDisputed = "address-disputed",
        /// Mail to the registered office came back.
        AddressUndeliverable = "address-undeliverable",
        /// The register is about to strike the organisation off.
        StrikeOffProposed = "strike-off-proposed",
        /// The register says something of its status that is not known here.
        StatusUnclear = "status-unclear",
        /// The register keeps its name or address to itself.
        FactsWithheld = "facts-withheld",
    }
}

/// A number as asked, in the normal form of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegisterNumber {
    /// For example `KRS`; `policy::registration_number` has the kinds.
    pub kind: String,
    pub country: Country,
    pub number: String,
}

/// A legal form in the register's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalForm {
    pub raw: Fact,
    /// Code of the ISO 20275 list, when the register gives it.
    pub elf: Option<Fact>,
}

/// A seat as the register has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterAddress {
    /// In the register's words: a code or a name.
    pub country: Option<Fact>,
    pub region: Option<Fact>,
    pub locality: Option<Fact>,
    /// Street with numbers.
    pub street: Option<Fact>,
    pub postcode: Option<Fact>,
    /// The whole address, of registers that do not divide it.
    pub whole: Option<Fact>,
}

/// Another number of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherNumber {
    /// For example `NIP`, `REGON`, `KRS`.
    pub kind: Fact,
    pub number: Fact,
}

/// The facts of an entry. Every value is the register's, trimmed, otherwise as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterRecord {
    /// The number in the answer, in the form of the number asked.
    pub number: Fact,
    /// `None` only of registers that may keep it to themselves.
    pub legal_name: Option<Fact>,
    /// Former and further names.
    pub other_names: Vec<Fact>,
    pub legal_form: Option<LegalForm>,
    pub status: EntityStatus,
    /// The status in the register's words.
    pub status_raw: Option<Fact>,
    pub address: RegisterAddress,
    pub numbers: Vec<OtherNumber>,
    /// Telephone, mail and web addresses: the independent contacts of BR 3.2.6.
    pub contacts: Vec<Fact>,
    /// What the register says its answer is of.
    pub as_of: Option<Fact>,
    pub cautions: Vec<Caution>,
}

named! {
    /// Why a register could not be asked, or gave no answer that counts.
    Silence {
        /// Its name or its port does not answer.
        Connect = "connect",
        /// No TLS with the name and the roots that are configured.
        Tls = "tls",
        Timeout = "timeout",
        /// The connection broke before the whole answer was there, or it is no HTTP.
        Truncated = "truncated",
        TooLarge = "too-large",
        /// It sends elsewhere; nobody follows.
        Redirect = "redirect",
        /// It does not know our credentials.
        Credentials = "credentials",
        /// 429.
        TooMany = "too-many",
        /// Its own error (5xx), or its word that it is out of service.
        OutOfService = "out-of-service",
        /// Our own limit of calls, kept so that the register's is not met.
        OwnLimit = "own-limit",
        /// It failed so often that it is left alone for a while.
        Resting = "resting",
    }
}

/// One question to a register and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub method: &'static str,
    /// The call of registers that have one address for all, for example `DaneSzukajPodmioty`.
    pub operation: Option<&'static str>,
    /// Without secrets: those travel in headers and bodies.
    pub url: String,
    pub asked_at: Timestamp,
    pub ended_at: Timestamp,
    pub status: Option<u16>,
    /// Names in lower case; only those that say something about the answer.
    pub headers: Vec<(String, String)>,
    /// As received; empty when it held a secret.
    pub body: Vec<u8>,
    pub body_sha256: [u8; 32],
    /// SHA-256 of the server's certificate.
    pub peer_certificate: Option<[u8; 32]>,
    pub silence: Option<Silence>,
    /// The driver's words for it.
    pub detail: Option<String>,
}

impl Exchange {
    /// SHA-256 of a body.
    #[must_use]
    pub fn hash(body: &[u8]) -> [u8; 32] {
        Sha256::digest(body).into()
    }
}

/// A register's own mark of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Name of the member, for example `dataCzasOdpisu`.
    pub name: &'static str,
    pub value: Fact,
}

/// Everything that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupEvidence {
    pub register: RegisterId,
    /// Version of the program's part that reads this register; changes with what it takes from
    /// an answer.
    pub reader: u32,
    pub number: RegisterNumber,
    pub exchanges: Vec<Exchange>,
    pub stamps: Vec<Stamp>,
    /// Why there is no record, in words for a specialist.
    pub remark: Option<String>,
}

/// What came of a lookup. A register that cannot be asked is never one that knows nothing, and an
/// answer of an unknown form is neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookupOutcome {
    Found(Box<RegisterRecord>, LookupEvidence),
    /// The register said so itself, at each place where the number could stand.
    NotFound(LookupEvidence),
    Ambiguous(Vec<RegisterRecord>, LookupEvidence),
    Unavailable {
        /// Not worth a try before.
        retry_at: Timestamp,
        evidence: LookupEvidence,
    },
    SchemaChanged(LookupEvidence),
}

impl LookupOutcome {
    #[must_use]
    pub const fn evidence(&self) -> &LookupEvidence {
        match self {
            Self::Found(_, evidence)
            | Self::NotFound(evidence)
            | Self::Ambiguous(_, evidence)
            | Self::Unavailable { evidence, .. }
            | Self::SchemaChanged(evidence) => evidence,
        }
    }

    #[must_use]
    pub const fn result(&self) -> LookupResult {
        match self {
            Self::Found(..) => LookupResult::Found,
            Self::NotFound(_) => LookupResult::NotFound,
            Self::Ambiguous(..) => LookupResult::Ambiguous,
            Self::Unavailable { .. } => LookupResult::Unavailable,
            Self::SchemaChanged(_) => LookupResult::SchemaChanged,
        }
    }

    /// The records: one, none or several.
    #[must_use]
    pub fn records(&self) -> &[RegisterRecord] {
        match self {
            Self::Found(record, _) => std::slice::from_ref(record),
            Self::Ambiguous(records, _) => records,
            Self::NotFound(_) | Self::Unavailable { .. } | Self::SchemaChanged(_) => &[],
        }
    }
}
