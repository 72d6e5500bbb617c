//! The activity log against the simulated Notion: what a page says, and what each failure means.

use std::{sync::Arc, time::Duration};

use domain::{
    Action, Destination, Failure, Intent, Next, Receipt,
    contract::sample::{action, event_id},
};
use endpoint::{Secret, http::HttpTransport};
use notion::{Client, Settings, Timer};
use sandbox::{
    SandboxClock,
    fault::{Fault, FaultAction},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::Value;

use super::{ActivityLog, create_activity_log};

#[derive(Clone, Copy)]
pub(super) struct Runtime;

impl Timer for Runtime {
    #[expect(clippy::disallowed_methods, reason = "time enters a test here")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await; // tidy: sleep, the client asks for it
    }
}

struct Bench {
    vendor: NotionSandbox,
    log: ActivityLog<HttpTransport, Runtime>,
    data_source: String,
}

async fn bench() -> Bench {
    let vendor = NotionSandbox::start(NotionSettings::default(), clock()).await.unwrap();
    let client = client(&vendor, vendor.token());
    let data_source = create_activity_log(&client, &vendor.parent_page_id()).await.unwrap();
    Bench { log: ActivityLog::new(client, &data_source), vendor, data_source }
}

pub(super) fn clock() -> SandboxClock {
    SandboxClock::new(Arc::new(|| Runtime.now()))
}

pub(super) fn client(vendor: &NotionSandbox, token: &str) -> Client<HttpTransport, Runtime> {
    let transport = HttpTransport::new(endpoint::http::Settings::default()).unwrap();
    let settings = Settings {
        base_url: vendor.url(),
        token: Secret::new(token),
        throttle_retries: 0,
        ..Settings::default()
    };
    Client::new(transport, Runtime, settings)
}

impl Bench {
    async fn apply_with(&self, fault: FaultAction) -> Result<Receipt, Failure> {
        // The columns are read first, so that the fault meets the page and nothing else.
        self.log.apply(&page(99)).await.unwrap();
        self.vendor.faults().set(vec![Fault::always(fault).on("pages.create").times(1)]).unwrap();
        self.log.apply(&page(1)).await
    }

    fn pages(&self) -> Vec<Value> {
        self.vendor.pages(&self.data_source)
    }
}

fn page(number: u128) -> Action {
    action(number, "notion", "lane")
}

/// The column's text, whatever its type.
fn said(page: &Value, column: &str) -> String {
    let value = &page["properties"][column];
    let kind = value["type"].as_str().unwrap_or_default();
    match &value[kind] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["plain_text"].as_str()).collect()
        }
        Value::Object(object) => {
            let text = object.get("name").or(object.get("start"));
            text.and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

#[tokio::test]
async fn a_page_has_the_eight_columns_and_is_found_by_its_event() {
    let bench = bench().await;
    let mut action = page(1);
    let Intent::LogActivity(entry) = &mut action.intent else { panic!("it logs nothing") };
    entry.details = "status: open → won".to_owned();
    entry.link = Some("https://app.example.com/contact-1".to_owned());
    assert_eq!(bench.log.find(&action).await.unwrap(), None);
    let made = bench.log.apply(&action).await.unwrap();
    let pages = bench.pages();
    assert_eq!(pages.len(), 1);
    let event = event_id(1).to_string();
    for (column, value) in [
        ("Entity Name", "Person"),
        ("Event Type", "Contact Created"),
        ("GHL Entity", "Contact"),
        ("GHL Record ID", "contact-1"),
        ("Action", "Created"),
        ("GHL Link", "https://app.example.com/contact-1"),
        ("Details", &format!("status: open → won\n{event}")),
    ] {
        assert_eq!(said(&pages[0], column), value, "{column}");
    }
    assert!(said(&pages[0], "Timestamp").starts_with("2026-09-21T"), "{}", pages[0]);
    let found = bench.log.find(&action).await.unwrap().unwrap();
    assert_eq!((found.reference, found.adopted), (made.reference, true));
}

#[tokio::test]
async fn a_page_that_was_kept_although_the_call_failed_is_adopted() {
    let committed =
        |status| FaultAction::Status { status, retry_after: None, reason: None, committed: true };
    for fault in [committed(504), FaultAction::Reset { committed: true }, FaultAction::Truncate] {
        let bench = bench().await;
        let failed = bench.apply_with(fault.clone()).await.unwrap_err();
        assert!(failed.ambiguous && failed.next == Next::Retry, "{fault:?}: {failed:?}");
        let found = bench.log.find(&page(1)).await.unwrap();
        assert!(found.is_some_and(|receipt| receipt.adopted), "{fault:?}");
        assert_eq!(bench.pages().len(), 2, "{fault:?}");
    }
    let bench = bench().await;
    let receipt = bench.apply_with(committed(503)).await.unwrap();
    assert_eq!(
        Some(receipt),
        bench.log.find(&page(1)).await.unwrap().map(|found| Receipt { adopted: false, ..found })
    );
}

#[tokio::test]
async fn each_failure_says_whose_fault_it_is() {
    let throttled =
        FaultAction::Status { status: 429, retry_after: Some(7), reason: None, committed: false };
    for (fault, next, ambiguous) in [
        (throttled, Next::Hold(Some(Duration::from_secs(7))), false),
        (FaultAction::status(401), Next::Hold(None), false),
        (FaultAction::status(403), Next::Hold(None), false),
        (FaultAction::status(409), Next::Retry, false),
        (FaultAction::status(500), Next::Retry, true),
        (FaultAction::status(502), Next::Retry, true),
        (FaultAction::Reset { committed: false }, Next::Retry, true),
    ] {
        let bench = bench().await;
        let failed = bench.apply_with(fault.clone()).await.unwrap_err();
        assert_eq!(
            (failed.next, failed.ambiguous),
            (next, ambiguous),
            "{fault:?}: {}",
            failed.reason
        );
        assert!(failed.reason.contains("; "), "no way out: {}", failed.reason);
        assert!(!failed.reason.contains("ntn_"), "{}", failed.reason);
    }
}

#[tokio::test]
async fn where_nobody_answers_everything_waits() {
    let bench = bench().await;
    bench.log.apply(&page(99)).await.unwrap();
    bench.vendor.stop().await;
    let failed = bench.log.apply(&page(1)).await.unwrap_err();
    assert!(!failed.reason.is_empty());
    let second = bench.log.apply(&page(1)).await.unwrap_err();
    assert_eq!((second.next, second.ambiguous), (Next::Hold(None), false), "{}", second.reason);
}

#[tokio::test]
async fn a_wrong_token_waits_for_a_person() {
    let bench = bench().await;
    let stranger = ActivityLog::new(client(&bench.vendor, "ntn_wrong"), &bench.data_source);
    let failed = stranger.apply(&page(1)).await.unwrap_err();
    assert_eq!((failed.next, failed.ambiguous), (Next::Hold(None), false));
    assert!(failed.reason.contains("token"), "{}", failed.reason);
}

#[tokio::test]
async fn a_log_whose_columns_were_renamed_or_removed_is_still_written() {
    let bench = bench().await;
    bench.log.apply(&page(1)).await.unwrap();
    let change = serde_json::json!({ "properties": {
        "Details": { "name": "What happened" },
        "GHL Link": null,
    } });
    patch(&bench, &change).await;
    // The ids are known, so a renamed column is still written; a removed one is left out.
    bench.log.apply(&page(2)).await.unwrap();
    let pages = bench.pages();
    let told = pages.iter().filter(|page| said(page, "What happened").contains("evt_")).count();
    assert_eq!((pages.len(), told), (2, 2));
    assert!(bench.log.find(&page(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_log_without_details_is_refused_with_what_to_do() {
    let bench = bench().await;
    patch(&bench, &serde_json::json!({ "properties": { "Details": null } })).await;
    let failed = bench.log.apply(&page(1)).await.unwrap_err();
    assert_eq!(failed.next, Next::Hold(None));
    assert!(failed.reason.contains("highwire notion init"), "{}", failed.reason);
}

async fn patch(bench: &Bench, change: &Value) {
    let path = format!("/v1/data_sources/{}", bench.data_source);
    by_hand(&bench.vendor, endpoint::Method::Patch, &path, change).await;
}

/// Does what a person does in Notion: a call of its own, past the client.
pub(super) async fn by_hand(
    vendor: &NotionSandbox,
    method: endpoint::Method,
    path: &str,
    body: &Value,
) -> Value {
    use endpoint::Transport;
    let transport = HttpTransport::new(endpoint::http::Settings::default()).unwrap();
    let request = endpoint::Request {
        method,
        url: format!("{}{path}", vendor.url()),
        headers: vec![
            ("authorization".to_owned(), format!("Bearer {}", vendor.token())),
            ("notion-version".to_owned(), notion::VERSION.to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
        ],
        body: body.to_string().into(),
    };
    let answer = transport.send(request).await.unwrap();
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn a_log_has_every_option_before_its_first_page_and_is_made_once() {
    let bench = bench().await;
    let connection = client(&bench.vendor, bench.vendor.token());
    let again = create_activity_log(&connection, &bench.vendor.parent_page_id()).await.unwrap();
    assert_eq!(again, bench.data_source);
    let source = notion::resources::GetDataSource {
        data_source_id: notion::DataSourceId::new(&bench.data_source),
    };
    let source = connection.call(&source).await.unwrap();
    let options = |name: &str| source.property_named(name).unwrap().options.clone();
    let kinds = options("Event Type");
    for name in [
        "Contact Created",
        "Contact Updated",
        "Contact Deleted",
        "Contact Tags Changed",
        "Deal Won",
        "Pipeline Stage Changed",
        "Sync Complete",
        "Message Received",
    ] {
        assert!(kinds.iter().any(|kind| kind == name), "{name} is missing in {kinds:?}");
    }
    assert_eq!(kinds.len(), 63);
    assert!(options("Action").contains(&"Created".to_owned()));
    assert!(options("GHL Entity").contains(&"Sync".to_owned()));
}
