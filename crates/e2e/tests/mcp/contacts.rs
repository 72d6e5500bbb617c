//! Contacts by tools: found, read, saved, deleted, with notes and tasks, and taken back again.

use anyhow::{Context, Result};
use mcp::{Mode, Profile};
use serde_json::{Value, json};

use crate::house::{House, caller};

async fn house() -> Result<House> {
    House::open(caller(Mode::Trusted, Profile::Default)).await
}

/// Makes a contact and gives its id.
async fn ada(house: &House) -> Result<String> {
    let ada = json!({"email": "ada@example.com", "phone": "+15550109001", "name": "Ada King"});
    let saved = house.call("save_contact", ada).await?;
    Ok(saved["contact"]["id"].as_str().context("a contact has an id")?.to_owned())
}

fn names(found: &Value) -> Vec<&str> {
    let items = found["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item["name"].as_str()).collect()
}

#[tokio::test]
async fn contacts_are_found_by_any_mix() -> Result<()> {
    let house = house().await?;
    ada(&house).await?;
    let vip = json!({"email": "ada@example.com", "add_tags": ["Renewal due"]});
    house.call("save_contact", vip).await?;
    for ask in [
        json!({"query": "ada king"}),
        json!({"email": "ADA@example.com"}),
        json!({"phone": "+1 555 010-9001"}),
        json!({"query": "king", "tag": "renewal DUE"}),
        json!({"email": "ada@example.com", "tag": "renewal due", "query": "king"}),
        json!({"email": "ada@example.com", "phone": "+15550109001"}),
    ] {
        let found = house.call("find_contacts", ask.clone()).await?;
        assert_eq!(names(&found), ["Ada King"], "{ask}");
    }
    for ask in [
        json!({"query": "nobody at all"}),
        json!({"email": "ada@example.com", "tag": "customer"}),
        json!({"email": "ada@example.com", "phone": "+15550109002"}),
        json!({"phone": "+15550109001", "query": "lovelace"}),
    ] {
        let found = house.call("find_contacts", ask.clone()).await?;
        assert!(names(&found).is_empty(), "{ask}: {found}");
    }
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_what_to_do() -> Result<()> {
    let house = house().await?;
    let long = "x".repeat(80);
    for (ask, code) in [
        (json!({"phone": "555 0100"}), "invalid_arguments"),
        (json!({"limit": 0}), "invalid_arguments"),
        (json!({"cursor": "%"}), "invalid_arguments"),
        (json!({"query": long}), "invalid_arguments"),
        (json!({"name": "Ada"}), "invalid_arguments"),
        (json!({"tag": "renewal"}), "unknown_name"),
    ] {
        let refused = house.refusal("find_contacts", ask.clone()).await?;
        assert_eq!(refused["code"], code, "{ask}: {refused}");
    }
    let refused = house.refusal("find_contacts", json!({"tag": "renewal"})).await?;
    let fix = refused["fix"].as_str().unwrap_or_default();
    assert!(fix.starts_with("there are: renewal due;"), "the nearest comes first: {fix}");
    Ok(())
}

#[tokio::test]
async fn a_list_goes_on_to_its_end_without_saying_anybody_twice() -> Result<()> {
    let house = house().await?;
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut ask = json!({"limit": 15, "fields": ["id"]});
        if !cursor.is_null() {
            ask["cursor"] = cursor;
        }
        let page = house.call("find_contacts", ask).await?;
        assert_eq!(page["total"], 40);
        let ids = page["items"].as_array().into_iter().flatten();
        seen.extend(ids.filter_map(|item| item["id"].as_str().map(str::to_owned)));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 40);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 40);
    Ok(())
}

#[tokio::test]
async fn twenty_contacts_fit_into_few_bytes() -> Result<()> {
    let house = house().await?;
    let found = house.call("find_contacts", json!({})).await?;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(20));
    let bytes = found.to_string().len();
    assert!(bytes <= 3_600, "{bytes} bytes: {found}");
    let table = house.call("find_contacts", json!({"format": "csv"})).await?;
    let table = table["csv"].as_str().context("a table")?;
    assert_eq!(table.lines().count(), 21, "{table}");
    assert!(table.len() < 2_500, "a table is shorter: {table}");
    let first = &found["items"][0];
    for member in ["id", "name", "email", "phone", "tags", "active"] {
        assert!(!first[member].is_null(), "{member} of {first}");
    }
    Ok(())
}

#[tokio::test]
async fn a_contact_is_read_by_its_id_in_one_call() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    let before = house.vendor.request_count();
    let told = house.call("get_contact", json!({"id": id})).await?;
    assert_eq!(house.vendor.request_count() - before, 1);
    assert_eq!(told["contact"]["name"], "Ada King");
    assert_eq!(told["contact"]["email"], "ada@example.com");
    for ask in [json!({"email": "ada@example.com"}), json!({"phone": "+15550109001"})] {
        assert_eq!(house.call("get_contact", ask).await?["contact"]["id"], json!(id));
    }
    let seeded = house.call("find_contacts", json!({"query": "caleb", "limit": 1})).await?;
    let seeded = seeded["items"][0]["id"].clone();
    let told = house.call("get_contact", json!({"id": seeded})).await?;
    assert!(told["contact"]["custom_fields"]["Workstations"].is_number(), "{told}");
    let before = house.vendor.request_count();
    house.call("get_contact", json!({"id": seeded})).await?;
    assert_eq!(house.vendor.request_count() - before, 1, "the names are known by now");
    let narrow = house.call("get_contact", json!({"id": id, "fields": ["name"]})).await?;
    assert_eq!(narrow["contact"], json!({"name": "Ada King"}));
    for (ask, code) in [
        (json!({"id": "0nobodynobodynobody0"}), "not_found"),
        (json!({"email": "nobody@example.com"}), "not_found"),
        (json!({}), "invalid_arguments"),
        (json!({"id": id, "email": "ada@example.com"}), "invalid_arguments"),
    ] {
        let refused = house.refusal("get_contact", ask.clone()).await?;
        assert_eq!(refused["code"], code, "{ask}: {refused}");
    }
    Ok(())
}

#[tokio::test]
async fn what_hangs_on_a_contact_comes_with_it() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    let note = json!({"contact": "Ada King", "text": "Prefers mornings."});
    house.call("add_note", note).await?;
    let task = json!({"contact": "ada@example.com", "title": "Call back", "due": "2026-12-01"});
    house.call("save_task", task).await?;
    let include = ["notes", "tasks", "opportunities", "appointments"];
    let told = house.call("get_contact", json!({"id": id, "include": include})).await?;
    assert_eq!(told["contact"]["notes"][0]["text"], "Prefers mornings.");
    assert_eq!(told["contact"]["tasks"][0]["title"], "Call back");
    assert_eq!(told["contact"]["tasks"][0]["due"], "2026-12-01T00:00:00Z");
    Ok(())
}

#[tokio::test]
async fn a_contact_is_saved_by_names() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    let setup = house.call("get_location_setup", json!({"only": ["users"]})).await?;
    let owner = setup["users"][0].clone();
    let change = json!({
        "email": "ada@example.com", "owner": owner["name"], "add_tags": ["vip"],
        "custom_fields": {"Support plan": "gold"}, "address": {"city": "Paris"},
    });
    let saved = house.call("save_contact", change).await?;
    assert_eq!(saved["outcome"], "updated");
    let contact = &saved["contact"];
    assert_eq!(contact["id"], json!(id));
    assert_eq!(contact["owner"], owner["name"]);
    assert_eq!(contact["tags"], json!(["vip"]));
    assert_eq!(contact["custom_fields"], json!({"Support plan": "gold"}));
    assert_eq!(contact["address"], json!({"city": "Paris"}));

    let change = json!({
        "id": id, "name": "Ada Lovelace", "remove_tags": ["VIP"],
        "custom_fields": {"support_plan": null},
    });
    let saved = house.call("save_contact", change).await?;
    assert_eq!(saved["contact"]["name"], "Ada Lovelace");
    assert!(saved["contact"]["tags"].as_array().is_none_or(Vec::is_empty), "{saved}");
    assert!(saved["contact"]["custom_fields"].get("Support plan").is_none(), "{saved}");
    assert_eq!(saved["contact"]["address"], json!({"city": "Paris"}), "what is left out stays");
    Ok(())
}

#[tokio::test]
async fn what_was_saved_is_taken_back() -> Result<()> {
    let house = house().await?;
    let before = house.call("find_contacts", json!({"query": "caleb", "limit": 1})).await?;
    let id = before["items"][0]["id"].clone();
    let before = house.call("get_contact", json!({"id": id})).await?;
    let owner = house.call("get_location_setup", json!({"only": ["users"]})).await?;
    let change = json!({
        "id": id, "first_name": "Cal", "owner": owner["users"][0]["name"], "add_tags": ["vip"],
        "remove_tags": [before["contact"]["tags"][0]], "custom_fields": {"Workstations": 77},
    });
    house.call("save_contact", change).await?;
    let changed = house.call("get_contact", json!({"id": id})).await?;
    assert_ne!(changed["contact"]["tags"], before["contact"]["tags"]);
    let report = house.undo_last().await?;
    assert_eq!((report.counts.restored, report.items.len()), (1, 1), "{report:?}");
    let after = house.call("get_contact", json!({"id": id})).await?;
    let told = |of: &Value, name: &str| of["contact"][name].clone();
    for member in ["name", "owner", "custom_fields"] {
        assert_eq!(told(&after, member), told(&before, member), "{member}");
    }
    let tags = |of: &Value| {
        let tags = of["contact"]["tags"].as_array().into_iter().flatten();
        tags.map(Value::to_string).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(tags(&after), tags(&before));
    Ok(())
}

#[tokio::test]
async fn a_note_is_taken_back() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    let note = house.call("add_note", json!({"contact": id, "text": "Once."})).await?;
    assert_eq!(note["note"]["text"], "Once.");
    let report = house.undo_last().await?;
    assert_eq!(report.counts.deleted, 1, "{report:?}");
    let told = house.call("get_contact", json!({"id": id, "include": ["notes"]})).await?;
    assert!(told["contact"]["notes"].as_array().is_none_or(Vec::is_empty), "{told}");
    let refused = house.refusal("add_note", json!({"contact": id, "text": " "})).await?;
    assert_eq!(refused["code"], "invalid_arguments");
    Ok(())
}

#[tokio::test]
async fn names_that_nobody_has_change_nothing() -> Result<()> {
    let house = house().await?;
    ada(&house).await?;
    for (ask, code) in [
        (json!({"email": "ada@example.com", "owner": "Nobody"}), "unknown_name"),
        (json!({"email": "ada@example.com", "custom_fields": {"Plan": 1}}), "unknown_name"),
        (json!({"name": "Ada"}), "invalid_arguments"),
        (json!({"id": "0nobodynobodynobody0", "name": "Ada"}), "not_found"),
        (json!({"email": "not an address"}), "invalid_arguments"),
    ] {
        let refused = house.refusal("save_contact", ask.clone()).await?;
        assert_eq!(refused["code"], code, "{ask}: {refused}");
    }
    let found = house.call("find_contacts", json!({"limit": 1})).await?;
    assert_eq!(found["total"], 41);
    Ok(())
}

#[tokio::test]
async fn two_people_are_never_made_one() -> Result<()> {
    let house = house().await?;
    ada(&house).await?;
    let other = json!({"email": "byron@example.com", "phone": "+15550109002"});
    house.call("save_contact", other).await?;
    let both = json!({"email": "ada@example.com", "phone": "+15550109002"});
    let refused = house.refusal("save_contact", both).await?;
    assert_eq!(refused["code"], "two_contacts");
    Ok(())
}

#[tokio::test]
async fn a_contact_is_deleted_by_its_name() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    let gone = house.call("delete_contact", json!({"contact": "ada king"})).await?;
    assert_eq!(gone["deleted"]["id"], json!(id));
    assert_eq!(gone["deleted"]["name"], "Ada King");
    let refused = house.refusal("delete_contact", json!({"contact": "ada king"})).await?;
    assert_eq!(refused["code"], "unknown_name");
    let refused = house.refusal("get_contact", json!({"id": id})).await?;
    assert_eq!(refused["code"], "not_found");
    Ok(())
}

#[tokio::test]
async fn a_name_that_two_have_is_not_guessed_at() -> Result<()> {
    let house = house().await?;
    ada(&house).await?;
    let other = json!({"email": "other@example.com", "name": "Ada King"});
    house.call("save_contact", other).await?;
    let refused = house.refusal("delete_contact", json!({"contact": "Ada King"})).await?;
    assert_eq!(refused["code"], "ambiguous");
    let message = refused["message"].as_str().unwrap_or_default();
    assert!(message.contains("ada@example.com") && message.contains("other@example.com"));
    Ok(())
}

#[tokio::test]
async fn a_task_is_made_changed_and_done() -> Result<()> {
    let house = house().await?;
    ada(&house).await?;
    let refused =
        house.refusal("save_task", json!({"contact": "Ada King", "title": "Call"})).await?;
    assert_eq!(refused["code"], "invalid_arguments");
    let owner = house.call("get_location_setup", json!({"only": ["users"]})).await?;
    let owner = owner["users"][0]["name"].clone();
    let due = "2026-12-01T15:30:00+01:00";
    let ask = json!({"contact": "Ada King", "title": "Call", "due": due, "owner": owner});
    let made = house.call("save_task", ask).await?["task"].clone();
    assert_eq!(made["due"], "2026-12-01T14:30:00Z");
    assert_eq!((&made["done"], &made["owner"]), (&json!(false), &owner));
    let ask = json!({"contact": "Ada King", "id": made["id"], "done": true, "text": "She agreed."});
    let done = house.call("save_task", ask).await?["task"].clone();
    assert_eq!((&done["done"], &done["text"]), (&json!(true), &json!("She agreed.")));
    assert_eq!(done["title"], "Call");
    let ask = json!({"contact": "Ada King", "id": "0nothing0nothing0not", "done": true});
    assert_eq!(house.refusal("save_task", ask).await?["code"], "not_found");
    Ok(())
}

#[tokio::test]
async fn the_setup_tells_names_and_ids_and_is_kept() -> Result<()> {
    let house = house().await?;
    let setup = house.call("get_location_setup", json!({})).await?;
    for list in ["pipelines", "users", "tags", "custom_fields", "custom_values", "calendars"] {
        assert!(setup[list][0]["id"].is_string() && setup[list][0]["name"].is_string(), "{list}");
    }
    assert!(setup["pipelines"][0]["stages"][0]["id"].is_string());
    let before = house.vendor.request_count();
    assert_eq!(house.call("get_location_setup", json!({})).await?, setup);
    assert_eq!(house.vendor.request_count(), before, "it is known for some minutes");
    Ok(())
}
