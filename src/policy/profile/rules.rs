//! A file against the table of what is allowed at most, and against this CA's own practice.

use super::{
    LeafExtension, NameSource, ProfileFault, Requirement,
    file::{ProfileFile, UsageName},
    leaf_type::LeafType,
    matrix::{self, Presence},
};
use crate::{
    domain::{period::Period, timestamp::Timestamp},
    pkix::name::AttributeType,
};

/// Own rule: an hour covers clocks of mail readers.
const MAX_BACKDATE_SECONDS: u64 = 3600;
/// The only file format so far.
const VERSION: u32 = 1;

/// The type of the file's leaves, or the first rule it breaks.
pub(super) fn check(file: &ProfileFile) -> Result<LeafType, ProfileFault> {
    let leaf_type = identity(file)?;
    times(file)?;
    purposes(file, leaf_type)?;
    usages(file, leaf_type)?;
    extensions(file)?;
    attributes(file, leaf_type)?;
    person(file, leaf_type)?;
    places(file)?;
    common_name(file, leaf_type)?;
    practice(file)?;
    Ok(leaf_type)
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

fn identity(file: &ProfileFile) -> Result<LeafType, ProfileFault> {
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
    let Some(generation) = file.generation.living() else {
        let problem = "the legacy generation has ended on 2025-07-15".to_owned();
        return Err(fault("S/MIME BR 7.1.6.1", problem));
    };
    let leaf_type = LeafType {
        level: file.validation,
        generation,
    };
    let policy = leaf_type.policy().to_string();
    ensure(file.policy == policy, "S/MIME BR 7.1.6.1", || {
        format!("policy of this type is {policy}, not {}", file.policy)
    })?;
    Ok(leaf_type)
}

fn times(file: &ProfileFile) -> Result<(), ProfileFault> {
    let (days, most) = (file.max_validity_days, matrix::MAX_VALIDITY_DAYS);
    ensure((1..=most).contains(&days), "S/MIME BR 6.3.2", || {
        format!("max_validity_days is {days}; 1 to {most} are allowed")
    })?;
    let backdate = file.backdate_seconds;
    ensure(
        backdate <= MAX_BACKDATE_SECONDS,
        "the CA's own limit",
        || format!("backdate_seconds is {backdate}; at most {MAX_BACKDATE_SECONDS} are allowed"),
    )
}

fn purposes(file: &ProfileFile, leaf_type: LeafType) -> Result<(), ProfileFault> {
    let found = file.ext_key_usage.as_slice();
    let known = leaf_type.purposes();
    let lawful = found.iter().all(|purpose| known.contains(&&**purpose));
    ensure(lawful, "S/MIME BR 7.1.2.3 f", || {
        format!("ext_key_usage is {found:?}; {known:?} are allowed")
    })?;
    let only = [matrix::EMAIL_PROTECTION];
    ensure(found == only, "S/MIME BR 7.1.2.3 f, CPS 7.1.2", || {
        format!("ext_key_usage is {found:?}; it must be {only:?}")
    })
}

fn usages(file: &ProfileFile, leaf_type: LeafType) -> Result<(), ProfileFault> {
    let (rsa, ec) = (&file.rsa_key_usage, &file.ec_key_usage);
    let rows = [
        (
            "rsa_key_usage",
            rsa,
            leaf_type.rsa_key_usage(),
            matrix::RSA_DUAL_USE,
        ),
        (
            "ec_key_usage",
            ec,
            leaf_type.ec_key_usage(),
            matrix::EC_DUAL_USE,
        ),
    ];
    for (name, found, allowed, dual_use) in rows {
        let fits = !found.is_empty() && found.iter().all(|usage| allowed.contains(usage));
        ensure(fits && distinct(found), "S/MIME BR 7.1.2.3 e", || {
            format!("{name} is {found:?}; {allowed:?} are allowed, each once")
        })?;
        ensure(is_set(found, dual_use), "CPS 7.1.2", || {
            format!("{name} is {found:?}; leaves of this CA have {dual_use:?}")
        })?;
    }
    Ok(())
}

fn extensions(file: &ProfileFile) -> Result<(), ProfileFault> {
    let found: &[LeafExtension] = &file.extensions;
    ensure(distinct(found), "RFC 5280 4.2", || {
        "an extension is listed twice".to_owned()
    })?;
    let mut wanted = matrix::EXTENSIONS.iter();
    let missing = wanted.find(|wanted| !found.contains(wanted));
    ensure(missing.is_none(), "S/MIME BR 7.1.2.3", || {
        format!("extension {missing:?} is required")
    })
}

/// The subject against its row of the table.
fn attributes(file: &ProfileFile, leaf_type: LeafType) -> Result<(), ProfileFault> {
    let named = file.subject();
    let clause = leaf_type.level.clause();
    for kind in AttributeType::ALL {
        let found = named.iter().find(|row| row.0 == kind).map(|row| row.1);
        let problem = match (leaf_type.presence(kind), found) {
            (Presence::Required, None | Some(Requirement::Optional)) => "must be required",
            (Presence::Forbidden, Some(_)) => "must not be there",
            _ => continue,
        };
        return Err(fault(clause, format!("{} {problem}", kind.name())));
    }
    Ok(())
}

/// A person has a name or a pseudonym, always one of them and never both.
fn person(file: &ProfileFile, leaf_type: LeafType) -> Result<(), ProfileFault> {
    let of_person = |kind| leaf_type.presence(kind) == Presence::Person;
    if !AttributeType::ALL.into_iter().any(of_person) {
        return Ok(());
    }
    let named = file.subject();
    let clause = leaf_type.level.clause();
    let required =
        |row: &(AttributeType, Requirement)| of_person(row.0) && row.1 == Requirement::Required;
    ensure(named.iter().any(required), clause, || {
        "given_name, surname or pseudonym must be required".to_owned()
    })?;
    let has = |kind| named.iter().any(|row| row.0 == kind);
    let real = has(AttributeType::GivenName) || has(AttributeType::Surname);
    ensure(!real || !has(AttributeType::Pseudonym), clause, || {
        "pseudonym excludes given_name and surname".to_owned()
    })
}

/// S/MIME BR 7.1.4.2.2: a street needs a place, and a place needs a country.
fn places(file: &ProfileFile) -> Result<(), ProfileFault> {
    let named = file.subject();
    let has = |kind| named.iter().any(|row| row.0 == kind);
    let required = |kind| named.contains(&(kind, Requirement::Required));
    let place = [
        AttributeType::Locality,
        AttributeType::StateOrProvince,
        AttributeType::PostalCode,
    ];
    let country = required(AttributeType::Country) || !place.into_iter().any(has);
    ensure(country, "S/MIME BR 7.1.4.2.2", || {
        "locality, state_or_province and postal_code need a required country".to_owned()
    })?;
    let locality = required(AttributeType::Locality) || required(AttributeType::StateOrProvince);
    let street = has(AttributeType::StreetAddress);
    ensure(!street || locality, "S/MIME BR 7.1.4.2.2", || {
        "street_address needs a required locality or state_or_province".to_owned()
    })
}

fn common_name(file: &ProfileFile, leaf_type: LeafType) -> Result<(), ProfileFault> {
    let sources = &file.common_name_sources;
    let named = file.subject();
    let has = |kind| named.iter().any(|row| row.0 == kind);
    let known = leaf_type.common_names();
    let filled = |source: &NameSource| match source {
        NameSource::Organization => has(AttributeType::Organization),
        NameSource::PersonalName => has(AttributeType::GivenName) || has(AttributeType::Surname),
        NameSource::Pseudonym => has(AttributeType::Pseudonym),
        NameSource::Mailbox => true,
    };
    let mut each = sources.iter();
    let good = each.all(|source| known.contains(source) && filled(source));
    ensure(
        good && !sources.is_empty() && distinct(sources),
        "S/MIME BR 7.1.4.2.2 a",
        || {
            format!(
                "common_name_sources is {sources:?}; {known:?} are allowed, each once and with \
                 its attribute in the subject"
            )
        },
    )
}

/// What the requirements permit and this CA does not do.
fn practice(file: &ProfileFile) -> Result<(), ProfileFault> {
    let named = file.subject();
    let mut written = matrix::WRITTEN.into_iter();
    let missing = written.find(|kind| !named.contains(&(*kind, Requirement::Required)));
    if let Some(missing) = missing {
        return Err(fault(
            "CPS 7.1.4",
            format!("{} must be required", missing.name()),
        ));
    }
    let mut found = named.iter().map(|row| row.0);
    match found.find(|kind| matrix::NOT_CERTIFIED.contains(kind)) {
        Some(kind) => Err(fault(
            "CPS 7.1.4",
            format!("this CA certifies no {}", kind.name()),
        )),
        None => Ok(()),
    }
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

/// Exactly these, in any order; `found` holds nothing twice.
fn is_set(found: &[UsageName], wanted: [UsageName; 2]) -> bool {
    found.len() == wanted.len() && wanted.iter().all(|usage| found.contains(usage))
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
