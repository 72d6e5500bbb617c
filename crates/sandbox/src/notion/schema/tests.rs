//! Schemas are created, shown and changed as Notion does.

use super::*;

fn created(properties: Value) -> Result<Schema, String> {
    Schema::create(&Field::body(&properties), &mut Ids::new(1)).map_err(|refusal| refusal.message)
}

fn updated(schema: &Schema, properties: Value) -> Result<Schema, String> {
    let changed = schema.update(&Field::body(&properties), &mut Ids::new(2));
    changed.map_err(|refusal| refusal.message)
}

fn contacts() -> Schema {
    created(json!({
        "Name": { "title": {} },
        "Key": { "rich_text": {}, "description": "of the CRM" },
        "Stage": { "type": "select", "select": { "options": [{ "name": "Lead" }] } },
        "Fee": { "number": { "format": "euro" } },
        "Ticket": { "unique_id": { "prefix": "HUB" } },
    }))
    .unwrap()
}

#[test]
fn a_schema_is_shown_with_ids_names_and_configurations() {
    let shown = contacts().render();
    assert_eq!(
        shown["Name"],
        json!({ "id": "title", "name": "Name", "description": null, "type": "title", "title": {} })
    );
    assert_eq!(shown["Key"]["description"], "of the CRM");
    assert_eq!(shown["Stage"]["select"]["options"][0]["name"], "Lead");
    assert_eq!(shown["Fee"]["number"]["format"], "euro");
    assert_eq!(shown["Ticket"]["unique_id"]["prefix"], "HUB");
}

#[test]
fn a_property_is_found_by_name_by_id_and_by_encoded_id() {
    let mut schema = contacts();
    schema.properties[1].id = ":UPp".to_owned();
    let name = schema.properties[1].name.clone();
    for key in [name.as_str(), ":UPp", "%3AUPp"] {
        assert_eq!(schema.position(key), Some(1), "{key}");
    }
    assert_eq!(schema.position("upp"), None);
}

#[test]
fn exactly_one_title_is_required() {
    let none = created(json!({ "Key": { "rich_text": {} } }));
    assert_eq!(none.unwrap_err(), "Title is not provided");
    let two = created(json!({ "A": { "title": {} }, "B": { "title": {} } }));
    assert!(two.unwrap_err().contains("exactly one title"));
    assert!(
        updated(&contacts(), json!({ "title": null })).unwrap_err().contains("Cannot delete title")
    );
    assert!(updated(&contacts(), json!({ "Other": { "title": {} } })).is_err());
}

#[test]
fn columns_are_renamed_added_and_removed_together_or_not_at_all() {
    let before = contacts();
    let key = before.find("Key").unwrap().id.clone();
    let after = updated(
        &before,
        json!({ "Key": { "name": "CRM key" }, "Fee": null, "Email": { "email": {} } }),
    )
    .unwrap();
    assert_eq!(after.find("CRM key").unwrap().id, key);
    assert!(after.find("Fee").is_none() && after.find("Email").is_some());

    for (change, expected) in [
        (json!({ "Key": { "name": "Stage" } }), "Stage already exists"),
        (json!({ "Nobody": null }), "Could not find property with name or id: Nobody"),
        (json!({ "Nobody": { "name": "x" } }), "body.Nobody.title should be defined"),
        (json!({ "Key": { "number": {} } }), "does not convert types"),
        (json!({ "New": { "rollup": {} } }), "does not have rollup properties"),
        (json!({ "New": { "text": {} } }), "body.New.text should be not present"),
    ] {
        let message = updated(&before, change).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
}
