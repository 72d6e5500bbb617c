//! What a body may hold: unknown fields, missing ones and wrong types are refused as HighLevel's validation refuses them.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// One field of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Email,
    Boolean,
    Number,
    /// A moment in ISO 8601.
    Moment,
    Texts,
    Object,
    Objects,
    OneOf(&'static [&'static str]),
    Any,
}

pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

pub(crate) const fn text(name: &'static str) -> Field {
    optional(name, Kind::Text)
}

/// Refuses what does not fit; null is as absent.
///
/// # Errors
/// 422 with a sentence per complaint.
pub(crate) fn check(body: &Map<String, Value>, shape: &[Field]) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    for key in body.keys() {
        if !shape.iter().any(|field| field.name == key) {
            complaints.push(format!("property {key} should not exist"));
        }
    }
    for field in shape {
        match body.get(field.name).filter(|value| !value.is_null()) {
            Some(value) => field.check(value, &mut complaints),
            None if field.required => field.miss(&mut complaints),
            None => {}
        }
    }
    match complaints.is_empty() {
        true => Ok(()),
        false => Err(Refusal::unprocessable(complaints)),
    }
}

impl Field {
    fn miss(&self, complaints: &mut Vec<String>) {
        complaints.push(format!("{} should not be empty", self.name));
        complaints.extend(self.complaint());
    }

    fn check(&self, value: &Value, complaints: &mut Vec<String>) {
        if self.required && value.as_str() == Some("") {
            complaints.push(format!("{} should not be empty", self.name));
        }
        if !self.kind.fits(value) {
            complaints.extend(self.complaint());
        }
    }

    fn complaint(&self) -> Option<String> {
        let name = self.name;
        let complaint = match self.kind {
            Kind::Text => format!("{name} must be a string"),
            Kind::Email => format!("{name} must be an email"),
            Kind::Boolean => format!("{name} must be a boolean value"),
            Kind::Number => {
                format!("{name} must be a number conforming to the specified constraints")
            }
            Kind::Moment => format!("{name} must be a valid ISO 8601 date string"),
            Kind::Texts => format!("each value in {name} must be a string"),
            Kind::Object => format!("{name} must be an object"),
            Kind::Objects => format!("{name} must be an array"),
            Kind::OneOf(values) => {
                format!("{name} must be one of the following values: {}", values.join(", "))
            }
            Kind::Any => return None,
        };
        Some(complaint)
    }
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Email => value.as_str().is_some_and(|text| text.is_empty() || is_email(text)),
            Self::Boolean => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Moment => value.as_str().is_some_and(is_moment),
            Self::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Object => value.is_object(),
            Self::Objects => {
                value.as_array().is_some_and(|items| items.iter().all(Value::is_object))
            }
            Self::OneOf(values) => value.as_str().is_some_and(|text| values.contains(&text)),
            Self::Any => true,
        }
    }
}

/// One `@` between a name and a host with a dot.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    let dotted = host
        .split_once('.')
        .is_some_and(|(first, rest)| !first.is_empty() && !rest.is_empty() && !rest.ends_with('.'));
    !name.is_empty() && dotted && !host.contains('@') && !text.contains(char::is_whitespace)
}

fn is_moment(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SHAPE: &[Field] = &[
        required("name", Kind::Text),
        optional("email", Kind::Email),
        optional("tags", Kind::Texts),
        optional("status", Kind::OneOf(&["open", "won"])),
        optional("dueDate", Kind::Moment),
    ];

    fn complaints(body: Value) -> Value {
        let body = body.as_object().unwrap();
        check(body, SHAPE)
            .map_or_else(|refusal| refusal.into_body()["message"].clone(), |()| json!([]))
    }

    #[test]
    fn what_fits_passes_and_null_is_as_absent() {
        let body = json!({ "name": "x", "email": null, "tags": ["a"], "status": "won" });
        assert_eq!(complaints(body), json!([]));
    }

    #[test]
    fn unknown_fields_come_first_then_every_other_complaint() {
        let body = json!({ "nmae": "x", "email": "a@b", "tags": "a", "status": "lost" });
        let expected = json!([
            "property nmae should not exist",
            "name should not be empty",
            "name must be a string",
            "email must be an email",
            "each value in tags must be a string",
            "status must be one of the following values: open, won",
        ]);
        assert_eq!(complaints(body), expected);
    }

    #[test]
    fn addresses_and_moments_are_looked_at() {
        for good in ["a@b.example", "a.b+c@d.e.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b.example", "a@.example", "a@b.", "a b@c.example", "a@b@c.d"] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_moment("2026-03-05T12:00:00+05:30") && is_moment("2026-03-05"));
        assert!(!is_moment("tomorrow"));
    }
}
