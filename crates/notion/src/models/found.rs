//! What a search finds: a page or a data source, as much as tells which.

use serde::Deserialize;

/// A page or a data source that is shared with the connection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Found {
    /// `page` or `data_source`.
    pub object: String,
    /// Its id.
    pub id: String,
}
