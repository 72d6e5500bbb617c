//! Tests: what a caller of the simulated HighLevel sees of each fault, and what took effect.

use endpoint::{
    Method, Request, Response, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::{Value, json};

use crate::{
    clock::SandboxClock,
    fault::{Fault, FaultAction, FaultError},
    highlevel::{HighLevelSandbox, HighLevelSettings},
};

const CREATE: &str = "contacts.create-contact";

struct Desk {
    sandbox: HighLevelSandbox,
    transport: HttpTransport,
}

impl Desk {
    async fn open() -> Self {
        let settings = HighLevelSettings { contacts: 3, ..HighLevelSettings::default() };
        let clock =
            SandboxClock::new(std::sync::Arc::new(|| "2026-03-05T12:00:00Z".parse().unwrap()));
        let sandbox = HighLevelSandbox::start(settings, clock).await.unwrap();
        Self { sandbox, transport: HttpTransport::new(HttpSettings::default()).unwrap() }
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Response {
        let url = format!("{}{path}", self.sandbox.url());
        let request = Request { method, url, headers: Vec::new(), body: body.to_string().into() }
            .with_header("authorization", format!("Bearer {}", self.sandbox.token()))
            .with_header("version", "2021-07-28")
            .with_header("content-type", "application/json");
        self.transport.send(request).await.unwrap()
    }

    /// Creates a contact that this befalls; returns the answer and whether the contact is there.
    async fn create_with(&self, action: FaultAction) -> (Response, bool) {
        self.sandbox.faults().set(vec![Fault::always(action).on(CREATE).times(1)]).unwrap();
        let before = self.sandbox.contact_count();
        let location = self.sandbox.location_id();
        let body =
            json!({ "locationId": location, "email": format!("contact{before}@example.com") });
        let answer = self.call(Method::Post, "/contacts/", &body).await;
        (answer, self.sandbox.contact_count() > before)
    }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let mut found = response.headers.iter().filter(|(known, _)| *known == name);
    found.next().map(|(_, value)| &**value)
}

#[tokio::test]
async fn a_page_of_html_stands_for_the_answer() {
    let desk = Desk::open().await;
    for (status, committed) in [(200, false), (200, true), (403, false), (500, true), (503, false)]
    {
        let retry_after = (status == 503).then_some(4);
        let page = FaultAction::HtmlPage { status, retry_after, committed };
        let (answer, there) = desk.create_with(page).await;
        let told = header(&answer, "retry-after").map(str::to_owned);
        assert_eq!(told, retry_after.map(|seconds| seconds.to_string()));
        assert_eq!((answer.status, there), (status, committed));
        assert!(header(&answer, "content-type").unwrap().starts_with("text/html"));
        assert!(answer.body.starts_with(b"<html>"));
    }
}

#[tokio::test]
async fn a_success_without_a_body_has_taken_effect() {
    let desk = Desk::open().await;
    for (status, expected) in [(None, 201), (Some(200), 200), (Some(204), 204)] {
        let (answer, there) = desk.create_with(FaultAction::EmptyBody { status }).await;
        assert_eq!((answer.status, there), (expected, true));
        assert_eq!((answer.body.len(), header(&answer, "content-type")), (0, None));
    }
}

#[tokio::test]
async fn a_wrong_label_leaves_the_answer_as_it_is() {
    let desk = Desk::open().await;
    let (answer, there) = desk.create_with(FaultAction::WrongContentType).await;
    assert_eq!((answer.status, there), (201, true));
    assert!(header(&answer, "content-type").unwrap().starts_with("text/html"));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(body["contact"]["id"].is_string());
}

#[tokio::test]
async fn a_slow_body_arrives_whole_and_late_and_the_connection_goes_on() {
    let desk = Desk::open().await;
    let began = tokio::time::Instant::now();
    let (answer, there) = desk.create_with(FaultAction::SlowBody { milliseconds: 200 }).await;
    assert!(began.elapsed().as_millis() >= 200);
    assert_eq!((answer.status, there), (201, true));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let path = format!("/contacts/{}", body["contact"]["id"].as_str().unwrap());
    assert_eq!(desk.call(Method::Get, &path, &json!({})).await.status, 200);
}

#[tokio::test]
async fn what_is_refused_anyway_stays_refused() {
    let desk = Desk::open().await;
    for action in [
        FaultAction::EmptyBody { status: None },
        FaultAction::HtmlPage { status: 200, retry_after: None, committed: true },
    ] {
        desk.sandbox.faults().set(vec![Fault::always(action).times(1)]).unwrap();
        let answer = desk.call(Method::Post, "/contacts/", &json!({ "nonsense": 1 })).await;
        assert!(answer.status >= 400);
        assert!(header(&answer, "content-type").unwrap().starts_with("application/json"));
    }
}

#[tokio::test]
async fn faults_name_operations_that_exist_and_the_root_shows_every_kind() {
    let desk = Desk::open().await;
    let fault = |name: &str| vec![Fault::always(FaultAction::Outage).on(name)];
    for good in [CREATE, "calendars.get-slots", "oauth.choose-location", "unknown"] {
        assert_eq!(desk.sandbox.faults().set(fault(good)), Ok(()), "{good}");
    }
    let refused = desk.sandbox.faults().set(fault("contacts.create-contct"));
    let hint = "did you mean `contacts.create-contact`?".to_owned();
    let named = "contacts.create-contct".to_owned();
    assert_eq!(refused, Err(FaultError::Operation { named, hint }));
    desk.sandbox.faults().clear();

    let wrong = json!([{ "operation": "contacts.creat", "action": { "kind": "outage" } }]);
    let answer = desk.call(Method::Post, "/_sandbox/faults", &wrong).await;
    assert_eq!(answer.status, 400);
    let about = desk.call(Method::Get, "/", &json!({})).await;
    let about: Value = serde_json::from_slice(&about.body).unwrap();
    for shown in about["faults"].as_array().unwrap() {
        let faults = json!([{ "action": shown["action"] }]);
        let answer = desk.call(Method::Post, "/_sandbox/faults", &faults).await;
        assert_eq!(answer.status, 200, "{shown}");
    }
}
