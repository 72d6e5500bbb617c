//! Reads a schema from JSON, and refuses whatever it would have to pass over.

use serde_json::{Map, Value};

use super::schema::{Format, Schema, Type};

/// Keywords for people and tools, which ask nothing of a value.
const PROSE: [&str; 5] = ["$schema", "$defs", "$comment", "title", "description"];

/// What a schema refers to begins so.
const DEFINITIONS: &str = "#/$defs/";

/// Schemas that refer to each other further than this go round in a circle.
const DEEPEST: usize = 16;

/// Reads a schema.
///
/// # Errors
/// A sentence where the text is no JSON, or says what [`Schema`] cannot hold.
pub(super) fn read(text: &str) -> Result<Schema, String> {
    let whole: Value = serde_json::from_str(text).map_err(|problem| problem.to_string())?;
    schema(&whole, &whole, 0)
}

fn schema(json: &Value, whole: &Value, depth: usize) -> Result<Schema, String> {
    if depth > DEEPEST {
        return Err("schemas lie deeper in each other than is read".to_owned());
    }
    let keywords = json.as_object().ok_or("a schema is no object")?;
    let inner = |json: &Value| schema(json, whole, depth + 1);
    // What stands beside a reference counts too, so the reference is one more that has to accept.
    let mut read = match keywords.get("$ref").map(text).transpose()? {
        Some(place) => inner(definition(place, whole)?)?,
        None => Schema::default(),
    };
    let asks = |keyword: &&String| !PROSE.contains(&keyword.as_str());
    if keywords.contains_key("$ref") && keywords.keys().filter(asks).count() > 1 {
        return Err("a schema asks for something beside its `$ref`".to_owned());
    }
    for (keyword, said) in keywords {
        match keyword.as_str() {
            "type" => read.types = types(said)?,
            "enum" => read.values = list(said)?.iter().map(owned).collect::<Result<_, _>>()?,
            "format" => read.format = Some(format(said)?),
            "minLength" => {
                let length = said.as_u64().and_then(|length| usize::try_from(length).ok());
                read.shortest = length.ok_or("`minLength` is no count")?;
            }
            "items" => read.items = Some(Box::new(inner(said)?)),
            "properties" => read.fields = fields(said, inner)?,
            "required" => {
                read.required = list(said)?.iter().map(owned).collect::<Result<_, _>>()?
            }
            "anyOf" => {
                read.alternatives = list(said)?.iter().map(inner).collect::<Result<_, _>>()?
            }
            "$ref" => {}
            prose if PROSE.contains(&prose) => {}
            other => return Err(format!("nothing here reads `{other}`")),
        }
    }
    Ok(read)
}

fn definition<'a>(place: &str, whole: &'a Value) -> Result<&'a Value, String> {
    let name = place.strip_prefix(DEFINITIONS);
    name.and_then(|name| whole["$defs"].get(name)).ok_or(format!("`{place}` is not defined"))
}

fn types(said: &Value) -> Result<Vec<Type>, String> {
    match said {
        Value::Array(types) => types.iter().map(kind).collect(),
        one => Ok(vec![kind(one)?]),
    }
}

fn kind(said: &Value) -> Result<Type, String> {
    Ok(match text(said)? {
        "null" => Type::Null,
        "boolean" => Type::Boolean,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "string" => Type::String,
        "array" => Type::Array,
        "object" => Type::Object,
        other => return Err(format!("there is no type `{other}`")),
    })
}

fn format(said: &Value) -> Result<Format, String> {
    match text(said)? {
        "date-time" => Ok(Format::DateTime),
        "date" => Ok(Format::Date),
        other => Err(format!("nothing here checks the format `{other}`")),
    }
}

fn fields(
    said: &Value,
    inner: impl Fn(&Value) -> Result<Schema, String>,
) -> Result<Vec<(String, Schema)>, String> {
    let fields: &Map<String, Value> = said.as_object().ok_or("`properties` is no object")?;
    let read = |(name, json): (&String, &Value)| match inner(json) {
        Ok(schema) => Ok((name.clone(), schema)),
        Err(problem) => Err(format!("{name}: {problem}")),
    };
    fields.iter().map(read).collect()
}

fn list(said: &Value) -> Result<&[Value], String> {
    said.as_array().map(Vec::as_slice).ok_or_else(|| "a list is none".to_owned())
}

fn text(said: &Value) -> Result<&str, String> {
    said.as_str().ok_or_else(|| "a text is none".to_owned())
}

fn owned(said: &Value) -> Result<String, String> {
    text(said).map(str::to_owned)
}
