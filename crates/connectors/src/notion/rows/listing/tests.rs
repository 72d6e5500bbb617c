//! Rows of the simulated Notion as they are listed: all of them, once, whatever its parts look like.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{EventKind, MappedField, contract::sample};
use endpoint::{Secret, http::HttpTransport};
use jiff::SignedDuration;
use notion::{Client, Settings};
use sandbox::{
    SandboxClock,
    fault::{Fault, FaultAction},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::json;

use super::*;
use crate::notion::rows::fixture;

const START: &str = "2026-11-21T10:00:30Z";

#[derive(Clone)]
struct Still(SandboxClock);

impl Timer for Still {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep(&self, _: Duration) {}
}

struct Bench {
    vendor: NotionSandbox,
    clock: SandboxClock,
    rows: NotionRows<HttpTransport, Still>,
    mapping: Mapping,
}

/// A table with the columns `Name`, `Tags`, `Peers` and that of the records' ids.
async fn bench(settings: NotionSettings) -> Bench {
    let settings = NotionSettings { requests_per_minute: 100_000, ..settings };
    let clock = SandboxClock::new(Arc::new(|| START.parse().unwrap()));
    let vendor = NotionSandbox::start(settings, clock.clone()).await.unwrap();
    let properties = json!({
        "Name": { "title": {} },
        "Tags": { "multi_select": {} },
        "HighLevel ID": { "rich_text": {} },
    });
    let body = json!({
        "parent": { "page_id": vendor.parent_page_id() },
        "initial_data_source": { "properties": properties },
    });
    let made = vendor.act("POST", "/v1/databases", &body).unwrap();
    let id = made["data_sources"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/data_sources/{id}");
    let relation = json!({ "relation": { "data_source_id": id, "single_property": {} } });
    vendor.act("PATCH", &path, &json!({ "properties": { "Peers": relation } })).unwrap();
    let mut mapping = fixture::mapping(&id);
    let peers = MappedField { column: "Peers".to_owned(), ..mapping.fields[2].clone() };
    mapping.fields.push(peers);
    let timer = Still(clock.clone());
    let rows = NotionRows::new(client(&vendor, timer.clone()), timer, "https://app.example.com");
    Bench { vendor, clock, rows, mapping }
}

fn client(vendor: &NotionSandbox, timer: Still) -> Client<HttpTransport, Still> {
    let transport = HttpTransport::new(endpoint::http::Settings::default()).unwrap();
    let settings = Settings {
        base_url: vendor.url(),
        token: Secret::new(vendor.token()),
        requests_per_minute: 100_000,
        throttle_retries: 0,
    };
    Client::new(transport, timer, settings)
}

fn named(name: &str) -> Value {
    json!({ "Name": { "title": [{ "text": { "content": name } }] } })
}

impl Bench {
    /// A row that a person makes.
    fn row(&self, name: &str) -> String {
        let body = json!({ "parent": { "data_source_id": self.mapping.table }, "properties": named(name) });
        self.vendor.act("POST", "/v1/pages", &body).unwrap()["id"].as_str().unwrap().to_owned()
    }

    fn change(&self, id: &str, change: &Value) {
        self.vendor.act("PATCH", &format!("/v1/pages/{id}"), change).unwrap();
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Every row that is listed, with how many pages it took.
    async fn walk(&self, since: Option<Timestamp>) -> Result<(Vec<Row>, usize), ListError> {
        let (mut rows, mut pages) = (Vec::new(), 0);
        let mut bookmark = Bookmark { since, ..Bookmark::default() };
        loop {
            let page = self.rows.changed(&self.mapping, &bookmark).await?;
            rows.extend(page.rows);
            pages += 1;
            match page.next {
                Some(next) => bookmark.cursor = Some(next),
                None => return Ok((rows, pages)),
            }
        }
    }

    fn name(row: &Row) -> &str {
        row.fields["Name"].as_str().unwrap_or_default()
    }
}

fn start() -> Timestamp {
    START.parse().unwrap()
}

#[tokio::test]
async fn rows_that_were_edited_are_listed_and_no_others() {
    let bench = bench(NotionSettings::default()).await;
    let ids: Vec<_> = (0..4).map(|at| bench.row(&format!("row {at}"))).collect();
    let (all, pages) = bench.walk(None).await.unwrap();
    assert_eq!((all.len(), pages), (4, 1));
    bench.advance(600);
    bench.change(&ids[1], &json!({ "properties": named("changed") }));
    bench.change(&ids[2], &json!({ "in_trash": true }));
    let since = start() + SignedDuration::from_secs(600);
    let (rows, _) = bench.walk(Some(since)).await.unwrap();
    let [changed, gone] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((changed.id.as_str(), Bench::name(changed)), (ids[1].as_str(), "changed"));
    assert_eq!(changed.fields["Tags"], Value::Null);
    assert_eq!((gone.id.as_str(), gone.gone), (ids[2].as_str(), true));
    assert!(!changed.gone && changed.record.is_none());
    // Notion keeps the minute: it may have been any moment of it, until now.
    assert_eq!(changed.changed_at.to_string(), "2026-11-21T10:10:30Z");
    bench.advance(60);
    let (rows, _) = bench.walk(Some(since)).await.unwrap();
    assert_eq!(rows[0].changed_at.to_string(), "2026-11-21T10:10:59.999Z");
    let later = since + SignedDuration::from_secs(60);
    assert!(bench.walk(Some(later)).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn short_parts_and_cut_queries_lose_no_row() {
    let settings =
        NotionSettings { query_row_cap: 20, short_parts: true, ..NotionSettings::default() };
    let bench = bench(settings).await;
    let mut expected = BTreeSet::new();
    for at in 0..90 {
        expected.insert(bench.row(&format!("row {at}")));
        bench.advance(7);
    }
    for since in [None, Some(start())] {
        let (rows, pages) = bench.walk(since).await.unwrap();
        let ids: BTreeSet<_> = rows.iter().map(|row| row.id.clone()).collect();
        assert_eq!(ids, expected);
        assert!(pages > 5 && rows.len() < 2 * expected.len(), "{pages} pages, {}", rows.len());
    }
}

#[tokio::test]
async fn too_many_rows_of_one_minute_are_reported_and_not_read_for_ever() {
    let settings = NotionSettings { query_row_cap: 20, ..NotionSettings::default() };
    let bench = bench(settings).await;
    for at in 0..30 {
        bench.row(&format!("row {at}"));
    }
    let refused = bench.walk(None).await.unwrap_err();
    assert!(matches!(&refused, ListError::Part(reason) if reason.contains("; move")), "{refused}");
}

#[tokio::test]
async fn a_row_is_read_alone_where_it_is_in_the_table() {
    let bench = bench(NotionSettings::default()).await;
    let id = bench.row("Ada");
    let row = bench.rows.row(&bench.mapping, &id).await.unwrap().unwrap();
    assert_eq!((Bench::name(&row), row.gone), ("Ada", false));
    bench.change(&id, &json!({ "in_trash": true }));
    assert!(bench.rows.row(&bench.mapping, &id).await.unwrap().unwrap().gone);
    let outside = bench.vendor.parent_page_id();
    let nobody = "00000000-0000-4000-8000-000000000000";
    for other in [outside.as_str(), nobody] {
        assert_eq!(bench.rows.row(&bench.mapping, other).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_relation_that_a_page_cuts_off_is_read_whole() {
    let bench = bench(NotionSettings::default()).await;
    let peers: Vec<_> = (0..40).map(|at| bench.row(&format!("peer {at}"))).collect();
    let id = bench.row("Ada");
    let related: Vec<_> = peers.iter().map(|id| json!({ "id": id })).collect();
    bench.change(&id, &json!({ "properties": { "Peers": { "relation": related } } }));
    let row = bench.rows.row(&bench.mapping, &id).await.unwrap().unwrap();
    assert_eq!(row.fields["Peers"], json!(peers));
}

#[tokio::test]
async fn a_column_that_is_gone_tells_nothing() {
    let bench = bench(NotionSettings::default()).await;
    let id = bench.row("Ada");
    let path = format!("/v1/data_sources/{}", bench.mapping.table);
    let change = json!({ "properties": { "Tags": null, "Name": { "name": "Who" } } });
    bench.vendor.act("PATCH", &path, &change).unwrap();
    let row = bench.rows.row(&bench.mapping, &id).await.unwrap().unwrap();
    assert_eq!(row.fields.get("Tags"), None);
    assert_eq!(Bench::name(&row), "Ada");
}

#[tokio::test]
async fn a_failure_says_how_much_it_stops() {
    let bench = bench(NotionSettings::default()).await;
    let fail = |status| {
        let fault = Fault::always(FaultAction::status(status)).on("data_sources.query");
        bench.vendor.faults().set(vec![fault]).unwrap();
    };
    for (status, expected) in [(401, "account"), (403, "part"), (404, "part"), (500, "later")] {
        fail(status);
        let refused = bench.walk(None).await.unwrap_err();
        let kind = match &refused {
            ListError::Account(_) => "account",
            ListError::Part(_) => "part",
            ListError::Later(_) => "later",
        };
        assert_eq!(kind, expected, "{status}: {refused}");
        assert!(refused.to_string().contains("; "), "no way out: {refused}");
    }
}

#[tokio::test]
async fn a_hint_names_a_row_unless_the_hub_wrote_it_alone() {
    let bench = bench(NotionSettings::default()).await;
    bench.walk(None).await.unwrap();
    let own = bench.rows.own.get().unwrap().to_string();
    let (table, page) =
        (bench.mapping.table.replace('-', ""), "5c6a2821-6bb1-4a7e-b6e1-c50111515c3d");
    let hint = |kind: &str, authors: &[&str]| {
        let authors: Vec<_> = authors.iter().map(|id| json!({ "id": id })).collect();
        let body = json!({
            "type": kind,
            "authors": authors,
            "entity": { "id": page, "type": kind.split('.').next() },
            "data": { "parent": { "type": "database", "data_source_id": table } },
        });
        let kind = EventKind { verb: Verb::Hinted, ..sample::event(1).kind };
        let body = body.to_string().into();
        bench.rows.hint(&Event { source: "notion".to_owned(), kind, body, ..sample::event(1) })
    };
    let expected = |table: Option<&str>| {
        Some(RowHint { table: table.map(str::to_owned), row: page.to_owned() })
    };
    let in_table = expected(Some(&bench.mapping.table));
    assert_eq!(hint("page.properties_updated", &["person"]), in_table);
    assert_eq!(hint("page.deleted", &["person", &own]), in_table);
    assert_eq!(hint("page.created", &[]), in_table);
    assert_eq!(hint("page.moved", &["person"]), expected(None));
    assert_eq!(hint("page.properties_updated", &[&own]), None);
    assert_eq!(hint("data_source.schema_updated", &["person"]), None);
}
