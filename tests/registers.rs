//! Every reader of a register against every fault, and what each takes from an answer. The
//! registers are played over real TLS (`support/register_fixtures`).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "registers/contract.rs"]
mod contract;
#[path = "registers/facts.rs"]
mod facts;
#[path = "support/register_fixtures.rs"]
mod register_fixtures;
#[path = "registers/way_out.rs"]
mod way_out;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use async_trait::async_trait;
use chancery::{
    adapters::register::{
        ceidg::Ceidg,
        companies_house::CompaniesHouse,
        egress::{Allowance, Base, Egress, Line},
        gleif::Gleif,
        krs::Krs,
        regon::Regon,
        vies::Vies,
        white_list::WhiteList,
    },
    domain::{
        register::{LookupOutcome, RegisterId, RegisterNumber},
        text::Country,
        timestamp::Timestamp,
    },
    ports::{clock::Clock, register::Register},
};
use register_fixtures::Fixtures;
use secrecy::SecretString;

/// The registers that answer by themselves.
const ONLINE: [RegisterId; 7] = [
    RegisterId::Krs,
    RegisterId::WhiteList,
    RegisterId::Ceidg,
    RegisterId::Regon,
    RegisterId::Vies,
    RegisterId::Gleif,
    RegisterId::CompaniesHouse,
];

/// What the registers want of us.
const KEY: &str = "fixture-key";

/// A standing clock. Its pauses never end, or end at once.
struct Standing {
    pauses_end: bool,
}

fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

#[async_trait]
impl Clock for Standing {
    fn now(&self) -> Timestamp {
        now()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(1000)
    }

    fn thread_cpu(&self) -> Duration {
        self.monotonic()
    }

    async fn pause(&self, _: Duration) {
        if !self.pauses_end {
            std::future::pending::<()>().await;
        }
    }
}

fn clock(mood: &str) -> Arc<dyn Clock> {
    Arc::new(Standing {
        pauses_end: mood == "slow",
    })
}

fn plenty() -> Allowance {
    allowance(1000)
}

fn allowance(calls: u32) -> Allowance {
    Allowance {
        calls: NonZeroU32::new(calls).unwrap(),
        window: Duration::from_secs(60),
    }
}

fn reader(id: RegisterId, line: Line) -> Box<dyn Register> {
    let key = SecretString::from(KEY);
    match id {
        RegisterId::Krs => Box::new(Krs::new(line)),
        RegisterId::WhiteList => Box::new(WhiteList::new(line)),
        RegisterId::Ceidg => Box::new(Ceidg::new(line, key)),
        RegisterId::Regon => Box::new(Regon::new(line, key)),
        RegisterId::Vies => Box::new(Vies::new(line)),
        RegisterId::Gleif => Box::new(Gleif::new(line)),
        RegisterId::CompaniesHouse => Box::new(CompaniesHouse::new(line, key)),
        RegisterId::Manual => panic!("nobody can ask it"),
    }
}

fn line(base: &str, root: &str, mood: &str, allowance: Allowance) -> Line {
    let base = Base::parse(base).unwrap();
    let bases = std::slice::from_ref(&base);
    let egress = Egress::new(bases, Some(root.as_bytes()), clock(mood)).unwrap();
    Line::new(&egress, base, allowance)
}

/// The register in a mood.
fn played(fixtures: &Fixtures, id: RegisterId, mood: &str) -> Box<dyn Register> {
    let base = fixtures.base(mood, id.name());
    reader(id, line(&base, &fixtures.root, mood, plenty()))
}

fn number(kind: &str, country: &str, number: &str) -> RegisterNumber {
    RegisterNumber {
        kind: kind.to_owned(),
        country: Country::parse(country).unwrap(),
        number: number.to_owned(),
    }
}

/// A number that the register knows.
fn known(id: RegisterId) -> RegisterNumber {
    use register_fixtures::firms::{COMPANY, KRS, LEI, NIP};
    match id {
        RegisterId::Krs => number("KRS", "PL", KRS),
        RegisterId::Gleif => number("LEI", "PL", LEI),
        RegisterId::CompaniesHouse => number("NTR", "GB", COMPANY),
        _ => number("NIP", "PL", NIP),
    }
}

/// A number that nobody has.
fn unknown(id: RegisterId) -> RegisterNumber {
    match id {
        RegisterId::Krs => number("KRS", "PL", "0000000009"),
        RegisterId::Gleif => number("LEI", "PL", "506700GE1G29325QX363"),
        RegisterId::CompaniesHouse => number("NTR", "GB", "00000009"),
        _ => number("NIP", "PL", "9990000014"),
    }
}

async fn asked(fixtures: &Fixtures, id: RegisterId, mood: &str) -> LookupOutcome {
    played(fixtures, id, mood).lookup(&known(id)).await
}
