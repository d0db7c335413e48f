//! Preflight: every rule of an activation, each judged by itself, before anybody activates.
//!
//! The rules are those of the act, by the same functions: where the act ends at the first that is
//! not kept, this goes on with what can still be judged. Nothing is stored but what must be on
//! record whoever caused it: a look at CAA records, and a private key in the text, which is burnt.

use super::{
    Issuance, Wish,
    judge::{Desk, Offer, Ordered, Proven},
};
use crate::{
    domain::{
        id::OrderId,
        mailbox::MailboxState,
        period::Period,
        product::Product,
        refusal::{Fault, Refused},
        timestamp::Timestamp,
    },
    policy::{
        access::TenantScope,
        activation::{self, Choice, Facts},
        csr::ProvenRequest,
        reuse,
    },
    ports::store::issuance::ActivationFacts,
};

/// The rules, in the order in which an activation refuses by them. From [`Rule::Csr`] to
/// [`Rule::CommonName`] it tells all faults at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Members that are wrong by themselves.
    Form,
    Product,
    Order,
    SubjectData,
    Mailbox,
    Csr,
    Statements,
    Fields,
    CommonName,
    /// What is known of the key beside its own numbers.
    Key,
    /// Whether the mailbox's domain permits this CA (BR 4.2.2.1).
    Caa,
    /// Whether a CA can sign now.
    Issuer,
    /// The certificate as it would be signed, by profile and lint.
    Certificate,
}

impl Rule {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Product => "product",
            Self::Order => "order",
            Self::SubjectData => "subject-data",
            Self::Mailbox => "mailbox",
            Self::Csr => "csr",
            Self::Statements => "statements",
            Self::Fields => "fields",
            Self::CommonName => "common-name",
            Self::Key => "key",
            Self::Caa => "caa",
            Self::Issuer => "issuer",
            Self::Certificate => "certificate",
        }
    }
}

/// What a rule says.
#[derive(Clone, Debug)]
pub enum Outcome {
    Passed,
    /// With the refusal of the act.
    Failed(Refused),
    /// Rules that must be kept before this one can be judged.
    Waits(Vec<Rule>),
    /// Something of ours is down.
    Unknown(Refused),
}

/// A piece of evidence that a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub kind: &'static str,
    /// When it was obtained.
    pub since: Option<Timestamp>,
    /// From then on it is no evidence any more; it may have been before now.
    pub lapses_at: Timestamp,
}

/// A rule with what it says.
#[derive(Clone, Debug)]
pub struct Ruled {
    pub rule: Rule,
    pub outcome: Outcome,
    pub evidence: Vec<Evidence>,
    /// Codes that stop nothing.
    pub warnings: Vec<&'static str>,
}

/// Every rule at one instant.
#[derive(Clone, Debug)]
pub struct Preflight {
    pub at: Timestamp,
    pub rules: Vec<Ruled>,
}

impl Preflight {
    /// Whether an activation would issue now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.all(|ruled| matches!(ruled.outcome, Outcome::Passed))
    }

    /// When the first piece of evidence lapses.
    #[must_use]
    pub fn lapses_at(&self) -> Option<Timestamp> {
        let evidence = self.rules.iter().flat_map(|ruled| &ruled.evidence);
        evidence.map(|evidence| evidence.lapses_at).min()
    }

    fn add(&mut self, rule: Rule, outcome: Outcome) {
        self.with_evidence(rule, outcome, Vec::new());
    }

    fn with_evidence(&mut self, rule: Rule, outcome: Outcome, evidence: Vec<Evidence>) {
        self.rules.push(Ruled {
            rule,
            outcome,
            evidence,
            warnings: Vec::new(),
        });
    }

    /// Those of `needed` that are not kept; a rule that was not judged is not.
    fn waits_for(&self, needed: &[Rule]) -> Vec<Rule> {
        let is_kept = |rule: &Rule| {
            let mut rules = self.rules.iter();
            rules.any(|ruled| ruled.rule == *rule && matches!(ruled.outcome, Outcome::Passed))
        };
        let missing = needed.iter().filter(|rule| !is_kept(rule));
        missing.copied().collect()
    }
}

/// Without these there is no certificate to be looked at.
const BEFORE_CERTIFICATE: [Rule; 9] = [
    Rule::Product,
    Rule::Order,
    Rule::SubjectData,
    Rule::Mailbox,
    Rule::Csr,
    Rule::Fields,
    Rule::CommonName,
    Rule::Key,
    Rule::Issuer,
];

impl Issuance {
    /// Every rule that [`Issuance::activate`] would judge this request by. `form` is what was
    /// wrong with members that could not be read into the wish.
    ///
    /// # Errors
    /// 404 for an order that is not the caller's; 503 when the store cannot answer.
    pub async fn preflight(
        &self,
        scope: &TenantScope,
        order: OrderId,
        wish: &Wish,
        form: Option<Refused>,
    ) -> Result<Preflight, Refused> {
        let now = self.0.clock.now();
        // First of all: a private key in the text is burnt whatever else is wrong.
        let proven = self.proven_key(&scope.caller(), &wish.csr, now).await;
        let proven = match proven {
            Err(refused) if refused.is_trouble() => return Err(refused),
            proven => proven,
        };
        let facts = self.facts(&scope.read(), order).await?;
        let view = self.view(&facts, None, now).await?;
        let desk = self.desk(view, facts.live.is_some(), wish, now);
        let mut found = Preflight {
            at: now,
            rules: Vec::new(),
        };
        found.desk(&facts, &desk, form, &proven);
        let key = self.key_rule(scope, &facts, proven.as_ref().ok()).await;
        found.add(Rule::Key, key);
        self.caa_rule(&mut found, &facts, scope).await;
        match &desk.product {
            Ok(Ordered { product, .. }) => self.issuer_rule(&mut found, product),
            Err(_) => found.add(Rule::Issuer, Outcome::Waits(vec![Rule::Product])),
        }
        let waits = found.waits_for(&BEFORE_CERTIFICATE);
        let certificate = match (waits.is_empty(), proven) {
            (true, Ok(proven)) => outcome(
                self.certificate(view, wish, desk, &proven.request, now)
                    .err(),
            ),
            _ => Outcome::Waits(waits),
        };
        found.add(Rule::Certificate, certificate);
        Ok(found)
    }

    async fn key_rule(
        &self,
        scope: &TenantScope,
        facts: &ActivationFacts,
        proven: Option<&Proven>,
    ) -> Outcome {
        let Some(proven) = proven else {
            return Outcome::Waits(vec![Rule::Csr]);
        };
        let caller = scope.caller();
        let admitted = self.admit(&caller, &facts.order.owner, proven.clone());
        outcome(admitted.await.err())
    }

    async fn caa_rule(&self, found: &mut Preflight, facts: &ActivationFacts, scope: &TenantScope) {
        // Nobody is asked about the domain of a mailbox that is not proven.
        let waits = found.waits_for(&[Rule::Mailbox]);
        if !waits.is_empty() {
            return found.add(Rule::Caa, Outcome::Waits(waits));
        }
        match self.permission(facts, &scope.caller()).await {
            Ok(permission) => {
                let permitted = Evidence {
                    kind: "caa",
                    since: Some(permission.checked_at),
                    lapses_at: permission.usable_until,
                };
                found.with_evidence(Rule::Caa, Outcome::Passed, vec![permitted]);
            }
            Err(refused) => found.add(Rule::Caa, outcome(Some(refused))),
        }
    }

    fn issuer_rule(&self, found: &mut Preflight, product: &Product) {
        match self.issuer(product, found.at) {
            Ok((_, profile)) => {
                let evidence = period("profile", profile.in_force());
                found.with_evidence(Rule::Issuer, Outcome::Passed, evidence);
            }
            Err(refused) => found.add(Rule::Issuer, outcome(Some(refused))),
        }
    }

    fn certificate(
        &self,
        facts: Facts<'_>,
        wish: &Wish,
        desk: Desk<'_>,
        proven: &ProvenRequest,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let product = desk.product?.product;
        let common_name = match desk.offer?.common_name {
            Ok(source) => source,
            Err(fault) => return Refused::unless_clean(vec![fault]),
        };
        let choice = Choice {
            common_name,
            fields: wish.fields.clone(),
        };
        let grounds = activation::judge(facts, &choice, false, now)?;
        let issuer = self.issuer(&product, now)?;
        self.sketch(&issuer, &product, &grounds, proven.key(), now)
    }
}

impl Preflight {
    /// The rules about the request's form, its order and what is chosen.
    fn desk(
        &mut self,
        facts: &ActivationFacts,
        desk: &Desk<'_>,
        form: Option<Refused>,
        proven: &Result<Proven, Refused>,
    ) {
        // Statements without a time are not among those that are judged.
        let is_statement = |fault: &Fault| fault.pointer.starts_with("/statements");
        let form_faults = form.iter().flat_map(|refused| &refused.faults);
        let unread = form_faults.into_iter().any(is_statement);
        self.add(Rule::Form, outcome(form));
        let offered = desk.product.as_ref().ok();
        let offered = offered.map(|ordered| period("product", ordered.product.offered));
        self.with_evidence(
            Rule::Product,
            outcome(desk.product.as_ref().err().cloned()),
            offered.unwrap_or_default(),
        );
        self.gates(facts, desk);
        self.add(Rule::Csr, outcome(proven.as_ref().err().cloned()));
        if let (Ok(proven), Some(csr)) = (proven, self.rules.last_mut()) {
            let warnings = proven.request.warnings().iter();
            csr.warnings = warnings.map(|warning| warning.as_str()).collect();
        }
        let statements = match &desk.product {
            _ if unread => Outcome::Waits(vec![Rule::Form]),
            Err(_) => Outcome::Waits(vec![Rule::Product]),
            Ok(ordered) => {
                let faults = ordered.statements.as_ref().err();
                faults.map_or(Outcome::Passed, |faults| faulty(faults.clone()))
            }
        };
        self.add(Rule::Statements, statements);
        let (fields, common_name) = match &desk.offer {
            Ok(Offer {
                fields,
                common_name,
            }) => (
                faulty(fields.clone()),
                faulty(common_name.as_ref().err().cloned().into_iter().collect()),
            ),
            Err(_) => {
                let waits = self.waits_for(&[Rule::Order, Rule::SubjectData, Rule::Mailbox]);
                (Outcome::Waits(waits.clone()), Outcome::Waits(waits))
            }
        };
        self.add(Rule::Fields, fields);
        self.add(Rule::CommonName, common_name);
    }

    fn gates(&mut self, facts: &ActivationFacts, desk: &Desk<'_>) {
        let order = &facts.order;
        let window = Evidence {
            kind: "order",
            since: Some(order.created_at),
            lapses_at: order.window_ends,
        };
        let blocked = |code: &'static str| Refused::step_blocked(vec![code]);
        let gates = &desk.gates;
        let open = outcome(gates.order.as_ref().err().cloned());
        self.with_evidence(Rule::Order, open, vec![window]);
        let verified = facts.subject_data.as_ref();
        let verified = verified.and_then(|data| data.verified.as_ref());
        let data = verified.map(|verified| {
            let evidence = |kind, since, lapses_at| Evidence {
                kind,
                since: Some(since),
                lapses_at,
            };
            let organization = reuse::organization_valid_until(verified);
            let authority = reuse::authority_valid_until(verified);
            [
                evidence(
                    "organization",
                    verified.organization_checked_at,
                    organization,
                ),
                evidence("authority", verified.authority_checked_at, authority),
            ]
        });
        let judged = outcome(gates.data.as_ref().err().copied().map(blocked));
        let data = data.into_iter().flatten().collect();
        self.with_evidence(Rule::SubjectData, judged, data);
        let mailbox = facts.mailbox.as_ref();
        let proven = mailbox.filter(|mailbox| mailbox.state == MailboxState::Verified);
        let control = proven.map(|mailbox| Evidence {
            kind: "mailbox",
            since: Some(mailbox.initiated_at),
            lapses_at: reuse::mailbox_valid_until(mailbox),
        });
        let judged = outcome(gates.mailbox.as_ref().err().copied().map(blocked));
        self.with_evidence(Rule::Mailbox, judged, control.into_iter().collect());
    }
}

/// A period that ends is evidence that lapses.
fn period(kind: &'static str, period: Period) -> Vec<Evidence> {
    let life = period.until().map(|lapses_at| Evidence {
        kind,
        since: period.from(),
        lapses_at,
    });
    life.into_iter().collect()
}

fn outcome(refused: Option<Refused>) -> Outcome {
    match refused {
        None => Outcome::Passed,
        Some(refused) if refused.is_trouble() => Outcome::Unknown(refused),
        Some(refused) => Outcome::Failed(refused),
    }
}

fn faulty(faults: Vec<Fault>) -> Outcome {
    outcome(Refused::unless_clean(faults).err())
}
