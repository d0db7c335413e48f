//! What the oracle can find, each with a code that stays.

macro_rules! rules {
    ($($name:ident = $code:literal, $invariant:literal, $text:literal;)+) => {
        /// A rule that does not hold.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule { $($name,)+ }

        impl Rule {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Stable, for programs.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The promise behind it; `log` where a table is compared with the audit log.
            #[must_use]
            pub const fn invariant(self) -> &'static str {
                match self { $(Self::$name => $invariant,)+ }
            }

            /// For people.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

rules! {
    HeadSize = "head-size", "I7", "the head has another size";
    HeadRoot = "head-root", "I7", "the head has another root";
    HeadFrontier = "head-frontier", "I7", "the head has another frontier";
    HeadPosition = "head-position", "I7", "the head has another position";
    HeadTime = "head-time", "I7", "the head has another time";
    HashStray = "hash-stray", "I7", "a stored hash of no subtree";
    HashWrong = "hash-wrong", "I7", "a stored hash over it is missing or wrong";
    EntryOfNoLog = "entry-of-no-log", "I7", "an entry of no log";
    EntryGap = "entry-gap", "I7", "entries before it are missing";
    EntryPosition = "entry-position", "I7", "its position is not the next";
    EntryForm = "entry-form", "I7", "it is not a canonical entry";
    EntryPlace = "entry-place", "I7", "it names another place";
    EntryTime = "entry-time", "I7", "its time goes back";
    DetailAltered = "detail-altered", "I7", "the personal data beside it are others";
    DetailMissing = "detail-missing", "I7", "the personal data beside it are missing";
    RowMissing = "row-missing", "log", "the log tells of it and the table lacks it";
    RowUntold = "row-untold", "log", "the log does not know it";
    RowAltered = "row-altered", "log", "the log says otherwise";
    RowUnreadable = "row-unreadable", "log", "it holds what no row can hold";
    IntentTwice = "intent-twice", "I5", "the log has two intents for its serial";
    IssuedTwice = "issued-twice", "I4", "the log has its serial issued twice";
    TbsAltered = "tbs-altered", "I1", "its TBS has another digest";
    TbsUntold = "tbs-untold", "I1", "the log has no intent for this TBS";
    SerialForm = "serial-form", "I5", "its serial is not a positive number of 64 bits or more";
    CertificateAltered = "certificate-altered", "I3", "its certificate has another digest";
    CertificateTbs = "certificate-tbs", "I3", "its certificate signs another TBS";
    CertificateSignature = "certificate-signature", "I3", "its signature does not verify under its issuer's key";
    CertificateSerial = "certificate-serial", "I3", "its certificate has another serial";
    CertificateForm = "certificate-form", "I3", "its certificate is no certificate";
    CertificateFacts = "certificate-facts", "I10", "the row says something else than its certificate";
    CertificateValidity = "certificate-validity", "I11", "it began after it was issued";
    CertificateLength = "certificate-length", "I11", "it lasts longer than 825 days or than its issuer";
    CertificateOrphan = "certificate-orphan", "I1", "it has no intent";
    IssuedBare = "issued-bare", "I2", "issued without a certificate";
    IssuedUntold = "issued-untold", "I2", "issued without an entry";
    IssuedAbandoned = "issued-and-abandoned", "I4", "issued and abandoned";
    AbandonedCertificate = "abandoned-certificate", "I2", "abandoned with a certificate";
    AbandonedUntold = "abandoned-untold", "I2", "abandoned without an entry";
    AbandonedUnlisted = "abandoned-unlisted", "I2", "abandoned but not revoked";
    RecordedSettled = "recorded-settled", "I2", "settled but still recorded";
    TwoOfOneActivation = "two-certificates", "I4", "its activation has another certificate too";
    LiveActivation = "live-activation", "I4", "it runs without its row, or has it without running";
    CrlForm = "crl-form", "I13", "it is no CRL";
    CrlTbs = "crl-tbs", "I3", "it signs another TBS";
    CrlSignature = "crl-signature", "I3", "its signature does not verify under its issuer's key";
    CrlNumber = "crl-number", "I12", "it carries another number";
    CrlTwice = "crl-twice", "I13", "it lists a serial twice";
    CrlBack = "crl-back", "I12", "its thisUpdate is before its predecessor's";
    CrlIncomplete = "crl-incomplete", "I13", "the CRL that must does not list it";
    CrlStranger = "crl-stranger", "I13", "it lists a serial that is not revoked";
    CrlLost = "crl-lost", "I13", "its predecessor listed a serial that had not expired";
    CrlFacts = "crl-facts", "I12", "the row says something else than its CRL";
    ProfileUnknown = "profile-unknown", "I10", "the log never told of its profile in this form";
    ProfileUnreadable = "profile-unreadable", "I10", "it is no profile of its name";
    CertificateProfile = "certificate-profile", "I10", "its certificate is not what its profile says";
    TextMissing = "text-missing", "I10", "what it names by hash or version is not kept";
    GroundsMissing = "grounds-missing", "I9", "what its decision rested on is not on record";
    TermExceeded = "term-exceeded", "I8", "it carries longer than the rules allow";
    OwnerDiffers = "owner-differs", "log", "it and what it belongs to have different owners";
    LinkDiffers = "link-differs", "log", "it and what it names do not agree";
    Dangling = "dangling", "log", "it names a row that is not there";
    DocumentMissing = "document-missing", "log", "its file is not there";
    DocumentAltered = "document-altered", "log", "its file is not what was received";
    DocumentKey = "document-key", "log", "the key of its file is not given";
    ContentKey = "content-key", "log", "the key of its content is not given";
    ContentAltered = "content-altered", "log", "its content has another digest";
    KeyHolder = "key-holder", "log", "the key's owner is not who used it";
    BootUnknown = "boot-unknown", "log", "it was written by a start nobody registered";
    Unsaid = "unsaid", "log", "its owner's line or mail is missing";
    Unserved = "unserved", "log", "no job delivers to it";
    SendCount = "send-count", "log", "the mails to the address are not counted";
}
