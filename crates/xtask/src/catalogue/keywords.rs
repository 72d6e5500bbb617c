//! The keywords of a schema: which there may be, and what they say.

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use super::schemas::{Shape, Text};

/// What a schema may say that is for people only.
const PROSE: [&str; 5] = ["description", "example", "examples", "title", "externalDocs"];

/// What a schema may say that its place in an object reads.
const OF_FIELDS: [&str; 2] = ["readOnly", "deprecated"];

/// What any schema may say besides what belongs to its type.
const OF_ALL: [&str; 3] = ["type", "nullable", "default"];

/// The keyword that combines schemas, with its parts.
pub(super) fn combination(schema: &Map<String, Value>) -> Result<Option<(&'static str, &[Value])>> {
    let used = ["allOf", "anyOf", "oneOf"].into_iter().filter(|word| schema.contains_key(*word));
    let used: Vec<_> = used.collect();
    match used.as_slice() {
        [] => Ok(None),
        [word] => {
            let parts = schema[*word].as_array();
            Ok(Some((*word, parts.with_context(|| format!("`{word}` is no list"))?)))
        }
        words => bail!("a schema combines others by {} at once", words.join(" and ")),
    }
}

/// The type, which may have been left to be seen from the rest.
pub(super) fn type_of(schema: &Map<String, Value>) -> Result<&str> {
    if let Some(name) = schema.get("type") {
        let name = name.as_str().context("a type is no text")?;
        // Codes of countries are called numbers in one place.
        let values = flat_values(schema)?;
        let has_texts = values.iter().any(|value| value.is_string());
        return Ok(if has_texts && name == "number" { "string" } else { name });
    }
    let says = |word| schema.contains_key(word);
    Ok(if says("properties") || says("additionalProperties") {
        "object"
    } else if says("items") {
        "array"
    } else if says("enum") {
        "string"
    } else {
        "any"
    })
}

/// What an object without fields is whose example is no object: `object` stands for many a text,
/// number or boolean (`facts/highlevel.md` 11). Only the type of the example counts.
pub(super) fn scalar_example(schema: &Map<String, Value>) -> Option<Shape> {
    if schema.contains_key("properties") || schema.contains_key("additionalProperties") {
        return None;
    }
    match schema.get("example")? {
        // Objects that somebody wrote as a text.
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => None,
        Value::String(_) => Some(Shape::Text(Text::default())),
        Value::Bool(_) => Some(Shape::Boolean),
        Value::Number(_) => {
            let (minimum, maximum, values) = (None, None, Vec::new());
            Some(Shape::Number { whole: false, minimum, maximum, values })
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A list of lists of nothing is how a list is written of which nobody said what it holds.
pub(super) fn is_bare_list(items: &Value) -> bool {
    items["type"] == "array" && items.get("items").is_none()
}

/// Whether the schema says nothing but what its type may say.
pub(super) fn known(schema: &Map<String, Value>, words: &[&str]) -> Result<()> {
    for (word, value) in schema {
        let fine = [&PROSE[..], &OF_FIELDS, &OF_ALL, words].iter().any(|it| it.contains(&&**word));
        // A schema repeated inside itself adds nothing.
        let repeats = word == "schema"
            && value.as_object().is_some_and(|it| it.iter().all(|(k, v)| schema.get(k) == Some(v)));
        if !fine && !repeats {
            bail!("nothing here can represent `{word}`: {value}");
        }
    }
    Ok(())
}

pub(super) fn number(schema: &Map<String, Value>, whole: bool) -> Result<Shape> {
    known(schema, &["minimum", "maximum", "enum"])?;
    let limit = |word| schema.get(word).map(Value::to_string);
    let values = flat_values(schema)?.into_iter().map(Value::to_string).collect();
    Ok(Shape::Number { whole, minimum: limit("minimum"), maximum: limit("maximum"), values })
}

pub(super) fn text(schema: &Map<String, Value>) -> Result<Text> {
    known(schema, &["format", "enum", "minLength", "maxLength", "pattern"])?;
    let word = |word| schema.get(word).and_then(Value::as_str).map(str::to_owned);
    let mut values = Vec::new();
    for value in flat_values(schema)? {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(Text {
        format: word("format"),
        values,
        shortest: count(schema, "minLength")?,
        longest: count(schema, "maxLength")?,
        pattern: word("pattern"),
    })
}

/// The only values; where they are wrapped in one more list, those inside.
fn flat_values(schema: &Map<String, Value>) -> Result<Vec<&Value>> {
    let Some(values) = schema.get("enum") else { return Ok(Vec::new()) };
    let values = values.as_array().context("`enum` is no list")?;
    Ok(values
        .iter()
        .flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice))
        .collect())
}

pub(super) fn count(schema: &Map<String, Value>, word: &str) -> Result<Option<u32>> {
    let Some(value) = schema.get(word) else { return Ok(None) };
    let count = value.as_u64().and_then(|count| u32::try_from(count).ok());
    count.map(Some).with_context(|| format!("`{word}` is no count: {value}"))
}

pub(super) fn texts(value: Option<&Value>) -> Result<Vec<String>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let list = value.as_array().context("`required` is no list")?;
    let text = |it: &Value| it.as_str().map(str::to_owned).context("a name is no text");
    list.iter().map(text).collect()
}
