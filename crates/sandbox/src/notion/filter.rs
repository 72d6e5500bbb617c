//! Which rows a query wants (`facts/notion.md` 4).
//!
//! Text is compared without regard to case. Whether Notion's `equals` does so too is not documented
//! (`facts/notion.md` 13); a client that compares what comes back is right either way.

mod condition;
mod day;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::condition::Condition;
use super::{
    date::minute,
    field::Field,
    ids::Uuid,
    kind::Kind,
    page::Page,
    refusal::Refusal,
    schema::{Schema, unknown},
};

/// `facts/notion.md` 4.
const MAX_NESTING: usize = 2;

/// A filter that fits its schema.
#[derive(Debug)]
pub(crate) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Property { id: String, kind: Kind, condition: Condition },
    Timestamp { created: bool, condition: Condition },
}

/// What filters refer to.
pub(crate) struct Setting<'a> {
    pub(crate) schema: &'a Schema,
    /// Who `me` is.
    pub(crate) me: Uuid,
    /// What `today` is.
    pub(crate) now: Timestamp,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// When it is malformed, nests too deep, names an unknown property, or has a condition for
    /// another type than the property's.
    pub(crate) fn parse(field: &Field, setting: &Setting) -> Result<Self, Refusal> {
        parse(field, setting, 1)
    }

    /// Whether it wants this row.
    pub(crate) fn wants(&self, page: &Page) -> bool {
        match self {
            Self::And(filters) => filters.iter().all(|filter| filter.wants(page)),
            Self::Or(filters) => filters.iter().any(|filter| filter.wants(page)),
            Self::Timestamp { created, condition } => {
                let instant = if *created { page.created } else { page.edited };
                condition.holds_at(minute(instant))
            }
            Self::Property { id, kind, condition } => match kind {
                Kind::CreatedTime => condition.holds_at(minute(page.created)),
                Kind::LastEditedTime => condition.holds_at(minute(page.edited)),
                Kind::CreatedBy | Kind::LastEditedBy => {
                    condition.holds(&json!([page.author.to_string()]))
                }
                Kind::UniqueId => condition.holds(&page.number.into()),
                _ => condition.holds(page.values.get(id).unwrap_or(&Value::Null)),
            },
        }
    }
}

fn parse(field: &Field, setting: &Setting, depth: usize) -> Result<Filter, Refusal> {
    let object = field.object()?;
    for (key, group) in [("and", Filter::And as fn(_) -> _), ("or", Filter::Or)] {
        if object.contains_key(key) {
            field.only(&[key])?;
            if depth > MAX_NESTING {
                return Err(field.key(key).should_be("not present"));
            }
            let items = field.key(key).items()?;
            let filters = items.iter().map(|item| parse(item, setting, depth + 1));
            return filters.collect::<Result<_, _>>().map(group);
        }
    }
    if object.contains_key("timestamp") {
        return timestamp(field, setting);
    }
    property(field, setting)
}

fn timestamp(field: &Field, setting: &Setting) -> Result<Filter, Refusal> {
    let name = field.key("timestamp").one_of(&["created_time", "last_edited_time"])?;
    field.only(&["timestamp", "type", name])?;
    Ok(Filter::Timestamp {
        created: name == "created_time",
        condition: condition::date(&field.key(name), setting.now)?,
    })
}

fn property(field: &Field, setting: &Setting) -> Result<Filter, Refusal> {
    let name = field.key("property").string()?;
    let object = field.object()?;
    let mut keys = object.keys().filter(|key| !["property", "type"].contains(&key.as_str()));
    let Some(key) = keys.next() else {
        return Err(field.key("rich_text").should_be("defined"));
    };
    let kind = Kind::parse(key).ok_or_else(|| field.key(key).should_be("not present"))?;
    field.only(&["property", "type", key])?;
    let property = setting.schema.find(name).ok_or_else(|| unknown(name))?;
    if property.kind != kind {
        return Err(Refusal::validation(format!(
            "database property {} does not match filter {}",
            property.kind.as_str(),
            kind.as_str()
        )));
    }
    Ok(Filter::Property {
        id: property.id.clone(),
        kind,
        condition: condition::parse(property, &field.key(key), setting)?,
    })
}

#[cfg(test)]
mod tests;
