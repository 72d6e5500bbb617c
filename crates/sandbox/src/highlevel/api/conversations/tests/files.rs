//! Tests: recordings of calls, and files.

use serde_json::{Value, json};

use super::{Talk, text};

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
