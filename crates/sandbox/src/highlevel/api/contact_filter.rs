//! The filters of the searches by body: conditions on fields, and groups of them; and the fields of contacts.

use serde_json::{Value, json};

use super::{contact::Contact, refusal::Refusal};

/// The names that conditions and sorting know, beside `customFields.{id}`.
const NAMES: [&str; 38] = [
    "id",
    "firstName",
    "lastName",
    "firstNameLowerCase",
    "lastNameLowerCase",
    "fullNameLowerCase",
    "contactName",
    "name",
    "email",
    "phone",
    "address",
    "city",
    "state",
    "country",
    "postalCode",
    "website",
    "timezone",
    "companyName",
    "source",
    "type",
    "assignedTo",
    "businessId",
    "tags",
    "followers",
    "dnd",
    "dateAdded",
    "dateUpdated",
    "dateOfBirth",
    "address1",
    "businessName",
    // What nothing here ever fills.
    "additionalEmails",
    "additionalPhones",
    "lastEmailClickedDate",
    "lastEmailOpenedDate",
    "isValidWhatsapp",
    "validEmail",
    "activeWorkflows",
    "finishedWorkflows",
];

/// A condition, or several.
#[derive(Debug)]
pub(crate) enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Field(String, Condition),
}

/// What is said about a field.
#[derive(Debug)]
pub(crate) enum Condition {
    Equals(Vec<Value>),
    EqualsNot(Vec<Value>),
    Contains(Vec<Value>),
    ContainsNot(Vec<Value>),
    Exists,
    ExistsNot,
    /// `gt`, `gte`, `lt` and `lte`.
    Range(Vec<(String, f64)>),
}

/// Refuses the name of a field that contacts cannot be searched by.
///
/// # Errors
/// 400, as the live API answers.
pub(crate) fn check_name(name: &str) -> Result<(), Refusal> {
    match NAMES.contains(&name) || name.starts_with("customFields.") {
        true => Ok(()),
        false => Err(Refusal::bad_request(format!("Invalid field name: {name}"))),
    }
}

/// What a contact has under a name; dates as milliseconds since 1970.
pub(crate) fn field(contact: &Contact, name: &str) -> Value {
    let lower = |name| json!(contact.text(name).map(str::to_lowercase));
    match name {
        "id" => json!(contact.id),
        "firstNameLowerCase" => lower("firstName"),
        "lastNameLowerCase" => lower("lastName"),
        "fullNameLowerCase" => json!(contact.full_name().to_lowercase()),
        "contactName" | "name" => json!(contact.full_name()),
        "address" => json!(contact.text("address1")),
        "businessName" => json!(contact.text("companyName")),
        "type" => json!("lead"),
        "tags" => json!(contact.tags),
        "followers" => json!(contact.followers),
        "dnd" => json!(contact.dnd),
        "dateAdded" => json!(contact.added.as_millisecond()),
        "dateUpdated" => json!(contact.updated.as_millisecond()),
        "dateOfBirth" => {
            contact.text("dateOfBirth").and_then(moment).map_or(Value::Null, |at| json!(at))
        }
        _ => match name.strip_prefix("customFields.") {
            Some(id) => {
                let found = contact.custom_fields.iter().find(|(known, _)| **known == *id);
                found.map_or(Value::Null, |(_, value)| value.clone())
            }
            None => json!(contact.text(name)),
        },
    }
}

/// Milliseconds since 1970 of a moment or a day.
fn moment(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let midnight = format!("{}T00:00:00Z", text.get(..10)?);
    midnight.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// Refuses a name that nothing can be searched by.
type Check = fn(&str) -> Result<(), Refusal>;

impl Filter {
    pub(crate) fn all(items: &[Value], check: Check) -> Result<Vec<Self>, Refusal> {
        items.iter().map(|item| Self::read(item, check)).collect()
    }

    fn read(item: &Value, check: Check) -> Result<Self, Refusal> {
        if let Some(group) = item["group"].as_str() {
            let inner = item["filters"].as_array().map(Vec::as_slice).unwrap_or_default();
            let inner = Self::all(inner, check)?;
            return match group {
                "AND" => Ok(Self::All(inner)),
                "OR" => Ok(Self::Any(inner)),
                other => Err(Refusal::bad_request(format!("Invalid group: {other}"))),
            };
        }
        let name = item["field"].as_str().unwrap_or_default();
        check(name)?;
        let operator = item["operator"].as_str().unwrap_or_default();
        Ok(Self::Field(name.to_owned(), Condition::read(operator, &item["value"])?))
    }

    /// `field` tells what a row has under a name.
    pub(crate) fn holds(&self, field: &impl Fn(&str) -> Value) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.holds(field)),
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(field)),
            Self::Field(name, condition) => condition.holds(&field(name)),
        }
    }
}

impl Condition {
    fn read(operator: &str, value: &Value) -> Result<Self, Refusal> {
        let values = || match value {
            Value::Array(values) => values.clone(),
            other => vec![other.clone()],
        };
        match operator {
            "eq" => Ok(Self::Equals(values())),
            "not_eq" => Ok(Self::EqualsNot(values())),
            "contains" => Ok(Self::Contains(values())),
            "not_contains" => Ok(Self::ContainsNot(values())),
            "exists" => Ok(Self::Exists),
            "not_exists" => Ok(Self::ExistsNot),
            "range" => Self::range(value),
            other => Err(Refusal::bad_request(format!("Invalid operator: {other}"))),
        }
    }

    fn range(value: &Value) -> Result<Self, Refusal> {
        let bounds = value.as_object().into_iter().flatten();
        let bounds = bounds.map(|(name, bound)| {
            let known = ["gt", "gte", "lt", "lte"].contains(&name.as_str());
            number(bound).filter(|_| known).map(|bound| (name.clone(), bound))
        });
        let bounds: Option<Vec<(String, f64)>> = bounds.collect();
        match bounds.filter(|bounds| !bounds.is_empty()) {
            Some(bounds) => Ok(Self::Range(bounds)),
            None => Err(Refusal::bad_request("Invalid value for the operator range")),
        }
    }

    fn holds(&self, found: &Value) -> bool {
        let any = |values: &[Value], test: fn(&str, &str) -> bool| {
            let texts = texts(found);
            values.iter().map(text).any(|wanted| texts.iter().any(|text| test(text, &wanted)))
        };
        match self {
            Self::Equals(values) => any(values, |text, wanted| text == wanted),
            Self::EqualsNot(values) => !any(values, |text, wanted| text == wanted),
            Self::Contains(values) => any(values, |text, wanted| text.contains(wanted)),
            Self::ContainsNot(values) => !any(values, |text, wanted| text.contains(wanted)),
            Self::Exists => !texts(found).is_empty(),
            Self::ExistsNot => texts(found).is_empty(),
            Self::Range(bounds) => number(found).is_some_and(|number| {
                bounds.iter().all(|(name, bound)| match name.as_str() {
                    "gt" => number > *bound,
                    "gte" => number >= *bound,
                    "lt" => number < *bound,
                    _ => number <= *bound,
                })
            }),
        }
    }
}

/// A number, or the moment that a text tells.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok().or_else(|| {
            // Milliseconds of any year that matters fit the 53 bits of a double.
            moment(text).map(|milliseconds| milliseconds as f64)
        }),
        other => other.as_f64(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_lowercase(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What a field holds, as lower-cased texts; none where it holds nothing.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::highlevel::api::shelf::Shelf;

    fn holds(filter: Value) -> bool {
        let mut contact =
            Contact::new("c".to_owned(), "2026-03-05T12:00:00Z".parse::<Timestamp>().unwrap());
        let mut fields = Shelf::default();
        fields.add("seats", json!({ "id": "seats", "fieldKey": "contact.seats" }));
        let body = json!({
            "firstName": "Ada", "email": "Ada@example.com", "tags": ["VIP", "north"],
            "customFields": [{ "id": "seats", "field_value": 12 }],
        });
        contact.apply(body.as_object().unwrap(), &fields);
        Filter::all(&[filter], check_name).unwrap()[0].holds(&|name| field(&contact, name))
    }

    #[test]
    fn operators_look_at_texts_lists_numbers_and_dates() {
        let cases = [
            ("email", "eq", json!("ada@example.com"), true),
            ("email", "eq", json!(["x@example.com", "ADA@example.com"]), true),
            ("email", "not_eq", json!("ada@example.com"), false),
            ("email", "contains", json!("@example"), true),
            ("email", "not_contains", json!("@example"), false),
            ("tags", "eq", json!("vip"), true),
            ("tags", "contains", json!(["south"]), false),
            ("phone", "exists", Value::Null, false),
            ("phone", "not_exists", Value::Null, true),
            ("customFields.seats", "range", json!({ "gte": 12, "lt": 13 }), true),
            ("customFields.seats", "eq", json!(12), true),
            ("dateAdded", "range", json!({ "gt": "2026-03-05T12:00:00Z" }), false),
            (
                "dateAdded",
                "range",
                json!({ "gte": "2026-03-05", "lte": 1_772_712_000_000_i64 }),
                true,
            ),
        ];
        for (field, operator, value, expected) in cases {
            let filter = json!({ "field": field, "operator": operator, "value": value });
            assert_eq!(holds(filter.clone()), expected, "{filter}");
        }
    }

    #[test]
    fn groups_nest() {
        let no = json!({ "field": "phone", "operator": "exists" });
        let yes = json!({ "field": "email", "operator": "exists" });
        assert!(holds(
            json!({ "group": "OR", "filters": [no, { "group": "AND", "filters": [yes, yes] }] })
        ));
        assert!(!holds(json!({ "group": "AND", "filters": [no, yes] })));
    }

    #[test]
    fn unknown_names_and_operators_are_refused() {
        for filter in [
            json!({ "field": "shoeSize", "operator": "eq", "value": 1 }),
            json!({ "field": "email", "operator": "like", "value": "x" }),
            json!({ "field": "dateAdded", "operator": "range", "value": { "from": 1 } }),
            json!({ "group": "XOR", "filters": [] }),
        ] {
            assert_eq!(Filter::all(&[filter], check_name).unwrap_err().status, 400);
        }
    }
}
