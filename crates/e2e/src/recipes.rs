//! What calls need that no schema tells, read from `every-operation.toml`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use endpoint::catalogue::Generation;
use highlevel::catalogue::TokenClass;
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
    /// Which token an operation is called with, where it is not the least one that opens it.
    tokens: BTreeMap<String, String>,
}

/// The call that makes or finds a record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Maker {
    /// The operation.
    pub(crate) by: String,
    /// Where its answer has the id, as a JSON pointer.
    pub(crate) id: String,
}

impl Recipes {
    pub(crate) fn read() -> Result<Self> {
        toml::from_str(TEXT).context("read every-operation.toml")
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

    pub(crate) fn class(&self, operation: &str) -> Option<TokenClass> {
        let classes = [
            TokenClass::Location,
            TokenClass::LocationOAuth,
            TokenClass::Agency,
            TokenClass::AgencyOAuth,
        ];
        let name = self.tokens.get(operation)?;
        classes.into_iter().find(|class| class.as_str() == name)
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
