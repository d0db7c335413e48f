//! What the rules allow a profile at most. The one place that says so.

use super::{LeafExtension, ProfileFault, ProfileFile, Requirement, UsageName};
use crate::{
    domain::{period::Period, timestamp::Timestamp},
    pkix::name::AttributeType,
};

/// S/MIME BR 6.3.2.
const MAX_VALIDITY_DAYS: u32 = 825;
/// Own rule: an hour covers clocks of mail readers.
const MAX_BACKDATE_SECONDS: u64 = 3600;
/// The only file format so far.
const VERSION: u32 = 1;

/// Attributes S/MIME BR 7.1.4.2.4 requires of organization-validated leaves; commonName is
/// optional there, but zlint refuses its absence.
const REQUIRED: [AttributeType; 3] = [
    AttributeType::Organization,
    AttributeType::OrganizationIdentifier,
    AttributeType::CommonName,
];

/// Extensions S/MIME BR 7.1.2.3 requires; authorityInfoAccess is its SHOULD.
const EXTENSIONS: [LeafExtension; 7] = [
    LeafExtension::AuthorityKeyIdentifier,
    LeafExtension::SubjectKeyIdentifier,
    LeafExtension::KeyUsage,
    LeafExtension::ExtKeyUsage,
    LeafExtension::CertificatePolicies,
    LeafExtension::SubjectAltName,
    LeafExtension::CrlDistributionPoints,
];

/// The first rule the file breaks.
pub(super) fn check(file: &ProfileFile) -> Result<(), ProfileFault> {
    identity(file)?;
    times(file)?;
    usages(file)?;
    extensions(file)?;
    subject(file)
}

fn identity(file: &ProfileFile) -> Result<(), ProfileFault> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    ensure(file.version == VERSION, "the file format", || {
        format!(
            "version {} is unknown; this program reads {VERSION}",
            file.version
        )
    })?;
    let named = (1..=64).contains(&file.name.len()) && file.name.bytes().all(plain);
    ensure(named, "the file format", || {
        "name must be 1 to 64 characters of a-z, 0-9 and -".to_owned()
    })?;
    let policy = file.generation.policy().to_string();
    ensure(file.policy == policy, "S/MIME BR 7.1.6.1", || {
        format!("policy of this generation is {policy}, not {}", file.policy)
    })
}

fn times(file: &ProfileFile) -> Result<(), ProfileFault> {
    let days = file.max_validity_days;
    ensure(
        (1..=MAX_VALIDITY_DAYS).contains(&days),
        "S/MIME BR 6.3.2",
        || format!("max_validity_days is {days}; 1 to {MAX_VALIDITY_DAYS} are allowed"),
    )?;
    let backdate = file.backdate_seconds;
    ensure(
        backdate <= MAX_BACKDATE_SECONDS,
        "the CA's own limit",
        || format!("backdate_seconds is {backdate}; at most {MAX_BACKDATE_SECONDS} are allowed"),
    )
}

/// The file's `effective` and `ends`.
pub(super) fn in_force(file: &ProfileFile) -> Result<Period, ProfileFault> {
    let instant = |name: &str, text: &Option<String>| {
        let parsed = text.as_deref().map(str::parse::<Timestamp>).transpose();
        parsed.map_err(|_| fault("the file format", format!("{name} is no RFC 3339 instant")))
    };
    let from = instant("effective", &file.effective)?;
    let until = instant("ends", &file.ends)?;
    let empty = || fault("the file format", "ends is not after effective".to_owned());
    Period::new(from, until).ok_or_else(empty)
}

fn usages(file: &ProfileFile) -> Result<(), ProfileFault> {
    let purposes = file.ext_key_usage.as_slice();
    ensure(
        purposes == ["emailProtection"],
        "S/MIME BR 7.1.2.3 f",
        || format!("ext_key_usage is {purposes:?}; only emailProtection is covered by the issuers"),
    )?;
    let rsa = [UsageName::DigitalSignature, UsageName::KeyEncipherment];
    let ec = [UsageName::DigitalSignature, UsageName::KeyAgreement];
    for (kind, found, allowed) in [
        ("rsa_key_usage", &file.rsa_key_usage, rsa),
        ("ec_key_usage", &file.ec_key_usage, ec),
    ] {
        let fits = !found.is_empty() && found.iter().all(|usage| allowed.contains(usage));
        ensure(fits && distinct(found), "S/MIME BR 7.1.2.3 e", || {
            format!("{kind} is {found:?}; it must be one or both of {allowed:?}")
        })?;
    }
    Ok(())
}

fn extensions(file: &ProfileFile) -> Result<(), ProfileFault> {
    let found = &file.extensions;
    ensure(distinct(found), "RFC 5280 4.2", || {
        "an extension is listed twice".to_owned()
    })?;
    let missing = EXTENSIONS.iter().find(|wanted| !found.contains(wanted));
    ensure(missing.is_none(), "S/MIME BR 7.1.2.3", || {
        format!("extension {missing:?} is required")
    })
}

fn subject(file: &ProfileFile) -> Result<(), ProfileFault> {
    let rows = file.subject.rows();
    let required = |kind| rows.contains(&(kind, Requirement::Required));
    let missing = REQUIRED.into_iter().find(|kind| !required(*kind));
    ensure(missing.is_none(), "S/MIME BR 7.1.4.2.4", || {
        format!(
            "{} must be required",
            missing.map_or("", AttributeType::name)
        )
    })?;
    let has = |kind| rows.iter().any(|row| row.0 == kind);
    let place = has(AttributeType::Locality) || has(AttributeType::StateOrProvince);
    ensure(
        !place || required(AttributeType::Country),
        "S/MIME BR 7.1.4.2.2",
        || "locality and state_or_province need a required country".to_owned(),
    )?;
    let sources = &file.common_name_sources;
    ensure(
        !sources.is_empty() && distinct(sources),
        "S/MIME BR 7.1.4.2.2 a",
        || "common_name_sources must name organization, email or both, each once".to_owned(),
    )
}

fn distinct<T: PartialEq>(items: &[T]) -> bool {
    let mut rest = items;
    while let [first, others @ ..] = rest {
        if others.contains(first) {
            return false;
        }
        rest = others;
    }
    true
}

fn ensure(
    holds: bool,
    clause: &'static str,
    problem: impl FnOnce() -> String,
) -> Result<(), ProfileFault> {
    if holds {
        return Ok(());
    }
    Err(fault(clause, problem()))
}

const fn fault(clause: &'static str, problem: String) -> ProfileFault {
    ProfileFault::Rule { clause, problem }
}
