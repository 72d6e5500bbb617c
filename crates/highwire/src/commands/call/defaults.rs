//! The location and the company that a call speaks of where its flags name none.

use endpoint::catalogue::{Edition, Field, Schema, Shape};
use serde_json::{Map, Value};

use super::flags::kebab;

/// The flag that names a location, whatever the operation calls it.
pub(super) const LOCATION_FLAG: &str = "location-id";
const COMPANY_FLAG: &str = "company-id";

/// What HighLevel calls the owner of a record that a location or a company can have.
const OWNER: (&str, &str) = ("altId", "altType");

/// Who is meant where nothing else is said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Defaults<'a> {
    /// The location that a flag names: it goes wherever the operation takes one.
    pub(super) named: Option<&'a str>,
    pub(super) location: Option<&'a str>,
    pub(super) company: Option<&'a str>,
}

/// Whether the operation takes a location, in a parameter or in its body.
pub(super) fn takes_location(edition: Edition<'_>) -> bool {
    let parameter = edition.parameters().any(|it| is_location(it.name(), it.schema()));
    parameter || body(edition).any(|field| is_location(field.name(), field.schema()))
}

/// Fills in what is missing in the parameters and the body.
pub(super) fn fill(
    edition: Edition<'_>,
    parameters: &mut Map<String, Value>,
    content: &mut Option<Value>,
    defaults: Defaults<'_>,
) {
    let location = defaults.named.or(defaults.location);
    for parameter in edition.parameters() {
        let name = parameter.name();
        let wanted =
            parameter.is_required() || is_for_locations(edition) || defaults.named.is_some();
        if parameters.contains_key(name) || !wanted {
            continue;
        }
        let schema = parameter.schema();
        let id = id_for(name, schema, parameters, defaults.company, location);
        parameters.extend(id.map(|id| (name.to_owned(), Value::String(id.to_owned()))));
    }
    for field in body(edition).filter(|it| it.is_required() || defaults.named.is_some()) {
        let empty = Map::new();
        let given = match content {
            None => &empty,
            Some(Value::Object(fields)) => fields,
            Some(_) => return,
        };
        if given.contains_key(field.name()) {
            continue;
        }
        let id = id_for(field.name(), field.schema(), given, defaults.company, location);
        if let Some(id) = id.map(str::to_owned)
            && let Value::Object(fields) = content.get_or_insert_with(|| Value::Object(Map::new()))
        {
            fields.insert(field.name().to_owned(), Value::String(id));
        }
    }
}

/// What belongs under this name. An owner's type comes before its id is looked at, and the other
/// way round, so each looks whether the other was given as something else.
fn id_for<'a>(
    name: &str,
    schema: Schema<'_>,
    given: &Map<String, Value>,
    company: Option<&'a str>,
    location: Option<&'a str>,
) -> Option<&'a str> {
    let says_location = given.get(OWNER.1).is_none_or(|it| it == "location");
    if name == OWNER.0 && says_location {
        return location;
    }
    if name == OWNER.1 && takes(schema, "location") {
        return location.map(|_| "location");
    }
    match kebab(name).as_str() {
        LOCATION_FLAG if is_text(schema) => location,
        COMPANY_FLAG if is_text(schema) => company,
        _ => None,
    }
}

fn is_location(name: &str, schema: Schema<'_>) -> bool {
    is_text(schema) && (name == OWNER.0 || kebab(name) == LOCATION_FLAG)
}

fn is_text(schema: Schema<'_>) -> bool {
    matches!(schema.shape(), Shape::String { .. })
}

fn takes(schema: Schema<'_>, value: &str) -> bool {
    is_text(schema) && (schema.values().len() == 0 || schema.values().any(|it| it == value))
}

/// An agency's list is not narrowed to one location unless that is asked for.
fn is_for_locations(edition: Edition<'_>) -> bool {
    edition.access().any(|access| access.token_class().starts_with("location"))
}

fn body(edition: Edition<'_>) -> impl Iterator<Item = Field<'_>> {
    edition.body().into_iter().flat_map(|body| body.schema().fields())
}

#[cfg(test)]
mod tests {
    use endpoint::catalogue::{Generation, Operation};
    use highlevel::catalogue::{operation, operations};
    use serde_json::json;

    use super::*;

    const SETTINGS: Defaults<'_> =
        Defaults { named: None, location: Some("l1"), company: Some("co1") };

    fn filled(
        edition: Edition<'_>,
        given: Value,
        defaults: Defaults<'_>,
    ) -> (Value, Option<Value>) {
        let Value::Object(mut parameters) = given else { panic!("parameters are an object") };
        let mut body = None;
        fill(edition, &mut parameters, &mut body, defaults);
        (Value::Object(parameters), body)
    }

    fn v2(id: &str) -> Edition<'static> {
        operation(id).and_then(|it| it.edition(Generation::V2)).unwrap()
    }

    #[test]
    fn what_is_missing_is_filled_in_wherever_it_belongs() {
        let list = v2("invoices.list-invoices");
        let owner = json!({"altId": "l1", "altType": "location"});
        assert_eq!(filled(list, json!({}), SETTINGS), (owner, None));
        let create = v2("contacts.create-contact");
        assert_eq!(
            filled(create, json!({}), SETTINGS),
            (json!({}), Some(json!({"locationId": "l1"})))
        );
        assert_eq!(filled(create, json!({}), Defaults::default()), (json!({}), None));
    }

    #[test]
    fn what_is_given_is_never_changed() {
        let list = v2("invoices.list-invoices");
        let given = json!({"altId": "l9", "altType": "location"});
        assert_eq!(filled(list, given.clone(), SETTINGS).0, given);
        let named = Defaults { named: Some("l2"), ..SETTINGS };
        let create = v2("contacts.create-contact");
        assert_eq!(filled(create, json!({}), named).1, Some(json!({"locationId": "l2"})));
    }

    #[test]
    fn no_operation_of_the_catalogue_asks_for_a_location_that_is_set() {
        let editions = operations().flat_map(Operation::editions);
        for edition in editions {
            let (parameters, body) = filled(edition, json!({}), SETTINGS);
            let is_agencys = !is_for_locations(edition);
            for parameter in edition.parameters() {
                let is_location = kebab(parameter.name()) == LOCATION_FLAG;
                let is_there = parameters.get(parameter.name()).is_some();
                let place = format!("{} {}", edition.path(), parameter.name());
                assert!(is_there || !is_location || !parameter.is_required(), "{place}");
                let is_narrowed = is_agencys && is_there && !parameter.is_required();
                assert!(!is_narrowed, "{place}");
            }
            for field in edition.body().into_iter().flat_map(|body| body.schema().fields()) {
                let is_location = is_location(field.name(), field.schema());
                let is_there = body.as_ref().is_some_and(|body| body.get(field.name()).is_some());
                assert!(is_there || !(is_location && field.is_required()), "{}", edition.path());
            }
        }
    }
}
