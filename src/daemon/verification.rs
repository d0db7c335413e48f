//! The services that bring an order to its activation: orders, data, documents, cases, mailboxes.
//! They share one deny list, the same lists of domains and the same days of reminders.

use std::{sync::Arc, time::Duration};

use super::compose::Ground;
use crate::{
    adapters::clamd::{self, Clamd},
    config::documents::{ClamdAddress, Documents as DocumentSettings, Scan},
    domain::mailbox::allowance::Allowance,
    policy::{mailbox_code::CodeKey, warnings::Warnings},
    ports::{document_files::DocumentFiles, scanner::Scanner},
    services::{
        cases::{self, CaseWork},
        catalogue::Catalogue,
        documents::{self, Documents},
        known_domains::KnownDomains,
        mailboxes::{self, MailboxControl},
        orders::{self, Orders},
        registers::Registers,
        screening::Screening,
        subject_data::{self, DataSets},
    },
};

/// What they share.
pub struct Desk<'a> {
    ground: &'a Ground,
    files: &'a Arc<dyn DocumentFiles>,
    registers: &'a Registers,
    catalogue: &'a Arc<Catalogue>,
    screening: &'a Arc<Screening>,
    domains: &'a Arc<KnownDomains>,
    warnings: &'a Arc<Warnings>,
}

/// Deny list, mail domains, days of reminders.
type Known<'a> = (&'a Arc<Screening>, &'a Arc<KnownDomains>, &'a Arc<Warnings>);

impl<'a> Desk<'a> {
    pub const fn of(
        ground: &'a Ground,
        files: &'a Arc<dyn DocumentFiles>,
        registers: &'a Registers,
        catalogue: &'a Arc<Catalogue>,
        (screening, domains, warnings): Known<'a>,
    ) -> Self {
        Self {
            ground,
            files,
            registers,
            catalogue,
            screening,
            domains,
            warnings,
        }
    }

    pub fn cases(&self) -> CaseWork {
        let ground = self.ground;
        CaseWork::new(cases::Parts {
            store: ground.durable(),
            cases: ground.reads(),
            subject_data: ground.reads(),
            orders: ground.reads(),
            mailboxes: ground.reads(),
            files: Arc::clone(self.files),
            registers: self.registers.clone(),
            screening: Arc::clone(self.screening),
            domains: Arc::clone(self.domains),
            clock: Arc::clone(&ground.outside.clock),
            entropy: Arc::clone(&ground.outside.entropy),
            warnings: Arc::clone(self.warnings),
            terms: ground.terms,
        })
    }

    /// `allowance` is of codes in an hour.
    pub fn mailboxes(&self, key: &Arc<CodeKey>, allowance: Allowance) -> MailboxControl {
        let ground = self.ground;
        MailboxControl::new(mailboxes::Parts {
            store: ground.durable(),
            orders: ground.reads(),
            data: ground.reads(),
            mailboxes: ground.reads(),
            clock: Arc::clone(&ground.outside.clock),
            entropy: Arc::clone(&ground.outside.entropy),
            key: Arc::clone(key),
            domains: Arc::clone(self.domains),
            warnings: Arc::clone(self.warnings),
            screening: Arc::clone(self.screening),
            allowance,
            terms: ground.terms,
        })
    }

    pub fn orders(&self) -> Orders {
        let ground = self.ground;
        Orders::new(orders::Parts {
            store: ground.durable(),
            orders: ground.reads(),
            sets: ground.reads(),
            mailboxes: ground.reads(),
            certificates: ground.reads(),
            clock: Arc::clone(&ground.outside.clock),
            entropy: Arc::clone(&ground.outside.entropy),
            catalogue: Arc::clone(self.catalogue),
            warnings: Arc::clone(self.warnings),
            screening: Arc::clone(self.screening),
            terms: ground.terms,
        })
    }

    pub fn data_sets(&self) -> DataSets {
        let ground = self.ground;
        DataSets::new(subject_data::Parts {
            store: ground.durable(),
            sets: ground.reads(),
            orders: ground.reads(),
            cases: ground.reads(),
            registers: self.registers.clone(),
            screening: Arc::clone(self.screening),
            clock: Arc::clone(&ground.outside.clock),
            entropy: Arc::clone(&ground.outside.entropy),
            catalogue: Arc::clone(self.catalogue),
            warnings: Arc::clone(self.warnings),
        })
    }

    pub fn documents(&self, settings: &DocumentSettings) -> Documents {
        let ground = self.ground;
        Documents::new(documents::Parts {
            store: ground.durable(),
            sets: ground.reads(),
            cases: ground.reads(),
            files: Arc::clone(self.files),
            scanner: settings.scan.as_ref().map(scanner),
            kept_days: settings.kept_days.get(),
            clock: Arc::clone(&ground.outside.clock),
            entropy: Arc::clone(&ground.outside.entropy),
        })
    }
}

fn scanner(wanted: &Scan) -> Arc<dyn Scanner> {
    let address = match &wanted.clamd {
        ClamdAddress::Unix(path) => clamd::Address::Unix(path.clone()),
        ClamdAddress::Tcp(address) => clamd::Address::Tcp(*address),
    };
    let deadline = Duration::from_secs(wanted.deadline_seconds.get());
    Arc::new(Clamd::new(address, deadline))
}
