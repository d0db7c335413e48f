//! The profiles of the configured issuers: read, bound, and tried before anything is issued by
//! them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::material::LARGEST;
use crate::{
    config::{
        Config,
        source::{self, ConfigError},
    },
    domain::{product::Product, timestamp::Timestamp},
    policy::{order_path, profile::CertificateProfile},
    services::authority::{Authority, Bound, Profiles, trial},
};

/// Every profile of the directory and its file, by name.
pub type Known = BTreeMap<String, (PathBuf, Arc<CertificateProfile>)>;

/// Reads the directory.
///
/// # Errors
/// The first fault of a file.
pub fn read(config: &Config) -> Result<Known, ConfigError> {
    let directory = &config.settings.files.profiles;
    let mut known = Known::new();
    for path in toml_files(directory.get_ref().as_path())
        .map_err(|error| config.fault(directory, format!("cannot be listed: {error}")))?
    {
        let text = source::read(&path, LARGEST)?;
        let profile = CertificateProfile::parse(text.as_str())
            .map_err(|fault| ConfigError::of_file(&path, fault))?;
        let name = profile.name().to_owned();
        let before = known.insert(name, (path.clone(), Arc::new(profile)));
        if before.is_some() {
            return Err(ConfigError::of_file(
                &path,
                "this profile's name stands twice",
            ));
        }
    }
    Ok(known)
}

/// The profiles of each issuer; the first that lists one issues by it.
///
/// # Errors
/// The first that no order fills or its issuer cannot certify by, at the line that lists it.
pub fn bind(
    config: &Config,
    known: &Known,
    issuers: &[Arc<Authority>],
) -> Result<Profiles, ConfigError> {
    let mut bound = BTreeMap::new();
    for (issuer, authority) in config.settings.issuers.iter().zip(issuers) {
        for name in &issuer.profiles {
            let Some((_, profile)) = known.get(name.get_ref()) else {
                return Err(config.fault(name, "there is no profile of this name"));
            };
            order_path::fills(profile).map_err(|fault| config.fault(name, fault))?;
            let policy = profile.leaf_type().policy();
            if !authority.certificate.certifies(policy) {
                let reason = format!("the issuer's certificate has no policy {policy}");
                return Err(config.fault(name, reason));
            }
            bound
                .entry(name.get_ref().clone())
                .or_insert_with(|| Bound {
                    profile: Arc::clone(profile),
                    issuer: issuer.name.get_ref().0.clone(),
                });
        }
    }
    Ok(Profiles(bound))
}

/// Makes of each product what nobody gets, and judges it as at an activation.
///
/// # Errors
/// The first product of which no certificate could ever be signed: the profile's file, the rule
/// and its clause.
pub fn attempt(
    known: &Known,
    bound: &Profiles,
    issuers: &[Arc<Authority>],
    products: &[Product],
    now: Timestamp,
) -> Result<Vec<String>, ConfigError> {
    let (mut tried, mut warnings) = (BTreeSet::new(), Vec::new());
    for product in products {
        let (name, days) = (&product.profile, product.validity_days);
        let Some((bound, (path, _))) = bound.0.get(name).zip(known.get(name)) else {
            continue;
        };
        let issuer = issuers.iter().find(|issuer| issuer.name == bound.issuer);
        let Some(issuer) = issuer.filter(|_| tried.insert((name, days))) else {
            continue;
        };
        let words = |obstacle: trial::Obstacle| {
            let (code, issuer) = (&product.code, &issuer.name);
            format!(
                "of product {code} ({days} days) issuer {issuer} has no certificate: {obstacle}"
            )
        };
        let tried = trial::attempt(issuer, &bound.profile, days, now);
        let today = tried.map_err(|never| ConfigError::of_file(path, words(never)))?;
        warnings.extend(today.map(words));
    }
    Ok(warnings)
}

fn toml_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
