//! Tests: conversations and messages over the API's own port.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::desk::Desk;
use crate::highlevel::{
    HighLevelSandbox, HighLevelSettings, RateLimits,
    receiver::{NOON, Receiver, still_clock},
};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn ids(rows: &Value) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| text(&row["id"])).collect()
}

/// Where the clock of a desk stands, in seconds.
fn noon() -> i64 {
    NOON.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// A desk with a contact that has no conversation yet.
struct Talk {
    desk: Desk,
    location: String,
    contact: String,
}

impl Talk {
    async fn open() -> Self {
        let desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        let contact = contact(&desk, "Ada King", "ada@example.com", "+15550100142").await;
        Self { desk, location, contact }
    }

    async fn send(&self, more: Value) -> Value {
        let mut body = json!({ "type": "SMS", "contactId": self.contact });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.desk.ok("POST /conversations/messages", body).await
    }

    async fn receive(&self, more: Value) -> Value {
        let mut body = json!({ "type": "SMS", "contactId": self.contact });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.desk.ok("POST /conversations/messages/inbound", body).await
    }

    async fn message(&self, id: &Value) -> Value {
        let path = format!("GET /conversations/messages/{}", text(id));
        self.desk.ok(&path, Value::Null).await["message"].clone()
    }

    async fn search(&self, more: &str) -> Value {
        let path = format!("GET /conversations/search?locationId={}{more}", self.location);
        self.desk.ok(&path, Value::Null).await
    }

    async fn export(&self, more: &str) -> Value {
        let path = format!("GET /conversations/messages/export?locationId={}{more}", self.location);
        self.desk.ok(&path, Value::Null).await
    }

    /// Advances the clock.
    async fn pass(&self, seconds: u32) {
        let body = json!({ "advance_seconds": seconds });
        assert_eq!(self.desk.call("POST /_sandbox/clock", body).await.0, 200);
    }
}

async fn contact(desk: &Desk, name: &str, email: &str, phone: &str) -> String {
    let location = desk.sandbox.location_id();
    let body = json!({ "locationId": location, "name": name, "email": email, "phone": phone });
    text(&desk.ok("POST /contacts/", body).await["contact"]["id"])
}

#[tokio::test]
async fn a_conversation_lives_from_creation_to_deletion() {
    let talk = Talk::open().await;
    let body = json!({ "locationId": talk.location, "contactId": talk.contact });
    let made = talk.desk.ok("POST /conversations/", body.clone()).await["conversation"].clone();
    let (status, again) = talk.desk.call("POST /conversations/", body).await;
    assert_eq!((status, &again["conversationId"]), (400, &made["id"]));

    let path = format!("/conversations/{}", text(&made["id"]));
    let read = talk.desk.ok(&format!("GET {path}"), Value::Null).await;
    assert_eq!((&read["type"], &read["unreadCount"]), (&json!(1), &json!(0)));
    let put = json!({ "locationId": talk.location, "unreadCount": 3, "starred": true });
    let put = talk.desk.ok(&format!("PUT {path}"), put).await;
    assert_eq!(put["conversation"]["unreadCount"], 3);
    let found = talk.search("&status=starred").await;
    assert_eq!(ids(&found["conversations"]), [text(&made["id"])]);
    assert_eq!(found["conversations"][0]["type"], "TYPE_PHONE");

    assert_eq!(talk.desk.ok(&format!("DELETE {path}"), Value::Null).await["success"], true);
    assert_eq!(talk.desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
    let nobody = json!({ "locationId": talk.location, "contactId": "AbsentAbsentAbsent00" });
    assert_eq!(talk.desk.refused("POST /conversations/", nobody).await.0, 404);
}

#[tokio::test]
async fn another_locations_conversation_is_refused_and_a_contact_takes_its_own_along() {
    let mut talk = Talk::open().await;
    let sent = talk.send(json!({ "message": "hello" })).await;
    let conversation = format!("GET /conversations/{}", text(&sent["conversationId"]));
    let message = format!("GET /conversations/messages/{}", text(&sent["messageId"]));
    let own = talk.desk.token.clone();
    talk.desk.token = talk.desk.sandbox.other_token().to_owned();
    for path in [&conversation, &message] {
        assert_eq!(talk.desk.refused(path, Value::Null).await.0, 403, "{path}");
    }
    talk.desk.token = own;
    talk.desk.ok(&format!("DELETE /contacts/{}", talk.contact), Value::Null).await;
    for path in [&conversation, &message] {
        assert_eq!(talk.desk.refused(path, Value::Null).await.0, 404, "{path}");
    }
}

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
async fn calls_are_recorded_and_written_down() {
    let talk = Talk::open().await;
    let body = json!({ "type": "Call", "call": { "status": "completed" } });
    let received = talk.receive(body).await;
    let read = talk.message(&received["messageId"]).await;
    assert_eq!(read["meta"]["call"], json!({ "duration": 9, "status": "completed" }));
    let out = json!({
        "type": "Call", "conversationId": received["conversationId"],
        "conversationProviderId": "5f1d7a20c4e8b3906a2f4d11", "date": "2025-01-02T10:00:00Z",
        "call": { "status": "no-answer", "to": "+15550100142" },
    });
    let missed = talk.desk.ok("POST /conversations/messages/outbound", out).await;
    assert_eq!(missed["dateAdded"], "2025-01-02T10:00:00.000Z");

    let (location, id) = (&talk.location, text(&received["messageId"]));
    let recording = format!("GET /conversations/messages/{id}/locations/{location}/recording");
    let response = talk.desk.send(talk.desk.request(&recording, Value::Null)).await;
    assert_eq!((response.status, &response.body[..4]), (200, b"RIFF".as_slice()));
    let words = format!("/conversations/locations/{location}/messages/{id}/transcription");
    let (status, sentences) = talk.desk.call(&format!("GET {words}"), Value::Null).await;
    assert_eq!((status, &sentences[1]["sentenceIndex"]), (200, &json!(1)));
    let download = talk.desk.request(&format!("GET {words}/download"), Value::Null);
    let response = talk.desk.send(download).await;
    assert!(String::from_utf8_lossy(&response.body).contains("printer"));
    let none = format!(
        "GET /conversations/messages/{}/locations/{location}/recording",
        text(&missed["messageId"])
    );
    assert_eq!(talk.desk.refused(&none, Value::Null).await.0, 404);
    let path = format!("PUT /conversations/messages/{id}/attachments");
    let files = json!({ "attachments": ["https://example.com/a.mp3"] });
    talk.desk.ok(&path, files.clone()).await;
    assert_eq!(talk.message(&received["messageId"]).await["attachments"], files["attachments"]);
}

#[tokio::test]
async fn the_search_filters_sorts_and_pages() {
    let talk = Talk::open().await;
    for number in 0..30 {
        let email = format!("row.{number}@example.com");
        let id = contact(&talk.desk, "Row", &email, &format!("+1555777{number:04}")).await;
        let body = json!({ "type": "SMS", "contactId": id, "message": format!("row {number}") });
        talk.desk.ok("POST /conversations/messages", body).await;
    }
    for (order, sign) in [("asc", 1), ("desc", -1)] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        let mut dates = Vec::new();
        loop {
            let page = talk.search(&format!("&limit=7&sort={order}{after}")).await;
            assert_eq!(page["total"], 36);
            let rows = page["conversations"].as_array().unwrap().clone();
            let Some(last) = rows.last() else { break };
            after = format!("&startAfterDate={}", last["lastMessageDate"]);
            seen.extend(rows.iter().map(|row| text(&row["id"])));
            dates.extend(rows.iter().map(|row| sign * row["lastMessageDate"].as_i64().unwrap()));
        }
        assert_eq!(seen.len(), 36);
        assert!(dates.is_sorted());
    }
    let total = async |more: &str| talk.search(more).await["total"].clone();
    assert_eq!(total("&query=row%2017").await, 1);
    assert_eq!(total("&lastMessageType=TYPE_REVIEW").await, 1);
    assert_eq!(total("&lastMessageDirection=inbound").await, 3);
    assert_eq!(total("&status=unread").await, 3);
    assert_eq!(total("&assignedTo=unassigned").await, 36);
    assert_eq!(total("&mentions=somebody").await, 0);
    assert_eq!(total("&endDate=1000").await, 0);
    let path = format!("GET /conversations/search?locationId={}&limit=0", talk.location);
    assert_eq!(talk.desk.refused(&path, Value::Null).await.0, 422);
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
async fn files_are_taken_by_kind_and_size() {
    let talk = Talk::open().await;
    let sent = talk.send(json!({ "message": "look" })).await;
    let conversation = text(&sent["conversationId"]);
    let upload = async |conversation: &str, name: &str, size: usize| {
        let part = |head: &str, value: &str| {
            format!("--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{value}\r\n")
        };
        let file = format!("name=\"fileAttachment\"; filename=\"{name}\"");
        let body = part("name=\"conversationId\"", conversation)
            + &part(&file, &"x".repeat(size))
            + &part(&file.replace(name, "second.pdf"), "y")
            + &part("name=\"attachmentUrls\"", "https://files.example/third.txt")
            + "--b--\r\n";
        let mut request = talk.desk.request("POST /conversations/messages/upload", Value::Null);
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        request.body = body.into();
        let kind = "multipart/form-data; boundary=b";
        let response = talk.desk.send(request.with_header("content-type", kind)).await;
        (response.status, serde_json::from_slice::<Value>(&response.body).unwrap())
    };
    let (status, body) = upload(&conversation, "photo.PNG", 10).await;
    assert_eq!(status, 200, "{body}");
    let files = body["uploadedFiles"].as_object().unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["photo.PNG", "second.pdf", "third.txt"]);
    let (status, body) = upload(&conversation, "tool.exe", 10).await;
    assert_eq!((status, &body["status"]), (415, &json!(415)));
    let (status, body) = upload(&conversation, "film.mp4", (5 << 20) + 1).await;
    assert_eq!((status, &body["status"]), (413, &json!(413)), "{body}");
    assert_eq!(upload("AbsentAbsentAbsent00", "photo.png", 10).await.0, 500);

    let body = json!({
        "locationId": talk.location, "conversationId": conversation, "filename": "film.mp4",
        "contentType": "video/mp4", "fileSize": 50_000_000, "channel": "WHATSAPP",
    });
    let path = "POST /conversations/messages/upload/initiate";
    let announced = talk.desk.ok(path, body).await;
    let body = json!({
        "locationId": talk.location, "conversationId": conversation, "filename": "film.mp4",
        "uploadId": announced["uploadId"], "filePath": announced["filePath"],
    });
    let path = "POST /conversations/messages/upload/complete";
    let done = talk.desk.ok(path, body.clone()).await;
    assert_eq!(done["metadata"]["size"], 50_000_000);
    assert_eq!(talk.desk.refused(path, body).await.0, 404);
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
async fn changes_are_told_in_the_short_words() {
    let receiver = Receiver::start(&[]).await;
    let talk = Talk::open().await;
    talk.desk.sandbox.subscribe(&receiver.url()).unwrap();
    talk.send(json!({ "message": "out" })).await;
    talk.receive(json!({ "type": "Call", "call": { "status": "busy" } })).await;
    talk.receive(json!({ "message": "STOP" })).await;
    let later = noon() + 60;
    let body = json!({ "type": "Email", "message": "later", "scheduledTimestamp": later });
    talk.send(body).await;
    talk.pass(61).await;
    let end = Instant::now() + Duration::from_secs(5);
    while receiver.received().len() < 8 && Instant::now() < end {
        tokio::task::yield_now().await;
    }
    let events: Vec<Value> =
        receiver.received().iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
    let told: Vec<(&str, &str)> = events
        .iter()
        .map(|one| (one["type"].as_str().unwrap(), one["messageType"].as_str().unwrap_or("")))
        .collect();
    let expected = [
        ("OutboundMessage", "SMS"),
        ("InboundMessage", "CALL"),
        ("ConversationUnreadUpdate", ""),
        ("InboundMessage", "SMS"),
        ("ConversationUnreadUpdate", ""),
        ("ContactUpdate", ""),
        ("ContactDndUpdate", ""),
        ("OutboundMessage", "Email"),
    ];
    assert_eq!(told, expected);
    assert_eq!((&events[1]["callStatus"], &events[4]["unreadCount"]), (&json!("busy"), &json!(2)));
    assert_eq!(events[7]["body"], "later");
}

#[tokio::test]
async fn the_third_generation_has_the_same_inbox() {
    let mut talk = Talk::open().await;
    let sent = talk.send(json!({ "type": "Email", "subject": "Plan", "message": "x" })).await;
    talk.desk.version = "v3";
    let path = format!("/conversations/messages/email/{}", text(&sent["emailMessageId"]));
    let opened = json!({ "emailId": "ada@example.com", "status": "opened" });
    let body = json!({ "status": "opened", "events": { "opened": 1 }, "recipients": [opened] });
    talk.desk.ok(&format!("PUT {path}/status"), body).await;
    assert_eq!(talk.desk.ok(&format!("GET {path}"), Value::Null).await["status"], "opened");
    assert_eq!(talk.message(&sent["messageId"]).await["status"], "opened");
    let list = format!("GET /conversations/{}/messages", text(&sent["conversationId"]));
    let page = talk.desk.ok(&list, Value::Null).await["messages"].clone();
    assert_eq!(ids(&page["messages"]), [text(&sent["messageId"])]);
    let row = talk.search("&lastMessageType=TYPE_EMAIL&sort=desc&limit=1").await;
    assert_eq!(row["conversations"][0]["id"], sent["conversationId"]);
    let put = json!({ "locationId": talk.location, "feedback": "positive" });
    talk.desk.ok(&format!("PUT /conversations/{}", text(&sent["conversationId"])), put).await;
    assert_eq!(talk.export("&channel=Email").await["messages"][0]["id"], sent["messageId"]);
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
