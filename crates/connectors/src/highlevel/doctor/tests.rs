//! The examination over answers as HighLevel gives them: every refusal of the table, and whole visits.

use std::sync::Arc;

use endpoint::{Method, Request, Response, Secret, TransportError};
use highlevel::{LocationId, auth::PrivateToken};

use super::*;
use crate::stand_ins::{StillTimer, Told, answer};

const PRIVATE: &str = "pit-0f9d3c52-7a41-4f0e-9b6d-2f4f6a1c8e77";

fn patient<'a>(location: Option<&'a str>) -> Patient<'a> {
    Patient {
        form: TokenForm::PrivateToken,
        keeper: Keeper::Settings,
        location,
        company: None,
        granted: None,
    }
}

async fn visit(told: Told, patient: &Patient<'_>) -> Examination {
    let settings = highlevel::Settings { retries: 0, ..Default::default() };
    let tokens = Arc::new(PrivateToken::new(PRIVATE));
    let tenant = LocationId::new("l1");
    let client = Client::new(told, StillTimer::default(), tokens, tenant, settings);
    examine(&client, patient, || Timestamp::UNIX_EPOCH).await
}

/// Every question gets the same answer.
fn always(status: u16, body: &'static str) -> Told {
    Told::by(move |_| Ok(answer(status, body)))
}

fn path(request: &Request) -> &str {
    let rest = request.url.trim_start_matches("https://services.leadconnectorhq.com");
    rest.split('?').next().unwrap_or(rest)
}

fn lines(examination: &Examination) -> String {
    let line = |finding: &Finding| {
        let hint = finding.hint.as_deref().map(|hint| format!(" -> {hint}")).unwrap_or_default();
        format!("{} [{}] {}{hint}\n", finding.subject, finding.verdict, finding.found)
    };
    examination.findings.iter().map(line).collect()
}

/// The rows of `facts/highlevel.md` 2.5 and what else can be in the way, as bytes on the wire.
const REFUSALS: [(u16, &str); 18] = [
    (401, r#"{"statusCode":401,"message":"Invalid JWT","error":"Unauthorized"}"#),
    (401, r#"{"statusCode":401,"message":"Invalid token: access token is invalid"}"#),
    (401, r#"{"statusCode":401,"message":"Invalid Private Integration token"}"#),
    (401, r#"{"statusCode":401,"message":"The token is not authorized for this scope."}"#),
    (401, r#"{"statusCode":401,"message":"Token's user type mismatch!"}"#),
    (
        401,
        r#"{"statusCode":401,"message":"This authClass type is not allowed to access this scope"}"#,
    ),
    (
        401,
        r#"{"statusCode":401,"message":"This route is not yet supported by the IAM Service. Please update your IAM config."}"#,
    ),
    (401, r#"{"statusCode":401,"message":"version header was not found"}"#),
    (401, r#"{"statusCode":401,"message":"version header is invalid"}"#),
    (403, r#"{"statusCode":403,"message":"The token does not have access to this location."}"#),
    (403, "<html><title>Access denied</title><p>Error 1010</p></html>"),
    (401, r#"{"statusCode":401,"message":"This token's user type is not yet supported!"}"#),
    (401, r#"{"statusCode":401,"message":"something new","traceId":"t-1"}"#),
    (400, r#"{"message":"Location is not active","statusCode":400}"#),
    (404, r#"{"message":"Cannot GET /contacts/","error":"Not Found","statusCode":404}"#),
    (503, r#"{"statusCode":503,"message":"unavailable"}"#),
    (200, "<html>a login page</html>"),
    (422, r#"{"statusCode":422,"message":["limit must be a number"]}"#),
];

/// What each refusal means for contacts, and the one thing to change.
#[tokio::test]
async fn every_refusal_has_its_meaning_and_one_thing_to_change() {
    let mut told = String::new();
    for (status, body) in REFUSALS {
        let examination = visit(always(status, body), &patient(Some("l1"))).await;
        let is_about = |finding: &&Finding| {
            let subject = finding.subject.as_str();
            ["host", "token", "token class", "location", "contacts"].contains(&subject)
                && finding.verdict >= domain::Verdict::Warning
                && finding.verdict != domain::Verdict::Skipped
        };
        let worst: Vec<_> = examination.findings.iter().filter(is_about).cloned().collect();
        assert!(!worst.is_empty(), "{status} {body}: {}", lines(&examination));
        assert!(worst.iter().all(|finding| finding.hint.is_some()), "{}", lines(&examination));
        told += &format!("{status} {body}\n");
        told += &lines(&Examination { findings: worst, calls: 0 });
        told += "\n";
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn credentials_of_other_kinds_are_told_by_their_form() {
    let jwt = r#"{"statusCode":401,"message":"Invalid JWT"}"#;
    let mut told = String::new();
    for form in [
        TokenForm::AccessToken { class: None },
        TokenForm::RetiredKey,
        TokenForm::BareUuid,
        TokenForm::Unknown,
    ] {
        for keeper in [Keeper::Settings, Keeper::PrivateToken, Keeper::Installation] {
            let patient = Patient { form, keeper, ..patient(Some("l1")) };
            let examination = visit(always(401, jwt), &patient).await;
            let token = examination.findings.iter().filter(|it| it.subject.starts_with("token"));
            let token = Examination { findings: token.cloned().collect(), calls: 0 };
            told += &format!("{form:?} of {keeper:?}\n{}\n", lines(&token));
        }
    }
    insta::assert_snapshot!(told);
}

/// A location as it answers to a token with every scope, on `v2` paths.
fn healthy(request: &Request) -> Result<Response, TransportError> {
    assert_eq!(request.method, Method::Get);
    let is_v3 = request.headers.iter().any(|(name, value)| name == "version" && value == "v3");
    let body = match path(request) {
        "/locations/l1" => r#"{"location":{"id":"l1","companyId":"c1","name":"Harbor"}}"#,
        "/users/search" => r#"{"users":[{"id":"u1"},{"id":"u2"}],"count":2}"#,
        "/locations/l1/customFields" => r#"{"customFields":[{"id":"f1"}]}"#,
        "/contacts/" if is_v3 => {
            return Ok(answer(400, r#"{"message":"not available in API version v3"}"#));
        }
        "/contacts/" => r#"{"contacts":[{"id":"p1"}],"count":812}"#,
        "/opportunities/pipelines" => r#"{"pipelines":[]}"#,
        "/calendars/" => r#"{"calendars":[{"id":"k1"}]}"#,
        "/conversations/search" => r#"{"conversations":[],"total":44}"#,
        other => panic!("nobody asked for {other}"),
    };
    let mut told = answer(200, body);
    told.headers.push(("date".to_owned(), "Thu, 01 Jan 1970 00:00:10 GMT".to_owned()));
    Ok(told)
}

#[tokio::test]
async fn a_location_in_good_health_is_told_product_by_product() {
    let examination = visit(Told::by(healthy), &patient(Some("l1"))).await;
    // Seven products, and two further versions of the six that the probes are about.
    assert_eq!(examination.calls, 7 + 12);
    insta::assert_snapshot!(lines(&examination));
}

#[tokio::test]
async fn a_scope_that_little_needs_is_a_warning_and_its_versions_are_not_asked() {
    let told = Told::by(|request| match path(request) {
        "/calendars/" => {
            Ok(answer(401, r#"{"message":"The token is not authorized for this scope."}"#))
        }
        _ => healthy(request),
    });
    let examination = visit(told, &patient(Some("l1"))).await;
    assert_eq!(examination.calls, 7 + 10);
    let text = lines(&examination);
    assert!(
        text.contains(
            "calendars [warning] the token lacks calendars.readonly, which is needed for \
             appointments and free slots"
        ),
        "{text}"
    );
    assert!(!text.contains("versions of calendars"), "{text}");
}

#[tokio::test]
async fn the_token_of_another_location_leads_to_the_right_setting() {
    let wrong = r#"{"message":"The token does not have access to this location."}"#;
    let told = Told::by(move |request| match path(request) {
        "/locations/search" => Ok(answer(200, r#"{"locations":[{"id":"l7","companyId":"c1"}]}"#)),
        "/locations/l1" => Ok(answer(403, wrong)),
        "/locations/l7/customFields" => Ok(answer(200, r#"{"customFields":[]}"#)),
        _ if request.url.contains("locationId=l1") => Ok(answer(403, wrong)),
        _ => healthy(request),
    });
    let text = lines(&visit(told, &patient(Some("l1"))).await);
    assert!(text.contains("contacts [good] it answers, 812 in all"), "{text}");
    let expected = "location [bad] the token belongs to location l7, and l1 is set -> set \
                    highlevel.location_id (GHL_LOCATION_ID) to l7";
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn an_agencys_token_is_asked_about_the_agency() {
    let told = Told::by(|request| match path(request) {
        "/contacts/" => Ok(answer(401, r#"{"message":"Token's user type mismatch!"}"#)),
        "/locations/search" => {
            Ok(answer(200, r#"{"locations":[{"id":"l1","companyId":"c1"},{"id":"l2"}]}"#))
        }
        "/companies/c1" => Ok(answer(200, r#"{"company":{"id":"c1","name":"Seaside"}}"#)),
        "/users/search" => Ok(answer(200, r#"{"users":[{"id":"u1"}],"count":1}"#)),
        other => panic!("nobody asked for {other}"),
    });
    let unbound = visit(told.clone(), &patient(None)).await;
    assert_eq!(unbound.calls, 4);
    let (unbound, bound) = (lines(&unbound), lines(&visit(told, &patient(Some("l1"))).await));
    assert!(unbound.contains("token class [good] an agency's\n"), "{unbound}");
    assert!(unbound.contains("agency [good] this is \"Seaside\""), "{unbound}");
    assert!(bound.contains("token class [bad] an agency's"), "{bound}");
}

#[tokio::test]
async fn nothing_else_is_asked_where_nothing_answers() {
    let told = Told::by(|_| {
        Err(TransportError::Connect { host: "h.test".to_owned(), source: "refused".into() })
    });
    let examination = visit(told, &patient(Some("l1"))).await;
    assert_eq!(examination.calls, 1);
    let text = lines(&examination);
    assert!(text.contains("host [bad] nothing answers at h.test -> check highlevel.url"), "{text}");
    assert!(!text.contains("token [bad]"), "{text}");
    assert!(text.contains("contacts [skipped]"), "{text}");
}

#[tokio::test]
async fn a_token_that_a_vendor_repeats_is_not_told() {
    let told = Told::by(|_| {
        let body = format!(r#"{{"message":"no such token {PRIVATE}","statusCode":401}}"#);
        Ok(Response { status: 401, headers: Vec::new(), body: body.into() })
    });
    let examination = visit(told, &patient(Some("l1"))).await;
    assert!(!format!("{examination:?}").contains("0f9d3c52"), "{examination:?}");
    assert!(!Secret::new(PRIVATE).is_empty());
}
