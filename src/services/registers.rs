//! The registers that are configured, and which of them is asked for a number.
//!
//! Keeps nothing and caches nothing: each decision rests on an answer of its own.

use std::sync::Arc;

use crate::{
    domain::{
        refusal::{Fault, Refused},
        register::{RegisterId, RegisterNumber},
        text::Country,
    },
    policy::registration_number::{self, InvalidNumber, RegistrationType},
    ports::register::Register,
};

/// A kind of number that a form offers.
#[derive(Clone, Debug)]
pub struct Offered {
    pub kind: RegistrationType,
    /// Who looks it up; never empty.
    pub registers: Vec<RegisterId>,
}

/// In the order in which they are preferred.
#[derive(Clone, Default)]
pub struct Registers(Arc<[Arc<dyn Register>]>);

impl Registers {
    #[must_use]
    pub fn new(registers: Vec<Arc<dyn Register>>) -> Self {
        Self(registers.into())
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &dyn Register> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Whether the CA publishes that it uses this register for organisations of the country.
    #[must_use]
    pub fn publishes(&self, register: RegisterId, country: Country) -> bool {
        let mut those = self.all().filter(|one| one.id() == register);
        those.any(|one| {
            let mut kinds = one.schemes().iter();
            kinds.any(|scheme| one.takes(scheme.kind, country))
        })
    }

    /// Whether the daemon itself can ask by this kind of number.
    #[must_use]
    pub fn is_online(&self, kind: &str, country: Country) -> bool {
        !self.online(kind, country).is_empty()
    }

    /// The kinds of number of a country that some register here is asked by, each with who looks
    /// it up: the registers that the daemon asks itself, or people where none of them is.
    #[must_use]
    pub fn catalogue(&self, country: Country) -> Vec<Offered> {
        let kinds = registration_number::registration_types(country);
        let offered = kinds.into_iter().filter_map(|kind| {
            let online = self.online(kind.code, country);
            let registers: Vec<_> = match online.as_slice() {
                [] if !self.is_asked(kind.code, country) => return None,
                [] => vec![RegisterId::Manual],
                some => some.iter().map(|one| one.id()).collect(),
            };
            Some(Offered { kind, registers })
        });
        offered.collect()
    }

    /// Whether some register here, or a person at one, is asked by this kind of number.
    #[must_use]
    pub fn is_asked(&self, kind: &str, country: Country) -> bool {
        self.all().any(|one| one.takes(kind, country))
    }

    /// The normal form of a typed number that can be looked up here.
    ///
    /// # Errors
    /// When no register here is asked by it, or it cannot be a number of this kind.
    pub fn normalise(
        &self,
        kind: &str,
        country: Country,
        typed: &str,
    ) -> Result<String, InvalidNumber> {
        if !self.is_asked(kind, country) {
            return Err(InvalidNumber::Register);
        }
        registration_number::normalise(kind, country, typed)
    }

    /// Those that the daemon itself can ask by this kind of number.
    #[must_use]
    pub fn online(&self, kind: &str, country: Country) -> Vec<Arc<dyn Register>> {
        let fits =
            |one: &&Arc<dyn Register>| one.id() != RegisterId::Manual && one.takes(kind, country);
        self.0.iter().filter(fits).map(Arc::clone).collect()
    }

    /// The register to ask, and the number in its form.
    ///
    /// # Errors
    /// 409 `register-by-hand` when only people can ask; 422 when the register that is named is
    /// not configured or not asked by this number, or the number is none.
    pub fn choose(
        &self,
        named: Option<RegisterId>,
        kind: &str,
        country: Country,
        typed: &str,
    ) -> Result<(Arc<dyn Register>, RegisterNumber), Refused> {
        let fits = |one: &&Arc<dyn Register>| {
            one.takes(kind, country) && named.is_none_or(|id| id == one.id())
        };
        let register = self.0.iter().find(fits);
        let register = match (register, named) {
            (Some(register), _) if register.id() != RegisterId::Manual => register,
            (None, Some(_)) => return Err(refused("/register", "register-not-asked")),
            _ => return Err(Refused::state("register-by-hand")),
        };
        let number = register.normalise(kind, country, typed);
        let number = number.map_err(|error| refused("/registration_number", error.code()))?;
        Ok((Arc::clone(register), number))
    }
}

fn refused(pointer: &str, code: &'static str) -> Refused {
    Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code,
        }],
        ..Refused::unacceptable(code)
    }
}
