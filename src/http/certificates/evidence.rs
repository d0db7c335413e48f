//! The evidence behind a certificate as the wire has it.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    api::{
        acting_for::ActingFor,
        cases::CaseFacts,
        certificate_evidence::{
            AcceptedStatement, AuditDetail, AuditEntry, AuditRoot, CaaCheck, CertificateEvidence,
            DomainEvidence, HttpRequestFacts, IssuanceFacts, KeptText, KeyEvidence, KeyJudgement,
            MailboxEvidence, OrganizationEvidence, RequestFacts, RestsOn, SignedDecision,
            VerifiedFacts,
        },
    },
    domain::{
        caa,
        domain_control::{self, DomainControl, Sighting},
        idempotency::StoredRequest,
        mailbox::MailboxValidation,
        owner,
        refusal::Refused,
        subject_data,
    },
    http::{cases::wire as cases, data_lookups},
    pkix::pem,
    policy::reuse,
    services::certificate_evidence::{
        Bundle, KeyFacts, Word,
        entries::{Found, Root},
        texts::{self, Text},
    },
};

/// # Errors
/// 503 when a key has no PEM.
pub fn wire(bundle: &Bundle) -> Result<CertificateEvidence, Refused> {
    Ok(CertificateEvidence {
        format: "chancery-evidence/v1".to_owned(),
        certificate: super::wire(&bundle.certificate, true),
        chain: bundle.chain_pem.clone(),
        request: request(bundle),
        statements: bundle.activation.statements.iter().map(statement).collect(),
        organization: organization(bundle)?,
        mailboxes: bundle.mailboxes.iter().map(mailbox).collect(),
        domain: bundle.domain.as_ref().map(domain),
        caa: bundle.caa.iter().map(caa_check).collect(),
        key: key(&bundle.key),
        issuance: issuance(bundle),
        texts: bundle.texts.iter().map(text).collect(),
        audit: bundle.entries.iter().map(entry).collect(),
        logs: bundle.roots.iter().map(log).collect(),
    })
}

fn request(bundle: &Bundle) -> RequestFacts {
    let (activation, order) = (&bundle.activation, &bundle.order);
    let text = |value: Option<&str>| value.map(ToOwned::to_owned);
    let user = &activation.acting_for;
    RequestFacts {
        ra: activation.owner.ra.to_string(),
        customer_ref: activation.owner.customer.as_ref().map(ToString::to_string),
        order_id: order.id.to_string(),
        order_number: order.number.as_str().to_owned(),
        product_code: order.product.to_string(),
        activation_id: activation.id.to_string(),
        acting_for: ActingFor {
            user_id: text(user.user_id.as_ref().map(|value| value.as_str())),
            session_id: text(user.session_id.as_ref().map(|value| value.as_str())),
            ip: text(user.ip.as_ref().map(|value| value.as_str())),
            language: text(user.language.as_ref().map(|value| value.as_str())),
        },
        submitted_at: activation.submitted_at.to_string(),
        common_name: activation.common_name.name().to_owned(),
        fields: activation.fields.clone(),
        spki: BASE64_STANDARD.encode(&activation.spki),
        body: bundle
            .request_body()
            .map(|body| BASE64_STANDARD.encode(body)),
        http: bundle.request.as_ref().map(http),
    }
}

fn http(stored: &StoredRequest) -> HttpRequestFacts {
    HttpRequestFacts {
        identity: stored.claim.key.identity.to_string(),
        idempotency_key: stored.claim.key.key.clone(),
        sha256: hex::encode(stored.claim.request_sha256),
    }
}

fn statement(accepted: &owner::AcceptedStatement) -> AcceptedStatement {
    AcceptedStatement {
        id: accepted.id.clone(),
        version: accepted.version,
        sha256: hex::encode(accepted.sha256),
        accepted_at: accepted.accepted_at.to_string(),
    }
}

fn organization(bundle: &Bundle) -> Result<OrganizationEvidence, Refused> {
    let data = &bundle.data;
    let decided = bundle.decided.as_ref();
    let checks = decided.iter().flat_map(|decided| &decided.case.checks);
    let evidence = decided.iter().flat_map(|decided| &decided.evidence);
    let words = decided.iter().flat_map(|decided| &decided.words);
    Ok(OrganizationEvidence {
        data: cases::data(data),
        statements: data.statements.iter().map(statement).collect(),
        verified: data.verified.as_ref().map(verified),
        case_id: decided.map(|decided| decided.case.id.to_string()),
        checks: checks.map(cases::check).collect(),
        evidence: evidence.map(cases::evidence).collect(),
        documents: bundle.documents.iter().map(cases::document).collect(),
        signed_content: decided.map(|decided| decided.content.clone()),
        decisions: words.map(decision).collect::<Result<_, _>>()?,
        later_lookups: bundle.later.iter().map(data_lookups::line).collect(),
    })
}

fn verified(facts: &subject_data::VerifiedFacts) -> VerifiedFacts {
    VerifiedFacts {
        organization_checked_at: facts.organization_checked_at.to_string(),
        organization_lapses_at: reuse::organization_valid_until(facts).to_string(),
        authority_checked_at: facts.authority_checked_at.to_string(),
        authority_lapses_at: reuse::authority_valid_until(facts).to_string(),
        representatives: facts
            .representatives
            .iter()
            .map(ToString::to_string)
            .collect(),
        decided_at: facts.decided_at.to_string(),
        facts: CaseFacts {
            organization: facts.organization.to_string(),
            organization_identifier: facts.organization_identifier.to_string(),
            country: facts.country.to_string(),
            state_or_province: facts.state_or_province.as_ref().map(ToString::to_string),
            locality: facts.locality.as_ref().map(ToString::to_string),
        },
    }
}

fn decision(word: &Word) -> Result<SignedDecision, Refused> {
    let verdict = &word.verdict;
    let key = word.key.as_ref();
    let pem = key
        .map(|(_, spki)| pem::encode("PUBLIC KEY", spki))
        .transpose();
    let unwritable = |_| Refused::unavailable("store-unavailable", "a stored key has no PEM");
    Ok(SignedDecision {
        step: word.step.name().to_owned(),
        by: verdict.by.to_string(),
        outcome: verdict.verdict.name().to_owned(),
        at: verdict.at.to_string(),
        reason: verdict.reason.as_ref().map(ToString::to_string),
        signed_text: word.text.clone(),
        signature: BASE64_STANDARD.encode(&verdict.signature),
        public_key_sha256: hex::encode(verdict.credential),
        alg: key.map(|(alg, _)| (*alg).to_owned()),
        public_key: pem.map_err(unwritable)?,
    })
}

fn mailbox(found: &MailboxValidation) -> MailboxEvidence {
    MailboxEvidence {
        id: found.id.to_string(),
        order_id: found.order.to_string(),
        email: found.address.as_str().to_owned(),
        method: found.method.number().to_owned(),
        domain_control: found.method.domain().map(|id| id.to_string()),
        state: found.state.name().to_owned(),
        initiated_at: found.initiated_at.to_string(),
        sent_at: found.sent_at.map(|at| at.to_string()),
        confirmed_at: found.confirmed_at.map(|at| at.to_string()),
        confirmed_by: found.confirmed_by.map(|by| by.name().to_owned()),
        reused_from: found.reused_from.map(|id| id.to_string()),
        lapses_at: reuse::mailbox_valid_until(found).to_string(),
    }
}

fn domain(control: &DomainControl) -> DomainEvidence {
    let look = control.last_look.as_ref();
    DomainEvidence {
        id: control.id.to_string(),
        domain: control.domain.to_string(),
        method: domain_control::METHOD.to_owned(),
        record: control.record.to_string(),
        value: control.value.clone(),
        state: control.state.name().to_owned(),
        quorum: look.map(|look| look.quorum.clone()),
        seen: look.iter().flat_map(|look| lines(&look.seen)).collect(),
        initiated_at: control.created_at.to_string(),
        proven_at: control.proven_at.map(|at| at.to_string()),
        lapses_at: control.valid_until.to_string(),
    }
}

fn lines(seen: &[Sighting]) -> impl Iterator<Item = String> {
    seen.iter().map(ToString::to_string)
}

fn caa_check(check: &caa::CaaCheck) -> CaaCheck {
    CaaCheck {
        id: check.id.to_string(),
        domain: check.domain.to_string(),
        verdict: check.verdict.name().to_owned(),
        reason: check.reason.clone(),
        issuers: check.issuers.iter().map(ToString::to_string).collect(),
        lookups: check.lookups.iter().map(caa::describe).collect(),
        quorum: check.corroboration.as_ref().map(|all| all.quorum.clone()),
        seen: check
            .corroboration
            .iter()
            .flat_map(|all| lines(&all.seen))
            .collect(),
        checked_at: check.checked_at.to_string(),
        usable_until: check.usable_until.to_string(),
    }
}

fn key(facts: &KeyFacts) -> KeyEvidence {
    KeyEvidence {
        algorithm: facts.key.algorithm_name().to_owned(),
        bits: facts.key.bits(),
        spki_sha256: hex::encode(facts.key.spki_sha256()),
        fingerprint: hex::encode(facts.key.fingerprint()),
        at_issuance: facts.judged.as_ref().map(judged),
        faults_today: facts.faults.clone(),
        blocked_today: facts.is_blocked,
    }
}

fn judged(judged: &texts::KeyJudgement) -> KeyJudgement {
    KeyJudgement {
        rules: judged.rules.clone(),
        kept: judged.kept.clone(),
        lists_sha256: judged.lists.clone(),
    }
}

fn text(text: &Text) -> KeptText {
    KeptText {
        kind: text.key.kind.name().to_owned(),
        name: text.key.name.clone(),
        sha256: hex::encode(text.key.sha256),
        text: text.content.clone(),
    }
}

fn issuance(bundle: &Bundle) -> IssuanceFacts {
    let intent = &bundle.intent;
    let rests = bundle.rests_on.iter().map(|resting| RestsOn {
        kind: resting.kind.clone(),
        id: resting.id.clone(),
        version: resting.version.0,
    });
    IssuanceFacts {
        issuer: intent.issuer.to_string(),
        serial: hex::encode(&intent.serial),
        profile: intent.profile.clone(),
        profile_sha256: hex::encode(intent.profile_sha256),
        lint_rules: intent.lint.rules.clone(),
        lint_findings: intent.lint.findings.clone(),
        tbs_sha256: hex::encode(intent.tbs_sha256),
        recorded_at: intent.recorded_at.to_string(),
        settled_at: intent.settled_at.map(|at| at.to_string()),
        rests_on: rests.collect(),
    }
}

fn entry(found: &Found) -> AuditEntry {
    AuditEntry {
        kind: found.kind.clone(),
        log: found.log.clone(),
        seq: found.seq,
        time: found.time.to_string(),
        leaf: BASE64_STANDARD.encode(&found.leaf),
        path: found.path.iter().map(hex::encode).collect(),
        detail: found.detail.as_ref().map(|detail| AuditDetail {
            salt: hex::encode(detail.salt),
            json: BASE64_STANDARD.encode(&detail.json),
        }),
    }
}

fn log(root: &Root) -> AuditRoot {
    AuditRoot {
        log: root.log.clone(),
        size: root.size,
        root: hex::encode(root.root),
    }
}
