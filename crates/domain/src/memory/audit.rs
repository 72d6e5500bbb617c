//! The audit in memory: a list.

use super::Memory;
use crate::{Audit, AuditEntry, AuditId, NewAudit, Realm, StorageError};

impl Audit for Memory {
    async fn note_audit(&self, entries: Vec<NewAudit>) -> Result<(), StorageError> {
        let state = &mut self.lock().audit;
        for noted in entries {
            let id = AuditId(state.last().map_or(0, |entry| entry.id.0) + 1);
            state.push(AuditEntry { id, noted });
        }
        Ok(())
    }

    async fn audit(
        &self,
        realm: &Realm,
        acts: &str,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StorageError> {
        let state = &self.lock().audit;
        let is_wanted = |entry: &&AuditEntry| {
            before.is_none_or(|before| entry.id < before)
                && entry.noted.act.starts_with(acts)
                && is_within(realm, &entry.noted)
        };
        Ok(state.iter().rev().filter(is_wanted).take(limit).cloned().collect())
    }
}

fn is_within(realm: &Realm, noted: &NewAudit) -> bool {
    match realm {
        Realm::Installation => true,
        Realm::Organization(organization) => noted.organization.as_ref() == Some(organization),
        Realm::Connection(tenant) => {
            noted.organization.as_ref() == Some(&tenant.organization)
                && noted.connection.as_ref() == Some(&tenant.connection)
        }
    }
}
