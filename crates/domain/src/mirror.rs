//! The mirror: the local copy of the CRM that the journal builds.

use std::{collections::BTreeMap, future::Future};

use crate::{
    Change, Entity, EventId, Installation, LaneStep, Lanes, Parked, Record, RecordKey, RecordPage,
    RecordQuery, Sequence, StorageError, Tenant,
};

/// What a stretch of the journal makes of the mirror: one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projection {
    /// The cursor on which it is based.
    pub from: Sequence,
    /// The cursor after it.
    pub to: Sequence,
    /// How the lanes move with it.
    pub lanes: LaneStep,
    /// The rows that differ, in full.
    pub records: Vec<Record>,
    /// What changed, per event and record.
    pub changes: Vec<Change>,
    /// The installations that differ, in full.
    pub installations: Vec<Installation>,
    /// The events that could not be read or applied.
    pub parked: Vec<Parked>,
    /// The events that were parked here and are mirrored now: they are decided on again.
    pub freed: Vec<Sequence>,
}

/// Keeps the rows, their changes, and the cursor that ties them to the journal.
pub trait Mirror {
    /// How far the mirror reflects the journal.
    fn projected(&self) -> impl Future<Output = Result<Sequence, StorageError>> + Send;

    /// How far it reflects single organizations beyond that.
    fn projected_ahead(&self) -> impl Future<Output = Result<Lanes, StorageError>> + Send;

    /// Writes rows, changes, installations and cursor together, or nothing.
    ///
    /// # Errors
    /// [`StorageError::Moved`] where the cursor is not at [`Projection::from`], or the lanes are not
    /// where the step found them: somebody else projected the same stretch.
    fn project(
        &self,
        projection: Projection,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// The rows of a tenant with these keys; keys without a row are left out.
    fn records(
        &self,
        tenant: &Tenant,
        keys: &[RecordKey],
    ) -> impl Future<Output = Result<Vec<Record>, StorageError>> + Send;

    /// The rows that a query asks for. Conditions on `email`, `phone` and `contact_id` are found at
    /// once; for others a bounded number of rows is looked at ([`RecordPage::next`]).
    fn find_records(
        &self,
        query: &RecordQuery,
    ) -> impl Future<Output = Result<RecordPage, StorageError>> + Send;

    /// What these events changed, in order of event and record.
    fn changes(
        &self,
        events: &[EventId],
    ) -> impl Future<Output = Result<Vec<Change>, StorageError>> + Send;

    /// What changed a record, the newest change first, and no more than so many. What was compared and
    /// found to be the same, or older, is left out. It ends early where a change is no longer kept.
    fn history(
        &self,
        tenant: &Tenant,
        key: &RecordKey,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Change>, StorageError>> + Send;

    /// How many rows there are of each entity, tombstones left out.
    fn record_counts(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<Entity, u64>, StorageError>> + Send;
}
