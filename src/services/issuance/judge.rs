//! Before the intent: is the request acceptable, and are its facts?

use super::{Applicant, Issuance, Wish};
use crate::{
    domain::{
        activation::CommonNameSource,
        owner::Caller,
        product::{Product, Step},
        refusal::{Fault, Refused},
        timestamp::Timestamp,
    },
    policy::{
        access::ReadScope,
        activation::{self, CommonNameOption, Options},
        csr::{self, ProvenRequest},
        statements,
    },
    services::csr_checks::{block_leaked, csr_refusal},
};

impl Issuance {
    /// The key behind the CSR: well-formed, proven, lawful. A leaked private key is burnt at
    /// once, before anything is answered (contract, Activation).
    pub(super) async fn proven_key(
        &self,
        caller: &Caller,
        text: &str,
        now: Timestamp,
    ) -> Result<ProvenRequest, Refused> {
        match csr::examine(text) {
            Ok(proven) => Ok(proven),
            Err(refused) => {
                block_leaked(self.0.store.as_ref(), caller, &refused, now).await?;
                Err(csr_refusal(&refused))
            }
        }
    }

    /// Refuses a key that is blocked or another owner's at this instant.
    pub(super) async fn admit(
        &self,
        scope: &ReadScope,
        proven: ProvenRequest,
        now: Timestamp,
    ) -> Result<ProvenRequest, Refused> {
        let key = proven.key();
        let (fingerprint, spki) = (key.fingerprint(), key.spki_sha256());
        let facts = self
            .0
            .activations
            .key_facts(scope, &fingerprint, &spki, now)
            .await?;
        let facts = csr::KeyFacts {
            compromised: facts.blocked,
            reused: facts.used_by_another,
        };
        proven.admit(facts).map_err(|refused| csr_refusal(&refused))
    }
}

/// The client's values that an offer settles: statements of the step, fields, and the common
/// name's source.
pub(super) fn applicant(
    wish: &Wish,
    product: &Product,
    options: &Options,
    now: Timestamp,
) -> Result<Applicant, Refused> {
    let mut faults = Vec::new();
    let accepted = statements::accept(&product.statements, Step::Activation, &wish.statements, now)
        .unwrap_or_else(|missing| {
            faults.extend(missing);
            Vec::new()
        });
    faults.extend(activation::field_faults(options, &wish.fields));
    let source = common_name_source(&wish.common_name, &options.common_names);
    if source.is_none() {
        faults.push(Fault {
            pointer: "/common_name".to_owned(),
            code: "field-not-selectable",
        });
    }
    Refused::unless_clean(faults)?;
    Ok(Applicant {
        common_name: source.unwrap_or(CommonNameSource::Organization),
        fields: wish.fields.clone(),
        statements: accepted,
        acting_for: wish.acting_for.clone(),
    })
}

/// An offered value names its source; so does the source's own word.
fn common_name_source(text: &str, offers: &[CommonNameOption]) -> Option<CommonNameSource> {
    let by_value = offers.iter().find(|offer| offer.value == text);
    let by_word = || offers.iter().find(|offer| offer.source.name() == text);
    by_value.or_else(by_word).map(|offer| offer.source)
}
