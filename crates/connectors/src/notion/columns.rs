//! The columns of the activity log: made by name, written by id, so that people may rename them.

use domain::ActivityEntry;
use notion::{
    PropertyId,
    models::{DataSource, PropertySchema, PropertyValue},
};

use std::collections::BTreeMap;

/// The columns that users of such logs know, in the order in which they are made.
pub(super) const NAMES: [&str; 8] = [
    "Entity Name",
    "Event Type",
    "GHL Entity",
    "GHL Record ID",
    "Action",
    "Timestamp",
    "GHL Link",
    "Details",
];

/// The column whose last line is the event's id, by which a page is found again.
pub(super) const DETAILS: &str = "Details";

/// What each column is made as.
pub(super) fn schema() -> Vec<(String, PropertySchema)> {
    let kind = |name| match name {
        "Entity Name" => PropertySchema::Title,
        "Event Type" | "GHL Entity" | "Action" => PropertySchema::Select(Vec::new()),
        "Timestamp" => PropertySchema::Date,
        "GHL Link" => PropertySchema::Url,
        _ => PropertySchema::RichText,
    };
    NAMES.into_iter().map(|name| (name.to_owned(), kind(name))).collect()
}

/// The columns of a log as it stands, each with its id and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    known: Vec<(&'static str, PropertyId, String)>,
}

impl Columns {
    /// Finds the columns: those that are `known` by their id, others by name, and the title by its
    /// type, whatever it is called.
    pub(super) fn of(data_source: &DataSource, known: Option<&Self>) -> Self {
        let find = |name: &'static str| {
            let title = || data_source.properties.values().find(|column| column.kind == "title");
            let id = known.and_then(|known| known.id(name));
            let column = match (id.and_then(|id| data_source.property(id)), name) {
                (Some(column), _) => Some(column),
                (None, "Entity Name") => title(),
                (None, _) => data_source.property_named(name),
            }?;
            Some((name, column.id.clone(), column.kind.clone()))
        };
        Self { known: NAMES.into_iter().filter_map(find).collect() }
    }

    fn id(&self, name: &str) -> Option<&PropertyId> {
        self.known.iter().find(|(known, _, _)| *known == name).map(|(_, id, _)| id)
    }

    /// The names that the log lacks. All but `Details` can be done without.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let is_known = |name: &&str| self.known.iter().any(|(known, _, _)| known == name);
        NAMES.into_iter().filter(|name| !is_known(name)).collect()
    }

    /// The column by which a page is found again, where it is a text.
    pub(super) fn details(&self) -> Option<&PropertyId> {
        let column =
            self.known.iter().find(|(name, _, kind)| *name == DETAILS && kind == "rich_text");
        column.map(|(_, id, _)| id)
    }

    /// The values of a page. A column that somebody made as another type gets what that type takes.
    pub(super) fn values(&self, entry: &ActivityEntry) -> BTreeMap<PropertyId, PropertyValue> {
        let value = |(name, id, kind): &(&str, PropertyId, String)| {
            Some((id.clone(), value(kind, name, entry)?))
        };
        self.known.iter().filter_map(value).collect()
    }
}

fn value(kind: &str, name: &str, entry: &ActivityEntry) -> Option<PropertyValue> {
    let text = match name {
        "Entity Name" => entry.entity_name.clone(),
        "Event Type" => entry.event_type.clone(),
        "GHL Entity" => entry.entity.clone(),
        "GHL Record ID" => entry.record_id.clone(),
        "Action" => entry.action.clone(),
        "Timestamp" => entry.occurred_at.to_string(),
        "GHL Link" => entry.link.clone().unwrap_or_default(),
        _ => details(entry),
    };
    match kind {
        "title" => Some(PropertyValue::title(&text)),
        "rich_text" => Some(PropertyValue::rich_text(&text)),
        "select" => Some(PropertyValue::select(&text)),
        "url" => Some(PropertyValue::url(&text)),
        "date" if name == "Timestamp" => Some(PropertyValue::moment(entry.occurred_at)),
        _ => None,
    }
}

/// The details, and as their last line the id by which the page and the event's story are found.
fn details(entry: &ActivityEntry) -> String {
    match entry.details.is_empty() {
        true => entry.event.to_string(),
        false => format!("{}\n{}", entry.details, entry.event),
    }
}
