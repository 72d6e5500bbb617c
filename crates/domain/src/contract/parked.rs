//! What every keeper of parked events must do.

use super::sample::{at, event_id};
use crate::{Backlog, Decisions, Dropped, Parked, ParkedKey, Projection, Sequence, Stop, Storage};

fn key(sequence: u64, stop: Stop) -> ParkedKey {
    ParkedKey { sequence: Sequence(sequence), stop }
}

fn parked(sequence: u64, stop: Stop) -> Parked {
    Parked {
        key: key(sequence, stop),
        event: event_id(sequence.into()),
        reason: "it has no name".to_owned(),
        tries: 3,
        parked_at: at(10),
        dropped: None,
    }
}

async fn listed<S: Storage>(store: &S) -> Vec<Parked> {
    store.parked(None, 100).await.expect("parked")
}

/// Parks these at the mirror, with the cursor left where it is.
async fn park<S: Storage>(store: &S, sequences: &[u64]) {
    let from = store.projected().await.expect("cursor");
    let parked = sequences.iter().map(|sequence| self::parked(*sequence, Stop::Mirror)).collect();
    let projection = Projection { from, to: from, parked, ..Projection::default() };
    store.project(projection).await.expect("project");
}

/// What a stop began is known until it begins something else, and each beginning at the same place
/// counts.
pub async fn what_a_stop_began_is_known<S: Storage>(store: S) {
    let begin = async |stop, places: &[u64]| {
        let places: Vec<_> = places.iter().copied().map(Sequence).collect();
        let tries = store.begin(stop, &places).await.expect("begin");
        assert_eq!(store.begun(stop).await.expect("begun"), places);
        tries
    };
    assert_eq!(store.begun(Stop::Mirror).await.expect("begun"), []);
    assert_eq!(begin(Stop::Mirror, &[1, 2, 90]).await, 1);
    assert_eq!(begin(Stop::Mirror, &[1, 2, 90]).await, 2, "a process ended in between");
    assert_eq!(begin(Stop::Mirror, &[2, 90]).await, 1);
    assert_eq!(begin(Stop::Mirror, &[2, 90]).await, 2);
    assert_eq!(begin(Stop::Decide, &[2]).await, 1, "the other stop has its own");
    assert_eq!(begin(Stop::Mirror, &[2]).await, 3);
    let stretch: Vec<_> = (3..515).collect();
    assert_eq!(begin(Stop::Mirror, &stretch).await, 1);
    assert_eq!(begin(Stop::Mirror, &[91]).await, 1);
    assert_eq!(store.begun(Stop::Decide).await.expect("begun"), [Sequence(2)]);
}

/// Events are parked with the cursor or not at all, and come in order and in pages.
pub async fn parked_events_are_kept_in_order<S: Storage>(store: S) {
    let projection = Projection {
        to: Sequence(9),
        parked: vec![parked(7, Stop::Mirror), parked(2, Stop::Mirror)],
        ..Projection::default()
    };
    store.project(projection.clone()).await.expect("project");
    assert!(store.project(projection).await.is_err(), "the cursor is elsewhere");
    let decisions = Decisions {
        to: Sequence(9),
        parked: vec![parked(2, Stop::Decide)],
        ..Decisions::default()
    };
    store.decide(decisions).await.expect("decide");
    let all = [parked(2, Stop::Mirror), parked(2, Stop::Decide), parked(7, Stop::Mirror)];
    assert_eq!(listed(&store).await, all);
    let page = store.parked(Some(key(2, Stop::Mirror)), 1).await.expect("parked");
    assert_eq!(page, all[1..2]);
    let backlog = store.parked_backlog().await.expect("backlog");
    let count = |count| Backlog { count, oldest: at(10) };
    assert_eq!(backlog, [(Stop::Mirror, count(2)), (Stop::Decide, count(1))].into());
}

/// What is asked for again is handed out once, and is decided on again after the mirror has it.
pub async fn a_parked_event_is_handled_again_once<S: Storage>(store: S) {
    park(&store, &[2, 3]).await;
    let (second, third) = (key(2, Stop::Mirror), key(3, Stop::Mirror));
    assert_eq!(store.take_asked(Stop::Mirror).await.expect("take"), None, "nobody has asked");
    let unknown = key(9, Stop::Mirror);
    assert_eq!(store.ask_again(&[second, unknown]).await.expect("ask"), [second]);
    assert_eq!(store.ask_again(&[second]).await.expect("ask"), [], "it is asked for already");
    let taken = store.take_asked(Stop::Mirror).await.expect("take").expect("one is asked for");
    assert_eq!((taken.key, taken.tries), (second, 4));
    assert_eq!(store.take_asked(Stop::Mirror).await.expect("take"), None);
    let projection = Projection { freed: vec![Sequence(2)], ..Projection::default() };
    store.project(projection).await.expect("project");
    let left: Vec<_> = listed(&store).await.iter().map(|parked| parked.key).collect();
    assert_eq!(left, [key(2, Stop::Decide), third]);
    let decide = store.take_asked(Stop::Decide).await.expect("take").expect("it is decided again");
    assert_eq!((decide.key, decide.event), (key(2, Stop::Decide), event_id(2)));
    let decisions = Decisions { freed: vec![Sequence(2)], ..Decisions::default() };
    store.decide(decisions).await.expect("decide");
    let left: Vec<_> = listed(&store).await.iter().map(|parked| parked.key).collect();
    assert_eq!(left, [third]);
}

/// A decision that is asked for again waits until the mirror has tried.
pub async fn a_decision_waits_for_the_mirror<S: Storage>(store: S) {
    park(&store, &[2]).await;
    let decisions = Decisions { parked: vec![parked(2, Stop::Decide)], ..Decisions::default() };
    store.decide(decisions).await.expect("decide");
    let keys = [key(2, Stop::Mirror), key(2, Stop::Decide)];
    assert_eq!(store.ask_again(&keys).await.expect("ask"), keys);
    assert_eq!(store.take_asked(Stop::Decide).await.expect("take"), None);
    store.take_asked(Stop::Mirror).await.expect("take").expect("one is asked for");
    assert_eq!(store.take_asked(Stop::Decide).await.expect("take"), None);
    park(&store, &[2]).await;
    let tries: Vec<_> = listed(&store).await.iter().map(|parked| parked.tries).collect();
    assert_eq!(tries, [4, 3], "the mirror failed again");
    assert!(store.take_asked(Stop::Decide).await.expect("take").is_some());
}

/// What took the process down while it was handled again is parked as before.
pub async fn what_was_taken_is_parked_again_after_a_crash<S: Storage>(store: S) {
    park(&store, &[2]).await;
    let second = key(2, Stop::Mirror);
    store.ask_again(&[second]).await.expect("ask");
    store.take_asked(Stop::Mirror).await.expect("take").expect("one is asked for");
    assert_eq!(store.ask_again(&[second]).await.expect("ask"), [], "it is being handled");
    store.recover(at(20)).await.expect("recover");
    assert_eq!(store.take_asked(Stop::Mirror).await.expect("take"), None);
    assert_eq!(listed(&store).await[0].tries, 4);
    assert_eq!(store.ask_again(&[second]).await.expect("ask"), [second]);
}

/// A dropped event is kept, tells who dropped it, and can come back.
pub async fn a_dropped_event_stays_and_can_come_back<S: Storage>(store: S) {
    park(&store, &[2]).await;
    let second = key(2, Stop::Mirror);
    let by_ada = Dropped { at: at(11), by: "ada".to_owned() };
    assert_eq!(store.drop_parked(&[second], by_ada.clone()).await.expect("drop"), [second]);
    assert_eq!(store.drop_parked(&[second], by_ada.clone()).await.expect("drop"), []);
    assert_eq!(listed(&store).await[0].dropped, Some(by_ada));
    assert!(store.parked_backlog().await.expect("backlog").is_empty());
    assert_eq!(store.ask_again(&[second]).await.expect("ask"), [second]);
    assert_eq!(listed(&store).await[0].dropped, None);
}
