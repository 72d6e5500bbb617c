//! Tests of conversations and of single messages, in each of the shapes that replies have.

use super::*;
use crate::{EmailMessageId, MessageId, ProviderId, models::Call};

fn conversation() -> ConversationId {
    ConversationId::new("k1")
}

fn message() -> MessageId {
    MessageId::new("m1")
}

#[test]
fn a_conversation_is_read_opened_changed_and_deleted() {
    let get = GetConversation { conversation_id: conversation() };
    assert_eq!(sent(&get), "2021-04-15 GET /conversations/k1");
    let read = kept::<GetConversation>(
        r#"{"id":"k1","contactId":"c1","locationId":"l1","type":1,"unreadCount":2,
        "deleted":false,"inbox":true,"starred":false}"#,
    );
    assert_eq!((read.kind, read.unread_count), (Some(json!(1)), Some(2)));
    let open = CreateConversation { location_id: location(), contact_id: contact() };
    let body = r#"{"locationId":"l1","contactId":"c1"}"#;
    assert_eq!(sent(&open), format!("2021-04-15 POST /conversations/ {body}"));
    let opened = kept::<CreateConversation>(
        r#"{"success":true,"conversation":{"id":"k1","dateAdded":"2027-02-01T08:00:00.000Z"}}"#,
    );
    assert_eq!(opened.conversation.id, conversation());
    let read = UpdateConversation {
        unread_count: Some(0),
        starred: Some(true),
        ..UpdateConversation::new(conversation(), location())
    };
    let body = r#"{"locationId":"l1","unreadCount":0,"starred":true}"#;
    assert_eq!(sent(&read), format!("2021-04-15 PUT /conversations/k1 {body}"));
    let reply = r#"{"success":true,"conversation":{"locationId":"l1","unreadCount":0}}"#;
    assert_eq!(kept::<UpdateConversation>(reply).conversation.unwrap()["unreadCount"], 0);
    let delete = DeleteConversation { conversation_id: conversation() };
    assert_eq!(sent(&delete), "2021-04-15 DELETE /conversations/k1");
}

#[test]
fn a_message_is_read_bare_and_in_its_envelope() {
    let get = GetMessage { message_id: message() };
    assert_eq!(sent(&get), "2021-04-15 GET /conversations/messages/m1");
    for body in [
        r#"{"id":"m1","messageType":"TYPE_CALL","meta":{"call":{"duration":12}}}"#,
        r#"{"message":{"id":"m1","messageType":"TYPE_CALL","meta":{"call":{"duration":12}}}}"#,
    ] {
        let reply = read::<GetMessage>(body).message;
        assert_eq!(reply.id, message());
        assert_eq!(reply.meta.unwrap()["call"]["duration"], 12);
    }
}

#[test]
fn an_email_has_its_body_and_an_id_of_its_own() {
    let email_message_id = EmailMessageId::new("e1");
    let get = GetEmail { email_message_id: email_message_id.clone() };
    assert_eq!(sent(&get), "2021-04-15 GET /conversations/messages/email/e1");
    let email = kept::<GetEmail>(
        r#"{"id":"e1","threadId":"th1","subject":"Offer","body":"<p>Hi</p>","from":"a@x.test",
        "to":["b@x.test"],"direction":"outbound","contentType":"text/html","provider":"own"}"#,
    );
    assert_eq!(email.to, Some(vec![text("b@x.test")]));
    assert_eq!(email.extra["provider"], "own");
    let cancel = CancelScheduledEmail { email_message_id };
    assert_eq!(sent(&cancel), "2021-04-15 DELETE /conversations/messages/email/e1/schedule");
    let cancel = CancelScheduledMessage { message_id: message() };
    assert_eq!(sent(&cancel), "2021-04-15 DELETE /conversations/messages/m1/schedule");
    kept::<CancelScheduledMessage>(r#"{"status":200,"message":"cancelled"}"#);
}

#[test]
fn what_passed_elsewhere_is_recorded() {
    let call = Call {
        to: Some(text("+15550100")),
        from: Some(text("+15550101")),
        status: Some(text("completed")),
        extra: Map::new(),
    };
    let inbound = AddInboundMessage {
        kind: text("SMS"),
        direction: text("inbound"),
        conversation_id: Some(conversation()),
        contact_id: Some(contact()),
        conversation_provider_id: Some(ProviderId::new("p1")),
        message: Some(text("hello")),
        html: None,
        subject: None,
        attachments: vec![],
        alt_id: Some(text("x-7")),
        date: None,
        call: None,
        extra: Map::new(),
    };
    let body = concat!(
        r#"{"type":"SMS","direction":"inbound","conversationId":"k1","contactId":"c1","#,
        r#""conversationProviderId":"p1","message":"hello","altId":"x-7"}"#
    );
    assert_eq!(sent(&inbound), format!("2021-04-15 POST /conversations/messages/inbound {body}"));
    let outbound = AddExternalCall {
        kind: text("Call"),
        conversation_id: conversation(),
        conversation_provider_id: ProviderId::new("p1"),
        attachments: vec![text("https://x.test/a.mp3")],
        alt_id: None,
        date: None,
        call: Some(call),
    };
    let body = concat!(
        r#"{"type":"Call","conversationId":"k1","conversationProviderId":"p1","#,
        r#""attachments":["https://x.test/a.mp3"],"#,
        r#""call":{"to":"+15550100","from":"+15550101","status":"completed"}}"#
    );
    assert_eq!(sent(&outbound), format!("2021-04-15 POST /conversations/messages/outbound {body}"));
    let reply = kept::<AddInboundMessage>(
        r#"{"success":true,"conversationId":"k1","messageId":"m1","message":"added"}"#,
    );
    assert_eq!(reply.unwrap().message_id, Some(message()));
    const { assert!(AddInboundMessage::EMPTY_REPLY && !AddInboundMessage::REPEATABLE) }
    assert_eq!(read::<AddInboundMessage>("null"), None);
}

#[test]
fn a_provider_says_how_far_a_message_got() {
    let status = UpdateMessageStatus {
        message_id: message(),
        status: text("failed"),
        error: Some(json!({"code": "1", "type": "carrier", "message": "blocked"})),
        email_message_id: None,
        recipients: None,
    };
    let body = r#"{"status":"failed","error":{"code":"1","message":"blocked","type":"carrier"}}"#;
    assert_eq!(sent(&status), format!("2021-04-15 PUT /conversations/messages/m1/status {body}"));
}

#[test]
fn the_text_of_a_call_is_one_sentence_or_several() {
    let get = GetTranscription { location_id: location(), message_id: message() };
    let expected = "2021-04-15 GET /conversations/locations/l1/messages/m1/transcription";
    assert_eq!(sent(&get), expected);
    for body in [
        r#"{"mediaChannel":1,"sentenceIndex":0,"transcript":"Hello","confidence":0.75}"#,
        r#"[{"mediaChannel":1,"sentenceIndex":0,"transcript":"Hello","confidence":0.75}]"#,
    ] {
        let sentences = read::<GetTranscription>(body).sentences;
        assert_eq!(sentences.len(), 1);
        assert_eq!(sentences[0].transcript.as_deref(), Some("Hello"));
    }
}

#[tokio::test]
async fn an_export_follows_its_cursor_whatever_a_page_holds() {
    let export = ExportMessages {
        channel: Some(text("Email")),
        contact_id: Some(contact()),
        ..ExportMessages::new(location())
    };
    assert!(sent(&export).starts_with("2021-04-15 GET /conversations/messages/export?"));
    let (sizes, wire) = turned(
        export,
        &[
            r#"{"messages":[{"id":"m1","type":3}],"nextCursor":"a/1","total":2}"#,
            r#"{"messages":[{"id":"m2","type":3}],"nextCursor":"","total":2}"#,
        ],
    )
    .await;
    assert_eq!(sizes, [1, 1]);
    let path = "GET /conversations/messages/export?locationId=l1&limit=500";
    let rest = "contactId=c1&channel=Email";
    assert_eq!(wire, [format!("{path}&{rest}"), format!("{path}&cursor=a%2F1&{rest}")]);
    kept::<ExportMessages>(r#"{"messages":[],"nextCursor":"z","total":0,"took":3}"#);
}
