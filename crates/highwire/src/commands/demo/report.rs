//! The demo's figures: what was sent, what arrived at each stop, and how long it took.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::Duration,
};

use domain::{Entity, Entry, EventId, Journal, Mirror, Outbox, Sequence};
use jiff::Timestamp;
use sandbox::highlevel::Delivered;
use serde_json::{Value, json};
use store::Sqlite;

use super::{Sent, Vendors};
use crate::{failure::Failure, printer, settings::Settings};

/// How many entries are read at once.
const PAGE: usize = 500;

/// The figures.
pub(crate) struct Report {
    events: usize,
    accepted: usize,
    duplicates: usize,
    pages: usize,
    failed: usize,
    kinds: BTreeMap<String, usize>,
    records: BTreeMap<Entity, u64>,
    acknowledged: Vec<Duration>,
    journaled: Vec<Duration>,
    delivered: Vec<Duration>,
    example: Option<EventId>,
}

impl Report {
    /// Reads the figures off the hub's store and off the simulated Notion.
    pub(crate) async fn take(
        store: &Sqlite,
        vendors: &Vendors,
        settings: &Settings,
        sent: &[Sent],
    ) -> Result<Self, Failure> {
        let entries = entries(store).await?;
        let pages = vendors.notion.pages(&settings.notion.activity_log);
        let told = pages_by_event(&pages);
        let is_whole = |entry: &&Entry| told.get(&entry.event.id.to_string()) == Some(&1);
        let whole = entries.iter().filter(is_whole).count();
        let accepted = sent.iter().filter(|sent| is_duplicate(&sent.first) == Some(false)).count();
        let again = |sent: &&Sent| sent.again.as_ref().and_then(is_duplicate) == Some(true);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for entry in &entries {
            *kinds.entry(entry.event.kind.to_string()).or_default() += 1;
        }
        let mut delivered = Vec::new();
        for entry in &entries {
            for tracked in store.actions(entry.event.id).await? {
                let finished = tracked.attempts.last().and_then(|attempt| attempt.finished_at);
                delivered.extend(finished.map(|at| between(entry.event.received_at, at)));
            }
        }
        let journaled = |entry: &Entry| between(entry.event.received_at, entry.journaled_at);
        let is_example =
            |entry: &&Entry| entry.event.kind.to_string() == "opportunity.status_changed";
        Ok(Self {
            events: sent.len(),
            accepted,
            duplicates: sent.iter().filter(again).count(),
            pages: pages.len(),
            failed: (sent.len() - accepted) + (entries.len() - whole),
            kinds,
            records: store.record_counts().await?,
            acknowledged: sent.iter().map(|sent| sent.first.elapsed).collect(),
            journaled: entries.iter().map(journaled).collect(),
            delivered,
            example: entries
                .iter()
                .find(is_example)
                .or(entries.first())
                .map(|entry| entry.event.id),
        })
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let milliseconds =
            |times: &[Duration]| json!({ "p50": millis(times, 50), "p99": millis(times, 99) });
        json!({
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "pages": self.pages,
            "failed": self.failed,
            "kinds": self.kinds,
            "records": self.records.iter().map(|(entity, count)| (entity.name(), count)).collect::<BTreeMap<_, _>>(),
            "door_to_journal_ms": milliseconds(&self.journaled),
            "door_to_200_ms": milliseconds(&self.acknowledged),
            "door_to_notion_ms": milliseconds(&self.delivered),
        })
    }

    /// For people; the last line is for programs again.
    pub(crate) fn text(&self, folder: &Path, url: Option<String>) -> String {
        let kinds = self.kinds.iter().map(|(kind, count)| vec![kind.clone(), count.to_string()]);
        let mut parts = vec![printer::table(&["kind of event", "events"], kinds)];
        parts.push(self.totals());
        parts.push(self.times());
        let show = self.example.map(|id| {
            let folder = folder.display();
            format!(
                "Look around:\n  highwire events list --data-dir {folder}\n  \
                 highwire events show {id} --data-dir {folder}"
            )
        });
        parts.extend(show);
        parts.extend(url.map(|url| format!("The hub is at {url}")));
        parts.push(self.last_line());
        parts.join("\n\n")
    }

    fn totals(&self) -> String {
        let records: u64 = self.records.values().sum();
        let by_entity = self.records.iter().map(|(entity, count)| format!("{count} {entity}"));
        let by_entity = by_entity.collect::<Vec<_>>().join(", ");
        printer::table(
            &["what", "count", ""],
            [
                vec!["events sent".to_owned(), self.events.to_string(), String::new()],
                vec!["accepted".to_owned(), self.accepted.to_string(), String::new()],
                vec![
                    "duplicates refused".to_owned(),
                    self.duplicates.to_string(),
                    "every delivery was sent twice".to_owned(),
                ],
                vec!["records mirrored".to_owned(), records.to_string(), by_entity],
                vec!["pages in Notion".to_owned(), self.pages.to_string(), String::new()],
            ],
        )
    }

    fn times(&self) -> String {
        let row = |name: &str, times: &[Duration]| {
            let figure = |percent| format!("{:.1} ms", millis(times, percent));
            vec![name.to_owned(), figure(50), figure(99)]
        };
        printer::table(
            &["time", "p50", "p99"],
            [
                row("door to journal", &self.journaled),
                row("sent to 200", &self.acknowledged),
                row("door to Notion", &self.delivered),
            ],
        )
    }

    fn last_line(&self) -> String {
        let Self { accepted, duplicates, pages, failed, .. } = self;
        format!("demo: accepted={accepted} duplicates={duplicates} pages={pages} failed={failed}")
    }

    /// Whether every event arrived once at every stop.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        let whole = [self.accepted, self.duplicates, self.pages];
        if self.failed == 0 && whole.iter().all(|count| *count == self.events) {
            return Ok(());
        }
        Err(Failure::user(
            format!("bring {} events to Notion once each: see the figures above", self.events),
            "report this with the figures and the log of HIGHWIRE_LOG_LEVEL=debug",
        ))
    }
}

async fn entries(store: &Sqlite) -> Result<Vec<Entry>, Failure> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(Sequence(0), |entry| entry.sequence);
        let page = store.entries_after(after, PAGE).await?;
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}

/// What the hub answered: none where it did not take the delivery.
fn is_duplicate(delivered: &Delivered) -> Option<bool> {
    let reply: Value = serde_json::from_slice(&delivered.reply).ok()?;
    reply.get("duplicate")?.as_bool().filter(|_| delivered.is_accepted())
}

/// How many pages tell each event: its id is the last line of the page's details.
fn pages_by_event(pages: &[Value]) -> HashMap<String, usize> {
    let mut told = HashMap::new();
    for page in pages {
        let details = page.pointer("/properties/Details/rich_text").and_then(Value::as_array);
        let text: String = details
            .into_iter()
            .flatten()
            .filter_map(|part| part.get("plain_text")?.as_str())
            .collect();
        if let Some(event) = text.lines().last() {
            *told.entry(event.to_owned()).or_default() += 1;
        }
    }
    told
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// A percentile in milliseconds, by the nearest rank; zero where there is nothing.
fn millis(times: &[Duration], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().unwrap_or_default().as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times: Vec<_> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!((millis(&times, 50), millis(&times, 99)), (50.0, 99.0));
        assert_eq!(millis(&times[..1], 99), 100.0);
        assert_eq!(millis(&[], 50), 0.0);
    }

    #[test]
    fn a_page_tells_the_event_whose_id_ends_its_details() {
        let page = |details: &[&str]| {
            let parts: Vec<_> = details.iter().map(|text| json!({ "plain_text": text })).collect();
            json!({ "properties": { "Details": { "rich_text": parts } } })
        };
        let told =
            pages_by_event(&[page(&["Email: x\n", "evt_1"]), page(&["evt_1"]), page(&["evt_2"])]);
        assert_eq!((told["evt_1"], told["evt_2"]), (2, 1));
    }
}
