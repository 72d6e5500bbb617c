//! Contacts over HTTP: nobody is merged, no tag is lost, what is repeated is done once.

use anyhow::{Result, ensure};
use endpoint::Method;
use serde_json::{Value, json};

use crate::house::{ALL, House, text};

async fn upsert(house: &House, key: &str, draft: Value) -> Result<Value> {
    house.ask(key, "POST /v1/contacts", Some(draft)).await?.good()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_with_one_request_stay_two() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let one = json!({"email": "one@example.com", "phone": "+1 (555) 010-9101", "tags": ["a"]});
    let one = upsert(&house, &key, one).await?;
    ensure!(one["outcome"] == "created" && one["contact"]["phones"] == json!(["+15550109101"]));
    let other = json!({"email": "other@example.com", "phone": "+15550109102"});
    let other = upsert(&house, &key, other).await?;
    let mixed = json!({"email": "one@example.com", "phone": "+15550109102", "first_name": "X"});
    let refused = house.ask(&key, "POST /v1/contacts", Some(mixed)).await?;
    ensure!((refused.status, refused.problem()?) == (409, "two-contacts"), "{refused:?}");
    let ids = [text(&one["contact"], "id")?, text(&other["contact"], "id")?];
    ensure!(refused.body["records"] == json!(ids), "{refused:?}");
    for (before, id) in [(&one, ids[0]), (&other, ids[1])] {
        let line = format!("GET /v1/contacts/{id}?fresh=true");
        let now = house.ask(&key, &line, None).await?.good()?;
        ensure!(now["version"] == before["contact"]["version"], "{now}");
    }
    let wrong = json!({"email": "nobody", "phone": "5550109101", "tags": [""]});
    let refused = house.ask(&key, "POST /v1/contacts", Some(wrong)).await?;
    ensure!(refused.problem()? == "invalid" && refused.status == 422, "{refused:?}");
    let pointers: Vec<_> =
        refused.body["errors"].as_array().into_iter().flatten().map(|it| &it["pointer"]).collect();
    ensure!(pointers == ["/email", "/phone", "/tags/0"], "{refused:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_repeated_under_one_key_is_done_once() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let before = house.vendor.contact_count();
    let draft = json!({"email": "ada@example.com", "first_name": "Ada"});
    let once = [("idempotency-key", "order-7")];
    let request = ("POST /v1/contacts", &once[..]);
    let first = house.ask_with(&key, request, Some(draft.clone())).await?;
    let calls = house.vendor.request_count();
    let second = house.ask_with(&key, request, Some(draft)).await?;
    ensure!(first.status == 200 && (first.status, &first.body) == (second.status, &second.body));
    ensure!(second.header("idempotency-replayed").is_some(), "{second:?}");
    ensure!(house.vendor.contact_count() == before + 1);
    ensure!(house.vendor.request_count() == calls, "the second asked nobody");
    let id = text(&first.body["contact"], "id")?;
    let line = format!("POST /v1/contacts/{id}/notes");
    let note = [("idempotency-key", "note-1")];
    for _ in 0..2 {
        let body = json!({"body": "Likes tea."});
        house.ask_with(&key, (&line, &note), Some(body)).await?.good()?;
    }
    let notes = house.ask(&key, &format!("GET /v1/contacts/{id}/notes"), None).await?.good()?;
    ensure!(notes["notes"].as_array().is_some_and(|notes| notes.len() == 1), "{notes}");
    let refused = house.ask_with(&key, request, Some(json!({"email": "b@example.com"}))).await?;
    ensure!(refused.problem()? == "key-reused", "{refused:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn custom_fields_go_by_name_and_tags_are_never_lost() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let made = upsert(&house, &key, json!({"email": "ada@example.com", "tags": ["first"]})).await?;
    let id = text(&made["contact"], "id")?;
    let (contact, tags) = (format!("/v1/contacts/{id}"), format!("/v1/contacts/{id}/tags"));
    let patch = json!({"custom_fields": {"support plan": "gold"}, "last_name": "Lovelace"});
    let patched = house.ask(&key, &format!("PATCH {contact}"), Some(patch)).await?.good()?;
    ensure!(patched["custom_fields"] == json!({"Support plan": "gold"}), "{patched}");
    let wrong = json!({"custom_fields": {"Suport plan": "gold"}});
    let refused = house.ask(&key, &format!("PATCH {contact}"), Some(wrong)).await?;
    ensure!(refused.problem()? == "invalid", "{refused:?}");
    let told = &refused.body["errors"][0];
    ensure!(told["pointer"] == "/custom_fields/Suport plan", "{refused:?}");
    ensure!(text(told, "message")?.contains("did you mean `Support plan`?"), "{refused:?}");
    ensure!(patched["tags"] == json!(["first"]), "{patched}");
    house.ask(&key, &format!("POST {tags}"), Some(json!({"tags": ["second"]}))).await?.good()?;
    upsert(&house, &key, json!({"email": "ada@example.com", "tags": ["third one"]})).await?;
    let left = house.ask(&key, &format!("DELETE {tags}/third%20one"), None).await?.good()?;
    ensure!(left["tags"] == json!(["first", "second"]), "{left}");
    let whole = json!({"tags": ["only"]});
    let refused = house.ask(&key, &format!("PATCH {contact}"), Some(whole)).await?;
    ensure!(refused.problem()? == "invalid", "a patch has no tags: {refused:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mirror_answers_once_it_has_been_told() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let draft = json!({"email": "ada@example.com", "phone": "+15550109001", "first_name": "Ada"});
    let made = upsert(&house, &key, draft).await?;
    let id = text(&made["contact"], "id")?;
    let line = format!("GET /v1/contacts/{id}");
    let is_mirrored = |answer: &Value| answer["origin"] == "mirror";
    let mirrored = house.ask_until(&key, &line, is_mirrored).await?;
    ensure!(mirrored["version"] == made["contact"]["version"], "{mirrored} of {made}");
    let answer = house.ask(&key, &line, None).await?;
    let tag = answer.header("etag").unwrap_or_default().to_owned();
    let same = house.ask_with(&key, (&line, &[("if-none-match", &tag)]), None).await?;
    ensure!((same.status, &same.body) == (304, &Value::Null), "{same:?}");
    let condition = [("if-match", tag.as_str())];
    let patch = format!("PATCH /v1/contacts/{id}");
    let first = json!({"first_name": "Augusta"});
    house.ask_with(&key, (&patch, &condition), Some(first)).await?.good()?;
    let late = house.ask_with(&key, (&patch, &condition), Some(json!({"first_name": "X"}))).await?;
    ensure!((late.status, late.problem()?) == (412, "precondition-failed"), "{late:?}");
    let read = house.ask(&key, &line, None).await?.good()?;
    ensure!(read["first_name"] == "Augusta", "who writes reads what they wrote: {read}");

    let is_new = |answer: &Value| {
        answer["items"][0]["first_name"] == "Augusta" && answer["items"][0]["origin"] == "mirror"
    };
    let search = "GET /v1/contacts?email=ADA@example.com";
    house.ask_until(&key, search, is_new).await?;
    // HighLevel tells nobody of what a person does while the hub is not subscribed to it.
    let fresh = house.ask(&key, "GET /v1/contacts?fresh=true&limit=7", None).await?.good()?;
    ensure!(fresh["items"].as_array().is_some_and(|items| items.len() == 7), "{fresh}");
    let next = format!("GET /v1/contacts?fresh=true&limit=7&after={}", text(&fresh, "next")?);
    let second = house.ask(&key, &next, None).await?.good()?;
    ensure!(second["items"][0]["id"] != fresh["items"][0]["id"], "{second}");
    let mixed = format!("GET /v1/contacts?after={}", text(&fresh, "next")?);
    ensure!(house.ask(&key, &mixed, None).await?.problem()? == "invalid");
    let known = house.ask(&key, "GET /v1/contacts?limit=200", None).await?.good()?;
    ensure!(known["items"].as_array().is_some_and(|items| items.len() == 1), "{known}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wants_no_messages_gets_none() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let draft = json!({"email": "ada@example.com", "phone": "+15550109001"});
    let made = upsert(&house, &key, draft).await?;
    let id = text(&made["contact"], "id")?;
    let line = format!("POST /v1/contacts/{id}/messages");
    let sms = json!({"channel": "sms", "text": "Your table is ready."});
    let sent = house.ask(&key, &line, Some(sms.clone())).await?;
    ensure!(sent.status == 201 && !text(&sent.body, "id")?.is_empty(), "{sent:?}");
    let stop = json!({"dndSettings": {"SMS": {"status": "permanent", "code": "STOP_KEYWORD"}}});
    house.at_vendor(Method::Put, &format!("/contacts/{id}"), stop).await?;
    let refused = house.ask(&key, &line, Some(sms)).await?;
    ensure!((refused.status, refused.problem()?) == (409, "opted-out"), "{refused:?}");
    let email = json!({"channel": "email", "subject": "Tonight", "html": "<p>Ready.</p>"});
    house.ask(&key, &line, Some(email)).await?.good()?;
    let call = json!({"channel": "call", "text": "Hello"});
    let refused = house.ask(&key, &line, Some(call)).await?;
    ensure!(refused.body["errors"][0]["pointer"] == "/channel", "{refused:?}");
    Ok(())
}
