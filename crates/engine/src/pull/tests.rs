//! Runs over a scripted vendor: what they tell, what they cost, and where they go on.

mod book;

use std::sync::Arc;

use domain::{
    Entity, Journal, Memory, Mirror, Origin, PartStep, Record, RecordKey, RunKind, RunState,
    RunTally, SyncRun, SyncRuns,
};
use jiff::SignedDuration;
use serde_json::json;
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use self::book::{Book, PAGE, scope};
use super::{Pull, PullParts};
use crate::{
    Sources, Timetable,
    fixture::{self, clock},
    project::Project,
    stage,
};

const NEVER: Timetable = Timetable { every: None, window: None };

/// The stage with the mirror's, as a hub runs them.
struct Working {
    stop: watch::Sender<bool>,
    stages: JoinSet<()>,
}

impl Working {
    async fn stop(mut self) {
        self.stop.send(true).unwrap();
        while let Some(ended) = self.stages.join_next().await {
            ended.unwrap();
        }
    }
}

fn start(store: &Memory, book: &Arc<Book>, timetable: Timetable) -> Working {
    let (stop, stopped) = watch::channel(false);
    let mut stages = JoinSet::new();
    let projector = Arc::new(Notify::new());
    stages.spawn(pull("one", store, book, timetable, &projector).run(stopped.clone()));
    let project =
        Project { sources: Sources::new(vec![Arc::new(book::Told)]), ..fixture::project(store) };
    stages.spawn(stage::run(project, projector, stopped));
    Working { stop, stages }
}

fn pull(
    process: &str,
    store: &Memory,
    book: &Arc<Book>,
    timetable: Timetable,
    projector: &Arc<Notify>,
) -> Pull<Memory> {
    let lists = vec![Arc::clone(book) as _];
    let parts = PullParts { lists, timetable, process: process.to_owned() };
    Pull { store: store.clone(), parts, clock: book.clock(), projector: Arc::clone(projector) }
}

async fn ask(store: &Memory, book: &Book) -> SyncRun {
    let run = SyncRun::asked(scope(), None, book.clock().now());
    store.add_run(run).await.unwrap()
}

/// Waits until a run is over. Time stands still for everybody else while nobody has anything to do.
async fn over(store: &Memory, asked: &SyncRun) -> SyncRun {
    loop {
        let run = store.run(&asked.id).await.unwrap().unwrap();
        if !run.state.is_open() {
            return run;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await; // tidy: sleep, time is paused
    }
}

async fn sync(store: &Memory, book: &Arc<Book>) -> SyncRun {
    let hub = start(store, book, NEVER);
    let asked = ask(store, book).await;
    let run = over(store, &asked).await;
    hub.stop().await;
    run
}

async fn rows(store: &Memory, entity: Entity) -> Vec<(String, bool, String)> {
    let mut told = Vec::new();
    for number in 0..20 {
        let key = RecordKey::new(entity, format!("{entity}-{number:02}"));
        let found: Vec<Record> = store.records(&scope().tenant, &[key]).await.unwrap();
        told.extend(found.into_iter().map(|row| {
            let name = row.fields.get("name").and_then(|name| name.as_str());
            (row.key.id, row.deleted_at.is_some(), name.unwrap_or_default().to_owned())
        }));
    }
    told
}

/// Enough time that no row is taken for one that moves.
async fn settle() {
    tokio::time::advance(std::time::Duration::from_secs(2_000)).await;
}

#[tokio::test(start_paused = true)]
async fn a_first_run_loads_everything_and_the_next_finds_nothing() {
    let (book, store) = (Book::with_contacts(5), Memory::new(clock()));
    let first = sync(&store, &book).await;
    assert_eq!((first.kind, first.state), (RunKind::Backfill, RunState::Done));
    let tally = first.tally();
    assert_eq!((tally.created, tally.listed, tally.written()), (5, 5, 5));
    assert_eq!(rows(&store, Entity::Contact).await.len(), 5);
    let entry = store.entries_at(&[domain::Sequence(1)]).await.unwrap().remove(0);
    assert_eq!(
        (entry.event.origin, entry.event.source.as_str()),
        (Origin::Backfill, "book.snapshot")
    );

    settle().await;
    book.forget_calls();
    let last = store.last().await.unwrap();
    let second = sync(&store, &book).await;
    assert_eq!((second.kind, second.tally().unchanged), (RunKind::Reconcile, 5));
    assert_eq!(second.tally().written(), 0);
    assert_eq!(store.last().await.unwrap(), last, "nothing was appended");
    let pages = 5_u64.div_ceil(PAGE as u64);
    assert_eq!(second.parts[0].tally.calls, pages);
}

#[tokio::test(start_paused = true)]
async fn what_no_event_told_is_repaired_and_nothing_else() {
    let (book, store) = (Book::with_contacts(7), Memory::new(clock()));
    sync(&store, &book).await;
    settle().await;
    let before = store.last().await.unwrap();
    book.set("contact-02", Some("changed"));
    book.set("contact-04", None);
    book.set("contact-09", Some("new"));
    let run = sync(&store, &book).await;
    let expected = RunTally {
        calls: run.tally().calls,
        listed: 7,
        created: 1,
        updated: 1,
        deleted: 1,
        unchanged: 5,
        ..RunTally::default()
    };
    assert_eq!(run.tally(), expected);
    assert_eq!(store.last().await.unwrap().0, before.0 + 4, "three repairs, and that it is over");
    let over = store.entries_at(&[domain::Sequence(before.0 + 4)]).await.unwrap().remove(0);
    assert_eq!(over.event.kind.to_string(), "sync_run.completed");
    assert_eq!(SyncRun::told_by(&over.event).unwrap().tally(), expected);
    let told = rows(&store, Entity::Contact).await;
    let one = |id: &str| told.iter().find(|(own, ..)| own == id).cloned().unwrap();
    assert_eq!(one("contact-02").2, "changed");
    assert!(one("contact-04").1, "it has a tombstone");
    assert_eq!(one("contact-09").2, "new");
    let places: Vec<_> = (1..=3).map(|step| domain::Sequence(before.0 + step)).collect();
    let entries = store.entries_at(&places).await.unwrap();
    assert!(entries.iter().all(|entry| entry.event.origin == Origin::Reconcile));
}

#[tokio::test(start_paused = true)]
async fn what_a_list_leaves_out_by_mistake_stays() {
    let (book, store) = (Book::with_contacts(3), Memory::new(clock()));
    sync(&store, &book).await;
    settle().await;
    book.hide("contact-01");
    let run = sync(&store, &book).await;
    assert_eq!((run.tally().deleted, run.tally().unchanged), (0, 3));
    assert!(rows(&store, Entity::Contact).await.iter().all(|(_, is_gone, _)| !is_gone));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_cut_off_goes_on_at_its_page() {
    let (book, store) = (Book::with_contacts(9), Memory::new(clock()));
    let hub = start(&store, &book, NEVER);
    let asked = ask(&store, &book).await;
    book.hang_at(3);
    book.until_hanging().await;
    hub.stop().await;
    let cut = store.run(&asked.id).await.unwrap().unwrap();
    assert_eq!((cut.state, cut.parts[0].tally.listed), (RunState::Running, 2 * PAGE as u64));
    book.hang_at(usize::MAX);
    book.forget_calls();
    let hub = start(&store, &book, NEVER);
    let run = over(&store, &asked).await;
    hub.stop().await;
    assert_eq!(run.tally().created, 9);
    assert_eq!(book.pages_of("contacts"), ["contact-04", "contact-06", "contact-08"]);
    assert_eq!(store.last().await.unwrap().0, 9 + 1, "nothing twice, and that it is over once");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_cannot_be_read_stops_nothing() {
    let (book, store) = (Book::with_contacts(5), Memory::new(clock()));
    book.spoil("contact-01");
    let run = sync(&store, &book).await;
    assert_eq!(run.state, RunState::Done);
    assert_eq!((run.tally().created, run.tally().failed), (4, 1));
    assert_eq!(run.failures[0].record, "contact-01");
    assert!((run.tally().success_percent() - 80.0).abs() < f64::EPSILON);
}

#[tokio::test(start_paused = true)]
async fn a_list_without_permission_stops_no_other() {
    let (book, store) = (Book::with_contacts(3), Memory::new(clock()));
    book.refuse("contacts");
    book.add_note("note-01", "contact-00");
    let run = sync(&store, &book).await;
    let steps: Vec<_> = run.parts.iter().map(|part| (part.step, part.problem.is_some())).collect();
    assert_eq!(run.state, RunState::Done);
    assert_eq!(steps, [(PartStep::Failed, true), (PartStep::Done, false)]);
    book.refuse("");
    let next = sync(&store, &book).await;
    assert!(next.parts[0].is_first, "it was never read");
    assert_eq!(next.parts[0].tally.created, 3);
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_is_away_is_waited_for() {
    let (book, store) = (Book::with_contacts(3), Memory::new(clock()));
    book.fail_times(4);
    let run = sync(&store, &book).await;
    assert_eq!((run.state, run.tally().created, run.problem), (RunState::Done, 3, None));
    assert!(run.finished_at.unwrap().duration_since(run.asked_at).as_secs() >= 15);
    book.fail_times(1_000);
    settle().await;
    let given_up = sync(&store, &book).await;
    assert_eq!((given_up.state, given_up.parts[0].step), (RunState::Done, PartStep::Failed));
    assert_eq!(rows(&store, Entity::Contact).await.len(), 3, "nothing is taken for gone");
}

#[tokio::test(start_paused = true)]
async fn the_notes_of_a_contact_come_and_go_with_its_list() {
    let (book, store) = (Book::with_contacts(2), Memory::new(clock()));
    book.add_note("note-01", "contact-00");
    book.add_note("note-02", "contact-00");
    book.add_note("note-03", "contact-01");
    settle().await;
    let first = sync(&store, &book).await;
    assert_eq!(first.parts[1].tally.created, 3);
    settle().await;
    book.remove_note("note-01");
    let untouched = sync(&store, &book).await;
    assert_eq!(untouched.parts[1].tally, RunTally::default(), "no contact changed");
    settle().await;
    book.set("contact-00", Some("changed"));
    let touched = sync(&store, &book).await;
    let tally = touched.parts[1].tally;
    assert_eq!((tally.deleted, tally.unchanged, tally.calls), (1, 1, 1));
    let told = rows(&store, Entity::Note).await;
    let gone: Vec<_> = told.iter().filter(|(_, gone, _)| *gone).map(|(id, ..)| id).collect();
    assert_eq!(gone, ["note-01"]);
}

#[tokio::test(start_paused = true)]
async fn one_of_two_hubs_works_at_a_run() {
    let (book, store) = (Book::with_contacts(9), Memory::new(clock()));
    let asked = ask(&store, &book).await;
    let mut hub = start(&store, &book, NEVER);
    let other = pull("two", &store, &book, NEVER, &Arc::default());
    hub.stages.spawn(other.run(hub.stop.subscribe()));
    let run = over(&store, &asked).await;
    assert_eq!((run.tally().created, book.pages_of("contacts").len()), (9, 5));
    hub.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_schedule_begins_runs_by_itself() {
    let (book, store) = (Book::with_contacts(1), Memory::new(clock()));
    let every = Some(SignedDuration::from_hours(6));
    sync(&store, &book).await;
    let hub = start(&store, &book, Timetable { every, window: None });
    let runs =
        || async { store.runs(domain::RunQuery { limit: 9, ..Default::default() }).await.unwrap() };
    assert_eq!(runs().await.len(), 1);
    tokio::time::sleep(std::time::Duration::from_secs(5 * 3_600)).await; // tidy: sleep, time is paused
    assert_eq!(runs().await.len(), 1);
    tokio::time::sleep(std::time::Duration::from_secs(3_600 + 120)).await; // tidy: sleep, time is paused
    assert_eq!(runs().await.len(), 2);
    assert_eq!(runs().await[0].asked_by, None);
    hub.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_an_event_tells_meanwhile_counts_more_than_the_list() {
    let (book, store) = (Book::with_contacts(2), Memory::new(clock()));
    sync(&store, &book).await;
    settle().await;
    let hub = start(&store, &book, NEVER);
    book.set("contact-01", Some("listed"));
    book.hang_at(1);
    let asked = ask(&store, &book).await;
    book.until_hanging().await;
    let told = book.told("contact-01", json!({ "name": "told" }));
    store.append(told).await.unwrap();
    while rows(&store, Entity::Contact).await[1].2 != "told" {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await; // tidy: sleep, time is paused
    }
    book.let_go();
    let run = over(&store, &asked).await;
    hub.stop().await;
    assert_eq!((run.tally().skipped, run.tally().unchanged), (1, 1));
    assert_eq!(rows(&store, Entity::Contact).await[1].2, "told");
}
