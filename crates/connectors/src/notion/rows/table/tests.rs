//! Columns are found by id, then by name; what differs is told and what can be written is.

use serde_json::json;

use super::*;

fn want(holds: Holds, name: &str, kind: &str) -> WantedColumn {
    WantedColumn {
        holds,
        name: name.to_owned(),
        id: None,
        kind: kind.to_owned(),
        options: Vec::new(),
    }
}

fn field(field: &str, name: &str, kind: &str) -> WantedColumn {
    want(Holds::Column(field.to_owned()), name, kind)
}

fn source(columns: &Value) -> DataSource {
    let config = |(name, column): (&String, &Value)| {
        let kind = column["type"].as_str().unwrap();
        let options: Vec<Value> = column["options"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|name| json!({ "id": name, "name": name }))
            .collect();
        let config =
            json!({ "id": column["id"], "name": name, "type": kind, kind: { "options": options } });
        (name.clone(), config)
    };
    let properties: serde_json::Map<String, Value> =
        columns.as_object().unwrap().iter().map(config).collect();
    serde_json::from_value(json!({ "id": "d", "properties": properties })).unwrap()
}

fn said(table: &Table) -> Vec<String> {
    table.drift.iter().map(ToString::to_string).collect()
}

#[test]
fn a_renamed_column_is_found_by_its_id_and_told() {
    let wanted = [
        want(Holds::Key, "HighLevel ID", "rich_text"),
        field("name", "Name", "title"),
        field("email", "Email", "email"),
    ];
    let before = source(&json!({
        "HighLevel ID": { "id": "k", "type": "rich_text" },
        "Contact": { "id": "title", "type": "title" },
        "Email": { "id": "e", "type": "email" },
    }));
    let known = Table::of(&before, &wanted, None);
    assert_eq!((said(&known), known.columns.len()), (vec![], 3));

    let after = source(&json!({
        "HighLevel ID": { "id": "k", "type": "rich_text" },
        "Contact": { "id": "title", "type": "title" },
        "Mail": { "id": "e", "type": "email" },
    }));
    let table = Table::of(&after, &wanted, Some(&known));
    assert_eq!(said(&table), ["`Email` is called `Mail` now"]);
    let written = table.write(&[("email".to_owned(), json!("a@example.com"))].into());
    assert!(written.properties.contains_key(&PropertyId::new("e")));
    // Without its id it is not there.
    let stranger = Table::of(&after, &wanted, None);
    assert_eq!(said(&stranger), ["`Email` is not there; rows do without"]);
    let by_file = WantedColumn { id: Some(PropertyId::new("e")), ..wanted[2].clone() };
    assert_eq!(Table::of(&after, &[by_file], None).columns.len(), 1);
}

#[test]
fn a_column_of_another_type_gets_what_it_takes() {
    let wanted = [field("value", "Value", "number"), field("name", "Name", "title")];
    let fields: Fields =
        [("value".to_owned(), json!(1500.0)), ("name".to_owned(), json!("Deal"))].into();
    for (kind, expected, sentence) in [
        (
            "rich_text",
            json!("1500.0"),
            "`Value` is a rich_text, not a number; it is written as it is",
        ),
        ("formula", Value::Null, "`Value` is a formula, not a number; it cannot be written"),
    ] {
        let table = Table::of(
            &source(&json!({
                "Name": { "id": "title", "type": "title" },
                "Value": { "id": "v", "type": kind },
            })),
            &wanted,
            None,
        );
        assert_eq!(said(&table), [sentence]);
        let written = table.write(&fields);
        assert_eq!(written.faces.get("value").cloned().unwrap_or_default(), expected, "{kind}");
        assert_eq!(written.faces["name"], "Deal");
    }
}

#[test]
fn a_status_without_the_option_keeps_what_it_has() {
    let stage = WantedColumn {
        options: vec!["New".to_owned(), "Won".to_owned()],
        ..field("stage", "Stage", "status")
    };
    let table = Table::of(
        &source(&json!({ "Stage": { "id": "s", "type": "status", "options": ["New", "Parked"] } })),
        &[stage],
        None,
    );
    assert_eq!(
        said(&table),
        [
            "`Stage` has no option `Won`; rows keep what they have",
            "`Stage` has the option `Parked`, which is not mapped",
        ]
    );
    let written = |value: &str| table.write(&[("stage".to_owned(), json!(value))].into());
    assert_eq!(written("New").properties.len(), 1);
    let refused = written("Won");
    assert!(refused.lacks_option && refused.properties.is_empty() && refused.faces.is_empty());
    assert_eq!(refused.drift.len(), 1);
}

#[test]
fn a_row_is_stamped_and_read_by_its_columns() {
    let wanted = [
        want(Holds::Key, "Id", "rich_text"),
        want(Holds::Link, "Link", "url"),
        want(Holds::Synced, "Last Synced", "date"),
        field("tags", "Tags", "multi_select"),
    ];
    let table = Table::of(
        &source(&json!({
            "Id": { "id": "k", "type": "rich_text" },
            "Link": { "id": "l", "type": "url" },
            "Last Synced": { "id": "s", "type": "date" },
            "Tags": { "id": "t", "type": "multi_select", "options": ["a"] },
        })),
        &wanted,
        None,
    );
    let now = "2026-11-21T10:00:00Z".parse().unwrap();
    let stamp = table.stamp("c1", Some("https://app.test/c1"), now);
    let wire = serde_json::to_value(&stamp).unwrap();
    assert_eq!(wire["s"]["date"]["start"], "2026-11-21T10:00:00.000Z");
    assert_eq!(wire["l"]["url"], "https://app.test/c1");
    assert_eq!(wire["k"]["rich_text"][0]["text"]["content"], "c1");
    let page: Page = serde_json::from_value(json!({ "object": "page", "id": "p", "properties": {
        "Id": { "id": "k", "type": "rich_text", "rich_text": [{ "plain_text": "c1" }] },
        "Tags": { "id": "t", "type": "multi_select", "multi_select": [{ "name": "a" }] },
    } }))
    .unwrap();
    assert_eq!(table.key_of(&page).as_deref(), Some("c1"));
    assert_eq!(table.read(&page), [("tags".to_owned(), json!(["a"]))].into());
    let text_key = Table { columns: table.columns[1..].to_vec(), drift: Vec::new() };
    assert_eq!(text_key.key(), None);
}

#[test]
fn what_does_not_fit_whole_is_told_without_the_value() {
    let table = Table::of(
        &source(&json!({ "Value": { "id": "v", "type": "number" } })),
        &[field("value", "Value", "number")],
        None,
    );
    let written = table.write(&[("value".to_owned(), json!("secret words"))].into());
    assert_eq!(written.faces["value"], Value::Null);
    let told = written.drift[0].finding();
    assert_eq!(told.found, "a value does not fit whole into `Value`, a number");
    assert!(told.hint.as_deref().is_some_and(|hint| !hint.contains("secret")));
}
