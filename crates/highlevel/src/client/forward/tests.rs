//! What is passed on, what is repeated, and what comes back.

use endpoint::{Content, Method, Retry};

use super::*;
use crate::{
    ForwardBody, Kind, Settings,
    catalogue::route,
    stand_ins::{
        Answer, ManualTimer, Script, answer, answer_with, client, client_with, lost, settings,
        unreachable,
    },
};

fn forward(method: Method, path: &str) -> Forward {
    Forward {
        route: route(method, path, None).unwrap(),
        query: vec![("a b".to_owned(), "c&d".to_owned()), ("a b".to_owned(), String::new())],
        headers: vec![("x-trace".to_owned(), "1".to_owned())],
        accept: "application/json".to_owned(),
        body: None,
    }
}

fn get() -> Forward {
    forward(Method::Get, "/contacts/c1")
}

fn upload() -> Forward {
    let body = ForwardBody::Streamed {
        media_type: "multipart/form-data; boundary=x".to_owned(),
        length: Some(3),
        pieces: stream::whole("abc".into()),
    };
    Forward { body: Some(body), ..forward(Method::Post, "/medias/upload-file") }
}

async fn body(reply: StreamedResponse) -> String {
    match stream::gather(reply.pieces, usize::MAX).await.unwrap() {
        Gathered::Whole(body) | Gathered::Part(body, _) => {
            String::from_utf8(body.to_vec()).unwrap()
        }
    }
}

async fn passed(answers: Vec<Answer>, forward: Forward) -> (Result<u16, Error>, Sent) {
    let (client, script) = client(answers);
    let outcome = client.forward(forward).await.map(|reply| reply.status);
    (outcome, Sent(script))
}

struct Sent(Script<ManualTimer>);

impl Sent {
    fn count(&self) -> usize {
        self.0.requests().len()
    }
}

#[tokio::test]
async fn a_request_is_built_from_its_route_and_its_pairs() {
    let json = ForwardBody::Whole(Content::json("{}"));
    let post = Forward { body: Some(json), ..forward(Method::Post, "/contacts/c1/notes") };
    let (outcome, sent) = passed(vec![answer(201, "{}")], post).await;
    assert_eq!((outcome.unwrap(), sent.count()), (201, 1));
    assert_eq!(sent.0.wire(), ["POST /contacts/c1/notes?a%20b=c%26d&a%20b= {}"]);
    let headers = sent.0.requests().remove(0).headers;
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = [
        header("accept", "application/json"),
        header("content-type", "application/json"),
        header("version", "2021-07-28"),
        header("x-trace", "1"),
        header("authorization", "Bearer pit-hidden"),
    ];
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn a_reply_is_passed_on_without_the_token() {
    let headers = [("x-echo", "Bearer pit-hidden"), ("x-ratelimit-max", "2")];
    let (client, _) = client([answer_with(200, &headers, "it is pit-hidden, is it?")]);
    let reply = client.forward(get()).await.unwrap();
    assert_eq!(reply.headers[0].1, "Bearer [secret]");
    assert_eq!(body(reply).await, "it is [secret], is it?");

    let (client, _) = client_with(settings(), [answer(403, r#"{"message":"pit-hidden"}"#)]);
    let refusal = client.forward(get()).await.unwrap_err();
    assert_eq!(refusal.response().unwrap().body, r#"{"message":"[secret]"}"#);
}

#[tokio::test]
async fn what_can_be_repeated_is_repeated_and_nothing_else() {
    let (outcome, sent) = passed(vec![answer(502, "<html>"), unreachable(), lost()], get()).await;
    assert_eq!((outcome.unwrap(), sent.count()), (200, 4));

    let note = || forward(Method::Post, "/contacts/c1/notes");
    let (outcome, sent) = passed(vec![unreachable(), lost()], note()).await;
    assert!(outcome.unwrap_err().is_ambiguous());
    assert_eq!(sent.count(), 2, "what never left is repeated, what may have happened is not");

    let (outcome, sent) = passed(vec![answer(429, ""), answer(201, "{}")], note()).await;
    assert_eq!((outcome.unwrap(), sent.count()), (201, 2));
}

#[tokio::test]
async fn a_streamed_body_is_sent_once() {
    let (outcome, sent) = passed(vec![answer(201, "{}")], upload()).await;
    assert_eq!((outcome.unwrap(), sent.count()), (201, 1));
    assert!(sent.0.wire()[0].ends_with(" abc"), "{:?}", sent.0.wire());
    let request = sent.0.requests().remove(0);
    assert!(
        request
            .headers
            .contains(&("content-type".to_owned(), "multipart/form-data; boundary=x".to_owned()))
    );
    for failed in [unreachable(), lost(), answer(503, ""), answer(429, "")] {
        let (outcome, sent) = passed(vec![failed], upload()).await;
        assert!(outcome.is_err());
        assert_eq!(sent.count(), 1);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_repeated() {
    let pieces = stream::cap(stream::whole("too long".into()), 3);
    let media_type = "text/csv".to_owned();
    let body = Some(ForwardBody::Streamed { media_type, length: None, pieces });
    let (outcome, sent) = passed(vec![], Forward { body, ..upload() }).await;
    assert!(outcome.unwrap_err().is_ambiguous());
    assert_eq!(sent.count(), 0);
}

#[tokio::test]
async fn a_long_refusal_is_passed_on_as_it_is() {
    let long = "x".repeat(LONGEST_REFUSAL + 1);
    let (client, _) = client([answer(422, &long)]);
    let reply = client.forward(get()).await.unwrap();
    assert_eq!((reply.status, body(reply).await.len()), (422, long.len()));
    let (outcome, _) = passed(vec![answer(422, &long[1..])], get()).await;
    assert_eq!(outcome.unwrap_err().kind(), Some(&Kind::Invalid));
}

#[tokio::test]
async fn the_limits_and_the_breaker_are_those_of_every_call() {
    let fragile = Settings { breaker_failures: Some(1), retries: 0, ..settings() };
    let (client, script) = client_with(fragile, [answer(500, "")]);
    assert_eq!(client.forward(get()).await.unwrap_err().status(), Some(500));
    let stopped = client.forward(get()).await.unwrap_err();
    assert_eq!(stopped.kind(), Some(&Kind::Stopped));
    assert!(matches!(stopped.retry(), Retry::After(_)));
    assert_eq!(script.requests().len(), 1);

    let few = Settings { requests_per_window: 1, ..settings() };
    let (client, script) = client_with(few, []);
    for _ in 0..3 {
        client.forward(get()).await.unwrap();
    }
    let sent: Vec<_> = script.sent_at().iter().map(|at| at.round()).collect();
    assert_eq!(sent, [0.0, 10.0, 20.0]);
}
