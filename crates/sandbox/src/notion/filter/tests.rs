//! Filters against rows, one case per operator.

use std::collections::BTreeMap;

use super::super::{ids::Ids, page::Parent};
use super::*;

const ADA: &str = "12345678-1234-4123-8123-123456789abc";

fn schema() -> Schema {
    let properties = json!({
        "Name": { "title": {} }, "Key": { "rich_text": {} }, "Mail": { "email": {} },
        "Fee": { "number": {} }, "No": { "unique_id": {} }, "Done": { "checkbox": {} },
        "Stage": { "select": { "options": [{ "name": "Lead" }, { "name": "Won" }] } },
        "Pipe": { "status": { "options": [{ "name": "New" }] } },
        "Tags": { "multi_select": { "options": [{ "name": "a" }, { "name": "b" }] } },
        "Due": { "date": {} }, "Who": { "people": {} }, "Peers": { "relation": { "data_source_id": ADA } },
        "Files": { "files": {} }, "Made": { "created_time": {} }, "By": { "created_by": {} },
    });
    Schema::create(&Field::body(&properties), &mut Ids::new(1)).unwrap()
}

/// A row with something in every property.
fn full(schema: &Schema) -> Page {
    let id = |name: &str| schema.find(name).unwrap().id.clone();
    let choice = |name: &str, at: usize| schema.find(name).unwrap().choices[at].id.clone();
    let values = [
        ("Name", json!([{ "plain_text": "Ada " }, { "plain_text": "Lovelace" }])),
        ("Key", json!([{ "plain_text": "aB3" }])),
        ("Mail", json!("ada@example.com")),
        ("Fee", json!(10)),
        ("Done", json!(true)),
        ("Stage", json!([choice("Stage", 0)])),
        ("Pipe", json!([choice("Pipe", 0)])),
        ("Tags", json!([choice("Tags", 0), choice("Tags", 1)])),
        ("Due", json!({ "start": "2026-03-04T10:00:00.000+00:00", "end": null })),
        ("Who", json!([ADA])),
        ("Peers", json!([ADA])),
        ("Files", json!([{ "name": "x" }])),
    ];
    let values = values.map(|(name, value)| (id(name), value));
    Page { values: BTreeMap::from(values), ..empty() }
}

fn empty() -> Page {
    let mut ids = Ids::new(5);
    let at: Timestamp = "2026-03-05T12:00:30Z".parse().unwrap();
    Page {
        id: ids.uuid(),
        parent: Parent::Workspace,
        created: at,
        edited: at,
        author: Uuid::parse(ADA).unwrap(),
        editor: Uuid::parse(ADA).unwrap(),
        in_trash: false,
        is_archived: false,
        is_locked: false,
        icon: Value::Null,
        cover: Value::Null,
        values: BTreeMap::new(),
        number: 7,
    }
}

fn parsed(filter: &Value) -> Result<Filter, String> {
    let setting = Setting {
        schema: &schema(),
        me: Uuid::parse(ADA).unwrap(),
        now: "2026-03-05T12:00:00Z".parse().unwrap(),
    };
    Filter::parse(&Field::body(filter), &setting).map_err(|refusal| refusal.message)
}

/// Whether a filter on one property wants the full row, and the empty one.
fn wanted(name: &str, kind: &str, condition: Value) -> (bool, bool) {
    let filter = parsed(&json!({ "property": name, kind: condition })).unwrap();
    (filter.wants(&full(&schema())), filter.wants(&empty()))
}

#[test]
fn text_operators() {
    for (condition, expected) in [
        (json!({ "equals": "ada lovelace" }), (true, false)),
        (json!({ "equals": "Ada" }), (false, false)),
        (json!({ "does_not_equal": "Ada Lovelace" }), (false, true)),
        (json!({ "contains": "a L" }), (true, false)),
        (json!({ "does_not_contain": "love" }), (false, true)),
        (json!({ "starts_with": "ada" }), (true, false)),
        (json!({ "ends_with": "Ada" }), (false, false)),
        (json!({ "is_empty": true }), (false, true)),
        (json!({ "is_not_empty": true }), (true, false)),
    ] {
        assert_eq!(wanted("Name", "title", condition.clone()), expected, "{condition}");
    }
    assert_eq!(wanted("Key", "rich_text", json!({ "equals": "aB3" })), (true, false));
    assert_eq!(wanted("Mail", "email", json!({ "ends_with": "@example.com" })), (true, false));
}

#[test]
fn number_operators() {
    for (condition, expected) in [
        (json!({ "equals": 10.0 }), (true, false)),
        (json!({ "does_not_equal": 10 }), (false, true)),
        (json!({ "greater_than": 10 }), (false, false)),
        (json!({ "greater_than_or_equal_to": 10 }), (true, false)),
        (json!({ "less_than": 11 }), (true, false)),
        (json!({ "less_than_or_equal_to": 9 }), (false, false)),
        (json!({ "is_empty": true }), (false, true)),
    ] {
        assert_eq!(wanted("Fee", "number", condition.clone()), expected, "{condition}");
    }
    assert_eq!(wanted("No", "unique_id", json!({ "equals": 7 })), (true, true));
}

#[test]
fn the_other_operators() {
    for (name, kind, condition, expected) in [
        ("Done", "checkbox", json!({ "equals": true }), (true, false)),
        ("Done", "checkbox", json!({ "does_not_equal": true }), (false, true)),
        ("Stage", "select", json!({ "equals": "Lead" }), (true, false)),
        ("Stage", "select", json!({ "equals": ["Won", "Lead"] }), (true, false)),
        ("Stage", "select", json!({ "does_not_equal": "Lead" }), (false, true)),
        ("Stage", "select", json!({ "equals": "Nobody" }), (false, false)),
        ("Pipe", "status", json!({ "equals": "New" }), (true, false)),
        ("Tags", "multi_select", json!({ "contains": "b" }), (true, false)),
        ("Tags", "multi_select", json!({ "does_not_contain": "b" }), (false, true)),
        ("Due", "date", json!({ "on_or_after": "2026-03-04" }), (true, false)),
        ("Due", "date", json!({ "past_week": {} }), (true, false)),
        ("Due", "date", json!({ "is_empty": true }), (false, true)),
        ("Who", "people", json!({ "contains": "me" }), (true, false)),
        ("By", "created_by", json!({ "does_not_contain": ADA }), (false, false)),
        ("Peers", "relation", json!({ "contains": ADA }), (true, false)),
        ("Files", "files", json!({ "is_not_empty": true }), (true, false)),
        ("Made", "created_time", json!({ "equals": "2026-03-05T12:00:00Z" }), (true, true)),
    ] {
        assert_eq!(wanted(name, kind, condition.clone()), expected, "{name} {condition}");
    }
}

#[test]
fn timestamps_and_groups() {
    let edited = |on: &str| json!({ "timestamp": "last_edited_time", "last_edited_time": { "on_or_after": on } });
    let lead = json!({ "property": "Stage", "select": { "equals": "Lead" } });
    let row = full(&schema());
    for (filter, expected) in [
        (edited("2026-03-05T12:00:00Z"), true),
        (edited("2026-03-05T12:01:00Z"), false),
        (json!({ "and": [lead, edited("2026-03-05T12:01:00Z")] }), false),
        (json!({ "or": [lead, edited("2026-03-05T12:01:00Z")] }), true),
        (json!({ "and": [lead, { "or": [edited("today"), lead] }] }), true),
        (json!({ "and": [] }), true),
    ] {
        assert_eq!(parsed(&filter).unwrap().wants(&row), expected, "{filter}");
    }
}

#[test]
fn a_property_is_found_by_id_too() {
    let id = super::super::ids::percent_encoded(&schema().find("Key").unwrap().id);
    let filter = parsed(&json!({ "property": id, "rich_text": { "equals": "aB3" } })).unwrap();
    assert!(filter.wants(&full(&schema())));
}

#[test]
fn wrong_filters_are_refused() {
    let key = json!({ "property": "Key", "rich_text": { "equals": "x" } });
    for (filter, expected) in [
        (
            json!({ "property": "Nobody", "rich_text": { "equals": "x" } }),
            "Could not find property with name or id: Nobody",
        ),
        (
            json!({ "property": "Stage", "status": { "equals": "x" } }),
            "database property select does not match filter status",
        ),
        (json!({ "property": "Key" }), "body.rich_text should be defined"),
        (json!({ "property": "Key", "text": {} }), "body.text should be not present"),
        (json!({ "property": "Key", "rich_text": {} }), "body.rich_text.equals should be defined"),
        (
            json!({ "property": "Key", "rich_text": { "equals": 7 } }),
            "body.rich_text.equals should be a string",
        ),
        (
            json!({ "property": "Key", "rich_text": { "is_empty": false } }),
            "body.rich_text.is_empty should be `true`",
        ),
        (
            json!({ "property": "Key", "rich_text": { "equals": "x", "contains": "y" } }),
            "should be not present",
        ),
        (
            json!({ "property": "Fee", "number": { "contains": 1 } }),
            "body.number.contains should be not present",
        ),
        (
            json!({ "property": "Done", "checkbox": { "is_empty": true } }),
            "body.checkbox.is_empty should be not present",
        ),
        (
            json!({ "property": "Due", "date": { "equals": "soon" } }),
            "body.date.equals should be a valid ISO 8601",
        ),
        (json!({ "timestamp": "created", "created": {} }), "body.timestamp should be"),
        (
            json!({ "or": vec![key.clone(); 101] }),
            "body.or.length should be ≤ `100`, instead was `101`.",
        ),
        (
            json!({ "and": [{ "or": [{ "and": [key] }] }] }),
            "body.and[0].or[0].and should be not present",
        ),
    ] {
        let message = parsed(&filter).unwrap_err();
        assert!(message.contains(expected), "{message}\nis not\n{expected}");
    }
}
