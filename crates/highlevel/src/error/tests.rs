//! Tests of errors: every refusal that is known, and what each says to do.

use endpoint::Response;

use super::*;
use crate::{
    ContactId, HighLevelEndpoint, OpportunityId,
    resources::{CreateContact, GetContact},
};

fn refusal<E: HighLevelEndpoint>(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let response = Response { status, headers, body: body.to_owned().into() };
    let call = endpoint::Error::Status { operation: E::NAME, method: E::METHOD, response };
    Error::of(Profile::of::<E>(), call)
}

fn kind(status: u16, body: &str) -> Kind {
    refusal::<GetContact>(status, &[], body).kind().unwrap().clone()
}

/// A refusal in the usual shape.
fn says(status: u16, message: &str) -> Kind {
    let body = serde_json::json!({"statusCode": status, "message": message, "traceId": "t"});
    kind(status, &body.to_string())
}

#[test]
fn every_refusal_of_credentials_is_told_from_the_others() {
    let rows = [
        (401, "Invalid JWT", Kind::Expired),
        (401, "Invalid token: access token is invalid", Kind::Expired),
        (401, "Invalid Private Integration token", Kind::InvalidToken),
        (
            401,
            "The token is not authorized for this scope.",
            Kind::MissingScope { scope: Some("contacts.readonly") },
        ),
        (401, "Token's user type mismatch!", Kind::WrongTokenClass),
        (401, "This authClass type is not allowed to access this scope", Kind::WrongTokenClass),
        (401, "This route is not yet supported by the IAM Service", Kind::UnknownRoute),
        (401, "version header was not found", Kind::VersionHeader),
        (401, "version header is invalid", Kind::VersionHeader),
        (400, "Invalid API version segment 'x' at position 0", Kind::VersionHeader),
        (404, "Cannot GET /contacts/1/nothing", Kind::UnknownRoute),
        (403, "The token does not have access to this location.", Kind::WrongTenant),
        (403, "This token's user type is not yet supported!", Kind::UnsupportedTokenClass),
        (401, "something new", Kind::Unauthorized),
        (403, "something new", Kind::Forbidden),
        (400, "Location is not active", Kind::InactiveLocation),
    ];
    for (status, message, expected) in rows {
        assert_eq!(says(status, message), expected, "{message}");
    }
    assert_eq!(kind(403, "<!DOCTYPE html><p>Error 1010: cloudflare"), Kind::Blocked);
    let grant = r#"{"error":"UnAuthorized!","error_description":"Authorization code not found"}"#;
    assert_eq!(kind(401, grant), Kind::BadGrant);
    assert_eq!(kind(400, r#"{"error":"invalid_grant","error_description":"x"}"#), Kind::BadGrant);
}

#[test]
fn only_one_of_the_401s_asks_for_a_new_token() {
    let asks = [
        "Invalid Private Integration token",
        "The token is not authorized for this scope.",
        "Token's user type mismatch!",
        "This authClass type is not allowed to access this scope",
        "This route is not yet supported by the IAM Service",
        "version header was not found",
        "anything else",
    ];
    assert!(asks.into_iter().all(|message| says(401, message) != Kind::Expired));
}

#[test]
fn refusals_of_the_business_carry_what_is_needed_to_go_on() {
    let duplicate = r#"{"statusCode":400,"message":"This location does not allow duplicated
        contacts.","meta":{"contactId":"c9","matchingField":"email","contactName":"Ada"}}"#
        .replace("\n        ", " ");
    let contact_id = Some(ContactId::new("c9"));
    let expected = Kind::DuplicateContact { contact_id, matching_field: Some("email".to_owned()) };
    assert_eq!(kind(400, &duplicate), expected);

    let opportunity = r#"{"message":"no duplicate","code":"OPPORTUNITY_NO_DUPLICATE",
        "meta":{"existingId":"o1"}}"#;
    let existing_id = Some(OpportunityId::new("o1"));
    assert_eq!(kind(400, opportunity), Kind::DuplicateOpportunity { existing_id });

    let channels = [("", Channel::Any), ("_SMS", Channel::Sms), ("_EMAIL", Channel::Email)];
    for (suffix, channel) in channels {
        let body = format!(
            r#"{{"message":"x","canonicalCode":"CONVERSATIONS_MSG_UNSUBSCRIBED{suffix}"}}"#
        );
        assert_eq!(kind(400, &body), Kind::OptedOut { channel });
    }
    let slot = "The slot you have selected is no longer available.";
    assert_eq!(says(400, slot), Kind::SlotTaken);
    assert_eq!(says(400, "duplicate relation between records"), Kind::DuplicateRelation);
    assert_eq!(says(400, "Only 2 locations are allowed in a sandbox"), Kind::SandboxLimit);
    assert_eq!(says(400, "something new"), Kind::Invalid);
    assert_eq!(kind(400, r#"{"meta":"odd","message":null}"#), Kind::Invalid);
}

#[test]
fn throttling_is_told_from_the_end_of_the_day_by_the_status_and_the_headers_alone() {
    for body in ["", "<html>", r#"{"error":"slow down"}"#, r#"{"message":"Too Many Requests"}"#] {
        assert_eq!(kind(429, body), Kind::Throttled, "{body}");
        let headers = [("x-ratelimit-daily-remaining", "0")];
        let error = refusal::<GetContact>(429, &headers, body);
        assert_eq!(error.kind(), Some(&Kind::DailyLimit), "{body}");
    }
    assert_eq!(kind(502, "<html>"), Kind::ServerFault);
    assert_eq!(kind(404, ""), Kind::NotFound);
    assert_eq!(kind(418, "{}"), Kind::Other);
}

/// A body, and the messages, the code and the trace id in it.
type Row = (&'static str, &'static [&'static str], Option<&'static str>, Option<&'static str>);

#[test]
fn messages_are_read_from_every_shape() {
    let rows: [Row; 9] = [
        (r#"{"statusCode":400,"message":"a"}"#, &["a"], None, None),
        (
            r#"{"statusCode":422,"message":["a","b"],"error":"Unprocessable Entity"}"#,
            &["a", "b"],
            None,
            None,
        ),
        (r#"{"message":"a","error":"Bad Request","traceId":"t1"}"#, &["a"], None, Some("t1")),
        (r#"{"status":400,"message":"a","name":"HttpException"}"#, &["a"], None, None),
        (r#"{"msg":"a","accountStatus":"b"}"#, &["a"], None, None),
        (
            r#"{"error":{"code":"E1","message":"a","details":[],"resolution":"b"}}"#,
            &["a", "b"],
            Some("E1"),
            None,
        ),
        (r#"{"error":"a","error_description":"b"}"#, &["b"], Some("a"), None),
        (r#"{"error":"a"}"#, &["a"], None, None),
        (r#"{"message":{"config":{"url":"x"}}}"#, &[r#"{"config":{"url":"x"}}"#], None, None),
    ];
    for (body, messages, code, trace_id) in rows {
        let error = refusal::<GetContact>(400, &[], body);
        assert_eq!(error.messages(), messages, "{body}");
        assert_eq!((error.code(), error.trace_id()), (code, trace_id), "{body}");
        assert_eq!(error.response().unwrap().body, body.as_bytes());
    }
    for body in ["", "<html>", "[]", "null"] {
        assert!(refusal::<GetContact>(500, &[], body).messages().is_empty());
    }
}

#[test]
fn a_sentence_says_what_was_tried_and_what_to_do_and_quotes_nobody() {
    let body = r#"{"message":["phone +4915112345678 is taken by ada@example.com","Bearer pit-1"]}"#;
    let sentence = refusal::<CreateContact>(422, &[], body).to_string();
    assert_eq!(
        sentence,
        "contacts.create-contact was answered with status 422: phone […] is taken by […] Bearer \
         […]; change what the message names"
    );
    let unknown = refusal::<CreateContact>(503, &[], "<html>").to_string();
    assert_eq!(
        unknown,
        "contacts.create-contact was answered with status 503; it may have been carried out: look \
         it up before repeating it"
    );
    let problem = Error::argument("contacts.create-contact", "nothing is given").to_string();
    assert_eq!(problem, "build contacts.create-contact: nothing is given; correct the argument");
}

#[test]
fn only_a_write_that_is_not_repeatable_is_ambiguous() {
    assert!(refusal::<CreateContact>(500, &[], "").is_ambiguous());
    assert!(!refusal::<CreateContact>(422, &[], "").is_ambiguous());
    assert!(!refusal::<CreateContact>(429, &[], "").is_ambiguous());
    assert!(!refusal::<GetContact>(500, &[], "").is_ambiguous());
}
