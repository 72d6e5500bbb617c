//! What a location has by name: read when it is needed, and known for five minutes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::Tenant;
use highlevel::{LocationId, RawCall};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{Place, ToolError, desk::Desk};

/// How long a list counts as known.
const LIFE: SignedDuration = SignedDuration::from_mins(5);

/// How long nobody asks again for names of what is shown, after a call that failed.
const REST: SignedDuration = SignedDuration::from_mins(1);

/// The lists of all places. One is shared by all desks of a server.
#[derive(Default)]
pub(crate) struct Directory(Mutex<BTreeMap<Key, Read>>);

/// Whose list.
type Key = (Tenant, LocationId, Shelf);

/// When a list was asked for, and what came: nothing where that failed.
type Read = (Timestamp, Option<Arc<Vec<Entry>>>);

/// What a location keeps a list of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shelf {
    /// Pipelines, each with its stages.
    Pipelines,
    /// People who work in the location.
    Users,
    /// Tags of contacts.
    Tags,
    /// Custom fields of contacts and of opportunities.
    CustomFields,
    /// Custom values, which templates name.
    CustomValues,
    /// Calendars.
    Calendars,
    /// Workflows.
    Workflows,
    /// Forms: the first fifty.
    Forms,
    /// Surveys: the first fifty.
    Surveys,
}

/// Something with a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// All that the vendor says of it.
    pub(crate) record: Value,
}

/// A list as it was found: whether it was read just now or known before.
pub(crate) struct Shelved {
    pub(crate) entries: Arc<Vec<Entry>>,
    pub(crate) is_fresh: bool,
}

impl Shelf {
    /// What a location is set up with.
    pub(crate) const SETUP: [Self; 7] = [
        Self::Pipelines,
        Self::Users,
        Self::Tags,
        Self::CustomFields,
        Self::CustomValues,
        Self::Calendars,
        Self::Workflows,
    ];

    /// The list as results name it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pipelines => "pipelines",
            Self::Users => "users",
            Self::Tags => "tags",
            Self::CustomFields => "custom_fields",
            Self::CustomValues => "custom_values",
            Self::Calendars => "calendars",
            Self::Workflows => "workflows",
            Self::Forms => "forms",
            Self::Surveys => "surveys",
        }
    }

    /// The operation that reads the list: only those of forms and surveys have pages.
    fn operation(self) -> &'static str {
        match self {
            Self::Pipelines => "opportunities.get-pipelines",
            // The search that replaces it asks for a company, which a location's token cannot read.
            Self::Users => "users.get-user-by-location",
            Self::Tags => "locations.get-location-tags",
            Self::CustomFields => "locations.get-custom-fields",
            Self::CustomValues => "locations.get-custom-values",
            Self::Calendars => "calendars.get-calendars",
            Self::Workflows => "workflows.get-workflow",
            Self::Forms => "forms.get-forms",
            Self::Surveys => "surveys.get-surveys",
        }
    }
}

impl Desk {
    /// A list of the place, at most five minutes old.
    ///
    /// # Errors
    /// When it is not known and cannot be read.
    pub(crate) async fn shelf(&self, shelf: Shelf) -> Result<Shelved, ToolError> {
        match self.directory().known(self.place(), shelf, self.now()) {
            Some(entries) => Ok(Shelved { entries, is_fresh: false }),
            None => self.shelf_now(shelf).await,
        }
    }

    /// A list of the place, as it is now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn shelf_now(&self, shelf: Shelf) -> Result<Shelved, ToolError> {
        let location = self.place().location.to_string();
        let call = self.raw(shelf.operation())?.with("locationId", location);
        let call = match shelf {
            Shelf::CustomFields => call.with("model", "all"),
            Shelf::Forms | Shelf::Surveys => call.with("limit", 50),
            _ => call,
        };
        let reply = match self.read(call).await {
            Ok(reply) => reply,
            Err(error) => {
                self.directory().keep(self.place(), shelf, (self.now(), None));
                return Err(error);
            }
        };
        let rows = reply.content().as_array().map(Vec::as_slice).unwrap_or_default();
        let entries: Arc<Vec<Entry>> = Arc::new(rows.iter().filter_map(Entry::of).collect());
        self.directory().keep(self.place(), shelf, (self.now(), Some(Arc::clone(&entries))));
        Ok(Shelved { entries, is_fresh: true })
    }

    /// A list of the place for whoever only wants its names: nothing where it cannot be read, and then
    /// nobody asks again for a minute.
    pub(crate) async fn labels(&self, shelf: Shelf) -> Arc<Vec<Entry>> {
        if self.directory().is_resting(self.place(), shelf, self.now()) {
            return Arc::default();
        }
        match self.shelf(shelf).await {
            Ok(shelved) => shelved.entries,
            Err(error) => {
                tracing::warn!(code = error.code, list = shelf.as_str(), "names cannot be read");
                Arc::default()
            }
        }
    }

    /// A call of an operation that a tool knows by its id.
    ///
    /// # Errors
    /// Where the catalogue lacks it, which is a bug.
    pub(crate) fn raw(&self, operation: &str) -> Result<RawCall, ToolError> {
        RawCall::new(operation)
            .map_err(|error| ToolError::new("bug", error.to_string(), "report this as a bug"))
    }
}

/// The name of the entry with this id, or the id where nobody knows it.
pub(crate) fn label(entries: &[Entry], id: &str) -> String {
    let entry = entries.iter().find(|entry| entry.id == id && !entry.name.is_empty());
    entry.map_or(id, |entry| &entry.name).to_owned()
}

impl Entry {
    /// A row of a list; none without an id. Users may have no whole name.
    fn of(row: &Value) -> Option<Self> {
        let id = row.get("id")?.as_str()?.to_owned();
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().trim();
        let name = match text("name") {
            "" => format!("{} {}", text("firstName"), text("lastName")).trim().to_owned(),
            name => name.to_owned(),
        };
        Some(Self { id, name, record: row.clone() })
    }
}

impl Directory {
    fn known(&self, place: &Place, shelf: Shelf, now: Timestamp) -> Option<Arc<Vec<Entry>>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, entries) = lists.get(&key(place, shelf))?;
        entries.clone().filter(|_| now.duration_since(*read_at) < LIFE)
    }

    fn is_resting(&self, place: &Place, shelf: Shelf, now: Timestamp) -> bool {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = lists.get(&key(place, shelf));
        read.is_some_and(|(at, read)| read.is_none() && now.duration_since(*at) < REST)
    }

    fn keep(&self, place: &Place, shelf: Shelf, read: Read) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What nobody asked for in five minutes is another place's by now.
        let now = read.0;
        lists.retain(|_, (read_at, _)| now.duration_since(*read_at) < LIFE);
        lists.insert(key(place, shelf), read);
    }
}

fn key(place: &Place, shelf: Shelf) -> Key {
    (place.tenant.clone(), place.location.clone(), shelf)
}
