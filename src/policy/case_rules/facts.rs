//! The facts certificates are built from, and when their evidence ends.

use super::{check, fault, given, sources::Held};
use crate::{
    domain::{
        case::{Case, CaseFacts, Check, CheckKind, CheckState, Evidence},
        id::EvidenceId,
        refusal::{Fault, Refused},
        subject_data::{SubjectData, VerificationMethod, VerifiedFacts},
        terms::Terms,
        text::{Country, Text},
        timestamp::Timestamp,
    },
    policy::{
        organization_identifier::{OrganizationIdentifier, Scheme},
        registration_number, reuse,
    },
};

/// The identifier as a specialist gives it.
#[derive(Clone, Debug)]
pub enum IdentifierInput {
    /// In the certificate's form.
    Whole(String),
    /// A scheme, or a register whose scheme is known (`KRS`, `NIP`), and the number there.
    Parts { scheme: String, number: String },
}

/// The facts as a specialist gives them.
#[derive(Clone, Debug)]
pub struct FactsInput {
    pub organization: Text<64>,
    pub identifier: IdentifierInput,
    pub country: Country,
    pub state_or_province: Option<Text<128>>,
    pub locality: Option<Text<128>>,
}

/// Judges facts against the grammar of identifiers and what the applicant gave and the checks are
/// about: the same country, name and place, the same number where it was given by number.
///
/// # Errors
/// 422 `validation-failed` with every fault.
pub fn judge(input: FactsInput, data: &SubjectData) -> Result<CaseFacts, Refused> {
    let mut faults = Vec::new();
    if input.country != data.country {
        faults.push(fault("/country", "country-differs"));
    }
    faults.extend(given::differences(
        data,
        &input.organization,
        input.state_or_province.as_ref(),
        input.locality.as_ref(),
    ));
    let identifier = match identifier(&input) {
        Ok(identifier) => {
            faults.extend(identifier_faults(&identifier, &input, data));
            Some(identifier)
        }
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    Refused::unless_clean(faults)?;
    let Some(identifier) = identifier else {
        return Err(Refused::unacceptable("validation-failed"));
    };
    Ok(CaseFacts {
        organization: input.organization,
        organization_identifier: identifier.text().clone(),
        country: input.country,
        state_or_province: input.state_or_province,
        locality: input.locality,
    })
}

fn pointer(input: &FactsInput) -> &'static str {
    match input.identifier {
        IdentifierInput::Whole(_) => "/organization_identifier",
        IdentifierInput::Parts { .. } => "/number",
    }
}

fn identifier(input: &FactsInput) -> Result<OrganizationIdentifier, Fault> {
    match &input.identifier {
        IdentifierInput::Whole(text) => OrganizationIdentifier::parse(text)
            .map_err(|invalid| fault("/organization_identifier", invalid.code())),
        IdentifierInput::Parts { scheme, number } => match Scheme::from_name(scheme) {
            Some(known) => OrganizationIdentifier::build(known, input.country, number)
                .map_err(|invalid| fault("/number", invalid.code())),
            None if matches!(scheme.as_str(), "KRS" | "NIP") => {
                let normal = registration_number::normalise(scheme, input.country, number)
                    .map_err(|invalid| fault("/number", invalid.code()))?;
                OrganizationIdentifier::of_registration(scheme, input.country, &normal)
                    .ok_or_else(|| fault("/number", "identifier-reference-invalid"))
            }
            None => Err(fault("/scheme", "identifier-scheme-unsupported")),
        },
    }
}

fn identifier_faults(
    identifier: &OrganizationIdentifier,
    input: &FactsInput,
    data: &SubjectData,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !identifier.fits(input.country) {
        faults.push(fault(pointer(input), "identifier-country-differs"));
    }
    if let VerificationMethod::RegistrationNumber { register, number } = &data.method {
        let given = OrganizationIdentifier::of_registration(register, data.country, number);
        if given.is_some_and(|given| given != *identifier) {
            faults.push(fault(pointer(input), "identifier-differs"));
        }
    }
    faults
}

/// What a decision establishes. A date is that of the check or of its oldest evidence, whichever
/// is earlier: reuse runs from the oldest datum (S/MIME BR 4.2.1), a document's from its own day.
///
/// What a contact was found in counts with the contact. Everything is judged anew: evidence that
/// counted when it was recorded may not any more.
///
/// # Errors
/// 422 `validation-failed` when name or place are not those of the data;
/// 409 `evidence-missing` without facts or a date; 409 `source-missing` for checks that rest on
/// nothing that can show them; 409 `contact-missing` when nobody was reached independently of the
/// applicant, `contact-not-independent`, `contact-source-unrelated`, `contact-source-too-old` when
/// a contact does not count; 409 `document-too-old` when a check rests on a document of more than
/// thirteen months; 409 `evidence-expired` with the checks whose evidence may no longer be used;
/// 503 `evidence-unreadable` when a piece that a check names is not there or cannot be read.
pub fn establish(held: Held<'_>, terms: &Terms, now: Timestamp) -> Result<VerifiedFacts, Refused> {
    let missing = || Refused::state("evidence-missing");
    let (case, evidence) = (held.case, held.evidence);
    let facts = case.facts.as_ref().ok_or_else(missing)?;
    // The applicant may have answered a question with other words since the facts were recorded.
    Refused::unless_clean(given::differences(
        held.data,
        &facts.organization,
        facts.state_or_province.as_ref(),
        facts.locality.as_ref(),
    ))?;
    require_readable(held)?;
    require_sources(held)?;
    let is_verified = |kind: &CheckKind| {
        case.check(*kind)
            .is_some_and(|check| check.state == CheckState::Verified)
    };
    let of_organization = || {
        let kinds = CheckKind::ALL.into_iter();
        kinds.filter(|kind| *kind != CheckKind::RepresentativeAuthority && is_verified(kind))
    };
    let organization = of_organization().filter_map(|kind| dated(case, evidence, kind));
    let papers = of_organization().filter_map(|kind| paper_of(case, evidence, kind));
    let (organization, organization_paper_of) = (organization.min(), papers.min());
    let authority_paper_of = paper_of(case, evidence, CheckKind::RepresentativeAuthority);
    let representatives = representatives(held, terms, now)?;
    let oldest = organization_paper_of.into_iter().chain(authority_paper_of);
    if oldest
        .map(reuse::paper_valid_until)
        .any(|until| until <= now)
    {
        return Err(Refused::state("document-too-old"));
    }
    let authority = dated(case, evidence, CheckKind::RepresentativeAuthority);
    let verified = VerifiedFacts {
        organization: facts.organization.clone(),
        organization_identifier: facts.organization_identifier.clone(),
        country: facts.country,
        state_or_province: facts.state_or_province.clone(),
        locality: facts.locality.clone(),
        organization_checked_at: organization.ok_or_else(missing)?,
        authority_checked_at: authority.ok_or_else(missing)?,
        organization_paper_of,
        authority_paper_of,
        representatives,
        carries_days: terms.organization_days(),
        decided_at: now,
    };
    if reuse::facts_valid_until(&verified) <= now {
        return Err(Refused::state("evidence-expired"));
    }
    Ok(verified)
}

/// Who was reached and confirmed the authority, each once.
fn representatives(
    held: Held<'_>,
    terms: &Terms,
    now: Timestamp,
) -> Result<Vec<Text<200>>, Refused> {
    let authority = held.case.check(CheckKind::RepresentativeAuthority);
    let authority = authority.ok_or_else(|| Refused::state("evidence-missing"))?;
    let named = &authority.evidence;
    if let Some((_, code)) = check::contact_faults(named, held, terms, now).next() {
        return Err(Refused::state(code));
    }
    let mut people: Vec<Text<200>> = Vec::new();
    for contact in check::contacts(named, held.evidence) {
        if !people.contains(&contact.person) {
            people.push(contact.person.clone());
        }
    }
    if people.is_empty() {
        return Err(Refused::state("contact-missing"));
    }
    Ok(people)
}

/// The instant from which a verified check may be relied on.
fn dated(case: &Case, evidence: &[Evidence], kind: CheckKind) -> Option<Timestamp> {
    let check = case.check(kind)?;
    let obtained = named(check, evidence).map(|piece| piece.obtained_at);
    let issued = named(check, evidence).filter_map(|piece| piece.issued_on);
    let dates = obtained.chain(issued);
    check.checked_at.map(|at| dates.fold(at, Timestamp::min))
}

/// The day of the oldest document that ages of those a check rests on.
fn paper_of(case: &Case, evidence: &[Evidence], kind: CheckKind) -> Option<Timestamp> {
    let check = case.check(kind)?;
    let issued = named(check, evidence).filter_map(|piece| piece.issued_on);
    issued.min()
}

/// The pieces that some check of the case rests on, whatever its outcome.
pub fn relied_on<'a>(
    case: &'a Case,
    evidence: &'a [Evidence],
) -> impl Iterator<Item = &'a Evidence> {
    let checks = case.checks.iter();
    checks.flat_map(move |check| named(check, evidence))
}

/// The pieces a check rests on: those it names, and what their contacts were found in.
fn named<'a>(check: &'a Check, evidence: &'a [Evidence]) -> impl Iterator<Item = &'a Evidence> {
    let sources: Vec<EvidenceId> = check::contacts(&check.evidence, evidence)
        .map(|contact| contact.found_in)
        .collect();
    let pieces = evidence.iter();
    pieces.filter(move |piece| check.evidence.contains(&piece.id) || sources.contains(&piece.id))
}

/// Nobody signs for what nobody can read.
fn require_readable(held: Held<'_>) -> Result<(), Refused> {
    let lost = |what: String| Refused::unavailable("evidence-unreadable", what);
    for check in &held.case.checks {
        let pieces = held.pieces(&check.evidence);
        let pieces = pieces.ok_or_else(|| lost(format!("{} names none", check.kind.name())))?;
        if let Some(piece) = pieces.into_iter().find(|piece| !held.is_readable(piece)) {
            return Err(lost(piece.id.to_string()));
        }
    }
    Ok(())
}

fn require_sources(held: Held<'_>) -> Result<(), Refused> {
    let checks = held.case.checks.iter();
    let verified = checks.filter(|check| check.state == CheckState::Verified);
    let bare = verified.filter(|check| !check::has_source(check.kind, &check.evidence, held));
    let faults: Vec<Fault> = bare
        .map(|check| {
            let pointer = format!("/checks/{}/evidence", check.kind.name());
            fault(&pointer, "source-missing")
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(Refused {
        faults,
        ..Refused::state("source-missing")
    })
}
