//! What stands on the command line, and the body it becomes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::documents::DocumentVerb;
use crate::api::{
    cases::{CheckOutcome, NewEvidence, NewFacts},
    doubts::NewFinding,
    lookups::NewLookup,
};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The queue, newest first.
    List {
        /// queued, in_review, waiting_for_applicant, proposed, decided or closed.
        #[arg(long)]
        state: Option<String>,
        /// `me`, or the name of a person.
        #[arg(long)]
        claimed_by: Option<String>,
        /// In place of a state: new, mine, waiting, second_decision or overdue.
        #[arg(long, conflicts_with_all = ["state", "claimed_by"])]
        queue: Option<String>,
        /// How far the registers are: not_asked, auto_checking, auto_matched, needs_review or
        /// register_unavailable.
        #[arg(long)]
        lookup: Option<String>,
        /// Two capitals.
        #[arg(long)]
        country: Option<String>,
        /// 1 to 200.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// One case with everything that is known.
    Show { case: String },
    /// Take a case for 60 minutes; work renews the claim.
    Claim { case: String },
    /// Give a case back to the queue.
    Release { case: String },
    /// Ask a register by the data's number, and keep what it says as evidence.
    Lookup(LookupArguments),
    /// Evidence of a case.
    #[command(subcommand)]
    Evidence(EvidenceVerb),
    /// Documents: of the applicant, or brought into the case.
    #[command(subcommand)]
    Document(DocumentVerb),
    /// Record the outcome of a check.
    #[command(after_help = "Example:
  chancery case check cas_0198f... existence --state VERIFIED --checked-at 2026-11-20T10:00:00Z \\
    --evidence evd_0198f...")]
    Check(CheckArguments),
    /// Record what certificates are to say.
    Facts(FactsArguments),
    /// Ask the applicant for something.
    RequestInformation {
        case: String,
        /// What is needed: register-extract, founding-document, authority-proof, corrected-data,
        /// readable-document, contact or other; several by commas. The applicant reads it in the
        /// language of the order.
        #[arg(long, value_delimiter = ',')]
        needed: Vec<String>,
        /// Own words in one line, passed on as typed; needed with `other` and without --needed.
        #[arg(long)]
        message: Option<String>,
    },
    /// Orders that stand still because the holder of the mailbox said "this was not me".
    #[command(subcommand)]
    Disowned(DisownedVerb),
    /// How verified data stands, with the version on which a doubt of it is settled.
    Doubt { data: String },
    /// Data that are stopped now, by a person or on a register's word.
    Doubted,
    /// Ask a register about verified data, for example when somebody complains. It stops nothing.
    Recheck(RecheckArguments),
    /// What registers have said of data since two people decided on them.
    Rechecks { data: String },
    /// Stop verified data at once: nothing is issued on it until two people have looked.
    Suspend(FindingArguments),
    /// Let suspended data be used again; the second person, an officer, does it.
    Resume(SettlingArguments),
    /// End verified data for good; the second person, an officer, does it.
    Invalidate(SettlingArguments),
    /// Certificates that rest on a set of data.
    Resting { data: String },
    /// Revoke up to 50 certificates that rest on stopped data.
    RevokeResting {
        data: String,
        /// affiliationChanged, superseded, cessationOfOperation or privilegeWithdrawn.
        #[arg(long)]
        reason: Option<String>,
        /// Kept beside the log.
        #[arg(long)]
        note: Option<String>,
    },
    /// Propose an outcome, signed.
    #[command(after_help = "Example:
  chancery case propose cas_0198f... --outcome approve --profile anna.toml
  chancery case propose cas_0198f... --outcome approve --url https://ca.example.com:8443 \\
    --ca ca.pem --cert anna.pem --sign-token ANNA \\
    --sign-module /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so \\
    --sign-label 'PIV AUTH key'

Signed is with the key by which you are registered (chancery ra show NAME), in a file or on your
card. The PIN is asked on the terminal, after the case was shown when --key makes the connection.")]
    Propose(WordArguments),
    /// Decide as the second person, signed. Another outcome than the proposed one sends the case
    /// back to review.
    #[command(after_help = "Example:
  chancery case decide cas_0198f... --outcome approve --profile jan.toml
  chancery case decide cas_0198f... --outcome approve --profile jan.toml --sign-id 01 \\
    --sign-pin-file /run/user/1000/pin

A card is named as for `propose`; in a profile: sign_module, sign_token, sign_label or sign_id, and
perhaps sign_pin_file.")]
    Decide(WordArguments),
}

#[derive(Debug, Subcommand)]
pub enum EvidenceVerb {
    /// Add a text, or point at a document of the case.
    #[command(after_help = "Examples:
  chancery case evidence add cas_0198f... --kind register --register manual \\
    --source 'extract HRB 123456' --content extract.txt --obtained-at 2026-01-31T10:00:00Z
  chancery case evidence add cas_0198f... --kind contact --reached-at '+48 22 555 01 00' \\
    --person 'Anna Nowak' --found-in evd_0198f... --source 'call to the office' \\
    --content call.txt --obtained-at 2026-01-31T10:00:00Z")]
    Add(Box<EvidenceArguments>),
    /// Print a piece of evidence.
    Show { case: String, evidence: String },
}

#[derive(Debug, Subcommand)]
pub enum DisownedVerb {
    /// Those that wait for an officer, newest first.
    List {
        /// 1 to 200.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Let the order go on with a new check of its mailbox (officer).
    #[command(after_help = "Example:
  chancery case disowned release eml_0198f... --note 'spoke to the IT department'")]
    Release {
        mailbox: String,
        /// What was found out, 1 to 500 characters.
        #[arg(long)]
        note: String,
    },
}

#[derive(Debug, Args)]
pub struct EvidenceArguments {
    pub case: String,
    /// register, document, contact or note.
    #[arg(long)]
    pub kind: String,
    /// Register, web address or person asked.
    #[arg(long)]
    pub source: String,
    #[arg(long)]
    pub description: Option<String>,
    /// File with what was seen, as text of at most 32 KiB.
    #[arg(
        long,
        conflicts_with = "document",
        required_unless_present = "document"
    )]
    pub content: Option<PathBuf>,
    /// Id of the document that shows it.
    #[arg(long)]
    pub document: Option<String>,
    /// Of a register: krs, white-list, ceidg, regon, vies, gleif, companies-house, or manual for
    /// one without an interface; only registers that the CA publishes as in use.
    #[arg(long)]
    pub register: Option<String>,
    /// Of a contact: what was called or written to.
    #[arg(long)]
    pub reached_at: Option<String>,
    /// Of a contact: the representative who answered.
    #[arg(long)]
    pub person: Option<String>,
    /// Of a contact: id of the evidence in which that was found (a register's answer, or a document
    /// that a person of the CA brought).
    #[arg(long)]
    pub found_in: Option<String>,
    /// Day of a document of the kind organization or authorization (YYYY-MM-DD): it counts for
    /// thirteen months.
    #[arg(long, requires = "document")]
    pub issued_on: Option<String>,
    /// When it was obtained, RFC 3339.
    #[arg(long)]
    pub obtained_at: String,
}

#[derive(Debug, Args)]
pub struct LookupArguments {
    pub case: String,
    /// krs, white-list, ceidg, regon, vies, gleif or companies-house; the first configured one
    /// that knows such numbers by default.
    #[arg(long)]
    pub register: Option<String>,
    /// Kind of another number than the data's, for example KRS.
    #[arg(long = "type", requires = "number")]
    pub kind: Option<String>,
    #[arg(long, requires = "kind")]
    pub number: Option<String>,
}

#[derive(Debug, Args)]
pub struct RecheckArguments {
    pub data: String,
    /// krs, white-list, ceidg, regon, vies, gleif or companies-house; the first configured one
    /// that knows such numbers by default.
    #[arg(long)]
    pub register: Option<String>,
    /// Kind of another number than the data's, for example KRS.
    #[arg(long = "type", requires = "number")]
    pub kind: Option<String>,
    #[arg(long, requires = "kind")]
    pub number: Option<String>,
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    pub case: String,
    /// existence, legal_name, address, identifier, active_status, representative_authority,
    /// assumed_name, deny_list or document_authenticity.
    pub check: String,
    /// VERIFIED, FAILED, REQUIRED or NOT_REQUIRED.
    #[arg(long)]
    pub state: String,
    /// The date of the evidence, RFC 3339.
    #[arg(long)]
    pub checked_at: Option<String>,
    /// Id of evidence; may stand more than once.
    #[arg(long)]
    pub evidence: Vec<String>,
    #[arg(long)]
    pub note: Option<String>,
}

#[derive(Debug, Args)]
pub struct FactsArguments {
    pub case: String,
    /// Legal name as it goes into the certificate.
    #[arg(long)]
    pub organization: String,
    /// For example NTRPL-0012345678.
    #[arg(long, conflicts_with_all = ["scheme", "number"], required_unless_present = "scheme")]
    pub organization_identifier: Option<String>,
    /// NTR, VAT, PSD, LEI, GOV, INT, KRS or NIP.
    #[arg(long)]
    pub scheme: Option<String>,
    #[arg(long)]
    pub number: Option<String>,
    /// ISO 3166-1, two capitals.
    #[arg(long)]
    pub country: String,
    #[arg(long)]
    pub state_or_province: Option<String>,
    #[arg(long)]
    pub locality: Option<String>,
}

#[derive(Debug, Args)]
pub struct WordArguments {
    pub case: String,
    /// approve or reject.
    #[arg(long)]
    pub outcome: String,
    /// Why; the applicant reads it when the data is rejected.
    #[arg(long)]
    pub reason: Option<String>,
    /// Digest that was looked at before; another one is refused. Without it the case is shown
    /// and signed as it stands.
    #[arg(long)]
    pub case_digest: Option<String>,
    /// PEM key that is registered for you; the card's or the key of the TLS connection by default.
    #[arg(long, conflicts_with = "sign_module")]
    pub sign_key: Option<PathBuf>,
    /// Idempotency-Key of an earlier try; drawn at random by default.
    #[arg(long)]
    pub idempotency_key: Option<String>,
}

impl EvidenceArguments {
    /// The body, with the content that was read.
    #[must_use]
    pub fn body(&self, content: Option<String>) -> NewEvidence {
        NewEvidence {
            kind: self.kind.clone(),
            source: self.source.clone(),
            description: self.description.clone(),
            content,
            document_id: self.document.clone(),
            register: self.register.clone(),
            reached_at: self.reached_at.clone(),
            person: self.person.clone(),
            found_in: self.found_in.clone(),
            issued_on: self.issued_on.clone(),
            obtained_at: self.obtained_at.clone(),
        }
    }
}

impl LookupArguments {
    #[must_use]
    pub fn body(&self) -> NewLookup {
        NewLookup {
            register: self.register.clone(),
            registration_type: self.kind.clone(),
            registration_number: self.number.clone(),
        }
    }
}

impl CheckArguments {
    #[must_use]
    pub fn body(&self) -> CheckOutcome {
        CheckOutcome {
            state: self.state.clone(),
            checked_at: self.checked_at.clone(),
            evidence: self.evidence.clone(),
            note: self.note.clone(),
        }
    }
}

impl FactsArguments {
    #[must_use]
    pub fn body(&self) -> NewFacts {
        NewFacts {
            organization: self.organization.clone(),
            organization_identifier: self.organization_identifier.clone(),
            scheme: self.scheme.clone(),
            number: self.number.clone(),
            country: self.country.clone(),
            state_or_province: self.state_or_province.clone(),
            locality: self.locality.clone(),
        }
    }
}

/// What was found about verified data.
#[derive(Debug, Args)]
pub struct FindingArguments {
    /// Id of the set of data.
    pub data: String,
    #[arg(long)]
    pub reason: String,
    /// Where it was found: a register, a complaint.
    #[arg(long)]
    pub source: String,
    /// What it says there, or where it is kept.
    #[arg(long)]
    pub evidence: Option<String>,
}

#[derive(Debug, Args)]
pub struct SettlingArguments {
    #[command(flatten)]
    pub finding: FindingArguments,
    /// The version that you decided on, as `case doubt` shows it: what was found since is not
    /// settled.
    #[arg(long)]
    pub seen: i64,
}

impl FindingArguments {
    #[must_use]
    pub fn body(&self) -> NewFinding {
        NewFinding {
            reason: self.reason.clone(),
            source: self.source.clone(),
            evidence: self.evidence.clone(),
        }
    }
}
