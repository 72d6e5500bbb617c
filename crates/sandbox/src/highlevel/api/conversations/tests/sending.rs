//! Tests: what may be sent, by whom, and what people refuse.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Talk, text};
use crate::highlevel::receiver::Receiver;

#[tokio::test]
async fn stop_and_start_are_heard() {
    let talk = Talk::open().await;
    talk.receive(json!({ "message": " stop " })).await;
    let path = format!("GET /contacts/{}", talk.contact);
    let setting = talk.desk.ok(&path, Value::Null).await["contact"]["dndSettings"]["SMS"].clone();
    assert_eq!(
        (&setting["status"], &setting["code"]),
        (&json!("permanent"), &json!("STOP_KEYWORD"))
    );
    let body = json!({ "type": "SMS", "contactId": talk.contact, "message": "still there?" });
    let (status, refused) = talk.desk.call("POST /conversations/messages", body).await;
    let code = json!("CONVERSATIONS_MSG_UNSUBSCRIBED_SMS");
    assert_eq!((status, &refused["canonicalCode"]), (400, &code));
    talk.send(json!({ "type": "Email", "message": "by email" })).await;
    talk.receive(json!({ "message": "Start" })).await;
    talk.send(json!({ "message": "welcome back" })).await;

    talk.desk.ok(&format!("PUT /contacts/{}", talk.contact), json!({ "dnd": true })).await;
    let body = json!({ "type": "WhatsApp", "contactId": talk.contact, "message": "no" });
    let (_, refused) = talk.desk.call("POST /conversations/messages", body).await;
    assert_eq!(refused["canonicalCode"], "CONVERSATIONS_MSG_UNSUBSCRIBED");
}

#[tokio::test]
async fn a_message_needs_words_and_somewhere_to_go() {
    let talk = Talk::open().await;
    let location = &talk.location;
    let body = json!({ "locationId": location, "name": "Nobody" });
    let made = talk.desk.ok("POST /contacts/", body).await["contact"]["id"].clone();
    let cases = [
        (json!({ "type": "SMS", "contactId": made, "message": "x" }), 400),
        (json!({ "type": "Email", "contactId": made, "message": "x" }), 400),
        (json!({ "type": "SMS", "contactId": talk.contact }), 400),
        (json!({ "type": "Custom", "contactId": talk.contact, "message": "x" }), 400),
        (json!({ "type": "SMS", "contactId": "AbsentAbsentAbsent00", "message": "x" }), 404),
        (json!({ "type": "Fax", "contactId": talk.contact, "message": "x" }), 422),
        (json!({ "type": "SMS", "contactId": talk.contact, "message": "x", "to": "y" }), 422),
        (
            json!({ "type": "SMS", "contactId": talk.contact, "message": "x", "replyMessageId": "no" }),
            400,
        ),
    ];
    for (body, status) in cases {
        let found = talk.desk.refused("POST /conversations/messages", body.clone()).await;
        assert_eq!(found.0, status, "{body}");
    }
    let photo = json!({ "attachments": ["https://example.com/a.png"] });
    let sent = talk.send(photo.clone()).await;
    assert_eq!(talk.message(&sent["messageId"]).await["attachments"], photo["attachments"]);
    let mut dropped = photo;
    dropped["type"] = json!("WhatsApp");
    let sent = talk.send(dropped).await;
    assert_eq!(talk.message(&sent["messageId"]).await["attachments"], json!([]));
}

#[tokio::test]
async fn providers_are_asked_for_where_they_are_needed() {
    let talk = Talk::open().await;
    let post = "POST /conversations/messages/inbound";
    let body = |provider: Value| json!({ "type": "Custom", "contactId": talk.contact, "message": "x", "conversationProviderId": provider });
    let response = talk.desk.send(talk.desk.request(post, body(Value::Null))).await;
    assert_eq!((response.status, response.body.len()), (201, 0));
    assert_eq!(talk.desk.refused(post, body(json!("nobody"))).await.0, 500);
    talk.desk.ok(post, body(json!("5f1d7a20c4e8b3906a2f4d11"))).await;
    assert_eq!(talk.desk.refused(post, json!({ "type": "SMS", "message": "x" })).await.0, 422);
}

#[tokio::test]
async fn the_id_of_another_system_is_no_location() {
    let talk = Talk::open().await;
    let received = talk.receive(json!({ "message": "hello", "altId": "theirs-1" })).await;
    let call = json!({
        "type": "Call", "conversationId": received["conversationId"], "altId": "theirs-2",
        "conversationProviderId": "5f1d7a20c4e8b3906a2f4d11",
        "call": { "status": "completed", "to": "+15550100142" },
    });
    talk.desk.ok("POST /conversations/messages/outbound", call).await;
    assert_eq!(talk.message(&received["messageId"]).await["altId"], "theirs-1");
}

#[tokio::test]
async fn what_goes_out_may_name_any_provider() {
    let talk = Talk::open().await;
    let custom = json!({ "type": "Custom", "message": "x", "conversationProviderId": "ours" });
    let sent = talk.send(custom).await;
    assert_eq!(talk.message(&sent["messageId"]).await["conversationProviderId"], "ours");
    let put = json!({
        "status": "failed", "error": { "type": "saas", "message": "no line" },
        "recipients": [{ "emailId": "a@example.com", "status": "delivered" }, "b@example.com"],
    });
    let path = format!("PUT /conversations/messages/{}/status", text(&sent["messageId"]));
    assert_eq!(talk.desk.ok(&path, put).await["status"], "failed");
    let all = talk.search("&limit=500").await;
    assert_eq!(json!(all["conversations"].as_array().unwrap().len()), all["total"]);
}

#[tokio::test]
async fn preferences_keep_emails_away() {
    let talk = Talk::open().await;
    let location = &talk.location;
    let subtypes = format!("/conversations/preferences/custom-subtypes?locationId={location}");
    let body = json!({ "name": "News", "channel": "email", "language": "en" });
    let made = talk.desk.ok(&format!("POST {subtypes}"), body).await["customSubtype"].clone();
    let change = |status: &str| {
        json!({
            "locationId": location, "contactId": talk.contact, "email": "ada@example.com",
            "legal_reason": "asked for it",
            "subscription_action": {
                "type": "custom", "subtype_id": made["id"], "subtype_status": status,
            },
        })
    };
    let path = "POST /conversations/preferences/unsubscriptions/user-change";
    talk.desk.ok(path, change("unsubscribed")).await;
    let news = json!({
        "type": "Email", "contactId": talk.contact, "message": "x", "customSubtypeId": made["id"],
    });
    let (_, refused) = talk.desk.call("POST /conversations/messages", news.clone()).await;
    assert_eq!(refused["canonicalCode"], "CONVERSATIONS_MSG_UNSUBSCRIBED_EMAIL");
    talk.send(json!({ "type": "Email", "message": "of another kind" })).await;
    talk.desk.ok(path, change("subscribed")).await;
    talk.desk.ok("POST /conversations/messages", news).await;
}

#[tokio::test]
async fn a_review_is_replied_to_and_an_email_is_forwarded() {
    let talk = Talk::open().await;
    let found = talk.search("&lastMessageType=TYPE_REVIEW").await["conversations"][0].clone();
    let path = "POST /conversations/messages/review-reply";
    let body =
        json!({ "conversationId": found["id"], "locationId": talk.location, "message": "Thanks" });
    talk.desk.ok(path, body).await;
    let sent =
        talk.send(json!({ "type": "Email", "subject": "Plan", "message": "as agreed" })).await;
    let body = json!({ "conversationId": sent["conversationId"], "locationId": talk.location, "message": "x" });
    assert_eq!(talk.desk.refused(path, body).await.0, 400);
    let forward =
        json!({ "isForwarded": true, "messageId": sent["messageId"], "toEmail": "b@example.com" });
    let passed = talk.send(json!({ "type": "Email", "forward": forward })).await;
    assert_eq!(passed["forwardData"]["emailMessageId"], sent["emailMessageId"]);
    let path = format!("GET /conversations/messages/email/{}", text(&passed["emailMessageId"]));
    let email = talk.desk.ok(&path, Value::Null).await;
    assert_eq!((&email["subject"], &email["to"]), (&json!("Fwd: Plan"), &json!(["b@example.com"])));
}

#[tokio::test]
async fn a_provider_delivers_and_is_told_what() {
    let receiver = Receiver::start(&[]).await;
    let talk = Talk::open().await;
    talk.desk.sandbox.subscribe(&receiver.url()).unwrap();
    let body = json!({ "message": "hello", "conversationProviderId": "5f1d7a20c4e8b3906a2f4d11" });
    let sent = talk.send(body).await;
    let end = Instant::now() + Duration::from_secs(5);
    while receiver.received().len() < 2 && Instant::now() < end {
        tokio::task::yield_now().await;
    }
    let events: Vec<Value> =
        receiver.received().iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
    assert_eq!((&events[0]["type"], &events[0]["phone"]), (&json!("SMS"), &json!("+15550100142")));
    assert_eq!(
        (&events[0]["messageId"], &events[1]["messageId"]),
        (&sent["messageId"], &sent["messageId"])
    );
    talk.pass(60).await;
    assert_eq!(talk.message(&sent["messageId"]).await["status"], "pending");
    receiver.stop().await;
}
