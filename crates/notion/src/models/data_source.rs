//! A data source: a table with its columns.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Parent, ReadText};
use crate::{DataSourceId, PropertyId};

/// A data source (`facts/notion.md` 2.2). The partial form has id and columns only.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DataSource {
    /// The data source's id.
    pub id: DataSourceId,
    /// Its name.
    #[serde(default)]
    pub title: ReadText,
    /// The database that it stands in.
    pub parent: Option<Parent>,
    /// Its columns by name.
    #[serde(default)]
    pub properties: BTreeMap<String, PropertyConfig>,
    #[serde(default)]
    in_trash: bool,
    #[serde(default)]
    archived: bool,
}

impl DataSource {
    /// The column with this name, to learn its id once; later calls use the id.
    #[must_use]
    pub fn property_named(&self, name: &str) -> Option<&PropertyConfig> {
        self.properties.get(name)
    }

    /// The column with this id, whatever people call it.
    #[must_use]
    pub fn property(&self, id: &PropertyId) -> Option<&PropertyConfig> {
        self.properties.values().find(|property| property.id == *id)
    }

    /// Whether somebody moved the data source to the trash.
    #[must_use]
    pub fn is_in_trash(&self) -> bool {
        self.in_trash || self.archived
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PropertyConfig {
    /// The column's id, which stays when people rename it.
    pub id: PropertyId,
    /// What people call it.
    #[serde(default)]
    pub name: String,
    /// Notion's name of its type, such as `rich_text`.
    #[serde(rename = "type")]
    pub kind: String,
}
