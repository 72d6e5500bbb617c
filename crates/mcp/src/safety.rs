//! What the calls of a process share to be safe: the seal of questions, the caps, and the audit.

use std::sync::Arc;

use aws_lc_rs::rand;

use crate::{House, caps::Caps, confirm::seal::Seal, ledger::Ledger};

pub use crate::confirm::seal::Random;

/// What keeps calls safe. All servers of a process share one; where several processes serve the same
/// callers, they have the same key, so that a question of one can be answered to another.
pub struct Safety {
    pub(crate) seal: Seal,
    pub(crate) caps: Caps,
    pub(crate) ledger: Arc<Ledger>,
}

/// A key that is too short to seal anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key that seals confirmations is too short; give at least 32 random bytes")]
pub struct ShortKey;

impl Safety {
    /// With a key of at least 32 random bytes, and what gives random bytes.
    ///
    /// # Errors
    /// Where the key is shorter.
    pub fn new(key: &[u8], random: Random, caps: Caps) -> Result<Self, ShortKey> {
        let seal = Seal::new(key, random).map_err(|_| ShortKey)?;
        Ok(Self { seal, caps, ledger: Arc::default() })
    }

    /// With a key of its own, for the one process that asks and is answered.
    ///
    /// # Panics
    /// Where the system has no random bytes.
    #[must_use]
    pub fn of_process(caps: Caps) -> Self {
        let mut key = [0; 32];
        rand::fill(&mut key).expect("the system has random bytes");
        let random = Box::new(|bytes: &mut [u8]| rand::fill(bytes).is_ok());
        Self::new(&key, random, caps).expect("the key has 32 bytes")
    }

    /// Notes in the audit what has not been noted yet. To be awaited before a process ends.
    pub async fn flush(&self, house: &Arc<dyn House>) {
        self.ledger.flush(house).await;
    }
}
