//! Bodies about cases, from the wire's strings to the domain's values; all faults at once.

use std::str::FromStr;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    api::cases::{CheckOutcome, NewEvidence, NewFacts, NewWord, Question, SignatureValue},
    domain::{
        case::{CheckState, EvidenceKind, Verdict, digest},
        id::EvidenceId,
        refusal::{Fault, Refused},
        register::RegisterId,
        subject_data::need::{self, Need},
        text::{Country, Text},
        timestamp::Timestamp,
    },
    policy::case_rules::{
        check,
        evidence::Reached,
        facts::{FactsInput, IdentifierInput},
        signature::{MAX_SIGNATURE, SignatureInput},
    },
    services::cases::{evidence, verdict::Word},
};

/// Faults so far.
#[derive(Default)]
struct Form(Vec<Fault>);

impl Form {
    fn fault(&mut self, pointer: &str, code: &'static str) {
        self.0.push(Fault {
            pointer: pointer.to_owned(),
            code,
        });
    }

    /// Notes a fault when there is no value.
    fn need<T>(&mut self, pointer: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.fault(pointer, "member-invalid");
        }
        value
    }

    fn text<const MAX: usize>(&mut self, pointer: &str, value: &str) -> Option<Text<MAX>> {
        self.need(pointer, Text::parse(value).ok())
    }

    /// `Some(None)` when the member is absent.
    fn optional<T>(
        &mut self,
        pointer: &str,
        value: Option<&String>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match value {
            None => Some(None),
            Some(value) => self.need(pointer, read(value)).map(Some),
        }
    }

    /// The value that every member gave, or all faults.
    fn done<T>(self, value: Option<T>) -> Result<T, Refused> {
        Refused::unless_clean(self.0)?;
        value.ok_or_else(|| Refused::unacceptable("validation-failed"))
    }
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn words<const MAX: usize>(text: &str) -> Option<Text<MAX>> {
    Text::parse(text).ok()
}

/// # Errors
/// 422 with every fault.
pub fn evidence(body: &NewEvidence) -> Result<evidence::NewEvidence, Refused> {
    let mut form = Form::default();
    let kind = form.need(
        "/kind",
        EvidenceKind::from_name(&body.kind).filter(|kind| kind.lookup().is_none()),
    );
    let source = form.text("/source", &body.source);
    let description = form.optional("/description", body.description.as_ref(), words);
    let document = form.optional("/document_id", body.document_id.as_ref(), parsed);
    let register = form.optional("/register", body.register.as_ref(), RegisterId::from_name);
    let at = form.optional("/reached_at", body.reached_at.as_ref(), words);
    let person = form.optional("/person", body.person.as_ref(), words);
    let found_in = form.optional("/found_in", body.found_in.as_ref(), parsed);
    let issued_on = form.optional("/issued_on", body.issued_on.as_ref(), Timestamp::of_date);
    let obtained_at = form.need("/obtained_at", parsed(&body.obtained_at));
    let value = (|| {
        Some(evidence::NewEvidence {
            kind: kind?,
            source: source?,
            description: description?,
            content: body.content.clone(),
            document: document?,
            register: register?,
            reached: Reached {
                at: at?,
                person: person?,
                found_in: found_in?,
            },
            issued_on: issued_on?,
            obtained_at: obtained_at?,
        })
    })();
    form.done(value)
}

/// # Errors
/// 422 with every fault.
pub fn outcome(body: &CheckOutcome) -> Result<check::Outcome, Refused> {
    let mut form = Form::default();
    let state = form.need("/state", CheckState::from_name(&body.state));
    let checked_at: Option<Option<Timestamp>> =
        form.optional("/checked_at", body.checked_at.as_ref(), parsed);
    let note = form.optional("/note", body.note.as_ref(), words);
    let mut evidence: Vec<EvidenceId> = Vec::new();
    for (at, id) in body.evidence.iter().take(check::MAX_NAMED + 1).enumerate() {
        match parsed(id) {
            Some(id) if evidence.contains(&id) => {}
            Some(id) => evidence.push(id),
            None => form.fault(&format!("/evidence/{at}"), "evidence-unknown"),
        }
    }
    let value = (|| {
        Some(check::Outcome {
            state: state?,
            checked_at: checked_at?,
            evidence,
            note: note?,
        })
    })();
    form.done(value)
}

/// # Errors
/// 422 with every fault.
pub fn facts(body: &NewFacts) -> Result<FactsInput, Refused> {
    let mut form = Form::default();
    let organization = form.text("/organization", &body.organization);
    let country = form.need("/country", Country::parse(&body.country));
    let state_or_province =
        form.optional("/state_or_province", body.state_or_province.as_ref(), words);
    let locality = form.optional("/locality", body.locality.as_ref(), words);
    let identifier = match (&body.organization_identifier, &body.scheme, &body.number) {
        (Some(whole), None, None) => Some(IdentifierInput::Whole(whole.clone())),
        (None, Some(scheme), number) => Some(IdentifierInput::Parts {
            scheme: scheme.clone(),
            number: number.clone().unwrap_or_default(),
        }),
        (None, None, _) => {
            form.fault("/organization_identifier", "member-missing");
            None
        }
        (Some(_), ..) => {
            form.fault("/organization_identifier", "identifier-twice");
            None
        }
    };
    let value = (|| {
        Some(FactsInput {
            organization: organization?,
            identifier: identifier?,
            country: country?,
            state_or_province: state_or_province?,
            locality: locality?,
        })
    })();
    form.done(value)
}

/// # Errors
/// 422 with every fault.
pub fn question(body: &Question) -> Result<need::Question, Refused> {
    let mut form = Form::default();
    let message = form.optional("/message", body.message.as_ref(), words);
    let mut needed = Vec::new();
    for (place, name) in body.needed.iter().enumerate() {
        let pointer = format!("/needed/{place}");
        let need = form.need(&pointer, Need::from_name(name));
        match need {
            Some(need) if needed.contains(&need) => form.fault(&pointer, "member-invalid"),
            Some(need) => needed.push(need),
            None => {}
        }
    }
    if body.needed.is_empty() {
        needed.push(Need::Other);
    }
    if needed.contains(&Need::Other) && body.message.is_none() {
        form.fault("/message", "member-missing");
    }
    form.done(message.map(|message| need::Question { needed, message }))
}

/// # Errors
/// 422 with every fault.
pub fn word(body: &NewWord) -> Result<Word, Refused> {
    let mut form = Form::default();
    let verdict = form.need("/outcome", Verdict::from_name(&body.outcome));
    let digest = form.need("/case_digest", digest::read(&body.case_digest));
    let reason = form.optional("/reason", body.reason.as_ref(), words);
    let signature = form.need("/signature/value", signature(&body.signature));
    let word = (|| {
        Some(Word {
            verdict: verdict?,
            digest: digest?,
            reason: reason?,
            signature: signature?,
        })
    })();
    form.done(word)
}

/// A signature as somebody sends it; `None` when its value cannot be one.
pub fn signature(wire: &SignatureValue) -> Option<SignatureInput> {
    let value = BASE64_STANDARD.decode(&wire.value).ok()?;
    (1..=MAX_SIGNATURE)
        .contains(&value.len())
        .then(|| SignatureInput {
            algorithm: wire.alg.clone(),
            value,
        })
}
