//! Data sources: a second one in a database, changes of the schema, relations.

use serde_json::json;

use crate::notion::{
    operations::desk::{Desk, id, text},
    version::Version,
};

#[test]
fn a_second_data_source_makes_the_database_ambiguous() {
    let mut desk = Desk::new();
    let (database, first) = desk.database(json!({ "Name": { "title": {} } }));
    let row = json!({ "parent": { "database_id": database } });
    let page = desk.ok("POST /v1/pages", row.clone());
    assert_eq!(page["parent"]["data_source_id"], first);

    let body = json!({
        "parent": { "type": "database_id", "database_id": database },
        "properties": { "Title": { "title": {} } },
        "title": text("Second"),
    });
    let second = desk.ok("POST /v1/data_sources", body);
    assert_eq!(second["parent"], json!({ "type": "database_id", "database_id": database }));
    assert_eq!(second["database_parent"]["page_id"], desk.workspace.shared_page.to_string());
    let shown = desk.ok(&format!("GET /v1/databases/{database}"), json!({}));
    assert_eq!(shown["data_sources"][1], json!({ "id": id(&second), "name": "Second" }));
    let message = desk.refused("POST /v1/pages", row);
    assert!(message.contains("multiple data sources"), "{message}");
}

#[test]
fn a_renamed_column_keeps_its_id_and_its_values() {
    let mut desk = Desk::new();
    let (_, source) = desk.database(json!({ "Name": { "title": {} }, "Key": { "rich_text": {} } }));
    let row = desk.row(&source, json!({ "Key": { "rich_text": text("k1") } }));
    let line = format!("PATCH /v1/data_sources/{source}");
    let changed = desk.ok(&line, json!({ "properties": { "Key": { "name": "CRM key" } } }));
    assert_eq!(changed["properties"].get("Key"), None);
    let page = desk.ok(&format!("GET /v1/pages/{}", id(&row)), json!({}));
    assert_eq!(page["properties"]["CRM key"]["rich_text"][0]["plain_text"], "k1");
    assert_eq!(page["properties"]["CRM key"]["id"], row["properties"]["Key"]["id"]);
}

#[test]
fn a_removed_option_is_gone_from_the_rows() {
    let mut desk = Desk::new();
    let (_, source) = desk.database(json!({ "Name": { "title": {} }, "Stage": { "select": {} } }));
    let row = desk.row(&source, json!({ "Stage": { "select": { "name": "Lead" } } }));
    let line = format!("PATCH /v1/data_sources/{source}");
    desk.ok(&line, json!({ "properties": { "Stage": { "select": { "options": [] } } } }));
    let page = desk.ok(&format!("GET /v1/pages/{}", id(&row)), json!({}));
    assert_eq!(page["properties"]["Stage"]["select"], json!(null));
}

#[test]
fn a_relation_shows_the_database_of_its_data_source() {
    let mut desk = Desk::new();
    let (database, companies) = desk.database(json!({ "Name": { "title": {} } }));
    let relation = json!({ "relation": { "data_source_id": companies, "single_property": {} } });
    let (_, contacts) = desk.database(json!({ "Name": { "title": {} }, "Company": relation }));
    let shown = desk.ok(&format!("GET /v1/data_sources/{contacts}"), json!({}));
    let expected = json!({
        "data_source_id": companies, "database_id": database,
        "type": "single_property", "single_property": {},
    });
    assert_eq!(shown["properties"]["Company"]["relation"], expected);

    let nobody =
        json!({ "relation": { "data_source_id": "12345678-1234-4123-8123-123456789abc" } });
    let line = format!("PATCH /v1/data_sources/{contacts}");
    let message = desk.refused(&line, json!({ "properties": { "Other": nobody } }));
    assert!(message.contains("Could not find data_source"), "{message}");
}

#[test]
fn versions_trash_under_their_own_names() {
    let mut desk = Desk::new();
    let (_, source) = desk.database(json!({ "Name": { "title": {} } }));
    let line = format!("PATCH /v1/data_sources/{source}");
    let message = desk.refused(&line, json!({ "archived": true }));
    assert!(message.contains("body.archived should be not present"), "{message}");
    desk.version = Version::V2025_09_03;
    let changed = desk.ok(&line, json!({ "archived": true }));
    assert_eq!((&changed["archived"], &changed["in_trash"]), (&json!(true), &json!(true)));
}
