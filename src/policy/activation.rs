//! Whether an order may be activated now, and with which values.
//!
//! Judged from verified data only, by the clock of the intent's transaction (I8): the result
//! names the instant at which the first piece of evidence ends and every row it rests on. Knows
//! nothing of keys, profiles or the HSM.

use std::collections::BTreeMap;

use super::readiness;
use crate::{
    domain::{
        activation::CommonNameSource,
        aggregate::Loaded,
        certificate::Certificate,
        domain_control::DomainControl,
        mailbox::MailboxValidation,
        order::{Order, OrderState},
        refusal::{Fault, Refused},
        subject_data::{SubjectData, VerifiedFacts},
        timestamp::Timestamp,
        unit::{Aggregate, Rest},
    },
    pkix::name::AttributeType,
};

/// Longest common name (RFC 5280 ub-common-name).
const COMMON_NAME_MAX: usize = 64;

/// The fields a certificate may have, as products announce them: name, whether it is required,
/// and the step whose verified data it comes from.
pub const FIELDS: [(&str, bool, &str); 6] = [
    (EMAIL, true, "email"),
    (ORGANIZATION, true, "data"),
    (IDENTIFIER, true, "data"),
    (COUNTRY, true, "data"),
    (STATE, false, "data"),
    (LOCALITY, false, "data"),
];

/// A value offered for the common name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommonNameOption {
    pub value: String,
    pub source: CommonNameSource,
}

/// A field offered for the certificate. Required ones cannot be dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldOption {
    pub name: &'static str,
    pub value: String,
    pub required: bool,
}

/// What the applicant may choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub common_names: Vec<CommonNameOption>,
    pub fields: Vec<FieldOption>,
}

/// What the applicant chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub common_name: CommonNameSource,
    /// Names of the fields to include, the required ones among them.
    pub fields: Vec<String>,
}

/// The subject of the certificate, from verified facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub mailbox: String,
    /// What the subject's name says, but for emailAddress, which is the mailbox if anything.
    pub attributes: BTreeMap<AttributeType, String>,
}

/// A positive decision: what to certify, until when it may be signed, what it rests on.
#[derive(Clone, Debug)]
pub struct Grounds {
    pub subject: Subject,
    pub lapses_at: Timestamp,
    pub rests_on: Vec<Rest>,
    /// The certificate whose place the new one takes: until its end, with its subject.
    pub in_place_of: Option<Certificate>,
}

/// The facts of one order, each as loaded.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub order: &'a Loaded<Order>,
    pub subject_data: Option<&'a Loaded<SubjectData>>,
    /// Whether the deny list names the organisation of the verified data.
    pub is_denied: bool,
    pub mailbox: Option<&'a Loaded<MailboxValidation>>,
    /// The check that the mailbox's validation took over, if it did.
    pub proof: Option<&'a Loaded<MailboxValidation>>,
    /// For a mailbox that rests on its domain.
    pub domain: DomainGround<'a>,
    /// For a reissue.
    pub replaced: Option<Standing<'a>>,
}

impl<'a> Facts<'a> {
    fn evidence(&self) -> readiness::Evidence<'a> {
        readiness::Evidence {
            data: self.subject_data.map(|data| &**data),
            is_denied: self.is_denied,
            mailbox: self.mailbox.map(|mailbox| &**mailbox),
            proof: self.proof.map(|proof| &**proof),
            domain: self.domain.control.map(|control| &**control),
        }
    }
}

/// The domain that a mailbox rests on, and whether anything may rest on one (BR 3.2.2.1).
#[derive(Clone, Copy, Debug)]
pub struct DomainGround<'a> {
    pub control: Option<&'a Loaded<DomainControl>>,
    /// Whether the order's product takes it.
    pub is_taken: bool,
    /// Until when there are perspectives enough, or the code of why there are not.
    pub good_until: Result<Timestamp, &'static str>,
}

/// A certificate that shall be replaced, as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub certificate: &'a Certificate,
    pub is_revoked: bool,
}

/// How the gates of an order stand (guide, item 45), each judged by itself.
#[derive(Clone, Debug)]
pub struct Gates<'a> {
    /// When the order closes, or why it takes no activation.
    pub order: Result<Timestamp, Refused>,
    /// Verified facts and when they end, or the code of what blocks.
    pub data: Result<(&'a VerifiedFacts, Timestamp), &'static str>,
    /// A proven mailbox and when that ends, or the code of what blocks.
    pub mailbox: Result<(&'a MailboxValidation, Timestamp), &'static str>,
}

/// Evidence that is good now.
struct Evidence<'a> {
    facts: &'a VerifiedFacts,
    mailbox: &'a MailboxValidation,
    lapses_at: Timestamp,
}

/// What may go into the certificate of this order (guide, items 48-50).
///
/// # Errors
/// 409 when the order is not open or a gate is not green; `blocked_by` says which.
pub fn options(facts: Facts<'_>, now: Timestamp) -> Result<Options, Refused> {
    gates(facts, now).options()
}

/// Judges every gate by the clock of the caller.
#[must_use]
pub fn gates(facts: Facts<'_>, now: Timestamp) -> Gates<'_> {
    Gates {
        order: match facts.replaced {
            None => first(facts.order, now),
            Some(old) => standing(facts.order, old, now),
        },
        data: facts.evidence().usable_facts(now),
        mailbox: usable_mailbox(facts, now),
    }
}

/// Whether anything may rest on a domain is the product's and the perspectives' to say.
fn usable_mailbox(
    facts: Facts<'_>,
    now: Timestamp,
) -> Result<(&MailboxValidation, Timestamp), &'static str> {
    let (mailbox, until) = facts.evidence().usable_mailbox(now)?;
    if mailbox.method.domain().is_none() {
        return Ok((mailbox, until));
    }
    if !facts.domain.is_taken {
        return Err("email-method-not-offered");
    }
    Ok((mailbox, until.min(facts.domain.good_until?)))
}

/// The first certificate of an order.
fn first(order: &Order, now: Timestamp) -> Result<Timestamp, Refused> {
    if order.state == OrderState::Open && !order.is_over(now) {
        Ok(order.window_ends)
    } else {
        Err(Refused::state("order-state-conflict"))
    }
}

/// Until when a certificate can be replaced or continued: only the newest of its order, and only
/// while it is valid.
///
/// # Errors
/// 409 `certificate-replaced`, `already-revoked`, `certificate-expired`.
pub fn standing(order: &Order, old: Standing<'_>, now: Timestamp) -> Result<Timestamp, Refused> {
    let certificate = old.certificate;
    if order.certificate != Some(certificate.id) {
        Err(Refused::state("certificate-replaced"))
    } else if old.is_revoked {
        Err(Refused::state("already-revoked"))
    } else if now >= certificate.not_after {
        Err(Refused::state("certificate-expired"))
    } else {
        Ok(certificate.not_after)
    }
}

impl<'a> Gates<'a> {
    /// What may be chosen once every gate is green.
    ///
    /// # Errors
    /// As [`options`].
    pub fn options(&self) -> Result<Options, Refused> {
        let evidence = self.evidence()?;
        Ok(offered(evidence.facts, evidence.mailbox))
    }

    fn evidence(&self) -> Result<Evidence<'a>, Refused> {
        let closes = self.order.clone()?;
        let evidence = self.verified()?;
        Ok(Evidence {
            lapses_at: evidence.lapses_at.min(closes),
            ..evidence
        })
    }

    /// Data and mailbox, with every code of what is missing.
    fn verified(&self) -> Result<Evidence<'a>, Refused> {
        match (&self.data, &self.mailbox) {
            (Ok((facts, data_until)), Ok((mailbox, mailbox_until))) => Ok(Evidence {
                facts,
                mailbox,
                lapses_at: (*data_until).min(*mailbox_until),
            }),
            (data, mailbox) => {
                let missing = [data.as_ref().err(), mailbox.as_ref().err()];
                let missing = missing.into_iter().flatten().copied();
                Err(Refused::step_blocked(missing.collect()))
            }
        }
    }
}

/// Judges a choice. `resumed` is an activation whose serial was abandoned: its order is
/// submitted already.
///
/// # Errors
/// 409 when a gate is not green, 422 when the choice is not on offer.
pub fn judge(
    facts: Facts<'_>,
    choice: &Choice,
    resumed: bool,
    now: Timestamp,
) -> Result<Grounds, Refused> {
    let gates = gates(facts, now);
    // What is to be replaced must still stand when its activation is judged again.
    let evidence = if resumed && facts.replaced.is_none() {
        gates.verified()?
    } else {
        gates.evidence()?
    };
    let options = offered(evidence.facts, evidence.mailbox);
    let mut faults = Vec::new();
    let common_name = options
        .common_names
        .iter()
        .find(|offer| offer.source == choice.common_name);
    if common_name.is_none() {
        faults.push(fault("/common_name", "field-not-selectable"));
    }
    faults.extend(field_faults(&options, &choice.fields));
    Refused::unless_clean(faults)?;
    let chosen = |name: &str| choice.fields.iter().any(|field| field == name);
    let verified = evidence.facts;
    let optional = [
        (
            AttributeType::StateOrProvince,
            STATE,
            verified.state_or_province.as_ref(),
        ),
        (
            AttributeType::Locality,
            LOCALITY,
            verified.locality.as_ref(),
        ),
    ];
    let optional = optional
        .into_iter()
        .filter(|(_, name, _)| chosen(name))
        .filter_map(|(kind, _, value)| Some((kind, value?.to_string())));
    let always = [
        (AttributeType::Country, verified.country.to_string()),
        (
            AttributeType::Organization,
            verified.organization.to_string(),
        ),
        (
            AttributeType::OrganizationIdentifier,
            verified.organization_identifier.to_string(),
        ),
    ];
    let common_name = common_name.map(|offer| (AttributeType::CommonName, offer.value.clone()));
    let subject = Subject {
        mailbox: evidence.mailbox.address.as_str().to_owned(),
        attributes: always
            .into_iter()
            .chain(optional)
            .chain(common_name)
            .collect(),
    };
    Ok(Grounds {
        subject,
        lapses_at: evidence.lapses_at,
        rests_on: rests_on(facts),
        in_place_of: facts.replaced.map(|old| old.certificate.clone()),
    })
}

const EMAIL: &str = "email";
const ORGANIZATION: &str = "organization";
const IDENTIFIER: &str = "organization_identifier";
const COUNTRY: &str = "country";
const STATE: &str = "state_or_province";
const LOCALITY: &str = "locality";

fn offered(facts: &VerifiedFacts, mailbox: &MailboxValidation) -> Options {
    let organization = facts.organization.to_string();
    let address = mailbox.address.as_str().to_owned();
    let mut common_names = vec![CommonNameOption {
        value: organization.clone(),
        source: CommonNameSource::Organization,
    }];
    // S/MIME BR 7.1.4.2.2 a allows the mailbox too, where it fits RFC 5280's bound.
    if address.chars().count() <= COMMON_NAME_MAX {
        common_names.push(CommonNameOption {
            value: address.clone(),
            source: CommonNameSource::Email,
        });
    }
    let field = |name, value: String, required| FieldOption {
        name,
        value,
        required,
    };
    let mut fields = vec![
        field(EMAIL, address, true),
        field(ORGANIZATION, organization, true),
        field(IDENTIFIER, facts.organization_identifier.to_string(), true),
        field(COUNTRY, facts.country.to_string(), true),
    ];
    let optional = [
        (STATE, &facts.state_or_province),
        (LOCALITY, &facts.locality),
    ];
    for (name, value) in optional {
        fields.extend(
            value
                .as_ref()
                .map(|value| field(name, value.to_string(), false)),
        );
    }
    Options {
        common_names,
        fields,
    }
}

/// What is wrong with a choice of fields: not on offer, chosen twice, required and missing.
#[must_use]
pub fn field_faults(options: &Options, chosen: &[String]) -> Vec<Fault> {
    let unknown = chosen.iter().enumerate().filter(|(at, name)| {
        let offered = options
            .fields
            .iter()
            .any(|field| field.name == name.as_str());
        let repeated = chosen.iter().take(*at).any(|earlier| earlier == *name);
        !offered || repeated
    });
    let unknown = unknown.map(|(at, _)| fault(&format!("/fields/{at}"), "field-not-selectable"));
    let dropped = options
        .fields
        .iter()
        .filter(|field| field.required && !chosen.iter().any(|name| name == field.name))
        .map(|_| fault("/fields", "field-required"));
    unknown.chain(dropped).collect()
}

fn rests_on(facts: Facts<'_>) -> Vec<Rest> {
    let data = facts.subject_data.map(|data| Rest {
        aggregate: Aggregate::SubjectData,
        id: data.id.to_string(),
        version: data.version(),
    });
    let mailbox = facts.mailbox.map(|mailbox| Rest {
        aggregate: Aggregate::Mailbox,
        id: mailbox.id.to_string(),
        version: mailbox.version(),
    });
    let proof = facts.proof.map(|proof| Rest {
        aggregate: Aggregate::MailboxProof,
        id: proof.id.to_string(),
        version: proof.version(),
    });
    let control = facts.domain.control.map(|control| Rest {
        aggregate: Aggregate::DomainControl,
        id: control.id.to_string(),
        version: control.version(),
    });
    let grounds = data.into_iter().chain(mailbox);
    grounds.chain(proof).chain(control).collect()
}

fn fault(pointer: &str, code: &'static str) -> Fault {
    Fault {
        pointer: pointer.to_owned(),
        code,
    }
}

#[cfg(test)]
mod tests;
