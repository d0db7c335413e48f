//! A token in software whose answers are scripted.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use chancery::{
    domain::signing::{HsmFault, KeyName, SignError, SignOrder, Signature},
    ports::signer::{KeyStatus, Signer},
};
use futures_util::future::BoxFuture;
use rcgen::{KeyPair, SigningKey};

/// What the token does when it is asked.
pub enum Act {
    Sign,
    /// A signature over something else.
    SignWrongly,
    /// Refuses without signing.
    Refuse,
    /// May have signed.
    FallSilent,
    /// Signs, but first this happens.
    SignAfter(BoxFuture<'static, ()>),
    /// Refuses, but first this happens.
    RefuseAfter(BoxFuture<'static, ()>),
}

/// Signs with the CA's key, after the script has been played.
pub struct Token {
    pub key: KeyPair,
    pub name: KeyName,
    pub script: Mutex<VecDeque<Act>>,
    /// Refuses everything once the script is at its end.
    pub gone: AtomicBool,
    pub asked: AtomicUsize,
    pub distrusted: AtomicUsize,
}

impl Token {
    pub fn new(key: KeyPair) -> Self {
        Self {
            key,
            name: KeyName::parse("issuing-g1").unwrap(),
            script: Mutex::default(),
            gone: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            distrusted: AtomicUsize::new(0),
        }
    }

    pub fn plays(&self, acts: impl IntoIterator<Item = Act>) {
        self.script.lock().unwrap().extend(acts);
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn signature(&self, message: &[u8]) -> Signature {
        Signature(self.key.sign(message).unwrap())
    }
}

fn fault() -> HsmFault {
    HsmFault {
        module: "scripted".to_owned(),
        slot: "-".to_owned(),
        token: "scripted".to_owned(),
        operation: "C_Sign".to_owned(),
        code: "CKR_DEVICE_ERROR".to_owned(),
    }
}

#[async_trait]
impl Signer for Token {
    async fn sign(&self, order: SignOrder) -> Result<Signature, SignError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let gone = self.gone.load(Ordering::SeqCst);
        let next = self.script.lock().unwrap().pop_front();
        match next.unwrap_or(if gone { Act::Refuse } else { Act::Sign }) {
            Act::Sign => Ok(self.signature(order.message())),
            Act::SignWrongly => Ok(self.signature(b"something else")),
            Act::Refuse => Err(SignError::NotSigned(fault())),
            Act::FallSilent => Err(SignError::Unknown(fault())),
            Act::SignAfter(event) => {
                event.await;
                Ok(self.signature(order.message()))
            }
            Act::RefuseAfter(event) => {
                event.await;
                Err(SignError::NotSigned(fault()))
            }
        }
    }

    fn distrust(&self, key: &KeyName) {
        assert_eq!(*key, self.name);
        self.distrusted.fetch_add(1, Ordering::SeqCst);
    }

    fn keys(&self) -> Vec<KeyStatus> {
        vec![KeyStatus {
            key: self.name.clone(),
            state: Ok(()),
        }]
    }
}
