//! The rate of bare `C_Sign` calls: the roof over everything the daemon can do.

use std::{fs, thread, time::Duration};

use anyhow::{Context, Result, anyhow};
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    mechanism::Mechanism,
    object::{Attribute, KeyType, ObjectClass},
    session::UserType,
    slot::Slot,
    types::AuthPin,
};

use crate::stats::Stopwatch;

/// Where the issuing key lies.
pub struct Token {
    pub module: String,
    pub label: String,
    pub pin_file: String,
    pub key: String,
}

/// Opened once; each measurement opens its own sessions.
pub struct RawSigner {
    pkcs11: Pkcs11,
    slot: Slot,
    pin: AuthPin,
    key: String,
}

impl RawSigner {
    pub fn open(token: &Token) -> Result<Self> {
        let pkcs11 = Pkcs11::new(&token.module).context("PKCS#11 module")?;
        pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
        let slot = pkcs11
            .get_slots_with_token()?
            .into_iter()
            .find(|slot| {
                pkcs11
                    .get_token_info(*slot)
                    .is_ok_and(|info| info.label() == token.label)
            })
            .ok_or_else(|| anyhow!("no token {}", token.label))?;
        let pin = fs::read_to_string(&token.pin_file).context("PIN file")?;
        let signer = Self {
            pkcs11,
            slot,
            pin: AuthPin::new(pin.trim().to_owned().into()),
            key: token.key.clone(),
        };
        Ok(signer)
    }

    /// Signatures per second with `threads` sessions at once, for `time`.
    pub fn rate(&self, threads: usize, time: Duration) -> Result<f64> {
        let login = self.pkcs11.open_ro_session(self.slot)?;
        login.login(UserType::User, Some(&self.pin))?;
        let counts = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| scope.spawn(|| self.sign_for(time)))
                .collect();
            let done = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .map_err(|_| anyhow!("a signing thread panicked"))?
            });
            done.collect::<Result<Vec<f64>>>()
        })?;
        Ok(counts.iter().sum())
    }

    fn sign_for(&self, time: Duration) -> Result<f64> {
        let session = self.pkcs11.open_ro_session(self.slot)?;
        let wanted = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::Label(self.key.clone().into_bytes()),
        ];
        let key = session
            .find_objects(&wanted)?
            .first()
            .copied()
            .ok_or_else(|| anyhow!("no private key {}", self.key))?;
        let attributes =
            session.get_attributes(key, &[cryptoki::object::AttributeType::KeyType])?;
        let rsa = attributes.contains(&Attribute::KeyType(KeyType::RSA));
        // A DigestInfo of SHA-384 has 67 bytes, its digest alone 48.
        let (mechanism, message) = if rsa {
            (Mechanism::RsaPkcs, vec![7; 67])
        } else {
            (Mechanism::Ecdsa, vec![7; 48])
        };
        session.sign(&mechanism, key, &message)?;
        let watch = Stopwatch::start();
        let mut signed = 0_u32;
        while watch.elapsed() < time {
            session.sign(&mechanism, key, &message)?;
            signed += 1;
        }
        Ok(f64::from(signed) / watch.elapsed().as_secs_f64())
    }
}
