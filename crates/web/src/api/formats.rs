//! The texts and numbers of requests and answers: each is read and declared in one place.

mod numbers;
mod rights;

use std::{borrow::Cow, fmt};

use domain::{ApiKeyId, ChangeSetId, ConnectionId, EventId, EventKind, MemberId, OrganizationId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

pub(crate) use self::{
    numbers::{Limit, Number, Place, next_after},
    rights::{MemberRoleName, RoleName, ScopeName},
};

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

/// What a text of one form looks like in the document: its name in the code, its pattern and the longest
/// one. For `#[schemars(with = "…")]` beside what reads itself.
macro_rules! declared_format {
    ($name:ident, $pattern:literal, $longest:literal, $what:literal) => {
        #[doc = $what]
        pub(crate) enum $name {}

        declared_format!(schema $name, $pattern, $longest);
    };
    (schema $name:ident, $pattern:literal, $longest:literal) => {
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "maxLength": $longest })
            }
        }
    };
}

/// A text of one form that is read too: what it is called in the code, what is read from it, its
/// pattern, the longest one, and what reads it.
macro_rules! text_format {
    ($name:ident, $of:ty, $pattern:literal, $longest:literal, $read:expr, $what:literal) => {
        #[doc = $what]
        #[derive(Clone, Debug)]
        pub(crate) struct $name(pub(crate) $of);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let read: fn(&str) -> Option<$of> = $read;
                let fits = (1..=$longest).contains(&text.len());
                fits.then(|| read(&text)).flatten().map(Self).ok_or_else(|| {
                    de::Error::custom(concat!("what was given is not as declared: ", $what))
                })
            }
        }

        declared_format!(schema $name, $pattern, $longest);
    };
}

declared_format!(EventIdText, "^evt_[0-9a-fA-F]{32}$", 36, "The id of an event.");
text_format!(
    OrganizationIdText,
    OrganizationId,
    "^org_[a-z0-9]+(-[a-z0-9]+)*$",
    44,
    |text| text.starts_with("org_").then(|| text.parse().ok()).flatten(),
    "The id of an organization."
);
text_format!(
    ConnectionIdText,
    ConnectionId,
    "^con_[0-9A-Za-z._-]{1,100}$",
    104,
    |text| word(text, "con_", |byte| b"._-".contains(&byte) || byte.is_ascii_alphanumeric())
        .map(ConnectionId::new),
    "The id of a connection."
);
text_format!(
    ChangeSetIdText,
    ChangeSetId,
    "^chg_[0-9a-f]{32}$",
    36,
    |text| text.parse().ok(),
    "The id of a change set."
);
text_format!(
    ApiKeyIdText,
    ApiKeyId,
    "^key_[0-9a-f]{16}$",
    20,
    |text| digits(text, "key_").map(ApiKeyId::new),
    "The id of an API key."
);
text_format!(
    MemberIdText,
    MemberId,
    "^mem_[0-9a-f]{16}$",
    20,
    |text| digits(text, "mem_").map(MemberId::new),
    "The id of a member."
);
text_format!(
    EmailText,
    String,
    "^[!-?A-~]{1,64}@[!-?A-~]{1,189}$",
    254,
    |text| {
        let (name, host) = text.split_once('@')?;
        let is_plain = |part: &str, most| {
            let fits = (1..=most).contains(&part.len());
            fits && part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@')
        };
        (is_plain(name, 64) && is_plain(host, 189)).then(|| text.to_owned())
    },
    "An e-mail address."
);
declared_format!(SubscriptionIdText, "^sub_[0-9a-f]{16}$", 20, "The id of a subscription.");
declared_format!(
    DeliveryIdText,
    r"^act_[0-9a-f]{32}\.notify_subscribers\.sub_[0-9a-f]{16}$",
    76,
    "The id of a delivery."
);
declared_format!(
    KindText,
    r"^(\*|[a-z_]+\.(\*|[a-z_]+))$",
    100,
    "A kind of event, or a pattern of kinds."
);

text_format!(
    EventKindText,
    String,
    "^[a-z0-9_]+\\.[a-z0-9_]+$",
    100,
    |text| {
        let (entity, verb) = text.split_once('.')?;
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        [entity, verb]
            .iter()
            .all(|part| word(part, "", is_plain).is_some())
            .then(|| text.to_owned())
    },
    "A kind of event, as `entity.verb`."
);
text_format!(
    LetterIdText,
    String,
    "^(evt_[0-9a-fA-F]{32}|act_[0-9a-z_.-]+)$",
    200,
    |text| {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte);
        let is_one = text.parse::<EventId>().is_ok() || word(text, "act_", is_plain).is_some();
        is_one.then(|| text.to_owned())
    },
    "The id of an action or of an event."
);

text_format!(
    BackupName,
    String,
    "^[a-z0-9]+(-[a-z0-9]+)*$",
    60,
    |text| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        text.split('-').all(|part| word(part, "", is_plain).is_some()).then(|| text.to_owned())
    },
    "The name of a backup."
);

text_format!(
    AccountText,
    String,
    "^[0-9A-Za-z._-]{1,100}$",
    100,
    |text| {
        let is_plain = |byte: u8| b"._-".contains(&byte) || byte.is_ascii_alphanumeric();
        word(text, "", is_plain).map(str::to_owned)
    },
    "The id of an account at its vendor."
);

impl EventKindText {
    /// The kind that is asked for, where one is; none at all where nothing is of that kind.
    pub(crate) fn known(asked: Option<Self>) -> Option<Option<EventKind>> {
        let Some(Self(text)) = asked else { return Some(None) };
        let Ok(kind) = text.parse::<EventKind>();
        (kind.to_string() == text).then_some(Some(kind))
    }
}

/// What stands after a prefix, where it is 16 hexadecimal digits.
fn digits<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let whole = word(text, prefix, is_digit)?;
    (whole.len() == prefix.len() + 16).then_some(whole)
}

/// A text that is a prefix and at least one byte of a kind.
fn word<'a>(text: &'a str, prefix: &str, is_fit: impl Fn(u8) -> bool) -> Option<&'a str> {
    let rest = text.strip_prefix(prefix)?;
    (!rest.is_empty() && rest.bytes().all(is_fit)).then_some(text)
}

/// A list of at least `LEAST` and at most `MOST` things.
#[derive(Clone, Debug)]
pub(crate) struct List<T, const LEAST: usize, const MOST: usize>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>, const LEAST: usize, const MOST: usize> Deserialize<'de>
    for List<T, LEAST, MOST>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let things = Vec::deserialize(deserializer)?;
        match (LEAST..=MOST).contains(&things.len()) {
            true => Ok(Self(things)),
            false => Err(de::Error::custom(format_args!("give {LEAST} to {MOST} of them"))),
        }
    }
}

impl<T: JsonSchema, const LEAST: usize, const MOST: usize> JsonSchema for List<T, LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{LEAST}To{MOST}{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({ "type": "array", "items": items, "minItems": LEAST, "maxItems": MOST })
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
    fn ids_are_read_as_they_are_declared() {
        fn reads<T: serde::de::DeserializeOwned>(text: &str) -> bool {
            serde_json::from_value::<T>(text.into()).is_ok()
        }
        let digits = "0123456789abcdef";
        assert!(reads::<ApiKeyIdText>(&format!("key_{digits}")));
        assert!(reads::<MemberIdText>(&format!("mem_{digits}")));
        assert!(
            reads::<OrganizationIdText>("org_acme-2") && reads::<ConnectionIdText>("con_a.B_-9")
        );
        assert!(reads::<EmailText>("a+b@c.d"));
        for wrong in [
            "",
            "key_",
            "key_0123456789ABCDEF",
            "mem_0123456789abcdef0",
            "acme",
            "org_",
            "org_a--b",
        ] {
            let taken = reads::<ApiKeyIdText>(wrong)
                || reads::<MemberIdText>(wrong)
                || reads::<OrganizationIdText>(wrong)
                || reads::<ConnectionIdText>(wrong)
                || reads::<EmailText>(wrong);
            assert!(!taken, "{wrong}");
        }
        for wrong in ["con_", "con_a/b", &format!("con_{}", "a".repeat(101))] {
            assert!(!reads::<ConnectionIdText>(wrong), "{wrong}");
        }
        for wrong in ["@b", "a@", "a@b@c", "a b@c", "ä@b", &format!("{}@b", "a".repeat(65))] {
            assert!(!reads::<EmailText>(wrong), "{wrong}");
        }
    }
}
