//! Databases on a page: created, shown, changed, trashed.

use serde_json::{Value, json};

use crate::notion::{
    operations::desk::{Desk, id, text},
    version::Version,
};

fn with_title() -> Value {
    json!({ "Name": { "title": {} } })
}

#[test]
fn a_database_is_created_with_its_data_source_and_shown_on_its_page() {
    let mut desk = Desk::new();
    let (database, source) = desk.database(with_title());
    let shown = desk.ok(&format!("GET /v1/databases/{database}"), json!({}));
    assert_eq!(shown["data_sources"], json!([{ "id": source, "name": "Log" }]));
    assert_eq!(shown.get("properties"), None);
    assert_eq!(shown["created_time"], "2026-03-05T12:00:00.000Z");
    assert_eq!(shown["title"][0]["plain_text"], "Log");

    let page = desk.workspace.shared_page;
    let children = desk.ok(&format!("GET /v1/blocks/{page}/children"), json!({}));
    assert_eq!(children["results"][0]["id"], database);
    assert_eq!(children["results"][0]["type"], "child_database");
    assert_eq!(children["results"][0]["child_database"], json!({ "title": "Log" }));
}

#[test]
fn without_properties_there_is_a_title() {
    let mut desk = Desk::new();
    let parent = json!({ "type": "page_id", "page_id": desk.workspace.shared_page.to_string() });
    let database = desk.ok("POST /v1/databases", json!({ "parent": parent }));
    let source = id(&database["data_sources"][0]);
    let source = desk.ok(&format!("GET /v1/data_sources/{source}"), json!({}));
    assert_eq!(source["properties"]["Name"]["type"], "title");
}

#[test]
fn the_trash_takes_the_data_sources_along() {
    let mut desk = Desk::new();
    let (database, source) = desk.database(with_title());
    desk.advance(120);
    let line = format!("PATCH /v1/databases/{database}");
    let changed = desk.ok(&line, json!({ "in_trash": true, "title": text("Old log") }));
    assert_eq!((&changed["in_trash"], changed.get("archived")), (&json!(true), None));
    assert_eq!(changed["last_edited_time"], "2026-03-05T12:02:00.000Z");
    let source_shown = desk.ok(&format!("GET /v1/data_sources/{source}"), json!({}));
    assert_eq!(source_shown["in_trash"], true);
    let page = desk.workspace.shared_page;
    let children = desk.ok(&format!("GET /v1/blocks/{page}/children"), json!({}));
    assert_eq!(children["results"], json!([]));
    let row = json!({ "parent": { "data_source_id": source } });
    assert!(desk.refused("POST /v1/pages", row).contains("unarchive"));
}

#[test]
fn wrong_databases_are_refused() {
    let mut desk = Desk::new();
    let page = desk.workspace.shared_page.to_string();
    let nobody = "12345678-1234-4123-8123-123456789abc";
    for (body, expected) in [
        (json!({}), "body.parent should be defined, instead was `undefined`."),
        (json!({ "parent": { "page_id": "x" } }), "body.parent.page_id should be a valid uuid"),
        (json!({ "parent": { "page_id": nobody } }), "Could not find page with ID: 12345678"),
        (json!({ "parent": { "workspace": true } }), "name a page that is shared with it"),
        (
            json!({ "parent": { "page_id": page }, "properties": with_title() }),
            "body.properties should be not present",
        ),
        (
            json!({ "parent": { "page_id": page }, "initial_data_source": { "properties": {} } }),
            "Title is not provided",
        ),
    ] {
        let message = desk.refused("POST /v1/databases", body);
        assert!(message.contains(expected), "{message}");
    }
    assert!(desk.workspace.databases.is_empty() && desk.workspace.sources.is_empty());
}

#[test]
fn the_oldest_version_is_told_what_to_send() {
    let mut desk = Desk::new();
    desk.version = Version::V2022_06_28;
    let parent = json!({ "page_id": desk.workspace.shared_page.to_string() });
    let message = desk.refused("POST /v1/databases", json!({ "parent": parent }));
    assert!(message.contains("Notion-Version: 2026-03-11"), "{message}");
}
