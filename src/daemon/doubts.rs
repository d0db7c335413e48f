//! The services of what must not be relied on.

use std::sync::Arc;

use super::compose::Ground;
use crate::services::{
    doubts::{self, Doubts},
    mailbox_doubts::{self, MailboxDoubts},
    mailboxes::MailboxControl,
    rechecks::{self, Rechecks},
    registers::Registers,
    revocations::Revocations,
    unrevoked::{self, UnrevokedWatch},
};

/// Verified data in doubt.
pub(super) fn of_data(ground: &Ground, revocations: &Revocations) -> Doubts {
    Doubts::new(doubts::Parts {
        store: ground.durable(),
        sets: ground.reads(),
        certificates: ground.reads(),
        rests: ground.reads(),
        revocations: revocations.clone(),
        clock: Arc::clone(&ground.outside.clock),
        entropy: Arc::clone(&ground.outside.entropy),
    })
}

/// Registers asked again about verified data.
pub(super) fn rechecks(ground: &Ground, registers: &Registers) -> Rechecks {
    Rechecks::new(rechecks::Parts {
        store: ground.durable(),
        sets: ground.reads(),
        cases: ground.reads(),
        lookups: ground.reads(),
        certificates: ground.reads(),
        ended: ground.reads(),
        registers: registers.clone(),
        terms: ground.terms,
        clock: Arc::clone(&ground.outside.clock),
        entropy: Arc::clone(&ground.outside.entropy),
    })
}

/// The alarm for what nobody has revoked.
pub(super) fn unrevoked(ground: &Ground) -> UnrevokedWatch {
    UnrevokedWatch::new(unrevoked::Parts {
        ended: ground.reads(),
        clock: Arc::clone(&ground.outside.clock),
    })
}

/// Mailbox validations in doubt.
pub(super) fn of_mailboxes(
    ground: &Ground,
    revocations: &Revocations,
    control: &MailboxControl,
) -> MailboxDoubts {
    MailboxDoubts::new(mailbox_doubts::Parts {
        store: ground.durable(),
        mailboxes: ground.reads(),
        certificates: ground.reads(),
        rests: ground.reads(),
        revocations: revocations.clone(),
        control: control.clone(),
        clock: Arc::clone(&ground.outside.clock),
    })
}
