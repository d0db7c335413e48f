//! Judging the output of a ceremony, by anyone, later, without a token.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::{
    approval::{self, Subject},
    checksum,
    fault::Fault,
    input,
    plan::{Kind, PlanFile},
    report,
};
use crate::{
    adapters::transcript,
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate::{CaCertificate, CertificateView},
        certification_request::RequestView,
        pem, signature,
        spki::PublicKey,
        tbs_cert_list::CrlView,
    },
};

/// What a directory proves.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) ceremony: String,
    pub(crate) is_rehearsal: bool,
    pub(crate) skeleton: [u8; 32],
    pub(crate) plan_sha256: [u8; 32],
    pub(crate) approved_by: Vec<String>,
    pub(crate) artifacts: Vec<String>,
}

/// Follows the chain, the checksums, the approvals and the signatures of what came out.
pub(crate) fn verify(dir: &Path, plan: Option<&PlanFile>) -> Result<Verdict, Fault> {
    let sums = checksums(dir)?;
    let lines = input::bytes(&dir.join(transcript::FILE))?;
    let lines = transcript::read(&lines).map_err(|error| finding("transcript", error))?;
    let kept = PlanFile::parse(input::bytes(&dir.join("plan.toml"))?, dir.to_owned())?;
    let opening = opening(&lines, &kept)?;
    if plan.is_some_and(|plan| plan.sha256 != kept.sha256) {
        return Err(finding("plan", "the ceremony followed another plan"));
    }
    let ending = lines.last().filter(|line| line["type"] == "ceremony.done");
    let ending = ending.map(|line| &line["data"]);
    let ending = ending.ok_or_else(|| finding("aborted", "the ceremony did not end"))?;
    let skeleton = hash(&ending["skeleton_sha256"])
        .ok_or_else(|| finding("transcript", "there is no skeleton hash"))?;
    let is_rehearsal = opening["rehearsal"] != Value::Bool(false);
    let approved_by = if is_rehearsal {
        Vec::new()
    } else {
        let subject = Subject {
            ceremony: kept.plan.id.clone(),
            plan_sha256: kept.sha256,
            skeleton_sha256: skeleton,
        };
        approval::judge(&subject, &kept, &notes(dir, &sums)?)?
    };
    inputs(&kept, &sums)?;
    let artifacts = artifacts(&lines, &sums)?;
    if !is_rehearsal {
        signatures(dir, &kept, &lines, &artifacts)?;
    }
    Ok(Verdict {
        ceremony: kept.plan.id.clone(),
        is_rehearsal,
        skeleton,
        plan_sha256: kept.sha256,
        approved_by,
        artifacts,
    })
}

/// Every file is listed with its hash, and every listed file is there.
fn checksums(dir: &Path) -> Result<BTreeMap<String, [u8; 32]>, Fault> {
    let text = input::text(&dir.join(report::SUMS))?;
    let mut sums = BTreeMap::new();
    for line in text.lines() {
        let parsed = line
            .split_once("  ")
            .and_then(|(hex, name)| Some((name, hash(&Value::from(hex))?)));
        let (name, sum) = parsed.ok_or_else(|| finding("checksums", "a line has another form"))?;
        sums.insert(name.to_owned(), sum);
    }
    let there = report::files(dir)?;
    if !there.iter().eq(sums.keys()) {
        return Err(finding(
            "checksums",
            format!("the files are not those that {} lists", report::SUMS),
        ));
    }
    for (name, sum) in &sums {
        if checksum::of_file(&dir.join(name))? != *sum {
            return Err(finding("checksums", format!("{name} was changed")));
        }
    }
    Ok(sums)
}

fn opening<'a>(lines: &'a [Value], plan: &PlanFile) -> Result<&'a Value, Fault> {
    let first = lines
        .first()
        .filter(|line| line["type"] == "ceremony.started");
    let data = first.map(|line| &line["data"]);
    let data = data.ok_or_else(|| finding("transcript", "it has no beginning"))?;
    if hash(&data["plan_sha256"]) == Some(plan.sha256) {
        Ok(data)
    } else {
        Err(finding(
            "plan",
            "plan.toml is not the plan of the transcript",
        ))
    }
}

fn notes(dir: &Path, sums: &BTreeMap<String, [u8; 32]>) -> Result<Vec<String>, Fault> {
    sums.keys()
        .filter(|name| name.starts_with("approvals/"))
        .map(|name| input::text(&dir.join(name)))
        .collect()
}

/// The kept copies of the inputs are those the plan pins.
fn inputs(plan: &PlanFile, sums: &BTreeMap<String, [u8; 32]>) -> Result<(), Fault> {
    let named = &plan.plan.inputs;
    for (name, input) in [
        ("inputs/ca_certificate", &named.ca_certificate),
        ("inputs/csr", &named.csr),
        ("inputs/previous_crl", &named.previous_crl),
    ] {
        let kept = sums.get(name);
        let fits = match input {
            Some(input) => kept.is_some_and(|hash| checksum::is(&input.sha256, hash)),
            None => kept.is_none(),
        };
        if !fits {
            return Err(finding(
                "inputs",
                format!("{name} is not what the plan names"),
            ));
        }
    }
    Ok(())
}

/// The artifacts the transcript names, each as it was written.
fn artifacts(lines: &[Value], sums: &BTreeMap<String, [u8; 32]>) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    for data in steps(lines, "artifact") {
        let path = data["path"].as_str().unwrap_or_default();
        if hash(&data["sha256"]).is_none() || hash(&data["sha256"]) != sums.get(path).copied() {
            return Err(finding(
                "artifact",
                format!("{path} is not what was written"),
            ));
        }
        found.push(path.to_owned());
    }
    let there = sums.keys().filter(|name| name.starts_with("artifacts/"));
    if there.count() == found.len() {
        Ok(found)
    } else {
        Err(finding(
            "artifact",
            "there is one the transcript does not name",
        ))
    }
}

/// What was signed verifies, over the bytes the transcript announced, by the key it names.
fn signatures(
    dir: &Path,
    plan: &PlanFile,
    lines: &[Value],
    artifacts: &[String],
) -> Result<(), Fault> {
    if plan.plan.kind == Kind::LogKey {
        return Ok(()); // The log itself will prove the key.
    }
    let ending = match plan.plan.kind {
        Kind::IssuingCsr | Kind::NotificationCsr => ".csr",
        Kind::RootCrl => ".crl",
        _ => ".cer",
    };
    let name = artifacts.iter().find(|name| name.ends_with(ending));
    let name = name.ok_or_else(|| finding("artifact", "the signed one is missing"))?;
    let der = input::bytes(&dir.join(name))?;
    let announced = steps(lines, "sign").find_map(|data| hash(&data["tbs_sha256"]));
    let issuer = || -> Result<CaCertificate, Fault> {
        let bytes = input::bytes(&dir.join("inputs/ca_certificate"))?;
        let der = input::der(&bytes, pem::CERTIFICATE);
        let ca = der.and_then(|der| CaCertificate::from_der(&der).ok());
        ca.ok_or_else(|| finding("signature", "inputs/ca_certificate is no CA certificate"))
    };
    let bad = || finding("signature", format!("{name} is not signed as it should be"));
    let signed = match plan.plan.kind {
        Kind::RootKey | Kind::SignIssuing => {
            let ca = CaCertificate::from_der(&der).map_err(|_| bad())?;
            let by = if plan.plan.kind == Kind::RootKey {
                ca.clone()
            } else {
                issuer()?
            };
            ca.verify_issued_by(&by).map_err(|_| bad())?;
            let view = CertificateView::parse(&der).map_err(|_| bad())?;
            Some(view.tbs.to_vec())
        }
        Kind::RootCrl => {
            let view = CrlView::parse(&der).map_err(|_| bad())?;
            view.verify(&issuer()?).map_err(|_| bad())?;
            Some(view.tbs.to_vec())
        }
        Kind::IssuingCsr | Kind::NotificationCsr | Kind::LogKey => {
            let view = RequestView::parse(&der).map_err(|_| bad())?;
            let key = PublicKey::from_spki(view.spki).map_err(|_| bad())?;
            let algorithm = SignatureAlgorithm::from_der(view.algorithm).ok_or_else(bad)?;
            signature::verify(&key, algorithm, view.info, view.signature).map_err(|_| bad())?;
            Some(view.info.to_vec())
        }
    };
    if signed.map(|tbs| checksum::sha256(&tbs)) == announced && announced.is_some() {
        Ok(())
    } else {
        Err(finding(
            "signature",
            "other bytes were signed than announced",
        ))
    }
}

fn steps<'a>(lines: &'a [Value], action: &'a str) -> impl Iterator<Item = &'a Value> {
    lines
        .iter()
        .filter(|line| line["type"] == "ceremony.step")
        .map(|line| &line["data"])
        .filter(move |data| data["action"] == action)
}

fn hash(value: &Value) -> Option<[u8; 32]> {
    hex::decode(value.as_str()?).ok()?.try_into().ok()
}

fn finding(code: &'static str, reason: impl std::fmt::Display) -> Fault {
    Fault::refused(code, reason)
}
