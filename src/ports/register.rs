//! Questions to registers of organisations.

use async_trait::async_trait;

use crate::{
    domain::{
        register::{LookupOutcome, RegisterId, RegisterNumber},
        text::Country,
    },
    policy::{
        organization_identifier::Scheme,
        registration_number::{self, InvalidNumber},
    },
};

/// Whose numbers a register knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Of one country, by its code.
    Country(&'static str),
    /// Of these countries.
    Countries(&'static [&'static str]),
    /// Of every country.
    World,
}

impl Reach {
    #[must_use]
    pub fn holds(self, country: Country) -> bool {
        let code = country.to_string();
        match self {
            Self::Country(one) => one == code,
            Self::Countries(all) => all.contains(&code.as_str()),
            Self::World => true,
        }
    }
}

/// A kind of number by which a register can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberKind {
    /// As the form offers it, for example `KRS`.
    pub kind: &'static str,
    pub scheme: Scheme,
    pub reach: Reach,
}

/// One register.
#[async_trait]
pub trait Register: Send + Sync {
    fn id(&self) -> RegisterId;

    /// The numbers it can be asked by.
    fn schemes(&self) -> &'static [NumberKind];

    /// Where everybody finds this register: a CA publishes those it uses (BR 3.2.3.3).
    fn disclosure_url(&self) -> &str;

    /// The normal form of a typed number.
    ///
    /// # Errors
    /// When it cannot be a number of this kind, or this register is not asked by it.
    fn normalise(
        &self,
        kind: &str,
        country: Country,
        typed: &str,
    ) -> Result<RegisterNumber, InvalidNumber> {
        if !self.takes(kind, country) {
            return Err(InvalidNumber::Register);
        }
        Ok(RegisterNumber {
            kind: kind.to_owned(),
            country,
            number: registration_number::normalise(kind, country, typed)?,
        })
    }

    /// Whether it can be asked by this kind of number.
    fn takes(&self, kind: &str, country: Country) -> bool {
        let mut schemes = self.schemes().iter();
        schemes.any(|scheme| scheme.kind == kind && scheme.reach.holds(country))
    }

    /// Asks for a number in its normal form. Ends within a bounded time; says nothing that the
    /// register did not say.
    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome;
}
