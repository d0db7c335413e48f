//! The only way to a CA key.

use async_trait::async_trait;

use crate::domain::signing::{HsmFault, KeyName, SignError, SignOrder, Signature};

/// Signs what it is ordered to; holds no state of the CA.
#[async_trait]
pub trait Signer: Send + Sync {
    /// Asks the token once. The caller verifies what comes back.
    ///
    /// # Errors
    /// [`SignError::NotSigned`] when no signature can exist, [`SignError::Unknown`] when one may.
    async fn sign(&self, order: SignOrder) -> Result<Signature, SignError>;

    /// A signature by this key did not verify (I3). The key signs nothing more until new sessions,
    /// its lookup and a self-test have proven it again.
    fn distrust(&self, key: &KeyName);

    /// State of each configured key, for readiness and `token status`.
    fn keys(&self) -> Vec<KeyStatus>;

    /// Whether this key can sign now.
    ///
    /// # Errors
    /// Why it cannot.
    fn state(&self, key: &KeyName) -> Result<(), HsmFault> {
        let status = self.keys().into_iter().find(|status| status.key == *key);
        status.map_or_else(|| Err(HsmFault::unknown_key(key)), |status| status.state)
    }
}

/// Whether a key can sign now.
#[derive(Clone, Debug)]
pub struct KeyStatus {
    pub key: KeyName,
    /// `Ok` after a login, the comparison of public keys and a verified self-test signature.
    pub state: Result<(), HsmFault>,
}
