//! Tests of the raw call: what it sends, what it refuses, what it reads, and that it is sent like any other.

use endpoint::{Method, Retry};
use serde_json::json;

use super::*;
use crate::{
    Kind,
    catalogue::operations,
    stand_ins::{BASE, answer, answer_with, client, lost, wire},
};

fn raw(id: &str) -> RawCall {
    RawCall::new(id).unwrap()
}

fn sent(call: &RawCall) -> String {
    wire(&call.request(BASE).unwrap())
}

fn header(call: &RawCall, name: &str) -> String {
    let request = call.request(BASE).unwrap();
    request.headers.into_iter().find(|(key, _)| key == name).unwrap().1
}

fn problems(call: &RawCall) -> Vec<String> {
    call.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn an_unknown_operation_names_the_nearest() {
    let error = RawCall::new("contacts.get-contct").unwrap_err();
    assert_eq!(error.nearest(), Some("contacts.get-contact"));
    assert_eq!(
        error.to_string(),
        "find the operation `contacts.get-contct`: HighLevel has none of this id; did you mean \
         `contacts.get-contact`?"
    );
    assert_eq!(RawCall::new("zzzzzzzzzzzz").unwrap_err().nearest(), None);
}

#[test]
fn path_query_and_body_are_encoded_as_the_catalogue_says() {
    let get = raw("contacts.get-contact").with("contactId", "a b/c?");
    assert_eq!(sent(&get), "GET /contacts/a%20b%2Fc%3F");

    let list = raw("invoices.list-invoices")
        .with("altId", "loc1")
        .with("altType", "location")
        .with("limit", 20)
        .with("offset", 0);
    let wire = sent(&list);
    for part in ["GET /invoices/?", "altId=loc1", "limit=20", "offset=0"] {
        assert!(wire.contains(part), "{wire}");
    }

    let create = raw("contacts.create-contact").body(json!({"locationId": "l1", "tags": ["a"]}));
    assert_eq!(sent(&create), r#"POST /contacts/ {"locationId":"l1","tags":["a"]}"#);
    assert_eq!(header(&create, "content-type"), "application/json");

    let left_out = list.with("offset", Value::Null);
    assert_eq!(problems(&left_out), ["query.offset is required: add it"]);
}

#[test]
fn lists_are_joined_or_repeated() {
    let query = |id: &str, name: &str| {
        let operation = catalogue::operation(id).unwrap();
        let edition = operation.editions().next().unwrap();
        let parameter = edition.parameter(name).unwrap();
        encoding::texts_of(parameter, &json!(["a", 1]))
    };
    assert_eq!(query("ad-manager.fb-get-reporting", "fields"), ["a,1"]);
    let repeated = operations().flat_map(Operation::editions).find_map(|edition| {
        let is_list = |it: &endpoint::catalogue::Parameter<'_>| {
            matches!(it.schema().shape(), Shape::Array { .. }) && !it.is_joined()
        };
        edition.parameters().find(is_list)
    });
    assert_eq!(encoding::texts_of(repeated.unwrap(), &json!(["a", 1])), ["a", "1"]);
}

#[test]
fn forms_go_in_one_line_and_files_in_parts() {
    let token = raw("oauth.get-access-token").body(json!({
        "client_id": "id", "client_secret": "s&s", "grant_type": "refresh_token",
        "refresh_token": "r",
    }));
    assert_eq!(
        sent(&token),
        "POST /oauth/token client_id=id&client_secret=s%26s&grant_type=refresh_token&refresh_token=r"
    );
    assert_eq!(header(&token, "content-type"), "application/x-www-form-urlencoded");

    let upload = raw("medias.upload-media-content")
        .body(json!({"name": "n", "hosted": false}))
        .file("file", "a.txt", "text/plain", "hello");
    assert_eq!(header(&upload, "content-type"), "multipart/form-data; boundary=part-boundary-0");
    let body = sent(&upload);
    for part in [
        "name=\"hosted\"\r\n\r\nfalse\r\n",
        "name=\"file\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\nhello\r\n",
    ] {
        assert!(body.contains(part), "{body}");
    }

    let named_by_id = raw("locations.upload-file-custom-fields")
        .with("locationId", "l1")
        .body(json!({"id": "c1"}))
        .file("field_1", "a.txt", "text/plain", "hello");
    assert_eq!(problems(&named_by_id), [""; 0]);
    let wrong = raw("medias.upload-media-content").file("fil", "a.txt", "text/plain", "hello");
    assert_eq!(problems(&wrong), ["body.fil is not known: did you mean `file`?"]);
    let none = raw("contacts.get-contact").with("contactId", "c1").file("f", "a", "b", "c");
    assert_eq!(problems(&none), ["files is not taken: leave it out"]);
}

#[test]
fn every_operation_of_every_generation_can_be_encoded() {
    for operation in operations() {
        for edition in operation.editions() {
            let mut call = RawCall::of(operation).generation(edition.generation());
            for parameter in edition.parameters() {
                call = call.with(parameter.name(), "a/b");
            }
            if edition.body().is_some() {
                call = call.body(json!({"field": ["one", 2]}));
            }
            let request = encoding::request(&call, edition, BASE).unwrap();
            let header = |name: &str| {
                let found = request.headers.iter().find(|(key, _)| key == name);
                found.map_or("", |(_, value)| value.as_str())
            };
            let path = request.url.strip_prefix(BASE).unwrap().split('?').next().unwrap();
            assert_eq!(path.split('/').count(), edition.path().split('/').count(), "{operation:?}");
            assert!(!path.contains('{'), "{operation:?}");
            assert!(
                ["2021-04-15", "2021-07-28", "v3"].contains(&header("version")),
                "{operation:?}"
            );
            let media_type = header("content-type").split(';').next().unwrap();
            let takes = edition.body().map_or("", |body| body.content_types().next().unwrap());
            assert_eq!(media_type, takes, "{operation:?}");
        }
    }
}

#[test]
fn the_version_is_the_editions_and_never_missing() {
    let contact = raw("contacts.get-contact").with("contactId", "c1");
    assert_eq!(header(&contact, "version"), "2021-07-28");
    assert_eq!(header(&contact.clone().version(Version::V2021_04_15), "version"), "2021-04-15");
    assert_eq!(header(&contact.generation(Generation::V3), "version"), "v3");
    let added = raw("brand-boards.list-brand-voices").with("locationId", "l1");
    assert_eq!(header(&added, "version"), "v3", "what only v3 has is called there");
    let v2 = json!({"client_id": "i", "client_secret": "s", "grant_type": "refresh_token"});
    let token = raw("oauth.get-access-token");
    assert_eq!(token.edition().unwrap().version(), None);
    assert_eq!(header(&token.body(v2), "version"), "2021-07-28");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let call = raw("contacts.create-contact")
        .with("contactId", "c1")
        .body(json!({"locationId": 7, "firstNam": "Ada"}));
    let error = call.request(BASE).err().unwrap();
    assert_eq!(error.problems().len(), 3);
    assert_eq!(error.retry(), Retry::Never);
    let text = error.to_string();
    for part in ["build contacts.create-contact", "contactId", "locationId", "`firstName`"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(text.ends_with("; correct the argument"), "{text}");

    let removed = operations().find(|operation| operation.is_removed()).unwrap();
    let gone = RawCall::of(removed).generation(Generation::V3);
    assert_eq!(problems(&gone), ["v3 lacks this operation: call another generation"]);
    assert!(gone.request(BASE).is_err());
}

#[test]
fn a_profile_says_what_the_client_needs() {
    let profile = raw("contacts.get-contact").profile();
    let expected = Profile {
        operation: "contacts.get-contact",
        method: Method::Get,
        repeatable: true,
        scope: Some("contacts.readonly"),
        needs_token: true,
    };
    assert_eq!(profile, expected);
    assert!(raw("contacts.search-contacts-advanced").profile().repeatable, "a POST that reads");
    assert!(!raw("contacts.create-contact").profile().repeatable);
    assert!(!raw("oauth.get-access-token").profile().needs_token);
}

#[test]
fn no_value_is_printed() {
    let token = raw("oauth.get-access-token").with("n", "hidden").body(json!({"a": "hidden"}));
    assert!(!format!("{token:?}").contains("hidden"));
    let response = Response { status: 200, headers: vec![], body: r#""hidden""#.into() };
    let reply = raw("contacts.get-contact").read(response).unwrap();
    assert_eq!(reply.json(), "hidden");
    assert!(!format!("{reply:?}").contains("hidden"));
}

#[tokio::test]
async fn a_reply_has_its_status_its_json_and_what_was_asked_for() {
    let body = r#"{"contact":{"id":"c1"},"traceId":"t"}"#;
    let (client, script) = client([answer_with(200, &[("x-one", "1")], body)]);
    let reply = client.call(&raw("contacts.get-contact").with("contactId", "c1")).await.unwrap();
    assert_eq!((reply.status(), reply.header("x-one")), (200, Some("1")));
    assert_eq!(reply.content(), &json!({"id": "c1"}));
    assert_eq!(reply.json()["traceId"], "t");
    let headers: Vec<_> = script.requests()[0].headers.iter().map(|it| it.0.clone()).collect();
    assert_eq!(headers, ["accept", "version", "authorization"]);
}

#[tokio::test]
async fn a_file_is_bytes_and_an_undocumented_success_may_be_empty_or_a_text() {
    let recording =
        raw("conversations.get-message-recording").with("messageId", "m1").with("locationId", "l1");
    let (client, script) = client([answer(200, "RIFF"), answer(200, ""), answer(204, "")]);
    assert_eq!(client.call(&recording).await.unwrap().bytes(), b"RIFF");
    assert_eq!(script.requests()[0].headers[0].1, "audio/x-wav");

    let delete = raw("voice-ai.delete-agent").with("agentId", "a1").with("locationId", "l1");
    assert_eq!(client.call(&delete).await.unwrap().json(), &Value::Null);
    assert_eq!(client.call(&delete).await.unwrap().status(), 204);

    let text = answer_with(200, &[("content-type", "text/plain; charset=utf-8")], "OK");
    let (client, _) = self::client([text, answer(200, "<html>busy</html>"), answer(200, "{}")]);
    assert_eq!(client.call(&delete).await.unwrap().bytes(), b"OK");
    assert_eq!(client.call(&delete).await.unwrap().json(), &json!({}), "the page was not believed");
}

#[tokio::test]
async fn a_success_that_is_none_is_repeated_or_ambiguous_as_with_typed_calls() {
    let get = raw("contacts.get-contact").with("contactId", "c1");
    for failure in ["<html>busy</html>", "", r#"{"contact":{"#] {
        let (client, script) = client([answer(200, failure)]);
        client.call(&get).await.unwrap();
        assert_eq!(script.requests().len(), 2, "{failure}");
    }
    let create = raw("contacts.create-contact").body(json!({"locationId": "l1"}));
    for failure in [answer(201, ""), answer(500, ""), lost()] {
        let (client, script) = self::client([failure]);
        let error = client.call(&create).await.unwrap_err();
        assert!(error.is_ambiguous(), "{error}");
        assert_eq!(script.requests().len(), 1);
    }
    let (client, _) = self::client([answer(201, "")]);
    let sms = json!({"type": "SMS", "contactId": "c1", "message": "hello"});
    client.call(&raw("conversations.send-a-new-message").body(sms)).await.unwrap();
}

#[tokio::test]
async fn refusals_and_limits_are_those_of_typed_calls() {
    let scope = r#"{"statusCode":401,"message":"The token is not authorized for this scope."}"#;
    let (client, script) = client([answer(429, ""), answer(401, scope)]);
    let get = raw("contacts.get-contact").with("contactId", "c1");
    let error = client.call(&get).await.unwrap_err();
    let scope = Some("contacts.readonly");
    assert_eq!(error.kind(), Some(&Kind::MissingScope { scope }));
    assert_eq!(script.sent_at(), [0.0, 10.1]);
}

#[tokio::test]
async fn an_operation_without_access_is_called_without_a_token() {
    let (client, script) = client([answer(200, "{}")]);
    let body = json!({"client_id": "i", "client_secret": "s", "grant_type": "refresh_token"});
    client.call(&raw("oauth.get-access-token").body(body)).await.unwrap();
    let headers = &script.requests()[0].headers;
    assert!(headers.iter().all(|(name, _)| name != "authorization"));
}
