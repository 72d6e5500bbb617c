//! The schema of a property: what a column of a new data source is.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::SelectOption;

/// The type of a column, with what it needs to be created (`facts/notion.md` 2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PropertySchema {
    /// The name of the page. A data source has exactly one.
    Title,
    /// A text.
    RichText,
    /// A number, shown plainly.
    Number,
    /// One of some options. Writing an unknown one adds it.
    Select(Vec<SelectOption>),
    /// Any of some options. Writing an unknown one adds it.
    MultiSelect(Vec<SelectOption>),
    /// A day, a moment or a stretch.
    Date,
    /// Yes or no.
    Checkbox,
    /// An address.
    Url,
    /// An e-mail address.
    Email,
    /// A phone number.
    PhoneNumber,
    /// One of some options that stand for progress. Unlike a select it gets no option by being written;
    /// older descriptions of the API say that none can be given here either (`facts/notion.md` 2.1).
    Status(Vec<SelectOption>),
}

impl PropertySchema {
    /// Notion's name of the type, such as `rich_text`: what
    /// [`PropertyConfig::kind`](super::PropertyConfig::kind) says of the finished column.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::RichText => "rich_text",
            Self::Number => "number",
            Self::Select(_) => "select",
            Self::MultiSelect(_) => "multi_select",
            Self::Date => "date",
            Self::Checkbox => "checkbox",
            Self::Url => "url",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Status(_) => "status",
        }
    }
}

impl Serialize for PropertySchema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            // Without options a status gets those that Notion starts with.
            Self::Status(options) if options.is_empty() => {
                map.serialize_entry(self.kind(), &Plain {})?;
            }
            Self::Select(options) | Self::MultiSelect(options) | Self::Status(options) => {
                map.serialize_entry(self.kind(), &Choice { options })?;
            }
            _ => map.serialize_entry(self.kind(), &Plain {})?,
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Plain {}

#[derive(Serialize)]
struct Choice<'a> {
    options: &'a [SelectOption],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Color;

    #[test]
    fn every_type_is_written_under_its_own_name() {
        let options = || {
            [
                SelectOption::new("Lead").unwrap(),
                SelectOption::new("Won").unwrap().with_color(Color::Green),
            ]
        };
        let written = r#"{"options":[{"name":"Lead"},{"name":"Won","color":"green"}]}"#;
        let cases = [
            (PropertySchema::Title, r#"{"title":{}}"#.to_owned()),
            (PropertySchema::RichText, r#"{"rich_text":{}}"#.to_owned()),
            (PropertySchema::Number, r#"{"number":{}}"#.to_owned()),
            (PropertySchema::Select(options().into()), format!(r#"{{"select":{written}}}"#)),
            (
                PropertySchema::MultiSelect(options().into()),
                format!(r#"{{"multi_select":{written}}}"#),
            ),
            (PropertySchema::Status(options().into()), format!(r#"{{"status":{written}}}"#)),
            (PropertySchema::Status(Vec::new()), r#"{"status":{}}"#.to_owned()),
            (PropertySchema::Date, r#"{"date":{}}"#.to_owned()),
            (PropertySchema::Checkbox, r#"{"checkbox":{}}"#.to_owned()),
            (PropertySchema::Url, r#"{"url":{}}"#.to_owned()),
            (PropertySchema::Email, r#"{"email":{}}"#.to_owned()),
            (PropertySchema::PhoneNumber, r#"{"phone_number":{}}"#.to_owned()),
        ];
        for (schema, expected) in cases {
            assert_eq!(serde_json::to_string(&schema).unwrap(), expected);
        }
    }
}
