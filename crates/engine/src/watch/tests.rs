//! Tables that people edit, in paused time: when they are read, and which of their rows become events.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard},
};

use domain::{
    BoxFuture, EventKind, Journal, Leases, Links, Memory, NewRows, RecordKey, RowHint, RowPage,
    Sequence, Verb, Watermarks,
    contract::sample::{at, event, mapping, tenant},
};
use serde_json::json;
use tokio::task::JoinSet;

use super::*;
use crate::fixture::{clock, store};

const EVERY: Duration = Duration::from_secs(300);

/// A table in memory, in pages of two.
#[derive(Default)]
struct Sheet {
    rows: Mutex<BTreeMap<String, Row>>,
    /// Whence on each reading of the table asked for rows.
    read: Mutex<Vec<Option<Timestamp>>>,
    /// Which rows were read alone.
    alone: Mutex<Vec<String>>,
    /// How the next readings fail.
    failures: Mutex<VecDeque<ListError>>,
    /// Whether readings hang.
    hangs: Mutex<bool>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

impl Sheet {
    fn put(&self, row: Row) {
        lock(&self.rows).insert(row.id.clone(), row);
    }

    fn fail(&self) -> Result<(), ListError> {
        lock(&self.failures).pop_front().map_or(Ok(()), Err)
    }

    fn page(&self, bookmark: &Bookmark) -> Result<RowPage, ListError> {
        if bookmark.cursor.is_none() {
            lock(&self.read).push(bookmark.since);
        }
        self.fail()?;
        let after = bookmark.cursor.clone().unwrap_or_default();
        let is_wanted = |row: &&Row| bookmark.since.is_none_or(|since| row.changed_at >= since);
        let rows = lock(&self.rows);
        let mut wanted = rows.values().filter(is_wanted).filter(|row| row.id > after);
        let rows: Vec<_> = wanted.by_ref().take(2).cloned().collect();
        let next = wanted.next().and(rows.last()).map(|row| row.id.clone());
        Ok(RowPage { rows, next })
    }
}

impl RowReader for Sheet {
    fn changed<'a>(
        &'a self,
        _: &'a Mapping,
        bookmark: &'a Bookmark,
    ) -> BoxFuture<'a, Result<RowPage, ListError>> {
        Box::pin(async move {
            let page = self.page(bookmark)?;
            if *lock(&self.hangs) {
                std::future::pending::<()>().await;
            }
            Ok(page)
        })
    }

    fn row<'a>(
        &'a self,
        _: &'a Mapping,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Row>, ListError>> {
        Box::pin(async move {
            lock(&self.alone).push(id.to_owned());
            self.fail()?;
            Ok(lock(&self.rows).get(id).cloned())
        })
    }

    /// A body is the table and the row.
    fn hint(&self, event: &Event) -> Option<RowHint> {
        let text = String::from_utf8_lossy(&event.body).into_owned();
        let (table, row) = text.split_once(' ')?;
        Some(RowHint { table: Some(table.to_owned()), row: row.to_owned() })
    }
}

fn row(id: &str, email: &str, second: i64) -> Row {
    Row {
        id: id.to_owned(),
        fields: [("E-mail".to_owned(), json!(email)), ("Tags".to_owned(), json!(null))].into(),
        changed_at: at(second),
        record: None,
        gone: false,
    }
}

struct Bench {
    store: Memory,
    sheet: Arc<Sheet>,
    hints: Hints,
    stages: JoinSet<()>,
    shutdown: tokio::sync::watch::Sender<bool>,
}

impl Bench {
    fn new() -> Self {
        Self {
            store: store(),
            sheet: Arc::default(),
            hints: Hints::default(),
            stages: JoinSet::new(),
            shutdown: tokio::sync::watch::channel(false).0,
        }
    }

    fn watch(&self, process: &str) -> Watch<Memory> {
        Watch {
            store: self.store.clone(),
            mapping: Arc::new(mapping("alpha")),
            reader: Arc::clone(&self.sheet) as _,
            every: EVERY,
            process: process.to_owned(),
            clock: clock(),
            next: Arc::default(),
        }
    }

    fn start(&mut self, process: &str) {
        let watch = self.watch(process);
        self.stages.spawn(watch.run(self.hints.listen(), self.shutdown.subscribe()));
    }

    async fn stop(mut self) -> Memory {
        self.shutdown.send(true).unwrap();
        while let Some(ended) = self.stages.join_next().await {
            ended.unwrap();
        }
        self.store
    }

    /// Lets this time pass, and everything happen that is due in it.
    async fn pass(&self, time: Duration) {
        tokio::time::sleep(time + Duration::from_millis(1)).await; // tidy: sleep, the clock is paused
    }

    fn hint(&self, text: &str) {
        let connection = mapping("alpha").counterpart;
        let kind = EventKind { entity: Entity::Page, verb: Verb::Hinted };
        let tenant = Some(Tenant { connection, ..tenant("alpha") });
        let body = text.to_owned().into();
        self.hints.tell(&Event { tenant, kind, body, ..event(1) });
    }

    /// The rows that came in, with their e-mail addresses.
    async fn told(&self) -> Vec<(String, String)> {
        let entries = self.store.entries_after(Sequence(0), 100).await.unwrap();
        let tell = |entry: &domain::Entry| {
            let (mapping, row) = Row::of(&entry.event).unwrap();
            assert_eq!(mapping, "people");
            let email = row.fields.get("E-mail").and_then(|email| email.as_str());
            (row.id, email.unwrap_or("gone").to_owned())
        };
        entries.iter().map(tell).collect()
    }

    /// Keeps what the row says now as known, as the stage of links does.
    async fn know(&self, row: &Row, record: &str) -> Link {
        let organization = tenant("alpha").organization;
        let known = self.store.link(&organization, "people", LinkEnd::Row(&row.id)).await.unwrap();
        let link = known.unwrap_or(Link::new(organization, "people"));
        let link = Link {
            record: Some(record.to_owned()),
            row: Some(row.id.clone()),
            row_fields: row.fields.clone(),
            row_at: Some(row.changed_at),
            ..link
        };
        self.store.put_link(link, Vec::new()).await.unwrap().unwrap()
    }

    fn read(&self) -> Vec<Option<Timestamp>> {
        lock(&self.sheet.read).clone()
    }
}

fn told(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(id, email)| ((*id).to_owned(), (*email).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_table_is_read_at_once_and_then_from_where_it_was_read() {
    let mut bench = Bench::new();
    for (place, id) in ["a", "b", "c"].into_iter().enumerate() {
        bench.sheet.put(row(id, "x@example.com", -600 + 60 * place as i64));
    }
    bench.start("one");
    bench.pass(Duration::ZERO).await;
    assert_eq!(bench.told().await.len(), 3);
    bench.sheet.put(row("b", "new@example.com", 200));
    bench.pass(EVERY).await;
    assert_eq!(bench.told().await[3..], told(&[("b", "new@example.com")]));
    bench.pass(EVERY).await;
    // From the newest row on with an overlap; and where nobody edits, from not so long ago.
    assert_eq!(bench.read()[..2], [None, Some(at(-480 - 120))]);
    let third = bench.read()[2].unwrap();
    assert_eq!(third, at(200 - 120));
    assert_eq!(bench.told().await.len(), 4, "what was told is not told again");
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_quiet_table_is_not_read_from_its_last_edit_for_ever() {
    let mut bench = Bench::new();
    bench.sheet.put(row("a", "x@example.com", 0));
    bench.start("one");
    bench.pass(EVERY * 12).await;
    let last = bench.read().pop().unwrap().unwrap();
    // An hour later: the reading before, less what clocks may differ, less the overlap.
    assert_eq!(last.duration_since(at(0)).as_secs(), 3_300 - 600 - 120);
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn our_own_writes_end_in_the_row_that_they_changed() {
    let mut bench = Bench::new();
    let own = row("a", "x@example.com", 0);
    bench.know(&own, "contact-1").await;
    bench.sheet.put(own.clone());
    bench.start("one");
    bench.pass(EVERY).await;
    assert_eq!(bench.told().await, []);
    // Somebody edits it back and forth within a minute: each edit counts, the last as well.
    for (email, second) in [("y@example.com", 310), ("x@example.com", 320), ("y@example.com", 330)]
    {
        let edited = row("a", email, second);
        bench.sheet.put(edited.clone());
        bench.hint("people a");
        bench.pass(Duration::ZERO).await;
        bench.know(&edited, "contact-1").await;
    }
    let emails: Vec<_> = bench.told().await.into_iter().map(|(_, email)| email).collect();
    assert_eq!(emails, ["y@example.com", "x@example.com", "y@example.com"]);
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_followed_at_once_and_many_become_one_reading() {
    let mut bench = Bench::new();
    bench.start("one");
    bench.pass(Duration::from_secs(1)).await;
    for id in ["a", "b"] {
        bench.sheet.put(row(id, "x@example.com", 1));
        bench.hint(&format!("people {id}"));
        bench.hint(&format!("people {id}"));
        bench.hint(&format!("elsewhere {id}"));
    }
    bench.pass(Duration::ZERO).await;
    assert_eq!(*lock(&bench.sheet.alone), ["a", "b"]);
    assert_eq!(bench.read().len(), 1, "the table is left alone");
    assert_eq!(bench.told().await.len(), 2);
    for number in 0..50 {
        bench.sheet.put(row(&format!("many {number}"), "x@example.com", 2));
        bench.hint(&format!("people many {number}"));
    }
    bench.pass(Duration::ZERO).await;
    assert_eq!(lock(&bench.sheet.alone).len(), 2);
    assert_eq!((bench.read().len(), bench.told().await.len()), (2, 52));
    // What is not in the table any more is gone, where it was known.
    bench.know(&row("a", "x@example.com", 1), "contact-1").await;
    for id in ["a", "stranger"] {
        lock(&bench.sheet.rows).remove(id);
        bench.hint(&format!("people {id}"));
    }
    bench.pass(Duration::ZERO).await;
    assert_eq!(bench.told().await[52..], told(&[("a", "gone")]));
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn hints_that_were_missed_are_made_good_by_a_reading() {
    let mut bench = Bench::new();
    bench.start("one");
    bench.pass(Duration::from_secs(1)).await;
    bench.sheet.put(row("a", "x@example.com", 1));
    for _ in 0..=HINTS {
        bench.hint("people b");
    }
    bench.pass(Duration::ZERO).await;
    assert_eq!((bench.read().len(), bench.told().await.len()), (2, 1));
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_failed_is_repeated_soon_and_leaves_the_watermark() {
    let mut bench = Bench::new();
    bench.sheet.put(row("a", "x@example.com", 1));
    let later = || ListError::Later("busy; later".to_owned());
    lock(&bench.sheet.failures).extend([later(), later()]);
    bench.start("one");
    bench.pass(Duration::from_secs(4)).await;
    assert_eq!((bench.read().len(), bench.told().await.len()), (1, 0));
    bench.pass(Duration::from_secs(11)).await;
    assert_eq!(bench.read(), [None; 3]);
    assert_eq!(bench.told().await.len(), 1);
    lock(&bench.sheet.failures).push_back(ListError::Part("no right; give it".to_owned()));
    bench.pass(EVERY * 2).await;
    assert_eq!(bench.read().len(), 5, "what only a person can mend is tried at the usual pace");
    // A hint whose row cannot be read is made good by a reading of the table.
    bench.sheet.put(row("b", "y@example.com", 610));
    lock(&bench.sheet.failures).push_back(later());
    bench.hint("people b");
    bench.pass(Duration::from_secs(5)).await;
    assert_eq!(bench.told().await[1..], told(&[("b", "y@example.com")]));
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn hints_that_keep_failing_do_not_put_the_table_off() {
    let mut bench = Bench::new();
    bench.start("one");
    bench.pass(Duration::from_secs(1)).await;
    bench.sheet.put(row("a", "x@example.com", 1));
    for _ in 0..4 {
        lock(&bench.sheet.failures).push_back(ListError::Later("busy; later".to_owned()));
        bench.hint("people b");
        bench.pass(Duration::from_secs(1)).await;
    }
    assert_eq!(bench.told().await, []);
    bench.pass(Duration::from_secs(1)).await;
    assert_eq!(bench.told().await, told(&[("a", "x@example.com")]));
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_process_at_a_time_reads_a_table() {
    let mut bench = Bench::new();
    *lock(&bench.sheet.hangs) = true;
    bench.start("one");
    bench.pass(Duration::from_secs(1)).await;
    bench.start("two");
    bench.pass(Duration::from_secs(1)).await;
    assert_eq!(bench.read().len(), 1);
    // The first never ends; its turn does.
    *lock(&bench.sheet.hangs) = false;
    bench.sheet.put(row("a", "x@example.com", 1));
    bench.pass(Duration::from_secs(300)).await;
    assert_eq!(bench.told().await.len(), 1);
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_is_cut_off_leaves_its_turn() {
    let mut bench = Bench::new();
    *lock(&bench.sheet.hangs) = true;
    bench.start("one");
    bench.pass(Duration::from_secs(1)).await;
    let store = bench.stop().await;
    let claim = LeaseClaim {
        name: "alpha/rows/people".to_owned(),
        holder: "two".to_owned(),
        now: at(2),
        until: at(3),
    };
    let reply = store.take_lease(claim).await.unwrap();
    assert!(matches!(reply, LeaseReply::Granted(_)), "{reply:?}");
    let counterpart = Tenant { connection: mapping("alpha").counterpart, ..tenant("alpha") };
    assert_eq!(store.watermark(&counterpart, "rows/people").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_a_row_is_refused_until_it_is_its_own() {
    let mut bench = Bench::new();
    let first = Row { record: Some("contact-1".to_owned()), ..row("a", "x@example.com", 0) };
    bench.know(&first, "contact-1").await;
    let copy = Row { id: "b".to_owned(), ..first.clone() };
    bench.sheet.put(first);
    bench.sheet.put(copy.clone());
    bench.start("one");
    bench.pass(EVERY * 2).await;
    assert_eq!(bench.told().await, []);
    let organization = tenant("alpha").organization;
    let link = bench.store.link(&organization, "people", LinkEnd::Row("b")).await.unwrap().unwrap();
    assert!(
        matches!(&link.standing, LinkStanding::Refused { reason } if reason.contains("; delete")),
        "{link:?}"
    );
    assert_eq!(link.revision, 1, "it is noted once");
    bench.sheet.put(Row { record: None, changed_at: at(650), ..copy });
    bench.pass(EVERY).await;
    assert_eq!(bench.told().await, told(&[("b", "x@example.com")]));
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_row_event_is_of_the_counterparts_connection() {
    let bench = Bench::new();
    bench.sheet.put(row("a", "x@example.com", 0));
    let mut turn = None;
    bench.watch("one").read_table(&mut turn).await.unwrap();
    let entries = bench.store.entries_after(Sequence(0), 1).await.unwrap();
    let event = &entries[0].event;
    assert_eq!(event.source, "notion.rows");
    assert_eq!(event.record, Some(RecordKey::new(Entity::Page, "a")));
    assert_eq!(event.tenant.as_ref().unwrap().connection, mapping("alpha").counterpart);
    assert_eq!(mapping("alpha").new_rows, NewRows::Create);
    assert!(turn.is_none());
}
