//! `/v1/data_sources`: read the columns, query the rows.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    Cursor, DataSourceId, PropertyId,
    models::{DataSource, List, Page},
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

/// Finds rows; those in the trash are left out. At most 10,000 can be reached
/// ([`List::is_cut`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueryDataSource {
    /// Where to look.
    #[serde(skip)]
    pub data_source_id: DataSourceId,
    /// Which rows; all without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Where to begin; none for the first part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_cursor: Option<Cursor>,
    /// How many rows at most, 1 to 100; Notion's default is 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u8>,
}

impl QueryDataSource {
    /// The first part of all rows.
    #[must_use]
    pub fn new(data_source_id: DataSourceId) -> Self {
        Self { data_source_id, filter: None, start_cursor: None, page_size: None }
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

/// Which rows a query gives: those whose `rich_text` column compares with a text.
///
/// Whether Notion tells upper from lower case here is not documented (`facts/notion.md` 4.1):
/// compare what comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Filter {
    property: PropertyId,
    rich_text: TextCondition,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum TextCondition {
    Equals(String),
    Contains(String),
}

impl Filter {
    /// Rows whose text is `text`.
    #[must_use]
    pub fn text_equals(property: PropertyId, text: &str) -> Self {
        Self { property, rich_text: TextCondition::Equals(text.to_owned()) }
    }

    /// Rows whose text has `text` in it.
    #[must_use]
    pub fn text_contains(property: PropertyId, text: &str) -> Self {
        Self { property, rich_text: TextCondition::Contains(text.to_owned()) }
    }
}
