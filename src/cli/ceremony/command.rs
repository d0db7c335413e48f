//! The commands: what each reads, checks and says.

use std::{
    fs::OpenOptions,
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    approval::{self, Approvals, Subject},
    checksum,
    describe::describe,
    drafting,
    fault::Fault,
    input,
    material::Materials,
    note::{NoteKey, Vkey},
    plan::{Plan, PlanFile},
    rehearsal,
    run::{self, Done, Setting},
    verify as verification,
};
use crate::{adapters::system::SystemClock, ports::clock::Clock};

/// What a command says when it is done.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) words: Vec<String>,
    pub(super) json: Value,
}

pub(super) fn plan(path: &Path) -> Result<Said, Fault> {
    let file = PlanFile::read(path)?;
    let words = describe(&file)?;
    let json = json!({
        "ok": true,
        "ceremony": file.plan.id,
        "kind": file.plan.kind.name(),
        "plan_sha256": hex::encode(file.sha256),
        "plan_words": checksum::words(&file.sha256),
        "description": words,
    });
    Ok(Said { words, json })
}

/// Checks what can be checked here and hands over to a second process. Returns its exit code.
pub(super) fn rehearse(path: &Path, out: &Path) -> Result<u8, Fault> {
    Materials::read(&PlanFile::read(path)?)?;
    if out.exists() {
        let reason = format!("{} exists already", out.display());
        return Err(Fault::refused("output-exists", reason));
    }
    let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
    arguments.push("--inside".into());
    rehearsal::outside(out, arguments)
}

pub(super) fn rehearse_inside(path: &Path, softhsm: &Path, out: &Path) -> Result<Said, Fault> {
    let file = PlanFile::read(path)?;
    let done = rehearsal::inside(&file, softhsm, out)?;
    let mut said = told(&file.plan, &done, out, "Rehearsed");
    said.words
        .push("Nothing of it is real: the key is gone with its token.".to_owned());
    Ok(said)
}

pub(super) fn approve(
    path: &Path,
    rehearsed: &Path,
    key: &Path,
    out: &Path,
) -> Result<Said, Fault> {
    let file = PlanFile::read(path)?;
    let verdict = verification::verify(rehearsed, Some(&file))?;
    if !verdict.is_rehearsal {
        return Err(Fault::refused(
            "not-a-rehearsal",
            "approvals come before the ceremony and rest on its rehearsal",
        ));
    }
    let subject = Subject {
        ceremony: file.plan.id.clone(),
        plan_sha256: file.sha256,
        skeleton_sha256: verdict.skeleton,
    };
    let note = approval::sign(&subject, &file, &note_key(key)?)?;
    let mut made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(out)
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Fault::refused("output-exists", format!("{} exists already", out.display()))
            }
            _ => input::unreadable(out, error),
        })?;
    made.write_all(note.as_bytes())
        .and_then(|()| made.sync_all())
        .map_err(|error| input::unreadable(out, error))?;
    Ok(Said {
        words: vec![
            format!("Approved {} by {}", file.plan.id, out.display()),
            format!("Plan      {}", checksum::words(&file.sha256)),
            format!("Skeleton  {}", checksum::words(&verdict.skeleton)),
        ],
        json: json!({"ok": true, "note": note}),
    })
}

pub(super) fn vkey(key: &Path, name: &str) -> Result<Said, Fault> {
    let public = note_key(key)?
        .public()
        .map_err(|error| Fault::refused("key-invalid", error))?;
    let vkey = Vkey::new(name, public)
        .ok_or_else(|| Fault::refused("name-invalid", "a name has no white space and no plus"))?;
    Ok(Said {
        words: vec![vkey.to_string()],
        json: json!({"ok": true, "vkey": vkey.to_string()}),
    })
}

pub(super) fn run(path: &Path, approvals: &[PathBuf], out: &Path) -> Result<Said, Fault> {
    let file = PlanFile::read(path)?;
    let plan = &file.plan;
    let clock = Arc::new(SystemClock::start());
    let now = clock.now();
    let materials = Materials::read(&file)?;
    let subject = Subject {
        ceremony: plan.id.clone(),
        plan_sha256: file.sha256,
        skeleton_sha256: drafting::foreseen(plan, &materials, now)?,
    };
    let approvals: Approvals = approval::check(&subject, &file, approvals)?;
    let [from, to] = plan.window;
    if now < from.0 || to.0 < now {
        return Err(Fault::refused(
            "outside-the-window",
            format!("it is {now}, the window is {from} to {to}"),
        ));
    }
    let tool_sha256 = tool(plan)?;
    let module = file.path(&plan.token.module);
    let module_sha256 = checksum::of_file(&module)?;
    if !checksum::is(&plan.token.module_sha256, &module_sha256) {
        return Err(Fault::refused(
            "another-module",
            format!("the module's SHA-256 is {}", hex::encode(module_sha256)),
        ));
    }
    if out.exists() {
        let reason = format!("{} exists already", out.display());
        return Err(Fault::refused("output-exists", reason));
    }
    let setting = Setting {
        skeleton: Some(subject.skeleton_sha256),
        approvals: Some(approvals),
        module,
        pin: pin(&file)?,
        tool_sha256,
        clock,
    };
    let done = run::perform(&file, &materials, &setting, out)?;
    Ok(told(plan, &done, out, "Done"))
}

pub(super) fn verify(dir: &Path, plan: Option<&Path>) -> Result<Said, Fault> {
    let plan = plan.map(PlanFile::read).transpose()?;
    let verdict = verification::verify(dir, plan.as_ref())?;
    if verdict.is_rehearsal {
        return Err(Fault::refused(
            "rehearsal",
            format!("{} is the output of a rehearsal", dir.display()),
        ));
    }
    let mut words = vec![
        format!("{}: in order", verdict.ceremony),
        format!("Approved by {}", verdict.approved_by.join(", ")),
        format!("Plan {}", checksum::words(&verdict.plan_sha256)),
    ];
    words.extend(verdict.artifacts.iter().map(|name| format!("  {name}")));
    let json = json!({
        "ok": true,
        "ceremony": verdict.ceremony,
        "plan_sha256": hex::encode(verdict.plan_sha256),
        "skeleton_sha256": hex::encode(verdict.skeleton),
        "approved_by": verdict.approved_by,
        "artifacts": verdict.artifacts,
    });
    Ok(Said { words, json })
}

fn told(plan: &Plan, done: &Done, out: &Path, verb: &str) -> Said {
    let mut words = vec![
        format!("{verb}: {} in {}", plan.id, out.display()),
        format!("Public key  {}", checksum::words(&done.spki_sha256)),
        format!("Skeleton    {}", checksum::words(&done.skeleton)),
    ];
    words.extend(done.vkey.iter().map(|vkey| format!("Log key     {vkey}")));
    words.extend(done.artifacts.iter().map(|name| format!("  {name}")));
    let mut json = json!({
        "ok": true,
        "ceremony": plan.id,
        "skeleton_sha256": hex::encode(done.skeleton),
        "spki_sha256": hex::encode(done.spki_sha256),
        "artifacts": done.artifacts,
    });
    if let (Some(vkey), Some(members)) = (&done.vkey, json.as_object_mut()) {
        members.insert("vkey".to_owned(), vkey.as_str().into());
    }
    Said { words, json }
}

fn note_key(path: &Path) -> Result<NoteKey, Fault> {
    let pem = zeroize::Zeroizing::new(input::text(path)?);
    NoteKey::from_pem(&pem)
        .map_err(|error| Fault::refused("key-invalid", format!("{}: {error}", path.display())))
}

/// The running program is the one the plan names.
fn tool(plan: &Plan) -> Result<[u8; 32], Fault> {
    if plan.tool.version != env!("CARGO_PKG_VERSION") {
        return Err(Fault::refused(
            "another-tool",
            format!("this is version {}", env!("CARGO_PKG_VERSION")),
        ));
    }
    let hash = rehearsal::tool_sha256()?;
    match &plan.tool.sha256 {
        Some(wanted) if !checksum::is(wanted, &hash) => Err(Fault::refused(
            "another-tool",
            format!("this program's SHA-256 is {}", hex::encode(hash)),
        )),
        _ => Ok(hash),
    }
}

/// The first line of the plan's file, or of stdin. Never an argument, never the environment.
fn pin(file: &PlanFile) -> Result<SecretString, Fault> {
    let text = match &file.plan.token.pin_file {
        Some(named) => input::text(&file.path(named))?,
        None => {
            eprint!("PIN of token {}: ", file.plan.token.label);
            let mut line = String::new();
            io::stdin()
                .lock()
                .read_line(&mut line)
                .context("reading the PIN from stdin")?;
            line
        }
    };
    let text = zeroize::Zeroizing::new(text);
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Fault::refused("pin-empty", "the PIN is empty"));
    }
    Ok(SecretString::from(line))
}
