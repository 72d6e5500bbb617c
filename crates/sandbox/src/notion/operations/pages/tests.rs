//! Pages: what is written is what is read, and nothing is written in part.

use serde_json::{Value, json};

use crate::notion::{
    operations::desk::{Desk, id, text},
    version::Version,
};

fn log() -> Value {
    json!({
        "Name": { "title": {} }, "Key": { "rich_text": {} }, "Kind": { "select": {} },
        "Tags": { "multi_select": {} }, "At": { "date": {} }, "Link": { "url": {} },
        "Fee": { "number": {} }, "Done": { "checkbox": {} }, "Who": { "people": {} },
        "State": { "status": { "options": [{ "name": "New" }] } }, "No": { "unique_id": {} },
        "Peers": { "relation": { "data_source_id": "12345678-1234-4123-8123-123456789abc" } },
    })
}

/// The log, with its relation leading to itself.
fn desk() -> (Desk, String) {
    let mut desk = Desk::new();
    let mut properties = log();
    properties.as_object_mut().unwrap().remove("Peers");
    let (_, source) = desk.database(properties);
    let peers = json!({ "Peers": { "relation": { "data_source_id": source } } });
    desk.ok(&format!("PATCH /v1/data_sources/{source}"), json!({ "properties": peers }));
    (desk, source)
}

#[test]
fn a_row_is_read_as_it_was_written() {
    let (mut desk, source) = desk();
    let owner = desk.workspace.person.to_string();
    let row = desk.row(
        &source,
        json!({
            "Name": { "title": text("Ada") }, "Key": { "rich_text": text("k1") },
            "Kind": { "select": { "name": "Contact" } },
            "Tags": { "multi_select": [{ "name": "a" }, { "name": "b" }, { "name": "a" }] },
            "At": { "date": { "start": "2026-03-05T11:59:31Z" } },
            "Link": { "url": "https://example.com" }, "Fee": { "number": 1.5 },
            "Done": { "checkbox": true }, "Who": { "people": [{ "id": owner }] },
            "State": { "status": { "name": "New" } },
        }),
    );
    let page = desk.ok(&format!("GET /v1/pages/{}", id(&row)), json!({}));
    assert_eq!(page, row);
    let properties = &page["properties"];
    assert_eq!(properties["Name"]["title"][0]["plain_text"], "Ada");
    assert_eq!(properties["Kind"]["select"]["name"], "Contact");
    assert_eq!(properties["Tags"]["multi_select"].as_array().unwrap().len(), 2);
    assert_eq!(properties["At"]["date"]["start"], "2026-03-05T11:59:00.000+00:00");
    assert_eq!(properties["Fee"]["number"], 1.5);
    assert_eq!(properties["Who"]["people"][0]["id"], owner);
    assert_eq!(properties["No"]["unique_id"]["number"], 1);
    let url = page["url"].as_str().unwrap();
    assert!(url.starts_with("https://www.notion.so/Ada-"), "{url}");

    let schema = desk.ok(&format!("GET /v1/data_sources/{source}"), json!({}));
    let options = &schema["properties"]["Kind"]["select"]["options"];
    assert_eq!(options[0]["id"], properties["Kind"]["select"]["id"]);
    let second = desk.row(&source, json!({ "Kind": { "select": { "name": "Contact" } } }));
    assert_eq!(second["properties"]["Kind"], properties["Kind"]);
    assert_eq!(second["properties"]["No"]["unique_id"]["number"], 2);
}

#[test]
fn what_does_not_fit_the_schema_is_refused_whole() {
    let (mut desk, source) = desk();
    let nobody = "12345678-1234-4123-8123-123456789abc";
    let new_option = json!({ "select": { "name": "New option" } });
    for (properties, expected) in [
        (
            json!({ "A": { "number": 1 }, "Key": { "number": 1 }, "Kind": new_option }),
            "A is not a property that exists. Key is expected to be rich_text.",
        ),
        (json!({ "No": { "number": 1 }, "Kind": new_option }), "No is expected to be unique_id."),
        (
            json!({ "State": { "status": { "name": "Old" } }, "Kind": new_option }),
            "Status option \"Old\" does not exist",
        ),
        (
            json!({ "Kind": { "select": { "id": "nobody" } } }),
            "Could not find select option with id: nobody",
        ),
        (
            json!({ "Kind": { "select": { "name": "a,b" } } }),
            "Invalid select option, commas not allowed: a,b",
        ),
        (
            json!({ "Who": { "people": [{ "id": nobody }] }, "Kind": new_option }),
            "Could not find user with ID: 12345678",
        ),
        (
            json!({ "Peers": { "relation": [{ "id": nobody }] }, "Kind": new_option }),
            "Could not find page with ID: 12345678",
        ),
        (
            json!({ "Key": { "rich_text": text(&"x".repeat(2001)) } }),
            "body failed validation: body.properties.Key.rich_text[0].text.content.length should be ≤ `2000`, instead was `2001`.",
        ),
    ] {
        let body = json!({ "parent": { "data_source_id": source }, "properties": properties });
        let message = desk.refused("POST /v1/pages", body);
        assert!(message.contains(expected), "{message}\nis not\n{expected}");
    }
    assert_eq!(desk.workspace.pages.len(), 1);
    let schema = desk.ok(&format!("GET /v1/data_sources/{source}"), json!({}));
    assert_eq!(schema["properties"]["Kind"]["select"]["options"], json!([]));
}

#[test]
fn wrong_parents_and_bodies_are_refused() {
    let (mut desk, source) = desk();
    let nobody = "12345678-1234-4123-8123-123456789abc";
    for (body, expected) in [
        (json!({}), "body.parent should be defined"),
        (json!({ "parent": {} }), "body.parent.data_source_id should be defined"),
        (json!({ "parent": { "data_source_id": nobody } }), "Could not find data_source with ID"),
        (json!({ "parent": { "database_id": nobody } }), "Could not find database with ID"),
        (json!({ "parent": { "page_id": nobody } }), "Could not find page with ID"),
        (json!({ "parent": { "workspace": true } }), "body.parent.workspace should be not present"),
        (
            json!({ "parent": { "data_source_id": source }, "markdown": "x" }),
            "body.markdown should be not present",
        ),
        (
            json!({ "parent": { "data_source_id": source }, "icon": {} }),
            "body.icon.emoji should be defined",
        ),
    ] {
        let message = desk.refused("POST /v1/pages", body);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn an_update_changes_what_it_names_and_null_clears() {
    let (mut desk, source) = desk();
    let properties = json!({ "Fee": { "number": 1 }, "Link": { "url": "https://example.com" }, "Kind": { "select": { "name": "A" } } });
    let row = id(&desk.row(&source, properties));
    desk.advance(90);
    let change = json!({
        "properties": { "Fee": { "number": null }, "Kind": { "select": null }, "Done": { "checkbox": true } },
        "icon": { "emoji": "📞" }, "is_locked": true,
    });
    let page = desk.ok(&format!("PATCH /v1/pages/{row}"), change);
    assert_eq!(page["properties"]["Fee"]["number"], Value::Null);
    assert_eq!(page["properties"]["Kind"]["select"], Value::Null);
    assert_eq!(page["properties"]["Link"]["url"], "https://example.com");
    assert_eq!(page["icon"], json!({ "type": "emoji", "emoji": "📞" }));
    assert_eq!(page["is_locked"], true);
    assert_eq!(page["created_time"], "2026-03-05T12:00:00.000Z");
    assert_eq!(page["last_edited_time"], "2026-03-05T12:02:00.000Z");
}

#[test]
fn a_page_in_the_trash_changes_only_when_it_comes_back() {
    let (mut desk, source) = desk();
    let row = id(&desk.row(&source, json!({})));
    let line = format!("PATCH /v1/pages/{row}");
    assert_eq!(desk.ok(&line, json!({ "in_trash": true }))["in_trash"], true);
    let change = json!({ "properties": { "Fee": { "number": 1 } } });
    assert!(desk.refused(&line, change).contains("Can't edit block that is archived"));
    assert_eq!(desk.ok(&line, json!({ "in_trash": false }))["in_trash"], false);
}

#[test]
fn filter_properties_limits_what_is_shown() {
    let (mut desk, source) = desk();
    let row = desk.row(&source, json!({}));
    let fee = row["properties"]["Fee"]["id"].as_str().unwrap();
    let line =
        format!("GET /v1/pages/{}?filter_properties={fee}&filter_properties=title", id(&row));
    let page = desk.ok(&line, json!({}));
    let shown: Vec<&String> = page["properties"].as_object().unwrap().keys().collect();
    assert_eq!(shown, ["Fee", "Name"]);
    let line = format!("GET /v1/pages/{}?filter_properties=nobody", id(&row));
    assert!(desk.refused(&line, json!({})).contains("Could not find property"));
}

#[test]
fn a_page_under_a_page_has_a_title_and_children() {
    let mut desk = Desk::new();
    let parent = desk.workspace.shared_page.to_string();
    let body = json!({
        "parent": { "page_id": parent },
        "properties": { "title": { "title": text("Notes") } },
        "children": [{ "paragraph": { "rich_text": text("first") } }],
    });
    let page = desk.ok("POST /v1/pages", body);
    let children = desk.ok(&format!("GET /v1/blocks/{}/children", id(&page)), json!({}));
    assert_eq!(children["results"][0]["paragraph"]["rich_text"][0]["plain_text"], "first");
    let above = desk.ok(&format!("GET /v1/blocks/{parent}/children"), json!({}));
    assert_eq!(above["results"][0]["child_page"], json!({ "title": "Notes" }));
    let other =
        json!({ "parent": { "page_id": parent }, "properties": { "Fee": { "number": 1 } } });
    assert_eq!(desk.refused("POST /v1/pages", other), "Fee is not a property that exists.");
}

#[test]
fn a_long_relation_is_read_whole_property_by_property() {
    let (mut desk, source) = desk();
    let peers: Vec<Value> =
        (0..60).map(|_| json!({ "id": id(&desk.row(&source, json!({}))) })).collect();
    let row = desk.row(&source, json!({ "Peers": { "relation": peers } }));
    assert_eq!(row["properties"]["Peers"]["relation"].as_array().unwrap().len(), 25);
    assert_eq!(row["properties"]["Peers"]["has_more"], true);

    let property = row["properties"]["Peers"]["id"].as_str().unwrap();
    let line = format!("GET /v1/pages/{}/properties/{property}?page_size=40", id(&row));
    let first = desk.ok(&line, json!({}));
    assert_eq!(first["results"][0]["relation"], peers[0]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = desk.ok(&format!("{line}&start_cursor={cursor}"), json!({}));
    assert_eq!(second["results"].as_array().unwrap().len(), 20);
    assert_eq!(second["results"][0]["relation"], peers[40]);
    let fee = desk.ok(&format!("GET /v1/pages/{}/properties/Fee", id(&row)), json!({}));
    assert_eq!((&fee["object"], &fee["number"]), (&json!("property_item"), &json!(null)));
}

#[test]
fn the_oldest_version_still_reads_and_writes_pages() {
    let (mut desk, source) = desk();
    let database = desk.ok(&format!("GET /v1/data_sources/{source}"), json!({}))["parent"].clone();
    desk.version = Version::V2022_06_28;
    let page = desk.ok("POST /v1/pages", json!({ "parent": database, "properties": {} }));
    assert_eq!((&page["parent"], &page["archived"]), (&database, &json!(false)));
    assert_eq!(page.get("in_trash"), None);
}
