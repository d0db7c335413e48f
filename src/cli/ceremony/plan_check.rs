//! What can be said about a plan without a token: contradictions, omissions, weak choices.

use std::collections::BTreeSet;

use super::{
    fault::Fault,
    note::Vkey,
    plan::{KeyAlgorithm, Kind, Plan},
    terms,
};

/// Refuses the first fault.
pub(crate) fn check(plan: &Plan) -> Result<(), Fault> {
    demand(plan.version == 1, "version is not 1")?;
    demand(is_plain(&plan.id), "id is not of a-z 0-9 . - _")?;
    demand(is_plain(&plan.output), "output is not of a-z 0-9 . - _")?;
    let [from, to] = plan.window;
    demand(from < to, "window ends before it begins")?;
    demand(!plan.cps.is_empty(), "cps is empty: name the CPS section")?;
    demand(!plan.token.label.is_empty(), "token.label is empty")?;
    is_hash("token.module_sha256", &plan.token.module_sha256)?;
    if let Some(hash) = &plan.tool.sha256 {
        is_hash("tool.sha256", hash)?;
    }
    demand(!plan.key.label.is_empty(), "key.label is empty")?;
    terms::key_id(plan)?;
    terms::signature_algorithm(plan)?;
    participants(plan)?;
    sections(plan)?;
    for input in [
        &plan.inputs.csr,
        &plan.inputs.ca_certificate,
        &plan.inputs.previous_crl,
    ]
    .into_iter()
    .flatten()
    {
        is_hash("inputs sha256", &input.sha256)?;
        let name = input.path.file_name().map(|name| name.to_string_lossy());
        if name.is_none_or(|name| name.starts_with("REHEARSAL")) {
            return Err(Fault::refused(
                "rehearsal-artefact",
                format!("{} is the output of a rehearsal", input.path.display()),
            ));
        }
    }
    terms::check(plan)
}

fn demand(kept: bool, otherwise: &str) -> Result<(), Fault> {
    if kept {
        Ok(())
    } else {
        Err(Fault::refused("plan-invalid", otherwise))
    }
}

/// Fit for a file name and a line of a note.
fn is_plain(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('.')
}

fn is_hash(member: &str, text: &str) -> Result<(), Fault> {
    let hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    demand(hex, &format!("{member} is not a SHA-256 in hex"))
}

/// Two different people with two different keys at least.
fn participants(plan: &Plan) -> Result<(), Fault> {
    demand(plan.confirmations >= 2, "confirmations is less than 2")?;
    let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for participant in &plan.participant {
        demand(
            !participant.name.trim().is_empty(),
            "a participant has no name",
        )?;
        let name = participant.name.trim().to_lowercase();
        demand(names.insert(name), "two participants have the same name")?;
        if let Some(text) = &participant.vkey {
            let vkey = Vkey::parse(text)
                .map_err(|error| Fault::refused("plan-invalid", format!("{text}: {error}")))?;
            demand(
                keys.insert(*vkey.key()),
                "two participants have the same key",
            )?;
        }
    }
    demand(
        keys.len() >= plan.confirmations,
        "fewer participants have a vkey than confirmations are needed",
    )
}

/// Each kind has its sections, and only those.
fn sections(plan: &Plan) -> Result<(), Fault> {
    let inputs = &plan.inputs;
    let present = [
        ("certificate", plan.certificate.is_some()),
        ("crl", plan.crl.is_some()),
        ("log", plan.log.is_some()),
        ("inputs.csr", inputs.csr.is_some()),
        ("inputs.ca_certificate", inputs.ca_certificate.is_some()),
    ];
    let wanted: &[&str] = match plan.kind {
        Kind::RootKey | Kind::IssuingCsr | Kind::NotificationCsr => &["certificate"],
        Kind::SignIssuing => &["certificate", "inputs.csr", "inputs.ca_certificate"],
        Kind::RootCrl => &["crl", "inputs.ca_certificate"],
        Kind::LogKey => &["log"],
    };
    for (section, is_there) in present {
        let kind = plan.kind.name();
        let needs = wanted.contains(&section);
        demand(
            is_there == needs,
            &format!(
                "a plan of kind {kind} {} {section}",
                if needs { "needs" } else { "has no" }
            ),
        )?;
    }
    demand(
        inputs.previous_crl.is_none() || plan.kind == Kind::RootCrl,
        "only a root-crl has inputs.previous_crl",
    )?;
    let is_log = plan.kind == Kind::LogKey;
    demand(
        (plan.key.algorithm == KeyAlgorithm::Ed25519) == is_log,
        "ed25519 is the algorithm of log keys, and of no other",
    )
}
