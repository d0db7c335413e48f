//! Every mutation by name. Each breaks, or harmlessly changes, one thing of a good certificate.

#[path = "mutations/algorithms.rs"]
mod algorithms;
#[path = "mutations/contents.rs"]
mod contents;
#[path = "mutations/encodings.rs"]
mod encodings;
#[path = "mutations/extensions.rs"]
mod extensions;
#[path = "mutations/identifiers.rs"]
mod identifiers;
#[path = "mutations/mailboxes.rs"]
mod mailboxes;
#[path = "mutations/subject.rs"]
mod subject;
#[path = "mutations/times.rs"]
mod times;

use chancery::{
    pkix::{name::AttributeType, serial_number::SerialNumber},
    policy::{activation::Subject, profile::leaf_type::LeafType},
};

use super::{
    issuer::{self, Issuer, Request},
    leaf::Leaf,
};

/// The good certificate a mutation starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    /// Common name is the organization.
    MultipurposeRsa,
    /// Common name is the mailbox.
    MultipurposeEc,
    /// Common name is the mailbox, which stands in emailAddress too.
    StrictRsa,
    /// Common name is the organization.
    StrictEc,
}

pub const BASES: [Base; 4] = [
    Base::MultipurposeRsa,
    Base::MultipurposeEc,
    Base::StrictRsa,
    Base::StrictEc,
];

/// The mailbox of every good certificate.
pub const MAILBOX: &str = "jan.kowalski@example.com";
/// The organization of every good certificate.
pub const ORGANIZATION_NAME: &str = "Zażółć sp. z o.o.";

impl Base {
    pub const fn name(self) -> &'static str {
        match self {
            Self::MultipurposeRsa => "multipurpose-rsa",
            Self::MultipurposeEc => "multipurpose-ec",
            Self::StrictRsa => "strict-rsa",
            Self::StrictEc => "strict-ec",
        }
    }

    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::MultipurposeRsa | Self::StrictRsa)
    }

    pub fn leaf_type(self) -> LeafType {
        self.profile().leaf_type()
    }

    pub fn issuer(self) -> &'static Issuer {
        if self.is_rsa() {
            &issuer::RSA
        } else {
            &issuer::EC
        }
    }

    fn profile(self) -> &'static chancery::policy::profile::CertificateProfile {
        match self {
            Self::MultipurposeRsa | Self::MultipurposeEc => &issuer::MULTIPURPOSE,
            Self::StrictRsa | Self::StrictEc => &issuer::STRICT,
        }
    }

    /// The certificate as the product makes it.
    pub fn good(self) -> Vec<u8> {
        let named_by_mailbox = matches!(self, Self::MultipurposeEc | Self::StrictRsa);
        let common_name = if named_by_mailbox {
            MAILBOX
        } else {
            ORGANIZATION_NAME
        };
        let attributes = [
            (AttributeType::Country, "PL"),
            (AttributeType::StateOrProvince, "Łódzkie"),
            (AttributeType::Locality, "Łódź"),
            (AttributeType::Organization, ORGANIZATION_NAME),
            (AttributeType::OrganizationIdentifier, "NTRPL-0000123456"),
            (AttributeType::CommonName, common_name),
        ];
        let subject = Subject {
            mailbox: MAILBOX.to_owned(),
            attributes: attributes
                .map(|(kind, value)| (kind, value.to_owned()))
                .into(),
        };
        let key = issuer::public_key(if self.is_rsa() { "rsa-2048" } else { "p256" });
        let request = Request {
            profile: self.profile(),
            serial: SerialNumber::from_random([0x5a; 16]),
            issued_at: "2026-11-22T12:00:00Z".parse().unwrap(),
            days: 365,
            key: &key,
            subject: &subject,
            email_in_subject: self == Self::StrictRsa,
            partition: 0,
        };
        let linted = self.issuer().linted(&request).unwrap();
        self.issuer().signed(&linted)
    }
}

/// One change with a name.
pub struct Mutation {
    pub area: &'static str,
    pub name: String,
    pub base: Base,
    pub apply: Box<dyn Fn(&mut Leaf)>,
}

/// The mutations of one area as they are written down.
pub struct Area {
    name: &'static str,
    mutations: Vec<Mutation>,
}

impl Area {
    /// On the next of the four bases in turn, where any will do.
    pub fn add(&mut self, name: impl Into<String>, apply: impl Fn(&mut Leaf) + 'static) {
        let base = BASES[self.mutations.len() % BASES.len()];
        self.on(base, name, apply);
    }

    pub fn on(&mut self, base: Base, name: impl Into<String>, apply: impl Fn(&mut Leaf) + 'static) {
        self.mutations.push(Mutation {
            area: self.name,
            name: name.into(),
            base,
            apply: Box::new(apply),
        });
    }
}

/// Writes the mutations of an area down.
type Writer = fn(&mut Area);

/// All mutations, always the same in the same order.
pub fn all() -> Vec<Mutation> {
    let areas: [(&'static str, Writer); 8] = [
        ("subject", subject::mutations),
        ("identifier", identifiers::mutations),
        ("mailbox", mailboxes::mutations),
        ("extension", extensions::mutations),
        ("content", contents::mutations),
        ("encoding", encodings::mutations),
        ("algorithm", algorithms::mutations),
        ("time and serial", times::mutations),
    ];
    let mut all = Vec::new();
    for (name, write_down) in areas {
        let mut area = Area {
            name,
            mutations: Vec::new(),
        };
        write_down(&mut area);
        all.extend(area.mutations);
    }
    all
}
