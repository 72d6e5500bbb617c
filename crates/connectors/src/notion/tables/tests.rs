//! Tables against the simulated Notion: made once, taken where they are, completed and left whole.

use endpoint::{Method, http::HttpTransport};
use sandbox::{
    fault::{Fault, FaultAction},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::json;

use super::*;
use crate::notion::tests::{Runtime, by_hand, client, clock};

struct Bench {
    vendor: NotionSandbox,
    client: Client<HttpTransport, Runtime>,
    parent: String,
}

async fn bench() -> Bench {
    let vendor = NotionSandbox::start(NotionSettings::default(), clock()).await.unwrap();
    let (client, parent) = (client(&vendor, vendor.token()), vendor.parent_page_id());
    Bench { vendor, client, parent }
}

fn column(name: &str, kind: &str, options: &[&str]) -> WantedColumn {
    WantedColumn {
        holds: if name == "Id" { Holds::Key } else { Holds::Column(name.to_owned()) },
        name: name.to_owned(),
        id: None,
        kind: kind.to_owned(),
        options: options.iter().map(|&option| option.to_owned()).collect(),
    }
}

fn columns() -> Vec<WantedColumn> {
    vec![
        column("Name", "title", &[]),
        column("Stage", "select", &["New", "Won"]),
        column("Id", "rich_text", &[]),
    ]
}

impl Bench {
    async fn prepare(&self, data_source: Option<&str>) -> Result<ReadyTable, Failure> {
        let (parent, columns) = (self.parent.as_str(), &columns());
        let wanted = WantedTable { parent, title: "Contacts", data_source, columns };
        prepare(&self.client, &wanted).await
    }

    async fn patch(&self, data_source: &str, change: serde_json::Value) {
        let path = format!("/v1/data_sources/{data_source}");
        by_hand(&self.vendor, Method::Patch, &path, &json!({ "properties": change })).await;
    }

    async fn options(&self, data_source: &str) -> Vec<String> {
        let source = read(&self.client, &DataSourceId::new(data_source)).await.unwrap();
        source.property_named("Stage").unwrap().options.clone()
    }
}

#[tokio::test]
async fn a_table_is_made_once_and_found_by_its_name_after_that() {
    let bench = bench().await;
    let made = bench.prepare(None).await.unwrap();
    assert!(made.made && made.added.is_empty() && made.findings.is_empty());
    let names: Vec<&str> = made.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["Name", "Stage", "Id"]);
    let again = bench.prepare(None).await.unwrap();
    assert_eq!(again, ReadyTable { made: false, ..made.clone() });
    let named = bench.prepare(Some(&made.data_source)).await.unwrap();
    assert_eq!(named, again);
}

#[tokio::test]
async fn a_table_whose_making_is_in_doubt_is_not_made_twice() {
    let bench = bench().await;
    let committed =
        |status| FaultAction::Status { status, retry_after: None, reason: None, committed: true };
    let fail = |status| {
        let fault = Fault::always(committed(status)).on("databases.create").times(1);
        bench.vendor.faults().set(vec![fault]).unwrap();
    };
    fail(504);
    assert!(bench.prepare(None).await.unwrap_err().ambiguous);
    assert!(!bench.prepare(None).await.unwrap().made);
}

#[tokio::test]
async fn what_a_table_lacks_is_added_and_nothing_is_taken_away() {
    let bench = bench().await;
    let made = bench.prepare(None).await.unwrap();
    let stage = json!({ "select": { "options": [{ "name": "Mine" }, { "name": "Won" }] } });
    let change =
        json!({ "Id": null, "Stage": stage, "Name": { "name": "Who" }, "Own": { "url": {} } });
    bench.patch(&made.data_source, change).await;
    let taken = bench.prepare(None).await.unwrap();
    assert_eq!((taken.made, taken.added.as_slice()), (false, &["Id".to_owned()][..]));
    assert_eq!(bench.options(&made.data_source).await, ["Mine", "Won", "New"]);
    let told: Vec<&str> = taken.findings.iter().map(|finding| finding.found.as_str()).collect();
    assert_eq!(told, ["`Stage` has the option `Mine`, which is not mapped"]);
    let source = read(&bench.client, &DataSourceId::new(&made.data_source)).await.unwrap();
    assert!(source.property_named("Own").is_some());
    assert_eq!(bench.prepare(None).await.unwrap().added, Vec::<String>::new());
}

#[tokio::test]
async fn a_status_that_is_refused_becomes_a_select() {
    let bench = bench().await;
    let columns = [column("Name", "title", &[]), column("Stage", "status", &["New"])];
    let wanted =
        WantedTable { parent: &bench.parent, title: "Deals", data_source: None, columns: &columns };
    let fault = Fault::always(FaultAction::status(400)).on("databases.create").times(1);
    bench.vendor.faults().set(vec![fault]).unwrap();
    let made = prepare(&bench.client, &wanted).await.unwrap();
    assert_eq!(made.findings.len(), 1);
    assert!(made.findings[0].found.contains("is a select, not a status"));
}

#[tokio::test]
async fn a_page_that_is_not_shared_is_told() {
    let bench =
        Bench { parent: "12345678-1234-4123-8123-123456789abc".to_owned(), ..bench().await };
    let failed = bench.prepare(None).await.unwrap_err();
    assert!(failed.reason.contains("share the page"), "{}", failed.reason);
}
