//! Data sources: a schema and its rows.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    database::Database,
    date::minute_text,
    ids::Uuid,
    page::{address, object},
    schema::Schema,
    version::Version,
};

/// A data source.
#[derive(Clone, Debug)]
pub(crate) struct DataSource {
    pub(crate) id: Uuid,
    pub(crate) database: Uuid,
    pub(crate) title: Vec<Value>,
    pub(crate) icon: Value,
    pub(crate) in_trash: bool,
    pub(crate) author: Uuid,
    pub(crate) created: Timestamp,
    pub(crate) edited: Timestamp,
    pub(crate) schema: Schema,
    /// In the order of their creation, those in the trash too.
    pub(crate) rows: Vec<Uuid>,
}

impl DataSource {
    /// As a reader of this version gets it.
    pub(crate) fn render(&self, version: Version, database: &Database) -> Value {
        let author = json!({ "object": "user", "id": self.author.to_string() });
        let parent = json!({ "type": "database_id", "database_id": self.database.to_string() });
        let mut source = object(json!({
            "object": "data_source",
            "id": self.id.to_string(),
            "title": self.title,
            "description": database.description,
            "parent": parent,
            "database_parent": database.parent(),
            "is_inline": database.is_inline,
            "created_time": minute_text(self.created),
            "last_edited_time": minute_text(self.edited),
            "created_by": author,
            "last_edited_by": author,
            "properties": self.schema.render(),
            "icon": self.icon,
            "cover": database.cover,
            "url": address("", self.database),
            "public_url": null,
        }));
        version.write_trash(&mut source, self.in_trash);
        Value::Object(source)
    }
}
