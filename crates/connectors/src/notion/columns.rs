//! The columns of the activity log: made by name, written by id, so that people may rename them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ActivityEntry, Entity, EventKind, Verb};
use notion::{
    PropertyId,
    models::{DataSource, PropertyValue},
};

use super::rows::{Holds, WantedColumn};
use crate::highlevel;

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

/// The names that the CRM's users have for a few kinds of event.
const PARTICULAR: [&str; 7] = [
    "Deal Won",
    "Deal Lost",
    "Deal Status Changed",
    "Pipeline Stage Changed",
    "Sync Complete",
    "Sync Failed",
    "Unknown Event",
];

/// What each column is made as, with every option that a page may name: so people can sort and filter
/// by them before the first page has them.
pub(super) fn wanted() -> Vec<WantedColumn> {
    let kinds: Vec<EventKind> = highlevel::kinds().collect();
    let options = |name: &str| match name {
        "Event Type" => {
            let plain = |kind: &EventKind| format!("{} {}", kind.entity.label(), kind.verb.label());
            let is_plain = |kind: &&EventKind| {
                !matches!(
                    (kind.entity, kind.verb),
                    (Entity::Opportunity, Verb::StatusChanged | Verb::StageChanged)
                )
            };
            let plain = kinds.iter().filter(is_plain).map(plain);
            distinct(plain.chain(PARTICULAR.map(str::to_owned)))
        }
        "GHL Entity" => {
            let labels = kinds.iter().map(|kind| kind.entity.label());
            distinct(labels.chain(["Sync"]).map(str::to_owned))
        }
        "Action" => {
            let labels = kinds.iter().map(|kind| kind.verb.label());
            distinct(labels.chain(["Completed", "Failed"]).map(str::to_owned))
        }
        _ => Vec::new(),
    };
    let column = |name: &str| WantedColumn {
        holds: Holds::Column(name.to_owned()),
        name: name.to_owned(),
        id: None,
        kind: kind(name).to_owned(),
        options: options(name),
    };
    NAMES.into_iter().map(column).collect()
}

fn kind(name: &str) -> &'static str {
    match name {
        "Entity Name" => "title",
        "Event Type" | "GHL Entity" | "Action" => "select",
        "Timestamp" => "date",
        "GHL Link" => "url",
        _ => "rich_text",
    }
}

/// Each once, in order.
fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
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
