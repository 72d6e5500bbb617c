//! `kill -9` at random moments: no acknowledged event is lost, none is doubled, order is kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use anyhow::Result;
use domain::{Entry, Journal, Sequence};
use e2e::{Events, Hub, NotionLog, Program, Sender};
use store::Sqlite;

const KILLS: u64 = 20;
const CONTACTS: u64 = 5;
/// Enough that every kill meets events on their way, few enough that all pages are written soon.
const EVENTS_PER_LIFE: u64 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_lose_nothing_and_double_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let notion = NotionLog::start().await?;
    let events = Events::new(3, 600)?;
    let mut variables = notion.variables();
    variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()));
    variables.push(("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()));
    let program = Program::built()?;
    let mut acknowledged = BTreeSet::new();
    let mut cut_off = 0;
    for life in 0..KILLS {
        let hub = Hub::start(&program, folder.path(), variables.clone())?;
        let sending = send(&hub, &events, life * EVENTS_PER_LIFE, &mut acknowledged);
        // Anywhere between the first byte and some time after the last one: spread and repeatable.
        let moment = Duration::from_micros((life * 7_919 + 1_013) % 97 * 1_500);
        cut_off += u64::from(tokio::time::timeout(moment, sending).await.is_err());
        hub.kill()?;
    }
    assert!(cut_off > KILLS / 2, "only {cut_off} kills met events on their way");
    let hub = Hub::start(&program, folder.path(), variables)?;
    let entries = journal(folder.path()).await?;
    let kept: BTreeSet<_> = entries.iter().filter_map(|e| e.event.webhook_id.clone()).collect();
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert_eq!(kept.len(), entries.len(), "an event is in the journal twice");
    assert!(acknowledged.len() > 100, "only {} events were acknowledged", acknowledged.len());

    let pages = notion.wait_for(entries.len()).await;
    drop(hub);
    check_pages(&entries, &pages);
    notion.vendor.stop().await;
    Ok(())
}

/// Four connections send until the hub is gone; what was answered with 200 is noted at once.
async fn send(hub: &Hub, events: &Events, first: u64, acknowledged: &mut BTreeSet<String>) {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut connections = tokio::task::JoinSet::new();
    let address = hub.address();
    for lane in 0..4 {
        let numbers = (first..first + EVENTS_PER_LIFE).filter(|number| number % 4 == lane);
        let signed: Vec<_> = numbers
            .map(|number| events.signed(number, number % CONTACTS).expect("the event is signed"))
            .collect();
        let tell = tell.clone();
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            for event in signed {
                if sender.send(&Sender::request(&event)).await? == 200 {
                    tell.send(event.webhook_id)?;
                }
            }
            anyhow::Ok(())
        });
    }
    drop(tell);
    while let Some(webhook_id) = told.recv().await {
        acknowledged.insert(webhook_id);
    }
    // All are answered; the kill comes while they are on their way to Notion.
    std::future::pending().await
}

async fn journal(folder: &Path) -> Result<Vec<Entry>> {
    let store = Sqlite::open_to_read(&folder.join("data"))?;
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(Sequence(0), |entry| entry.sequence);
        let page = store.entries_after(after, 500).await?;
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}

fn check_pages(entries: &[Entry], pages: &[String]) {
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages {
        *told.entry(page).or_default() += 1;
    }
    let doubled: Vec<_> = told.iter().filter(|(_, count)| **count > 1).collect();
    assert!(doubled.is_empty(), "pages twice: {doubled:?}");
    assert_eq!(pages.len(), entries.len(), "as many pages as events");
    let mut by_contact: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for entry in entries {
        by_contact.entry(&entry.event.record).or_default().push(entry.event.id.to_string());
    }
    for (contact, in_order) in by_contact {
        let made: Vec<_> = pages.iter().filter(|page| in_order.contains(page)).cloned().collect();
        assert_eq!(made, in_order, "the pages of {contact:?} are out of order");
    }
}
