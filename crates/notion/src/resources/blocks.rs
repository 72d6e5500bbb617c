//! `/v1/blocks`: list the children of a page or block, append, change, trash.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    BlockId, Cursor, PageId,
    models::{Block, BlockContent, List},
};

/// Lists the blocks directly below a page or block, in their order on the page.
///
/// This is how to find a database by its title below a known page: search is neither complete nor
/// fresh (`facts/notion.md` 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListBlockChildren {
    /// The page or block.
    pub block_id: BlockId,
    /// Where to begin; none for the first part.
    pub start_cursor: Option<Cursor>,
    /// How many blocks at most, 1 to 100; Notion's default is 100.
    pub page_size: Option<u8>,
}

impl ListBlockChildren {
    /// The first part of a page's blocks.
    #[must_use]
    pub fn of_page(page: &PageId) -> Self {
        Self { block_id: page.into(), start_cursor: None, page_size: None }
    }
}

impl Endpoint for ListBlockChildren {
    const NAME: &'static str = "blocks.children.list";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/blocks/{block_id}/children";
    type Response = List<Block>;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("block_id", self.block_id.as_str())]
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let cursor = self.start_cursor.as_ref().map(ToString::to_string);
        let size = self.page_size.map(|size| size.to_string());
        let pairs = [("start_cursor", cursor), ("page_size", size)];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Adds blocks below a page or block. Repeating it adds them again.
///
/// At most 100 in one call (`facts/notion.md` 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppendBlockChildren {
    /// The page or block.
    #[serde(skip)]
    pub block_id: BlockId,
    /// The new blocks, in their order.
    pub children: Vec<BlockContent>,
    /// Where they go.
    pub position: Position,
}

/// Where new blocks go among those that are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Position {
    /// Before the first.
    Start,
    /// After the last.
    End,
    /// After this one.
    AfterBlock {
        /// The one.
        after_block: Sibling,
    },
}

/// A block that another stands beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sibling {
    /// Its id.
    pub id: BlockId,
}

impl Endpoint for AppendBlockChildren {
    const NAME: &'static str = "blocks.children.append";
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/blocks/{block_id}/children";
    type Response = List<Block>;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("block_id", self.block_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(self).map(Some)
    }
}

/// Replaces what a block says. Its type stays: the content has to be of the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateBlock {
    /// Which one.
    pub block_id: BlockId,
    /// What it says from now on.
    pub content: BlockContent,
}

impl Endpoint for UpdateBlock {
    const NAME: &'static str = "blocks.update";
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/v1/blocks/{block_id}";
    type Response = Block;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("block_id", self.block_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(&self.content).map(Some)
    }
}

/// Moves a block to the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteBlock {
    /// Which one.
    pub block_id: BlockId,
}

impl Endpoint for DeleteBlock {
    const NAME: &'static str = "blocks.delete";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v1/blocks/{block_id}";
    type Response = Block;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("block_id", self.block_id.as_str())]
    }
}
