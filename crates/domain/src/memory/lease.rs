//! Leases in memory: a map from names to the newest epoch of each.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Memory;
use crate::{Credential, Epoch, Lease, LeaseClaim, LeaseReply, Leases, StorageError};

#[derive(Default)]
pub(super) struct LeaseState {
    rows: BTreeMap<String, Row>,
}

struct Row {
    epoch: Epoch,
    holder: String,
    /// None once it was released.
    until: Option<Timestamp>,
}

impl LeaseState {
    /// The row of a lease that is held in this epoch.
    fn held(&mut self, lease: &Lease) -> Option<&mut Row> {
        let row = self.rows.get_mut(&lease.name)?;
        (row.epoch == lease.epoch && row.until.is_some()).then_some(row)
    }

    /// Whether a lease is held in this epoch.
    pub(super) fn is_held(&mut self, lease: &Lease) -> bool {
        self.held(lease).is_some()
    }
}

impl Leases for Memory {
    async fn take_lease(&self, claim: LeaseClaim) -> Result<LeaseReply, StorageError> {
        let rows = &mut self.lock().leases.rows;
        let known = rows.get(&claim.name);
        let held = known.filter(|row| row.holder != claim.holder).and_then(|row| row.until);
        if let Some(until) = held.filter(|until| claim.now < *until) {
            return Ok(LeaseReply::HeldUntil(until));
        }
        let epoch = Epoch(known.map_or(0, |row| row.epoch.0) + 1);
        let row = Row { epoch, holder: claim.holder, until: Some(claim.until) };
        rows.insert(claim.name.clone(), row);
        Ok(LeaseReply::Granted(Lease { name: claim.name, epoch }))
    }

    async fn renew_lease(&self, lease: &Lease, until: Timestamp) -> Result<bool, StorageError> {
        let mut state = self.lock();
        let row = state.leases.held(lease);
        let is_held = row.is_some();
        if let Some(row) = row {
            row.until = Some(until);
        }
        Ok(is_held)
    }

    async fn release_lease(&self, lease: &Lease) -> Result<bool, StorageError> {
        let mut state = self.lock();
        let row = state.leases.held(lease);
        Ok(row.is_some_and(|row| row.until.take().is_some()))
    }

    async fn put_credential_fenced(
        &self,
        credential: Credential,
        lease: &Lease,
        replaced: Timestamp,
    ) -> Result<bool, StorageError> {
        let mut state = self.lock();
        if state.leases.held(lease).is_none() {
            return Ok(false);
        }
        match state.credentials.rows.get_mut(&credential.key) {
            Some(row) if row.stored_at.as_microsecond() == replaced.as_microsecond() => {
                *row = credential;
            }
            _ => return Ok(false),
        }
        state.connections.note_change();
        Ok(true)
    }
}
