//! Tests: each keyword asks what the standard says, and nothing of the content is told.

use serde_json::json;

use super::{super::reader::read, *};

fn told(schema: &Value, value: &Value) -> Vec<String> {
    let schema = read(&schema.to_string()).unwrap();
    schema.check(value).iter().map(ToString::to_string).collect()
}

fn accepts(schema: &Value, value: &Value) -> bool {
    told(schema, value).is_empty()
}

#[test]
fn types_are_those_of_json() {
    let values = [json!(null), json!(true), json!(7), json!(7.5), json!("a"), json!([]), json!({})];
    let good_of = |schema: &Value| {
        let good = |value: &&Value| accepts(schema, value);
        values.iter().filter(good).map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    for (types, good) in [
        (json!("null"), "null"),
        (json!("boolean"), "true"),
        (json!("integer"), "7"),
        (json!("number"), "7 7.5"),
        (json!("string"), "\"a\""),
        (json!("array"), "[]"),
        (json!("object"), "{}"),
        (json!(["string", "null"]), "null \"a\""),
    ] {
        assert_eq!(good_of(&json!({ "type": types })), good, "{types}");
    }
    assert!(accepts(&json!({"type": "integer"}), &json!(1.0)));
    assert_eq!(good_of(&json!({})), "null true 7 7.5 \"a\" [] {}");
}

#[test]
fn a_keyword_speaks_of_its_own_type_only() {
    let schema = json!({"minLength": 2, "format": "date", "items": {"type": "null"},
        "properties": {"a": {"type": "null"}}, "required": ["b"]});
    assert!(accepts(&schema, &json!(7)));
    assert_eq!(told(&schema, &json!("x")).len(), 1);
    assert_eq!(told(&schema, &json!([null, 1])), ["/1: expected null, found a number"]);
    assert_eq!(
        told(&schema, &json!({"a": 1})),
        ["/b: expected any value, found nothing", "/a: expected null, found a number"]
    );
}

#[test]
fn texts_have_lengths_forms_and_values() {
    let named = json!({"type": "string", "minLength": 1});
    assert!(accepts(&named, &json!("é")));
    let empty = told(&named, &json!(""));
    assert_eq!(empty, ["the body: expected a text that is not empty, found a shorter text"]);
    let listed = json!({"enum": ["in", "out"]});
    assert!(accepts(&listed, &json!("out")));
    assert_eq!(
        told(&listed, &json!("up")),
        ["the body: expected `in` or `out`, found another text"]
    );
    assert!(!accepts(&listed, &json!(null)));
}

#[test]
fn moments_and_days_are_those_of_rfc_3339() {
    let is = |format: &str, text: &str| accepts(&json!({"format": format}), &json!(text));
    for good in [
        "2026-03-12T10:00:00-04:00",
        "2026-03-12T10:00:00.123456Z",
        "2026-03-12t10:00:00z",
        "2024-02-29T23:59:59+00:00",
    ] {
        assert!(is("date-time", good), "{good}");
    }
    for bad in [
        "",
        "2026-03-12",
        "2026-03-12T10:00:00",
        "2026-03-12T10:00Z",
        "2026-03-12 10:00:00Z",
        "2026-03-12T10:00:00.Z",
        "2026-03-12T10:00:00,5Z",
        "2026-02-29T10:00:00Z",
        "2026-03-12T25:00:00Z",
        "2026-03-12T10:00:00+0400",
        "2026-03-12T10:00:00Zé",
        "2026-03-12T10:00:00[UTC]",
        "Thu, 12 Mar 2026 10:00:00 GMT",
    ] {
        assert!(!is("date-time", bad), "{bad}");
    }
    assert!(is("date", "2026-03-12"));
    for bad in ["2026-3-12", "20260312", "2026-13-01", "2026-03-12T10:00:00Z"] {
        assert!(!is("date", bad), "{bad}");
    }
}

#[test]
fn one_alternative_is_enough() {
    let either = json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
    assert!(accepts(&either, &json!({"b": null})));
    assert_eq!(
        told(&either, &json!({"c": 1})),
        ["the body: expected the field `a` or the field `b`, found none of them"]
    );
    let moment = json!({"$ref": "#/$defs/moment", "$defs": {"moment":
        {"anyOf": [{"type": "null"}, {"type": "string", "format": "date"}]}}});
    assert!(accepts(&moment, &json!(null)));
    assert_eq!(
        told(&moment, &json!("soon")),
        ["the body: expected null or a day such as 2026-03-02, found another text"]
    );
}

#[test]
fn pointers_lead_there_and_back() {
    let schema = json!({"properties": {"a/b": {"items": {"properties": {"~": {"type": "null"}}}},
        "z": {"type": "null"}}});
    let value = json!({"a/b": [{}, {"~": 1}], "z": 2});
    assert_eq!(
        told(&schema, &value),
        ["/a~1b/1/~0: expected null, found a number", "/z: expected null, found a number"]
    );
    let pointer = &read(&schema.to_string()).unwrap().check(&value)[0].pointer;
    assert_eq!(value.pointer(pointer), Some(&json!(1)));
}

#[test]
fn a_body_full_of_mistakes_is_told_in_part() {
    let schema = json!({"items": {"type": "null"}});
    let told = told(&schema, &json!(vec![1; 100_000]));
    assert_eq!(told.len(), Mismatch::MOST);
}

#[test]
fn what_cannot_be_read_is_refused() {
    for (schema, problem) in [
        (json!({"type": "text"}), "there is no type `text`"),
        (json!({"pattern": "^a"}), "nothing here reads `pattern`"),
        (json!({"additionalProperties": false}), "nothing here reads `additionalProperties`"),
        (json!({"format": "email"}), "nothing here checks the format `email`"),
        (json!({"$ref": "#/$defs/a"}), "`#/$defs/a` is not defined"),
        (json!({"$ref": "other.json"}), "`other.json` is not defined"),
        (
            json!({"$ref": "#/$defs/a", "type": "null", "$defs": {"a": {}}}),
            "a schema asks for something beside its `$ref`",
        ),
        (
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}),
            "schemas lie deeper in each other than is read",
        ),
        (json!({"properties": {"a": {"items": 7}}}), "a: a schema is no object"),
        (json!({"minLength": -1}), "`minLength` is no count"),
        (json!({"required": "a"}), "a list is none"),
    ] {
        assert_eq!(read(&schema.to_string()).unwrap_err(), problem);
    }
    assert!(read("{").is_err());
}
