//! Which profiles the order path can fill.
//!
//! An order collects and proves a mailbox and the data of an organization, and its certificate
//! says both. A profile that wants more than that, or other than that, would refuse each of its
//! activations: it is refused when the daemon takes it up. What a profile may ask for at all is
//! known in `policy/profile.rs`.

use super::{
    activation,
    profile::{CertificateProfile, NameSource},
};
use crate::pkix::name::AttributeType;

/// Why no order can be certified by a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfilled {
    /// S/MIME BR 3.2.5: nothing that is not verified stands in a certificate.
    #[error(
        "{level}-validated leaves cannot be sold yet: the profile has {}, which an order neither \
         collects nor proves (S/MIME BR 3.2)",
        .kind.name()
    )]
    Unproven {
        level: &'static str,
        kind: AttributeType,
    },
    /// The certificate of an order always has it.
    #[error(
        "{level}-validated leaves cannot be sold yet: an order proves {} and writes it, which the \
         profile does not take",
        .kind.name()
    )]
    Unwanted {
        level: &'static str,
        kind: AttributeType,
    },
    /// Applicants choose between the organization and the mailbox.
    #[error("an order offers the organization and the mailbox as common names, and no other")]
    CommonName,
}

/// Whether an order proves all that the profile has, and the profile takes all that an order
/// writes.
///
/// # Errors
/// The first thing that does not fit.
pub fn fills(profile: &CertificateProfile) -> Result<(), Unfilled> {
    let level = profile.leaf_type().level.name();
    let mut wanted = profile.subject().iter().map(|row| row.0);
    if let Some(kind) = wanted.find(|kind| !is_proven(*kind)) {
        return Err(Unfilled::Unproven { level, kind });
    }
    let mut written = activation::FIELDS
        .into_iter()
        .filter_map(|(name, always, _)| AttributeType::from_name(name).filter(|_| always));
    if let Some(kind) = written.find(|kind| profile.requirement(*kind).is_none()) {
        return Err(Unfilled::Unwanted { level, kind });
    }
    let offered = [NameSource::Organization, NameSource::Mailbox];
    let mut sources = profile.common_name_sources().iter();
    if sources.all(|source| offered.contains(source)) {
        Ok(())
    } else {
        Err(Unfilled::CommonName)
    }
}

/// The mailbox and the common name have no field of the data.
fn is_proven(kind: AttributeType) -> bool {
    let mut fields = activation::FIELDS.into_iter();
    matches!(
        kind,
        AttributeType::CommonName | AttributeType::EmailAddress
    ) || fields.any(|(name, _, _)| name == kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/profiles/org-multipurpose.toml");

    fn of(level: &str, policy: &str, sources: &str, subject: &str) -> Result<(), Unfilled> {
        let (head, _) = SHIPPED.split_once("[subject]").unwrap();
        let text = head
            .replace(
                "validation = \"organization\"",
                &format!("validation = \"{level}\""),
            )
            .replace("2.23.140.1.5.2.2", policy)
            .replace("[\"organization\", \"email\"]", sources);
        let profile = CertificateProfile::parse(&format!("{text}[subject]\n{subject}"));
        fills(&profile.unwrap())
    }

    #[test]
    fn an_order_fills_the_shipped_profiles() {
        for text in [
            SHIPPED,
            include_str!("../../config/profiles/org-strict.toml"),
        ] {
            let profile = CertificateProfile::parse(text).unwrap();
            assert_eq!(fills(&profile), Ok(()));
        }
    }

    /// Lawful profiles all, and nobody proves what they need.
    #[test]
    fn what_no_order_proves_is_not_sold() {
        let organization = "country = \"required\"\norganization = \"required\"\n\
                            organization_identifier = \"required\"\ncommon_name = \"required\"\n";
        let sponsor = of(
            "sponsor",
            "2.23.140.1.5.3.2",
            "[\"email\"]",
            &format!("{organization}pseudonym = \"required\"\n"),
        );
        let unproven = |level, kind| Err(Unfilled::Unproven { level, kind });
        assert_eq!(sponsor, unproven("sponsor", AttributeType::Pseudonym));
        let person = of(
            "individual",
            "2.23.140.1.5.4.2",
            "[\"personal_name\"]",
            "surname = \"required\"\ncommon_name = \"required\"\n",
        );
        assert_eq!(person, unproven("individual", AttributeType::Surname));
        let mailbox = of(
            "mailbox",
            "2.23.140.1.5.1.2",
            "[\"email\"]",
            "common_name = \"required\"\n",
        );
        let kind = AttributeType::Organization;
        let level = "mailbox";
        assert_eq!(mailbox, Err(Unfilled::Unwanted { level, kind }));
        let said = mailbox.unwrap_err().to_string();
        assert!(
            said.contains("mailbox-validated leaves cannot be sold yet"),
            "{said}"
        );
        let no_country = of(
            "organization",
            "2.23.140.1.5.2.2",
            "[\"email\"]",
            &organization.replace("country = \"required\"\n", ""),
        );
        let (level, kind) = ("organization", AttributeType::Country);
        assert_eq!(no_country, Err(Unfilled::Unwanted { level, kind }));
    }

    /// Whoever adds a field of an order says which attribute it is.
    #[test]
    fn every_field_of_an_order_is_an_attribute_or_the_mailbox() {
        for (name, _, _) in activation::FIELDS {
            let known = AttributeType::from_name(name).is_some();
            assert!(known || name == "email", "{name}");
        }
    }
}
