//! Pages: rows of a data source, or documents under another page.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    date::minute_text,
    ids::{Uuid, percent_encoded},
    kind::Kind,
    rich_text,
    schema::{Property, Schema},
    version::Version,
};

/// How many references a page shows of one property (`facts/notion.md` 5); the rest are read one
/// property at a time.
const SHOWN_REFERENCES: usize = 25;

/// Where a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    Workspace,
    Page(Uuid),
    Row { source: Uuid, database: Uuid },
}

/// A page.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) id: Uuid,
    pub(crate) parent: Parent,
    pub(crate) created: Timestamp,
    pub(crate) edited: Timestamp,
    pub(crate) author: Uuid,
    /// Who edited it last.
    pub(crate) editor: Uuid,
    pub(crate) in_trash: bool,
    pub(crate) is_archived: bool,
    pub(crate) is_locked: bool,
    pub(crate) icon: Value,
    pub(crate) cover: Value,
    /// By property id; empty ones are absent. Options are arrays of their ids.
    pub(crate) values: BTreeMap<String, Value>,
    /// Its place in the data source, which unique ids show.
    pub(crate) number: u64,
}

impl Page {
    /// The text of its title.
    pub(crate) fn title(&self) -> Cow<'_, str> {
        rich_text::text_of(self.items("title"))
    }

    /// What is stored under a property, where that is an array.
    pub(crate) fn items(&self, property_id: &str) -> &[Value] {
        let stored = self.values.get(property_id).and_then(Value::as_array);
        stored.map(Vec::as_slice).unwrap_or_default()
    }

    /// As a reader of this version gets it; with `only` some property ids, no others.
    pub(crate) fn render(
        &self,
        version: Version,
        schema: &Schema,
        only: Option<&[String]>,
    ) -> Value {
        let person = |id: Uuid| json!({ "object": "user", "id": id.to_string() });
        let page = json!({
            "object": "page",
            "id": self.id.to_string(),
            "created_time": minute_text(self.created),
            "last_edited_time": minute_text(self.edited),
            "created_by": person(self.author),
            "last_edited_by": person(self.editor),
            "is_archived": self.is_archived,
            "is_locked": self.is_locked,
            "icon": self.icon,
            "cover": self.cover,
            "parent": self.parent.render(version),
            "properties": self.properties(schema, only),
            "url": address(&self.title(), self.id),
            "public_url": null,
        });
        let mut page = object(page);
        version.write_trash(&mut page, self.in_trash);
        Value::Object(page)
    }

    fn properties(&self, schema: &Schema, only: Option<&[String]>) -> Map<String, Value> {
        let shown = schema
            .properties
            .iter()
            .filter(|property| only.is_none_or(|only| only.contains(&property.id)));
        shown.map(|property| (property.name.clone(), self.property(property))).collect()
    }

    fn property(&self, property: &Property) -> Value {
        let kind = property.kind.as_str();
        let mut value = self.value(property);
        let mut shown = json!({ "id": percent_encoded(&property.id), "type": kind });
        let referring = matches!(property.kind, Kind::Relation | Kind::People);
        if let (true, Value::Array(items)) = (referring, &mut value) {
            if property.kind == Kind::Relation {
                shown["has_more"] = json!(items.len() > SHOWN_REFERENCES);
            }
            items.truncate(SHOWN_REFERENCES);
        }
        shown[kind] = value;
        shown
    }

    /// The whole value of a property as it is read.
    pub(crate) fn value(&self, property: &Property) -> Value {
        let stored = self.values.get(&property.id);
        let items = || self.items(&property.id);
        match property.kind {
            Kind::Title | Kind::RichText | Kind::Files => json!(items()),
            Kind::Checkbox => stored.cloned().unwrap_or(Value::Bool(false)),
            Kind::Select | Kind::Status => {
                let chosen = choices(property, items());
                chosen.into_iter().next().unwrap_or_default()
            }
            Kind::MultiSelect => Value::Array(choices(property, items())),
            Kind::People => json!(items().iter().map(user).collect::<Vec<_>>()),
            Kind::Relation => {
                json!(items().iter().map(|id| json!({ "id": id })).collect::<Vec<_>>())
            }
            Kind::UniqueId => json!({ "prefix": property.prefix(), "number": self.number }),
            Kind::CreatedTime => json!(minute_text(self.created)),
            Kind::LastEditedTime => json!(minute_text(self.edited)),
            Kind::CreatedBy => user(&json!(self.author.to_string())),
            Kind::LastEditedBy => user(&json!(self.editor.to_string())),
            Kind::Number | Kind::Date | Kind::Url | Kind::Email | Kind::PhoneNumber => {
                stored.cloned().unwrap_or_default()
            }
        }
    }
}

impl Parent {
    fn render(self, version: Version) -> Value {
        match self {
            Self::Workspace => json!({ "type": "workspace", "workspace": true }),
            Self::Page(page) => json!({ "type": "page_id", "page_id": page.to_string() }),
            Self::Row { database, .. } if version == Version::V2022_06_28 => {
                json!({ "type": "database_id", "database_id": database.to_string() })
            }
            Self::Row { source, database } => json!({
                "type": "data_source_id",
                "data_source_id": source.to_string(),
                "database_id": database.to_string(),
            }),
        }
    }
}

fn user(id: &Value) -> Value {
    json!({ "object": "user", "id": id })
}

/// Options that the schema still has; one that was removed from it is empty.
fn choices(property: &Property, ids: &[Value]) -> Vec<Value> {
    let find = |id: &Value| property.choices.iter().find(|choice| id == choice.id.as_str());
    ids.iter().filter_map(find).map(|choice| choice.value()).collect()
}

/// Where a browser would find it.
pub(crate) fn address(title: &str, id: Uuid) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric());
    let mut slug: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let id = id.undashed();
    slug.push(&id);
    format!("https://www.notion.so/{}", slug.join("-"))
}

/// The fields of what `json!` made of braces.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests;
