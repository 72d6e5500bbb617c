//! Takes in what an application tells of its rows, and shows what the hub knows of them.
//!
//! A row that is told becomes an event in the journal like everything else; what follows from it is
//! decided there.

use std::sync::Arc;

use domain::{
    Clock, Fields, Link, LinkEnd, Links, Mapping, OrganizationId, Realm, Row, Storage,
    StorageError, SyncConflict,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    administration::first_organization,
    intake::{Accepted, Intake},
};

/// The mappings of the hub, with what comes in and is known of their rows. Cheap to clone.
#[derive(Clone)]
pub struct Mappings<S> {
    store: S,
    intake: Intake<S>,
    all: Arc<[Mapping]>,
    clock: Arc<dyn Clock>,
}

/// A row as its application tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldRow {
    /// The application's id of it.
    pub id: String,
    /// Its values, by column; null where it has none, left out where nothing is said.
    pub fields: Fields,
    /// When it was changed last, by the application's clock.
    pub changed_at: Timestamp,
    /// The id of the CRM's record that it belongs to, where the application knows it.
    pub record: Option<String>,
    /// Whether the application has it no more.
    pub gone: bool,
}

/// Why what is told of a row is not taken.
#[derive(Debug, thiserror::Error)]
pub enum RowRefused {
    /// There is no such mapping in sight.
    #[error("there is no such mapping")]
    NoMapping,
    /// There is no such row.
    #[error("there is no such row")]
    NoRow,
    /// It has no id that can stand in a path.
    #[error("the row's id is empty, too long, or has characters that cannot stand in a path")]
    Id,
    /// The rows of the mapping are read elsewhere.
    #[error("the rows of this mapping are read from {0}, and not told here")]
    NotTold(String),
    /// The mapping has no such columns.
    #[error("the mapping has no column for some of the fields")]
    Columns(Vec<String>),
    /// It says that it happens later than now.
    #[error("`updated_at` is ahead of the hub's clock by {0} seconds")]
    Ahead(i64),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl<S: Storage> Mappings<S> {
    /// These mappings.
    #[must_use]
    pub fn new(store: S, intake: Intake<S>, all: Arc<[Mapping]>, clock: Arc<dyn Clock>) -> Self {
        Self { store, intake, all, clock }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The mapping of this name, where it is in sight: by its CRM or by its counterpart.
    ///
    /// # Errors
    /// [`RowRefused::NoMapping`].
    pub fn mapping(&self, realm: &Realm, name: &str) -> Result<&Mapping, RowRefused> {
        let mut named = self.all.iter().filter(|one| one.name == name);
        named.find(|one| is_seen(realm, one)).ok_or(RowRefused::NoMapping)
    }

    /// Takes in what is told of a row of a mapping whose counterpart is of this vendor.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn tell(
        &self,
        (realm, name): (&Realm, &str),
        vendor: &str,
        told: ToldRow,
    ) -> Result<Accepted, RowRefused> {
        let mapping = self.mapping(realm, name)?;
        if mapping.vendor != vendor {
            return Err(RowRefused::NotTold(mapping.vendor.clone()));
        }
        if !Row::is_id(&told.id) {
            return Err(RowRefused::Id);
        }
        let columns = told.fields.keys();
        let unknown: Vec<_> = columns.filter(|name| !mapping.maps_column(name)).cloned().collect();
        if !unknown.is_empty() {
            return Err(RowRefused::Columns(unknown));
        }
        let now = self.clock.now();
        let ahead = told.changed_at.duration_since(now);
        if ahead > SignedDuration::from_secs(i64::from(mapping.skew_seconds)) {
            return Err(RowRefused::Ahead(ahead.as_secs()));
        }
        let ToldRow { id, fields, changed_at, record, gone } = told;
        let row = Row { id, fields, changed_at, record, gone };
        Ok(self.intake.keep_told(row.into_event(mapping, mapping.entity, now)).await?)
    }

    /// What the hub knows of a row.
    ///
    /// # Errors
    /// Where there is no such mapping or row in sight, or the store fails.
    pub async fn find(&self, (realm, name): (&Realm, &str), row: &str) -> Result<Link, RowRefused> {
        let mapping = self.mapping(realm, name)?;
        let organization = &mapping.tenant.organization;
        let link = self.store.link(organization, &mapping.name, LinkEnd::Row(row)).await?;
        link.ok_or(RowRefused::NoRow)
    }

    /// What was settled where both sides had changed a field: see [`conflicts`].
    ///
    /// # Errors
    /// Where there is no such mapping in sight, or the store fails.
    pub async fn conflicts(
        &self,
        realm: &Realm,
        mapping: Option<&str>,
        page: (Option<u64>, usize),
    ) -> Result<Vec<SyncConflict>, RowRefused> {
        let organization = realm.organization().cloned().unwrap_or_else(first_organization);
        conflicts(&self.store, (&self.all, realm, &organization), mapping, page).await
    }
}

/// What was settled where both sides had changed a field, of an organization, the newest first, below a
/// number and at most so many; of one mapping where it is named. Who sees one connection sees what is of
/// its mappings.
///
/// # Errors
/// Where there is no such mapping in sight, or the store fails.
pub async fn conflicts(
    store: &impl Links,
    (all, realm, organization): (&[Mapping], &Realm, &OrganizationId),
    mapping: Option<&str>,
    (before, limit): (Option<u64>, usize),
) -> Result<Vec<SyncConflict>, RowRefused> {
    if !matches!(realm, Realm::Connection(_)) {
        // Those of a mapping that is no more stay in sight.
        return Ok(store.conflicts(organization, mapping, before, limit).await?);
    }
    let seen = all.iter().filter(|one| is_seen(realm, one));
    let seen: Vec<_> = seen.filter(|one| mapping.is_none_or(|name| one.name == name)).collect();
    if mapping.is_some() && seen.is_empty() {
        return Err(RowRefused::NoMapping);
    }
    let mut found = Vec::new();
    for one in seen {
        let name = Some(one.name.as_str());
        found.extend(store.conflicts(organization, name, before, limit).await?);
    }
    found.sort_by_key(|conflict| std::cmp::Reverse(conflict.id));
    found.truncate(limit);
    Ok(found)
}

/// Whether a mapping is in sight: by its CRM or by its counterpart.
fn is_seen(realm: &Realm, mapping: &Mapping) -> bool {
    realm.holds(Some(&mapping.tenant)) || realm.holds(Some(&mapping.counterpart_tenant()))
}

#[cfg(test)]
mod tests;
