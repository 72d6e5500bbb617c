//! A watermark: up to when the changes of a list were read.

use std::future::Future;

use jiff::Timestamp;

use crate::{StorageError, Tenant};

/// Keeps watermarks, which only rise.
pub trait Watermarks {
    /// Up to when the changes of a connection's list were read; none where it was never read whole.
    fn watermark(
        &self,
        tenant: &Tenant,
        list: &str,
    ) -> impl Future<Output = Result<Option<Timestamp>, StorageError>> + Send;

    /// Raises a watermark, once all that was read up to then is on stable storage. One that stands
    /// higher stays.
    fn raise_watermark(
        &self,
        tenant: &Tenant,
        list: &str,
        to: Timestamp,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Forgets a watermark, so that the list is read from its beginning.
    fn forget_watermark(
        &self,
        tenant: &Tenant,
        list: &str,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;
}
