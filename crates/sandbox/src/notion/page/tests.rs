//! Pages as readers get them.

use super::super::{field::Field, ids::Ids};
use super::*;

fn schema() -> Schema {
    let properties = json!({
        "Name": { "title": {} }, "Done": { "checkbox": {} }, "Tags": { "multi_select": {} },
        "Stage": { "select": { "options": [{ "name": "Lead" }] } }, "Fee": { "number": {} },
        "Peers": { "relation": { "data_source_id": "12345678-1234-4123-8123-123456789abc" } },
        "No": { "unique_id": { "prefix": "HUB" } }, "Made": { "created_time": {} },
        "By": { "last_edited_by": {} },
    });
    Schema::create(&Field::body(&properties), &mut Ids::new(1)).unwrap()
}

fn page() -> Page {
    let mut ids = Ids::new(9);
    let at: Timestamp = "2026-03-05T12:00:59Z".parse().unwrap();
    Page {
        id: ids.uuid(),
        parent: Parent::Row { source: ids.uuid(), database: ids.uuid() },
        created: at,
        edited: at,
        author: ids.uuid(),
        editor: ids.uuid(),
        in_trash: false,
        is_archived: false,
        is_locked: false,
        icon: Value::Null,
        cover: Value::Null,
        values: BTreeMap::new(),
        number: 7,
    }
}

#[test]
fn an_empty_page_shows_every_property_empty() {
    let page = page();
    let properties = page.render(Version::V2026_03_11, &schema(), None)["properties"].clone();
    assert_eq!(properties["Name"], json!({ "id": "title", "type": "title", "title": [] }));
    assert_eq!(properties["Done"]["checkbox"], false);
    assert_eq!(properties["Tags"]["multi_select"], json!([]));
    assert_eq!(properties["Stage"]["select"], Value::Null);
    assert_eq!(properties["Fee"]["number"], Value::Null);
    assert_eq!(properties["Peers"]["relation"], json!([]));
    assert_eq!(properties["No"]["unique_id"], json!({ "prefix": "HUB", "number": 7 }));
    assert_eq!(properties["Made"]["created_time"], "2026-03-05T12:00:00.000Z");
    assert_eq!(properties["By"]["last_edited_by"]["id"], page.editor.to_string());
}

#[test]
fn an_option_is_shown_while_the_schema_has_it() {
    let mut schema = schema();
    let at = schema.position("Stage").unwrap();
    let mut page = page();
    let choice = schema.properties[at].choices[0].clone();
    page.values.insert(schema.properties[at].id.clone(), json!([choice.id]));
    assert_eq!(page.value(&schema.properties[at])["name"], "Lead");
    schema.properties[at].choices.clear();
    assert_eq!(page.value(&schema.properties[at]), Value::Null);
}

#[test]
fn references_past_the_25th_are_cut_off() {
    let schema = schema();
    let peers = schema.find("Peers").unwrap();
    let mut page = page();
    for (count, shown, has_more) in [(25, 25, false), (26, 25, true)] {
        let ids: Vec<Value> = (0..count).map(|at| json!(at.to_string())).collect();
        page.values.insert(peers.id.clone(), json!(ids));
        let value = page.property(peers);
        assert_eq!(value["relation"].as_array().unwrap().len(), shown);
        assert_eq!(value["has_more"], has_more);
        assert_eq!(page.value(peers).as_array().unwrap().len(), count);
    }
}

#[test]
fn versions_differ_in_trash_and_parent() {
    let page = page();
    let keys = |version| {
        let shown = page.render(version, &schema(), Some(&[]));
        assert_eq!(shown["properties"], json!({}));
        let present = |key: &str| shown.get(key).is_some();
        (present("archived"), present("in_trash"), shown["parent"]["type"].clone())
    };
    assert_eq!(keys(Version::V2022_06_28), (true, false, json!("database_id")));
    assert_eq!(keys(Version::V2025_09_03), (true, true, json!("data_source_id")));
    assert_eq!(keys(Version::V2026_03_11), (false, true, json!("data_source_id")));
}

#[test]
fn an_address_ends_in_the_id() {
    let id = Ids::new(1).uuid();
    let expected = format!("https://www.notion.so/Ada-Lovelace-s-page-{}", id.undashed());
    assert_eq!(address("Ada Lovelace's page!", id), expected);
    assert_eq!(address("日本", id), format!("https://www.notion.so/{}", id.undashed()));
}
