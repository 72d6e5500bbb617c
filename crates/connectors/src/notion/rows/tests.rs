//! Rows against the simulated Notion: what is written, what is found again, and what each failure leaves.

use domain::{CorrelationId, Entity, Fields, Next, contract::sample::event_id};
use endpoint::{Method, http::HttpTransport};
use jiff::SignedDuration;
use notion::{PageId, models::PropertySchema, resources::CreateDatabase};
use sandbox::{
    fault::{Fault, FaultAction},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::{Value, json};

use super::{fixture::mapping, *};
use crate::notion::tests::{Runtime, by_hand, client, clock};

const NOBODY: &str = "12345678-1234-4123-8123-123456789abc";

struct Bench {
    vendor: NotionSandbox,
    rows: NotionRows<HttpTransport, Runtime>,
    mapping: Mapping,
}

async fn bench() -> Bench {
    let vendor = NotionSandbox::start(NotionSettings::default(), clock()).await.unwrap();
    let connection = client(&vendor, vendor.token());
    let columns = wanted(&mapping(""));
    let properties: Vec<(String, PropertySchema)> =
        columns.iter().map(|column| (column.name.clone(), column.schema())).collect();
    let parent = PageId::new(&vendor.parent_page_id());
    let database = CreateDatabase { parent, title: "Contacts".to_owned(), properties };
    let database = connection.call(&database).await.unwrap();
    let mapping = mapping(database.data_source().unwrap().as_str());
    let rows = NotionRows::new(connection, Runtime, "https://app.example.com");
    Bench { vendor, rows, mapping }
}

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn ada() -> Fields {
    fields(&[
        ("Name", json!("Ada")),
        ("Email", json!("ada@example.com")),
        ("Tags", json!(["a", "b, c"])),
    ])
}

fn fields(fields: &[(&str, Value)]) -> Fields {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn contact(id: &str) -> RecordKey {
    RecordKey::new(Entity::Contact, id)
}

fn write(id: &str, row: Option<&str>, fields: Fields) -> RowWrite {
    RowWrite {
        row: row.map(str::to_owned),
        record: contact(id),
        account: Some("loc1".to_owned()),
        fields,
        seen_at: None,
        correlation: CorrelationId::of(&event_id(1)),
        now: now(),
    }
}

impl Bench {
    fn fail(&self, operation: &str, action: FaultAction) {
        self.vendor.faults().set(vec![Fault::always(action).on(operation).times(1)]).unwrap();
    }

    async fn put(&self, write: &RowWrite) -> Result<Row, Failure> {
        self.rows.put(&self.mapping, write).await
    }

    async fn make(&self, id: &str) -> Row {
        self.put(&write(id, None, ada())).await.unwrap()
    }

    async fn find(&self, id: &str) -> Option<Row> {
        self.rows.find(&self.mapping, &contact(id)).await.unwrap()
    }

    /// A row that somebody made with this id in it.
    async fn by_hand(&self, id: &str) -> String {
        let key = json!({ "rich_text": [{ "text": { "content": id } }] });
        let page = json!({
            "parent": { "data_source_id": self.mapping.table },
            "properties": { "HighLevel ID": key },
        });
        let made = by_hand(&self.vendor, Method::Post, "/v1/pages", &page).await;
        made["id"].as_str().unwrap().to_owned()
    }

    fn pages(&self) -> Vec<Value> {
        self.vendor.pages(&self.mapping.table)
    }

    async fn columns(&self, change: Value) {
        let path = format!("/v1/data_sources/{}", self.mapping.table);
        by_hand(&self.vendor, Method::Patch, &path, &json!({ "properties": change })).await;
    }

    async fn trash(&self, row: &str) {
        let path = format!("/v1/pages/{row}");
        by_hand(&self.vendor, Method::Patch, &path, &json!({ "in_trash": true })).await;
    }

    async fn told(&self) -> Vec<String> {
        let findings = self.rows.examine(&self.mapping, now()).await.unwrap();
        findings.into_iter().map(|finding| finding.found).collect()
    }
}

#[tokio::test]
async fn a_record_has_one_row_that_is_changed_in_place() {
    let bench = bench().await;
    let made = bench.make("c1").await;
    assert_eq!((made.record.as_deref(), made.gone), (Some("c1"), false));
    assert_eq!(made.fields["Tags"], json!(["a", "b; c"]), "in Notion's spelling");
    assert_eq!(made.fields["About"], Value::Null);
    let stored = &bench.pages()[0]["properties"];
    let link = "https://app.example.com/v2/location/loc1/contacts/detail/c1";
    assert_eq!(stored["HighLevel"]["url"], link);
    assert_eq!(stored["Last Synced"]["date"]["start"], "2026-11-21T10:00:00.000+00:00");

    let change = write("c1", Some(&made.id), fields(&[("Email", Value::Null)]));
    let changed = bench.put(&change).await.unwrap();
    assert_eq!(changed.id, made.id);
    assert_eq!((&changed.fields["Email"], &changed.fields["Name"]), (&Value::Null, &json!("Ada")));
    assert_eq!(bench.find("c1").await.unwrap().fields, changed.fields);
    assert_eq!(bench.pages().len(), 1);
    // The database, its columns, the look for a row and the trash, the row, its change, and the find.
    assert_eq!(bench.vendor.request_count(), 1 + 1 + 2 + 1 + 1 + 1);
}

#[tokio::test]
async fn a_row_whose_making_is_in_doubt_is_found_again() {
    let committed =
        |status| FaultAction::Status { status, retry_after: None, reason: None, committed: true };
    for fault in [committed(504), FaultAction::Reset { committed: true }, FaultAction::Truncate] {
        let bench = bench().await;
        bench.told().await;
        bench.fail("pages.create", fault.clone());
        let failed = bench.put(&write("c1", None, ada())).await.unwrap_err();
        assert!(failed.ambiguous && failed.next == Next::Retry, "{fault:?}: {failed:?}");
        let found = bench.find("c1").await.unwrap();
        assert_eq!((found.fields["Name"].as_str(), found.gone), (Some("Ada"), false), "{fault:?}");
    }
    let bench = bench().await;
    bench.told().await;
    bench.fail("pages.create", committed(503));
    let made = bench.make("c1").await;
    assert_eq!((bench.pages().len(), made.fields["Name"].as_str()), (1, Some("Ada")));
}

#[tokio::test]
async fn a_collision_is_tried_again_and_changes_nothing_twice() {
    let bench = bench().await;
    let made = bench.make("c1").await;
    let again = write("c1", Some(&made.id), ada());
    bench.fail("pages.update", FaultAction::status(409));
    let failed = bench.put(&again).await.unwrap_err();
    assert_eq!((failed.next, failed.ambiguous), (Next::Retry, false));
    assert_eq!(bench.put(&again).await.unwrap().fields, made.fields);
    assert_eq!(bench.pages().len(), 1);
}

#[tokio::test]
async fn a_row_in_the_trash_is_gone_and_stays_there() {
    let bench = bench().await;
    let made = bench.make("c1").await;
    bench.trash(&made.id).await;
    let put = bench.put(&write("c1", Some(&made.id), ada())).await.unwrap();
    assert_eq!((&put.id, put.gone), (&made.id, true));
    let found = bench.find("c1").await.unwrap();
    assert_eq!((found.id, found.gone), (made.id, true));
    assert_eq!(bench.pages()[0]["in_trash"], true);
    assert!(bench.make("c1").await.gone, "no other is made by a hub that forgot it either");
    assert_eq!(bench.pages().len(), 1);
    // One outside of the trash counts more.
    let other = bench.by_hand("c1").await;
    let found = bench.find("c1").await.unwrap();
    assert_eq!((found.id, found.gone), (other, false));
}

#[tokio::test]
async fn a_hub_that_forgot_its_rows_finds_them_one_by_one_and_then_all_at_once() {
    let bench = bench().await;
    let ids: Vec<String> = (0..50).map(|number| format!("c{number}")).collect();
    let mut made = Vec::new();
    for id in &ids {
        made.push(bench.make(id).await.id);
    }
    bench.trash(&made[40]).await;
    let forgetful = client(&bench.vendor, bench.vendor.token());
    let rows = NotionRows::new(forgetful, Runtime, "https://app.example.com");
    let before = bench.vendor.request_count();
    for (id, row) in ids.iter().zip(&made) {
        let found = rows.put(&bench.mapping, &write(id, None, ada())).await.unwrap();
        assert_eq!((&found.id, found.gone), (row, row == &made[40]));
    }
    let fresh = rows.put(&bench.mapping, &write("c50", None, ada())).await.unwrap();
    assert!(!made.contains(&fresh.id));
    let again = rows.put(&bench.mapping, &write("c50", None, ada())).await.unwrap();
    assert_eq!((again.id, bench.pages().len()), (fresh.id, 51));
    // Columns, 20 looks, a census of two parts, 50 changes with one look into the trash, two of the new.
    assert_eq!(bench.vendor.request_count() - before, 1 + 20 + 2 + 51 + 2);
}

#[tokio::test]
async fn a_row_that_was_deleted_for_good_is_gone_unless_the_whole_table_is() {
    let bench = bench().await;
    bench.make("c1").await;
    let put = bench.put(&write("c2", Some(NOBODY), ada())).await.unwrap();
    assert_eq!((put.id.as_str(), put.gone, bench.pages().len()), (NOBODY, true, 1));
    let elsewhere = Mapping { table: NOBODY.to_owned(), name: "other".to_owned(), ..mapping("") };
    let failed = bench.rows.put(&elsewhere, &write("c2", Some(NOBODY), ada())).await.unwrap_err();
    assert_eq!(failed.next, Next::Hold(None));
}

#[tokio::test]
async fn of_two_rows_of_one_record_the_oldest_counts() {
    let bench = bench().await;
    let first = bench.make("c1").await;
    let clock = json!({ "advance_seconds": 120 });
    by_hand(&bench.vendor, Method::Post, "/_sandbox/clock", &clock).await;
    bench.by_hand("c1").await;
    bench.by_hand("C1").await;
    assert_eq!(bench.find("c1").await.unwrap().id, first.id);
    assert_eq!(bench.find("c").await, None);
}

#[tokio::test]
async fn columns_that_people_change_meanwhile_are_read_again() {
    let bench = bench().await;
    let made = bench.make("c1").await;
    bench.columns(json!({ "Email": null, "Tags": { "name": "Labels" } })).await;
    let other = fields(&[("Email", json!("other@example.com")), ("Tags", json!(["x"]))]);
    let put = bench.put(&write("c1", Some(&made.id), other)).await.unwrap();
    assert_eq!((put.fields.get("Email"), &put.fields["Tags"]), (None, &json!(["x"])));
    assert_eq!(
        bench.told().await,
        ["`Email` is not there; rows do without", "`Tags` is called `Labels` now"]
    );
}

#[tokio::test]
async fn a_status_gets_its_option_once_somebody_added_it() {
    let bench = bench().await;
    let won = || fields(&[("Stage", json!("Won"))]);
    let made = bench.put(&write("c1", None, won())).await.unwrap();
    assert_eq!(made.fields["Stage"], Value::Null);
    let options = [json!({ "name": "New" }), json!({ "name": "Won" })];
    bench.columns(json!({ "Stage": { "status": { "options": options } } })).await;
    let again = write("c1", Some(&made.id), won());
    let soon = bench.put(&again).await.unwrap();
    assert_eq!(soon.fields["Stage"], Value::Null, "the columns are believed for a while");
    let later = RowWrite { now: now() + SignedDuration::from_mins(5), ..again };
    assert_eq!(bench.put(&later).await.unwrap().fields["Stage"], "Won");
}

#[tokio::test]
async fn a_table_without_the_records_ids_is_not_written() {
    let bench = bench().await;
    bench.columns(json!({ "HighLevel ID": null })).await;
    let failed = bench.put(&write("c1", None, ada())).await.unwrap_err();
    assert_eq!((failed.next, failed.ambiguous), (Next::Hold(None), false));
    assert!(failed.reason.contains("highwire notion init"), "{}", failed.reason);
    assert!(bench.pages().is_empty());
}

#[tokio::test]
async fn a_row_is_removed_once() {
    let bench = bench().await;
    let made = bench.make("c1").await;
    for row in [made.id.as_str(), &made.id, NOBODY] {
        bench.rows.remove(&bench.mapping, row).await.unwrap();
    }
    assert_eq!(bench.pages()[0]["in_trash"], true);
}
