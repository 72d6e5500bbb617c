//! The settings as they may be shown: of a secret only whether it is set.

use serde_json::{Map, Value as Json};
use toml::{Table, Value};

/// Names that look like a secret's and are none's.
const OPEN: [&str; 2] = ["public_keys", "key_file"];

/// Every setting of the table.
pub(super) fn shown(table: &Table) -> Json {
    let told = table.iter().map(|(name, value)| {
        let value = match value {
            Value::Table(inner) => shown(inner),
            secret if is_secret(name) => is_set(secret).into(),
            open => plain(open),
        };
        (name.clone(), value)
    });
    Json::Object(told.collect::<Map<_, _>>())
}

/// Whether the setting of this name is a secret, or may hold one, as the words of a command.
pub(super) fn is_secret(name: &str) -> bool {
    let words = ["token", "secret", "key", "keys", "command", "password"];
    !OPEN.contains(&name)
        && name.split('_').any(|word| words.contains(&word))
        && !name.ends_with("_seconds")
}

fn is_set(value: &Value) -> &'static str {
    let is_empty = match value {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    if is_empty { "empty" } else { "set" }
}

fn plain(value: &Value) -> Json {
    match value {
        Value::String(text) => text.clone().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Boolean(is_so) => (*is_so).into(),
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Datetime(at) => at.to_string().into(),
        Value::Table(table) => shown(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Environment, Flags, Settings};

    #[test]
    fn no_secret_is_shown_and_everything_else_is() {
        let secrets = [
            "HIGHWIRE_SERVER_ADMINISTRATOR_KEY",
            "HIGHWIRE_VAULT_KEY",
            "HIGHWIRE_VAULT_FORMER_KEYS",
            "HIGHWIRE_VAULT_COMMAND",
            "HIGHWIRE_WEBHOOK_SECRET",
            "HIGHWIRE_WEBHOOK_API_KEYS",
            "GHL_API_KEY",
            "NOTION_TOKEN",
        ];
        let environment: Environment = secrets
            .iter()
            .map(|name| (*name, "canary-canary-canary-canary-canary"))
            .chain([("HIGHWIRE_NOTION_ACTIVITY_LOG", "the-log")])
            .collect();
        let flags = Flags { listen: Some("127.0.0.1:99".parse().unwrap()), ..Flags::default() };
        let settings = Settings::load(&flags, &environment).unwrap();
        let told = settings.shown.to_string();
        assert!(!told.contains("canary"), "{told}");
        assert_eq!(settings.shown["vault"]["former_command"], "empty");
        assert_eq!(settings.shown["vault"]["command_timeout_seconds"], 10);
        assert_eq!(settings.shown["notion"]["token"], "set");
        assert_eq!(settings.shown["notion"]["activity_log"], "the-log");
        assert_eq!(settings.shown["listen"], "127.0.0.1:99");
        // Whatever the program itself prints as redacted is a secret here too.
        let debug = format!("{settings:#?}");
        for line in
            debug.lines().filter(|line| line.contains("[secret]") || line.contains("redacted"))
        {
            let Some((name, _)) = line.trim().split_once(": ") else { continue };
            assert!(is_secret(name), "{name} is a secret and would be shown");
        }
    }
}
