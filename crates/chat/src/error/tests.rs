//! Tests of errors: what each provider says, what kind it is, and what may follow.

use endpoint::Method;

use super::*;
use crate::dialects::openai::ListModels;

/// An operation that is paid for.
struct Complete;

impl Endpoint for Complete {
    const NAME: &'static str = "chat.complete";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/chat/completions";
    type Response = Vec<u8>;
}

fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    let header = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers = headers.iter().map(header).collect();
    let response = Response { status, headers, body: body.to_owned().into() };
    Error::of::<Complete>(Provider::OpenAi, endpoint::decode::<Complete>(response).unwrap_err())
}

fn openai(kind: &str, code: &str, message: &str) -> String {
    format!(r#"{{"error":{{"message":"{message}","type":"{kind}","param":null,"code":"{code}"}}}}"#)
}

fn anthropic(kind: &str, message: &str) -> String {
    format!(
        r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}},"request_id":"r"}}"#
    )
}

#[test]
fn what_providers_say_has_one_kind_each() {
    use Kind::*;
    use Retry::{Backoff, Never};
    for (status, body, kind, retry) in [
        (401, openai("invalid_request_error", "invalid_api_key", "Bad key"), BadKey, Never),
        (400, openai("invalid_request_error", "invalid_value", "Bad"), Invalid, Never),
        (400, openai("x", "context_length_exceeded", "Long"), TooLarge, Never),
        (403, openai("x", "unsupported_country", "No"), Forbidden, Never),
        (404, openai("x", "model_not_found", "No"), NoSuchModel, Never),
        (404, openai("x", "unknown_url", "Unknown request URL: /v9/models"), NotOffered, Never),
        (429, openai("x", "insufficient_quota", "Pay"), Quota, Never),
        (429, openai("x", "rate_limit_exceeded", "Slow"), Throttled, Backoff),
        (500, openai("server_error", "", "Oh"), Failed, Backoff),
        (401, anthropic("authentication_error", "invalid x-api-key"), BadKey, Never),
        (400, anthropic("billing_error", "Credit"), Quota, Never),
        (403, anthropic("permission_error", "No"), Forbidden, Never),
        (404, anthropic("not_found_error", "model: m-9"), NoSuchModel, Never),
        (404, anthropic("not_found_error", "Not found"), NotOffered, Never),
        (413, anthropic("request_too_large", "Long"), TooLarge, Never),
        (429, anthropic("rate_limit_error", "Slow"), Throttled, Backoff),
        (529, anthropic("overloaded_error", "Full"), Overloaded, Backoff),
        (404, r#"{"error":"model 'm-9' not found"}"#.to_owned(), NoSuchModel, Never),
        (404, "404 page not found".to_owned(), NotOffered, Never),
        (405, String::new(), NotOffered, Never),
        (503, r#"{"error":"server busy"}"#.to_owned(), Overloaded, Backoff),
        (502, "<html>".to_owned(), Failed, Backoff),
        (302, String::new(), Unreadable, Never),
        (200, "<html>".to_owned(), Unreadable, Never),
    ] {
        let error = refused(status, &[], &body);
        assert_eq!((error.kind(), error.retry()), (kind, retry), "{status} {body}");
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn the_providers_headers_decide_when() {
    let body = openai("x", "rate_limit_exceeded", "Slow");
    let retry = |headers: &[(&str, &str)]| refused(429, headers, &body).retry();
    assert_eq!(retry(&[("retry-after", "7")]), Retry::After(Duration::from_secs(7)));
    let both = [("retry-after", "1"), ("retry-after-ms", "250")];
    assert_eq!(retry(&both), Retry::After(Duration::from_millis(250)));
    assert_eq!(retry(&[("x-should-retry", "false"), ("retry-after", "7")]), Retry::Never);
    let request = refused(500, &[("x-request-id", "req_1")], "");
    assert_eq!(request.request_id(), Some("req_1"));
}

#[test]
fn an_answer_that_may_have_been_paid_for_is_ambiguous() {
    for (status, ambiguous) in [(500, true), (502, true), (503, false), (529, false), (429, false)]
    {
        assert_eq!(refused(status, &[], "").is_ambiguous(), ambiguous, "{status}");
    }
    assert!(refused(200, &[], "<html>").is_ambiguous());
    let lost = endpoint::Error::Send {
        operation: ListModels::NAME,
        method: Method::Get,
        source: TransportError::Interrupted { host: "h".to_owned(), source: "reset".into() },
    };
    let lost = Error::of::<ListModels>(Provider::OpenAi, lost);
    assert_eq!((lost.kind(), lost.is_ambiguous()), (Kind::Interrupted, false));
}

#[test]
fn a_sentence_shows_a_word_and_nothing_that_was_said() {
    let body = openai("x", "invalid_value", "'my number is 555-0100' is not valid");
    let error = refused(400, &[], &body);
    assert!(error.message().unwrap().contains("555"));
    assert_eq!(
        error.to_string(),
        "OpenAI answered chat.complete with status 400 (invalid_value); change what the \
         provider's message names"
    );
    let ollama = endpoint::Error::Send {
        operation: "models.list",
        method: Method::Get,
        source: TransportError::Connect { host: "h".to_owned(), source: "refused".into() },
    };
    let ollama = Error::of::<ListModels>(Provider::Ollama, ollama);
    assert!(ollama.to_string().contains("`ollama serve`"), "{ollama}");
}
