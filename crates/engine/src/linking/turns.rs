//! Turns at pairs: two actions of one pair may be in two lanes, and only one at a time works on it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{Mutex as Turnstile, OwnedMutexGuard};

/// Who is at which pair.
#[derive(Default)]
pub(super) struct Turns {
    places: Mutex<HashMap<String, Weak<Turnstile<()>>>>,
}

/// The turn at a pair, until it is dropped.
pub(super) struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
    /// Waits for the turn at a pair.
    pub(super) async fn take(&self, key: String) -> Turn {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.retain(|_, place| place.strong_count() > 0);
            let known = places.get(&key).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let place = Arc::new(Turnstile::new(()));
                places.insert(key, Arc::downgrade(&place));
                place
            })
        };
        Turn { _guard: place.lock_owned().await }
    }
}
