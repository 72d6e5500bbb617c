//! Tests: conversations over the API's own port, and what all tests of them share.

mod files;
mod messages;
mod sending;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::desk::Desk;
use crate::highlevel::receiver::{NOON, Receiver};

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
