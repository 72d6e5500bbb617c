//! Tests of errors: every code that Notion has, and every stage at which a call fails.

use std::error::Error as _;

use endpoint::{Endpoint, Method, TransportError};

use super::*;
use crate::{
    DataSourceId, PageId,
    resources::{CreatePage, GetPage, QueryDataSource},
};
use Happened::{Maybe, No};
use Retry::{Backoff, Never};

const SECOND: Duration = Duration::from_secs(1);

fn refused<E: Endpoint>(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    let header = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let response = Response {
        status,
        headers: headers.iter().map(header).collect(),
        body: body.to_owned().into(),
    };
    Error::of::<E>(endpoint::decode::<E>(response).map(|_| ()).unwrap_err())
}

fn body(status: u16, code: &str, message: &str, additional_data: &str) -> String {
    format!(
        r#"{{"object":"error","status":{status},"code":"{code}","message":"{message}",
            "request_id":"request-1","additional_data":{additional_data}}}"#
    )
}

fn create(status: u16, code: &str, additional_data: &str) -> Error {
    refused::<CreatePage>(status, &[], &body(status, code, "Words.", additional_data))
}

/// What follows from a code that a create is answered with.
struct Case(u16, &'static str, Retry, Happened, &'static str);

/// Whether the create may have been carried out.
#[derive(Clone, Copy, PartialEq)]
enum Happened {
    No,
    Maybe,
}

const CASES: [Case; 20] = [
    Case(400, "invalid_json", Never, No, "report it"),
    Case(400, "invalid_request_url", Never, No, "report it"),
    Case(400, "invalid_request", Never, No, "report it"),
    Case(400, "validation_error", Never, No, "change what"),
    Case(400, "missing_version", Never, No, "report it"),
    Case(400, "invalid_beta", Never, No, "report it"),
    Case(400, "invalid_grant", Never, No, "give a new token"),
    Case(401, "unauthorized", Never, No, "give a new token"),
    Case(403, "restricted_resource", Never, No, "give the conn"),
    Case(404, "object_not_found", Never, No, "share the page"),
    Case(409, "conflict_error", Backoff, No, "read the object"),
    Case(409, "row_limit_exceeded", Never, No, "move rows"),
    Case(429, "rate_limited", Backoff, No, "wait, or lower"),
    Case(500, "internal_server_error", Backoff, Maybe, "it may"),
    Case(502, "bad_gateway", Backoff, Maybe, "it may"),
    Case(503, "service_unavailable", Backoff, Maybe, "it may"),
    Case(503, "database_connection_unavailable", Backoff, Maybe, "it may"),
    Case(504, "gateway_timeout", Backoff, Maybe, "it may"),
    Case(529, "service_overload", Backoff, No, "repeat it later"),
    Case(418, "of_tomorrow", Never, No, "change what"),
];

#[test]
fn every_code_has_one_answer_to_what_next() {
    for Case(status, code, retry, happened, hint) in CASES {
        let error = create(status, code, "null");
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.code().map(Code::as_str), Some(code));
        assert_eq!(error.retry(), retry, "{code}");
        assert_eq!(error.is_ambiguous(), happened == Maybe, "{code}");
        assert!(error.hint().starts_with(hint), "{code}: {}", error.hint());
        assert_eq!(error.is_throttled(), matches!(status, 429 | 529), "{code}");
        let is_known = !matches!(error.code(), Some(Code::Other(_)));
        assert_eq!(is_known, code != "of_tomorrow", "{code}");
    }
}

#[test]
fn what_only_reads_is_never_ambiguous_although_the_query_is_a_post() {
    let text = body(503, "service_unavailable", "Words.", "null");
    for error in [
        refused::<GetPage>(503, &[], &text),
        refused::<QueryDataSource>(503, &[], &text),
        refused::<QueryDataSource>(200, &[], "<html>"),
    ] {
        assert!(!error.is_ambiguous(), "{error}");
        assert_eq!(error.retry(), Retry::Backoff);
    }
    assert!(refused::<CreatePage>(200, &[], "<html>").is_ambiguous());
}

#[test]
fn the_wait_is_read_from_the_header_and_else_from_the_body() {
    let in_body =
        r#"{"rate_limit_reason":"public_api_space_request_rate_limit","retry_after":"71"}"#;
    let text = body(429, "rate_limited", "Slow down.", in_body);
    let both = refused::<CreatePage>(429, &[("retry-after", "70")], &text);
    assert_eq!(both.retry(), Retry::After(70 * SECOND));
    let body_only = refused::<CreatePage>(429, &[], &text);
    assert_eq!(body_only.retry(), Retry::After(71 * SECOND));
    assert_eq!(
        create(529, "service_overload", r#"{"retry_after":3}"#).retry(),
        Retry::After(3 * SECOND)
    );
    assert_eq!(create(429, "rate_limited", r#"{"retry_after":"soon"}"#).retry(), Retry::Backoff);
}

#[test]
fn a_blocked_connection_is_never_called_again() {
    let data = r#"{"rate_limit_reason":"public_api_request_blocked","retry_after":"60"}"#;
    let error = create(429, "rate_limited", data);
    assert!(error.is_blocked());
    assert!(!error.is_throttled());
    assert_eq!(error.retry(), Retry::Never);
    assert!(error.hint().starts_with("stop calling"), "{}", error.hint());
}

#[test]
fn a_create_that_was_committed_says_what_it_created() {
    let data = r#"{"retry_guidance":["Read it."],"committed_resource_id":"page-9"}"#;
    let error = create(503, "service_unavailable", data);
    assert_eq!(error.committed_resource_id(), Some("page-9"));
    assert!(error.is_ambiguous());
    assert!(error.hint().starts_with("it was carried out"));
    let uncommitted = create(503, "service_unavailable", "{}");
    assert_eq!(uncommitted.committed_resource_id(), None);
}

#[test]
fn the_html_of_the_edge_is_an_error_without_a_code_that_keeps_its_bytes() {
    let html = "<html>502 Bad Gateway</html>";
    let error = refused::<CreatePage>(502, &[("x-notion-request-id", "request-2")], html);
    assert_eq!((error.code(), error.message()), (None, None));
    assert_eq!(error.request_id(), Some("request-2"));
    assert_eq!(error.call().response().unwrap().body, html);
    assert_eq!(
        error.to_string(),
        "pages.create was answered with status 502; it may have been carried out: look it up \
         before repeating it"
    );
}

#[test]
fn a_refusal_says_what_was_attempted_what_notion_said_and_what_to_do() {
    let message = "Could not find page with ID: p.";
    let text = body(404, "object_not_found", message, "null");
    let error = refused::<GetPage>(404, &[], &text);
    assert_eq!(
        error.to_string(),
        "pages.get was answered with status 404 (object_not_found): Could not find page with ID: \
         p.; share the page or database with the connection, or correct its id"
    );
    assert_eq!(error.request_id(), Some("request-1"));
    assert!(error.source().is_none());
}

#[test]
fn a_sentence_keeps_lengths_and_drops_values_that_notion_quotes() {
    let message = "body failed validation. Fix one:\\n\
                   body.a.content.length should be ≤ `2000`, instead was `2031`.\\n\
                   body.b should be a number, instead was `\\\"ada@example.com\\\"`.\\n\
                   body.c should be defined, instead was `undefined`.";
    let text = body(400, "validation_error", message, "null");
    let error = refused::<CreatePage>(400, &[], &text);
    let sentence = error.to_string();
    assert!(sentence.contains("instead was `2031`."), "{sentence}");
    assert!(sentence.contains("instead was `undefined`."), "{sentence}");
    assert!(!sentence.contains("ada@"), "{sentence}");
    assert!(!sentence.contains('\n'), "{sentence}");
    assert!(error.message().unwrap().contains("ada@example.com"));
}

fn unsent<E: Endpoint>(source: TransportError) -> Error {
    Error::of::<E>(endpoint::Error::Send { operation: E::NAME, method: E::METHOD, source })
}

fn interrupted() -> TransportError {
    TransportError::Interrupted { host: "notion.test".to_owned(), source: "reset".into() }
}

#[test]
fn a_call_without_an_answer_says_whether_it_may_have_happened() {
    let refused =
        TransportError::Connect { host: "notion.test".to_owned(), source: "refused".into() };
    let unsent_create = unsent::<CreatePage>(refused);
    assert!(!unsent_create.is_ambiguous());
    assert_eq!(unsent_create.retry(), Retry::Backoff);
    assert_eq!(
        unsent_create.to_string(),
        "send pages.create; nothing was carried out: check the base address and the network, then \
         repeat it"
    );
    assert!(unsent_create.source().unwrap().to_string().contains("notion.test"));

    let cut_create = unsent::<CreatePage>(interrupted());
    assert!(cut_create.is_ambiguous());
    assert!(cut_create.hint().starts_with("it may have been carried out"));
    let cut_query = unsent::<QueryDataSource>(interrupted());
    assert!(!cut_query.is_ambiguous());
    assert_eq!(cut_query.hint(), "repeat it later");
}

#[test]
fn an_argument_that_cannot_be_sent_is_never_repeated() {
    let id = PageId::new("..");
    let built = endpoint::encode("https://notion.test", &GetPage { page_id: id });
    let error = Error::of::<GetPage>(built.map(|_| ()).unwrap_err());
    assert_eq!(error.retry(), Retry::Never);
    assert!(error.to_string().ends_with("; correct the argument"), "{error}");
}

#[test]
fn names_are_those_of_the_operations() {
    let query = QueryDataSource::new(DataSourceId::new("d"));
    assert_eq!(query.path_parameters(), [("data_source_id", "d")]);
    let error = refused::<QueryDataSource>(500, &[], "");
    assert_eq!(error.operation(), "data_sources.query");
    assert_eq!(QueryDataSource::METHOD, Method::Post);
}
