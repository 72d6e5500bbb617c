//! Messages by tools: conversations found and read, messages sent where they are wanted, and what people
//! answered; and many contacts changed at once.

use anyhow::{Context, Result};
use highlevel::RawCall;
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

fn items(found: &Value) -> &[Value] {
    found["items"].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[tokio::test]
async fn conversations_are_found_and_gone_through() -> Result<()> {
    let house = house().await?;
    let all = house.call("find_conversations", json!({})).await?;
    assert_eq!((items(&all).len(), &all["total"]), (6, &json!(6)));
    assert!(items(&all).iter().all(|item| item["channel"].is_string() && item["at"].is_string()));
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut ask = json!({"limit": 4});
        if !cursor.is_null() {
            ask["cursor"] = cursor;
        }
        let page = house.call("find_conversations", ask).await?;
        seen.extend(items(&page).iter().map(|item| item["id"].clone()));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let ids: Vec<Value> = items(&all).iter().map(|item| item["id"].clone()).collect();
    assert_eq!(seen, ids);
    let unread = house.call("find_conversations", json!({"status": "unread"})).await?;
    assert!(items(&unread).iter().all(|item| item["unread"].as_u64() > Some(0)), "{unread}");
    let name = all["items"][0]["name"].clone();
    let one = house.call("find_conversations", json!({"contact": name})).await?;
    assert_eq!(items(&one).len(), 1);
    let refused = house.refusal("find_conversations", json!({"owner": "Nobody"})).await?;
    assert_eq!(refused["code"], "unknown_name");
    Ok(())
}

#[tokio::test]
async fn messages_are_read_with_the_words_of_emails() -> Result<()> {
    let house = house().await?;
    let all = house.call("find_conversations", json!({})).await?;
    let mut words = Vec::new();
    for conversation in items(&all) {
        let id = conversation["id"].clone();
        let told = house.call("get_messages", json!({"conversation": id})).await?;
        let texts = items(&told).iter().filter_map(|it| it["text"].as_str().map(str::to_owned));
        words.extend(texts);
        let first = told["items"][0].clone();
        let one = house.call("get_messages", json!({"message": first["id"]})).await?;
        assert_eq!(one["items"], json!([first]), "one message is told as in its list");
    }
    for said in ["Yes, from eight to six.", "Two more accounts, please."] {
        assert!(words.iter().any(|text| text.contains(said)), "{said}: {words:?}");
    }
    let talk = house.call("find_conversations", json!({"query": "laptop"})).await?;
    let ask = json!({"contact": talk["items"][0]["contact_id"], "limit": 2});
    let page = house.call("get_messages", ask.clone()).await?;
    assert_eq!(page["items"][0]["text"], "Perfect, then I bring the laptop.");
    let mut rest = ask;
    rest["cursor"] = page["next_cursor"].clone();
    let page = house.call("get_messages", rest).await?;
    assert_eq!(page["items"][0]["text"], "Hello, is the office reachable on Friday?");
    assert!(page["next_cursor"].is_null(), "{page}");
    for ask in [json!({}), json!({"contact": "a@b.example", "message": "x"})] {
        let refused = house.refusal("get_messages", ask).await?;
        assert_eq!(refused["code"], "invalid_arguments");
    }
    let refused = house.refusal("get_messages", json!({"conversation": "nothing"})).await?;
    assert_eq!(refused["code"], "not_found", "{refused}");
    Ok(())
}

#[tokio::test]
async fn who_has_no_conversation_has_no_messages() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    let told = house.call("get_messages", json!({"contact": id})).await?;
    assert!(items(&told).is_empty(), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_message_is_sent_to_who_is_named() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    let ask = json!({"contact": "Ada King", "channel": "SMS", "text": "Your table is ready."});
    let sent = house.call("send_message", ask).await?;
    assert_eq!(sent["message"]["contact_id"], json!(id));
    assert_eq!(sent["message"]["channel"], "sms");
    let ask = json!({
        "contact": "ada@example.com", "channel": "email", "subject": "Tonight", "text": "See you.",
    });
    house.call("send_message", ask).await?;
    let told = house.call("get_messages", json!({"contact": id})).await?;
    let texts: Vec<&str> = items(&told).iter().filter_map(|it| it["text"].as_str()).collect();
    assert!(texts.contains(&"Your table is ready.") && texts.contains(&"See you."), "{told}");
    let report = house.undo_last().await?;
    assert_eq!(report.counts.impossible, 1, "what reached a person stays: {report:?}");
    Ok(())
}

#[tokio::test]
async fn a_message_that_makes_no_sense_is_not_sent() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    house.call("save_contact", json!({"email": "mail@example.com", "name": "Mail Only"})).await?;
    for (ask, code) in [
        (json!({"contact": id, "channel": "sms"}), "invalid_arguments"),
        (json!({"contact": id, "channel": "pigeon", "text": "Hi"}), "invalid_arguments"),
        (json!({"contact": id, "channel": "call", "text": "Hi"}), "invalid_arguments"),
        (json!({"contact": id, "channel": "email", "text": "Hi"}), "invalid_arguments"),
        (json!({"contact": "Mail Only", "channel": "sms", "text": "Hi"}), "no_address"),
        (json!({"contact": "Nobody", "channel": "sms", "text": "Hi"}), "unknown_name"),
    ] {
        let refused = house.refusal("send_message", ask.clone()).await?;
        assert_eq!(refused["code"], code, "{ask}: {refused}");
    }
    let told = house.call("get_messages", json!({"contact": id})).await?;
    assert!(items(&told).is_empty(), "{told}");
    Ok(())
}

#[tokio::test]
async fn who_wants_no_messages_gets_none() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    let stop = json!({"dndSettings": {"SMS": {"status": "permanent", "code": "STOP_KEYWORD"}}});
    let stop = RawCall::new("contacts.update-contact")?.with("contactId", id.as_str()).body(stop);
    house.raw.call(&stop).await?;
    let ask = json!({"contact": id, "channel": "sms", "text": "Hi"});
    assert_eq!(house.refusal("send_message", ask).await?["code"], "opted_out");
    let ask = json!({"contact": id, "channel": "email", "subject": "Hi", "text": "Hi"});
    house.call("send_message", ask).await?;
    Ok(())
}

#[tokio::test]
async fn a_preview_says_whom_and_what_and_sends_nothing() -> Result<()> {
    let house = house().await?;
    ada(&house).await?;
    let ask = json!({"contact": "Ada King", "channel": "sms", "text": "Hello", "dry_run": true});
    let told = house.call("send_message", ask).await?;
    assert_eq!(told["question"], "Send an SMS to Ada King (+15550109001): \"Hello\"");
    let messages = house.call("get_messages", json!({"contact": "Ada King"})).await?;
    assert!(items(&messages).is_empty(), "{messages}");
    Ok(())
}

#[tokio::test]
async fn many_contacts_are_changed_and_taken_back_in_one_set() -> Result<()> {
    let house = house().await?;
    let found = house.call("find_contacts", json!({"tag": "managed"})).await?;
    let count = found["total"].as_u64().context("a total")?;
    assert!(count > 8, "more than are written together: {count}");
    let ask = json!({
        "tag": "managed", "add_tags": ["spring"], "remove_tags": ["customer"],
        "set": {"custom_fields": {"Support plan": "gold"}},
    });
    let mut preview = ask.clone();
    preview["dry_run"] = json!(true);
    let told = house.call("bulk_contacts", preview).await?;
    assert_eq!(told["count"], json!(count));
    let question = told["question"].as_str().unwrap_or_default();
    assert!(question.starts_with(&format!("Change {count} contacts (")), "{question}");
    let none = house.refusal("find_contacts", json!({"tag": "spring"})).await?;
    assert_eq!(none["code"], "unknown_name", "a preview changes nothing");

    let done = house.call("bulk_contacts", ask).await?;
    assert_eq!((&done["changed"], &done["not_reached"]), (&json!(count), &json!(0)), "{done}");
    let fields = json!(["tags", "custom_fields"]);
    let tagged = house.call("find_contacts", json!({"tag": "spring", "fields": fields})).await?;
    assert_eq!(tagged["total"], json!(count));
    for item in items(&tagged) {
        assert_eq!(item["custom_fields"]["Support plan"], "gold");
        assert!(!item["tags"].to_string().contains("customer"), "{item}");
    }
    let report = house.undo_last().await?;
    assert_eq!(report.counts.restored as u64, count, "{:?}", report.counts);
    let tagged = house.call("find_contacts", json!({"tag": "spring"})).await?;
    assert_eq!(tagged["total"], 0);
    let back = house.call("find_contacts", json!({"tag": "managed", "fields": fields})).await?;
    assert!(items(&back).iter().all(|it| it["custom_fields"].get("Support plan").is_none()));
    Ok(())
}

#[tokio::test]
async fn a_bulk_that_is_not_clear_is_refused() -> Result<()> {
    let house = house().await?;
    let id = ada(&house).await?;
    for (ask, code) in [
        (json!({"add_tags": ["x"]}), "invalid_arguments"),
        (json!({"contacts": [id], "tag": "managed", "add_tags": ["x"]}), "invalid_arguments"),
        (json!({"contacts": [id]}), "invalid_arguments"),
        (json!({"contacts": [id], "set": {"email": "x@example.com"}}), "invalid_arguments"),
        (json!({"contacts": [id], "set": {"shoe_size": 9}}), "invalid_arguments"),
        (json!({"contacts": [id], "owner": "Nobody"}), "unknown_name"),
        (json!({"contacts": ["Nobody At All"], "add_tags": ["x"]}), "unknown_name"),
        (json!({"query": "nobody at all", "add_tags": ["x"]}), "not_found"),
    ] {
        let refused = house.refusal("bulk_contacts", ask.clone()).await?;
        assert_eq!(refused["code"], code, "{ask}: {refused}");
    }
    let named = json!({"contacts": ["Ada King", "ada@example.com"], "add_tags": ["once"]});
    let done = house.call("bulk_contacts", named).await?;
    assert_eq!(done["changed"], 1, "one who is named twice is one: {done}");
    Ok(())
}

#[tokio::test]
async fn submissions_are_told_with_their_forms_and_answers() -> Result<()> {
    let house = house().await?;
    let found = house.call("find_submissions", json!({"form": "ask for a visit"})).await?;
    let first = &found["items"][0];
    assert_eq!(first["form"], "Ask for a visit");
    assert!(first["answers"]["Workstations"].is_number(), "fields are named: {first}");
    assert!(first["answers"].get("eventData").is_none(), "{first}");
    let recent = items(&found).len();
    let ask = json!({"form": "Ask for a visit", "since": "2020-01-01", "limit": 5});
    let page = house.call("find_submissions", ask.clone()).await?;
    assert!(recent < 6 && items(&page).len() == 5 && page["total"] == 6, "{page}");
    let mut rest = ask;
    rest["cursor"] = page["next_cursor"].clone();
    let page = house.call("find_submissions", rest).await?;
    assert_eq!((items(&page).len(), page.get("next_cursor")), (1, None), "{page}");
    let surveys = house.call("find_submissions", json!({"of": "surveys"})).await?;
    assert_eq!(surveys["items"][0]["form"], "After the visit");
    for (ask, code) in [
        (json!({"form": "Nothing"}), "unknown_name"),
        (json!({"since": "yesterday"}), "invalid_arguments"),
    ] {
        let refused = house.refusal("find_submissions", ask.clone()).await?;
        assert_eq!(refused["code"], code, "{ask}: {refused}");
    }
    Ok(())
}
