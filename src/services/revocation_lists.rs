//! CRLs: signed through the same record-sign-verify path as certificates, renewed before they
//! grow old, complete (I13) and with rising numbers (I12).
//!
//! A clock behind the audit log stops issuing but no CRL: a revocation that relying parties do not
//! see is none (I16), and by such a clock only news make a list due. Its number rises and its
//! dates are never before those of the last one, so it is at no point worse than the list it
//! replaces; its entries stay longer, not shorter.

use std::{
    collections::BTreeMap,
    sync::{self, Arc, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::{
    domain::{
        aggregate::Loaded,
        id::JobId,
        intent::IssuerName,
        job::{Job, JobEnd, JobKind, NewJob},
        refusal::Refused,
        revocation_list::{CrlState, RevocationList, RevokedSerial},
        timestamp::Timestamp,
        unit::{CommitError, UniqueKey, Unit},
    },
    policy::{
        access::SystemScope,
        issuance::{
            Recorded,
            artifact::CrlTbs,
            crl::{self, CrlOrder},
        },
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        signer::Signer,
        store::{Bookkeeping, Store, issuance::RevocationLists as Stored},
    },
    services::{
        authority::{Authorities, Authority},
        jobs::{JobHandler, rest_before_anew, rest_for_hsm},
        lease::Lease,
    },
};

mod entries;

/// An entry stays for this long after its certificate's notAfter: one CRL beyond expiry (RFC
/// 5280 3.3, I13).
const BEYOND_EXPIRY: Duration = Duration::from_secs(10 * 86_400);

/// A list is nobody's wish: whoever has it renewed, it is the CA's own doing.
const SYSTEM: SystemScope = SystemScope::new("crl");

/// Lists settled at one look.
const ORPHANS: u32 = 100;

/// What CRL signing needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub lists: Arc<dyn Stored>,
    pub signer: Arc<dyn Signer>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub authorities: Arc<Authorities>,
    pub lease: Arc<Lease>,
}

/// The CRL service.
pub struct RevocationLists {
    parts: Parts,
    /// One CRL at a time in this process. Of several processes one signs a scope: the store keeps one
    /// list of it open (I12).
    signing: Mutex<()>,
    /// When each list is to be looked at again, by the clock alone.
    looked_after: sync::Mutex<BTreeMap<Scope, Timestamp>>,
    /// Lists that failed in a row after their record, and the monotonic time of the next try.
    failures: sync::Mutex<BTreeMap<Scope, (u32, Duration)>>,
}

/// A CRL scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    pub issuer: IssuerName,
    pub partition: u32,
}

impl Scope {
    /// From a job's object, `issuer/partition`.
    #[must_use]
    pub fn parse(object: &str) -> Option<Self> {
        let (issuer, partition) = object.rsplit_once('/')?;
        Some(Self {
            issuer: IssuerName::parse(issuer)?,
            partition: partition.parse().ok()?,
        })
    }
}

impl RevocationLists {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            signing: Mutex::new(()),
            looked_after: sync::Mutex::default(),
            failures: sync::Mutex::default(),
        }
    }

    /// The newest signed list, as it is served.
    ///
    /// # Errors
    /// 404 when the scope is not ours or nothing is signed yet; 503 when the store is away.
    pub async fn current(&self, scope: &Scope) -> Result<Loaded<RevocationList>, Refused> {
        let authority = self.authority(scope)?;
        let newest = self
            .parts
            .lists
            .newest_crl(&authority.name, scope.partition)
            .await?;
        newest.ok_or_else(Refused::not_found)
    }

    /// Signs every list that is missing or old. Runs at the start and each second: a list that
    /// was looked at is asked of the store again only when it is due. News come as jobs.
    ///
    /// # Errors
    /// The first trouble met; every other list is renewed all the same.
    pub async fn renew_due(&self) -> Result<(), Refused> {
        let mut first_trouble = Ok(());
        for authority in self.parts.authorities.issuers() {
            for partition in 0..authority.partitions.get() {
                let scope = Scope {
                    issuer: authority.name.clone(),
                    partition,
                };
                if self.is_looked_after(&scope) || self.rests(&scope) {
                    continue;
                }
                match self.renew(&scope, None).await {
                    Ok(newest) => {
                        let due = newest.plus(authority.crl.refresh);
                        self.looked_after().insert(scope, due);
                    }
                    Err(trouble) => first_trouble = first_trouble.and(Err(trouble)),
                }
            }
        }
        first_trouble
    }

    /// Abandons every list that was recorded and whose signature will never be stored: a boot
    /// died between the two, or the store was away when the signature came. Its number is not
    /// used again; the list that follows has its own, and a job of its own asks for it.
    ///
    /// # Errors
    /// 503 when the store cannot answer; what was settled stays settled.
    pub async fn settle_orphans(&self) -> Result<usize, Refused> {
        let own = self.parts.lease.boot();
        // Whoever signs here holds the lock: what is recorded now is nobody's.
        let _one_at_a_time = self.signing.lock().await;
        let now = self.parts.clock.now();
        let lists = self.parts.lists.unsettled_crls(own, now, ORPHANS).await?;
        let mut settled = 0;
        for list in lists {
            let cause = if list.boot == own {
                "result-not-stored"
            } else {
                "boot-died"
            };
            // The job that asked for the list has ended with its record.
            let retry = self.job(&list, now)?;
            let unit = Unit::of(SYSTEM.caller(), now, list.abandoned(cause)?)
                .job(retry)
                .reserved();
            match self.parts.store.commit(unit).await {
                Ok(_) => settled += 1,
                // Another instance was first.
                Err(CommitError::Conflict) => {}
                Err(error) => return Err(store_trouble(error)),
            }
        }
        Ok(settled)
    }

    /// The number of the newest list, which holds `serial`; it is signed now if none does.
    ///
    /// # Errors
    /// 404 when the scope is not ours any more; 503 while no list can be signed.
    pub async fn listing(&self, scope: &Scope, serial: &[u8]) -> Result<i64, Refused> {
        self.renew(scope, None).await?;
        let newest = self.current(scope).await?;
        if entries::holds(&newest.der, serial) {
            Ok(newest.number)
        } else {
            let cause = "the newest list does not hold the serial";
            Err(Refused::unavailable("crl-unavailable", cause))
        }
    }

    fn is_looked_after(&self, scope: &Scope) -> bool {
        let now = self.parts.clock.now();
        self.looked_after().get(scope).is_some_and(|due| now < *due)
    }

    fn looked_after(&self) -> MutexGuard<'_, BTreeMap<Scope, Timestamp>> {
        let guard = self.looked_after.lock();
        guard.unwrap_or_else(PoisonError::into_inner)
    }

    fn rests(&self, scope: &Scope) -> bool {
        let now = self.parts.clock.monotonic();
        let failed = self.failures().get(scope).copied();
        failed.is_some_and(|(_, until)| now < until)
    }

    /// Gives the rest before the next try.
    fn one_more_failure(&self, scope: &Scope) -> Duration {
        let now = self.parts.clock.monotonic();
        let mut failures = self.failures();
        let (count, until) = failures.entry(scope.clone()).or_default();
        *count = count.saturating_add(1);
        let rest = rest_before_anew(*count);
        *until = now.saturating_add(rest);
        rest
    }

    fn failures(&self) -> MutexGuard<'_, BTreeMap<Scope, (u32, Duration)>> {
        let guard = self.failures.lock();
        guard.unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives thisUpdate of the list that now stands.
    async fn renew(&self, scope: &Scope, job: Option<&Job>) -> Result<Timestamp, Refused> {
        let authority = Arc::clone(self.authority(scope)?);
        let _one_at_a_time = self.signing.lock().await;
        let now = self.parts.clock.now();
        let floor = now.minus(BEYOND_EXPIRY);
        let lists = &self.parts.lists;
        let entries = lists
            .revoked_serials(&scope.issuer, scope.partition, floor)
            .await?;
        let newest = lists.newest_crl(&scope.issuer, scope.partition).await?;
        if let Some(newest) = &newest
            && !entries::is_due(newest, &entries, &authority, now)
        {
            self.nothing_to_say(job).await?;
            // Known again after a start, too: an alarm must not wait for the next list.
            let stands = (newest.number, newest.this_update, newest.next_update);
            measure(scope, stands, newest.entries);
            return Ok(newest.this_update);
        }
        if self.rests(scope) {
            let cause = "the last lists could not be signed";
            return Err(Refused::unavailable("crl-unavailable", cause));
        }
        let highest = lists
            .highest_crl_number(&scope.issuer, scope.partition)
            .await?;
        let times = Times::of(&authority, newest.as_ref(), highest, now);
        let (recorded, intent) = self
            .record(&authority, scope, &entries, &times, job)
            .await?;
        // Until the list stands, it counts as failed.
        let rest = self.one_more_failure(scope);
        self.sign(recorded, intent, rest).await?;
        self.failures().remove(scope);
        let stands = (times.number, times.this_update, times.next_update);
        measure(
            scope,
            stands,
            u32::try_from(entries.len()).unwrap_or(u32::MAX),
        );
        Ok(times.this_update)
    }

    /// The CRL's intent: number, times and TBS are durable before the HSM is asked.
    async fn record(
        &self,
        authority: &Authority,
        scope: &Scope,
        entries: &[RevokedSerial],
        times: &Times,
        job: Option<&Job>,
    ) -> Result<(Recorded<CrlTbs>, Loaded<RevocationList>), Refused> {
        let unready =
            |error: &dyn ToString| Refused::unavailable("crl-unavailable", error.to_string());
        if !self.parts.lease.may_sign(self.parts.clock.monotonic()) {
            return Err(unready(&"the boot lease has run out"));
        }
        authority.require_usable(self.parts.signer.as_ref())?;
        let url = authority
            .crl_url(scope.partition)
            .map_err(|error| unready(&error))?;
        let listed =
            entries::listed(entries).ok_or_else(|| unready(&"a stored serial is no serial"))?;
        let order = CrlOrder {
            issuer: &authority.certificate,
            key: &authority.key,
            this_update: times.this_update,
            next_update: times.next_update,
            number: u64::try_from(times.number).unwrap_or(0),
            scope: Some(&url),
            entries: &listed,
        };
        let draft = crl::draft(&order).map_err(|fault| unready(&fault))?;
        let linted = draft
            .lint(&authority.list_rules(), times.now)
            .map_err(|report| unready(&report))?;
        let intent = RevocationList::record(RevocationList {
            issuer: scope.issuer.clone(),
            partition: scope.partition,
            number: times.number,
            state: CrlState::Recorded,
            tbs: linted.tbs().to_vec(),
            tbs_sha256: linted.tbs_sha256(),
            der: Vec::new(),
            this_update: times.this_update,
            next_update: times.next_update,
            entries: u32::try_from(listed.len()).unwrap_or(u32::MAX),
            boot: self.parts.lease.boot(),
            lint: linted.report().record(),
        });
        let unit = Unit::of(SYSTEM.caller(), times.now, intent.clone()).reserved();
        let unit = match job {
            Some(job) => unit.ends_job(JobEnd::Done {
                id: job.id,
                token: job.token.clone(),
            }),
            None => unit,
        };
        let committed = self.parts.store.commit(unit).await.map_err(store_trouble)?;
        let recorded = linted
            .recorded(&committed)
            .map_err(|error| unready(&error))?;
        Ok((recorded, intent.stored(&committed)))
    }

    /// Signs, verifies and stores; a list that fails on the way is abandoned with its number.
    async fn sign(
        &self,
        recorded: Recorded<CrlTbs>,
        intent: Loaded<RevocationList>,
        rest: Duration,
    ) -> Result<(), Refused> {
        let order = recorded.order();
        let key = order.key().clone();
        let signed = self.parts.signer.sign(order).await;
        let now = self.parts.clock.now();
        let issued = match signed {
            Ok(signature) => recorded.finish(&signature).map_err(|error| {
                self.parts.signer.distrust(&key);
                error.to_string()
            }),
            Err(error) => Err(error.to_string()),
        };
        let (changed, trouble) = match issued {
            Ok(issued) => {
                let sha256 = Sha256::digest(issued.der()).into();
                (intent.signed(issued.into_der(), &sha256)?, None)
            }
            Err(cause) => {
                let retry = self.job(&intent, now.plus(rest))?;
                (intent.abandoned(&cause)?, Some((cause, retry)))
            }
        };
        let unit = Unit::of(SYSTEM.caller(), now, changed).reserved();
        let unit = match &trouble {
            Some((_, retry)) => unit.job(retry.clone()),
            None => unit,
        };
        self.parts.store.commit(unit).await.map_err(store_trouble)?;
        match trouble {
            Some((cause, _)) => Err(Refused::unavailable("crl-unavailable", cause)),
            None => Ok(()),
        }
    }

    /// A job whose news already stand in the newest list.
    async fn nothing_to_say(&self, job: Option<&Job>) -> Result<(), Refused> {
        let Some(job) = job else { return Ok(()) };
        let task = Bookkeeping::EndJob {
            token: job.token.clone(),
        };
        self.parts.store.bookkeep(task).await?;
        Ok(())
    }

    fn job(&self, list: &RevocationList, due: Timestamp) -> Result<NewJob, Refused> {
        Ok(NewJob {
            id: JobId::new(due, random(self.parts.entropy.as_ref())?),
            kind: JobKind::RenewCrl,
            object: format!("{}/{}", list.issuer, list.partition),
            slot: format!("after-{}", list.number),
            due,
        })
    }

    fn authority(&self, scope: &Scope) -> Result<&Arc<Authority>, Refused> {
        let authority = self.parts.authorities.issuer(&scope.issuer);
        authority
            .filter(|authority| scope.partition < authority.partitions.get())
            .ok_or_else(Refused::not_found)
    }
}

#[async_trait]
impl JobHandler for RevocationLists {
    /// A job says that a scope's list has something to tell.
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        match Scope::parse(&job.object) {
            Some(scope) => self.renew(&scope, Some(job)).await.map(drop),
            None => Err(Refused::not_found()),
        }
    }

    fn rest(&self, job: &Job) -> Duration {
        rest_for_hsm(job)
    }
}

/// Number and times of the next list.
struct Times {
    now: Timestamp,
    number: i64,
    this_update: Timestamp,
    next_update: Timestamp,
}

impl Times {
    /// I12: number = max(highest + 1, microseconds of now); thisUpdate never goes back.
    fn of(
        authority: &Authority,
        newest: Option<&Loaded<RevocationList>>,
        highest: Option<i64>,
        now: Timestamp,
    ) -> Self {
        let number = now.millis().saturating_mul(1000);
        let number = highest.map_or(number, |highest| number.max(highest.saturating_add(1)));
        let this_update = newest
            .map_or(now, |newest| now.max(newest.this_update))
            .whole_second();
        // Inclusive ends (S/MIME BR 6.3.2): one second less than the period.
        let period = authority
            .crl
            .validity
            .saturating_sub(Duration::from_secs(1));
        Self {
            now,
            number,
            this_update,
            next_update: this_update.plus(period),
        }
    }
}

/// The list that stands: number, thisUpdate, nextUpdate, and how many serials are on it.
fn measure(
    scope: &Scope,
    (number, this_update, next_update): (i64, Timestamp, Timestamp),
    entries: u32,
) {
    let labels = [
        ("issuer", scope.issuer.to_string()),
        ("partition", scope.partition.to_string()),
    ];
    // Counts and seconds stay far below 2^53, where f64 is exact.
    let float = |value: i64| Duration::from_secs(u64::try_from(value).unwrap_or(0)).as_secs_f64();
    metrics::gauge!("chancery_crl_number", &labels).set(float(number));
    metrics::gauge!("chancery_crl_this_update_timestamp_seconds", &labels)
        .set(float(this_update.seconds()));
    metrics::gauge!("chancery_crl_next_update_timestamp_seconds", &labels)
        .set(float(next_update.seconds()));
    metrics::gauge!("chancery_crl_entries", &labels).set(f64::from(entries));
}

fn store_trouble(error: CommitError) -> Refused {
    if error == CommitError::Exists(UniqueKey::CrlScope) {
        let cause = "a list of this scope is being signed, or is not settled yet";
        return Refused::unavailable("crl-unavailable", cause);
    }
    Refused::unavailable("store-unavailable", error)
}
