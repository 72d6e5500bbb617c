//! A page: a document, or a row of a data source.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Parent, Property};
use crate::{PageId, PropertyId, UserId};

/// A page (`facts/notion.md` 2.3).
///
/// A connection that may not read content is answered with the id alone: everything else is then
/// none, empty or false, and [`Self::is_full`] says so.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page {
    /// The page's id.
    pub id: PageId,
    /// When it was created.
    pub created_time: Option<Timestamp>,
    /// When it was last edited, rounded down to the minute.
    pub last_edited_time: Option<Timestamp>,
    last_edited_by: Option<Editor>,
    /// Its address in Notion.
    pub url: Option<String>,
    /// What it stands in.
    pub parent: Option<Parent>,
    /// Its values by the name of their column. Names change: use [`Self::property`].
    #[serde(default)]
    pub properties: BTreeMap<String, Property>,
    #[serde(default)]
    in_trash: bool,
    /// The older name of `in_trash`, which earlier versions of the API send beside it.
    #[serde(default)]
    archived: bool,
}

/// Who edited something.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Editor {
    id: UserId,
}

impl Page {
    /// Whether Notion told everything about the page.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.created_time.is_some()
    }

    /// Whether somebody moved the page to the trash.
    #[must_use]
    pub fn is_in_trash(&self) -> bool {
        self.in_trash || self.archived
    }

    /// Who edited it last. Somebody else may have edited it in the same minute.
    #[must_use]
    pub fn last_edited_by(&self) -> Option<&UserId> {
        Some(&self.last_edited_by.as_ref()?.id)
    }

    /// The value of a column.
    #[must_use]
    pub fn property(&self, id: &PropertyId) -> Option<&Property> {
        self.properties.values().find(|property| property.id == *id)
    }

    /// The page's name; empty where it has none.
    #[must_use]
    pub fn title(&self) -> String {
        let title = self.property(&PropertyId::title());
        title.and_then(Property::text).unwrap_or_default()
    }
}
