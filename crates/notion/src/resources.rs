//! The operations, one type for each, grouped as Notion's paths are.
//!
//! Each implements [`endpoint::Endpoint`], so any of them can also be encoded, sent or described
//! without the client.

mod blocks;
mod data_sources;
mod databases;
mod pages;
mod search;
#[cfg(test)]
mod tests;
mod users;

use endpoint::{Endpoint, Method};

pub use self::{
    blocks::{AppendBlockChildren, DeleteBlock, ListBlockChildren, Position, Sibling, UpdateBlock},
    data_sources::{
        ColumnChange, CreateDataSource, Filter, GetDataSource, QueryDataSource, Sort, Stamp,
        UpdateDataSource,
    },
    databases::{CreateDatabase, GetDatabase},
    pages::{CreatePage, GetPage, GetPageProperty, UpdatePage},
    search::Search,
    users::GetMe,
};

/// Whether an operation changes nothing, so that repeating it is always safe: every GET, the query,
/// which is a POST only because its filter needs a body, and the search.
pub(crate) fn only_reads<E: Endpoint>() -> bool {
    E::METHOD == Method::Get || [QueryDataSource::NAME, Search::NAME].contains(&E::NAME)
}
