//! Which registers are asked, by the configuration.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use secrecy::SecretString;
use toml::Spanned;

use super::material;
use crate::{
    adapters::https,
    adapters::register::{
        ceidg::Ceidg,
        companies_house::CompaniesHouse,
        egress::{Allowance, Base, Egress, Line, SetupError},
        gleif::Gleif,
        krs::Krs,
        manual::Manual,
        regon::Regon,
        vies::Vies,
        white_list::WhiteList,
    },
    config::{
        Config, Count,
        registers::{self, Keyed, Online},
        source::ConfigError,
    },
    policy::country,
    ports::{clock::Clock, register::Register},
    services::registers::Registers,
};

/// Calls in so many seconds where the configuration is silent: well below what each register
/// allows, or is known to bear.
mod pace {
    pub const KRS: (u64, u64) = (60, 60);
    pub const WHITE_LIST: (u64, u64) = (50, 86_400);
    pub const CEIDG: (u64, u64) = (20, 180);
    pub const REGON: (u64, u64) = (60, 60);
    pub const VIES: (u64, u64) = (20, 60);
    pub const GLEIF: (u64, u64) = (30, 60);
    pub const COMPANIES_HOUSE: (u64, u64) = (250, 300);
}

/// The registers, those that tell most of a number first; also what `check-config` tries.
///
/// # Errors
/// At the line of what is wrong.
pub fn registers(config: &Config, clock: &Arc<dyn Clock>) -> Result<Registers, ConfigError> {
    let wanted = &config.settings.registers;
    let lines = Lines::new(config, clock)?;
    let mut all: Vec<Arc<dyn Register>> = Vec::new();
    if let Some(krs) = &wanted.krs {
        all.push(Arc::new(Krs::new(lines.open(krs, pace::KRS)?)));
    }
    if let Some(regon) = &wanted.regon {
        let (line, key) = lines.keyed(regon, pace::REGON)?;
        all.push(Arc::new(Regon::new(line, key)));
    }
    if let Some(list) = &wanted.white_list {
        let line = lines.open(list, pace::WHITE_LIST)?;
        all.push(Arc::new(WhiteList::new(line)));
    }
    if let Some(ceidg) = &wanted.ceidg {
        let (line, key) = lines.keyed(ceidg, pace::CEIDG)?;
        all.push(Arc::new(Ceidg::new(line, key)));
    }
    if let Some(vies) = &wanted.vies {
        all.push(Arc::new(Vies::new(lines.open(vies, pace::VIES)?)));
    }
    if let Some(gleif) = &wanted.gleif {
        all.push(Arc::new(Gleif::new(lines.open(gleif, pace::GLEIF)?)));
    }
    if let Some(house) = &wanted.companies_house {
        let (line, key) = lines.keyed(house, pace::COMPANIES_HOUSE)?;
        all.push(Arc::new(CompaniesHouse::new(line, key)));
    }
    all.extend(by_hand(config, clock)?);
    Ok(Registers::new(all))
}

/// The registers' ways out over the one client.
struct Lines<'a> {
    config: &'a Config,
    egress: Option<Arc<Egress>>,
}

impl<'a> Lines<'a> {
    fn new(config: &'a Config, clock: &Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let wanted = &config.settings.registers;
        let urls = urls(wanted);
        let bases = urls.iter().map(|url| base(config, url));
        let bases: Vec<_> = bases.collect::<Result<_, _>>()?;
        let Some(first) = urls.first() else {
            return Ok(Self {
                config,
                egress: None,
            });
        };
        let roots = wanted.ca.as_ref();
        let roots = roots
            .map(|path| material::bytes(config, path))
            .transpose()?;
        let egress = Egress::new(&bases, roots.as_deref(), Arc::clone(clock));
        let egress = egress.map_err(|error| match (&error, &wanted.ca) {
            (SetupError::Tls(https::SetupError::Roots(_)), Some(path)) => config.fault(path, error),
            _ => config.fault(first, error),
        })?;
        Ok(Self {
            config,
            egress: Some(egress),
        })
    }

    fn open(&self, wanted: &Online, usual: (u64, u64)) -> Result<Line, ConfigError> {
        let given = (wanted.calls, wanted.window_seconds);
        self.line(&wanted.base_url, given, usual)
    }

    fn keyed(
        &self,
        wanted: &Keyed,
        usual: (u64, u64),
    ) -> Result<(Line, SecretString), ConfigError> {
        let given = (wanted.calls, wanted.window_seconds);
        let line = self.line(&wanted.base_url, given, usual)?;
        Ok((line, material::line(self.config, &wanted.key)?))
    }

    fn line(
        &self,
        url: &Spanned<String>,
        (calls, window): (Option<Count<1, 100_000>>, Option<Count<1, 86_400>>),
        usual: (u64, u64),
    ) -> Result<Line, ConfigError> {
        let base = base(self.config, url)?;
        let egress = self.egress.as_ref();
        let egress = egress.ok_or_else(|| self.config.fault(url, "no way out"))?;
        let calls = calls.map_or(usual.0, Count::get);
        let calls = u32::try_from(calls).ok().and_then(NonZeroU32::new);
        let allowance = Allowance {
            calls: calls.unwrap_or(NonZeroU32::MIN),
            window: Duration::from_secs(window.map_or(usual.1, Count::get)),
        };
        Ok(Line::new(egress, base, allowance))
    }
}

fn urls(wanted: &registers::Registers) -> Vec<&Spanned<String>> {
    let open = [&wanted.krs, &wanted.white_list, &wanted.vies, &wanted.gleif];
    let keyed = [&wanted.ceidg, &wanted.regon, &wanted.companies_house];
    let open = open.into_iter().flatten().map(|one| &one.base_url);
    let keyed = keyed.into_iter().flatten().map(|one| &one.base_url);
    open.chain(keyed).collect()
}

fn base(config: &Config, url: &Spanned<String>) -> Result<Base, ConfigError> {
    Base::parse(url.get_ref()).map_err(|error| config.fault(url, error))
}

fn by_hand(config: &Config, clock: &Arc<dyn Clock>) -> Result<Vec<Arc<dyn Register>>, ConfigError> {
    let manual = &config.settings.registers.manual;
    if let Some(one) = manual.get(registers::MANUAL) {
        return Err(config.fault(&one.country, "too many registers"));
    }
    let made = manual.iter().map(|one| {
        let country = country::parse(one.country.get_ref());
        let country =
            country.ok_or_else(|| config.fault(&one.country, "must be a code of ISO 3166-1"))?;
        let url = one.url.get_ref();
        if !url.starts_with("https://") || url.chars().any(char::is_control) || url.len() > 300 {
            return Err(config.fault(&one.url, "must be an https URL of at most 300 bytes"));
        }
        let manual = Manual::new(country, url.clone(), Arc::clone(clock));
        let register: Arc<dyn Register> = Arc::new(manual);
        Ok(register)
    });
    made.collect()
}
