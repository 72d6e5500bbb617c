//! A database: the container of data sources.

use serde::Deserialize;

use super::{Parent, ReadText};
use crate::{DataSourceId, DatabaseId};

/// A database (`facts/notion.md` 2.1). It has no columns: those are its data sources'.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Database {
    /// The database's id.
    pub id: DatabaseId,
    /// Its name.
    #[serde(default)]
    pub title: ReadText,
    /// Its tables, at least one; empty where the connection may not read content.
    #[serde(default)]
    pub data_sources: Vec<DataSourceName>,
    /// What it stands in.
    pub parent: Option<Parent>,
    /// Its address in Notion.
    pub url: Option<String>,
    #[serde(default)]
    in_trash: bool,
    #[serde(default)]
    archived: bool,
}

impl Database {
    /// The first table, which is the only one unless somebody added another.
    #[must_use]
    pub fn data_source(&self) -> Option<&DataSourceId> {
        self.data_sources.first().map(|source| &source.id)
    }

    /// Whether somebody moved the database to the trash.
    #[must_use]
    pub fn is_in_trash(&self) -> bool {
        self.in_trash || self.archived
    }
}

/// A data source, by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DataSourceName {
    /// The data source's id.
    pub id: DataSourceId,
    /// Its name.
    #[serde(default)]
    pub name: String,
}
