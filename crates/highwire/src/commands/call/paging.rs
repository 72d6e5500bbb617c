//! Where a list begins and how large its pages are, where `--paginate` leaves that open.

use endpoint::catalogue::{Edition, Field, PageStyle, Parameter, Place, Schema, Shape};
use serde_json::{Map, Value};

/// Rows on a page where the operation asks for their number and names no limit.
const USUAL: u32 = 20;

/// Fills in the size of a page and the first position: the largest page where that is known, since
/// each page is a call, and otherwise only what is required.
pub(super) fn fill(
    edition: Edition<'_>,
    parameters: &mut Map<String, Value>,
    body: &mut Option<Value>,
    rows: Option<usize>,
) {
    let list = edition.pagination();
    let largest = list.largest();
    let wanted = rows.and_then(|rows| u32::try_from(rows).ok()).unwrap_or(u32::MAX).max(1);
    let size = largest.unwrap_or(USUAL).min(wanted);
    let first = match list.style() {
        PageStyle::SkipLimit | PageStyle::OffsetLimit => Some(0),
        PageStyle::Page => Some(list.first()),
        _ => None,
    };
    let sizes = list.size().map(|name| (name, size, largest.is_some()));
    let positions = list.positions().filter_map(|name| Some((name, first?, false)));
    for (name, number, is_good_anyway) in sizes.into_iter().chain(positions) {
        let Some((schema, is_required)) = declared(edition, list.place(), name) else { continue };
        if !is_required && !is_good_anyway {
            continue;
        }
        let values = match list.place() {
            Place::Body => body.get_or_insert_with(|| Value::Object(Map::new())).as_object_mut(),
            Place::Path | Place::Query | Place::Header => Some(&mut *parameters),
        };
        if let Some(values) = values {
            values.entry(name).or_insert_with(|| in_shape(schema, number));
        }
    }
}

fn declared<'a>(edition: Edition<'a>, place: Place, name: &str) -> Option<(Schema<'a>, bool)> {
    let field = |field: Field<'a>| (field.schema(), field.is_required());
    let parameter = |parameter: Parameter<'a>| (parameter.schema(), parameter.is_required());
    match place {
        Place::Body => edition.body()?.schema().field(name).map(field),
        Place::Path | Place::Query | Place::Header => edition.parameter(name).map(parameter),
    }
}

fn in_shape(schema: Schema<'_>, number: u32) -> Value {
    match schema.shape() {
        Shape::String { .. } => Value::String(number.to_string()),
        _ => Value::from(number),
    }
}

#[cfg(test)]
mod tests {
    use endpoint::catalogue::{Generation, Kind};
    use highlevel::catalogue::{operation, operations};
    use serde_json::json;

    use super::*;

    fn filled(id: &str, rows: Option<usize>) -> (Value, Option<Value>) {
        let edition = operation(id).unwrap().edition(Generation::V2).unwrap();
        let (mut parameters, mut body) = (Map::new(), None);
        fill(edition, &mut parameters, &mut body, rows);
        (Value::Object(parameters), body)
    }

    #[test]
    fn what_a_list_requires_is_filled_in() {
        let (invoices, body) = filled("invoices.list-invoices", Some(7));
        assert_eq!(
            (&invoices["offset"], &invoices["limit"], body),
            (&json!("0"), &json!("7"), None)
        );
        let (_, body) = filled("contacts.search-contacts-advanced", Some(3));
        assert_eq!(body.unwrap()["pageLimit"], 3);
    }

    #[test]
    fn a_list_never_asks_for_paging_flags() {
        for operation in operations().filter(|it| it.kind() == Kind::Read) {
            for edition in operation.editions() {
                let (mut parameters, mut body) = (Map::new(), None);
                fill(edition, &mut parameters, &mut body, None);
                let list = edition.pagination();
                let numbered =
                    matches!(list.style(), PageStyle::SkipLimit | PageStyle::OffsetLimit);
                let names = list.size().into_iter().chain(list.positions().filter(|_| numbered));
                for name in names {
                    let declared = declared(edition, list.place(), name);
                    let is_required = declared.is_some_and(|(_, is_required)| is_required);
                    let is_there = parameters.contains_key(name)
                        || body.as_ref().is_some_and(|body| body.get(name).is_some());
                    assert!(is_there || !is_required, "{} {name}", operation.id());
                }
            }
        }
    }
}
