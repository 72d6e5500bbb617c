//! A record that a list gives out or that can be read alone, and the ways in which it is wrapped.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// A record of a list.
pub trait Listed: DeserializeOwned {
    /// The name of the operation, such as `customers.list`.
    const OPERATION: &'static str;
    /// Its path.
    const PATH: &'static str;
    /// The member of the reply that holds the records.
    const KEY: &'static str;
    /// The member that some replies wrap around one record.
    const WRAPPER: &'static str;

    /// The record's id, by which one that comes twice is known.
    fn id(&self) -> u64;
}

/// A record that can be read alone.
pub trait Readable: Listed {
    /// The name of the operation, such as `customers.get`.
    const READ_OPERATION: &'static str;
    /// Its path, with `{id}` in it.
    const READ_PATH: &'static str;
}

/// One record, wrapped or flat; none where RepairShopr answers `null`, as it does for a contract
/// that was deleted (`facts/repairshopr.md` 5).
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T>(pub Option<T>);

impl<'de, T: Listed> Deserialize<'de> for Found<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self(None)),
            value => {
                let record = unwrapped::<T>(value);
                record.map(|record| Self(Some(record))).map_err(serde::de::Error::custom)
            }
        }
    }
}

/// Reads a record that may stand in a wrapper of its name.
pub(super) fn unwrapped<T: Listed>(mut value: Value) -> Result<T, serde_json::Error> {
    let inner = value.get_mut(T::WRAPPER).filter(|inner| inner.is_object()).map(Value::take);
    serde_json::from_value(inner.unwrap_or(value))
}
