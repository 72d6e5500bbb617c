//! What must hold of the value of one property, by the property's type.

use jiff::Timestamp;
use serde_json::Value;

use super::{Setting, day::DayTest};
use crate::notion::{
    date::Moment, field::Field, kind::Kind, refusal::Refusal, rich_text, schema::Property,
};

/// A condition on a stored value.
#[derive(Debug)]
pub(crate) enum Condition {
    Empty(bool),
    /// On text in lower case.
    Text(TextTest, String),
    Number(NumberTest, f64),
    Checkbox(bool),
    /// Whether one of these is among the stored ids: of options, users or pages.
    Among {
        ids: Vec<String>,
        wanted: bool,
    },
    Day(DayTest),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum TextTest {
    Equals,
    DoesNotEqual,
    Contains,
    DoesNotContain,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum NumberTest {
    Equals,
    DoesNotEqual,
    GreaterThan,
    LessThan,
    GreaterThanOrEqualTo,
    LessThanOrEqualTo,
}

/// Reads the condition on a property.
///
/// # Errors
/// When it has not exactly one operator, or one that the property's type does not have.
pub(super) fn parse(
    property: &Property,
    field: &Field,
    setting: &Setting,
) -> Result<Condition, Refusal> {
    let (name, operand) = operator(field)?;
    // A checkbox is never empty.
    if property.kind != Kind::Checkbox
        && let Some(empty) = emptiness(name, &operand)?
    {
        return Ok(empty);
    }
    match property.kind {
        Kind::Title | Kind::RichText | Kind::Url | Kind::Email | Kind::PhoneNumber => {
            let test = text_test(name).ok_or_else(|| operand.should_be("not present"))?;
            Ok(Condition::Text(test, operand.string()?.to_lowercase()))
        }
        Kind::Number | Kind::UniqueId => {
            let test = number_test(name).ok_or_else(|| operand.should_be("not present"))?;
            Ok(Condition::Number(test, operand.number()?))
        }
        Kind::Checkbox => match name {
            "equals" => Ok(Condition::Checkbox(operand.boolean()?)),
            "does_not_equal" => Ok(Condition::Checkbox(!operand.boolean()?)),
            _ => Err(operand.should_be("not present")),
        },
        Kind::Select | Kind::Status => {
            among(["equals", "does_not_equal"], name, &operand, |names| choice_ids(property, names))
        }
        Kind::MultiSelect => among(["contains", "does_not_contain"], name, &operand, |names| {
            choice_ids(property, names)
        }),
        Kind::People | Kind::CreatedBy | Kind::LastEditedBy | Kind::Relation => {
            let id = reference(&operand, setting)?;
            among(["contains", "does_not_contain"], name, &operand, |_| vec![id])
        }
        Kind::Date | Kind::CreatedTime | Kind::LastEditedTime => date(field, setting.now),
        Kind::Files => Err(operand.should_be("not present")),
    }
}

/// Reads the condition on a date or a timestamp.
///
/// # Errors
/// As [`parse`].
pub(super) fn date(field: &Field, now: Timestamp) -> Result<Condition, Refusal> {
    let (name, operand) = operator(field)?;
    match emptiness(name, &operand)? {
        Some(empty) => Ok(empty),
        None => DayTest::parse(name, &operand, now).map(Condition::Day),
    }
}

fn operator<'a>(field: &Field<'a>) -> Result<(&'a str, Field<'a>), Refusal> {
    let mut entries = field.entries()?.into_iter();
    match (entries.next(), entries.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(field.key("equals").should_be("defined")),
        (_, Some((_, second))) => Err(second.should_be("not present")),
    }
}

fn emptiness(name: &str, operand: &Field) -> Result<Option<Condition>, Refusal> {
    let empty = match name {
        "is_empty" => true,
        "is_not_empty" => false,
        _ => return Ok(None),
    };
    match operand.value() {
        Some(Value::Bool(true)) => Ok(Some(Condition::Empty(empty))),
        _ => Err(operand.should_be("`true`")),
    }
}

fn text_test(name: &str) -> Option<TextTest> {
    Some(match name {
        "equals" => TextTest::Equals,
        "does_not_equal" => TextTest::DoesNotEqual,
        "contains" => TextTest::Contains,
        "does_not_contain" => TextTest::DoesNotContain,
        "starts_with" => TextTest::StartsWith,
        "ends_with" => TextTest::EndsWith,
        _ => return None,
    })
}

fn number_test(name: &str) -> Option<NumberTest> {
    Some(match name {
        "equals" => NumberTest::Equals,
        "does_not_equal" => NumberTest::DoesNotEqual,
        "greater_than" => NumberTest::GreaterThan,
        "less_than" => NumberTest::LessThan,
        "greater_than_or_equal_to" => NumberTest::GreaterThanOrEqualTo,
        "less_than_or_equal_to" => NumberTest::LessThanOrEqualTo,
        _ => return None,
    })
}

fn among(
    names: [&str; 2],
    name: &str,
    operand: &Field,
    ids: impl FnOnce(Vec<&str>) -> Vec<String>,
) -> Result<Condition, Refusal> {
    if !names.contains(&name) {
        return Err(operand.should_be("not present"));
    }
    let values = match operand.value() {
        Some(Value::Array(_)) => {
            operand.items()?.iter().map(Field::string).collect::<Result<_, _>>()?
        }
        _ => vec![operand.string()?],
    };
    Ok(Condition::Among { ids: ids(values), wanted: name == names[0] })
}

/// The options of these names or ids; an unknown one matches nothing.
fn choice_ids(property: &Property, names: Vec<&str>) -> Vec<String> {
    let named = property.choices.iter().filter(|choice| {
        names.contains(&choice.name.as_str()) || names.contains(&choice.id.as_str())
    });
    named.map(|choice| choice.id.clone()).collect()
}

fn reference(operand: &Field, setting: &Setting) -> Result<String, Refusal> {
    match operand.value().and_then(Value::as_str) {
        Some("me") => Ok(setting.me.to_string()),
        _ => Ok(operand.uuid()?.to_string()),
    }
}

impl Condition {
    /// Whether it holds of a stored value.
    pub(super) fn holds(&self, stored: &Value) -> bool {
        match self {
            Self::Empty(wanted) => is_empty(stored) == *wanted,
            Self::Text(test, wanted) => test.holds(stored, wanted),
            Self::Number(test, wanted) => test.holds(stored.as_f64(), *wanted),
            Self::Checkbox(wanted) => stored.as_bool().unwrap_or(false) == *wanted,
            Self::Among { ids, wanted } => {
                let stored = stored.as_array().map(Vec::as_slice).unwrap_or_default();
                let found = stored.iter().any(|id| ids.iter().any(|wanted| id == wanted.as_str()));
                found == *wanted
            }
            Self::Day(test) => {
                let start = stored["start"].as_str().and_then(Moment::parse);
                start.is_some_and(|start| test.holds(start))
            }
        }
    }

    /// Whether it holds of a timestamp.
    pub(super) fn holds_at(&self, instant: Timestamp) -> bool {
        match self {
            Self::Day(test) => test.holds(Moment::Instant(instant, jiff::tz::Offset::UTC)),
            Self::Empty(wanted) => !wanted,
            Self::Text(..) | Self::Number(..) | Self::Checkbox(_) | Self::Among { .. } => false,
        }
    }
}

fn is_empty(stored: &Value) -> bool {
    match stored {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => false,
    }
}

impl TextTest {
    fn holds(self, stored: &Value, wanted: &str) -> bool {
        let text = match stored {
            Value::Array(items) => rich_text::text_of(items),
            other => other.as_str().unwrap_or_default().into(),
        };
        // Most rows do not match, and most of those differ in length.
        let ascii = text.is_ascii() && wanted.is_ascii();
        let equal = || match ascii {
            true => text.eq_ignore_ascii_case(wanted),
            false => text.to_lowercase() == wanted,
        };
        match self {
            Self::Equals => equal(),
            Self::DoesNotEqual => !equal(),
            Self::Contains => text.to_lowercase().contains(wanted),
            Self::DoesNotContain => !text.to_lowercase().contains(wanted),
            Self::StartsWith => text.to_lowercase().starts_with(wanted),
            Self::EndsWith => text.to_lowercase().ends_with(wanted),
        }
    }
}

impl NumberTest {
    /// An empty number differs from every other and compares with none.
    #[expect(
        clippy::float_cmp,
        reason = "a filter for a number wants exactly the number that was written"
    )]
    fn holds(self, stored: Option<f64>, wanted: f64) -> bool {
        let Some(number) = stored else {
            return matches!(self, Self::DoesNotEqual);
        };
        match self {
            Self::Equals => number == wanted,
            Self::DoesNotEqual => number != wanted,
            Self::GreaterThan => number > wanted,
            Self::LessThan => number < wanted,
            Self::GreaterThanOrEqualTo => number >= wanted,
            Self::LessThanOrEqualTo => number <= wanted,
        }
    }
}
