//! `/v1/search`: what is shared with the connection.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    Cursor,
    models::{Found, List},
};

/// Lists pages and data sources that are shared with the connection, the last edited first. It is
/// neither complete nor current, so nothing is looked up by it (`facts/notion.md` 8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Search {
    /// Where to begin; none is the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_cursor: Option<Cursor>,
    /// How many at most, up to 100.
    pub page_size: u8,
}

impl Search {
    /// The first part, of 100.
    #[must_use]
    pub fn new() -> Self {
        Self { start_cursor: None, page_size: 100 }
    }
}

impl Default for Search {
    fn default() -> Self {
        Self::new()
    }
}

impl Endpoint for Search {
    const NAME: &'static str = "search";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/search";
    type Response = List<Found>;

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(self).map(Some)
    }
}
