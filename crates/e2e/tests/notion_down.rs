//! Notion is down: events are taken all the same, pages wait in order, and come when it is back.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::{Journal, Mirror, Sequence};
use e2e::{Events, Hub, NotionLog, Program, Sender};
use sandbox::fault::{Fault, FaultAction};
use store::Sqlite;

const EVENTS: u64 = 40;
const CONTACTS: u64 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_wait_in_order_while_events_are_taken_and_mirrored() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let notion = NotionLog::start().await?;
    let events = Events::new(5, 400)?;
    let mut variables = notion.variables();
    variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()));
    variables.push(("GHL_LOCATION_ID", "loc-e2e".to_owned()));
    let hub = Hub::start(&Program::built()?, folder.path(), variables)?;
    notion.vendor.faults().set(vec![Fault::always(FaultAction::Outage)])?;

    let mut sender = Sender::connect(hub.address()).await?;
    for number in 0..EVENTS {
        let event = events.signed(number, number % CONTACTS)?;
        assert_eq!(sender.send(&Sender::request(&event)).await?, 200);
    }
    let store = Sqlite::open_to_read(&folder.path().join("data"))?;
    while store.projected().await? < Sequence(EVENTS) {
        tokio::task::yield_now().await;
    }
    assert_eq!(store.record_counts().await?.values().sum::<u64>(), CONTACTS);
    assert_eq!(notion.told(), Vec::<String>::new());

    notion.vendor.faults().clear();
    let pages = notion.wait_for(EVENTS as usize).await;
    assert_eq!(pages.len() as u64, EVENTS, "each event has one page");
    let mut in_order: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for entry in store.entries_after(Sequence(0), 1_000).await? {
        in_order.entry(entry.event.record).or_default().push(entry.event.id.to_string());
    }
    for (record, expected) in in_order {
        let made: Vec<_> = pages.iter().filter(|page| expected.contains(page)).cloned().collect();
        assert_eq!(made, expected, "the pages of {record:?}");
    }
    Ok(())
}
