//! The leases on SQLite: rows that every process which opened the data folder sees.

use domain::{Credential, Epoch, Lease, LeaseClaim, LeaseReply, Leases, StorageError};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction};

use super::{Sqlite, credentials, row};

/// The newest epoch of a lease.
struct Known {
    epoch: i64,
    holder: String,
    until: Option<Timestamp>,
}

impl Leases for Sqlite {
    async fn take_lease(&self, claim: LeaseClaim) -> Result<LeaseReply, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let known = find(transaction, &claim.name)?;
            let other = known.as_ref().filter(|known| known.holder != claim.holder);
            let held = other.and_then(|known| known.until).filter(|until| claim.now < *until);
            if let Some(until) = held {
                return Ok(LeaseReply::HeldUntil(until));
            }
            let epoch = known.map_or(0, |known| known.epoch) + 1;
            let sql = "INSERT OR REPLACE INTO lease (name, epoch, holder, held_until)
                       VALUES (?1, ?2, ?3, ?4)";
            let until = claim.until.as_microsecond();
            transaction.prepare_cached(sql)?.execute((&claim.name, epoch, &claim.holder, until))?;
            Ok(LeaseReply::Granted(Lease { name: claim.name, epoch: Epoch(epoch as u64) }))
        };
        self.shared.state.write("take a lease", write).await
    }

    async fn renew_lease(&self, lease: &Lease, until: Timestamp) -> Result<bool, StorageError> {
        let (lease, until) = (lease.clone(), Some(until));
        let write = move |transaction: &Transaction<'_>| Ok(hold(transaction, &lease, until)?);
        self.shared.state.write("renew a lease", write).await
    }

    async fn release_lease(&self, lease: &Lease) -> Result<bool, StorageError> {
        let lease = lease.clone();
        let write = move |transaction: &Transaction<'_>| Ok(hold(transaction, &lease, None)?);
        self.shared.state.write("release a lease", write).await
    }

    async fn put_credential_fenced(
        &self,
        credential: Credential,
        lease: &Lease,
        replaced: Timestamp,
    ) -> Result<bool, StorageError> {
        let lease = lease.clone();
        let write = move |transaction: &Transaction<'_>| {
            Ok(is_held(transaction, &lease)?
                && credentials::replace(transaction, &credential, replaced)?)
        };
        self.shared.state.write("store a credential under a lease", write).await
    }
}

/// Whether a lease is held in this epoch.
pub(super) fn is_held(transaction: &Transaction<'_>, lease: &Lease) -> rusqlite::Result<bool> {
    let known = find(transaction, &lease.name)?;
    Ok(known.is_some_and(|known| known.epoch as u64 == lease.epoch.0 && known.until.is_some()))
}

fn find(transaction: &Transaction<'_>, name: &str) -> rusqlite::Result<Option<Known>> {
    let read = |row: &Row<'_>| {
        Ok(Known {
            epoch: row.get(0)?,
            holder: row.get(1)?,
            until: row::optional_timestamp(row, 2)?,
        })
    };
    transaction
        .prepare_cached("SELECT epoch, holder, held_until FROM lease WHERE name = ?1")?
        .query_row([name], read)
        .optional()
}

/// Gives a lease that is held in this epoch another end, or none; whether it is.
fn hold(
    transaction: &Transaction<'_>,
    lease: &Lease,
    until: Option<Timestamp>,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE lease SET held_until = ?1
               WHERE name = ?2 AND epoch = ?3 AND held_until IS NOT NULL";
    let until = until.map(Timestamp::as_microsecond);
    let changed =
        transaction.prepare_cached(sql)?.execute((until, &lease.name, lease.epoch.0 as i64))?;
    Ok(changed > 0)
}
