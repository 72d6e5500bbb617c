//! The parent: what a page or database stands in.

use serde::{Deserialize, Serialize};

use crate::{BlockId, DataSourceId, DatabaseId, PageId};

/// Where an object stands (`facts/notion.md` 2.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum Parent {
    /// A page that is a row.
    #[serde(rename = "data_source_id")]
    DataSource {
        /// The table that holds the row.
        data_source_id: DataSourceId,
        /// The database that holds the table: read only.
        #[serde(default, skip_serializing)]
        database_id: Option<DatabaseId>,
    },
    /// A data source in its database.
    #[serde(rename = "database_id")]
    Database {
        /// The database.
        database_id: DatabaseId,
    },
    /// Below a page.
    #[serde(rename = "page_id")]
    Page {
        /// The page.
        page_id: PageId,
    },
    /// Inside a block, such as a column of a page.
    #[serde(rename = "block_id")]
    Block {
        /// The block.
        block_id: BlockId,
    },
    /// At the top of the workspace.
    #[serde(rename = "workspace")]
    Workspace {
        /// Always true.
        workspace: bool,
    },
    /// A parent of a kind that this crate does not know: read only.
    #[serde(other, skip_serializing)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_its_table_and_is_told_its_database() {
        let read: Parent = serde_json::from_str(
            r#"{"type":"data_source_id","data_source_id":"d","database_id":"b"}"#,
        )
        .unwrap();
        let expected = Parent::DataSource {
            data_source_id: DataSourceId::new("d"),
            database_id: Some(DatabaseId::new("b")),
        };
        assert_eq!(read, expected);
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            r#"{"type":"data_source_id","data_source_id":"d"}"#
        );
    }

    #[test]
    fn parents_below_pages_and_of_unknown_kinds_are_read() {
        let read = |json| serde_json::from_str::<Parent>(json).unwrap();
        let page_id = PageId::new("p");
        assert_eq!(read(r#"{"type":"page_id","page_id":"p"}"#), Parent::Page { page_id });
        assert_eq!(
            read(r#"{"type":"workspace","workspace":true}"#),
            Parent::Workspace { workspace: true }
        );
        let other = read(r#"{"type":"agent_id","agent_id":"a"}"#);
        assert_eq!(other, Parent::Other);
        assert!(serde_json::to_string(&other).is_err());
    }
}
