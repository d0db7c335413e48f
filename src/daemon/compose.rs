//! Which part gets which: every service built once from the store, the signer and the outside.

use std::{num::NonZeroU32, sync::Arc};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Failure, Outside, caa, domains, doubts, mail,
    material::{self, Material},
    registers,
    verification::Desk,
    webhooks,
};
use crate::{
    adapters::{
        document_directory::{DocumentDirectory, content::SealedContent},
        pkcs11::Pkcs11Signer,
    },
    config::{Config, listen},
    domain::terms::Terms,
    http::{
        certificates::issued,
        extract::{idempotency::InFlight, list::cursor::CursorKey},
        health::Health,
        limits::{Allowance, Limits, Rate},
        state::{App, AppState, Gate},
        strangers::Strangers,
    },
    policy::{mailbox_code::CodeKey, problem_report::ChallengeKey},
    ports::{
        document_files::DocumentFiles,
        resolver::Resolver,
        returned_mail::ReturnedMail,
        signer::Signer,
        store::{Store, WholeStore, people},
    },
    services::{
        authority::Authorities,
        caa::{Advice, CaaChecks},
        catalogue::Catalogue,
        certificate_evidence::{self, CertificateEvidence},
        certificates::Certificates,
        csr_checks::CsrChecks,
        feed::Feed,
        identities::Identities,
        issuance::{self, Issuance},
        jobs::ledger::JobLedger,
        key_reports::KeyReports,
        keys::KeyWatch,
        known_domains::KnownDomains,
        lease::Lease,
        notifications::{self, Notifications},
        operation::Refusals,
        perspectives::Remotes,
        problem_reports::{self, ProblemReports},
        revocation_lists::{self, RevocationLists},
        revocations::{self, Revocations},
        screening::Screening,
        stock::Stock,
        subject_keys::SubjectKeys,
    },
};

/// What everything stands on.
#[derive(Clone)]
pub struct Ground {
    pub store: Arc<dyn WholeStore>,
    /// The registry of identities, as the listener asks it.
    pub people: Arc<dyn people::Identities>,
    pub signer: Arc<Pkcs11Signer>,
    pub lease: Arc<Lease>,
    pub outside: Outside,
    /// How long things may take, as the CA has chosen.
    pub terms: Terms,
    /// Acts that outlive their client.
    pub acts: TaskTracker,
    pub stop: CancellationToken,
}

impl Ground {
    /// The store as services write to it.
    pub fn durable(&self) -> Arc<dyn Store> {
        Arc::<dyn WholeStore>::clone(&self.store)
    }

    /// The way to the keys.
    pub fn signing(&self) -> Arc<dyn Signer> {
        Arc::<Pkcs11Signer>::clone(&self.signer)
    }

    /// The store under one of its reading traits.
    pub fn reads(&self) -> Arc<dyn WholeStore> {
        Arc::clone(&self.store)
    }
}

/// What the daemon itself keeps hold of.
pub struct Parts {
    pub app: AppState,
    pub catalogue: Arc<Catalogue>,
    pub screening: Arc<Screening>,
    pub domains: Arc<KnownDomains>,
    pub authorities: Arc<Authorities>,
    pub subject_keys: Arc<SubjectKeys>,
    pub keys: Arc<KeyWatch>,
    pub advice: Arc<Advice>,
    pub remotes: Remotes,
    pub returned_mail: Option<Arc<dyn ReturnedMail>>,
}

/// Builds the services.
///
/// # Errors
/// When a file or secret that the configuration names is missing or wrong.
pub fn parts(config: &Config, material: &Material, ground: &Ground) -> Result<Parts, Failure> {
    let catalogue = Arc::new(Catalogue::new(material.products.clone()));
    let screening = Arc::new(Screening::new(material.deny_list.clone()));
    let domains = Arc::new(KnownDomains::new(material.mail_domains.clone()));
    let authorities = authorities(material);
    let clock = &ground.outside.clock;
    let files: Arc<dyn DocumentFiles> = Arc::new(document_files(config, &ground.outside)?);
    let key = Arc::new(material::code_key(config)?);
    let subject_keys = Arc::new(SubjectKeys::new(ground.reads(), material.key_lists.clone()));
    let resolver: Arc<dyn Resolver> = Arc::new(caa::resolver(config)?);
    let remotes = domains::remotes(config, clock)?;
    let checks = caa::checks(config, ground, &resolver, &remotes);
    let registers = registers::registers(config, clock)?;
    let lists = Arc::new(revocation_lists(ground, &authorities));
    let warnings = Arc::new(mail::warnings(config)?);
    let revoking = revocations(ground, &authorities, &lists);
    let known = (&screening, &domains, &warnings);
    let desk = Desk::of(ground, &files, &registers, &catalogue, known);
    let mailboxes = desk.mailboxes(&key, config.settings.limits.codes());
    let app = App {
        gate: gate(config, ground, &key),
        cases: desk.cases(),
        registers: registers.clone(),
        authorities: Arc::clone(&authorities),
        catalogue: Arc::clone(&catalogue),
        certificates: certificates(ground, &authorities),
        certificate_evidence: certificate_evidence(ground, &authorities),
        stock: stock(ground, &authorities, &catalogue),
        csr_checks: csr_checks(ground, &subject_keys),
        issuance: issuance(
            config,
            ground,
            &authorities,
            &catalogue,
            &screening,
            &subject_keys,
            &checks,
        ),
        jobs: job_ledger(ground),
        domains: domains::service(config, ground, &resolver, &remotes),
        doubts: doubts::of_data(ground, &revoking),
        rechecks: doubts::rechecks(ground, &registers),
        mailbox_doubts: doubts::of_mailboxes(ground, &revoking, &mailboxes),
        revocations: revoking,
        revocation_lists: lists,
        identities: Arc::new(identities(ground, &subject_keys)),
        key_reports: Arc::new(key_reports(ground, &subject_keys)),
        signer: ground.signing(),
        mailboxes_by_domain: domains::mailboxes(ground, &mailboxes, &catalogue, &remotes),
        mailboxes,
        mails: mail::ledger(config, ground, &authorities, (&key, &screening))?,
        orders: desk.orders(),
        problem_reports: problem_reports(ground, &subject_keys, &key),
        data_sets: desk.data_sets(),
        documents: desk.documents(&config.settings.documents),
        webhooks: webhooks::service(config, ground)?,
        feed: Feed::new(ground.reads(), Arc::clone(clock), ground.stop.clone()),
        notifications: notices(ground),
    };
    Ok(Parts {
        app: Arc::new(app),
        catalogue,
        screening,
        domains,
        authorities,
        subject_keys,
        advice: caa::advice(checks, ground),
        remotes,
        returned_mail: mail::returned(config),
        keys: Arc::new(key_watch(config, ground)?),
    })
}

fn authorities(material: &Material) -> Arc<Authorities> {
    let (issuers, profiles) = (material.issuers.clone(), material.profiles.clone());
    Arc::new(Authorities::new(issuers, profiles))
}

fn key_watch(config: &Config, ground: &Ground) -> Result<KeyWatch, Failure> {
    Ok(KeyWatch::new(
        ground.durable(),
        ground.signing(),
        Arc::clone(&ground.outside.clock),
        material::key_facts(config)?,
    ))
}

/// The directory of documents under the configured keys.
///
/// # Errors
/// When the keys are missing or wrong.
pub fn document_files(config: &Config, outside: &Outside) -> Result<DocumentDirectory, Failure> {
    let directory = config.settings.files.documents.get_ref().as_path();
    Ok(DocumentDirectory::new(
        directory.to_owned(),
        Arc::new(material::document_keys(config)?),
        Arc::clone(&outside.entropy),
    ))
}

/// Who seals what evidence holds, under the same keys.
///
/// # Errors
/// When the keys are missing or wrong.
pub fn contents(config: &Config, outside: &Outside) -> Result<Arc<SealedContent>, Failure> {
    let keys = Arc::new(material::document_keys(config)?);
    let entropy = Arc::clone(&outside.entropy);
    Ok(Arc::new(SealedContent::new(keys, entropy)))
}

fn certificates(ground: &Ground, authorities: &Arc<Authorities>) -> Certificates {
    let clock = Arc::clone(&ground.outside.clock);
    Certificates::new(ground.reads(), Arc::clone(authorities), clock)
}

fn csr_checks(ground: &Ground, subject_keys: &Arc<SubjectKeys>) -> CsrChecks {
    let clock = Arc::clone(&ground.outside.clock);
    CsrChecks::new(ground.durable(), Arc::clone(subject_keys), clock)
}

fn stock(ground: &Ground, authorities: &Arc<Authorities>, catalogue: &Arc<Catalogue>) -> Stock {
    let clock = Arc::clone(&ground.outside.clock);
    let (authorities, catalogue) = (Arc::clone(authorities), Arc::clone(catalogue));
    Stock::new(ground.reads(), authorities, catalogue, clock)
}

fn notices(ground: &Ground) -> Notifications {
    Notifications::new(notifications::Parts {
        store: ground.durable(),
        notifications: ground.reads(),
        clock: Arc::clone(&ground.outside.clock),
    })
}

fn job_ledger(ground: &Ground) -> JobLedger {
    JobLedger {
        store: ground.durable(),
        jobs: ground.reads(),
        clock: Arc::clone(&ground.outside.clock),
    }
}

fn key_reports(ground: &Ground, keys: &Arc<SubjectKeys>) -> KeyReports {
    KeyReports {
        store: ground.durable(),
        facts: ground.reads(),
        keys: Arc::clone(keys),
        clock: Arc::clone(&ground.outside.clock),
    }
}

fn problem_reports(ground: &Ground, keys: &Arc<SubjectKeys>, key: &CodeKey) -> ProblemReports {
    ProblemReports::new(problem_reports::Parts {
        store: ground.durable(),
        reports: ground.reads(),
        facts: ground.reads(),
        stored: ground.reads(),
        keys: Arc::clone(keys),
        challenges: ChallengeKey::new(&key.derived("report challenges")),
        clock: Arc::clone(&ground.outside.clock),
        entropy: Arc::clone(&ground.outside.entropy),
    })
}

fn identities(ground: &Ground, keys: &Arc<SubjectKeys>) -> Identities {
    Identities {
        store: ground.durable(),
        people: ground.reads(),
        clock: Arc::clone(&ground.outside.clock),
        keys: Arc::clone(keys),
    }
}

/// What readiness is asked of.
pub fn health(
    config: &Config,
    ground: &Ground,
    metrics: Box<dyn Fn() -> String + Send + Sync>,
) -> Health {
    let signing = config.settings.mail.signing.as_ref();
    Health {
        signer: ground.signing(),
        mail_key: signing.map(|signing| signing.key.get_ref().0.clone()),
        audit: ground.reads(),
        store: ground.durable(),
        lease: Arc::clone(&ground.lease),
        clock: Arc::clone(&ground.outside.clock),
        stopping: ground.stop.clone(),
        metrics,
    }
}

fn gate(config: &Config, ground: &Ground, key: &CodeKey) -> Gate {
    let clock = Arc::clone(&ground.outside.clock);
    Gate {
        limits: Limits::new(allowance(&config.settings.limits), Arc::clone(&clock)),
        strangers: Strangers::new(pages(&config.settings.limits), Arc::clone(&clock)),
        cursors: CursorKey::new(&key.derived("list cursors")),
        refusals: Refusals::new(ground.durable(), Arc::clone(&clock)),
        clock,
        entropy: Arc::clone(&ground.outside.entropy),
        store: ground.durable(),
        identities: Arc::clone(&ground.people),
        requests: ground.reads(),
        in_flight: InFlight::default(),
        acts: ground.acts.clone(),
    }
}

fn rate(per_second: u32, burst: u32) -> Rate {
    Rate {
        per_second: NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN),
        burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN),
    }
}

fn pages(limits: &listen::Limits) -> Rate {
    rate(
        limits.page_requests_per_second.to_u32(),
        limits.page_requests_burst.to_u32(),
    )
}

fn allowance(limits: &listen::Limits) -> Allowance {
    Allowance {
        requests: rate(
            limits.requests_per_second.to_u32(),
            limits.requests_burst.to_u32(),
        ),
        csr_checks: rate(
            limits.csr_checks_per_second.to_u32(),
            limits.csr_checks_burst.to_u32(),
        ),
        revocations: rate(
            limits.revocations_per_second.to_u32(),
            limits.revocations_burst.to_u32(),
        ),
        concurrent: limits.concurrent_requests.to_usize(),
    }
}

fn issuance(
    config: &Config,
    ground: &Ground,
    authorities: &Arc<Authorities>,
    catalogue: &Arc<Catalogue>,
    screening: &Arc<Screening>,
    subject_keys: &Arc<SubjectKeys>,
    checks: &CaaChecks,
) -> Issuance {
    Issuance::new(issuance::Parts {
        store: ground.durable(),
        activations: ground.reads(),
        certificates: Certificates::new(
            ground.reads(),
            Arc::clone(authorities),
            Arc::clone(&ground.outside.clock),
        ),
        subject_keys: Arc::clone(subject_keys),
        requests: ground.reads(),
        signer: ground.signing(),
        clock: Arc::clone(&ground.outside.clock),
        entropy: Arc::clone(&ground.outside.entropy),
        authorities: Arc::clone(authorities),
        catalogue: Arc::clone(catalogue),
        screening: Arc::clone(screening),
        caa: checks.clone(),
        lease: Arc::clone(&ground.lease),
        tasks: ground.acts.clone(),
        render: Arc::new(issued),
        overlap: config.settings.lives.overlap(),
    })
}

fn certificate_evidence(ground: &Ground, authorities: &Arc<Authorities>) -> CertificateEvidence {
    let clock = &ground.outside.clock;
    CertificateEvidence::new(certificate_evidence::Parts {
        store: ground.durable(),
        certificates: Certificates::new(ground.reads(), Arc::clone(authorities), Arc::clone(clock)),
        activations: ground.reads(),
        rests: ground.reads(),
        orders: ground.reads(),
        sets: ground.reads(),
        cases: ground.reads(),
        lookups: ground.reads(),
        mailboxes: ground.reads(),
        domains: ground.reads(),
        requests: ground.reads(),
        people: ground.reads(),
        keys: ground.reads(),
        caa: ground.reads(),
        audit: ground.reads(),
        texts: ground.reads(),
        authorities: Arc::clone(authorities),
        clock: Arc::clone(clock),
    })
}

fn revocation_lists(ground: &Ground, authorities: &Arc<Authorities>) -> RevocationLists {
    RevocationLists::new(revocation_lists::Parts {
        store: ground.durable(),
        lists: ground.reads(),
        signer: ground.signing(),
        clock: Arc::clone(&ground.outside.clock),
        entropy: Arc::clone(&ground.outside.entropy),
        authorities: Arc::clone(authorities),
        lease: Arc::clone(&ground.lease),
    })
}

fn revocations(
    ground: &Ground,
    authorities: &Arc<Authorities>,
    lists: &Arc<RevocationLists>,
) -> Revocations {
    let clock = &ground.outside.clock;
    Revocations::new(revocations::Parts {
        store: ground.durable(),
        certificates: Certificates::new(ground.reads(), Arc::clone(authorities), Arc::clone(clock)),
        stored: ground.reads(),
        revocations: ground.reads(),
        keys: ground.reads(),
        orders: ground.reads(),
        lists: Arc::clone(lists),
        clock: Arc::clone(clock),
        entropy: Arc::clone(&ground.outside.entropy),
    })
}
