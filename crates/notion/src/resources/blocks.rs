//! `/v1/blocks`: list the children of a page or block.

use endpoint::{Endpoint, Method};

use crate::{
    BlockId, Cursor, PageId,
    models::{Block, List},
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
