//! Tests of the client and the check against the simulated RepairShopr, with which they share no code.

use std::{sync::Arc, time::Duration};

use domain::{Delivery, Source as _, Verdict};
use endpoint::{Method, Request, Secret, Transport as _, http::HttpTransport};
use repairshopr::{
    AddressBudget, Paging, Settings, TicketId,
    models::{Found, Readable},
    resources::Get,
};
use sandbox::{
    SandboxClock,
    fault::{Fault, FaultAction},
    repairshopr::{RepairShoprSandbox, RepairShoprSettings},
};
use serde_json::{Value, json};

use super::*;
use crate::{repairshopr::RepairShopr, stand_ins::StillTimer};

/// A shop and its clients, which live by one clock that stands still until somebody waits.
struct Bench {
    shop: RepairShoprSandbox,
    timer: StillTimer,
    transport: HttpTransport,
}

impl Bench {
    async fn start(requests_per_minute: u32) -> Self {
        let timer = StillTimer::default();
        let told = timer.clone();
        let clock = SandboxClock::new(Arc::new(move || told.now()));
        let settings = RepairShoprSettings { requests_per_minute, ..Default::default() };
        Self {
            shop: RepairShoprSandbox::start(settings, clock).await.unwrap(),
            timer,
            transport: HttpTransport::new(endpoint::http::Settings::default()).unwrap(),
        }
    }

    fn client(&self, key: &str, budget: &AddressBudget) -> Client<HttpTransport, StillTimer> {
        let settings = Settings::new(self.shop.url(), Secret::new(key));
        Client::new(self.transport.clone(), self.timer.clone(), settings, budget.clone())
    }

    fn owner(&self) -> Client<HttpTransport, StillTimer> {
        self.client(self.shop.key(), &AddressBudget::new(10_000))
    }

    async fn write(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}/api/v1/{path}", self.shop.url());
        let body = body.to_string().into();
        let request = Request { method, url, headers: Vec::new(), body };
        let request = request.with_header("authorization", self.shop.key());
        let response = self.transport.send(request).await.unwrap();
        assert_eq!(response.status, 200);
        serde_json::from_slice(&response.body).unwrap()
    }
}

#[tokio::test]
async fn a_good_key_finds_everything_good() {
    let bench = Bench::start(10_000).await;
    let findings = check(&bench.owner(), bench.timer.now()).await;
    assert_eq!(findings.len(), 13, "{findings:?}");
    for finding in &findings {
        assert_eq!(finding.verdict, Verdict::Good, "{finding:?}");
    }
    assert_eq!(findings[0].found, "it counts, in the account \"sandbox\"");
    assert_eq!(findings[1].found, "can be read: 221 records");
    assert!(bench.shop.outbox().is_empty(), "a check only reads");
    let wrong = bench.client("T0wrong", &AddressBudget::default());
    let findings = check(&wrong, bench.timer.now()).await;
    assert_eq!((findings.len(), findings[0].verdict), (1, Verdict::Bad));
}

#[tokio::test]
async fn each_permission_that_is_named_is_the_one_that_was_missing() {
    async fn tried<R: Readable>(bench: &Bench, id: u64) {
        let client = bench.client("T1", &AddressBudget::new(10_000));
        for is_list in [true, false] {
            let operation = if is_list { R::OPERATION } else { R::READ_OPERATION };
            let Some(permission) = repairshopr::permission(operation) else { continue };
            let call = async || match is_list {
                true => client.call(&List::<R>::page(1)).await.map(|page| page.unreadable),
                false => client.call(&Get::<R>::new(id)).await.map(|_| 0),
            };
            bench.shop.allow("T1", &[]);
            let error = call().await.unwrap_err();
            assert_eq!(error.kind(), Kind::MissingPermission, "{operation}");
            assert!(error.hint().contains(permission), "{operation}: {}", error.hint());
            bench.shop.allow("T1", &[permission]);
            assert_eq!(call().await.unwrap(), 0, "{operation}");
        }
    }
    let bench = Bench::start(10_000).await;
    tried::<Appointment>(&bench, 30_000_001).await;
    tried::<Asset>(&bench, 30_000_001).await;
    tried::<Contact>(&bench, 30_000_003).await;
    tried::<Contract>(&bench, 30_000_001).await;
    tried::<Customer>(&bench, 30_000_001).await;
    tried::<Estimate>(&bench, 30_000_001).await;
    tried::<Invoice>(&bench, 30_000_001).await;
    tried::<Lead>(&bench, 30_000_001).await;
    tried::<Schedule>(&bench, 30_000_001).await;
    tried::<Ticket>(&bench, 30_000_001).await;
}

#[tokio::test]
async fn a_check_with_few_permissions_names_all_that_are_missing() {
    let bench = Bench::start(10_000).await;
    bench.shop.allow("T1", &["Tickets - List/Search"]);
    let client = bench.client("T1", &AddressBudget::default());
    let findings = check(&client, bench.timer.now()).await;
    let verdict = |subject: &str| {
        let finding = findings.iter().find(|finding| finding.subject == subject).unwrap();
        (finding.verdict, finding.hint.clone().unwrap_or_default())
    };
    assert_eq!(verdict("customers").0, Verdict::Bad);
    assert!(verdict("contracts").1.contains("\"Contracts - List/Search\""));
    assert_eq!(verdict("tickets").0, Verdict::Good);
    assert_eq!(verdict("changes of tickets").0, Verdict::Good);
}

#[tokio::test]
async fn every_customer_is_read_once_while_others_come() {
    let bench = Bench::start(10_000).await;
    let client = bench.owner();
    let (mut paging, mut read) = (Paging::default(), Vec::new());
    while let Some(number) = paging.next_page() {
        let page = client.call(&List::<Customer>::page(number).including_disabled()).await.unwrap();
        assert_eq!(page.unreadable, 0);
        read.extend(paging.take(page).into_iter().map(|customer| customer.id));
        let new = json!({ "firstname": format!("New {number}") });
        bench.write(Method::Post, "customers", new).await;
    }
    let all = read.len();
    read.sort();
    read.dedup();
    assert_eq!((all, read.len()), (230, 230), "each of the start, once");

    // A list that does not say how many pages it has is read to its end too.
    let (mut paging, mut appointments) = (Paging::default(), 0);
    while let Some(number) = paging.next_page() {
        let page = client.call(&List::<Appointment>::page(number)).await.unwrap();
        assert_eq!(page.meta, None);
        appointments += paging.take(page).len();
    }
    assert_eq!(appointments, 38);
}

#[tokio::test]
async fn a_change_is_found_at_the_end_of_the_list_by_change() {
    let bench = Bench::start(10_000).await;
    let client = bench.owner();
    bench.timer.sleep(Duration::from_secs(60)).await;
    let changed = 30_000_150;
    bench.write(Method::Put, &format!("customers/{changed}"), json!({ "notes": "x" })).await;
    let list = |number| List::<Customer>::page(number).sorted_by_change().including_disabled();
    let first = client.call(&list(1)).await.unwrap();
    let tail = Paging::tail(&first.meta.unwrap(), 1);
    assert_eq!(tail, 3..=3);
    let last = client.call(&list(*tail.end())).await.unwrap();
    assert_eq!(last.items.last().unwrap().id.get(), changed);
}

#[tokio::test]
async fn single_records_come_wrapped_flat_and_not_at_all() {
    let bench = Bench::start(10_000).await;
    let client = bench.owner();
    let Found(ticket) = client.call(&Get::<Ticket>::new(1_004_u64)).await.unwrap();
    assert_eq!(ticket.unwrap().id, TicketId::new(30_000_003), "by its number");
    let Found(contract) = client.call(&Get::<Contract>::new(30_000_001_u64)).await.unwrap();
    let contract = contract.unwrap();
    assert_eq!(contract.contract_amount.as_deref(), Some("$100.00"));
    assert!(contract.end_date.unwrap().date().is_some());
    bench.write(Method::Delete, "contracts/30000001", json!({})).await;
    let gone = client.call(&Get::<Contract>::new(30_000_001_u64)).await.unwrap();
    assert_eq!(gone, Found(None));
    let none = client.call(&Get::<Customer>::new(7_u64)).await.unwrap_err();
    assert_eq!(none.kind(), Kind::NotFound);
}

#[tokio::test]
async fn accounts_that_share_a_budget_never_meet_the_limit_of_their_address() {
    let bench = Bench::start(180).await;
    let budget = AddressBudget::new(180);
    bench.shop.allow("T1", &[]);
    let clients = [bench.client(bench.shop.key(), &budget), bench.client("T1", &budget)];
    for number in 0..400 {
        clients[number % 2].call(&GetMe).await.unwrap();
    }
    assert_eq!(bench.shop.request_count(), 400, "none was turned away");
    let took = bench.timer.now().duration_since(Timestamp::UNIX_EPOCH);
    assert_eq!(took.as_secs(), 120);
}

#[tokio::test]
async fn who_meets_the_limit_waits_it_out_and_goes_on() {
    let bench = Bench::start(5).await;
    let client = bench.client(bench.shop.key(), &AddressBudget::new(10_000));
    for _ in 0..11 {
        client.call(&GetMe).await.unwrap();
    }
    assert_eq!(bench.shop.request_count(), 13, "two were turned away and repeated");
}

#[tokio::test]
async fn what_breaks_on_the_way_is_repeated_or_told() {
    let bench = Bench::start(10_000).await;
    let client = bench.owner();
    let page = FaultAction::HtmlPage { status: 200, retry_after: None, committed: false };
    for action in [page, FaultAction::status(502)] {
        bench.shop.faults().set(vec![Fault::always(action).times(2)]).unwrap();
        client.call(&GetMe).await.unwrap();
    }
    for (action, kind) in [
        (FaultAction::Truncate, Kind::Interrupted),
        (FaultAction::Reset { committed: false }, Kind::Interrupted),
        (FaultAction::status(500), Kind::Failed),
    ] {
        bench.shop.faults().set(vec![Fault::always(action)]).unwrap();
        assert_eq!(client.call(&GetMe).await.unwrap_err().kind(), kind);
    }
    bench.shop.stop().await;
}

#[tokio::test]
async fn what_it_tells_of_changes_is_read_as_hints() {
    let bench = Bench::start(10_000).await;
    // Nobody answers there, which does not matter: what was sent is remembered.
    bench.shop.subscribe("http://127.0.0.1:9/webhooks/repairshopr/token");
    let customer = json!({ "firstname": "Io" });
    let made = bench.write(Method::Post, "customers", customer).await;
    let customer = made["customer"]["id"].to_string();
    let ticket = json!({ "customer_id": customer, "subject": "Printer" });
    let made = bench.write(Method::Post, "tickets", ticket).await;
    let ticket = made["ticket"]["id"].to_string();
    let comment = json!({ "subject": "a", "body": "b", "hidden": true });
    bench.write(Method::Post, &format!("tickets/{ticket}/comment"), comment).await;
    while bench.shop.notices().len() < 3 {
        tokio::task::yield_now().await;
    }
    let hints = bench.shop.notices().into_iter().map(|notice| {
        let delivery = Delivery {
            headers: vec![],
            body: notice.body.to_string().into(),
            correlation: None,
            received_at: bench.timer.now(),
        };
        let event = RepairShopr.read(delivery).event;
        (event.kind.to_string(), event.record.map(|record| record.id))
    });
    let hint = |kind: &str, id: &String| (kind.to_owned(), Some(id.clone()));
    assert_eq!(
        hints.collect::<Vec<_>>(),
        [
            hint("customer.hinted", &customer),
            hint("ticket.hinted", &ticket),
            hint("ticket.hinted", &ticket), // A comment leads to its ticket.
        ]
    );
}
