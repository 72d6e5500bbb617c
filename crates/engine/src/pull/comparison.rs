//! Holds what a list shows against the mirror, and appends what differs.

use std::time::Duration;

use domain::{
    Appended, Event, Listed, RecordKey, RunTally, Sequence, Snapshot, Storage, StorageError,
};
use policy::listed::{Finding, Reading, compare};
use tokio::task::JoinSet;

use crate::rows::Rows;

/// How many events are appended together: they are one commit, and an event of a door that comes
/// meanwhile waits for no more than that.
const TOGETHER: usize = 50;

/// How long to wait where the journal has no room: the doors' events come first.
const ROOM: Duration = Duration::from_millis(200);

/// What became of a page.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) tally: RunTally,
    /// The ids that it showed.
    pub(super) ids: Vec<String>,
    /// Where the last of its snapshots is.
    pub(super) appended: Option<Sequence>,
}

/// Compares the records of a page with the mirror, and appends what differs.
pub(super) async fn take_in<S: Storage>(
    store: &S,
    reading: &Reading,
    records: Vec<Listed>,
) -> Result<Compared, StorageError> {
    let tenant = &reading.scope.tenant;
    let places: Vec<_> =
        records.iter().map(|listed| (tenant.clone(), listed.key.clone())).collect();
    let rows = Rows::read(store, places).await?;
    let mut compared = Compared::default();
    let mut findings = Vec::new();
    for listed in records {
        compared.ids.push(listed.key.id.clone());
        compared.tally.listed += 1;
        let row = rows.at(&(tenant.clone(), listed.key.clone()));
        findings.push(compare(reading, row, listed));
    }
    compared.appended = tell(store, findings, &mut compared.tally).await?;
    Ok(compared)
}

/// Counts findings and appends what is to be told of them.
pub(super) async fn tell<S: Storage>(
    store: &S,
    findings: Vec<Finding>,
    tally: &mut RunTally,
) -> Result<Option<Sequence>, StorageError> {
    let mut snapshots = Vec::new();
    for finding in findings {
        match &finding {
            Finding::Created(_) => tally.created += 1,
            Finding::Updated(_) => tally.updated += 1,
            Finding::Deleted(_) => tally.deleted += 1,
            Finding::Same => tally.unchanged += 1,
            Finding::Moving => tally.skipped += 1,
        }
        snapshots.extend(finding.into_snapshot());
    }
    let mut last = None;
    while !snapshots.is_empty() {
        let rest = snapshots.split_off(snapshots.len().min(TOGETHER));
        last = last.max(append(store, snapshots).await?);
        snapshots = rest;
    }
    Ok(last)
}

/// What a list of other records said of these keys: nothing.
pub(super) fn missing(listed: &[String], known: Vec<RecordKey>) -> Vec<RecordKey> {
    known.into_iter().filter(|key| !listed.contains(&key.id)).collect()
}

async fn append<S: Storage>(
    store: &S,
    snapshots: Vec<Snapshot>,
) -> Result<Option<Sequence>, StorageError> {
    let mut appending = JoinSet::new();
    for snapshot in snapshots {
        appending.spawn(append_one(store.clone(), snapshot.into_event()));
    }
    let mut last = None;
    while let Some(appended) = appending.join_next().await {
        let appended = appended
            .map_err(|error| StorageError::unavailable("append what a list showed", error))??;
        last = last.max(Some(appended));
    }
    Ok(last)
}

/// Appends an event, and waits where the journal has no room.
pub(super) async fn append_one<S: Storage>(
    store: S,
    event: Event,
) -> Result<Sequence, StorageError> {
    loop {
        match store.append(event.clone()).await {
            Ok(Appended::New(sequence) | Appended::Duplicate(sequence)) => return Ok(sequence),
            Err(StorageError::Overloaded) => tokio::time::sleep(ROOM).await,
            Err(error) => return Err(error),
        }
    }
}
