//! The keys of the mapping file, with the places at which they stand.

use std::{collections::BTreeMap, fmt};

use domain::{Direction, Entity, NewRows, OnDelete, Only, Wins};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use toml::Spanned;

use super::line::{Mistake, line_of};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    mappings: BTreeMap<String, Spanned<Sheet>>,
}

/// One mapping.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sheet {
    #[serde(deserialize_with = "record")]
    pub(super) record: Entity,
    pub(super) with: String,
    pub(super) connection: Option<String>,
    pub(super) crm: Option<String>,
    pub(super) account: Option<String>,
    pub(super) table: Spanned<String>,
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) direction: Direction,
    #[serde(default)]
    pub(super) only: Only,
    #[serde(default)]
    pub(super) new_rows: NewRows,
    #[serde(default)]
    pub(super) on_delete: OnDelete,
    pub(super) skew_seconds: Option<u32>,
    pub(super) key: Option<Spanned<Column>>,
    pub(super) link: Option<Spanned<Column>>,
    pub(super) synced: Option<Spanned<Column>>,
    pub(super) fields: Vec<Spanned<Field>>,
    #[serde(default)]
    pub(super) settings: BTreeMap<String, String>,
}

/// One field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) field: String,
    pub(super) column: Spanned<Column>,
    #[serde(rename = "type", default = "text")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) direction: Direction,
    #[serde(default)]
    pub(super) wins: Wins,
    #[serde(default)]
    pub(super) options: Vec<String>,
}

/// A column: its name, or `{ name = …, id = … }` once its id is known.
#[derive(Clone, Debug)]
pub(super) struct Column {
    name: String,
    id: Option<String>,
}

fn text() -> String {
    "text".to_owned()
}

impl Sheet {
    /// Whether the other side is Notion.
    pub(super) fn is_notion(&self) -> bool {
        self.with == "notion"
    }
}

impl Field {
    /// The column's name.
    pub(super) fn column_name(&self) -> &str {
        self.column.get_ref().name()
    }
}

impl Column {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// Reads the mappings of a text.
pub(super) fn read(text: &str) -> Result<BTreeMap<String, Spanned<Sheet>>, Mistake> {
    let file: File = toml::from_str(text).map_err(|error| Mistake {
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        what: error.message().lines().next().unwrap_or_default().to_owned(),
        hint: "compare it with what `highwire notion mapping --preset reference` prints".to_owned(),
    })?;
    Ok(file.mappings)
}

/// The kinds of record that can be kept equal with rows.
fn record<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Entity, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "contact" => Ok(Entity::Contact),
        "opportunity" => Ok(Entity::Opportunity),
        other => Err(D::Error::custom(format!(
            "`{other}` is no record that a mapping can be about: write contact or opportunity"
        ))),
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnVisitor)
    }
}

struct ColumnVisitor;

impl<'de> Visitor<'de> for ColumnVisitor {
    type Value = Column;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a column, or { name = \"…\", id = \"…\" }")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Column, E> {
        match name.trim().is_empty() {
            true => Err(E::custom("a column has a name: write what it is called in the table")),
            false => Ok(Column { name: name.to_owned(), id: None }),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Column, A::Error> {
        let (mut name, mut id) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => name = Some(map.next_value::<String>()?),
                "id" => id = Some(map.next_value::<String>()?),
                other => {
                    let problem = format!("`{other}` is no key of a column: it has name and id");
                    return Err(A::Error::custom(problem));
                }
            }
        }
        let name = name.ok_or_else(|| A::Error::custom("a column has a name: add `name = …`"))?;
        Ok(Column { name, id })
    }
}
