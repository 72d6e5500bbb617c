//! A store that ends at a commit of a link, as a process does that is killed there.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use domain::{
    Change, Entity, EventId, FieldConflict, Lanes, Link, LinkEnd, Links, Memory, Mirror,
    OrganizationId, Projection, Record, RecordKey, RecordPage, RecordQuery, Sequence, StorageError,
    SyncConflict, Tenant,
};
use jiff::Timestamp;

/// Where a store ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Right before the link of this number is stored.
    Before(usize),
    /// Right after it, before anybody is told.
    After(usize),
}

/// The store.
pub(crate) struct CutStore {
    pub(crate) store: Memory,
    pub(crate) cut: Cut,
    pub(crate) stored: AtomicUsize,
}

impl CutStore {
    pub(crate) fn new(store: &Memory, cut: Cut) -> Self {
        Self { store: store.clone(), cut, stored: AtomicUsize::new(0) }
    }
}

fn cut_off() -> StorageError {
    StorageError::unavailable("store a link", "the process was killed")
}

impl Links for CutStore {
    async fn link(
        &self,
        organization: &OrganizationId,
        mapping: &str,
        end: LinkEnd<'_>,
    ) -> Result<Option<Link>, StorageError> {
        self.store.link(organization, mapping, end).await
    }

    async fn put_link(
        &self,
        link: Link,
        conflicts: Vec<(FieldConflict, Timestamp)>,
    ) -> Result<Option<Link>, StorageError> {
        let number = self.stored.fetch_add(1, Ordering::SeqCst);
        if self.cut == Cut::Before(number) {
            return Err(cut_off());
        }
        let stored = self.store.put_link(link, conflicts).await?;
        match self.cut == Cut::After(number) {
            true => Err(cut_off()),
            false => Ok(stored),
        }
    }

    async fn links(
        &self,
        organization: &OrganizationId,
        mapping: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Link>, StorageError> {
        self.store.links(organization, mapping, after, limit).await
    }

    async fn conflicts(
        &self,
        organization: &OrganizationId,
        mapping: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<SyncConflict>, StorageError> {
        self.store.conflicts(organization, mapping, before, limit).await
    }
}

impl Mirror for CutStore {
    async fn projected(&self) -> Result<Sequence, StorageError> {
        self.store.projected().await
    }

    async fn projected_ahead(&self) -> Result<Lanes, StorageError> {
        self.store.projected_ahead().await
    }

    async fn project(&self, projection: Projection) -> Result<(), StorageError> {
        self.store.project(projection).await
    }

    async fn records(
        &self,
        tenant: &Tenant,
        keys: &[RecordKey],
    ) -> Result<Vec<Record>, StorageError> {
        self.store.records(tenant, keys).await
    }

    async fn find_records(&self, query: &RecordQuery) -> Result<RecordPage, StorageError> {
        self.store.find_records(query).await
    }

    async fn changes(&self, events: &[EventId]) -> Result<Vec<Change>, StorageError> {
        self.store.changes(events).await
    }

    async fn history(
        &self,
        tenant: &Tenant,
        key: &RecordKey,
        limit: usize,
    ) -> Result<Vec<Change>, StorageError> {
        self.store.history(tenant, key, limit).await
    }

    async fn record_counts(&self) -> Result<BTreeMap<Entity, u64>, StorageError> {
        self.store.record_counts().await
    }
}
