//! The texts and numbers of requests and answers: each is read and declared in one place.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

/// How many things a page has where the caller does not say.
const PAGE: u64 = 50;

/// How many it has at most.
const LARGEST_PAGE: u64 = 200;

/// How many things of a list to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) usize);

impl Default for Limit {
    fn default() -> Self {
        Self(PAGE as usize)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            number @ 1..=LARGEST_PAGE => Ok(Self(number as usize)),
            _ => Err(de::Error::custom(format_args!("give a number from 1 to {LARGEST_PAGE}"))),
        }
    }
}

impl JsonSchema for Limit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE,
        })
    }
}

/// A text of 1 to `MOST` characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text<const MOST: usize>(String);

impl<const MOST: usize> Text<MOST> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Display for Text<MOST> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for Text<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_clean = !text.chars().any(char::is_control);
        match (1..=MOST).contains(&text.chars().count()) && is_clean {
            true => Ok(Self(text)),
            false => Err(de::Error::custom(format_args!(
                "give 1 to {MOST} characters without control characters"
            ))),
        }
    }
}

impl<const MOST: usize> JsonSchema for Text<MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Text{MOST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "minLength": 1, "maxLength": MOST,
            "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$",
        })
    }
}

/// Declares what a domain type looks like as text, for `#[schemars(with = "…")]`: its name, its
/// pattern, and what it is.
macro_rules! text_format {
    ($name:ident, $pattern:expr, $what:literal) => {
        #[doc = $what]
        pub(crate) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

text_format!(EventIdText, "^evt_[0-9a-fA-F]{32}$", "The id of an event.");
text_format!(OrganizationIdText, "^org_[a-z0-9-]{1,40}$", "The id of an organization.");
text_format!(ConnectionIdText, "^con", "The id of a connection.");
text_format!(SubscriptionIdText, "^sub_[0-9a-f]{16}$", "The id of a subscription.");
text_format!(
    DeliveryIdText,
    r"^act_[0-9a-f]{32}\.notify_subscribers\.sub_[0-9a-f]{16}$",
    "The id of a delivery."
);
text_format!(KindText, r"^(\*|[a-z_]+\.(\*|[a-z_]+))$", "A kind of event, or a pattern of kinds.");
text_format!(ApiKeyIdText, "^key_[0-9a-f]{16}$", "The id of an API key.");

/// One of the names of an enumeration of the domain, for `#[schemars(with = "…")]`.
pub(crate) struct ScopeName;

impl JsonSchema for ScopeName {
    fn schema_name() -> Cow<'static, str> {
        "Scope".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = domain::Scope::ALL.map(domain::Scope::name);
        json_schema!({ "type": "string", "enum": names })
    }
}

/// The name of a role.
pub(crate) struct RoleName;

impl JsonSchema for RoleName {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": domain::Role::ALL.map(domain::Role::name) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_length_in_characters_and_no_control_characters() {
        let read = |json: &str| serde_json::from_str::<Text<3>>(json).is_ok();
        assert!(read("\"äöü\"") && read("\"a\""));
        assert!(!read("\"\"") && !read("\"äöüß\"") && !read("\"a\\n\"") && !read("1"));
    }

    #[test]
    fn a_page_has_its_limits() {
        let read = |json: &str| serde_json::from_str::<Limit>(json).ok().map(|limit| limit.0);
        assert_eq!(
            (read("1"), read("200"), read("0"), read("201")),
            (Some(1), Some(200), None, None)
        );
        assert_eq!((read("-1"), read("1.5"), Limit::default().0), (None, None, 50));
    }
}
