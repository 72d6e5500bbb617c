//! What the operations of the API do to the workspace, one file per resource.

pub(crate) mod blocks;
pub(crate) mod data_sources;
pub(crate) mod databases;
#[cfg(test)]
mod desk;
pub(crate) mod pages;
pub(crate) mod query;
pub(crate) mod search;
pub(crate) mod users;

use serde_json::Value;

use super::{field::Field, refusal::Refusal};

/// Reads an icon or a cover; null removes it.
///
/// # Errors
/// When it is of no type that the simulated Notion has.
fn decoration(field: &Field) -> Result<Value, Refusal> {
    if field.is_null() {
        return Ok(Value::Null);
    }
    field.only(&["type", "emoji", "external", "icon"])?;
    let mut stored = field.defined()?.clone();
    let object = field.object()?;
    let Some(kind) = object.keys().find(|key| *key != "type") else {
        return Err(field.key("emoji").should_be("defined"));
    };
    match kind.as_str() {
        "emoji" => field.key("emoji").string().map(|_| ())?,
        "external" => {
            let url = field.key("external").key("url");
            url.short_string(2000).map(|_| ())?;
        }
        _ => field.key(kind).object().map(|_| ())?,
    }
    stored["type"] = Value::String(kind.clone());
    Ok(stored)
}
