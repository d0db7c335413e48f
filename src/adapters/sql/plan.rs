//! A unit of work as rows: what must be true, and what is written when it is.

use super::{
    activation, caa, case, certificate, data_lookup, document, domain_control, evidence, identity,
    intent, job, kept_text, mail, mailbox, notification, order, problem_report, profile, request,
    responder, revocation, revocation_case,
    sealing::SealedUnit,
    subject_data, subject_key,
    table::{Key, Record, Table, key_of},
    unsubscription,
    value::SqlValue,
    webhook,
};
use crate::domain::{
    activation::{Activation, ActivationState},
    aggregate::{Changed, Version},
    certificate::Certificate,
    identity::Identity,
    intent::{Intent, IssuerName},
    job::JobEnd,
    mail::reminders::Unsubscription,
    order::Order,
    responder::Responder,
    unit::{Aggregate, Change, CommitError, Rest, UniqueKey, Unit},
};

/// A row that must have this version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    pub table: &'static Table,
    pub key: Key,
    pub version: Version,
}

/// A key that nobody may hold yet, and the answer when somebody does.
#[derive(Clone, Debug)]
pub struct Free {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub key: Key,
    pub taken: CommitError,
}

/// What a unit demands and writes.
#[derive(Debug, Default)]
pub struct Plan {
    pub grounds: Vec<Ground>,
    pub free: Vec<Free>,
    /// Keys that must not be there; they stay free.
    pub absent: Vec<Free>,
    /// Keys that units beside it want absent, and that are there once the unit is written.
    pub present: Vec<(&'static Table, Key)>,
    /// Keys of the versioned rows it writes, new ones included.
    pub written: Vec<(&'static Table, Key)>,
    pub inserts: Vec<(&'static Table, Record)>,
    /// Rows that may be there already: the same work is queued once, a key blocked once.
    pub unless_there: Vec<(&'static Table, Record)>,
    pub updates: Vec<(&'static Table, Record)>,
    /// (order, activation) that no longer lives.
    pub ended_live: Vec<Record>,
    pub job_end: Option<JobEnd>,
    /// The row of that end.
    pub job_row: Option<Record>,
    /// `id` and the new `due` of a job that somebody hurries.
    pub hurried: Option<Record>,
    /// Key, `status`, `location`, `etag`, `body` for a claim of an earlier unit.
    pub answer: Option<Record>,
    pub tbs: Vec<[u8; 32]>,
}

/// The table behind an aggregate that decisions rest on.
#[must_use]
pub fn table_of(aggregate: Aggregate) -> &'static Table {
    match aggregate {
        Aggregate::Order => &order::TABLE,
        Aggregate::SubjectData => &subject_data::TABLE,
        Aggregate::Case => &case::TABLE,
        Aggregate::Mailbox | Aggregate::MailboxProof => &mailbox::TABLE,
        Aggregate::Activation => &activation::TABLE,
        Aggregate::Identity => &identity::TABLE,
        Aggregate::CaaCheck => &caa::TABLE,
        Aggregate::DomainControl => &domain_control::TABLE,
    }
}

impl Plan {
    /// Maps the unit once; nothing is decided here.
    #[must_use]
    pub fn of(unit: &SealedUnit) -> Self {
        let mut plan = Self::default();
        for rest in &unit.rests_on {
            plan.grounds.push(Ground {
                table: table_of(rest.aggregate),
                key: vec![SqlValue::text(&rest.id)],
                version: rest.version,
            });
        }
        for fingerprint in &unit.unblocked {
            plan.absent.push(Free {
                table: subject_key::BLOCKED.name,
                columns: subject_key::BLOCKED.key_columns(),
                key: vec![SqlValue::text(hex::encode(fingerprint))],
                taken: CommitError::Conflict,
            });
        }
        for (issuer, serial) in &unit.unrevoked {
            plan.absent.push(Free {
                table: revocation::REVOKED.name,
                columns: revocation::REVOKED.key_columns(),
                key: vec![SqlValue::text(issuer), SqlValue::text(hex::encode(serial))],
                taken: CommitError::Conflict,
            });
        }
        for change in &unit.changes {
            plan.change(change, unit);
        }
        for new in &unit.jobs {
            plan.unless_there
                .push((&job::TABLE, job::record(new, unit.now)));
        }
        plan.job_end.clone_from(&unit.job_end);
        plan.job_row = unit.job_end.as_ref().map(|e| job::end_record(e, unit.now));
        plan.hurried = unit.hurried.map(|id| job::hurried_record(id, unit.now));
        plan.request(unit);
        plan
    }

    fn change(&mut self, change: &Change, unit: &SealedUnit) {
        match change {
            Change::Order(c) => self.order(c),
            Change::SubjectData(c) => self.row(&subject_data::TABLE, c, subject_data::record),
            Change::DataLookup(c) => self.row(&data_lookup::TABLE, c, |lookup, version| {
                data_lookup::record(lookup, version, unit.content(lookup.id))
            }),
            Change::Case(c) => self.row(&case::TABLE, c, case::record),
            Change::Mailbox(c) => self.row(&mailbox::TABLE, c, mailbox::record),
            Change::AddressUse(c) => {
                self.named_row(
                    &mailbox::ADDRESS_USE,
                    c,
                    mailbox::address_use_record,
                    CommitError::Conflict,
                );
            }
            Change::CaaCheck(c) => self.row(&caa::TABLE, c, caa::record),
            Change::DomainControl(c) => {
                self.row(&domain_control::TABLE, c, domain_control::record);
            }
            Change::ProblemReport(c) => {
                self.row(&problem_report::TABLE, c, problem_report::record);
            }
            Change::Activation(c) => self.activation(c),
            Change::Intent(c) => self.intent(c, &unit.rests_on),
            Change::Revocation(c) => self.row(&revocation_case::TABLE, c, revocation_case::record),
            Change::RevocationList(c) => {
                let taken = CommitError::Exists(UniqueKey::CrlNumber);
                self.named_row(&revocation::TABLE, c, revocation::record, taken);
                if c.was().is_none() {
                    self.tbs.push(c.tbs_sha256);
                }
            }
            Change::Responder(c) => self.responder(c),
            Change::Profile(c) => {
                self.named_row(&profile::TABLE, c, profile::record, CommitError::Conflict);
            }
            Change::Identity(c) => self.identity(c),
            Change::Mail(c) => self.row(&mail::TABLE, c, mail::record),
            Change::Unsubscription(c) => self.unsubscription(c),
            Change::Notification(c) => self.row(&notification::TABLE, c, notification::record),
            Change::Webhook(c) => self.row(&webhook::TABLE, c, webhook::record),
            Change::Certificate(c) => self.certificate(c),
            Change::Document(c) => self.row(&document::TABLE, c, document::record),
            Change::Evidence(evidence) => {
                let record = evidence::record(evidence, unit.content(evidence.id));
                self.inserts.push((&evidence::TABLE, record));
            }
            Change::Revoked(revoked) => {
                let taken = CommitError::Exists(UniqueKey::Other("revoked"));
                let record = revocation::revoked_record(revoked);
                self.once(&revocation::REVOKED, record, taken);
            }
            Change::BlockedKey(blocked) => {
                let table = &subject_key::BLOCKED;
                let record = subject_key::blocked_record(blocked);
                self.present.push((table, key_of(table, &record)));
                self.unless_there.push((table, record));
            }
            Change::KeyHolder(holder) => {
                let record = subject_key::holder_record(holder);
                self.once(&subject_key::HOLDER, record, CommitError::Conflict);
            }
            Change::Text(text) => {
                let record = kept_text::record(text, unit.now);
                self.once(&kept_text::TABLE, record, CommitError::Conflict);
            }
        }
    }

    fn order(&mut self, changed: &Changed<Order>) {
        self.row(&order::TABLE, changed, order::record);
        if changed.was().is_none() {
            self.free(
                "orders",
                &["number"],
                vec![SqlValue::text(changed.number.as_str())],
                CommitError::Exists(UniqueKey::OrderNumber),
            );
        }
    }

    fn identity(&mut self, changed: &Changed<Identity>) {
        let taken = CommitError::Exists(UniqueKey::IdentityName);
        self.named_row(&identity::TABLE, changed, identity::record, taken);
        if changed.was().is_none() {
            self.free(
                "identity",
                &["credential_kind", "credential"],
                identity::credential(&changed.credential).to_vec(),
                CommitError::Exists(UniqueKey::IdentityCredential),
            );
        }
    }

    /// One wish about an address and a group.
    fn unsubscription(&mut self, changed: &Changed<Unsubscription>) {
        self.row(&unsubscription::TABLE, changed, unsubscription::record);
        if changed.was().is_none() {
            let key = vec![
                SqlValue::text(&changed.address),
                SqlValue::text(changed.reminders.name()),
            ];
            let columns = &["address", "reminders"];
            self.free("unsubscription", columns, key, CommitError::Conflict);
        }
    }

    fn certificate(&mut self, certificate: &Certificate) {
        let record = certificate::record(certificate);
        let key = record.iter().skip(1).take(2).cloned().collect();
        let taken = CommitError::Exists(UniqueKey::Serial);
        self.free("certificate", &["issuer", "serial"], key, taken);
        self.inserts.push((&certificate::TABLE, record));
    }

    /// The live row comes and goes with the running state.
    fn activation(&mut self, changed: &Changed<Activation>) {
        self.row(&activation::TABLE, changed, activation::record);
        let order = SqlValue::text(changed.order);
        let live = vec![order.clone(), SqlValue::text(changed.id)];
        let running = changed.state == ActivationState::Running;
        if changed.was().is_none() && running {
            let table = &activation::LIVE;
            let taken = CommitError::Exists(UniqueKey::LiveActivation);
            self.free(table.name, table.key_columns(), vec![order], taken);
            self.inserts.push((table, live));
        } else if !running {
            self.ended_live.push(live);
        }
    }

    /// The intent keeps what its unit rests on.
    fn intent(&mut self, changed: &Changed<Intent>, rests: &[Rest]) {
        let taken = CommitError::Exists(UniqueKey::Serial);
        self.named_row(&intent::TABLE, changed, intent::record, taken);
        if changed.was().is_some() {
            return;
        }
        self.serial(
            &intent::TABLE,
            &responder::TABLE,
            &changed.issuer,
            &changed.serial,
        );
        self.tbs.push(changed.tbs_sha256);
        let rests = rests.iter().map(|rest| {
            let record = intent::rest_record(changed, rest);
            (&intent::RESTS_ON, record)
        });
        self.unless_there.extend(rests);
    }

    fn responder(&mut self, changed: &Changed<Responder>) {
        let taken = CommitError::Exists(UniqueKey::Serial);
        self.named_row(&responder::TABLE, changed, responder::record, taken);
        if changed.was().is_none() {
            self.serial(
                &responder::TABLE,
                &intent::TABLE,
                &changed.issuer,
                &changed.serial,
            );
            self.tbs.push(changed.tbs_sha256);
        }
    }

    /// A new serial of `own` that no row of `other` has: leaves and responders share an issuer's
    /// serials, and no unique key spans two tables.
    fn serial(
        &mut self,
        own: &'static Table,
        other: &'static Table,
        issuer: &IssuerName,
        serial: &[u8],
    ) {
        let key = responder::key(issuer, serial);
        self.present.push((own, key.clone()));
        self.absent.push(Free {
            table: other.name,
            columns: other.key_columns(),
            key,
            taken: CommitError::Exists(UniqueKey::Serial),
        });
    }

    fn request(&mut self, unit: &Unit) {
        let answer = unit.answer.as_ref();
        let mut unanswered = answer;
        if let Some(claim) = &unit.claim {
            let own = answer.filter(|(key, _)| *key == claim.key);
            let record = request::record(claim, own.map(|(_, answer)| answer), unit.now);
            let table = &request::TABLE;
            let taken = CommitError::Exists(UniqueKey::Idempotency);
            self.free(
                table.name,
                table.key_columns(),
                key_of(table, &record),
                taken,
            );
            self.inserts.push((table, record));
            unanswered = answer.filter(|_| own.is_none());
        }
        self.answer = unanswered.map(|(key, answer)| {
            let mut record = request::key(key);
            record.extend(request::answer(Some(answer)));
            record
        });
    }

    /// A versioned row whose id was drawn at random.
    fn row<T>(
        &mut self,
        table: &'static Table,
        changed: &Changed<T>,
        record: impl Fn(&T, Version) -> Record,
    ) {
        let record = record(changed, changed.will_be());
        let key = key_of(table, &record);
        self.written.push((table, key.clone()));
        match changed.was() {
            None => self.inserts.push((table, record)),
            Some(version) => {
                self.grounds.push(Ground {
                    table,
                    key,
                    version,
                });
                self.updates.push((table, record));
            }
        }
    }

    /// A versioned row whose key somebody else may choose too.
    fn named_row<T>(
        &mut self,
        table: &'static Table,
        changed: &Changed<T>,
        record: impl Fn(&T, Version) -> Record,
        taken: CommitError,
    ) {
        if changed.was().is_none() {
            let key = key_of(table, &record(changed, changed.will_be()));
            self.free(table.name, table.key_columns(), key, taken);
        }
        self.row(table, changed, record);
    }

    /// A row that is written once, under a key that nobody may hold yet.
    fn once(&mut self, table: &'static Table, record: Record, taken: CommitError) {
        let key = key_of(table, &record);
        self.free(table.name, table.key_columns(), key, taken);
        self.inserts.push((table, record));
    }

    fn free(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        key: Key,
        taken: CommitError,
    ) {
        self.free.push(Free {
            table,
            columns,
            key,
            taken,
        });
    }
}
