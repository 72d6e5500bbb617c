//! Links in memory: a list of them, and a list of conflicts.

use jiff::Timestamp;

use super::Memory;
use crate::{FieldConflict, Link, LinkEnd, Links, OrganizationId, StorageError, SyncConflict};

#[derive(Default)]
pub(super) struct LinkState {
    links: Vec<Link>,
    conflicts: Vec<SyncConflict>,
}

impl Links for Memory {
    async fn link(
        &self,
        organization: &OrganizationId,
        mapping: &str,
        end: LinkEnd<'_>,
    ) -> Result<Option<Link>, StorageError> {
        let state = self.lock();
        let is_at = |link: &&Link| match end {
            LinkEnd::Record(record) => link.record.as_deref() == Some(record),
            LinkEnd::Row(row) => link.row.as_deref() == Some(row),
        };
        let own = |link: &&Link| link.organization == *organization && link.mapping == mapping;
        Ok(state.links.links.iter().filter(own).find(is_at).cloned())
    }

    async fn put_link(
        &self,
        mut link: Link,
        conflicts: Vec<(FieldConflict, Timestamp)>,
    ) -> Result<Option<Link>, StorageError> {
        let mut state = self.lock();
        let LinkState { links, conflicts: noted } = &mut state.links;
        let shares = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let is_taken = links.iter().any(|other| {
            (&other.organization, &other.mapping) == (&link.organization, &link.mapping)
                && other.id != link.id
                && (shares(&other.record, &link.record) || shares(&other.row, &link.row))
        });
        let known = link.id.and_then(|id| links.iter().position(|other| other.id == Some(id)));
        let revision = known.map_or(0, |place| links[place].revision);
        if is_taken || link.id.is_some() != known.is_some() || revision != link.revision {
            return Ok(None);
        }
        link.revision += 1;
        link.id.get_or_insert(links.len() as u64 + 1);
        match known {
            Some(place) => links[place] = link.clone(),
            None => links.push(link.clone()),
        }
        for (field, at) in conflicts {
            noted.push(SyncConflict {
                id: noted.len() as u64 + 1,
                organization: link.organization.clone(),
                mapping: link.mapping.clone(),
                record: link.record.clone(),
                row: link.row.clone(),
                field,
                at,
            });
        }
        Ok(Some(link))
    }

    async fn links(
        &self,
        organization: &OrganizationId,
        mapping: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Link>, StorageError> {
        let state = self.lock();
        let own = |link: &&Link| link.organization == *organization && link.mapping == mapping;
        let behind = |link: &&Link| link.id > Some(after);
        Ok(state.links.links.iter().filter(own).filter(behind).take(limit).cloned().collect())
    }

    async fn conflicts(
        &self,
        organization: &OrganizationId,
        mapping: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<SyncConflict>, StorageError> {
        let state = self.lock();
        let wanted = |one: &&SyncConflict| {
            one.organization == *organization
                && mapping.is_none_or(|mapping| one.mapping == mapping)
                && before.is_none_or(|before| one.id < before)
        };
        Ok(state.links.conflicts.iter().rev().filter(wanted).take(limit).cloned().collect())
    }
}
