//! What calls need that no schema tells, read from `every-operation.toml`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use endpoint::catalogue::Generation;
use serde::Deserialize;
use serde_json::{Map, Value};

const TEXT: &str = include_str!("../every-operation.toml");

/// Where records come from, and values that have a meaning.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipes {
    /// By the name of a field, or the path of a collection with `{}` for its names.
    records: BTreeMap<String, Maker>,
    /// By operation, and by operation and generation as in `contacts.get-contact/v3`.
    values: BTreeMap<String, Map<String, Value>>,
    /// The operation to call first, whose parameters are this one's too.
    before: BTreeMap<String, String>,
    /// The fields that hold a file, by operation.
    files: BTreeMap<String, String>,
}

/// The call that makes or finds a record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Maker {
    /// The operation.
    pub(crate) by: String,
    /// Where its answer has the id, as a JSON pointer.
    pub(crate) id: String,
    /// Values beside those of the operation, for a record of a special kind.
    #[serde(default)]
    pub(crate) with: Map<String, Value>,
}

impl Recipes {
    pub(crate) fn read() -> Result<Self> {
        toml::from_str(TEXT).context("read every-operation.toml")
    }

    /// What stands in the file, as `table.key`, and each value as `values.operation.name`.
    pub(crate) fn entries(&self) -> BTreeSet<String> {
        let tables = [
            ("records", self.records.keys().collect::<Vec<_>>()),
            ("before", self.before.keys().collect()),
            ("files", self.files.keys().collect()),
        ];
        let plain = tables
            .into_iter()
            .flat_map(|(table, keys)| keys.into_iter().map(move |key| format!("{table}.{key}")));
        let values = self.values.iter().flat_map(|(key, values)| {
            values.keys().map(move |name| format!("values.{key}.{name}"))
        });
        plain.chain(values).collect()
    }

    pub(crate) fn record(&self, key: &str) -> Option<&Maker> {
        self.records.get(key)
    }

    /// The recipe for a name in a path: the collection that it stands in, or its own.
    pub(crate) fn key(&self, path: &str, name: &str) -> Option<String> {
        let place = path.find(&format!("{{{name}}}"))?;
        let collection = collection(&path[..place]);
        let keys = [collection, name.to_owned()];
        keys.into_iter().find(|key| self.records.contains_key(key))
    }

    /// The values of an operation; those of its generation go before.
    pub(crate) fn values(&self, operation: &str, generation: Generation) -> Map<String, Value> {
        let mut values = self.values.get(operation).cloned().unwrap_or_default();
        let own = self.values.get(&format!("{operation}/{generation}"));
        values.extend(own.cloned().unwrap_or_default());
        values
    }

    pub(crate) fn before(&self, operation: &str) -> Option<&str> {
        self.before.get(operation).map(String::as_str)
    }

    pub(crate) fn file(&self, operation: &str) -> &str {
        self.files.get(operation).map_or("file", String::as_str)
    }
}

/// The path of a collection, whatever stands in its names.
fn collection(path: &str) -> String {
    let segments = path.trim_end_matches('/').split('/');
    let plain = segments.map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    plain.collect::<Vec<_>>().join("/")
}

/// The name in a text such as `<contactId>`.
pub(crate) fn placeholder(text: &str) -> Option<&str> {
    text.strip_prefix('<')?.strip_suffix('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(key: &str) -> Result<(), String> {
        let (id, generation) = key.split_once('/').map_or((key, None), |(id, it)| (id, Some(it)));
        let found = highlevel::catalogue::operation(id).ok_or(format!("{id} is no operation"))?;
        let mut editions = found.editions();
        let has = |generation: &str| {
            editions.any(|edition| edition.generation().to_string() == generation)
        };
        match generation.is_none_or(has) {
            true => Ok(()),
            false => Err(format!("{id} has no such generation: {key}")),
        }
    }

    #[test]
    fn recipes_name_operations_that_are_known() {
        let recipes = Recipes::read().unwrap();
        let makers = recipes.records.values().map(|maker| &maker.by);
        let named = makers
            .chain(recipes.values.keys())
            .chain(recipes.before.iter().flat_map(|(key, value)| [key, value]))
            .chain(recipes.files.keys());
        let unknown: Vec<String> = named.filter_map(|key| operation(key).err()).collect();
        assert_eq!(unknown, [""; 0]);
    }

    #[test]
    fn generations_that_an_operation_lacks_are_noticed() {
        assert!(operation("conversations.create-custom-subtype/v2").is_ok());
        assert!(operation("conversations.create-custom-subtype/v3").is_err());
    }

    #[test]
    fn collections_are_written_as_they_are_looked_up() {
        let recipes = Recipes::read().unwrap();
        let collections = recipes.records.keys().filter(|key| key.starts_with('/'));
        for key in collections {
            assert_eq!(collection(&format!("{key}/")), *key, "a collection ends without a slash");
        }
    }
}
