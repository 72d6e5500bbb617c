//! The monitoring page in Notion: a few boxes that say how the hub is, replaced in place.
//!
//! Each section is one box, known by its first line, so the page never grows however often it is
//! written. What people write beside the boxes stays.

use domain::{Failure, Next};
use endpoint::Transport;
use jiff::Timestamp;
use notion::{
    BlockId, Client, Cursor, Error, PageId, PropertyId, Timer,
    models::{Block, BlockContent, Parent, PropertyValue, RichText},
    resources::{
        AppendBlockChildren, CreatePage, DeleteBlock, ListBlockChildren, Position, UpdateBlock,
    },
};

use super::failure;

/// The name of a page that the hub makes.
const TITLE: &str = "HighLevel sync monitor";

/// What a section says where there is nothing to say.
const NOTHING: &str = "none";

/// How many lines a section has at most. The page is to be read at a glance.
const MOST_LINES: usize = 10;

/// How the hub is, in lines that people read. They hold no values of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubState {
    /// When it was looked at.
    pub at: Timestamp,
    /// How it is on the whole, such as what waits.
    pub state: Vec<String>,
    /// The last runs through vendors' lists, the newest first.
    pub runs: Vec<String>,
    /// What a person should look at, with what to do.
    pub troubles: Vec<String>,
    /// How much of each vendor's limits is spent.
    pub budgets: Vec<String>,
}

/// The page.
pub struct MonitoringPage<T, C> {
    client: Client<T, C>,
    page: PageId,
}

/// Makes a monitoring page below a page that is shared with the connection, or takes the one that is
/// there, and returns its id.
///
/// # Errors
/// A [`Failure`] whose reason says what to change.
pub async fn create_monitoring_page<T: Transport, C: Timer>(
    client: &Client<T, C>,
    parent_page: &str,
) -> Result<String, Failure> {
    let parent = PageId::new(parent_page);
    let blocks = children(client, &parent).await.map_err(|error| failure::of(&error))?;
    let known = blocks.iter().find_map(|block| {
        let (page, title) = block.child_page()?;
        (title == TITLE).then_some(page)
    });
    if let Some(page) = known {
        return Ok(page.to_string());
    }
    let operation = CreatePage {
        parent: Parent::Page { page_id: parent },
        properties: [(PropertyId::title(), PropertyValue::title(TITLE))].into(),
    };
    match client.call(&operation).await {
        Ok(page) => Ok(page.id.to_string()),
        // Notion failed after it had kept the page, and says which (`facts/notion.md` 6).
        Err(error) => match error.committed_resource_id() {
            Some(page) => Ok(page.to_owned()),
            None => Err(failure::of(&error)),
        },
    }
}

impl<T: Transport, C: Timer> MonitoringPage<T, C> {
    /// The page with this id. Nothing is called yet.
    #[must_use]
    pub fn new(client: Client<T, C>, page: &str) -> Self {
        Self { client, page: PageId::new(page) }
    }

    /// Makes the page say how the hub is: changes the boxes that say something else, adds those that are
    /// missing, and removes second ones. Gives how many calls changed something.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change. Showing it again sets right whatever was left.
    pub async fn show(&self, state: &HubState) -> Result<usize, Failure> {
        self.replace(&sections(state)).await.map_err(|error| match error.status() {
            Some(404) => Failure {
                next: Next::Hold(None),
                ambiguous: false,
                reason:
                    "the monitoring page is gone, or not shared with the connection; make another \
                         with `highwire notion init`"
                        .to_owned(),
            },
            _ => failure::of(&error),
        })
    }

    async fn replace(&self, sections: &[Section]) -> Result<usize, Error> {
        let blocks = children(&self.client, &self.page).await?;
        let mut writes = 0;
        let mut missing = Vec::new();
        for section in sections {
            let mut own = blocks.iter().filter(|block| section.is_in(block));
            match own.next() {
                Some(block) if block.text().as_deref() == Some(&section.text) => {}
                Some(block) => {
                    let (block_id, content) = (block.id.clone(), section.content());
                    self.client.call(&UpdateBlock { block_id, content }).await?;
                    writes += 1;
                }
                None => missing.push(section.content()),
            }
            // A box whose making was in doubt may be there twice.
            for second in own {
                self.client.call(&DeleteBlock { block_id: second.id.clone() }).await?;
                writes += 1;
            }
        }
        if !missing.is_empty() {
            let append = AppendBlockChildren {
                block_id: BlockId::from(&self.page),
                children: missing,
                position: Position::End,
            };
            self.client.call(&append).await?;
            writes += 1;
        }
        Ok(writes)
    }
}

/// One box.
struct Section {
    name: &'static str,
    text: String,
}

impl Section {
    fn new(name: &'static str, lines: &[String]) -> Self {
        let left = lines.len().saturating_sub(MOST_LINES);
        let mut shown: Vec<String> = lines.iter().take(MOST_LINES).cloned().collect();
        if shown.is_empty() {
            shown.push(NOTHING.to_owned());
        }
        if left > 0 {
            shown.push(format!("and {left} more"));
        }
        Self { name, text: format!("{name}\n{}", shown.join("\n")) }
    }

    fn is_in(&self, block: &Block) -> bool {
        let text = block.text().unwrap_or_default();
        block.kind.as_deref() == Some("callout")
            && !block.is_in_trash()
            && text.lines().next() == Some(self.name)
    }

    fn content(&self) -> BlockContent {
        BlockContent::Callout(RichText::new(&self.text))
    }
}

fn sections(state: &HubState) -> [Section; 4] {
    let as_of = std::iter::once(format!("as of {:.0}", state.at));
    let on_the_whole: Vec<String> = as_of.chain(state.state.iter().cloned()).collect();
    [
        Section::new("State", &on_the_whole),
        Section::new("Last runs", &state.runs),
        Section::new("To look at", &state.troubles),
        Section::new("Budgets", &state.budgets),
    ]
}

/// All blocks directly on a page.
async fn children<T: Transport, C: Timer>(
    client: &Client<T, C>,
    page: &PageId,
) -> Result<Vec<Block>, Error> {
    let mut list = ListBlockChildren::of_page(page);
    let mut blocks = Vec::new();
    loop {
        let part = client.call(&list).await?;
        blocks.extend(part.results);
        let next: Option<Cursor> = part.next_cursor;
        match next {
            Some(next) => list.start_cursor = Some(next),
            None => return Ok(blocks),
        }
    }
}

#[cfg(test)]
mod tests;
