//! Where the hub can act: what the settings say, and the subscriptions as they stand.

use std::sync::Arc;

use domain::{ConnectionId, Mapping, Revision, Storage, StorageError};
use policy::rules::Outlets;

/// The outlets of the moment. The subscriptions are read again when anything was changed.
#[derive(Default)]
pub(crate) struct KnownOutlets {
    outlets: Outlets,
    revision: Option<Revision>,
}

impl KnownOutlets {
    /// Outlets with this activity log, where there is one, these mappings, and no subscription yet.
    pub(crate) fn new(activity_log: Option<ConnectionId>, mappings: Arc<[Mapping]>) -> Self {
        let outlets = Outlets { activity_log, mappings, ..Outlets::default() };
        Self { outlets, revision: None }
    }

    /// Makes sure that they are those of the moment.
    pub(crate) async fn refresh(&mut self, store: &impl Storage) -> Result<(), StorageError> {
        let revision = store.revision().await?;
        if self.revision != Some(revision) {
            // The revision is older than the list, so that a change between the two is seen again.
            self.outlets.subscriptions = store.subscriptions(None).await?.into();
            self.revision = Some(revision);
        }
        Ok(())
    }

    /// Them.
    pub(crate) fn get(&self) -> &Outlets {
        &self.outlets
    }
}
