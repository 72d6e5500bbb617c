//! An account at a vendor, such as a HighLevel location or company, and whose it is.

use jiff::Timestamp;

use crate::Tenant;

/// Which account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    /// The vendor, by the name of its source, such as `highlevel`.
    pub vendor: String,
    /// The vendor's id of the account.
    pub id: String,
}

impl AccountKey {
    /// The key of a vendor's account.
    #[must_use]
    pub fn new(vendor: &str, id: &str) -> Self {
        Self { vendor: vendor.to_owned(), id: id.to_owned() }
    }
}

/// An account that somebody connected. An account has one owner in the whole hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which one.
    pub key: AccountKey,
    /// Whose it is.
    pub tenant: Tenant,
    /// Since when.
    pub connected_at: Timestamp,
}
