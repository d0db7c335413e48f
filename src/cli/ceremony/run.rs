//! The ceremony itself. A rehearsal takes the same way; only the token and the names of what
//! comes out differ.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{
    approval::Approvals,
    checksum,
    drafting::{self, Drafted, Moment},
    fault::Fault,
    key::{self, TokenKey},
    material::Materials,
    plan::PlanFile,
    report, terms,
};
use crate::{
    adapters::{
        pkcs11::key_maker::KeyMaker,
        transcript::{Transcript, TranscriptError},
    },
    pkix::{pem, serial_number::SerialNumber, spki::PublicKey},
    policy::{
        issuance::{Draft, artifact::Artifact},
        lint::{Object, RuleSet},
    },
    ports::{clock::Clock, entropy},
};

/// The circumstances of one run.
pub(crate) struct Setting {
    /// `None` in a rehearsal.
    pub(crate) approvals: Option<Approvals>,
    /// The skeleton the approvals name; `None` in a rehearsal.
    pub(crate) skeleton: Option<[u8; 32]>,
    pub(crate) module: PathBuf,
    pub(crate) pin: SecretString,
    pub(crate) tool_sha256: [u8; 32],
    pub(crate) clock: Arc<dyn Clock>,
}

/// What came out.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) skeleton: [u8; 32],
    pub(crate) spki_sha256: [u8; 32],
    pub(crate) vkey: Option<String>,
    /// Names below the output directory.
    pub(crate) artifacts: Vec<String>,
}

struct Run<'a> {
    plan: &'a PlanFile,
    materials: &'a Materials,
    setting: &'a Setting,
    transcript: Transcript,
    step: i64,
}

/// Performs the plan and leaves transcript, report, artifacts and checksums in `out`. An abort
/// leaves the transcript so far, with its reason.
pub(crate) fn perform(
    plan: &PlanFile,
    materials: &Materials,
    setting: &Setting,
    out: &Path,
) -> Result<Done, Fault> {
    let transcript = Transcript::create(out, Arc::clone(&setting.clock)).map_err(output)?;
    let mut run = Run {
        plan,
        materials,
        setting,
        transcript,
        step: 0,
    };
    let done = run.open().and_then(|()| run.act());
    if let Err(fault) = &done {
        let reason = json!({"code": fault.code(), "reason": fault.to_string()});
        run.line("ceremony.aborted", reason, None)?;
    }
    report::close(&run.transcript)?;
    done
}

impl Run<'_> {
    const fn is_rehearsal(&self) -> bool {
        self.setting.approvals.is_none()
    }

    /// Keeps the inputs beside the transcript and writes its first line.
    fn open(&mut self) -> Result<(), Fault> {
        self.store("plan.toml", &self.plan.bytes)?;
        for (name, bytes) in &self.materials.files {
            self.store(name, bytes)?;
        }
        let approvals = self.setting.approvals.as_ref();
        for (index, note) in approvals.iter().flat_map(|a| a.notes.iter().enumerate()) {
            self.store(&format!("approvals/{}.note", index + 1), note.as_bytes())?;
        }
        let plan = &self.plan.plan;
        let people: Vec<Value> = plan
            .participant
            .iter()
            .map(|person| json!({"name": person.name, "role": person.role.name()}))
            .collect();
        let opening = json!({
            "ceremony": plan.id,
            "kind": plan.kind.name(),
            "cps": plan.cps,
            "plan_sha256": hex::encode(self.plan.sha256),
            "plan_words": checksum::words(&self.plan.sha256),
            "rehearsal": self.is_rehearsal(),
            "participants": people,
            "approved_by": approvals.map_or(&[][..], |a| &a.by),
            "tool_version": env!("CARGO_PKG_VERSION"),
            "tool_sha256": hex::encode(self.setting.tool_sha256),
            "module": self.setting.module.display().to_string(),
        });
        self.line("ceremony.started", opening, None)
    }

    fn act(&mut self) -> Result<Done, Fault> {
        let maker = self.inspect()?;
        let key = self.key(&maker)?;
        let public = PublicKey::from_spki(&key.spki_der)
            .map_err(|error| Fault::refused("key-invalid", error))?;
        let random = entropy::random(&maker).map_err(|error| Fault::refused("hsm", error))?;
        maker.close();
        let moment = Moment {
            now: self.setting.clock.now(),
            serial: SerialNumber::from_random(random),
            key: drafting::key(&self.plan.plan, public.clone())?,
            transcript: (!self.is_rehearsal()).then(|| self.transcript.head()),
        };
        let drafted = drafting::draft(&self.plan.plan, self.materials, &moment)?;
        let skeleton = drafting::skeleton_of(&self.plan.plan, &drafted)?;
        if self
            .setting
            .skeleton
            .is_some_and(|approved| approved != skeleton)
        {
            return Err(Fault::refused(
                "skeleton-differs",
                "what would be signed is not what was rehearsed and approved",
            ));
        }
        let mut done = Done {
            skeleton,
            spki_sha256: public.spki_sha256(),
            vkey: None,
            artifacts: Vec::new(),
        };
        match drafted {
            Drafted::Certificate(draft, rules) => self.sign(draft, &rules, &key, &mut done)?,
            Drafted::Request(draft, rules) => self.sign(draft, &rules, &key, &mut done)?,
            Drafted::List(draft, rules) => self.sign(draft, &rules, &key, &mut done)?,
            Drafted::Nothing => self.keep_log_key(&key, &public, &mut done)?,
        }
        let ending = json!({"skeleton_sha256": hex::encode(skeleton)});
        self.line("ceremony.done", ending, None)?;
        Ok(done)
    }

    /// Logs in and looks at the token.
    fn inspect(&mut self) -> Result<KeyMaker, Fault> {
        let token = &self.plan.plan.token;
        let maker = key::open(self.setting, token)?;
        let facts = maker.facts().clone();
        let wanted = token.serial.as_deref().filter(|_| !self.is_rehearsal());
        if wanted.is_some_and(|serial| serial != facts.serial) {
            return Err(Fault::refused(
                "another-token",
                format!("the token has serial {}, the plan another", facts.serial),
            ));
        }
        let seen = json!({
            "label": facts.label, "serial": facts.serial, "model": facts.model,
            "manufacturer": facts.manufacturer, "firmware": facts.firmware,
        });
        self.step("token.inspect", seen, None)?;
        Ok(maker)
    }

    /// Makes the key, or finds the one made before. A rehearsal always makes a stand-in.
    fn key(&mut self, maker: &KeyMaker) -> Result<TokenKey, Fault> {
        let plan = &self.plan.plan;
        let makes = plan.kind.makes_a_key();
        let key = if makes || self.is_rehearsal() {
            let spec = key::spec(plan)?;
            key::demand_free(maker, &spec)?;
            let intent = json!({
                "label": spec.label, "id": hex::encode(&spec.id),
                "algorithm": plan.key.algorithm.name(),
                "extractable": false, "sensitive": true,
            });
            self.step("key.generate", intent, None)?;
            let made = key::generate(maker, &spec)?;
            let attributes: Map<String, Value> = made
                .attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Value::Bool(*value)))
                .collect();
            let key = TokenKey::new(plan, made.spki_der)?;
            let facts = json!({
                "spki_sha256": hex::encode(checksum::sha256(&key.spki_der)),
                "spki_words": checksum::words(&checksum::sha256(&key.spki_der)),
                "attributes": attributes,
            });
            self.step("key.generated", facts, None)?;
            key
        } else {
            let key = TokenKey::new(plan, key::find(maker, plan)?)?;
            let facts = json!({"spki_sha256": hex::encode(checksum::sha256(&key.spki_der))});
            self.step("key.found", facts, None)?;
            key
        };
        Ok(key)
    }

    /// Lints, records, signs and verifies, in this order.
    fn sign<T: Artifact>(
        &mut self,
        draft: Draft<T>,
        rules: &RuleSet,
        key: &TokenKey,
        done: &mut Done,
    ) -> Result<(), Fault> {
        let linted = draft
            .lint(rules, self.setting.clock.now())
            .map_err(|report| Fault::refused("lint", report))?;
        let intent = json!({
            "skeleton_sha256": hex::encode(done.skeleton),
            "algorithm": key.algorithm.name(),
            "intent": linted.artifact().intent(),
            "lint_rules": linted.report().rules,
            "lint_findings": linted.report().record().findings,
        });
        let proof = self.step("sign", intent, Some(linted.tbs_sha256()))?;
        let recorded = linted
            .recorded(&proof)
            .map_err(|error| Fault::refused("not-recorded", error))?;
        let order = recorded.order();
        let value = key.sign(self.setting, &self.plan.plan.token, T::PURPOSE, order)?;
        let issued = recorded
            .finish(&value)
            .map_err(|error| Fault::refused("signature-invalid", error))?;
        let der = issued.into_der();
        let signed = json!({
            "sha256": hex::encode(checksum::sha256(&der)),
            "words": checksum::words(&checksum::sha256(&der)),
            "verified": true,
        });
        self.step("signed", signed, None)?;
        let (label, pem_name, der_name) = match T::OBJECT {
            Object::Certificate => (pem::CERTIFICATE, "pem", "cer"),
            Object::Request => (pem::CERTIFICATE_REQUEST, "csr.pem", "csr"),
            Object::CertificateList => (pem::CRL, "crl.pem", "crl"),
        };
        let base = &self.plan.plan.output;
        if self.is_rehearsal() {
            // No tool takes this label, so it cannot pass for the real thing.
            let text = encode(&format!("REHEARSAL {label}"), &der)?;
            self.artifact(
                &format!("REHEARSAL-{base}.{pem_name}"),
                text.as_bytes(),
                done,
            )
        } else {
            self.artifact(
                &format!("{base}.{pem_name}"),
                encode(label, &der)?.as_bytes(),
                done,
            )?;
            self.artifact(&format!("{base}.{der_name}"), &der, done)
        }
    }

    /// A log key signs nothing yet: it is proven, and its verifier key told.
    fn keep_log_key(
        &mut self,
        key: &TokenKey,
        public: &PublicKey,
        done: &mut Done,
    ) -> Result<(), Fault> {
        let PublicKey::Ed25519(bytes) = public else {
            return Err(Fault::refused("key-invalid", "a log key is an Ed25519 key"));
        };
        key.prove(self.setting, &self.plan.plan.token)?;
        let vkey = terms::log_vkey(&self.plan.plan, *bytes)?.to_string();
        self.step("log-key.proven", json!({"vkey": vkey}), None)?;
        let base = self.plan.plan.output.clone();
        let (mark, label) = if self.is_rehearsal() {
            ("REHEARSAL-", "REHEARSAL PUBLIC KEY".to_owned())
        } else {
            ("", pem::PUBLIC_KEY.to_owned())
        };
        self.artifact(
            &format!("{mark}{base}.vkey"),
            format!("{vkey}\n").as_bytes(),
            done,
        )?;
        let text = encode(&label, &key.spki_der)?;
        self.artifact(&format!("{mark}{base}.pem"), text.as_bytes(), done)?;
        done.vkey = Some(vkey);
        Ok(())
    }

    fn artifact(&mut self, name: &str, bytes: &[u8], done: &mut Done) -> Result<(), Fault> {
        let path = format!("artifacts/{name}");
        let hash = self.store(&path, bytes)?;
        let facts = json!({"path": path, "sha256": hex::encode(hash)});
        self.step("artifact", facts, None)?;
        done.artifacts.push(path);
        Ok(())
    }

    fn step(
        &mut self,
        action: &str,
        facts: Value,
        tbs: Option<[u8; 32]>,
    ) -> Result<crate::domain::unit::Committed, Fault> {
        self.step += 1;
        let mut data = object(facts);
        data.insert("action".to_owned(), action.into());
        data.insert("n".to_owned(), self.step.into());
        self.transcript
            .write("ceremony.step", data, tbs)
            .map_err(output)
    }

    fn line(&mut self, kind: &str, facts: Value, tbs: Option<[u8; 32]>) -> Result<(), Fault> {
        let written = self.transcript.write(kind, object(facts), tbs);
        written.map(|_| ()).map_err(output)
    }

    fn store(&self, name: &str, bytes: &[u8]) -> Result<[u8; 32], Fault> {
        self.transcript.store(name, bytes).map_err(output)
    }
}

pub(super) fn output(error: TranscriptError) -> Fault {
    match error {
        TranscriptError::Exists(_) => Fault::refused("output-exists", error),
        TranscriptError::Io(..) => Fault::Unreadable(anyhow::Error::new(error)),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

fn encode(label: &str, der: &[u8]) -> Result<String, Fault> {
    pem::encode(label, der).map_err(|error| Fault::Unreadable(anyhow::Error::new(error)))
}
