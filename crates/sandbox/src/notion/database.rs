//! Databases: containers of data sources.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    data_source::DataSource,
    date::minute_text,
    ids::Uuid,
    page::{address, object},
    rich_text,
    version::Version,
};

/// A database.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) id: Uuid,
    /// The page that it is on.
    pub(crate) page: Uuid,
    pub(crate) title: Vec<Value>,
    pub(crate) description: Vec<Value>,
    pub(crate) is_inline: bool,
    pub(crate) is_locked: bool,
    pub(crate) in_trash: bool,
    pub(crate) icon: Value,
    pub(crate) cover: Value,
    pub(crate) created: Timestamp,
    pub(crate) edited: Timestamp,
    /// At least one.
    pub(crate) sources: Vec<Uuid>,
}

impl Database {
    /// Where it is.
    pub(crate) fn parent(&self) -> Value {
        json!({ "type": "page_id", "page_id": self.page.to_string() })
    }

    /// As a reader of this version gets it, without the schema (`facts/notion.md` 2.1).
    pub(crate) fn render<'a>(
        &self,
        version: Version,
        sources: impl Iterator<Item = &'a DataSource>,
    ) -> Value {
        let listed = sources.map(|source| {
            let name = rich_text::text_of(&source.title);
            json!({ "id": source.id.to_string(), "name": name })
        });
        let mut database = object(json!({
            "object": "database",
            "id": self.id.to_string(),
            "title": self.title,
            "description": self.description,
            "parent": self.parent(),
            "is_inline": self.is_inline,
            "is_locked": self.is_locked,
            "created_time": minute_text(self.created),
            "last_edited_time": minute_text(self.edited),
            "data_sources": listed.collect::<Vec<_>>(),
            "icon": self.icon,
            "cover": self.cover,
            "url": address("", self.id),
            "public_url": null,
        }));
        version.write_trash(&mut database, self.in_trash);
        Value::Object(database)
    }
}
