//! The tools of a white label do what their users know them for.

use anyhow::{Context, Result};
use mcp::{Mode, Profile};
use serde_json::{Value, json};

use crate::house::{House, caller};

async fn open(mode: Mode) -> Result<House> {
    House::open(caller(mode, Profile::WhiteLabel("growably".to_owned()))).await
}

/// The id of the first contact.
async fn first(house: &House) -> Result<String> {
    let found = house.call("growably_get", json!({"entity_type": "contact", "limit": 1})).await?;
    Ok(found["items"][0]["id"].as_str().context("there is one")?.to_owned())
}

#[tokio::test]
async fn lists_have_twenty_and_go_on_where_they_ended() -> Result<()> {
    let house = open(Mode::Default).await?;
    let page = house.call("growably_get", json!({"entity_type": "contact"})).await?;
    let ids = |page: &Value| -> Vec<Value> {
        page["items"].as_array().into_iter().flatten().map(|item| item["id"].clone()).collect()
    };
    let first = ids(&page);
    assert_eq!(first.len(), 20);
    let more = json!({
        "entity_type": "contact",
        "start_after": page["start_after"],
        "start_after_id": page["start_after_id"],
    });
    let second = ids(&house.call("growably_get", more).await?);
    assert!(!second.is_empty() && second.iter().all(|id| !first.contains(id)), "{second:?}");
    Ok(())
}

#[tokio::test]
async fn every_kind_of_record_is_read() -> Result<()> {
    let house = open(Mode::Default).await?;
    for entity in [
        "contact",
        "opportunity",
        "pipeline",
        "calendar",
        "conversation",
        "workflow",
        "tag",
        "custom_field",
    ] {
        let listed = house.call("growably_get", json!({"entity_type": entity})).await?;
        if let Some(id) = listed["items"][0]["id"].as_str() {
            let one = json!({"entity_type": entity, "id": id});
            let one = house.call("growably_get", one).await?;
            assert_eq!(one["item"]["id"], id, "{entity}");
        }
    }
    let location = house.call("growably_get", json!({"entity_type": "location"})).await?;
    assert_eq!(location["item"]["id"], house.vendor.location_id());
    let wrong = json!({"entity_type": "tag", "contact_id": "x", "limit": 101});
    assert_eq!(house.refusal("growably_get", wrong).await?["code"], "invalid_arguments");
    Ok(())
}

#[tokio::test]
async fn a_contact_is_made_noted_and_tagged() -> Result<()> {
    let house = open(Mode::Default).await?;
    let ada = json!({"email": "ada@example.test", "first_name": "Ada", "tags": ["new"]});
    let made = house.call("growably_upsert_contact", ada).await?;
    assert_eq!(made["is_new"], true);
    let id = made["contact"]["id"].as_str().context("an id")?;
    let tags = |action: &str, tag: &str| json!({"contact_id": id, "action": action, "tags": [tag]});
    let added = house.call("growably_manage_tags", tags("add", "vip")).await?;
    assert_eq!(added["tags"], json!(["new", "vip"]));
    let left = house.call("growably_manage_tags", tags("remove", "new")).await?;
    assert_eq!(left["tags"], json!(["vip"]));
    let note = json!({"contact_id": id, "body": "Called back."});
    assert!(house.call("growably_add_note", note).await?["note_id"].is_string());
    let fields = json!({"lastName": "Byron"});
    let change = json!({"entity_type": "contact", "id": id, "fields": fields});
    let changed = house.call("growably_update", change).await?;
    assert_eq!(changed["item"]["last_name"], "Byron");
    Ok(())
}

#[tokio::test]
async fn nothing_reaches_a_person_without_a_word_of_one() -> Result<()> {
    let house = open(Mode::Default).await?;
    let id = first(&house).await?;
    let before = house.vendor.request_count();
    let message = json!({"contact_id": id, "message": "Hello", "dry_run": true});
    let shown = house.call("growably_send_message", message).await?;
    let question = shown["question"].as_str().context("a question")?;
    assert!(question.starts_with("Send an SMS to ") && question.contains("Hello"), "{question}");
    assert_eq!(house.vendor.request_count(), before + 1, "only the contact was read");
    let email = json!({"contact_id": id, "message": "Hello", "type": "Email"});
    assert_eq!(house.refusal("growably_send_message", email).await?["code"], "invalid_arguments");
    Ok(())
}

#[tokio::test]
async fn who_only_reads_has_only_what_reads() -> Result<()> {
    let house = open(Mode::ReadOnly).await?;
    let tools = house.client.list_all_tools().await?;
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    assert_eq!(names, ["growably_get"]);
    Ok(())
}
