//! A block: a piece of a page's content.

use serde::Deserialize;

use crate::{BlockId, DatabaseId, PageId};

/// A block, of which only what leads to other objects is read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Block {
    /// The block's id.
    pub id: BlockId,
    /// Notion's name of the type, such as `child_database`; none in the partial form.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    child_database: Option<Child>,
    child_page: Option<Child>,
    #[serde(default)]
    in_trash: bool,
    #[serde(default)]
    archived: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Child {
    #[serde(default)]
    title: String,
}

impl Block {
    /// The database that stands here, with its name: the block's id is the database's.
    #[must_use]
    pub fn child_database(&self) -> Option<(DatabaseId, &str)> {
        let child = self.child_database.as_ref()?;
        Some((DatabaseId::new(self.id.as_str()), &child.title))
    }

    /// The page that stands here, with its name: the block's id is the page's.
    #[must_use]
    pub fn child_page(&self) -> Option<(PageId, &str)> {
        let child = self.child_page.as_ref()?;
        Some((PageId::new(self.id.as_str()), &child.title))
    }

    /// Whether somebody moved the block to the trash.
    #[must_use]
    pub fn is_in_trash(&self) -> bool {
        self.in_trash || self.archived
    }
}
