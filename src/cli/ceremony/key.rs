//! The key of a ceremony on its token: made or found, then used through the signing adapter.

use std::{sync::Arc, time::Duration};

use anyhow::Context;

use super::{
    drafting,
    fault::Fault,
    plan::{Plan, Token},
    run::Setting,
    terms,
};
use crate::{
    adapters::pkcs11::{
        Pkcs11Signer,
        config::{KeyConfig, TokenConfig, TokenSelector},
        key_maker::{KeyError, KeyMaker, KeySpec, MadeKey},
    },
    domain::signing::{HsmFault, KeyName, SignOrder, SignPurpose, Signature},
    pkix::algorithm::SignatureAlgorithm,
    ports::signer::Signer,
};

/// An offline HSM may ask for a card or a button first.
const PATIENCE: Duration = Duration::from_secs(120);

/// A key that is on the token.
#[derive(Debug)]
pub(super) struct TokenKey {
    pub(super) name: KeyName,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) spki_der: Vec<u8>,
    id: Vec<u8>,
    label: String,
}

pub(super) fn open(setting: &Setting, token: &Token) -> Result<KeyMaker, Fault> {
    KeyMaker::open(&setting.module, &selector(token), &setting.pin).map_err(hsm)
}

/// What the plan wants made.
pub(super) fn spec(plan: &Plan) -> Result<KeySpec, Fault> {
    Ok(KeySpec {
        label: plan.key.label.clone(),
        id: terms::key_id(plan)?,
        kind: terms::key_kind(plan.key.algorithm),
    })
}

pub(super) fn demand_free(maker: &KeyMaker, spec: &KeySpec) -> Result<(), Fault> {
    if maker.is_free(&spec.label, &spec.id).map_err(hsm)? {
        Ok(())
    } else {
        Err(in_use(spec))
    }
}

pub(super) fn generate(maker: &KeyMaker, spec: &KeySpec) -> Result<MadeKey, Fault> {
    maker.generate(spec).map_err(|error| match error {
        KeyError::Token(fault) => hsm(fault),
        KeyError::InUse { .. } => in_use(spec),
        KeyError::Attribute(_) | KeyError::PublicKey => Fault::refused("key-attributes", error),
    })
}

/// The public key of a key made in an earlier ceremony.
pub(super) fn find(maker: &KeyMaker, plan: &Plan) -> Result<Vec<u8>, Fault> {
    match maker.public_key(&plan.key.label, &terms::key_id(plan)?) {
        Ok(Some(spki)) => Ok(spki),
        Ok(None) => Err(Fault::refused(
            "key-absent",
            "the token has not exactly one key with this label and CKA_ID",
        )),
        Err(KeyError::Token(fault)) => Err(hsm(fault)),
        Err(error) => Err(Fault::refused("key-attributes", error)),
    }
}

impl TokenKey {
    pub(super) fn new(plan: &Plan, spki_der: Vec<u8>) -> Result<Self, Fault> {
        Ok(Self {
            name: drafting::key_name()?,
            algorithm: terms::signature_algorithm(plan)?,
            spki_der,
            id: terms::key_id(plan)?,
            label: plan.key.label.clone(),
        })
    }

    /// One signature, through the same adapter the daemon signs with.
    pub(super) fn sign(
        &self,
        setting: &Setting,
        token: &Token,
        purpose: SignPurpose,
        order: SignOrder,
    ) -> Result<Signature, Fault> {
        let signer = self.signer(setting, token, purpose)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .context("starting the runtime")?;
        let signature = runtime
            .block_on(signer.sign(order))
            .map_err(|error| Fault::Unreadable(anyhow::Error::new(error)));
        signer.shutdown();
        signature
    }

    /// Login, public key and self-test signature, nothing else.
    pub(super) fn prove(&self, setting: &Setting, token: &Token) -> Result<(), Fault> {
        self.signer(setting, token, SignPurpose::TreeHead)?
            .shutdown();
        Ok(())
    }

    /// A signer whose key is ready.
    fn signer(
        &self,
        setting: &Setting,
        token: &Token,
        purpose: SignPurpose,
    ) -> Result<Pkcs11Signer, Fault> {
        let key = KeyConfig {
            name: self.name.clone(),
            id: self.id.clone(),
            label: self.label.clone(),
            algorithm: self.algorithm,
            purposes: vec![purpose],
            spki_der: self.spki_der.clone(),
        };
        let config = TokenConfig {
            module: setting.module.clone(),
            token: selector(token),
            pin: setting.pin.clone(),
            threads: 1,
            queue: 1,
            sign_deadline: PATIENCE,
            init_args: None,
            keys: vec![key],
        };
        let signer = Pkcs11Signer::start(vec![config], Arc::clone(&setting.clock))
            .context("starting the signer")?;
        let fault = signer.keys().into_iter().find_map(|key| key.state.err());
        match fault {
            None => Ok(signer),
            Some(fault) => {
                signer.shutdown();
                Err(hsm(fault))
            }
        }
    }
}

fn selector(token: &Token) -> TokenSelector {
    TokenSelector::Label(token.label.clone())
}

fn in_use(spec: &KeySpec) -> Fault {
    Fault::refused(
        "key-in-use",
        format!(
            "label {} or CKA_ID {} is in use on the token",
            spec.label,
            hex::encode(&spec.id)
        ),
    )
}

fn hsm(fault: HsmFault) -> Fault {
    Fault::Unreadable(anyhow::Error::new(fault))
}
