//! What people call what the vendor names by an id.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{desk::Desk, directory::Shelf};

/// The names of a list, by id.
pub(crate) struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Those of a shelf. Nobody's answer fails for want of a name: then there are none.
    pub(crate) async fn of(desk: &Desk, shelf: Shelf) -> Self {
        let Ok(shelved) = desk.shelf(shelf).await else { return Self(BTreeMap::new()) };
        let name = |(id, name): (&String, &String)| (id.clone(), name.clone());
        let mut names: BTreeMap<String, String> =
            shelved.entries.iter().map(|entry| name((&entry.id, &entry.name))).collect();
        let stages = shelved.entries.iter().filter_map(|entry| entry.record["stages"].as_array());
        let stage = |stage: &Value| {
            Some((stage["id"].as_str()?.to_owned(), stage["name"].as_str()?.to_owned()))
        };
        names.extend(stages.flatten().filter_map(stage));
        Self(names)
    }

    /// The name of an id.
    pub(crate) fn name(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Puts the name of the id at a pointer of a record into what is told of it; the id itself where
    /// the name is not known.
    pub(crate) fn put(&self, told: &mut Map<String, Value>, name: &str, id: Option<&str>) {
        if let Some(id) = id {
            told.insert(name.to_owned(), self.name(id).unwrap_or(id).into());
        }
    }
}
