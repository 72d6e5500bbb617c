//! Watermarks in memory: a map.

use jiff::Timestamp;

use super::Memory;
use crate::{StorageError, Tenant, Watermarks};

impl Watermarks for Memory {
    async fn watermark(
        &self,
        tenant: &Tenant,
        list: &str,
    ) -> Result<Option<Timestamp>, StorageError> {
        Ok(self.lock().watermarks.get(&(tenant.clone(), list.to_owned())).copied())
    }

    async fn raise_watermark(
        &self,
        tenant: &Tenant,
        list: &str,
        to: Timestamp,
    ) -> Result<(), StorageError> {
        let mut state = self.lock();
        let stands = state.watermarks.entry((tenant.clone(), list.to_owned())).or_insert(to);
        *stands = to.max(*stands);
        Ok(())
    }

    async fn forget_watermark(&self, tenant: &Tenant, list: &str) -> Result<(), StorageError> {
        self.lock().watermarks.remove(&(tenant.clone(), list.to_owned()));
        Ok(())
    }
}
