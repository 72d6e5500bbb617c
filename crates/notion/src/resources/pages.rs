//! `/v1/pages`: create, read, update; one property at a time.

use std::collections::BTreeMap;

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    Cursor, PageId, PropertyId,
    models::{Page, Parent, PropertyItems, PropertyValue},
};

/// Creates a page. Repeating it creates another: look it up first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreatePage {
    /// A data source, for a row, or another page.
    pub parent: Parent,
    /// The values by column. A page below a page has a title only.
    pub properties: BTreeMap<PropertyId, PropertyValue>,
}

impl Endpoint for CreatePage {
    const NAME: &'static str = "pages.create";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/pages";
    type Response = Page;

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(self).map(Some)
    }
}

/// Reads a page with its values. Relations and people are cut at 25 (`facts/notion.md` 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetPage {
    /// Which one.
    pub page_id: PageId,
}

impl Endpoint for GetPage {
    const NAME: &'static str = "pages.get";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/pages/{page_id}";
    type Response = Page;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("page_id", self.page_id.as_str())]
    }
}

/// Changes the values that it names, and no others; moves a page to the trash and back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpdatePage {
    /// Which one.
    #[serde(skip)]
    pub page_id: PageId,
    /// The new values by column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<PropertyId, PropertyValue>,
    /// True puts the page into the trash, false takes it out, none leaves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_trash: Option<bool>,
}

impl Endpoint for UpdatePage {
    const NAME: &'static str = "pages.update";
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/pages/{page_id}";
    type Response = Page;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("page_id", self.page_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(self).map(Some)
    }
}

/// Reads one property of a page, whole: a page itself shows 25 references at most
/// (`facts/notion.md` 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetPageProperty {
    page_id: PageId,
    /// As it is, and not as Notion writes it: the address encodes it once more.
    property: String,
    start_cursor: Option<Cursor>,
}

impl GetPageProperty {
    /// The first part of a property.
    #[must_use]
    pub fn new(page_id: PageId, property: &PropertyId) -> Self {
        Self { page_id, property: property.decoded(), start_cursor: None }
    }

    /// The part that begins there.
    #[must_use]
    pub fn starting_at(self, cursor: Cursor) -> Self {
        Self { start_cursor: Some(cursor), ..self }
    }
}

impl Endpoint for GetPageProperty {
    const NAME: &'static str = "pages.properties.get";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/pages/{page_id}/properties/{property}";
    type Response = PropertyItems;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("page_id", self.page_id.as_str()), ("property", &self.property)]
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let cursor = self.start_cursor.as_ref().map(ToString::to_string);
        cursor.map(|cursor| ("start_cursor", cursor)).into_iter().collect()
    }
}
