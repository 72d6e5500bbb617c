//! The layers of settings: each lays its values over the ones before, and none may add a key.

use std::path::Path;

use toml::{Table, Value};

use super::{API_KEY_VARIABLE, DEFAULTS, Environment, FILE_VARIABLE};
use crate::failure::Failure;

/// The prefix of every setting's name in the environment.
const PREFIX: &str = "HIGHWIRE_";

/// The names with the prefix that are no setting's.
const APART: [&str; 2] = [API_KEY_VARIABLE, FILE_VARIABLE];

/// The names that users have today, and the keys that they set.
const ALIASES: [(&str, &[&str]); 6] = [
    ("GHL_API_KEY", &["highlevel", "token"]),
    ("GROWABLY_API_TOKEN", &["highlevel", "token"]),
    ("GHL_LOCATION_ID", &["highlevel", "location_ids"]),
    ("GROWABLY_LOCATION_ID", &["highlevel", "location_ids"]),
    ("NOTION_TOKEN", &["notion", "token"]),
    ("WEBHOOK_SECRET", &["webhook", "secret"]),
];

/// The first layer: every key with its default.
///
/// # Panics
/// Never: a test parses the embedded file.
pub(super) fn defaults() -> Table {
    DEFAULTS.parse().expect("the default settings parse")
}

/// The environment's names for all keys, those that users have today included.
pub(super) fn every_variable() -> Vec<String> {
    let aliases = ALIASES.iter().map(|(alias, _)| (*alias).to_owned());
    variables(&defaults()).into_iter().map(|(name, _)| name).chain(aliases).collect()
}

/// Lays a user's file over the table.
pub(super) fn add_file(table: &mut Table, path: &Path, text: &str) -> Result<(), Failure> {
    let parsed: Table = text.parse().map_err(|source: toml::de::Error| {
        // The parser's message shows the line, and a line may hold a token: only its place is told.
        let line = source.span().map_or(1, |span| text[..span.start].lines().count().max(1));
        Failure::user(
            format!("read {} as TOML, near line {line}", path.display()),
            "compare the line with highwire.default.toml: texts stand in quotes",
        )
    })?;
    merge(table, parsed, "", &path.display().to_string())
}

/// Lays the environment over the table.
pub(super) fn add_environment(table: &mut Table, environment: &Environment) -> Result<(), Failure> {
    for (alias, key) in ALIASES {
        if let Some(text) = environment.get(alias) {
            set(table, key, alias, text)?;
        }
    }
    let known = variables(table);
    for name in environment.names(PREFIX).filter(|name| !APART.contains(name)) {
        let Some(key) = known.iter().find(|(variable, _)| variable == name).map(|(_, key)| key)
        else {
            let names = known.iter().map(|(variable, _)| variable.as_str());
            return Err(unknown("the environment", name, names));
        };
        if let Some(text) = environment.get(name) {
            let key: Vec<&str> = key.iter().map(String::as_str).collect();
            set(table, &key, name, text)?;
        }
    }
    Ok(())
}

/// The last step: the table does not fit the settings' types.
pub(super) fn bad_value(source: toml::de::Error) -> Failure {
    // The message names the types, and not the value of a text; the key stands in a line of its own.
    let what = source.message().lines().next().unwrap_or_default();
    let whole = source.to_string();
    let key = whole.lines().find(|line| line.starts_with("in `")).unwrap_or_default();
    Failure::user(
        format!("use the settings: {what} {key}").trim_end(),
        "compare the value with the one in highwire.default.toml",
    )
}

fn merge(table: &mut Table, layer: Table, path: &str, origin: &str) -> Result<(), Failure> {
    for (name, value) in layer {
        let full = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let Some(known) = table.get(&name) else {
            return Err(unknown(origin, &full, table.keys().map(String::as_str)));
        };
        match (known, value) {
            (Value::Table(_), Value::Table(inner)) => {
                let Some(Value::Table(known)) = table.get_mut(&name) else { continue };
                merge(known, inner, &full, origin)?;
            }
            (known, value) if known.same_type(&value) => {
                table.insert(name, value);
            }
            (known, value) => {
                return Err(Failure::user(
                    format!("use `{full}` of {origin}: it is {}", form(&value)),
                    format!("give it as {}, as highwire.default.toml does", form(known)),
                ));
            }
        }
    }
    Ok(())
}

/// What a value is, for people.
fn form(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

/// The environment's name for each key, with the key's path, however deep its section is.
fn variables(table: &Table) -> Vec<(String, Vec<String>)> {
    let mut names = Vec::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) => {
                names.extend(variables(inner).into_iter().map(|(rest, path)| {
                    let rest = rest.strip_prefix(PREFIX).unwrap_or(&rest).to_owned();
                    let path = std::iter::once(name.clone()).chain(path).collect();
                    (format!("{PREFIX}{}_{rest}", name.to_uppercase()), path)
                }))
            }
            _ => names.push((format!("{PREFIX}{}", name.to_uppercase()), vec![name.clone()])),
        }
    }
    names
}

fn set(table: &mut Table, key: &[&str], variable: &str, text: &str) -> Result<(), Failure> {
    let (last, parents) = key.split_last().expect("a key has a name");
    let mut place = table;
    for parent in parents {
        place = place
            .get_mut(*parent)
            .and_then(Value::as_table_mut)
            .expect("the aliases and the names of keys follow the default file");
    }
    let known =
        place.get(*last).expect("the aliases and the names of keys follow the default file");
    let value = parse_like(known, text).ok_or_else(|| {
        Failure::user(
            format!("use the environment variable {variable}"),
            format!("give it as {}", form(known)),
        )
    })?;
    place.insert((*last).to_owned(), value);
    Ok(())
}

/// The text as a value of the same type as the default.
fn parse_like(known: &Value, text: &str) -> Option<Value> {
    let text = text.trim();
    match known {
        Value::String(_) => Some(Value::String(text.to_owned())),
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

fn unknown<'a>(origin: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let last = name.rsplit('.').next().unwrap_or(name);
    let nearest = known
        .map(|candidate| (strsim::jaro_winkler(last, candidate), candidate))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(likeness, _)| *likeness > 0.6);
    let hint = match nearest {
        Some((_, candidate)) => {
            format!("did you mean `{candidate}`? highwire.default.toml lists every key")
        }
        None => "remove it; highwire.default.toml lists every key".to_owned(),
    };
    Failure::user(format!("use the setting `{name}` of {origin}: there is no such key"), hint)
}
