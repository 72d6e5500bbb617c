//! Tests of the lists against the simulated RepairShopr, with which they share no code.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::contract::sample::tenant;
use endpoint::{
    Method, Request, Secret, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use repairshopr::{AddressBudget, Settings};
use sandbox::{
    SandboxClock,
    fault::{Fault, FaultAction},
    repairshopr::{RepairShoprSandbox, RepairShoprSettings},
};
use serde_json::{Value, json};

use super::*;
use crate::stand_ins::StillTimer;

type Shop = Client<HttpTransport, StillTimer>;

/// The client of the one connection that there is.
struct One(Shop);

impl ShopClients<HttpTransport, StillTimer> for One {
    fn client<'a>(&'a self, tenant: &'a domain::Tenant) -> BoxFuture<'a, Result<Shop, String>> {
        let found = (*tenant == self::tenant("shop")).then(|| self.0.clone());
        Box::pin(std::future::ready(found.ok_or_else(|| "connect it".to_owned())))
    }

    fn shops(&self) -> BoxFuture<'_, Result<Vec<domain::Tenant>, String>> {
        Box::pin(std::future::ready(Ok(vec![tenant("shop")])))
    }
}

struct Bench {
    shop: RepairShoprSandbox,
    timer: StillTimer,
    lists: ShopLists<HttpTransport, StillTimer>,
    scope: ListScope,
}

async fn bench(key: &str) -> Bench {
    let timer = StillTimer::default();
    timer.sleep(Duration::from_secs(1_790_000_000)).await; // tidy: sleep, the clock stands still
    let told = timer.clone();
    let clock = SandboxClock::new(Arc::new(move || told.now()));
    let settings = RepairShoprSettings { requests_per_minute: 10_000, ..Default::default() };
    let shop = RepairShoprSandbox::start(settings, clock).await.unwrap();
    let transport = HttpTransport::new(HttpSettings::default()).unwrap();
    let settings = Settings::new(shop.url(), Secret::new(key));
    let client = Client::new(transport, timer.clone(), settings, AddressBudget::new(10_000));
    let lists = ShopLists::new(Arc::new(One(client)));
    Bench { shop, timer, lists, scope: ListScope { tenant: tenant("shop"), account: None } }
}

/// What a run through a list read.
#[derive(Debug, Default)]
struct Run {
    ids: Vec<String>,
    calls: u32,
    failed: usize,
}

impl Bench {
    fn part(&self, name: &str) -> ListPart {
        self.lists.parts().into_iter().find(|part| part.name == name).unwrap()
    }

    async fn run(&self, name: &str, since: Option<Timestamp>) -> Run {
        let (part, mut run) = (self.part(name), Run::default());
        let mut bookmark = Bookmark { since, ..Bookmark::default() };
        loop {
            let page = self.lists.page(&self.scope, &part, &bookmark).await.unwrap();
            run.calls += page.calls;
            run.failed += page.failed.len();
            run.ids.extend(page.records.into_iter().map(|record| record.key.id));
            match page.next {
                Some(next) => bookmark.cursor = Some(next),
                None => return run,
            }
        }
    }

    async fn write(&self, method: Method, path: &str, body: Value) {
        let url = format!("{}/api/v1/{path}", self.shop.url());
        let request = Request { method, url, headers: Vec::new(), body: body.to_string().into() };
        let request = request.with_header("authorization", self.shop.key());
        let transport = HttpTransport::new(HttpSettings::default()).unwrap();
        assert_eq!(transport.send(request).await.unwrap().status, 200);
    }

    fn now(&self) -> Timestamp {
        self.timer.now()
    }
}

#[tokio::test]
async fn every_list_is_read_whole_whatever_its_envelope() {
    let bench = bench("T0sandbox").await;
    for (name, records, calls) in [
        ("customers", 230, 3),
        ("contacts", 76, 2),
        ("contracts", 12, 1),
        ("schedules", 7, 2),
        ("assets", 76, 2),
        ("estimates", 28, 2),
        ("invoices", 57, 3),
        ("tickets", 115, 3),
    ] {
        let run = bench.run(name, None).await;
        let distinct: BTreeSet<_> = run.ids.iter().collect();
        assert_eq!((distinct.len(), run.calls, run.failed), (records, calls, 0), "{name}");
    }
    assert_eq!(bench.lists.parts().len(), 8);
}

#[tokio::test]
async fn changes_of_customers_are_read_from_the_end() {
    let bench = bench("T0sandbox").await;
    let since = bench.now();
    assert_eq!(bench.run("customers", Some(since)).await.ids, [""; 0], "nothing in ten minutes");
    bench.timer.sleep(Duration::from_secs(3600)).await; // tidy: sleep, the clock stands still
    for id in [30_000_150, 30_000_023] {
        bench.write(Method::Put, &format!("customers/{id}"), json!({"notes": "x"})).await;
    }
    let run = bench.run("customers", Some(bench.now())).await;
    assert_eq!(run.ids, ["30000023", "30000150"], "one of them is put away");
    assert_eq!(run.calls, 2, "the first page and the last");
    // Since before all of them: back to the second page.
    let all = bench.run("customers", Some(since - SignedDuration::from_hours(10_000))).await;
    assert_eq!(all.ids.iter().collect::<BTreeSet<_>>().len(), 229, "the walk-in is older");
    assert_eq!(all.calls, 3);
}

#[tokio::test]
async fn tickets_and_invoices_are_asked_since_when() {
    let bench = bench("T0sandbox").await;
    bench.timer.sleep(Duration::from_secs(3600)).await; // tidy: sleep, the clock stands still
    bench.write(Method::Put, "tickets/30000003", json!({"status": "Resolved"})).await;
    let run = bench.run("tickets", Some(bench.now() + SignedDuration::from_mins(5))).await;
    assert_eq!(
        (run.ids, run.calls),
        (vec!["30000003".to_owned()], 1),
        "ten minutes are read again"
    );
    assert_eq!(bench.run("invoices", Some(bench.now())).await.ids, [""; 0]);
}

#[tokio::test]
async fn one_record_is_there_or_gone() {
    let bench = bench("T0sandbox").await;
    let one = async |entity, id: &str| {
        let found = bench.lists.one(&bench.scope, &RecordKey::new(entity, id)).await.unwrap();
        found.map(|listed| listed.key.to_string())
    };
    assert_eq!(one(Entity::Contract, "30000001").await.as_deref(), Some("contract/30000001"));
    bench.write(Method::Delete, "contracts/30000001", json!({})).await;
    assert_eq!(one(Entity::Contract, "30000001").await, None, "null with 200");
    assert_eq!(one(Entity::Customer, "7").await, None, "404");
    assert_eq!(one(Entity::Ticket, "1004").await, None, "a number is no id");
    assert_eq!(one(Entity::Ticket, "abc").await, None);
}

#[tokio::test]
async fn a_refusal_says_whether_the_page_the_list_or_the_account_is_lost() {
    let bench = bench("T1").await;
    bench.shop.allow("T1", &["Customers - List/Search"]);
    let first = Bookmark::default();
    let page = async |name| bench.lists.page(&bench.scope, &bench.part(name), &first).await;
    let Err(ListError::Part(sentence)) = page("contracts").await else { panic!() };
    assert!(sentence.contains("\"Contracts - List/Search\""), "{sentence}");
    assert!(page("customers").await.is_ok());
    bench.shop.faults().set(vec![Fault::always(FaultAction::status(503))]).unwrap();
    assert!(matches!(page("customers").await, Err(ListError::Later(_))));
    let elsewhere = ListScope { tenant: tenant("other"), account: None };
    let refused = bench.lists.page(&elsewhere, &bench.part("customers"), &first).await;
    assert_eq!(refused, Err(ListError::Account("connect it".to_owned())));
}
