//! What is stored of connections, at one moment: read again only when any of it has changed.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{ConnectionProfile, Connections, Listing, Profiles, StorageError};

/// Connections, accounts and profiles.
pub(super) struct Snapshot {
    pub(super) listing: Listing,
    pub(super) profiles: Vec<ConnectionProfile>,
}

/// Gives the snapshot of the moment.
pub(super) struct Snapshots<S> {
    store: S,
    known: Mutex<Option<Arc<Snapshot>>>,
}

impl<S: Connections + Profiles> Snapshots<S> {
    /// Snapshots of this store. Nothing is read.
    pub(super) fn new(store: S) -> Self {
        Self { store, known: Mutex::default() }
    }

    /// The snapshot of the moment.
    pub(super) async fn now(&self) -> Result<Arc<Snapshot>, StorageError> {
        let revision = self.store.revision().await?;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.listing.revision == revision) {
            return Ok(known);
        }
        // What changes between the two readings has another revision, and is read the next time.
        let listing = self.store.listing().await?;
        let profiles = self.store.profiles(None).await?;
        let snapshot = Arc::new(Snapshot { listing, profiles });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }
}
