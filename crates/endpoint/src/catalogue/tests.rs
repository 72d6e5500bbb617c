//! A small catalogue of its own: written, opened, damaged, searched and held against values.

use proptest::prelude::{any, prop_assert, proptest};
use serde_json::{Map, Value, json};

use super::*;
use crate::Method;

/// Builds a table text by text and schema by schema.
#[derive(Default)]
struct Maker {
    table: Table,
}

impl Maker {
    fn text(&mut self, text: &str) -> Text {
        let texts = &mut self.table.texts;
        let known = (0..texts.len() as u32).map(Text).find(|it| texts.get(*it) == text);
        known.unwrap_or_else(|| texts.push(text))
    }

    fn schema(&mut self, shape: ShapeRow) -> SchemaIndex {
        self.table.schemas.push(SchemaRow { shape, nullable: false, default: None });
        SchemaIndex(self.table.schemas.len() as u32 - 1)
    }

    fn string(&mut self, format: Option<&str>, values: &[&str]) -> SchemaIndex {
        let longest = if format.is_some() { None } else { Some(10) };
        let format = format.map(|format| self.text(format));
        let values = values.iter().map(|value| self.text(value)).collect();
        let (shortest, pattern) = (None, None);
        self.schema(ShapeRow::String(StringRow { format, values, shortest, longest, pattern }))
    }

    fn number(&mut self, whole: bool, maximum: Option<&str>) -> SchemaIndex {
        let maximum = maximum.map(|maximum| self.text(maximum));
        self.schema(ShapeRow::Number { whole, minimum: None, maximum, values: Vec::new() })
    }

    fn array(&mut self, items: SchemaIndex) -> SchemaIndex {
        let (shortest, longest, unique) = (None, Some(2), false);
        self.schema(ShapeRow::Array { items, shortest, longest, unique })
    }

    fn field(&mut self, name: &str, schema: SchemaIndex, required: bool) -> FieldRow {
        let (read_only, deprecated) = (false, false);
        FieldRow { name: self.text(name), schema, required, read_only, deprecated }
    }

    fn operation(&mut self, id: &str, edition: EditionRow) {
        let (id, title) = (self.text(id), self.text("A title"));
        let (kind, idempotency) = (Kind::Write, Idempotency::Repeats);
        let (v2, v3) = (Some(edition), None);
        let method = Method::Post;
        let row = OperationRow { id, title, method, kind, idempotency, v2, v3 };
        self.table.operations.push(row);
    }

    fn edition(&mut self, parameters: Vec<ParameterRow>, body: Option<SchemaIndex>) -> EditionRow {
        let content_types = vec![self.text("application/json")];
        let body = body.map(|schema| BodyRow { content_types, required: true, schema });
        let (style, place) = (PageStyle::None, Place::Query);
        let (size, largest, positions, rows) = (None, None, Vec::new(), None);
        EditionRow {
            path: self.text("/things/{id}"),
            version: None,
            access: Vec::new(),
            parameters,
            body,
            replies: vec![ReplyRow {
                status: 200,
                content_type: None,
                schema: Some(SchemaIndex(0)),
            }],
            envelope: None,
            pagination: PaginationRow { style, place, size, largest, positions, first: 0, rows },
            deprecated: false,
            added_in: None,
        }
    }

    fn parameter(&mut self, name: &str, place: Place, schema: SchemaIndex) -> ParameterRow {
        let (name, required, joined) = (self.text(name), place == Place::Path, false);
        ParameterRow { name, place, required, joined, schema }
    }
}

/// `things.change` takes a thing: a name, a color, parts that are things, labels, and either a
/// number or a list of texts.
fn table() -> Table {
    let mut make = Maker::default();
    let thing = make.schema(ShapeRow::Any);
    let name = make.string(None, &[]);
    let color = make.string(None, &["red", "green"]);
    let when = make.string(Some("date-time"), &[]);
    let parts = make.array(thing);
    let labels = make.schema(ShapeRow::Object { fields: Vec::new(), rest: Rest::Of(name) });
    let number = make.number(false, None);
    let names = make.array(name);
    let either = make.schema(ShapeRow::Choice(vec![number, names]));
    let fields = vec![
        make.field("name", name, true),
        make.field("color", color, false),
        make.field("when", when, false),
        make.field("parts", parts, false),
        make.field("labels", labels, false),
        make.field("either", either, false),
    ];
    make.table.schemas[0].shape = ShapeRow::Object { fields, rest: Rest::Unsaid };
    let limit = make.number(true, Some("50"));
    let yes = make.schema(ShapeRow::Boolean);
    let parameters = vec![
        make.parameter("id", Place::Path, name),
        make.parameter("limit", Place::Query, limit),
        make.parameter("deep", Place::Query, yes),
        make.parameter("colors", Place::Query, names),
    ];
    let edition = make.edition(parameters, Some(thing));
    make.operation("things.change", edition);
    let edition = make.edition(Vec::new(), None);
    make.operation("things.list", edition);
    let names = (make.text("colour"), make.text("color"));
    make.table.wire_names.push(names);
    make.table
}

fn catalogue() -> Catalogue {
    Catalogue::open(&table().to_bytes()).unwrap()
}

/// The problems of a call of `things.change` with an id, as text.
fn problems(parameters: Value, body: &Value) -> Vec<String> {
    let catalogue = catalogue();
    let operation = catalogue.operation("things.change").unwrap();
    let Value::Object(mut parameters) = parameters else { panic!("parameters are an object") };
    parameters.insert("id".to_owned(), json!("7"));
    let found = validate(operation, Generation::V2, &parameters, Some(body));
    found.iter().map(ToString::to_string).collect()
}

fn body_problems(body: &Value) -> Vec<String> {
    problems(json!({}), body)
}

#[test]
fn what_is_written_is_what_is_read() {
    let table = table();
    assert_eq!(Table::from_bytes(&table.to_bytes()).unwrap(), table);
    assert_eq!(table.to_bytes(), table.to_bytes());
}

#[test]
fn a_damaged_catalogue_does_not_open() {
    let whole = table().to_bytes();
    assert!(Catalogue::open(&[]).is_err());
    assert!(Catalogue::open(b"HWC0rest").is_err());
    for length in 0..whole.len() {
        assert!(Catalogue::open(&whole[..length]).is_err(), "{length} bytes opened");
    }
}

#[test]
fn an_inconsistent_table_does_not_open() {
    let refused = |change: fn(&mut Table)| {
        let mut table = table();
        change(&mut table);
        Catalogue::open(&table.to_bytes()).unwrap_err().to_string()
    };
    let nothing = "an index points at nothing";
    assert!(refused(|table| table.operations[0].title = Text(900)).contains(nothing));
    assert!(refused(|table| table.schemas[0].default = Some(Text(900))).contains(nothing));
    assert!(
        refused(|table| table.schemas[8].shape = ShapeRow::Choice(Vec::new())).contains(nothing)
    );
    assert!(refused(|table| table.operations.reverse()).contains("not sorted"));
    let refusal = refused(|table| {
        table.schemas[1].shape = ShapeRow::Array {
            items: SchemaIndex(99),
            shortest: None,
            longest: None,
            unique: false,
        };
    });
    assert!(refusal.contains(nothing));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut packed = b"HWC1".to_vec();
        packed.extend(miniz_oxide::deflate::compress_to_vec_zlib(&bytes, 1));
        prop_assert!(Catalogue::open(&packed).is_err() || bytes.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn operations_are_found_by_id_and_by_likeness() {
    let catalogue = catalogue();
    assert_eq!(catalogue.operation("things.list").unwrap().product(), "things");
    assert!(catalogue.operation("things").is_none());
    assert_eq!(catalogue.nearest("thing.lst").unwrap().id(), "things.list");
    assert_eq!(catalogue.nearest("change").unwrap().id(), "things.change");
    assert!(catalogue.nearest("payments.refund-everything").is_none());
    assert_eq!(catalogue.wire_names().collect::<Vec<_>>(), [("colour", "color")]);
}

#[test]
fn a_good_call_has_no_problems() {
    let body = json!({"name": "a", "color": "red", "when": "2026-01-05T10:00:00-05:00",
        "parts": [{"name": "b"}], "labels": {"any": "text"}, "either": ["x"]});
    assert_eq!(body_problems(&body), Vec::<String>::new());
    let given = json!({"limit": "50", "deep": "true", "colors": "red"});
    assert_eq!(problems(given, &json!({"name": "a"})), Vec::<String>::new());
    let given = json!({"limit": 50, "deep": true, "colors": ["red", "green"]});
    assert_eq!(problems(given, &json!({"name": "a"})), Vec::<String>::new());
}

#[test]
fn each_fault_is_told_with_its_place_and_what_to_do() {
    for (body, expected) in [
        (json!({}), "body.name is required: add it"),
        (json!({"name": 7}), "body.name is a number: give string"),
        (json!({"name": null}), "body.name is null: give string"),
        (json!({"name": "a", "colr": "red"}), "body.colr is not known: did you mean `color`?"),
        (json!({"name": "a", "zzz": 1}), "body.zzz is not known: leave it out"),
        (
            json!({"name": "a", "color": "gren"}),
            "body.color cannot be `gren`: did you mean `green`?",
        ),
        (json!({"name": "a", "color": "x"}), "body.color cannot be `x`: give one of red, green"),
        (json!({"name": "a", "when": "today"}), "body.when is no date-time: correct it"),
        (json!({"name": "much too long"}), "body.name is out of range: give at most 10 characters"),
        (json!({"name": "a", "parts": {}}), "body.parts is an object: give array of object"),
        (
            json!({"name": "a", "parts": [{"name": "b"}, {}]}),
            "body.parts[1].name is required: add it",
        ),
        (json!({"name": "a", "labels": {"b": 1}}), "body.labels.b is a number: give string"),
        (json!([]), "body is an array: give object"),
    ] {
        assert_eq!(body_problems(&body), [expected], "{body}");
    }
    let three = json!({"name": "a", "parts": [{"name": "b"}, {"name": "c"}, {"name": "d"}]});
    assert_eq!(body_problems(&three), ["body.parts is out of range: give at most 2 items"]);
}

#[test]
fn of_a_choice_the_nearest_alternative_is_told() {
    let body = json!({"name": "a", "either": ["x", 1]});
    assert_eq!(body_problems(&body), ["body.either[1] is a number: give string"]);
    let body = json!({"name": "a", "either": 1.5});
    assert_eq!(body_problems(&body), Vec::<String>::new());
    // A number in a text is a number in a query only.
    assert_eq!(body_problems(&json!({"name": "a", "either": "1"})).len(), 1);
}

#[test]
fn parameters_are_texts_and_still_have_types() {
    let body = json!({"name": "a"});
    for (given, expected) in [
        (json!({"limit": "many"}), "query.limit is a string: give integer"),
        (json!({"limit": "1.5"}), "query.limit is a string: give integer"),
        (json!({"limit": 51}), "query.limit is out of range: give at most 50"),
        (json!({"deep": "yes"}), "query.deep is a string: give boolean"),
        (json!({"limt": 5}), "parameters.limt is not known: did you mean `limit`?"),
    ] {
        assert_eq!(problems(given, &body), [expected]);
    }
    let catalogue = catalogue();
    let operation = catalogue.operation("things.change").unwrap();
    let found = validate(operation, Generation::V2, &Map::new(), None);
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["path.id is required: add it", "body is required: add it"]);
}

#[test]
fn a_generation_without_the_operation_and_a_body_too_many_are_told() {
    let catalogue = catalogue();
    let operation = catalogue.operation("things.list").unwrap();
    let found = validate(operation, Generation::V3, &Map::new(), None);
    assert_eq!(found[0].to_string(), "v3 lacks this operation: call another generation");
    let found = validate(operation, Generation::V2, &Map::new(), Some(&json!({})));
    assert_eq!(found[0].to_string(), "body is not taken: leave it out");
}

#[test]
fn replies_may_have_more_and_not_less() {
    let catalogue = catalogue();
    let operation = catalogue.operation("things.list").unwrap();
    let check = |body: Value| validate_reply(operation, Generation::V2, 200, &body);
    assert_eq!(check(json!({"name": "a", "brandNew": 1, "parts": [{"name": "b", "more": 2}]})), []);
    assert_eq!(check(json!({"brandNew": 1}))[0].place, "reply.name");
    assert_eq!(validate_reply(operation, Generation::V2, 404, &json!(7)), []);
}

#[test]
fn deep_values_end_the_walk() {
    let mut body = json!({"name": "a"});
    body["color"] = json!("none");
    for _ in 0..200 {
        body = json!({"name": "a", "parts": [body]});
    }
    assert_eq!(body_problems(&body), Vec::<String>::new(), "what is deeper is not looked at");
}

#[test]
fn generations_have_names() {
    for generation in Generation::ALL {
        assert_eq!(generation.as_str().parse::<Generation>().unwrap(), generation);
    }
    assert!("v4".parse::<Generation>().is_err_and(|error| error.to_string().contains("`v2`")));
}
