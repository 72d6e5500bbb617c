//! Tests: messages, how they are listed, scheduled and exported.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Talk, contact, ids, noon, text};
use crate::highlevel::{
    HighLevelSandbox, HighLevelSettings, RateLimits,
    api::desk::Desk,
    receiver::{Receiver, still_clock},
};

#[tokio::test]
async fn a_text_message_goes_from_pending_to_delivered_as_time_passes() {
    let talk = Talk::open().await;
    let sent = talk.send(json!({ "message": "hello" })).await;
    assert_eq!(sent["status"], "pending");
    let read = talk.message(&sent["messageId"]).await;
    assert_eq!((&read["status"], &read["body"]), (&json!("pending"), &json!("hello")));
    assert_eq!((&read["type"], &read["messageType"]), (&json!(2), &json!("TYPE_SMS")));
    talk.pass(1).await;
    assert_eq!(talk.message(&sent["messageId"]).await["status"], "sent");
    talk.pass(60).await;
    assert_eq!(talk.message(&sent["messageId"]).await["status"], "delivered");

    let id = text(&sent["messageId"]);
    let error = json!({ "code": "1", "type": "saas", "message": "no route" });
    let body = json!({ "status": "failed", "error": error });
    talk.desk.ok(&format!("PUT /conversations/messages/{id}/status"), body).await;
    let read = talk.message(&sent["messageId"]).await;
    assert_eq!(
        (&read["status"], &read["error"]["message"]),
        (&json!("failed"), &json!("no route"))
    );
}

#[tokio::test]
async fn the_messages_of_a_conversation_are_paged_from_the_newest() {
    let talk = Talk::open().await;
    let mut sent = Vec::new();
    for number in 0..5 {
        let kind = if number == 2 { "WhatsApp" } else { "SMS" };
        let body = json!({ "type": kind, "message": format!("number {number}") });
        sent.push(talk.send(body).await);
    }
    let path = format!("GET /conversations/{}/messages?limit=2", text(&sent[0]["conversationId"]));
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = talk.desk.ok(&format!("{path}{after}"), Value::Null).await["messages"].clone();
        seen.extend(ids(&page["messages"]));
        if page["nextPage"] == false {
            break;
        }
        after = format!("&lastMessageId={}", text(&page["lastMessageId"]));
    }
    let newest_first: Vec<String> = sent.iter().rev().map(|one| text(&one["messageId"])).collect();
    assert_eq!(seen, newest_first);
    let kinds = talk.desk.ok(&format!("{path}&type=TYPE_WHATSAPP,TYPE_CALL"), Value::Null).await;
    assert_eq!(ids(&kinds["messages"]["messages"]), [text(&sent[2]["messageId"])]);
    assert_eq!(talk.desk.refused(&format!("{path}&type=SMS"), Value::Null).await.0, 422);
    let unknown = format!("{path}&lastMessageId=AbsentAbsentAbsent00");
    assert_eq!(talk.desk.refused(&unknown, Value::Null).await.0, 400);
}

#[tokio::test]
async fn strict_answers_are_flat() {
    let rate_limits = RateLimits::generous();
    let settings =
        HighLevelSettings { strict_spec: true, rate_limits, ..HighLevelSettings::default() };
    let desk = Desk::new(settings).await;
    let contact = contact(&desk, "Ada", "ada@example.com", "+15550100142").await;
    let body = json!({ "type": "SMS", "contactId": contact, "message": "hello" });
    let sent = desk.ok("POST /conversations/messages", body).await;
    let path = format!("GET /conversations/{}/messages", text(&sent["conversationId"]));
    let list = desk.ok(&path, Value::Null).await;
    assert_eq!((&list["nextPage"], &list["messages"][0]["body"]), (&json!(false), &json!("hello")));
    let path = format!("GET /conversations/messages/{}", text(&sent["messageId"]));
    assert_eq!(desk.ok(&path, Value::Null).await["body"], "hello");
    let body = json!({ "type": "Custom", "contactId": contact, "message": "hello" });
    assert_eq!(desk.refused("POST /conversations/messages/inbound", body).await.0, 422);
}

#[tokio::test]
async fn emails_thread_and_keep_their_words_to_themselves() {
    let talk = Talk::open().await;
    let body = json!({
        "type": "Email", "subject": "Offer", "html": "<p>Hi</p>", "message": "unseen",
        "emailCc": ["boss@example.com"],
    });
    let sent = talk.send(body).await;
    let answered = json!({
        "type": "Email", "emailMessageId": sent["emailMessageId"], "message": "Yes",
        "subject": "Re: Offer",
    });
    let received = talk.receive(answered).await;
    assert_eq!(received["messageId"], sent["messageId"]);
    let more = json!({
        "type": "Email", "message": "Good", "replyMessageId": sent["emailMessageId"],
        "emailReplyMode": "reply_all",
    });
    let replied = talk.send(more).await;
    assert_eq!(replied["messageId"], sent["messageId"]);

    let thread = talk.message(&sent["messageId"]).await;
    let expected = [&sent, &received, &replied].map(|one| one["emailMessageId"].clone());
    assert_eq!(
        (&thread["meta"]["email"]["messageIds"], thread.get("body")),
        (&json!(expected), None)
    );
    let email = |id: &Value| format!("GET /conversations/messages/email/{}", text(id));
    let first = talk.desk.ok(&email(&expected[0]), Value::Null).await;
    assert_eq!((&first["body"], &first["to"]), (&json!("<p>Hi</p>"), &json!(["ada@example.com"])));
    let last = talk.desk.ok(&email(&expected[2]), Value::Null).await;
    assert_eq!(
        (&last["subject"], &last["cc"]),
        (&json!("Re: Offer"), &json!(["boss@example.com"]))
    );
    assert_eq!(last["replyToMessageId"], expected[0]);
    let row =
        talk.search(&format!("&contactId={}", talk.contact)).await["conversations"][0].clone();
    assert_eq!((&row["lastMessageBody"], &row["unreadCount"]), (&json!("Good"), &json!(1)));
}

#[tokio::test]
async fn a_scheduled_message_waits_for_its_moment_or_is_canceled() {
    let talk = Talk::open().await;
    let later = noon() + 600;
    let sent = talk.send(json!({ "message": "later", "scheduledTimestamp": later })).await;
    assert_eq!(talk.message(&sent["messageId"]).await["status"], "scheduled");
    let row =
        talk.search(&format!("&contactId={}", talk.contact)).await["conversations"][0].clone();
    assert_eq!(row["lastMessageBody"], "");
    talk.pass(599).await;
    assert_eq!(talk.message(&sent["messageId"]).await["status"], "scheduled");
    talk.pass(10).await;
    assert_eq!(talk.message(&sent["messageId"]).await["status"], "delivered");
    let row =
        talk.search(&format!("&contactId={}", talk.contact)).await["conversations"][0].clone();
    assert_eq!(row["lastMessageBody"], "later");
    let cancel = |id: &Value| format!("DELETE /conversations/messages/{}/schedule", text(id));
    assert_eq!(talk.desk.refused(&cancel(&sent["messageId"]), Value::Null).await.0, 400);

    let later = later + 3_600;
    let body = json!({ "message": "never", "scheduledTimestamp": later });
    let text_message = talk.send(body.clone()).await;
    let mut body = body;
    body["type"] = json!("Email");
    let email = talk.send(body).await;
    let canceled = talk.desk.ok(&cancel(&text_message["messageId"]), Value::Null).await;
    assert_eq!(canceled["status"], 200);
    let path =
        format!("DELETE /conversations/messages/email/{}/schedule", text(&email["emailMessageId"]));
    talk.desk.ok(&path, Value::Null).await;
    for gone in [&text_message, &email] {
        let path = format!("GET /conversations/messages/{}", text(&gone["messageId"]));
        assert_eq!(talk.desk.refused(&path, Value::Null).await.0, 404);
    }
    assert_eq!(talk.desk.refused(&path, Value::Null).await.0, 404);
}

#[tokio::test]
async fn the_export_leaves_emails_to_their_channel() {
    let talk = Talk::open().await;
    for number in 0..25 {
        talk.send(json!({ "message": format!("number {number}") })).await;
    }
    talk.send(json!({ "type": "Email", "message": "by email" })).await;
    let own = format!("&contactId={}", talk.contact);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = talk.export(&format!("{own}&limit=10{cursor}")).await;
        assert_eq!(page["total"], 25);
        seen.extend(ids(&page["messages"]));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 25);
    let emails = talk.export(&format!("{own}&channel=Email")).await;
    assert_eq!((&emails["total"], &emails["nextCursor"]), (&json!(1), &Value::Null));
    let other = format!("GET /conversations/messages/export?locationId={}", talk.location);
    assert_eq!(talk.desk.refused(&format!("{other}&cursor=x"), Value::Null).await.0, 400);
    assert_eq!(talk.desk.refused(&format!("{other}&limit=5"), Value::Null).await.0, 422);
}

#[tokio::test]
async fn a_scheduled_message_leaves_while_nobody_calls() {
    let clock = still_clock();
    let settings = HighLevelSettings::default();
    let mut talk = Talk::open().await;
    talk.desk.sandbox = HighLevelSandbox::start(settings, clock.clone()).await.unwrap();
    let receiver = Receiver::start(&[]).await;
    talk.desk.sandbox.subscribe(&receiver.url()).unwrap();
    talk.desk.token = talk.desk.sandbox.token().to_owned();
    talk.contact = contact(&talk.desk, "Ada King", "ada@example.com", "+15550100142").await;
    talk.send(json!({ "message": "later", "scheduledTimestamp": noon() + 60 })).await;
    clock.advance(Duration::from_secs(61));
    let is_told = || {
        let received = receiver.received();
        received.iter().any(|one| String::from_utf8_lossy(&one.body).contains("OutboundMessage"))
    };
    let end = Instant::now() + Duration::from_secs(5);
    while !is_told() && Instant::now() < end {
        tokio::task::yield_now().await;
    }
    assert!(is_told());
    receiver.stop().await;
}
