//! `/v1/data_sources`: read and change the columns, query the rows, add a table.

use endpoint::{Endpoint, Method};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::databases::in_order;
use crate::{
    Cursor, DataSourceId, DatabaseId, PropertyId,
    models::{DataSource, List, Page, Parent, PropertySchema, RichText},
};

/// Reads a data source with its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetDataSource {
    /// Which one.
    pub data_source_id: DataSourceId,
}

impl Endpoint for GetDataSource {
    const NAME: &'static str = "data_sources.get";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/data_sources/{data_source_id}";
    type Response = DataSource;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("data_source_id", self.data_source_id.as_str())]
    }
}

/// Adds a data source to a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateDataSource {
    /// The database.
    pub database_id: DatabaseId,
    /// The name of the data source.
    pub title: String,
    /// The columns by name, in the order in which they are sent. Exactly one is the
    /// [`PropertySchema::Title`].
    pub properties: Vec<(String, PropertySchema)>,
}

#[derive(Serialize)]
struct NewDataSource<'a> {
    parent: Parent,
    title: RichText,
    #[serde(serialize_with = "in_order")]
    properties: &'a [(String, PropertySchema)],
}

impl Endpoint for CreateDataSource {
    const NAME: &'static str = "data_sources.create";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/data_sources";
    type Response = DataSource;

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        let body = NewDataSource {
            parent: Parent::Database { database_id: self.database_id.clone() },
            title: RichText::new(&self.title),
            properties: &self.properties,
        };
        serde_json::to_vec(&body).map(Some)
    }
}

/// Changes the columns that it names, and no others. Repeating it changes nothing more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateDataSource {
    /// Which one.
    pub data_source_id: DataSourceId,
    /// The columns by id or name, with what becomes of each.
    pub properties: Vec<(String, ColumnChange)>,
}

/// What becomes of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnChange {
    /// It is made where there is none by that name; where there is one, its options become these:
    /// an option that is left out is gone, also from the rows that have it (`facts/notion.md` 2.1).
    Set(PropertySchema),
    /// It is called otherwise.
    Rename(String),
    /// It goes, with all its values.
    Remove,
}

impl Serialize for ColumnChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(schema) => schema.serialize(serializer),
            Self::Rename(name) => serializer.collect_map([("name", name)]),
            Self::Remove => serializer.serialize_none(),
        }
    }
}

impl Endpoint for UpdateDataSource {
    const NAME: &'static str = "data_sources.update";
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/data_sources/{data_source_id}";
    type Response = DataSource;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("data_source_id", self.data_source_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(&Changes { properties: &self.properties }).map(Some)
    }
}

#[derive(Serialize)]
struct Changes<'a> {
    #[serde(serialize_with = "in_order")]
    properties: &'a [(String, ColumnChange)],
}

/// Finds rows; those in the trash are left out unless it asks for them. At most 10,000 can be reached
/// ([`List::is_cut`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueryDataSource {
    /// Where to look.
    #[serde(skip)]
    pub data_source_id: DataSourceId,
    /// Which rows; all without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// In which order, the first one first; Notion's own without it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sorts: Vec<Sort>,
    /// Where to begin; none for the first part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_cursor: Option<Cursor>,
    /// How many rows at most, 1 to 100; Notion's default is 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u8>,
    /// True finds only rows in the trash; none, only others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_trash: Option<bool>,
}

impl QueryDataSource {
    /// The first part of all rows.
    #[must_use]
    pub fn new(data_source_id: DataSourceId) -> Self {
        Self {
            data_source_id,
            filter: None,
            sorts: Vec::new(),
            start_cursor: None,
            page_size: None,
            in_trash: None,
        }
    }
}

impl Endpoint for QueryDataSource {
    const NAME: &'static str = "data_sources.query";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/data_sources/{data_source_id}/query";
    type Response = List<Page>;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("data_source_id", self.data_source_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(self).map(Some)
    }
}

/// Which rows a query gives.
///
/// Whether Notion tells upper from lower case in texts is not documented (`facts/notion.md` 4.1):
/// compare what comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Filter(Condition);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Condition {
    Text { property: PropertyId, rich_text: TextCondition },
    Created { timestamp: Stamp, created_time: Since },
    Edited { timestamp: Stamp, last_edited_time: Since },
    All { and: Vec<Filter> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum TextCondition {
    Equals(String),
    Contains(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Since {
    on_or_after: Timestamp,
}

impl Filter {
    /// Rows whose text is `text`.
    #[must_use]
    pub fn text_equals(property: PropertyId, text: &str) -> Self {
        let rich_text = TextCondition::Equals(text.to_owned());
        Self(Condition::Text { property, rich_text })
    }

    /// Rows whose text has `text` in it.
    #[must_use]
    pub fn text_contains(property: PropertyId, text: &str) -> Self {
        let rich_text = TextCondition::Contains(text.to_owned());
        Self(Condition::Text { property, rich_text })
    }

    /// Rows that were made in this minute or later: Notion keeps no seconds
    /// (`facts/notion.md` 4.2).
    #[must_use]
    pub fn created_since(moment: Timestamp) -> Self {
        let created_time = Since { on_or_after: moment };
        Self(Condition::Created { timestamp: Stamp::CreatedTime, created_time })
    }

    /// Rows that were edited last in this minute or later.
    #[must_use]
    pub fn edited_since(moment: Timestamp) -> Self {
        let last_edited_time = Since { on_or_after: moment };
        Self(Condition::Edited { timestamp: Stamp::LastEditedTime, last_edited_time })
    }

    /// Rows that pass each of these filters. Notion takes two levels of groups (`facts/notion.md` 4).
    #[must_use]
    pub fn all(filters: Vec<Self>) -> Self {
        Self(Condition::All { and: filters })
    }
}

/// A time that Notion keeps of every row, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    /// When it was made.
    CreatedTime,
    /// When it was edited last.
    LastEditedTime,
}

/// The order in which rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sort {
    timestamp: Stamp,
    direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    Ascending,
}

impl Sort {
    /// From the earliest to the latest.
    #[must_use]
    pub fn ascending(timestamp: Stamp) -> Self {
        Self { timestamp, direction: Direction::Ascending }
    }
}
