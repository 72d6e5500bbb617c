//! Rows against the simulated Notion: what is written, what is found again, and what each failure leaves.

use domain::Verdict;
use endpoint::{Method, http::HttpTransport};
use notion::{models::PropertySchema, resources::CreateDatabase};
use sandbox::{
    fault::{Fault, FaultAction},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::{Value, json};

use super::*;
use crate::notion::tests::{Runtime, by_hand, client, clock};

struct Bench {
    vendor: NotionSandbox,
    table: RowTable<HttpTransport, Runtime>,
    data_source: String,
}

fn column(holds: Holds, name: &str, kind: &str) -> WantedColumn {
    WantedColumn {
        holds,
        name: name.to_owned(),
        id: None,
        kind: kind.to_owned(),
        options: Vec::new(),
    }
}

fn wanted() -> Vec<WantedColumn> {
    let field = |name: &str, column_name: &str, kind: &str| {
        column(Holds::Field(name.to_owned()), column_name, kind)
    };
    vec![
        field("name", "Name", "title"),
        field("email", "Email", "email"),
        field("tags", "Tags", "multi_select"),
        field("about", "About", "rich_text"),
        field("stage", "Stage", "status"),
        column(Holds::Key, "HighLevel ID", "rich_text"),
        column(Holds::Link, "HighLevel", "url"),
        column(Holds::Synced, "Last Synced", "date"),
    ]
}

async fn bench() -> Bench {
    let vendor = NotionSandbox::start(NotionSettings::default(), clock()).await.unwrap();
    let connection = client(&vendor, vendor.token());
    let columns = wanted();
    let properties: Vec<(String, PropertySchema)> =
        columns.iter().map(|column| (column.name.clone(), column.schema())).collect();
    let parent = PageId::new(&vendor.parent_page_id());
    let database = CreateDatabase { parent, title: "Contacts".to_owned(), properties };
    let database = connection.call(&database).await.unwrap();
    let data_source = database.data_source().unwrap().to_string();
    Bench { table: RowTable::new(connection, &data_source, columns), vendor, data_source }
}

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn ada() -> Fields {
    [
        ("name".to_owned(), json!("Ada")),
        ("email".to_owned(), json!("ada@example.com")),
        ("tags".to_owned(), json!(["a", "b, c"])),
    ]
    .into()
}

fn new_row<'a>(key: &'a str, fields: &'a Fields) -> WantedRow<'a> {
    let link = Some("https://app.example.com/c1");
    WantedRow { key, row: None, look_first: false, fields, link, now: now() }
}

impl Bench {
    fn fail(&self, operation: &str, action: FaultAction) {
        self.vendor.faults().set(vec![Fault::always(action).on(operation).times(1)]).unwrap();
    }

    fn rows(&self) -> Vec<Value> {
        self.vendor.pages(&self.data_source)
    }

    async fn columns(&self, change: Value) {
        let path = format!("/v1/data_sources/{}", self.data_source);
        by_hand(&self.vendor, Method::Patch, &path, &json!({ "properties": change })).await;
    }

    async fn trash(&self, row: &str) {
        let path = format!("/v1/pages/{row}");
        by_hand(&self.vendor, Method::Patch, &path, &json!({ "in_trash": true })).await;
    }
}

#[tokio::test]
async fn a_record_has_one_row_that_is_changed_in_place() {
    let bench = bench().await;
    let fields = ada();
    let made = bench.table.put(&new_row("c1", &fields)).await.unwrap();
    assert_eq!((made.way, made.findings.len()), (PutWay::Created, 0));
    assert_eq!(made.row.key.as_deref(), Some("c1"));
    assert_eq!(made.row.fields["tags"], json!(["a", "b; c"]));
    assert_eq!(made.row.fields["about"], Value::Null);
    let stored = &bench.rows()[0]["properties"];
    assert_eq!(stored["HighLevel"]["url"], "https://app.example.com/c1");
    assert_eq!(stored["Last Synced"]["date"]["start"], "2026-11-21T10:00:00.000+00:00");

    let change: Fields = [("email".to_owned(), json!(""))].into();
    let known = WantedRow { row: Some(&made.row.id), ..new_row("c1", &change) };
    let changed = bench.table.put(&known).await.unwrap();
    assert_eq!((changed.way, &changed.row.id), (PutWay::Updated, &made.row.id));
    assert_eq!(changed.row.fields["email"], Value::Null);
    assert_eq!(changed.row.fields["name"], "Ada");
    let read = bench.table.read(&made.row.id, now()).await.unwrap().unwrap();
    assert_eq!(read.fields, changed.row.fields);
    assert_eq!(bench.rows().len(), 1);
}

#[tokio::test]
async fn a_row_whose_making_is_in_doubt_is_found_before_another_is_made() {
    let committed =
        |status| FaultAction::Status { status, retry_after: None, reason: None, committed: true };
    for fault in [committed(504), FaultAction::Reset { committed: true }, FaultAction::Truncate] {
        let bench = bench().await;
        let fields = ada();
        bench.table.examine(now()).await.unwrap();
        bench.fail("pages.create", fault.clone());
        let failed = bench.table.put(&new_row("c1", &fields)).await.unwrap_err();
        assert!(failed.ambiguous && failed.next == Next::Retry, "{fault:?}: {failed:?}");
        let again = WantedRow { look_first: true, ..new_row("c1", &fields) };
        let put = bench.table.put(&again).await.unwrap();
        assert_eq!((put.way, bench.rows().len()), (PutWay::Updated, 1), "{fault:?}");
        assert!(put.findings.is_empty());
    }
    let bench = bench().await;
    let fields = ada();
    bench.table.examine(now()).await.unwrap();
    bench.fail("pages.create", committed(503));
    let put = bench.table.put(&new_row("c1", &fields)).await.unwrap();
    assert_eq!((put.way, bench.rows().len()), (PutWay::Created, 1));
    assert_eq!(put.row.fields["name"], "Ada");
}

#[tokio::test]
async fn a_collision_is_tried_again_and_changes_nothing_twice() {
    let bench = bench().await;
    let fields = ada();
    let made = bench.table.put(&new_row("c1", &fields)).await.unwrap();
    let known = WantedRow { row: Some(&made.row.id), ..new_row("c1", &fields) };
    bench.fail("pages.update", FaultAction::status(409));
    let failed = bench.table.put(&known).await.unwrap_err();
    assert_eq!((failed.next, failed.ambiguous), (Next::Retry, false));
    let put = bench.table.put(&known).await.unwrap();
    assert_eq!((put.way, put.row.fields), (PutWay::Updated, made.row.fields));
    assert_eq!(bench.rows().len(), 1);
}

#[tokio::test]
async fn a_row_in_the_trash_is_restored_with_what_people_wrote_on_it() {
    let bench = bench().await;
    let fields = ada();
    let about: Fields = [("about".to_owned(), json!("mine"))].into();
    let made = bench.table.put(&new_row("c1", &fields)).await.unwrap();
    let known = WantedRow { row: Some(&made.row.id), ..new_row("c1", &fields) };
    bench.table.put(&WantedRow { fields: &about, ..known.clone() }).await.unwrap();
    bench.trash(&made.row.id).await;
    assert!(bench.table.read(&made.row.id, now()).await.unwrap().unwrap().in_trash);
    let put = bench.table.put(&known).await.unwrap();
    assert_eq!((put.way, &put.row.id), (PutWay::Restored, &made.row.id));
    assert_eq!((put.row.fields["about"].as_str(), put.row.in_trash), (Some("mine"), false));

    // Also where nobody remembers it.
    bench.trash(&made.row.id).await;
    let forgotten = WantedRow { look_first: true, ..new_row("c1", &fields) };
    let put = bench.table.put(&forgotten).await.unwrap();
    assert_eq!((put.way, bench.rows().len()), (PutWay::Restored, 1));
}

#[tokio::test]
async fn of_two_rows_with_one_key_the_oldest_counts_and_it_is_told() {
    let bench = bench().await;
    let fields = ada();
    let first = bench.table.put(&new_row("c1", &fields)).await.unwrap();
    by_hand(&bench.vendor, Method::Post, "/_sandbox/clock", &json!({ "advance_seconds": 120 }))
        .await;
    bench.table.put(&new_row("c1", &fields)).await.unwrap();
    bench.table.put(&new_row("C1", &fields)).await.unwrap();
    let again = WantedRow { look_first: true, ..new_row("c1", &fields) };
    let put = bench.table.put(&again).await.unwrap();
    assert_eq!(put.row.id, first.row.id);
    assert_eq!(put.findings.len(), 1);
    assert_eq!(put.findings[0].verdict, Verdict::Warning);
    assert_eq!(put.findings[0].found, "2 rows stand for c1; the oldest is kept current");
}

#[tokio::test]
async fn a_row_that_is_gone_has_a_successor_or_gets_one() {
    let bench = bench().await;
    let fields = ada();
    let made = bench.table.put(&new_row("c1", &fields)).await.unwrap();
    let nobody = "12345678-1234-4123-8123-123456789abc";
    let named = WantedRow { row: Some(nobody), ..new_row("c1", &fields) };
    let put = bench.table.put(&named).await.unwrap();
    assert_eq!((put.row.id, put.way), (made.row.id, PutWay::Updated));
    let other = WantedRow { row: Some(nobody), ..new_row("c2", &fields) };
    assert_eq!(bench.table.put(&other).await.unwrap().way, PutWay::Created);
    assert_eq!(bench.table.read(nobody, now()).await.unwrap(), None);
}

#[tokio::test]
async fn columns_that_people_change_meanwhile_are_read_again() {
    let bench = bench().await;
    let fields = ada();
    let made = bench.table.put(&new_row("c1", &fields)).await.unwrap();
    bench.columns(json!({ "Email": null, "Tags": { "name": "Labels" } })).await;
    let other: Fields =
        [("email".to_owned(), json!("other@example.com")), ("tags".to_owned(), json!(["x"]))]
            .into();
    let known = WantedRow { row: Some(&made.row.id), ..new_row("c1", &other) };
    let put = bench.table.put(&known).await.unwrap();
    assert_eq!(put.row.fields.get("email"), None);
    assert_eq!(put.row.fields["tags"], json!(["x"]));
    let told: Vec<String> =
        bench.table.examine(now()).await.unwrap().into_iter().map(|one| one.found).collect();
    assert_eq!(told, ["`Email` is not there; rows do without", "`Tags` is called `Labels` now"]);
}

#[tokio::test]
async fn a_status_gets_its_option_once_somebody_added_it() {
    let bench = bench().await;
    let fields: Fields = [("stage".to_owned(), json!("Won"))].into();
    let put = bench.table.put(&new_row("c1", &fields)).await.unwrap();
    assert_eq!(put.row.fields["stage"], Value::Null);
    assert!(put.findings[0].found.contains("has no option `Won`"));
    let options = [json!({ "name": "New" }), json!({ "name": "Won" })];
    bench.columns(json!({ "Stage": { "status": { "options": options } } })).await;
    let known = WantedRow { row: Some(&put.row.id), ..new_row("c1", &fields) };
    let soon = bench.table.put(&known).await.unwrap();
    assert_eq!(soon.row.fields["stage"], Value::Null, "the columns are believed for a while");
    let later = WantedRow { now: now() + COLUMNS_BELIEVED, ..known };
    let put = bench.table.put(&later).await.unwrap();
    assert_eq!((put.row.fields["stage"].as_str(), put.findings.len()), (Some("Won"), 0));
}

#[tokio::test]
async fn a_table_without_its_key_is_not_written() {
    let bench = bench().await;
    bench.columns(json!({ "HighLevel ID": null })).await;
    let failed = bench.table.put(&new_row("c1", &ada())).await.unwrap_err();
    assert_eq!((failed.next, failed.ambiguous), (Next::Hold(None), false));
    assert!(failed.reason.contains("highwire notion init"), "{}", failed.reason);
    assert!(bench.rows().is_empty());
}

#[tokio::test]
async fn a_row_is_removed_once() {
    let bench = bench().await;
    let made = bench.table.put(&new_row("c1", &ada())).await.unwrap();
    for _ in 0..2 {
        bench.table.remove(&made.row.id).await.unwrap();
    }
    assert_eq!(bench.rows()[0]["in_trash"], true);
    bench.table.remove("12345678-1234-4123-8123-123456789abc").await.unwrap();
    let found = bench.table.find("c1", now()).await.unwrap().unwrap();
    assert_eq!((found.id, found.in_trash), (made.row.id, true));
    assert_eq!(bench.table.find("c2", now()).await.unwrap(), None);
}
