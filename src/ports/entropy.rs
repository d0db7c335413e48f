//! Randomness, as an argument.

/// A cryptographically secure generator.
pub trait Entropy: Send + Sync {
    /// Fills `out` completely.
    ///
    /// # Errors
    /// When the generator has failed; nothing may then be issued (fail closed).
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyFailed>;
}

/// The generator gave no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the random number generator failed")]
pub struct EntropyFailed;

/// `N` fresh random bytes.
///
/// # Errors
/// When the generator has failed.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], EntropyFailed> {
    let mut out = [0; N];
    entropy.fill(&mut out)?;
    Ok(out)
}
