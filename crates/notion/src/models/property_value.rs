//! The value of a property, as it is written.

use jiff::{Timestamp, civil};
use serde::Serialize;

use super::{RichText, SelectOption, code_units};
use crate::{PageId, UserId};

/// Code units per address (`facts/notion.md` 5).
const URL_UNITS: usize = 2000;

/// Options, people or related pages per request (`facts/notion.md` 5).
const MOST_OPTIONS: usize = 100;

/// Code units per e-mail address or phone number (`facts/notion.md` 5).
const CONTACT_UNITS: usize = 200;

/// Code units per name of a file.
const FILE_NAME_UNITS: usize = 100;

/// A value for one property of a page (`facts/notion.md` 3).
///
/// The type has to be the column's, or Notion answers `validation_error`. The constructors give each
/// value a form that Notion takes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PropertyValue {
    /// The name of the page.
    Title(RichText),
    /// A text.
    RichText(RichText),
    /// A number; none clears it.
    Number(Option<f64>),
    /// One option, which Notion creates where it is new; none clears it.
    Select(Option<SelectOption>),
    /// All options; those that are not named are taken away.
    MultiSelect(Vec<SelectOption>),
    /// A day, a moment, or a stretch between two; none clears it.
    Date(Option<DateRange>),
    /// An address; none clears it.
    Url(Option<String>),
    /// Yes or no.
    Checkbox(bool),
    /// An e-mail address; none clears it.
    Email(Option<String>),
    /// A phone number; none clears it.
    PhoneNumber(Option<String>),
    /// One of the options that the column has: unlike a select, it gets no new ones.
    Status(Option<SelectOption>),
    /// All people; those that are not named are taken away.
    People(Vec<UserReference>),
    /// All pages that this one is related to; those that are not named are taken away.
    Relation(Vec<PageReference>),
    /// All files, by their addresses; those that are not named are taken away.
    Files(Vec<FileReference>),
}

impl PropertyValue {
    /// The name of the page, split as [`RichText`] does.
    #[must_use]
    pub fn title(text: &str) -> Self {
        Self::Title(RichText::new(text))
    }

    /// A text, split as [`RichText`] does; an empty one clears the property.
    #[must_use]
    pub fn rich_text(text: &str) -> Self {
        Self::RichText(RichText::new(text))
    }

    /// A number. What JSON cannot write (not a number, infinite) clears the property.
    #[must_use]
    pub fn number(number: f64) -> Self {
        Self::Number(Some(number))
    }

    /// One option; an empty name clears the property.
    #[must_use]
    pub fn select(name: &str) -> Self {
        Self::Select(SelectOption::new(name))
    }

    /// Some options: each once, without empty names, at most 100.
    #[must_use]
    pub fn multi_select<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut options: Vec<SelectOption> = Vec::new();
        for option in names.into_iter().filter_map(SelectOption::new) {
            if options.len() < MOST_OPTIONS && !options.contains(&option) {
                options.push(option);
            }
        }
        Self::MultiSelect(options)
    }

    /// A moment, in UTC with milliseconds, such as `2026-12-01T09:30:00.000Z`.
    #[must_use]
    pub fn moment(moment: Timestamp) -> Self {
        Self::Date(Some(DateRange { start: format!("{moment:.3}"), end: None }))
    }

    /// A day without a time, such as `2026-12-01`.
    #[must_use]
    pub fn day(day: civil::Date) -> Self {
        Self::Date(Some(DateRange { start: day.to_string(), end: None }))
    }

    /// An address. One that Notion refuses, empty or above 2,000 code units, clears the property,
    /// so that the rest of the page is still written.
    #[must_use]
    pub fn url(address: &str) -> Self {
        Self::Url(within(address, URL_UNITS))
    }

    /// Yes or no.
    #[must_use]
    pub fn checkbox(checked: bool) -> Self {
        Self::Checkbox(checked)
    }

    /// An e-mail address. One that Notion refuses, empty or above 200 code units, clears the property.
    #[must_use]
    pub fn email(address: &str) -> Self {
        Self::Email(within(address, CONTACT_UNITS))
    }

    /// A phone number. One that Notion refuses, empty or above 200 code units, clears the property.
    #[must_use]
    pub fn phone_number(number: &str) -> Self {
        Self::PhoneNumber(within(number, CONTACT_UNITS))
    }

    /// One of the column's options; an empty name clears the property. Notion answers
    /// `validation_error` where the column has no such option.
    #[must_use]
    pub fn status(name: &str) -> Self {
        Self::Status(SelectOption::new(name))
    }

    /// Some people: at most 100.
    #[must_use]
    pub fn people(ids: impl IntoIterator<Item = UserId>) -> Self {
        let people = ids.into_iter().map(|id| UserReference { object: "user", id });
        Self::People(people.take(MOST_OPTIONS).collect())
    }

    /// Some pages: at most 100.
    #[must_use]
    pub fn relation(ids: impl IntoIterator<Item = PageId>) -> Self {
        let pages = ids.into_iter().map(|id| PageReference { id });
        Self::Relation(pages.take(MOST_OPTIONS).collect())
    }

    /// Some files by their addresses: those that Notion takes, at most 100.
    #[must_use]
    pub fn files<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let files = addresses.into_iter().filter_map(FileReference::new);
        Self::Files(files.take(MOST_OPTIONS).collect())
    }
}

/// A person, as a property names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserReference {
    object: &'static str,
    id: UserId,
}

/// A page, as a relation names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PageReference {
    id: PageId,
}

/// A file that lies elsewhere, with its address as its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReference {
    name: String,
    external: External,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct External {
    url: String,
}

impl FileReference {
    fn new(address: &str) -> Option<Self> {
        let url = within(address, URL_UNITS)?;
        let name = code_units::shortened(&url, FILE_NAME_UNITS);
        Some(Self { name, external: External { url } })
    }
}

/// The text without white space around it, where there is any and it has at most `limit` code units.
fn within(text: &str, limit: usize) -> Option<String> {
    let text = text.trim();
    let fits = code_units::fitting(text, limit) == text.len();
    (fits && !text.is_empty()).then(|| text.to_owned())
}

/// A date property: ISO 8601, with or without a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DateRange {
    /// The day or moment, or the first of a stretch.
    pub start: String,
    /// The last of a stretch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &PropertyValue) -> String {
        serde_json::to_string(value).unwrap()
    }

    #[test]
    fn every_type_has_its_wire_form() {
        let moment: Timestamp = "2026-12-01T09:30:00.123456Z".parse().unwrap();
        let cases = [
            (
                PropertyValue::title("Ada"),
                r#"{"title":[{"type":"text","text":{"content":"Ada"}}]}"#,
            ),
            (PropertyValue::rich_text(""), r#"{"rich_text":[]}"#),
            (PropertyValue::number(1.5), r#"{"number":1.5}"#),
            (PropertyValue::number(f64::NAN), r#"{"number":null}"#),
            (PropertyValue::select("Lead"), r#"{"select":{"name":"Lead"}}"#),
            (PropertyValue::select(" "), r#"{"select":null}"#),
            (
                PropertyValue::multi_select(["a", "", "b", "a"]),
                r#"{"multi_select":[{"name":"a"},{"name":"b"}]}"#,
            ),
            (PropertyValue::moment(moment), r#"{"date":{"start":"2026-12-01T09:30:00.123Z"}}"#),
            (PropertyValue::day(civil::date(2026, 12, 1)), r#"{"date":{"start":"2026-12-01"}}"#),
            (
                PropertyValue::url("https://example.com/c?a=1"),
                r#"{"url":"https://example.com/c?a=1"}"#,
            ),
            (PropertyValue::url("  "), r#"{"url":null}"#),
            (PropertyValue::checkbox(true), r#"{"checkbox":true}"#),
            (PropertyValue::email(" a@example.com "), r#"{"email":"a@example.com"}"#),
            (PropertyValue::phone_number(""), r#"{"phone_number":null}"#),
            (PropertyValue::status("New"), r#"{"status":{"name":"New"}}"#),
            (
                PropertyValue::people([UserId::new("u")]),
                r#"{"people":[{"object":"user","id":"u"}]}"#,
            ),
            (PropertyValue::relation([PageId::new("p")]), r#"{"relation":[{"id":"p"}]}"#),
            (
                PropertyValue::files(["https://example.com/a", ""]),
                r#"{"files":[{"name":"https://example.com/a","external":{"url":"https://example.com/a"}}]}"#,
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(json(&value), expected);
        }
    }

    #[test]
    fn an_address_that_notion_refuses_is_left_out() {
        let address = |length: usize| PropertyValue::url(&"a".repeat(length));
        assert_ne!(address(2000), PropertyValue::Url(None));
        assert_eq!(address(2001), PropertyValue::Url(None));
    }

    #[test]
    fn an_address_or_a_number_that_is_too_long_is_left_out() {
        let digits = |length: usize| PropertyValue::phone_number(&"1".repeat(length));
        assert_ne!(digits(200), PropertyValue::PhoneNumber(None));
        assert_eq!(digits(201), PropertyValue::PhoneNumber(None));
        assert_eq!(PropertyValue::email(&"a".repeat(201)), PropertyValue::Email(None));
    }

    #[test]
    fn more_options_than_a_request_takes_are_left_out() {
        let names: Vec<_> = (0..150).map(|number| number.to_string()).collect();
        match PropertyValue::multi_select(names.iter().map(String::as_str)) {
            PropertyValue::MultiSelect(options) => assert_eq!(options.len(), 100),
            other => panic!("{other:?}"),
        }
    }
}
