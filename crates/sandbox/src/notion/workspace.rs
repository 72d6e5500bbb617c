//! Everything that the simulated workspace holds, and where to find it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    block::{Block, Draft},
    change::Change,
    data_source::DataSource,
    database::Database,
    ids::{Ids, Uuid},
    page::{Page, Parent},
    refusal::Refusal,
    rich_text,
    schema::Schema,
};

/// The content of the workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) ids: Ids,
    /// The page that is shared with the connection from the start.
    pub(crate) shared_page: Uuid,
    /// The connection's bot, and the person who made it.
    pub(crate) bot: Uuid,
    pub(crate) person: Uuid,
    pub(crate) id: Uuid,
    /// `facts/notion.md` 5: 10,000 in truth.
    pub(crate) row_cap: usize,
    /// Whether queries answer parts that hold fewer rows than asked for.
    pub(crate) short_parts: bool,
    pub(crate) pages: HashMap<Uuid, Page>,
    pub(crate) databases: HashMap<Uuid, Database>,
    pub(crate) sources: HashMap<Uuid, DataSource>,
    pub(crate) blocks: HashMap<Uuid, Block>,
    /// What is on a page or in a block, in order: blocks, pages and databases.
    pub(crate) children: HashMap<Uuid, Vec<Uuid>>,
    /// The schema of pages that are no rows.
    pub(crate) page_schema: Schema,
    /// What changed since webhooks were told.
    pub(crate) changes: Vec<Change>,
}

/// Where new children go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Start,
    End,
    After(Uuid),
}

impl Workspace {
    /// A workspace with one shared page.
    pub(crate) fn new(seed: u64, row_cap: usize, now: Timestamp) -> Self {
        let mut ids = Ids::new(seed);
        let mut workspace = Self {
            shared_page: ids.uuid(),
            bot: ids.uuid(),
            person: ids.uuid(),
            id: ids.uuid(),
            ids,
            row_cap,
            short_parts: false,
            pages: HashMap::new(),
            databases: HashMap::new(),
            sources: HashMap::new(),
            blocks: HashMap::new(),
            children: HashMap::new(),
            page_schema: Schema::title_only("title"),
            changes: Vec::new(),
        };
        let mut page = workspace.blank_page(Parent::Workspace, workspace.bot, now);
        page.id = workspace.shared_page;
        let title = rich_text::plain("Shared with the connection");
        page.values.insert("title".to_owned(), Value::Array(title));
        workspace.pages.insert(page.id, page);
        workspace
    }

    /// A page with a new id and nothing on it, not yet in the workspace.
    pub(crate) fn blank_page(&mut self, parent: Parent, author: Uuid, now: Timestamp) -> Page {
        Page {
            id: self.ids.uuid(),
            parent,
            created: now,
            edited: now,
            author,
            editor: author,
            in_trash: false,
            is_archived: false,
            is_locked: false,
            icon: Value::Null,
            cover: Value::Null,
            values: std::collections::BTreeMap::new(),
            number: 0,
        }
    }

    /// # Errors
    /// When there is no such page.
    pub(crate) fn page(&self, id: Uuid) -> Result<&Page, Refusal> {
        let page = self.pages.get(&id);
        page.ok_or_else(|| Refusal::not_found("page", id))
    }

    /// # Errors
    /// When there is no such database.
    pub(crate) fn database(&self, id: Uuid) -> Result<&Database, Refusal> {
        let database = self.databases.get(&id);
        database.ok_or_else(|| Refusal::not_found("database", id))
    }

    /// # Errors
    /// When there is no such data source.
    pub(crate) fn source(&self, id: Uuid) -> Result<&DataSource, Refusal> {
        let source = self.sources.get(&id);
        source.ok_or_else(|| Refusal::not_found("data_source", id))
    }

    /// The schema that a page's properties follow.
    pub(crate) fn schema_of(&self, page: &Page) -> &Schema {
        let source = match page.parent {
            Parent::Row { source, .. } => self.sources.get(&source),
            Parent::Page(_) | Parent::Workspace => None,
        };
        source.map_or(&self.page_schema, |source| &source.schema)
    }

    /// What is on a page or in a block.
    pub(crate) fn children_of(&self, id: Uuid) -> &[Uuid] {
        let children = self.children.get(&id);
        children.map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds blocks, and returns the ids of those on top.
    ///
    /// # Errors
    /// When the place is after a block that is not there.
    pub(crate) fn insert(
        &mut self,
        parent: Uuid,
        place: Place,
        drafts: Vec<Draft>,
        now: Timestamp,
    ) -> Result<Vec<Uuid>, Refusal> {
        let siblings = self.children_of(parent);
        let at = match place {
            Place::Start => 0,
            Place::End => siblings.len(),
            Place::After(sibling) => {
                let found = siblings.iter().position(|id| *id == sibling);
                1 + found.ok_or_else(|| Refusal::not_found("block", sibling))?
            }
        };
        let ids: Vec<Uuid> =
            drafts.into_iter().map(|draft| self.insert_one(parent, draft, now)).collect();
        let siblings = self.children.entry(parent).or_default();
        siblings.splice(at..at, ids.iter().copied());
        Ok(ids)
    }

    fn insert_one(&mut self, parent: Uuid, draft: Draft, now: Timestamp) -> Uuid {
        let id = self.ids.uuid();
        let block = Block {
            id,
            parent,
            author: self.bot,
            created: now,
            edited: now,
            in_trash: false,
            kind: draft.kind.to_owned(),
            content: draft.content,
        };
        self.blocks.insert(id, block);
        let children: Vec<Uuid> =
            draft.children.into_iter().map(|child| self.insert_one(id, child, now)).collect();
        if !children.is_empty() {
            self.children.insert(id, children);
        }
        id
    }

    /// A block by its id; pages and databases are blocks of the page that they are on.
    ///
    /// # Errors
    /// When there is no such block.
    pub(crate) fn block(&self, id: Uuid) -> Result<Block, Refusal> {
        if let Some(block) = self.blocks.get(&id) {
            return Ok(block.clone());
        }
        if let Some(database) = self.databases.get(&id) {
            let title = rich_text::text_of(&database.title);
            return Ok(Block {
                id,
                parent: database.page,
                author: self.bot,
                created: database.created,
                edited: database.edited,
                in_trash: database.in_trash,
                kind: "child_database".to_owned(),
                content: super::page::object(json!({ "title": title })),
            });
        }
        let page = self.pages.get(&id);
        let page = page.ok_or_else(|| Refusal::not_found("block", id))?;
        let parent = match page.parent {
            Parent::Page(parent) => parent,
            Parent::Row { source, .. } => source,
            Parent::Workspace => self.id,
        };
        Ok(Block {
            id,
            parent,
            author: page.author,
            created: page.created,
            edited: page.edited,
            in_trash: page.in_trash,
            kind: "child_page".to_owned(),
            content: super::page::object(json!({ "title": page.title() })),
        })
    }
}
