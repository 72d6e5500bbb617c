//! Letting go: by age and size, around what is needed, again and again, and cut off anywhere.

use domain::{
    Actor, Audit as _, ChangeSets as _, ConnectionId, Decisions, Journal, Memory, Mirror, NewAudit,
    NewChangeSet, Outbox, Outcome, Projection, Receipt, Retention, Sequence, Settlement,
    contract::sample::{action, at, event, event_id, tenant},
};
use jiff::SignedDuration;
use policy::retention::Limit;
use proptest::{collection::vec, prelude::*};

use super::*;

const DAY: i64 = 24 * 60 * 60;

/// A clock that stands where it is put.
#[derive(Clone)]
struct Days(Arc<std::sync::atomic::AtomicI64>);

impl Days {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn put(&self, day: i64) {
        self.0.store(day, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Clock for Days {
    fn now(&self) -> Timestamp {
        at(self.0.load(std::sync::atomic::Ordering::Relaxed) * DAY)
    }
}

/// A store whose events 1 to `count` came one a day, with followers that have caught up.
async fn filled(days: &Days, count: u64) -> Memory {
    let store = Memory::new(Arc::new(days.clone()));
    for number in 1..=count {
        days.put(number as i64);
        store.append(event(u128::from(number))).await.unwrap();
    }
    follow(&store, count).await;
    store
}

async fn follow(store: &Memory, to: u64) {
    let projection = Projection { to: Sequence(to), ..Projection::default() };
    store.project(projection).await.unwrap();
    let decisions = Decisions { to: Sequence(to), ..Decisions::default() };
    store.decide(decisions).await.unwrap();
}

fn aged(days: i64) -> Limit {
    Limit { age: Some(SignedDuration::from_hours(24 * days)), size: None }
}

fn stage(store: &Memory, days: &Days, limits: Limits) -> Retain<Memory> {
    Retain::new(store.clone(), limits, Arc::new(days.clone()))
}

async fn round(stage: &mut Retain<Memory>) {
    let (_keep, shutdown) = watch::channel(false);
    stage.round(&shutdown).await.unwrap();
}

async fn places(store: &Memory, kind: Retained) -> Vec<u64> {
    let kept = store.kept_after(kind, 0, 10_000).await.unwrap();
    kept.iter().map(|thing| thing.place).collect()
}

#[tokio::test(start_paused = true)]
async fn each_kind_goes_by_its_own_age_and_a_second_round_changes_nothing() {
    let days = Days::new();
    let store = filled(&days, 40).await;
    let limits = Limits { bytes: aged(5), events: aged(20), ..Limits::default() };
    let mut stage = stage(&store, &days, limits);
    for _ in 0..2 {
        round(&mut stage).await;
        assert_eq!(places(&store, Retained::Bytes).await, (35..=40).collect::<Vec<_>>());
        assert_eq!(places(&store, Retained::Events).await, (20..=40).collect::<Vec<_>>());
    }
    days.put(42);
    round(&mut stage).await;
    assert_eq!(places(&store, Retained::Bytes).await, (37..=40).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn the_audit_and_change_sets_go_by_their_own_age() {
    let days = Days::new();
    let store = Memory::new(Arc::new(days.clone()));
    for day in 1..=9 {
        days.put(day);
        let noted = NewAudit {
            at: days.now(),
            organization: None,
            connection: None,
            actor: Actor::Hub,
            act: "token.refreshed".to_owned(),
            outcome: Outcome::Done,
            subject: None,
            detail: None,
        };
        store.note_audit(vec![noted]).await.unwrap();
        let set = NewChangeSet {
            tenant: tenant("alpha"),
            cause: day.to_string(),
            actor: Actor::Hub,
            title: "sync".to_owned(),
            undoes: None,
            at: days.now(),
        };
        store.join(set).await.unwrap();
    }
    let limits = Limits { audit: aged(3), changes: aged(6), ..Limits::default() };
    let mut stage = stage(&store, &days, limits);
    for _ in 0..2 {
        round(&mut stage).await;
        assert_eq!(places(&store, Retained::Audit).await, [6, 7, 8, 9]);
        assert_eq!(places(&store, Retained::Changes).await, (3..=9).collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_much_goes_until_it_fits_and_what_comes_is_counted() {
    let days = Days::new();
    let store = filled(&days, 9).await;
    let size = event(1).body.len() as u64;
    let bytes = Limit { age: None, size: Some(4 * size) };
    let mut stage = stage(&store, &days, Limits { bytes, ..Limits::default() });
    round(&mut stage).await;
    assert_eq!(places(&store, Retained::Bytes).await, [6, 7, 8, 9]);
    for number in 1..=2 {
        let mut again = event(100 + number);
        again.body = event(1).body;
        store.append(again).await.unwrap();
    }
    round(&mut stage).await;
    assert_eq!(places(&store, Retained::Bytes).await, [8, 9, 10, 11]);
    assert_eq!(places(&store, Retained::Events).await.len(), 11, "their events stay");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_followed_or_not_delivered_stays_and_goes_when_it_is() {
    let days = Days::new();
    let store = filled(&days, 4).await;
    let (from, open) = (Sequence(4), action(2, "notion", "a"));
    let actions = vec![open.clone()];
    let decisions = Decisions { from, to: from, actions, ..Decisions::default() };
    store.decide(decisions).await.unwrap();
    store.append(event(5)).await.unwrap();
    store.append(event(6)).await.unwrap();
    days.put(100);
    let limits = Limits { bytes: aged(1), events: aged(1), attempts: aged(1), ..Limits::default() };
    let mut stage = stage(&store, &days, limits);
    round(&mut stage).await;
    assert_eq!(places(&store, Retained::Events).await, [2, 5, 6]);
    assert_eq!(places(&store, Retained::Bytes).await, [2, 5, 6]);

    let notion = ConnectionId::new("notion");
    assert_eq!(store.claim(&notion, days.now(), 1).await.unwrap().len(), 1);
    let receipt = Receipt { reference: "page".to_owned(), adopted: false };
    store.settle(&open.id, days.now(), Settlement::Done(receipt)).await.unwrap();
    round(&mut stage).await;
    assert_eq!(places(&store, Retained::Events).await, [2, 5, 6], "it was passed already");
    assert_eq!(store.actions(event_id(2)).await.unwrap().len(), 1, "it was done just now");
    days.put(102);
    round(&mut stage).await;
    assert_eq!(
        places(&store, Retained::Events).await,
        [5, 6],
        "a day later all is looked at again"
    );
    assert!(store.actions(event_id(2)).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_would_go_is_told_before_it_goes() {
    let days = Days::new();
    let store = filled(&days, 300).await;
    let size = event(300).body.len() as u64;
    let bytes = Limit { age: None, size: Some(2 * size) };
    let limits = Limits { bytes, events: aged(30), ..Limits::default() };
    let told = holdings(&store, &limits, days.now()).await.unwrap();
    let tallies: Vec<_> = told.iter().map(|one| (one.kept.count, one.going.count)).collect();
    assert_eq!(tallies, [(300, 298), (300, 269), (0, 0)]);
    assert_eq!((told[0].kept.size - told[0].going.size, told[0].oldest), (2 * size, Some(at(DAY))));
    assert_eq!(places(&store, Retained::Bytes).await.len(), 300, "nothing went");
    round(&mut stage(&store, &days, limits)).await;
    assert_eq!(places(&store, Retained::Bytes).await, [299, 300]);
    assert_eq!(places(&store, Retained::Events).await.len(), 31);
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_is_stopped_goes_on_where_it_was_at_the_next_start() {
    let days = Days::new();
    let store = filled(&days, 1_000).await;
    let limits = Limits { bytes: aged(0), events: aged(0), ..Limits::default() };
    let (stop, shutdown) = watch::channel(false);
    let mut cut_off = stage(&store, &days, limits);
    let cut = async {
        tokio::time::sleep(Duration::from_millis(5)).await; // tidy: sleep, the clock is paused
        stop.send(true).unwrap();
    };
    let (ended, ()) = tokio::join!(cut_off.round(&shutdown), cut);
    ended.unwrap();
    let left = places(&store, Retained::Bytes).await.len();
    assert!((1..1_000).contains(&left), "{left} are left");
    round(&mut stage(&store, &days, limits)).await;
    assert_eq!(places(&store, Retained::Bytes).await, [1_000], "it came just now");
    assert_eq!(places(&store, Retained::Events).await.len(), 14, "two weeks are recognized");
}

/// What becomes of an event's action.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    None,
    Ready,
    Started,
    Waiting,
    Dead,
    Done,
}

const FATES: [Fate; 6] =
    [Fate::None, Fate::Ready, Fate::Started, Fate::Waiting, Fate::Dead, Fate::Done];

/// A store whose events came one a day and have these fates, with followers that are behind.
async fn fated(days: &Days, fates: &[Fate], projected: u64, decided: u64) -> Memory {
    let store = Memory::new(Arc::new(days.clone()));
    let mut actions = Vec::new();
    for (number, fate) in (1..).zip(fates) {
        days.put(number as i64);
        store.append(event(number)).await.unwrap();
        if *fate != Fate::None {
            actions.push(action(number, "notion", &number.to_string()));
        }
    }
    let projection = Projection { to: Sequence(projected), ..Projection::default() };
    store.project(projection).await.unwrap();
    let to = Sequence(decided);
    store.decide(Decisions { to, actions, ..Decisions::default() }).await.unwrap();
    let tried = fates.iter().filter(|fate| !matches!(fate, Fate::None | Fate::Ready)).count();
    let claimed = store.claim(&ConnectionId::new("notion"), at(0), usize::MAX).await.unwrap();
    assert!(claimed.len() >= tried);
    for one in claimed {
        let number = u128::from_be_bytes(*one.action.event.as_bytes());
        let reason = "later".to_owned();
        let settlement = match fates[number as usize - 1] {
            Fate::None | Fate::Started => continue,
            Fate::Done => {
                Settlement::Done(Receipt { reference: "page".to_owned(), adopted: false })
            }
            Fate::Dead => Settlement::Dead { ambiguous: false, holds_until: None, reason },
            Fate::Ready | Fate::Waiting => {
                Settlement::Retry { at: at(1), counted: true, ambiguous: false, reason }
            }
        };
        store.settle(&one.action.id, at(number as i64 * DAY), settlement).await.unwrap();
    }
    store
}

fn any_limit() -> impl Strategy<Value = Limit> {
    (prop::option::of(0_i64..50), prop::option::of(0_u64..900)).prop_map(|(days, size)| Limit {
        age: days.map(|days| SignedDuration::from_hours(24 * days)),
        size,
    })
}

proptest! {
    /// Over any state of the hub and any limits: what is not followed, and what is not delivered, is
    /// there afterwards with its bytes, and so are the identities of two weeks.
    #[test]
    fn nothing_undelivered_is_ever_touched(
        fates in vec(prop::sample::select(FATES.to_vec()), 1..60),
        (behind, further) in (0_u64..10, 0_u64..10),
        (bytes, events, attempts) in (any_limit(), any_limit(), any_limit()),
        later in 0_i64..60,
    ) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (days, count) = (Days::new(), fates.len() as u64);
            let projected = count.saturating_sub(behind);
            let decided = projected.saturating_sub(further);
            let store = fated(&days, &fates, projected, decided).await;
            days.put(count as i64 + later);
            let mut stage = stage(&store, &days, Limits { bytes, events, attempts, ..Limits::default() });
            for _ in 0..2 {
                round(&mut stage).await;
            }
            for (number, fate) in (1_u64..).zip(&fates) {
                let id = event_id(u128::from(number));
                let entry = store.entry(id).await.unwrap();
                let is_open = !matches!(fate, Fate::None | Fate::Done);
                if number > decided || is_open {
                    prop_assert!(entry.as_ref().is_some_and(|e| e.dropped_bytes.is_none()));
                }
                if is_open {
                    prop_assert_eq!(store.actions(id).await.unwrap().len(), 1);
                }
                if count as i64 + later - (number as i64) < 14 || number == count {
                    prop_assert!(entry.is_some(), "its identities are needed");
                }
            }
            Ok(())
        })?;
    }
}
