//! A data source: a table with its columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyConfig {
    /// The column's id, which stays when people rename it.
    pub id: PropertyId,
    /// What people call it.
    pub name: String,
    /// Notion's name of its type, such as `rich_text`.
    pub kind: String,
    /// The names of its options, in their order: of a `select`, `multi_select` or `status`.
    pub options: Vec<String>,
}

/// The options stand below a member that is named after the type.
impl<'de> Deserialize<'de> for PropertyConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::deserialize(deserializer)?;
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = text("id").ok_or_else(|| D::Error::missing_field("id"))?;
        let kind = text("type").ok_or_else(|| D::Error::missing_field("type"))?;
        let options = members.get(&kind).and_then(|config| config.get("options")?.as_array());
        let name = |option: &Value| Some(option.get("name")?.as_str()?.to_owned());
        let options = options.into_iter().flatten().filter_map(name).collect();
        let name = text("name").unwrap_or_default();
        Ok(Self { id: PropertyId::from(id), name, kind, options })
    }
}
