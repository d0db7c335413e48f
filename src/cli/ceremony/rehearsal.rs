//! The rehearsal: the plan on a throw-away SoftHSM2 token.
//!
//! SoftHSM2 learns its directory from the environment at C_Initialize, and a process must not
//! change its own environment while it has threads. So the tool starts itself again, with the
//! variable set, and removes the token when that process has ended.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use anyhow::Context;
use secrecy::SecretString;

use super::{
    checksum,
    fault::Fault,
    material::Materials,
    plan::PlanFile,
    run::{self, Done, Setting},
};
use crate::{
    adapters::{
        pkcs11::key_maker,
        system::{OsEntropy, SystemClock},
    },
    ports::entropy,
};

const CONF: &str = "SOFTHSM2_CONF";

/// Lays out a SoftHSM2, runs this program in it with `arguments`, and removes the token. Returns
/// the exit code.
pub(crate) fn outside(out: &Path, arguments: Vec<OsString>) -> Result<u8, Fault> {
    let home = home(out);
    let token = TemporaryToken::lay_out(&home)?;
    let this = std::env::current_exe().context("finding this program")?;
    let status = Command::new(this)
        .args(arguments)
        .env(CONF, home.join("softhsm2.conf"))
        .status()
        .context("starting the rehearsal")?;
    drop(token);
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.unwrap_or(2))
}

/// Makes the token and performs the plan on it.
pub(crate) fn inside(plan: &PlanFile, softhsm: &Path, out: &Path) -> Result<Done, Fault> {
    let conf = std::env::var_os(CONF).map(PathBuf::from);
    if conf != Some(home(out).join("softhsm2.conf")) {
        return Err(Fault::refused(
            "usage",
            "the inner step of a rehearsal is started by the tool itself",
        ));
    }
    let materials = Materials::read(plan)?;
    let (pin, so_pin) = (throw_away()?, throw_away()?);
    key_maker::make_token(softhsm, &plan.plan.token.label, &so_pin, &pin)
        .context("making the throw-away token")?;
    let setting = Setting {
        approvals: None,
        skeleton: None,
        module: softhsm.to_owned(),
        pin,
        tool_sha256: tool_sha256()?,
        clock: Arc::new(SystemClock::start()),
    };
    run::perform(plan, &materials, &setting, out)
}

/// SHA-256 of the running program.
pub(crate) fn tool_sha256() -> Result<[u8; 32], Fault> {
    let this = std::env::current_exe().context("finding this program")?;
    checksum::of_file(&this)
}

/// Beside the output, so that it is on the same medium.
fn home(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".token");
    let home = out.with_file_name(name);
    std::path::absolute(&home).unwrap_or(home)
}

fn throw_away() -> Result<SecretString, Fault> {
    let random: [u8; 16] = entropy::random(&OsEntropy).context("drawing a throw-away PIN")?;
    Ok(SecretString::from(hex::encode(random)))
}

/// Removed with its token when dropped.
struct TemporaryToken<'a>(&'a Path);

impl<'a> TemporaryToken<'a> {
    fn lay_out(home: &'a Path) -> Result<Self, Fault> {
        fs::create_dir(home).with_context(|| format!("making {}", home.display()))?;
        let made = Self(home);
        let tokens = home.join("tokens");
        fs::create_dir(&tokens).context("making the token directory")?;
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        );
        fs::write(home.join("softhsm2.conf"), conf).context("writing softhsm2.conf")?;
        Ok(made)
    }
}

impl Drop for TemporaryToken<'_> {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(self.0) {
            tracing::warn!(%error, "the throw-away token could not be removed");
        }
    }
}
